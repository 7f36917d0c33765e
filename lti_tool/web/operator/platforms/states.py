"""How it stands with a platform: in order, in trouble and why, disabled, or waiting for its administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lti_tool.doctor.findings import Finding
from lti_tool.doctor.platforms import records
from lti_tool.self_test.results import SelfTest, read_self_test
from lti_tool.store import Session, queries
from lti_tool.store.models import PlatformSelfTest, RegistrationRow
from lti_tool.web.operator.platforms.words import Said, said, said_of
from lti_tool.wiring import Tool

State = Literal["disabled", "in_trouble", "awaiting", "in_order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A platform as it stands. `launched_at`: when somebody came from it last; None where nobody has.

    `troubles` are what the last self-test has found, `unread` what the database says is not in order: courses that
    cannot be read, messages that were refused. A disabled one has none.
    """

    row: RegistrationRow
    state: State
    troubles: Sequence[Said]
    unread: Sequence[Said]
    launched_at: datetime | None
    courses: int
    self_test: SelfTest | None
    tested_at: datetime | None


def standings(session: Session, tool: Tool, rows: Sequence[RegistrationRow]) -> Sequence[Standing]:
    """How it stands with each of the platforms."""
    ids = [row.id for row in rows]
    launched = queries.platform_launches.launched_at(session, ids)
    courses = queries.platforms.numbers_of_courses(session, ids)
    tests = queries.platforms.self_tests(session, ids)
    used = [queries.platforms.as_registration(row) for row in rows if row.disabled_at is None]
    found = records.of_all(session, used, tool)
    return [
        _standing(row, found.get(row.id, ()), launched, courses.get(row.id, 0), tests.get(row.id))
        for row in rows
    ]


def _standing(
    row: RegistrationRow,
    found: Sequence[Finding],
    launched: Mapping[int, datetime],
    courses: int,
    kept: PlatformSelfTest | None,
) -> Standing:
    test = read_self_test(kept.found) if kept is not None else None
    troubles = _of_test(test) if row.disabled_at is None else ()
    unread = [said(each.code, each.about) for each in found]
    return Standing(
        row=row,
        state=_state(row, [*troubles, *unread], launched.get(row.id)),
        troubles=troubles,
        unread=unread,
        launched_at=launched.get(row.id),
        courses=courses,
        self_test=test,
        tested_at=kept.tested_at if kept is not None else None,
    )


def _state(row: RegistrationRow, troubles: Sequence[Said], launched_at: datetime | None) -> State:
    if row.disabled_at is not None:
        return "disabled"
    if troubles:
        return "in_trouble"
    return "in_order" if launched_at is not None else "awaiting"


def _of_test(test: SelfTest | None) -> Sequence[Said]:
    steps = test.steps if test is not None else ()
    return [said_of(step) for step in steps if step.outcome == "not_in_order"]
