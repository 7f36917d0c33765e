"""Acts on several people of the list at once: each is shown first, with whom it is about, and asked for once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast, get_args

from flask import Blueprint, request

from badges.template.model import stored_template
from lti_tool.bulk_acts import work
from lti_tool.bulk_acts.kinds import WITH_REASON
from lti_tool.store.queries.roster import Named
from lti_tool.web.checked_requests import row_ids, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.teacher.award_actions import MAX_REASON_LENGTH
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.roster.acts import act_page
from lti_tool.web.teacher.roster.asking import Asking, asked_act, asking_page, check_allowed
from lti_tool.web.teacher.roster.bulk_plan import (
    ABOUT_HAND_AWARDS,
    ABOUT_PEOPLE,
    Act,
    Choice,
    Plan,
    planned,
)
from lti_tool.web.teacher.roster.entries import Entry, everybody
from lti_tool.web.teacher.roster.page import roster_page
from lti_tool.web.teacher.roster.view import View, asked_view, listed
from lti_tool.web.teacher.roster.words import left_out_sentences
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("roster_bulk", __name__)


@pages.post("/lti/app/rules/<int:rule_id>/people/bulk")
def act_on_several(rule_id: int) -> str:
    """Shows whom the act is about; does it to those who were shown where the form says so, and has a reason if it needs
    one."""
    visit = current_teacher_visit()
    view, act = asked_view(rule_id), request.form.get("do", "")
    if act not in get_args(Act):
        return roster_page(visit, view)
    reason = typed_line("reason", MAX_REASON_LENGTH)
    if request.form.get("confirmed") != "yes" or (act in WITH_REASON and not reason):
        return _preview(visit, view, cast(Act, act))
    return _begin(visit, view, cast(Act, act), reason)


def _begin(visit: Visit, view: View, act: Act, reason: str) -> str:
    tool, asked = current_tool(), asked_act(visit, act, reason)
    begin = _BEGIN[_field(act)]
    with tool.store.begin() as session:
        rule = rule_of(session, visit, view.rule_id)
        check_allowed(session, visit, act)
        begun = begin(session, tool.issuers, rule, asked, row_ids(_field(act)), tool.clock())
        begun_id = begun.id if begun is not None else None
    if begun_id is None:
        text = _("None of them is in this list any more. Nothing was done.")
        return roster_page(visit, view, Notice(text=text, light="no"))
    return act_page(visit, view, begun_id)


def _preview(visit: Visit, view: View, act: Act) -> str:
    choice = Choice(
        is_all=request.form.get("all") == "yes", awards=row_ids("award"), people=row_ids("learner")
    )
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, view.rule_id)
        check_allowed(session, visit, act)
        people = everybody(session, rule, current_tool().clock())
        found = listed(people.entries, view).found if choice.is_all else people.entries
        plan = planned(act, found, choice, visit.person_id)
        template = stored_template(people.template.body)
    left_out = left_out_sentences(plan)
    if not plan.able:
        text = " ".join(left_out) or _("Choose at least one learner, or all who are found.")
        return roster_page(visit, view, Notice(text=text, light="no"))
    asking = Asking(
        kind=act,
        badge=template.name,
        people=[Named(person_id=each.person_id, name=each.name, email=each.email) for each in plan.able],
        action=f"/lti/app/rules/{view.rule_id}/people/bulk",
        fields={"do": act, _field(act): _ids(plan)},
        left_out=left_out,
        reason_missing=request.form.get("confirmed") == "yes",
    )
    return asking_page(visit, view, asking)


def _field(act: Act) -> str:
    """The field of the form that names those who are shown."""
    if act in ABOUT_PEOPLE:
        return "learner"
    return "hand_award" if act in ABOUT_HAND_AWARDS else "award"


#: What begins an act, by the field that names those whom it is about, and how the field names an entry.
_BEGIN = {
    "learner": work.begin_with_people,
    "hand_award": work.begin_with_hand_awards,
    "award": work.begin_with_awards,
}
_NAMED_BY: Mapping[str, Callable[[Entry], int | None]] = {
    "learner": lambda entry: entry.person_id,
    "hand_award": lambda entry: entry.hand_award.id if entry.hand_award is not None else None,
    "award": lambda entry: entry.award_id,
}


def _ids(plan: Plan) -> str:
    named_by = _NAMED_BY[_field(plan.act)]
    return " ".join(str(named_by(each)) for each in plan.able)
