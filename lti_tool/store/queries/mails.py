"""Queries for what people have said about the mails they get."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.mails.teacher_choices import FREQUENCIES, KINDS, USUAL, MailChoice
from lti_tool.store.models import Delivery, MailedMatter, MailRefusal, Notice, TeacherMailChoice
from lti_tool.store.queries.common import insert_if_missing, is_possible_id


def has_refused(session: Session, person_id: int, kind: str) -> bool:
    """Whether the person does not want that kind of reminder."""
    return session.get(MailRefusal, (person_id, kind)) is not None


def refused_kinds(session: Session, person_id: int) -> Sequence[str]:
    """The kinds of reminders that the person does not want."""
    query = select(MailRefusal.kind).where(MailRefusal.person_id == person_id)
    return session.scalars(query.order_by(MailRefusal.kind)).all()


def refuse(session: Session, person_id: int, kind: str, now: datetime) -> bool:
    """Stores that the person wants no such reminder; whether that is new."""
    return insert_if_missing(session, MailRefusal, {"person_id": person_id, "kind": kind, "refused_at": now})


def take_back_refusal(session: Session, person_id: int, kind: str) -> bool:
    """Deletes the refusal; whether there was one."""
    row = session.get(MailRefusal, (person_id, kind))
    if row is not None:
        session.delete(row)
    return row is not None


def choice_of(session: Session, person_id: int, course_id: int) -> MailChoice:
    """What the teacher has chosen about the mails of the course; else the usual."""
    row = session.get(TeacherMailChoice, (person_id, course_id))
    return USUAL if row is None else _as_choice(row)


def choices_of(session: Session, person_id: int) -> Mapping[int, MailChoice]:
    """What the teacher has chosen, by the id of a course."""
    query = select(TeacherMailChoice).where(TeacherMailChoice.person_id == person_id)
    return {row.course_id: _as_choice(row) for row in session.scalars(query)}


def choices_in(session: Session, course_id: int) -> Mapping[int, MailChoice]:
    """What the teachers of the course have chosen, by their ids."""
    query = select(TeacherMailChoice).where(TeacherMailChoice.course_id == course_id)
    return {row.person_id: _as_choice(row) for row in session.scalars(query)}


def save_choice(session: Session, person_id: int, course_id: int, choice: MailChoice, now: datetime) -> None:
    """Stores it in place of the one before."""
    values = {
        "frequency": choice.frequency,
        "left_out": [kind for kind in KINDS if kind in choice.left_out],
        "chosen_at": now,
    }
    key = {"person_id": person_id, "course_id": course_id}
    if not insert_if_missing(session, TeacherMailChoice, key | values):
        row = session.get_one(TeacherMailChoice, (person_id, course_id), populate_existing=True)
        for name, value in values.items():
            setattr(row, name, value)


def _as_choice(row: TeacherMailChoice) -> MailChoice:
    known = [kind for kind in KINDS if kind in row.left_out]
    frequency = next((each for each in FREQUENCIES if each == row.frequency), USUAL.frequency)
    return MailChoice(frequency=frequency, left_out=frozenset(known))


def mailed_matters(session: Session, person_id: int) -> Mapping[tuple[int, str], frozenset[int]]:
    """What the teacher was mailed, by the id of a rule and the kind: the numbers of a MailedMatter."""
    query = select(MailedMatter).where(MailedMatter.person_id == person_id)
    return {(row.rule_id, row.kind): frozenset(row.numbers) for row in session.scalars(query)}


def save_mailed_matter(
    session: Session, rule_id: int, kind: str, person_id: int, numbers: Collection[int], now: datetime
) -> bool:
    """Stores them in place of those before; whether any of them is new. The caller has locked the course."""
    row = session.get(MailedMatter, (rule_id, person_id, kind))
    if row is None:
        row = MailedMatter(rule_id=rule_id, person_id=person_id, kind=kind, numbers=[], mailed_at=now)
        session.add(row)
    is_new = not set(numbers) <= set(row.numbers)
    row.numbers, row.mailed_at = sorted(numbers), now
    return is_new


def deliveries_there(session: Session, numbers: Collection[int]) -> set[int]:
    """Which of the deliveries with these numbers there are."""
    return _there(session, Delivery.id, numbers)


def notices_there(session: Session, numbers: Collection[int]) -> set[int]:
    """Which of the notices with these numbers there are."""
    return _there(session, Notice.id, numbers)


def _there(session: Session, column: InstrumentedAttribute[int], numbers: Collection[int]) -> set[int]:
    # 500 at a time: databases limit the number of parameters of a query.
    wanted = sorted(number for number in numbers if is_possible_id(number))
    parts = (wanted[start : start + 500] for start in range(0, len(wanted), 500))
    return {number for part in parts for number in session.scalars(select(column).where(column.in_(part)))}
