"""Issued credentials as they are served: the signed JSON, and the badge."""

from __future__ import annotations

from lti_tool.errors import NotFoundError
from lti_tool.issuing import issuance
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import Session, queries
from lti_tool.store.models import CredentialRow
from lti_tool.values import BakedBadge


def badge(publisher: Publisher, credential_id: str) -> BakedBadge:
    """The badge with the credential baked in. Raises NotFoundError."""
    with publisher.store.read() as session:
        row = _row(session, credential_id)
        return issuance.bake_badge(publisher.issuers.of(session, row.issuer_id), row)


def credential(publisher: Publisher, credential_id: str) -> str:
    """The JSON that was signed, byte for byte. Raises NotFoundError."""
    with publisher.store.read() as session:
        return _row(session, credential_id).text


def _row(session: Session, credential_id: str) -> CredentialRow:
    row = queries.credentials.credential(session, credential_id)
    if row is None:
        raise NotFoundError("there is no such badge")
    return row
