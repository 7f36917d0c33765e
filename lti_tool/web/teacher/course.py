"""The teacher's page of a course: its badges, who waits for a confirmation, and who has which badge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request

from badges.eu.elements import Reading
from badges.template.model import Template, read_template
from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, Sighting, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.public.badge_pages import announced_readings
from lti_tool.web.translation import Sentence
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("teacher", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Everything to show about one badge of the course.

    `waiting` are the learners to confirm, `outside_count` those for whom the link does not open. `is_restricted`: it
    has been seen, or a teacher has said, that the link does not open for everybody. `newer` is a newer version.
    """

    rule: AwardRule
    template: Template
    readings: Sequence[Reading]
    awards: Sequence[Award]
    waiting: Sequence[Sighting]
    outside_count: int
    is_restricted: bool
    newer: TemplateVersion | None
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an action did, above the course page; `light` is "yes" where it succeeded, else "no"."""

    text: Sentence
    light: str = "yes"


@pages.post("/lti/app/course")
def course() -> str:
    return course_page(current_teacher_visit())


def course_page(visit: Visit, notice: Notice | None = None) -> str:
    """The page of the visit's course, with the badge that the request is about opened and first.

    Raises NotAllowedError for a visit outside of a course.
    """
    if visit.course_id is None:
        raise NotAllowedError("this page is for a course")
    with current_tool().store.read() as session:
        rules = queries.rules.rules_of(session, visit.course_id)
        acting_on = (request.view_args or {}).get("rule_id", visit.rule_id)
        open_id = rules[0].id if len(rules) == 1 else acting_on
        panels = [_panel(session, rule, open_id) for rule in rules]
        panels.sort(key=lambda panel: not panel.is_open)
        return render_template(
            "teacher/course.html",
            visit=visit,
            panels=panels,
            notice=notice,
            mail_folder=current_tool().mail_folder,
        )


def _panel(session: Session, rule: AwardRule, open_id: int | None) -> Panel:
    sightings = queries.rules.sightings(session, rule.id).values()
    return Panel(
        rule=rule,
        template=read_template(rule.template_version.body),
        readings=announced_readings(rule.template_version),
        awards=queries.awards.awards_of_rule(session, rule.id),
        waiting=queries.rules.waiting_sightings(session, rule),
        outside_count=queries.rules.outside_count(session, rule.id),
        is_restricted=rule.gate_confirmed_at is not None
        or (not rule.everyone_can_open and any(sighting.outside_at for sighting in sightings)),
        newer=queries.templates.newer_version(session, rule),
        is_open=rule.id == open_id,
    )
