"""The documents of organisations: DID documents, keys, status lists, and what they signed that may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from badges.status_list import build_status_list
from lti_tool.errors import NotFoundError
from lti_tool.organisations import keys, status_lists
from lti_tool.organisations.organisations import locked_organisation
from lti_tool.publishing.publisher import Publisher
from lti_tool.publishing.status_lists import (
    STATUS_LIFETIME,
    STATUS_RENEWAL,
    STATUS_TTL,
    StatusListDocument,
)
from lti_tool.store import Session, queries
from lti_tool.store.models import EndorsementRow, OrganisationRow, OrganisationStatusList
from lti_tool.values import Json
from signing import did_document as published
from signing.keys import SigningKey, VerificationMethod, from_jwk, jwk
from signing.proofs import PROOFS


def did_document(publisher: Publisher, organisation_id: str) -> Json:
    """The organisation's DID document with all its keys. Raises NotFoundError for one that has none, and any other."""
    with publisher.store.read() as session:
        row = _organisation(session, organisation_id)
        methods = keys.verification_methods(session, row)
    if not methods:
        raise NotFoundError("the organisation has signed nothing")
    return published.did_document(row.did, methods)


def public_key(publisher: Publisher, organisation_id: str, kid: str) -> Json:
    """The JWK at the URL that a VC-JWT of the organisation has as its `kid`; as `issuer_documents.public_key`.

    Raises NotFoundError.
    """
    with publisher.store.read() as session:
        row = _organisation(session, organisation_id)
        found = [each for each in queries.organisations.keys(session, row.id) if each.kid == kid]
    if not found:
        raise NotFoundError("there is no such key")
    public, ends = from_jwk(found[0].public_jwk), found[0].compromised_at
    if ends is None:
        return jwk(public, kid)
    method = VerificationMethod(id=keys.key_address(row, kid), controller=row.did, public=public, ends=ends)
    return published.revoked_method(method)


def status_list(publisher: Publisher, organisation_id: str, list_id: int) -> StatusListDocument:
    """The signed list, signed now where its bits or keys have changed, or after STATUS_RENEWAL, as those of issuers.

    Raises NotFoundError where the organisation has no such list.
    """
    now = publisher.clock()
    with publisher.store.read() as session:
        row = _list(session, organisation_id, list_id)
        bits, text, jwt = row.bits, row.text, row.jwt
        kids = keys.usable_kids(session, row.organisation)
        if text is not None and jwt is not None and _is_recent(row, kids, now):
            return _document(text, jwt)
    with publisher.store.begin() as session:
        # Of two who ask after a key was withdrawn one makes the next.
        owner = locked_organisation(session, organisation_id)
        text, jwt = _signed(session, publisher, owner, list_id, bits, now)
        locked = queries.organisations.lock_status_list(session, list_id)
        if locked is not None and locked.bits == bits:
            locked.text, locked.jwt, locked.signed_at = text, jwt, now
            locked.signed_with = keys.usable_kids(session, owner)
    return _document(text, jwt)


def status_list_text(publisher: Publisher, organisation_id: str, list_id: int) -> str:
    """The JSON of the list, for the tool's own verifications; signed now where the stored one is not, or not recent.

    Nothing is stored: pages verify inside of transactions that write, and SQLite lets nobody else write meanwhile.
    Raises NotFoundError where the organisation has no such list, or no key.
    """
    now = publisher.clock()
    with publisher.store.read() as session:
        row = _list(session, organisation_id, list_id)
        kids = keys.usable_kids(session, row.organisation)
        if row.text is not None and _is_recent(row, kids, now):
            return row.text
        # Whoever has a list has signed, so a key is there, but where a device made no other for one withdrawn.
        key = keys.made_key(session, publisher.issuers, row.organisation, keys.JSON_PROOF)
        return _signed_by(key, row.organisation, list_id, row.bits, keys.JSON_PROOF, now)


def endorsement(publisher: Publisher, endorsement_id: str) -> EndorsementRow:
    """An endorsement that may be seen by everybody, withdrawn or not. Raises NotFoundError for any other."""
    with publisher.store.read() as session:
        return shown_endorsement(session, endorsement_id)


def shown_endorsement(session: Session, endorsement_id: str) -> EndorsementRow:
    """The same, with what belongs to it. Raises NotFoundError."""
    row = queries.organisations.endorsement(session, endorsement_id)
    if row is None or row.shown_at is None:
        raise NotFoundError("there is no such endorsement, or nobody has shown it")
    return row


def _is_recent(row: OrganisationStatusList, kids: Sequence[str], now: datetime) -> bool:
    is_recent = row.signed_at is not None and now - row.signed_at < STATUS_RENEWAL
    return is_recent and row.signed_with == kids


def _signed(
    session: Session, publisher: Publisher, row: OrganisationRow, list_id: int, bits: bytes, now: datetime
) -> tuple[str, str]:
    """The list as JSON with a proof, and as a JWT."""

    def signed(proof: str) -> str:
        key = keys.signing_key(session, publisher.issuers, row, proof, now)
        return _signed_by(key, row, list_id, bits, proof, now)

    return signed(keys.JSON_PROOF), signed(keys.jwt_proof(publisher.issuers))


def _signed_by(
    key: SigningKey, row: OrganisationRow, list_id: int, bits: bytes, proof: str, now: datetime
) -> str:
    document = build_status_list(
        list_url=status_lists.list_address(row, list_id),
        issuer_id=row.did,
        bits=bits,
        now=now,
        ttl=STATUS_TTL,
        lifetime=STATUS_LIFETIME,
    )
    return PROOFS[proof].secure(document, key, now).text


def _document(text: str, jwt: str) -> StatusListDocument:
    return StatusListDocument(text=text, jwt=jwt, max_age=int(STATUS_TTL.total_seconds()))


def _organisation(session: Session, organisation_id: str) -> OrganisationRow:
    row = queries.organisations.organisation(session, organisation_id)
    if row is None:
        raise NotFoundError("there is no such organisation")
    return row


def _list(session: Session, organisation_id: str, list_id: int) -> OrganisationStatusList:
    row = queries.organisations.status_list(session, list_id)
    if row is None or row.organisation_id != organisation_id:
        raise NotFoundError("the organisation has no such list")
    return row
