"""What a teacher can do with a badge of the course: check, confirm, undo, pause, set conditions, renew."""

from __future__ import annotations

from datetime import UTC

from flask import Blueprint, render_template, request

from lti_tool.awarding import confirmations, gradebook, looks, rule_changes, undo
from lti_tool.conditions.form import Asked
from lti_tool.conditions.page import Line
from lti_tool.conditions.tree import read_tree, with_demands
from lti_tool.errors import NotFoundError
from lti_tool.store import events, queries
from lti_tool.web.checked_requests import row_id, row_ids
from lti_tool.web.current import current_tool
from lti_tool.web.filters import error_sentence
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.plug_sentences import page_sentence
from lti_tool.web.teacher.condition_parts import statement_in
from lti_tool.web.teacher.confirmation_notices import answered_notice, confirmed_notice
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.teacher.roster.page import page_after
from lti_tool.web.teacher.rule_form import Problem, chosen_demands
from lti_tool.web.teacher.who_would import Switch, terms_of, who_page, who_would
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of
from signing.timestamps import from_timestamp

pages = Blueprint("rule_actions", __name__)


@pages.post("/lti/app/rules/<int:rule_id>/check")
def check(rule_id: int) -> str:
    """Looks at the platform now."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.read() as session:
        course_id = rule_of(session, visit, rule_id).course_id
    error = looks.look(tool.store, tool.connect, course_id, tool.clock(), page_issuer().policy, tool.clock)
    if error:
        return course_page(visit, Notice(text=_("The check failed. The reason is shown below."), light="no"))
    return course_page(visit, Notice(text=_("Checked just now.")))


@pages.post("/lti/app/rules/<int:rule_id>/tick")
def confirm_learners(rule_id: int) -> str:
    visit = current_teacher_visit()
    tool = current_tool()
    person_ids = row_ids("learner")
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        confirmed = confirmations.confirm_learners(
            session, rule, person_ids, visit.person_id, page_issuer().policy, tool.clock()
        )
        notice = confirmed_notice(session, confirmed)
    return page_after(visit, notice)


@pages.post("/lti/app/rules/<int:rule_id>/answer")
def answer_question(rule_id: int) -> str:
    """Records whether all have completed or the restriction was removed."""
    visit = current_teacher_visit()
    tool = current_tool()
    said = request.form.get("answer", "")
    if visit.person_id is None or said not in ("completed", "removed"):
        return course_page(visit, Notice(text=_("Choose one of the two answers."), light="no"))
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        answered = confirmations.answer_question(
            session,
            rule,
            row_id("question"),
            "completed" if said == "completed" else "removed",
            row_ids("people"),
            visit.person_id,
            page_issuer().policy,
            tool.clock(),
        )
        notice = answered_notice(answered, said)
    return course_page(visit, notice)


@pages.post("/lti/app/rules/<int:rule_id>/change")
def settle_change(rule_id: int) -> str:
    """Confirms or declines what has changed in the activity."""
    visit = current_teacher_visit()
    tool = current_tool()
    version_id = row_id("version")
    if request.form.get("answer") == "confirm":
        page = _who_after_change(visit, rule_id, version_id)
        if page is not None:
            return page
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        if request.form.get("answer") == "confirm":
            rule_changes.confirm_change(session, rule, version_id, visit.person_id, tool.clock())
            text = _("Confirmed. Badges are awarded by these conditions from now on.")
        else:
            rule_changes.decline_change(session, rule, version_id, visit.person_id, tool.clock())
            text = _("Declined. Nothing changes for this badge.")
    return course_page(visit, Notice(text=text))


def _who_after_change(visit: Visit, rule_id: int, version_id: int) -> str | None:
    """The page of who would get the badge once the proposed version is confirmed, where that is to be seen first."""
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, rule_id)
        proposed = queries.rules.proposed_version(session, rule.id)
        if proposed is None or proposed.id != version_id:
            return None
        tree = read_tree(proposed.tree)
        terms = terms_of(rule.course_id, rule.link.link_id, proposed.template_version, tree)
    switch = Switch(action=f"/lti/app/rules/{rule_id}/change", use=_("Confirm these conditions"))
    return who_would(visit, terms, switch)


@pages.post("/lti/app/rules/<int:rule_id>/who")
def dry_run(rule_id: int) -> str:
    """Who would get the badge now, and why, by what is known; nothing is awarded."""
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, rule_id)
        shown = queries.rules.shown_version(session, rule)
        tree = read_tree(shown.tree)
        terms = terms_of(rule.course_id, rule.link.link_id, shown.template_version, tree)
    return who_page(visit, terms, Switch(action=f"/lti/app/rules/{rule_id}/who"))


@pages.post("/lti/app/rules/<int:rule_id>/says/<condition>")
def state(rule_id: int, condition: str) -> str:
    """Records what the teacher says in the box of a condition; raises NotFoundError where the rule has no such box."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        said = statement_in(session, rule, condition, visit)
        if isinstance(said, Line):
            refusal = page_sentence(condition, said.code, **said.values)
            return course_page(visit, Notice(text=refusal, light="no"))
        confirmations.state(session, rule, said, visit.person_id, tool.clock())
    return course_page(visit, Notice(text=page_sentence(condition, said.told.code, **said.told.values)))


