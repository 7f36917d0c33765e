"""Queries for the awards of wholes, and how the badges stand that they were awarded for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from lti_tool.store.models import Award, CredentialRow, Event, RuleVersion
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import is_among


class RunningWhole(NamedTuple):
    """An award of a whole that is valid: of whom, by which version, its parts as JSON, and until when."""

    award_id: int
    person_id: int
    rule_version_id: int
    parts: Sequence[Mapping[str, Any]]
    valid_until: datetime | None


class PartState(NamedTuple):
    """How the award of a badge of this site stands that is a part of a whole."""

    person_id: int
    template_id: str
    status: str
    suspended_at: datetime | None


def running(session: Session, rule_id: int, now: datetime) -> Sequence[RunningWhole]:
    """The awards of a pathway that were issued and are valid now, oldest first."""
    query = (
        select(Award.id, Award.person_id, Award.rule_version_id, Award.parts, CredentialRow.valid_until)
        .join(CredentialRow, CredentialRow.award_id == Award.id)
        .where(
            Award.rule_id == rule_id,
            Award.ended_at.is_(None),
            IS_CURRENT,
            or_(CredentialRow.valid_until.is_(None), CredentialRow.valid_until > now),
        )
        .order_by(Award.id)
    )
    return [RunningWhole._make(row) for row in session.execute(query)]


def part_states(session: Session, credential_ids: Collection[str]) -> Mapping[str, PartState]:
    """How these credentials stand, by their ids; without those that were erased."""
    named = aliased(CredentialRow)
    query = (
        select(named.id, Award.person_id, Award.template_id, Award.status, CredentialRow.suspended_at)
        .join(Award, Award.id == named.award_id)
        .outerjoin(CredentialRow, IS_CURRENT)
        .where(is_among(session, named.id, credential_ids))
    )
    return {row[0]: PartState._make(row[1:]) for row in session.execute(query)}


def trees(session: Session, version_ids: Collection[int]) -> Mapping[int, str]:
    """The trees of these versions of rules, by their ids."""
    query = select(RuleVersion.id, RuleVersion.tree).where(RuleVersion.id.in_(version_ids))
    return {version_id: tree for version_id, tree in session.execute(query)}


def left(session: Session, pathway_id: int) -> frozenset[tuple[int, str]]:
    """The awards that were left as they are, each with what had become of a part by then, as the event has it."""
    query = select(Event.data).where(
        Event.about_kind == "pathway", Event.about == str(pathway_id), Event.what == "whole_left"
    )
    return frozenset((data["award"], each) for data in session.scalars(query) for each in data["left"])
