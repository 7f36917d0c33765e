"""A course with thousands of learners: awards of theirs that wait to be issued, or all that one of them has."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, inspect, select

from lti_tool.store import Session, outbox
from lti_tool.store.models import (
    Award,
    AwardRule,
    Base,
    CredentialRow,
    Delivery,
    ObservationRow,
    Person,
    PlatformAccount,
)
from lti_tool.wiring import Tool
from tests.fixtures import ANNA, NOW

#: Ids that no row has yet: of further learners and of their awards.
FIRST = 10_000


def multiply(tool: Tool, numbers: Iterable[int]) -> None:
    """Gives further learners what Anna has: a badge that was delivered, and all that was observed of her."""
    with tool.store.begin() as session:
        anna = session.query(Person).filter_by(name=ANNA.name).one()
        award = session.query(Award).filter_by(person_id=anna.id).one()
        of_person = {
            kind: [_as_values(each) for each in session.query(kind).filter_by(person_id=anna.id)]
            for kind in (ObservationRow, PlatformAccount)
        }
        of_award = {
            kind: [_as_values(each) for each in session.query(kind).filter_by(award_id=award.id)]
            for kind in (CredentialRow, Delivery)
        }
        taken = set(session.scalars(select(CredentialRow.status_index)))
        free = (place for place in count() if place not in taken)
        rows = {kind: [] for kind in (Person, *of_person, Award, *of_award)}
        for number in numbers:
            number += FIRST
            named = {"name": f"Learner {number}", "email": f"learner{number}@example.org"}
            rows[Person].append(_as_values(anna) | {"id": number} | named)
            rows[Award].append(
                _as_values(award) | {"id": number, "person_id": number, "subject_id": str(uuid4())}
            )
            for each in of_person[ObservationRow]:
                rows[ObservationRow].append(_without_id(each) | {"person_id": number})
            for each in of_person[PlatformAccount]:
                rows[PlatformAccount].append(
                    _without_id(each) | {"person_id": number, "user_id": str(number)}
                )
            for each in of_award[CredentialRow]:
                new = {"id": str(uuid4()), "award_id": number, "status_index": next(free)}
                rows[CredentialRow].append(each | new)
            for each in of_award[Delivery]:
                rows[Delivery].append(_without_id(each) | {"award_id": number})
        for kind, values in rows.items():
            session.execute(insert(kind), values)


def _as_values(row: Base) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs}


def _without_id(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "id"}


def add_waiting_awards(session: Session, people: Iterable[Person]) -> None:
    """Awards of the only rule for these people, each with a job that issues it."""
    rule = session.query(AwardRule).one()
    version = rule.versions[0]
    awards = [
        Award(
            issuer_id=version.template_version.issuer_id,
            course_id=rule.course_id,
            template_id=version.template_version.template_id,
            person=person,
            rule=rule,
            rule_version_id=version.id,
            template_version_id=version.template_version_id,
            trace={},
            completed_at=NOW,
            earned_at=NOW,
        )
        for person in people
    ]
    session.add_all(awards)
    session.flush()
    outbox.add_all(session, "issue", [{"award_id": award.id} for award in awards], NOW)
