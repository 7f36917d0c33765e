"""check_key_binding: whether whoever shows an SD-JWT has the key of its holder.

A key binding JWT says for whom and when it was made, and its `nonce` that it was made for this one occasion. Whether
that is so only the one who asked for it knows: `Expected` is what they asked for.

Source: RFC 9901, "Key Binding JWT" and "Verification by the Verifier".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from signing.did import find_key
from signing.errors import KeyNotFoundError, ProofError, UnusableKeyError
from signing.json_text import Json
from signing.jws import REFUSED_MEMBERS, check_signature, header_of, object_of, parts_of, type_of
from signing.keys import JWS_NAMES, PublicKey, algorithm, from_jwk
from signing.sd_jwt.compact import SdJwt
from signing.sd_jwt.disclosure import digest_of

#: How far the clock of a wallet may be off.
_LEEWAY = timedelta(minutes=5)
#: Of the year 9999, after which there are no dates.
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a verifier asked for: its own name, the nonce that it gave, and how old the answer may be."""

    audience: str
    nonce: str
    max_age: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyBinding:
    """What a key binding JWT says that holds: for whom it was made, with which nonce, and when.

    `ends_at`: until when it may be taken, where its wallet says so.
    """

    audience: str
    nonce: str
    made_at: datetime
    ends_at: datetime | None = None


def check_key_binding(
    sd_jwt: SdJwt, confirmation: Json | None, now: datetime, expected: Expected | None = None
) -> KeyBinding:
    """What the key binding JWT says, where the key in `confirmation` signed it over all that is shown.

    `confirmation` is the claim `cnf` of the SD-JWT, whose own proof must hold. Without `expected` anybody may have been
    shown it before, and may have shown it on; whether it `has_ended` is then for the caller to ask. Raises ProofError:
    `no_proof` without a key binding JWT, `key_not_found` where the holder's key is nowhere to be had, else as
    `SdJwtProof.check`.
    """
    if sd_jwt.key_binding is None:
        raise ProofError("no_proof", "nothing shows who presents the SD-JWT")
    public = holder_key(confirmation)
    head, body, _ = parts_of(sd_jwt.key_binding)
    header, payload = header_of(head), object_of(body)
    if header.get("alg") != JWS_NAMES[algorithm(public)]:
        raise ProofError(
            "wrong_algorithm", "the key binding is not signed with the algorithm of the holder's key"
        )
    if type_of(header) != "kb+jwt" or header.keys() & REFUSED_MEMBERS:
        raise ProofError("malformed", "this is no key binding")
    check_signature(sd_jwt.key_binding, public)
    if payload.get("sd_hash") != digest_of(sd_jwt.presented):
        raise ProofError("claims_disagree", "the key binding was made for something else than is shown")
    binding = _read(payload)
    if _begins_at(payload, binding) > now + _LEEWAY:
        raise ProofError("proof_expired", "the key binding was made in the future")
    if expected is not None:
        _compare(binding, expected, now)
    return binding


def holder_key(confirmation: Json | None) -> PublicKey:
    """The holder's key as `cnf` has it: a JWK, or the address of a did:jwk or did:key, which spells it.

    Raises ProofError `key_not_found`.
    """
    match confirmation:
        case {"jwk": dict(jwk)}:
            try:
                return from_jwk(jwk)
            except UnusableKeyError as error:
                raise ProofError("key_not_found", f"the holder's key cannot be used: {error}") from error
        case {"kid": str(kid)} if kid.startswith(("did:jwk:", "did:key:")):
            try:
                # Both spell the key, so nothing is fetched.
                return find_key(kid, kid.partition("#")[0], _fetch_nothing).public
            except KeyNotFoundError as error:
                raise ProofError("key_not_found", str(error)) from error
    raise ProofError("key_not_found", "the SD-JWT does not say which key its holder has")


def _fetch_nothing(url: str) -> bytes:
    raise OSError(url)


def _read(payload: Json) -> KeyBinding:
    """Raises ProofError `malformed`."""
    match payload:
        case {"aud": str(audience), "nonce": str(nonce), "iat": seconds}:
            return KeyBinding(
                audience=audience,
                nonce=nonce,
                made_at=_moment(seconds),
                ends_at=_moment(_of_our_time(payload["exp"])) if "exp" in payload else None,
            )
    raise ProofError("malformed", "the key binding does not say for whom, when and for what it was made")


def _begins_at(payload: Json, binding: KeyBinding) -> datetime:
    """From when on it may be taken: not before it was made. Raises ProofError `malformed`."""
    return max(binding.made_at, _moment(payload["nbf"])) if "nbf" in payload else binding.made_at


def _of_our_time(seconds: object) -> object:
    """A number of seconds that is a moment: an end in milliseconds, or never, is just far away."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return seconds
    return min(max(seconds, 0), _LAST_SECOND)


def _moment(seconds: object) -> datetime:
    """Raises ProofError `malformed`."""
    try:
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise ValueError("no number")
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ProofError("malformed", "the key binding names a moment that is none") from error


def _compare(binding: KeyBinding, expected: Expected, now: datetime) -> None:
    """Raises ProofError `claims_disagree` or `proof_expired`."""
    if (binding.audience, binding.nonce) != (expected.audience, expected.nonce):
        raise ProofError("claims_disagree", "the key binding was made for somebody else, or for another time")
    if binding.made_at < now - expected.max_age or has_ended(binding, now):
        raise ProofError("proof_expired", "the key binding is too old")


def has_ended(binding: KeyBinding, now: datetime) -> bool:
    """Whether nobody may take it any more: its wallet has said so (RFC 9901, 7.3; RFC 7519, 4.1.4)."""
    return binding.ends_at is not None and binding.ends_at <= now - _LEEWAY
