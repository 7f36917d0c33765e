"""The messages of OpenID for Verifiable Credential Issuance 1.0, as typed values.

Wallets of earlier drafts are answered where that gives nothing away; each such place names the client that needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lti_tool.errors import WalletError
from lti_tool.values import Json

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
#: The one credential that an access token is good for, where a wallet asks for it by an identifier.
CREDENTIAL_IDENTIFIER = "badge"
#: In seconds: when a wallet is to ask again for a badge that is not there yet.
INTERVAL = 5

NotificationEvent = Literal["credential_accepted", "credential_failure", "credential_deleted"]
_EVENTS: dict[str, NotificationEvent] = {
    "credential_accepted": "credential_accepted",
    "credential_failure": "credential_failure",
    "credential_deleted": "credential_deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What a wallet sends for an access token. `wanted`: the configurations of its authorization_details, if any."""

    code: str
    tx_code: str | None
    wanted: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """A request of a draft: by format and definition, both as a stranger wrote them."""

    format: object
    definition: object


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRequest:
    """What a wallet asks for: exactly one of configuration, identifier or `draft` is there.

    `proof` is a key proof, a JWT, where one was sent.
    """

    configuration_id: str | None
    identifier: str | None
    draft: DraftRequest | None
    proof: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a wallet says of the badge that it was given."""

    notification_id: str
    event: NotificationEvent


def read_wanted(details: object) -> tuple[str, ...]:
    """The configurations that authorization_details, already JSON, name. Raises WalletError."""
    if not isinstance(details, list) or not details:
        raise WalletError("invalid_authorization_details", "authorization_details is a list of objects")
    found = []
    for each in details:
        configuration = each.get("credential_configuration_id") if isinstance(each, dict) else None
        if not isinstance(configuration, str) or each.get("type") != "openid_credential":
            raise WalletError(
                "invalid_authorization_details",
                "each is of type openid_credential, with a credential_configuration_id",
            )
        found.append(configuration)
    return tuple(found)


def read_credential_request(body: Json) -> CredentialRequest:
    """The request that the body is. Raises WalletError."""
    if "credential_response_encryption" in body:
        raise WalletError("invalid_encryption_parameters", "credential responses are not encrypted")
    configuration, identifier = (
        _text_or_none(body, name) for name in ("credential_configuration_id", "credential_identifier")
    )
    # @digitalbazaar/oid4-client 5 asks by format and credential_definition where no authorization_details were asked.
    draft = None
    if configuration is None and identifier is None and "format" in body:
        draft = DraftRequest(format=body["format"], definition=body.get("credential_definition"))
    if sum(each is not None for each in (configuration, identifier, draft)) != 1:
        raise WalletError(
            "invalid_credential_request",
            "exactly one of credential_configuration_id and credential_identifier is there",
        )
    return CredentialRequest(
        configuration_id=configuration, identifier=identifier, draft=draft, proof=_proof_in(body)
    )


def _proof_in(body: Json) -> str | None:
    if "proof" in body and "proofs" in body:
        raise WalletError("invalid_credential_request", "there are proofs, and a proof of a draft")
    # @sphereon/oid4vci-client and @digitalbazaar/oid4-client send the one proof of drafts up to 13.
    if "proof" in body:
        proof = body["proof"]
        if not isinstance(proof, dict) or not isinstance(proof.get("jwt"), str):
            raise WalletError("invalid_proof", "the proof is an object with a jwt")
        return str(proof["jwt"])
    if "proofs" not in body:
        return None
    proofs = body["proofs"]
    if not isinstance(proofs, dict):
        raise WalletError("invalid_proof", "proofs is an object")
    # Members with other names are passed over: @digitalbazaar/oid4-client adds proof_type.
    tokens = proofs.get("jwt")
    if not isinstance(tokens, list) or not all(isinstance(each, str) for each in tokens):
        raise WalletError("invalid_proof", "proofs has a list jwt of key proofs; no other kind is taken")
    if len(tokens) != 1:
        raise WalletError("invalid_proof", "one key proof is taken: badges are not given in batches")
    return str(tokens[0])


def read_transaction_id(body: Json) -> str:
    """The id of a deferred request. Raises WalletError."""
    found = body.get("transaction_id")
    if not isinstance(found, str):
        raise WalletError("invalid_credential_request", "there is a transaction_id")
    return found


def read_notification(body: Json) -> Notification:
    """The notification that the body is. Raises WalletError."""
    notification_id, event = body.get("notification_id"), _EVENTS.get(str(body.get("event")))
    if not isinstance(notification_id, str) or event is None:
        raise WalletError(
            "invalid_notification_request", f"there are a notification_id and an event: {', '.join(_EVENTS)}"
        )
    return Notification(notification_id=notification_id, event=event)


def _text_or_none(body: Json, name: str) -> str | None:
    value: Any = body.get(name)
    if value is not None and not isinstance(value, str):
        raise WalletError("invalid_credential_request", f"{name} is a text")
    return value
