"""Issued credentials: the signed JSON byte for byte, and the badge."""

from __future__ import annotations

from lti_tool.errors import NotFoundError
from lti_tool.issuing import issuance
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import queries
from lti_tool.values import BakedBadge


def badge(publisher: Publisher, credential_id: str) -> BakedBadge:
    with publisher.store.read() as session:
        row = queries.credentials.credential(session, credential_id)
        if row is None:
            raise NotFoundError("there is no such badge")
        return issuance.bake_badge(publisher.issuer, row)


def credential(publisher: Publisher, credential_id: str) -> str:
    """The JSON that was signed, byte for byte."""
    with publisher.store.read() as session:
        row = queries.credentials.credential(session, credential_id)
        if row is None:
            raise NotFoundError("there is no such badge")
        return row.text
