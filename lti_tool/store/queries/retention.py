"""Queries of retention: what decides how long a person's data are kept, and what is deleted by its own age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, CursorResult, Text, delete, exists, func, select, text, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import Session

from lti_tool.observations import ROLE, Observation
from lti_tool.store.models import (
    Award,
    AwardRule,
    Base,
    CorrectionRequest,
    Course,
    CredentialRow,
    Event,
    MailedChange,
    MailedMatter,
    Notice,
    ObservationRow,
    Outbox,
    Person,
    Question,
    RuleVersion,
    ShareLink,
)
from lti_tool.store.models.observations import OUTSIDE_COURSES
from lti_tool.store.queries import people, removed_credentials
from lti_tool.store.queries.observations import roles_of_people


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseEnd:
    """When a course ended, None while it goes on; whether a rule is active there; when its members were read last."""

    ended_at: datetime | None
    has_rule: bool
    members_seen_at: datetime | None


class KeptAward(NamedTuple):
    """An award with its issuer, and until when it counts at least."""

    id: int
    person_id: int
    issuer_id: str
    counts_until: datetime


def people_after(session: Session, person_id: int, most: int) -> Sequence[int]:
    """The ids behind that one, in ascending order, of people who were not erased; `most` at most."""
    query = select(Person.id).where(Person.id > person_id, Person.erased_at.is_(None)).order_by(Person.id)
    return session.scalars(query.limit(most)).all()


def lock_people(session: Session, person_ids: Collection[int]) -> Sequence[Person]:
    """Locks the rows (SELECT ... FOR UPDATE) of those who are still there, in the order of their ids, reloaded."""
    query = select(Person).where(Person.id.in_(person_ids), Person.erased_at.is_(None)).order_by(Person.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def seen_at(session: Session, person_ids: Collection[int]) -> Mapping[int, datetime | None]:
    """When these people opened the tool last, or were found to be described otherwise, whichever is later."""
    query = select(Person.id, Person.launched_at, Person.renamed_at).where(Person.id.in_(person_ids))
    return {
        person_id: max((each for each in moments if each is not None), default=None)
        for person_id, *moments in session.execute(query)
    }


def roles_and_newest(
    session: Session, person_ids: Collection[int]
) -> tuple[Mapping[tuple[int, int], Sequence[Observation]], Mapping[tuple[int, int], datetime]]:
    """By person and course: what they were there, oldest first; and when anything was seen of them there last."""
    query = (
        select(ObservationRow.person_id, ObservationRow.course_id, func.max(ObservationRow.seen_at))
        .where(ObservationRow.person_id.in_(person_ids), ObservationRow.course_id.is_not(None))
        .group_by(ObservationRow.person_id, ObservationRow.course_id)
    )
    newest = {
        (person_id, course_id): moment
        for person_id, course_id, moment in session.execute(query)
        if person_id is not None and course_id is not None
    }
    return roles_of_people(session, person_ids), newest


def course_ends(session: Session, course_ids: Collection[int], now: datetime) -> Mapping[int, CourseEnd]:
    """How it stands with these courses."""
    is_active = (
        exists()
        .where(
            AwardRule.course_id == Course.id,
            AwardRule.removed_at.is_(None),
            RuleVersion.rule_id == AwardRule.id,
            RuleVersion.status.in_(("active", "proposed")),
        )
        .correlate(Course)
    )
    query = select(Course.id, Course.concluded_at, Course.ends_at, Course.members_seen_at, is_active)
    found = {}
    for course_id, concluded_at, ends_at, members_seen_at, has_rule in session.execute(
        query.where(Course.id.in_(course_ids))
    ):
        over = ends_at if ends_at is not None and ends_at <= now else None
        found[course_id] = CourseEnd(
            ended_at=min((each for each in (concluded_at, over) if each is not None), default=None),
            has_rule=bool(has_rule),
            members_seen_at=members_seen_at,
        )
    return found


def awards_kept(session: Session, person_ids: Collection[int]) -> Mapping[int, Sequence[KeptAward]]:
    """The awards of these people, by person: each counts until it ended, or to the end of its last credential."""
    query = (
        select(
            Award.id,
            Award.person_id,
            Award.issuer_id,
            Award.earned_at,
            Award.ended_at,
            func.max(CredentialRow.valid_until),
        )
        .outerjoin(CredentialRow, CredentialRow.award_id == Award.id)
        .where(Award.person_id.in_(person_ids))
        .group_by(Award.id)
    )
    found: defaultdict[int, list[KeptAward]] = defaultdict(list)
    for award_id, person_id, issuer_id, *moments in session.execute(query):
        until = max(each for each in moments if each is not None)
        found[person_id].append(
            KeptAward(id=award_id, person_id=person_id, issuer_id=issuer_id, counts_until=until)
        )
    return found


def delete_observations(session: Session, person_id: int, course_id: int) -> int:
    """Deletes what was seen of the person in the course; how many observations that were."""
    return _delete(session, ObservationRow, *_of(person_id, course_id))


def delete_observations_but_staff(session: Session, person_id: int, course_id: int) -> int:
    """As `delete_observations`, but for those that the person was staff."""
    was_staff = (ObservationRow.kind == ROLE) & (sql_cast(ObservationRow.value, Text) == '"staff"')
    return _delete(session, ObservationRow, *_of(person_id, course_id), ~was_staff)


def delete_old_outside(session: Session, before: datetime, most: int) -> int:
    """Deletes what was observed outside of courses before then; how many observations that were, `most` at most."""
    outside = select(ObservationRow.id).where(text(f"observation.{OUTSIDE_COURSES}"))
    old = outside.where(ObservationRow.issuer_id.is_not(None), ObservationRow.seen_at < before).limit(most)
    return _delete(session, ObservationRow, ObservationRow.id.in_(old))


def _of(person_id: int, course_id: int) -> tuple[ColumnElement[bool], ...]:
    return (ObservationRow.person_id == person_id, ObservationRow.course_id == course_id)


def delete_awards(session: Session, award_ids: Collection[int], now: datetime) -> None:
    """Deletes these awards with all that is about them; of their credentials there stays what later checks need."""
    ids = session.scalars(select(CredentialRow.id).where(CredentialRow.award_id.in_(award_ids))).all()
    removed_credentials.note_removed(session, ids, "ended", now)
    session.execute(update(Award).where(Award.renews_id.in_(award_ids)).values(renews_id=None))
    people.delete_awards(session, award_ids, ids)


def delete_old_events(session: Session, before: datetime, most: int) -> int:
    """Deletes the oldest events from before then, `most` at most; how many that were."""
    old = select(Event.id).where(Event.at < before).order_by(Event.at).limit(most)
    return _delete(session, Event, Event.id.in_(old))


def delete_old_mails(session: Session, before: datetime, most: int) -> int:
    """Deletes what is known of mails from before then; how many rows that were, of each table `most` at most.

    What keeps a teacher from being mailed the same twice stays while the course goes on.
    """
    over = select(Course.id).where((Course.concluded_at < before) | (Course.ends_at < before))
    rules = select(AwardRule.id).where(AwardRule.course_id.in_(over))
    awards = select(Award.id).where(Award.rule_id.in_(rules))
    old_notices = select(Notice.id).where(Notice.sent_at < before).limit(most)
    old_corrections = select(CorrectionRequest.id).where(CorrectionRequest.settled_at < before).limit(most)
    old_links = select(ShareLink.id).where((ShareLink.revoked_at < before) | (ShareLink.expires_at < before))
    number = _delete(session, Notice, Notice.id.in_(old_notices))
    number += _delete(session, CorrectionRequest, CorrectionRequest.id.in_(old_corrections))
    number += _delete(session, ShareLink, ShareLink.id.in_(old_links.limit(most)))
    number += _delete(session, MailedMatter, MailedMatter.rule_id.in_(rules))
    number += _delete(session, MailedChange, MailedChange.award_id.in_(awards))
    session.execute(
        update(Question)
        .where(Question.closed_at < before, sql_cast(Question.people, Text) != "[]")
        .values(people=[], mailed_to=[])
        .execution_options(synchronize_session=False)
    )
    return number


def delete_old_jobs(session: Session, before: datetime) -> int:
    """Deletes jobs that were given up before then; how many. Those of an award go with it: its page reads them."""
    return _delete(session, Outbox, Outbox.died_at < before, Outbox.award_id.is_(None))


def _delete(session: Session, table: type[Base], *of_it: ColumnElement[bool]) -> int:
    deleted: Any = session.execute(
        delete(table).where(*of_it),
        execution_options={"synchronize_session": False, "preserve_rowcount": True},
    )
    return cast(CursorResult[Any], deleted).rowcount
