"""A badge as the claims of an SD-JWT VC (`dc+sd-jwt`), and the credential that such claims stand for.

The claims are the members of the credential in their own names, as the micro-credential of DC4EU has them
(`credentialSubject.achievement.name`), but for what JSON Web Tokens have claims of their own for, and for what only
JSON-LD needs: that follows from the type, `vct`, of which this file is the definition. So nothing is lost on the
way, and the verifier judges what the claims stand for like any other badge.

The status entry stays what it is, of a Bitstring Status List. The claim `status` is for a Token Status List, another
format of another kind of list: a wallet that knows only that does not see that a badge was revoked.

Sources: SD-JWT-based Verifiable Digital Credentials (draft), "JWT Claims Set"; Bitstring Status List v1.0.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from signing.document_loader import CREDENTIALS_V2, EXTENSION_PATH, OPEN_BADGES, OPEN_BADGES_EXTENSIONS
from signing.errors import ProofError
from signing.json_text import Json
from signing.jwt_claims import claims_of
from signing.timestamps import as_timestamp

#: Every installation has the type at its own address, with this path; all mean the same by it.
TYPE_PATH = "/vct/open-badge/v1"
_TYPES = ("VerifiableCredential", "OpenBadgeCredential")
#: The contexts of `badges.credential`, which the verifier does not load; beside them that of our extension.
_CONTEXTS = (CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS)
#: Claims in place of members of the credential.
_REPLACED = {"id": "jti", "validFrom": "nbf", "validUntil": "exp"}
#: What follows from the type.
_IMPLIED = frozenset({"@context", "type", "credentialSchema"})
#: Claims about the token alone.
_OF_TOKEN = frozenset({"vct", "vct#integrity", "iss", "iat", "cnf", "sub", "aud"})


def type_address(base_url: str) -> str:
    """The `vct` of badges that are issued at this address."""
    return base_url.rstrip("/") + TYPE_PATH


def is_open_badge_type(vct: Any) -> bool:
    """Whether the type is that of TYPE_PATH, at whatever address."""
    if not isinstance(vct, str) or not vct.endswith(TYPE_PATH):
        return False
    try:
        address = urlsplit(vct)
    except ValueError:
        return False
    is_plain = bool(address.netloc) and not address.query and not address.fragment
    return address.scheme in ("https", "http") and is_plain


def as_claims(credential: Json, vct: str, now: datetime) -> Json:
    """The claims of a credential of ours; raises ProofError for one that no JWT can be made of."""
    registered = claims_of(credential)
    members = {
        name: part for name, part in credential.items() if name not in _IMPLIED and name not in _REPLACED
    }
    return {
        "vct": vct,
        "iss": registered["iss"],
        "iat": int(now.timestamp()),
        **{claim: registered[claim] for claim in _REPLACED.values() if claim in registered},
        **members,
    }


def as_credential(claims: Json) -> Json:
    """The credential that the claims stand for, without what only the token says.

    For claims of another type these are the claims themselves, which are no badge. Raises ProofError where the claims
    say the same thing twice, and differently: `wrong_iss`, `claims_disagree`; `unreadable_claim` for a moment that is
    none.
    """
    if not is_open_badge_type(claims.get("vct")):
        return claims
    if not (_IMPLIED | _REPLACED.keys()).isdisjoint(claims):
        raise ProofError("claims_disagree", "the claims repeat what others of them say")
    issuer = claims.get("issuer")
    if isinstance(issuer, dict) and issuer.get("id") != claims.get("iss"):
        raise ProofError("wrong_iss", "the claims name another issuer than the token")
    subject = claims.get("credentialSubject")
    if "sub" in claims and (not isinstance(subject, dict) or subject.get("id") != claims["sub"]):
        raise ProofError("claims_disagree", "the claims name another subject than the token")
    registered = {name: _member(claim, claims[claim]) for name, claim in _REPLACED.items() if claim in claims}
    members = {
        name: part
        for name, part in claims.items()
        if name not in _OF_TOKEN and name not in _REPLACED.values()
    }
    return {
        "@context": [*_CONTEXTS, urljoin(claims["vct"], EXTENSION_PATH)],
        "type": list(_TYPES),
        "issuer": claims.get("iss"),
        **registered,
        **members,
    }


def _member(claim: str, value: Any) -> Any:
    """A moment as the credential has it, another claim as it is; raises ProofError `unreadable_claim`."""
    if claim == "jti":
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProofError("unreadable_claim", f"`{claim}` is not a number of seconds")
    try:
        return as_timestamp(datetime.fromtimestamp(value, UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise ProofError("unreadable_claim", f"`{claim}` is out of all bounds") from error
