"""Queries for how often badges of an issuer were handed to the verifier's page: a number a day, and nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.store.models import IssuerAddress, VerificationCount
from lti_tool.store.queries.common import dialect_of


class VerifiedOn(NamedTuple):
    """How many badges were checked on a day of the issuer's, as 2026-11-30."""

    day: str
    number: int


def issuer_with_did(session: Session, did: str) -> str | None:
    """The key of the issuer that has, or had, that DID; None where none does."""
    return session.scalar(select(IssuerAddress.issuer_id).where(IssuerAddress.did == did).limit(1))


def count_one(session: Session, issuer_id: str, day: str) -> None:
    """Counts one more on that day, in one statement: whoever counts at the same time waits for the row alone."""
    insert = sqlite.insert if dialect_of(session) == "sqlite" else postgresql.insert
    one = insert(VerificationCount).values(issuer_id=issuer_id, day=day, number=1)
    session.execute(
        one.on_conflict_do_update(
            index_elements=["issuer_id", "day"], set_={"number": VerificationCount.number + 1}
        )
    )


def verified_since(session: Session, issuer_id: str, day: str) -> Sequence[VerifiedOn]:
    """The numbers of the issuer's days from that one on, the oldest first."""
    query = (
        select(VerificationCount.day, VerificationCount.number)
        .where(VerificationCount.issuer_id == issuer_id, VerificationCount.day >= day)
        .order_by(VerificationCount.day)
    )
    return [VerifiedOn._make(row) for row in session.execute(query)]
