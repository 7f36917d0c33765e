"""Queries for the yearly report of an issuer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Award


class AwardNumbers(NamedTuple):
    """How many awards of a template were earned in some time, and how many of these are revoked now."""

    awarded: int
    revoked: int


def numbers_between(
    session: Session, issuer_id: str, start: datetime, end: datetime
) -> Mapping[str, AwardNumbers]:
    """The numbers from `start` to before `end`, by the id of the template; of those without an award nothing."""
    revoked = func.coalesce(func.sum(case((Award.status == "revoked", 1), else_=0)), 0)
    query = (
        select(Award.template_id, func.count(), revoked)
        .where(Award.issuer_id == issuer_id, Award.earned_at >= start, Award.earned_at < end)
        .group_by(Award.template_id)
    )
    return {
        template_id: AwardNumbers(awarded=int(awarded), revoked=int(number))
        for template_id, awarded, number in session.execute(query)
    }
