"""Passkeys (Web Authentication Level 2): registered and used with user verification, kept in the authenticator.

An answer of a browser is verified by `webauthn`; no attestation is asked for, as it is of no matter who made the key.
What it signs is bound to the tool's address: a tool that has moved to another host asks for new passkeys.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lti_tool.errors import SignInError
from lti_tool.operators.accounts import actor_of
from lti_tool.operators.challenges import CHALLENGE_SECONDS
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.models import OperatorPasskey, OperatorRow
from lti_tool.values import Json, origin_of

#: Longer answers are of no authenticator: an attestation with its certificates has some kilobytes.
MAX_ANSWER = 20_000
MAX_PASSKEYS = 20
NAME_LENGTH = 80

_TIMEOUT = CHALLENGE_SECONDS * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The tool as authenticators know it (relying party): its host, and the origin of its pages."""

    host: str
    origin: str


def site_of(tool_url: str) -> Site:
    """The site of a tool at that URL."""
    return Site(host=urlsplit(tool_url).hostname or "", origin=origin_of(tool_url))


def creation_options(
    site: Site, handle: str, name: str, challenge: str, had: Sequence[OperatorPasskey] = ()
) -> Json:
    """What `navigator.credentials.create` is asked with, for the account with that user handle and name.

    An authenticator that has one of the passkeys `had` makes no second one.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Nozimite",
        user_id=handle.encode(),
        # The page puts the name in its place that is typed there; none is refused.
        user_name=name or "Nozimite",
        user_display_name=name or "Nozimite",
        challenge=base64url_to_bytes(challenge),
        timeout=_TIMEOUT,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(had),
    )
    return _as_json(webauthn.options_to_json(options))


def request_options(site: Site, challenge: str, of: Sequence[OperatorPasskey] = ()) -> Json:
    """What `navigator.credentials.get` is asked with: for one of these passkeys, else for any of this site."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=base64url_to_bytes(challenge),
        timeout=_TIMEOUT,
        allow_credentials=_descriptors(of),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(webauthn.options_to_json(options))


def challenge_in(answer: str) -> str:
    """The challenge that an answer says it is to. Nothing of the answer is verified yet.

    Raises SignInError `passkey_refused` where it is no answer.
    """
    try:
        if len(answer) > MAX_ANSWER:
            raise ValueError("too long")
        client_data = json.loads(answer)["response"]["clientDataJSON"]
        return bytes_to_base64url(parse_client_data_json(base64url_to_bytes(client_data)).challenge)
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A passkey that an authenticator has just made; nobody has it yet. The id in base64url, the key as a COSE key."""

    credential_id: str
    public_key: bytes
    sign_count: int
    transports: Sequence[str]


def registered(site: Site, answer: str, challenge: str) -> Registered:
    """The passkey that the answer registers. The challenge is used up already. Raises SignInError `passkey_refused`."""
    try:
        # It is read first: a dict is accepted as well, and the text is a stranger's.
        credential = parse_registration_credential_json(answer)
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(error) from error
    return Registered(
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[each.value for each in credential.response.transports or ()],
    )


def add(session: Session, row: OperatorRow, passkey: Registered, name: str, now: datetime) -> OperatorPasskey:
    """The passkey as one of the operator's.

    Raises SignInError `passkey_known` where somebody has it already, or the operator has MAX_PASSKEYS.
    """
    if (
        len(row.passkeys) >= MAX_PASSKEYS
        or queries.operators.passkey(session, passkey.credential_id) is not None
    ):
        raise SignInError("passkey_known", "the passkey is registered already, or the account has too many")
    made = OperatorPasskey(
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        transports=list(passkey.transports),
        name=name[:NAME_LENGTH],
        created_at=now,
    )
    row.passkeys.append(made)
    session.flush()
    _record(session, "passkey_added", row, made, now)
    return made


def use(session: Session, site: Site, answer: str, challenge: str, now: datetime) -> OperatorRow:
    """The operator whose passkey has given the answer. The challenge is used up already.

    Raises SignInError: `passkey_refused`, `passkey_unknown`, or `disabled`.
    """
    try:
        credential = parse_authentication_credential_json(answer)
        passkey = queries.operators.passkey(session, bytes_to_base64url(credential.raw_id))
        if passkey is None:
            raise SignInError("passkey_unknown", "nobody has this passkey")
        row = session.get_one(OperatorRow, passkey.operator_id)
        handle = credential.response.user_handle
        if handle is not None and handle != row.handle.encode():
            raise SignInError("passkey_refused", "the passkey names another account")
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _refused(error) from error
    if row.disabled_at is not None:
        raise SignInError("disabled", "the account is disabled")
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now
    return row


def remove(session: Session, row: OperatorRow, passkey_id: int, now: datetime) -> bool:
    """Removes a passkey of the operator; False where they have none with that number.

    Raises SignInError `last_way` where they could not sign in any more.
    """
    found = next((each for each in row.passkeys if each.id == passkey_id), None)
    if found is None:
        return False
    if len(row.passkeys) == 1 and not row.identities:
        raise SignInError("last_way", "it is the only way in which the operator can sign in")
    row.passkeys.remove(found)
    session.delete(found)
    journal.note(session, "passkey_removed", {"operator": row.id, "passkey": found.id}, now)
    _record(session, "passkey_removed", row, found, now)
    return True


def _record(session: Session, what: str, row: OperatorRow, passkey: OperatorPasskey, now: datetime) -> None:
    data = {"passkey": passkey.id}
    events.record(session, what, "operator", row.id, now, actor=actor_of(row.id), data=data)


def _descriptors(passkeys: Sequence[OperatorPasskey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential_id)) for each in passkeys]


def _as_json(text: str) -> Json:
    read: Json = json.loads(text)
    return read


def _refused(error: Exception) -> SignInError:
    return SignInError(
        "passkey_refused", f"the answer of the authenticator is not good: {type(error).__name__}"
    )
