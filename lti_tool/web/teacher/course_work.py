"""What goes on in a course at the moment: the first look at it, and badges that are being made, each with counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.awarding import looks
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule
from lti_tool.web.current import current_tool
from lti_tool.web.visits import current_teacher_visit

pages = Blueprint("course_work", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How far something has come: so many of so many; `of` is 0 as long as nobody knows."""

    done: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Badges that are being made; `name` is that of the badge."""

    rule_id: int
    name: Texts
    counted: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseWork:
    """`reading` counts the people of the course whom its first look has read; None while none is going on."""

    reading: Counted | None
    making: Sequence[Making]

    @property
    def goes_on(self) -> bool:
        return self.reading is not None or bool(self.making)


@pages.post("/lti/app/course/work")
def work() -> str:
    """How far it has come, for `static/progress.js`; the page that is asked for has no other part of the course's."""
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        rules = queries.rules.rules_of(session, visit.course_id) if visit.course_id is not None else ()
        going_on = work_in(session, rules, [rule.id for rule in rules])
        return render_template("teacher/work.html", visit=visit, work=going_on)


def work_in(session: Session, rules: Sequence[AwardRule], making: Collection[int]) -> CourseWork:
    """What goes on for these rules, which are all of one course; `making`: those of which badges may be being made."""
    made = queries.course_page.being_made(session, making) if making else {}
    return CourseWork(reading=_reading(session, rules), making=_making(rules, made))


def _making(rules: Sequence[AwardRule], made: Mapping[int, tuple[int, int]]) -> Sequence[Making]:
    return [
        Making(rule_id=rule.id, name=_name(rule), counted=Counted(done=made[rule.id][0], of=made[rule.id][1]))
        for rule in rules
        if rule.id in made
    ]


def _name(rule: AwardRule) -> Texts:
    return stored_template(queries.rules.shown_of(rule.versions).template_version.body).name


def _reading(session: Session, rules: Sequence[AwardRule]) -> Counted | None:
    """How far the first look at the course is. A failed one is none: the page says what is wrong."""
    waiting = [
        rule
        for rule in rules
        if rule.checked_at is None and rule.trouble is None and rule.removed_at is None and not rule.paused
    ]
    if not waiting or waiting[0].course.concluded_at is not None:
        return None
    course_id = waiting[0].course_id
    if not looks.is_coming(session, course_id, current_tool().clock()):
        return None
    row = queries.observations.newest_look(session, course_id)
    counts = row.counts if row is not None and row.outcome == "begun" else {}
    return Counted(done=counts.get("read", 0), of=counts.get("members", 0))
