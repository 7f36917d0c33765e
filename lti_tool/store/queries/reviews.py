"""Queries for the yearly report of an issuer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Text, case, cast, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import Award


class AwardNumbers(NamedTuple):
    """How many awards of a template were earned in some time.

    How many of these are revoked now, and how many recognise prior learning.
    """

    awarded: int
    revoked: int
    recognised: int


def numbers_between(
    session: Session, issuer_id: str, start: datetime, end: datetime
) -> Mapping[str, AwardNumbers]:
    """The numbers from `start` to before `end`, by the id of the template; of those without an award nothing."""
    # Nothing is stored as the JSON of nothing, or not at all.
    is_recognition = func.coalesce(cast(Award.recognition, Text), "null") != "null"
    revoked, recognised = (
        func.coalesce(func.sum(case((which, 1), else_=0)), 0)
        for which in (Award.status == "revoked", is_recognition)
    )
    query = (
        select(Award.template_id, func.count(), revoked, recognised)
        .where(Award.issuer_id == issuer_id, Award.earned_at >= start, Award.earned_at < end)
        .group_by(Award.template_id)
    )
    return {
        template_id: AwardNumbers._make(int(each) for each in numbers)
        for template_id, *numbers in session.execute(query)
    }
