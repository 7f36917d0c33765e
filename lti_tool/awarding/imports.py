"""Lists of completions that are uploaded: each row matched with a person, shown, and then stored part by part.

What is kept of a list are ids, days and scores. Addresses, usernames and names of a file are compared and forgotten.
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
from lti_tool.store.models import Course, PlatformAccount
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
    accounts = queries.people.named(
        session,
        course.registration_id,
        user_ids={row.user_id for row in rows},
        usernames={row.username for row in rows},
        emails={row.email for row in rows},
    )
    found = _Accounts(accounts)
    own = queries.observations.of_people(session, course.id, {each.person_id for each in accounts})
    checked = [_checked(row, found, own, by_id, policy) for row in rows]
    times = Counter(each.person_id for each in checked if each.person_id is not None)
    return [
        each
        if each.problem or each.person_id is None or times[each.person_id] == 1
        else Checked(row=each.row, person_id=each.person_id, name=each.name, problem="twice")
        for each in checked
    ]


class _Accounts:
    """The accounts that rows may be about, by each of the three things that name one."""

    def __init__(self, accounts: Sequence[PlatformAccount]) -> None:
        self._by: dict[tuple[str, str], list[PlatformAccount]] = {}
        for account in accounts:
            for kind, value in _names_of(account).items():
                self._by.setdefault((kind, value), []).append(account)

    def named_in(self, row: Row) -> tuple[Sequence[PlatformAccount], str]:
        """Those who are known by all of the row's three that anybody is known by; and the problem where there are none.

        What nobody is known by contradicts whoever is known by another: a username that is not theirs, but not one
        beside which theirs is not known.
        """
        named = {"user_id": row.user_id, "username": row.username, "email": row.email}
        groups = {kind: self._by.get((kind, value), []) for kind, value in named.items() if value}
        known = [group for group in groups.values() if group]
        if not known or not groups.get("user_id", known):
            return [], "unknown"
        first, *others = known
        shared = [account for account in first if all(account in group for group in others)]
        is_one = any(
            all(_names_of(account).get(kind, named[kind]) == named[kind] for kind in groups)
            for account in shared
        )
        return (shared, "") if is_one else ([], "contradictory")


def _names_of(account: PlatformAccount) -> Mapping[str, str]:
    """What is known to name the account, as rows have it."""
    names = {
        "user_id": account.user_id,
        "username": account.username,
        "email": (account.person.email or "").lower(),
    }
    return {kind: value for kind, value in names.items() if value}


def _checked(
    row: Row,
    accounts: _Accounts,
    own: Mapping[int | None, Sequence[Observation]],
    by_id: int | None,
    policy: Policy,
) -> Checked:
    if row.problem:
        return Checked(row=row, problem=row.problem)
    named, problem = accounts.named_in(row)
    if not row.username:
        # Of several with one address those count who are in the course. A username is one person's at a time: where
        # two have it, one of them is known by what is somebody else's now.
        named = [each for each in named if _is_in(own.get(each.person_id, ()))] or named
    if len(named) != 1:
        return Checked(row=row, problem=problem or "ambiguous")
    user_id, person = named[0].user_id, named[0].person
    observed = own.get(person.id, ())
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
