"""What a teacher can do with a badge of the course: check, confirm, pause, set conditions, take a newer version."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, request

from badges.days import start_of_day
from lti_tool.awarding import looks, rule_changes
from lti_tool.store.models import Person
from lti_tool.web.current import current_tool
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext
from lti_tool.web.visits import current_teacher_visit, rule_of

pages = Blueprint("rule_actions", __name__)


@pages.post("/lti/app/rules/<int:rule_id>/check")
def check(rule_id: int) -> str:
    """Looks at the platform now."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.read() as session:
        rule_of(session, visit, rule_id)
    error = looks.look(tool.store, tool.connect, rule_id, tool.clock())
    if error:
        return course_page(visit, Notice(text=_("The check failed. The reason is shown below."), light="no"))
    return course_page(visit, Notice(text=_("Checked just now.")))


@pages.post("/lti/app/rules/<int:rule_id>/tick")
def confirm_learners(rule_id: int) -> str:
    visit = current_teacher_visit()
    tool = current_tool()
    learner_ids = request.form.getlist("learner", type=int)
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        by = session.get(Person, visit.person_id) if visit.person_id is not None else None
        awards = rule_changes.confirm_learners(session, rule, learner_ids, by, tool.clock())
    if not awards:
        return course_page(visit, Notice(text=_("No learner is selected. Select at least one."), light="no"))
    text = ngettext("%(num)s badge is being prepared.", "%(num)s badges are being prepared.", len(awards))
    return course_page(visit, Notice(text=text))


@pages.post("/lti/app/rules/<int:rule_id>/gate")
def confirm_restriction(rule_id: int) -> str:
    """Records that the teacher has restricted the link, for platforms that do not show it themselves."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        rule_changes.confirm_restriction(rule_of(session, visit, rule_id), tool.clock())
    return course_page(visit, Notice(text=_("Saved. From now on, learners who open the link get the badge.")))


@pages.post("/lti/app/rules/<int:rule_id>/pause")
def pause(rule_id: int) -> str:
    """Pauses automatic awarding, or resumes it."""
    visit = current_teacher_visit()
    tool = current_tool()
    paused = request.form.get("paused") == "yes"
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        if paused:
            rule_changes.pause(rule)
        else:
            rule_changes.resume(session, rule, tool.clock())
    text = (
        _("Automatic awarding of this badge is paused until you resume it.")
        if paused
        else _("Automatic awarding is resumed.")
    )
    return course_page(visit, Notice(text=text))


@pages.post("/lti/app/rules/<int:rule_id>/newer")
def take_newer_version(rule_id: int) -> str:
    visit = current_teacher_visit()
    with current_tool().store.begin() as session:
        rule_changes.take_newer_version(session, rule_of(session, visit, rule_id))
    return course_page(
        visit, Notice(text=_("The new version is awarded from now on. Badges already awarded do not change."))
    )


@pages.post("/lti/app/rules/<int:rule_id>/conditions")
def set_conditions(rule_id: int) -> str:
    """Sets the date before which nothing is awarded, and whether the teacher confirms each learner."""
    visit = current_teacher_visit()
    tool = current_tool()
    text = request.form.get("not_before", "").strip()
    try:
        not_before = start_of_day(date.fromisoformat(text), tool.issuer.profile.zone) if text else None
    except ValueError:
        return course_page(
            visit, Notice(text=_("Enter the date as year-month-day, such as 2027-06-30."), light="no")
        )
    needs_tick = request.form.get("needs_tick") == "yes"
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        conditions = rule_changes.Conditions(not_before=not_before, needs_tick=needs_tick)
        rule_changes.set_conditions(session, rule, conditions, tool.clock())
    return course_page(visit, Notice(text=_("Saved. This applies to all badges awarded from now on.")))
