"""The teacher's page: the badges of the course, how each notices, who waits, who has it, what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from badges.eu.elements import Reading
from badges.template.model import Template, read_template
from lti_tool.awarding import awards, looks, rule_changes
from lti_tool.deliveries import dispatch
from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, Learner, Sighting, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.public.badge_pages import template_readings
from lti_tool.web.visits import Visit, resume_teaching, rule_of

pages = Blueprint("teacher", __name__)

REASON_LENGTH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """All there is to show about one badge of the course."""

    rule: AwardRule
    template: Template
    readings: Sequence[Reading]
    awards: Sequence[Award]
    waiting: Sequence[Sighting]
    outside: int
    binds: bool
    newer: TemplateVersion | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an action did. `good` says whether it went as wished."""

    text: str
    good: bool = True


@pages.post("/lti/app/course")
def course() -> str:
    return course_page(resume_teaching())


@pages.post("/lti/app/rules/<int:rule_id>/check")
def check(rule_id: int) -> str:
    visit = resume_teaching()
    tool = current_tool()
    with tool.store.read() as session:
        rule_of(session, visit, rule_id)
    trouble = looks.look(tool.store, tool.connect, rule_id, tool.clock())
    if trouble:
        return course_page(visit, Notice(text=_("The check failed. The reason is shown below."), good=False))
    return course_page(visit, Notice(text=_("Checked just now.")))


@pages.post("/lti/app/rules/<int:rule_id>/tick")
def tick(rule_id: int) -> str:
    visit = resume_teaching()
    tool = current_tool()
    chosen = request.form.getlist("learner", type=int)
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        by = session.get(Learner, visit.learner_id) if visit.learner_id is not None else None
        awards = rule_changes.confirm_learners(session, rule, chosen, by, tool.clock())
    if not awards:
        return course_page(visit, Notice(text=_("No learner is selected. Select at least one."), good=False))
    return course_page(
        visit,
        Notice(
            text=ngettext(
                "%(num)s badge is being prepared.", "%(num)s badges are being prepared.", len(awards)
            )
        ),
    )


@pages.post("/lti/app/rules/<int:rule_id>/gate")
def gate(rule_id: int) -> str:
    visit = resume_teaching()
    tool = current_tool()
    with tool.store.begin() as session:
        rule_changes.confirm_restriction(session, rule_of(session, visit, rule_id), tool.clock())
    return course_page(visit, Notice(text=_("Saved. From now on, learners who open the link get the badge.")))


@pages.post("/lti/app/rules/<int:rule_id>/pause")
def pause(rule_id: int) -> str:
    visit = resume_teaching()
    tool = current_tool()
    paused = request.form.get("paused") == "yes"
    with tool.store.begin() as session:
        rule_changes.pause(session, rule_of(session, visit, rule_id), paused, tool.clock())
    text = (
        _("Automatic awarding of this badge is paused until you resume it.")
        if paused
        else _("Automatic awarding is resumed.")
    )
    return course_page(visit, Notice(text=text))


@pages.post("/lti/app/rules/<int:rule_id>/newer")
def newer(rule_id: int) -> str:
    visit = resume_teaching()
    with current_tool().store.begin() as session:
        rule_changes.take_newer_version(session, rule_of(session, visit, rule_id))
    return course_page(
        visit, Notice(text=_("The new version is awarded from now on. Badges already awarded do not change."))
    )


@pages.post("/lti/app/rules/<int:rule_id>/conditions")
def conditions(rule_id: int) -> str:
    visit = resume_teaching()
    tool = current_tool()
    text = request.form.get("not_before", "").strip()
    try:
        not_before = datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError:
        return course_page(
            visit, Notice(text=_("Enter the date as year-month-day, such as 2027-06-30."), good=False)
        )
    needs_tick = request.form.get("needs_tick") == "yes"
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        rule_changes.set_conditions(session, rule, not_before, needs_tick, tool.clock())
    return course_page(visit, Notice(text=_("Saved. This applies to all badges awarded from now on.")))