@pages.post("/lti/app/rules/<int:rule_id>/remove")
def remove(rule_id: int) -> str:
    """Removes a badge whose link the platform no longer has."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        rule_changes.remove(session, rule, visit.person_id, tool.clock())
    return course_page(visit, Notice(text=_("Removed. Badges already awarded stay valid.")))


@pages.post("/lti/app/rules/<int:rule_id>/pause")
def pause(rule_id: int) -> str:
    """Pauses automatic awarding, or resumes it."""
    visit = current_teacher_visit()
    tool = current_tool()
    paused = request.form.get("paused") == "yes"
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        if paused:
            rule_changes.pause(session, rule, visit.person_id, tool.clock())
        else:
            rule_changes.resume(session, rule, visit.person_id, tool.clock())
    text = (
        _("Automatic awarding of this badge is paused until you resume it.")
        if paused
        else _("Automatic awarding is resumed.")
    )
    return course_page(visit, Notice(text=text))


@pages.post("/lti/app/rules/<int:rule_id>/newer")
def take_newer_version(rule_id: int) -> str:
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        rule_changes.take_newer_version(session, rule, visit.person_id, tool.clock())
    return course_page(
        visit,
        Notice(
            text=_(
                "The new version is awarded from now on. Badges already awarded do not change. If it asks for a "
                "higher result, learners need that result from now on."
            )
        ),
    )


@pages.post("/lti/app/rules/<int:rule_id>/conditions")
def set_conditions(rule_id: int) -> str:
    """Sets what is asked for beside the occasion, or shows what is wrong with it at its field."""
    visit = current_teacher_visit()
    tool = current_tool()
    # Nothing is left open here: what the form shows is what the rule asks for.
    demands = chosen_demands(request.form, Asked(zone=page_issuer().profile.zone, confirm_at_first=False))
    if isinstance(demands, Problem):
        with tool.store.read() as session:
            rule_of(session, visit, rule_id)
        return course_page(visit, refused=demands)
    with tool.store.read() as session:
        rule = rule_of(session, visit, rule_id)
        shown = queries.rules.shown_version(session, rule)
        tree = with_demands(read_tree(shown.tree), demands)
        terms = terms_of(rule.course_id, rule.link.link_id, shown.template_version, tree)
    page = who_would(visit, terms, Switch(action=f"/lti/app/rules/{rule_id}/conditions", use=_("Save")))
    if page is not None:
        return page
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        rule_changes.set_demands(session, rule, demands, visit.person_id, tool.clock())
    return course_page(visit, Notice(text=_("Saved. This applies to all badges awarded from now on.")))


@pages.post("/lti/app/rules/<int:rule_id>/undo")
def undo_batch(rule_id: int) -> str:
    """Shows whom undoing a batch of awards is about; revokes those who were shown where the form says so.

    Raises NotFoundError where the rule has no such batch.
    """
    visit = current_teacher_visit()
    tool = current_tool()
    try:
        earned_at = from_timestamp(request.form.get("batch", "")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotFoundError("there is no such batch") from error
    if request.form.get("confirmed") != "yes":
        with tool.store.read() as session:
            batch = undo.batch_at(session, rule_of(session, visit, rule_id).id, earned_at)
            if batch is None:
                raise NotFoundError("there is nothing to undo any more")
            return render_template("teacher/undo.html", visit=visit, rule_id=rule_id, batch=batch)
    seen = row_ids("award")
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        undone = len(undo.undo(session, rule, earned_at, seen, tool.clock(), visit.actor))
    text = ngettext(
        "%(num)s badge is revoked as issued by mistake.",
        "%(num)s badges are revoked as issued by mistake.",
        undone,
    )
    return page_after(visit, Notice(text=text, light="yes" if undone else "no"))


@pages.post("/lti/app/rules/<int:rule_id>/gradebook")
def show_in_gradebook(rule_id: int) -> str:
    """Shows the badge in the gradebook from now on, or no more. Raises NotAllowedError where it cannot be shown."""
    visit = current_teacher_visit()
    tool, by = current_tool(), events.person(visit.person_id)
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        if request.form.get("on") != "yes":
            gradebook.switch_off(session, rule, tool.clock(), by)
    if request.form.get("on") != "yes":
        return course_page(visit, Notice(text=_("Nozimite writes no more scores for this badge.")))
    error = gradebook.switch_on(tool.store, tool.issuers, tool.connect, rule_id, tool.clock(), by)
    if error is not None:
        why = error_sentence(error.as_json())
        text = _("Your learning platform did not accept a column: %(why)s", why=why)
        return course_page(visit, Notice(text=text, light="no"))
    text = _("The gradebook shows the badge from now on. Scores are written within a minute.")
    return course_page(visit, Notice(text=text))
