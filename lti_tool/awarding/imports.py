"""Lists of completions that are uploaded: each row matched with a person, shown, and then stored part by part.

What is kept of a list are ids, days and scores. E-mail addresses and names of a file are compared and forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lti_tool.awarding.confirmations import may_confirm
from lti_tool.awarding.ledger import Seen, append
from lti_tool.errors import NotAllowedError
from lti_tool.observations import Observation, Policy, first_seen_as_staff, role_now
from lti_tool.sources import csv
from lti_tool.sources.csv.rows import Row
from lti_tool.sources.found import Found, differing
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import Course, Person
from lti_tool.values import Json

#: How many rows are stored in one transaction.
STORED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A row, and whom it is about; `problem` is why it is not taken, "" where it is.

    `is_known`: it says nothing that was not listed before.
    """

    row: Row
    person_id: int | None = None
    user_id: str = ""
    name: str | None = None
    problem: str = ""
    is_known: bool = False

    def as_json(self) -> list[str | None]:
        """What is kept of a row that is taken."""
        score, at = self.row.score, self.row.completed_at
        return [
            self.user_id,
            at.isoformat() if at is not None else None,
            str(score) if score is not None else None,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the rows of a list are stored."""

    done: int
    total: int


def check(
    session: Session, course: Course, rows: Sequence[Row], by_id: int | None, policy: Policy
) -> Sequence[Checked]:
    """The rows with the people they are about. Raises NotAllowedError where the person may not confirm learners."""
    if by_id is not None and not may_confirm(session, course.id, by_id, policy):
        raise NotAllowedError("the institution lets teachers confirm learners, not assistants")
    people = queries.people.named(
        session, course.registration_id, {row.user_id for row in rows}, {row.email for row in rows}
    )
    by_user_id = {user_id: (user_id, person) for user_id, person in people}
    by_email: dict[str, list[tuple[str, Person]]] = {}
    for user_id, person in people:
        by_email.setdefault((person.email or "").lower(), []).append((user_id, person))
    own = queries.observations.of_people(session, course.id, {person.id for _, person in people})
    checked = [_checked(row, by_user_id, by_email, own, by_id, policy) for row in rows]
    times = Counter(each.person_id for each in checked if each.person_id is not None)
    return [
        each
        if each.problem or each.person_id is None or times[each.person_id] == 1
        else Checked(row=each.row, person_id=each.person_id, name=each.name, problem="twice")
        for each in checked
    ]


def _checked(
    row: Row,
    by_user_id: Mapping[str, tuple[str, Person]],
    by_email: Mapping[str, Sequence[tuple[str, Person]]],
    own: Mapping[int | None, Sequence[Observation]],
    by_id: int | None,
    policy: Policy,
) -> Checked:
    if row.problem:
        return Checked(row=row, problem=row.problem)
    # Of several with one address those count who are in the course.
    mailed = by_email.get(row.email, ()) if row.email else ()
    enrolled = [each for each in mailed if _is_in(own.get(each[1].id, ()))]
    mailed = enrolled or mailed
    named = by_user_id.get(row.user_id) if row.user_id else None
    if row.user_id and named is None:
        return Checked(row=row, problem="unknown")
    if named is None:
        if len(mailed) != 1:
            return Checked(row=row, problem="ambiguous" if mailed else "unknown")
        named = mailed[0]
    elif row.email and row.email != (named[1].email or row.email).lower():
        return Checked(row=row, problem="contradictory")
    user_id, person = named
    observed = own.get(person.id, ())
    problem = ""
    if person.id == by_id:
        problem = "self"
    elif first_seen_as_staff(observed) is not None:
        problem = "staff"
    elif not _is_in(observed) and not policy.lists_may_name_others:
        problem = "not_enrolled"
    found = _found(user_id, row)
    new = differing(found, {user_id: observed}, csv.NAME)
    return Checked(
        row=row,
        person_id=person.id,
        user_id=user_id,
        name=person.name,
        problem=problem,
        is_known=not problem and not new,
    )


def _is_in(own: Sequence[Observation]) -> bool:
    return role_now(own) == "learner"


def _found(user_id: str, row: Row) -> Sequence[Found]:
    return csv.lists(user_id, row.completed_at, row.score) if row.completed_at is not None else ()


def kept(checked: Sequence[Checked]) -> list[list[str | None]]:
    """What is to be stored: of each row that has no problem and is new."""
    return [each.as_json() for each in checked if not each.problem and not each.is_known]


def begin(
    session: Session,
    course: Course,
    rows: Sequence[Sequence[str | None]],
    by_id: int | None,
    actor: Actor,
    now: datetime,
) -> bool:
    """Whether the rows are going to be stored by a job; False while another list of the course is."""
    course = queries.people.lock_course(session, course.id)
    if progress(session, course.id) is not None:
        return False
    payload = {"course_id": course.id, "by_id": by_id, "rows": list(rows), "total": len(rows)}
    outbox.schedule(session, _job_id(course.id), "import_list", payload, now)
    data = {"course": course.id, "rows": len(rows)}
    events.record(
        session, "list_imported", "registration", course.registration_id, now, actor=actor, data=data
    )
    return True


def progress(session: Session, course_id: int) -> Progress | None:
    """How far the list of the course is that is being stored; None where none is."""
    payload = outbox.payload_of(session, _job_id(course_id))
    if payload is None:
        return None
    return Progress(done=payload["total"] - len(payload["rows"]), total=payload["total"])


def store_part(store: Store, job_id: str, payload: Json, now: datetime) -> bool:
    """Whether rows are left, once the next part of them is stored. Done again, it stores nothing twice."""
    part, rest = payload["rows"][:STORED_AT_ONCE], payload["rows"][STORED_AT_ONCE:]
    with store.begin() as session:
        course = session.get(Course, payload["course_id"])
        if course is None:
            outbox.finish(session, job_id)
            return False
        course = queries.people.lock_course(session, course.id)
        ids = queries.people.person_ids(session, course.registration_id, [row[0] for row in part])
        # Nobody confirms themselves, whatever stands in the row of a job.
        ids = {user_id: person_id for user_id, person_id in ids.items() if person_id != payload["by_id"]}
        known = queries.observations.of_people(session, course.id, ids.values())
        own: dict[str | None, Sequence[Observation]] = {
            user_id: known.get(person_id, ()) for user_id, person_id in ids.items()
        }
        found = [
            each
            for user_id, at, score in part
            for each in csv.lists(
                user_id, datetime.fromisoformat(at), Decimal(score) if score is not None else None
            )
        ]
        seen = Seen(source=csv.NAME, at=now, actor=payload["by_id"])
        append(session, course, differing(found, own, csv.NAME), seen, ids)
        if rest:
            outbox.reschedule(session, job_id, "import_list", {**payload, "rows": rest}, now)
        else:
            outbox.finish(session, job_id)
    return bool(rest)


def _job_id(course_id: int) -> str:
    return f"import-{course_id}"