@pages.post("/lti/app/awards/<int:award_id>/resend")
def resend(award_id: int) -> str:
    visit = resume_teaching()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award(session, visit, award_id)
        if award.credential is None or award.status == "revoked" or not award.learner.email:
            raise NotFoundError("there is no badge to send, or no address to send it to")
        dispatch.resend(session, tool.issuer, award, tool.clock())
        name = award.learner.name or _("the learner")
    return course_page(visit, Notice(text=_("The badge of %(name)s is being sent again.", name=name)))


@pages.post("/lti/app/awards/<int:award_id>/revoke")
def revoke(award_id: int) -> str:
    """First the question, then the deed: the reason is asked for in between."""
    visit = resume_teaching()
    tool = current_tool()
    reason = " ".join(request.form.get("reason", "").split())[:REASON_LENGTH]
    confirmed = request.form.get("confirmed") == "yes"
    with tool.store.begin() as session:
        award = _award(session, visit, award_id)
        if not (confirmed and reason):
            return _asked("revoke", visit, award, confirmed)
        awards.revoke(session, award, reason, tool.clock())
        name = award.learner.name or _("the learner")
    return course_page(
        visit,
        Notice(
            text=_(
                "The badge of %(name)s is revoked. Its public page and every later check show this.",
                name=name,
            )
        ),
    )


@pages.post("/lti/app/awards/<int:award_id>/suspend")
def suspend(award_id: int) -> str:
    """As with revoking, the reason is asked for in between."""
    visit = resume_teaching()
    tool = current_tool()
    reason = " ".join(request.form.get("reason", "").split())[:REASON_LENGTH]
    confirmed = request.form.get("confirmed") == "yes"
    with tool.store.begin() as session:
        award = _award(session, visit, award_id)
        if not (confirmed and reason):
            return _asked("suspend", visit, award, confirmed)
        awards.suspend(session, award, reason, tool.clock())
        name = award.learner.name or _("the learner")
    return course_page(
        visit,
        Notice(text=_("The badge of %(name)s is suspended until you reinstate it.", name=name)),
    )


@pages.post("/lti/app/awards/<int:award_id>/reinstate")
def reinstate(award_id: int) -> str:
    visit = resume_teaching()
    with current_tool().store.begin() as session:
        award = _award(session, visit, award_id)
        awards.reinstate(session, award)
        name = award.learner.name or _("the learner")
    return course_page(visit, Notice(text=_("The badge of %(name)s is valid again.", name=name)))


def _asked(deed: str, visit: Visit, award: Award, reason_missing: bool) -> str:
    template = read_template(award.rule.template_version.body)
    return render_template(
        f"teacher/{deed}.html", visit=visit, award=award, template=template, reason_missing=reason_missing
    )


def course_page(visit: Visit, notice: Notice | None = None) -> str:
    assert visit.course_id is not None
    with current_tool().store.read() as session:
        rules = queries.rules.rules_of(session, visit.course_id)
        acting_on = (request.view_args or {}).get("rule_id", visit.rule_id)
        panels = [_panel(session, rule, acting_on, len(rules)) for rule in rules]
        panels.sort(key=lambda panel: not panel.open)
        return render_template(
            "teacher/course.html",
            visit=visit,
            panels=panels,
            notice=notice,
            mail_folder=current_tool().mail_folder,
        )


def _panel(session: Session, rule: AwardRule, acting_on: int | None, rules: int) -> Panel:
    sightings = queries.rules.sightings(session, rule.id).values()
    return Panel(
        rule=rule,
        template=read_template(rule.template_version.body),
        readings=template_readings(rule.template_version),
        awards=queries.awards.awards_of_rule(session, rule.id),
        waiting=queries.rules.waiting_sightings(session, rule),
        outside=queries.rules.outside_count(session, rule.id),
        binds=rule.gate_confirmed_at is not None
        or (not rule.everyone_can_open and any(sighting.outside_at for sighting in sightings)),
        newer=queries.templates.newer_version(session, rule),
        open=rules == 1 or rule.id == acting_on,
    )


def _award(session: Session, visit: Visit, award_id: int) -> Award:
    award = queries.awards.award(session, award_id)
    if award is None or award.course_id != visit.course_id:
        raise NotFoundError("this course has no such award")
    return award
