"""At which levels learning outcomes were met: chosen with a confirmation or of a badge, and columns for grades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, request

from badges.template.model import Template, stored_template
from lti_tool.awarding import level_columns, stated_levels
from lti_tool.awarding.confirmations import Confirmed
from lti_tool.awarding.decisions import version_that_awards
from lti_tool.errors import AwardStateError, NotFoundError
from lti_tool.store import Session, events, queries
from lti_tool.store.models import AwardRule, Person, TemplateVersion
from lti_tool.values import StatedLevel
from lti_tool.values import stated_levels as kept_levels
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.filters import error_sentence
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.award_actions import NOTHING_DONE, award_of
from lti_tool.web.teacher.confirmation_notices import confirmed_notice
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.teacher.roster.page import page_after
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("outcome_levels", __name__)

NEW_VERSION = _l(
    "The badge was changed while you chose levels for %(name)s, so nothing was done. Choose them once more."
)


@pages.post("/lti/app/awards/<int:award_id>/levels")
def state(award_id: int) -> str:
    """Asks for the levels first; has a badge issued that states them where the form has them.

    Raises NotFoundError where the badge can have none.
    """
    visit = current_teacher_visit()
    tool = current_tool()
    if request.form.get("confirmed") != "yes":
        with tool.store.read() as session:
            award = award_of(session, visit, award_id)
            template = _with_levels(award.template_version)
            chosen = kept_levels(award.outcome_levels)
            return _form(visit, f"awards/{award.id}/levels", award.person, template, chosen, award=award)
    name = ""
    try:
        with tool.store.begin() as session:
            award = award_of(session, visit, award_id)
            name = award.person.name or _("the learner")
            levels = typed_levels(_with_levels(award.template_version))
            stated_levels.state(session, award, levels, visit.person_id, page_issuer().policy, tool.clock())
    except AwardStateError as error:
        return page_after(visit, Notice(text=str(NOTHING_DONE[error.code]) % {"name": name}, light="no"))
    return page_after(visit, Notice(text=_("Saved: the badge of %(name)s states these levels.", name=name)))


@pages.post("/lti/app/rules/<int:rule_id>/levels")
def confirm(rule_id: int) -> str:
    """Asks for the levels first; confirms the learner where the form has them.

    Raises NotFoundError where the badge can have none, or nothing is known of the learner in the course.
    """
    visit = current_teacher_visit()
    tool = current_tool()
    person_id = row_id("learner")
    if request.form.get("confirmed") != "yes":
        with tool.store.read() as session:
            rule = rule_of(session, visit, rule_id)
            version = _version(session, rule)
            observed = queries.observations.of_people(session, rule.course_id, [person_id])
            person = queries.people.people(session, [person_id]).get(person_id)
            if person is None or person.erased_at is not None or person_id not in observed:
                raise NotFoundError("this course has no such learner")
            chosen = stated_levels.levels_now(session, rule, version, person_id, tool.clock())
            template = _with_levels(version)
            return _form(visit, f"rules/{rule.id}/levels", person, template, chosen, version=version)
    try:
        with tool.store.begin() as session:
            rule = rule_of(session, visit, rule_id)
            version = _version(session, rule)
            check_version(version)
            levels = typed_levels(_with_levels(version))
            confirmed: Confirmed = stated_levels.confirm(
                session, rule, person_id, levels, visit.person_id, page_issuer().policy, tool.clock()
            )
            notice = confirmed_notice(session, confirmed)
    except AwardStateError:
        notice = Notice(text=str(NEW_VERSION) % {"name": _("the learner")}, light="no")
    return page_after(visit, notice)


@pages.post("/lti/app/rules/<int:rule_id>/columns")
def make_columns(rule_id: int) -> str:
    """Makes the grade columns that the badge's assessments lack; with `anew`, of all, where one cannot be read.

    Raises NotAllowedError where none can be made.
    """
    visit = current_teacher_visit()
    tool = current_tool()
    by = events.person(visit.person_id)
    with tool.store.begin() as session:
        rule = rule_of(session, visit, rule_id)
        if request.form.get("anew") == "yes":
            level_columns.forget_columns(session, rule, tool.clock(), by)
    error = level_columns.make_columns(tool.store, tool.connect, rule_id, tool.clock(), by)
    if error is not None:
        why = error_sentence(error.as_json())
        text = _("Your learning platform did not accept a column: %(why)s", why=why)
        return course_page(visit, Notice(text=text, light="no"))
    return course_page(visit, Notice(text=_("The columns are in the gradebook. Enter the grades there.")))


def check_version(version: TemplateVersion) -> None:
    """Raises AwardStateError, `new_version`, where levels were chosen of another version than the badge has by now.

    Their numbers are those of that one: in another they may be other levels, of other outcomes.
    """
    if request.form.get("template_version", str(version.id)) != str(version.id):
        raise AwardStateError("new_version", "the badge was changed while levels were chosen")


def typed_levels(template: Template) -> Mapping[int, int | None]:
    """What a form says of each outcome: the number of its level, None for no level.

    What is no level stands as 0, which no badge has. An outcome of which the form says nothing is left out.
    """
    typed = {
        number: request.form[f"level-{number}"]
        for number in range(1, len(template.learning_outcomes) + 1)
        if f"level-{number}" in request.form
    }
    return {number: row_id(f"level-{number}") if text else None for number, text in typed.items()}


def _version(session: Session, rule: AwardRule) -> TemplateVersion:
    version = version_that_awards(session, rule) or queries.rules.shown_version(session, rule)
    return version.template_version


def _with_levels(version: TemplateVersion) -> Template:
    template = stored_template(version.body)
    if not template.outcome_levels or not template.learning_outcomes:
        raise NotFoundError("the badge has no levels of learning outcomes")
    return template


def _form(
    visit: Visit,
    action: str,
    person: Person,
    template: Template,
    chosen: Sequence[StatedLevel],
    **values: Any,
) -> str:
    return render_template(
        "teacher/levels.html",
        visit=visit,
        action=f"/lti/app/{action}",
        learner=person,
        template=template,
        chosen={each.outcome: each for each in chosen},
        **values,
    )
