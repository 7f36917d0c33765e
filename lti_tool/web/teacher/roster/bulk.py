"""Acts on several people of the list at once: each is shown first, with whom it is about, and done once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import cast, get_args

from flask import Blueprint, render_template, request

from badges.template.model import stored_template
from lti_tool.awarding import awards, confirmations
from lti_tool.awarding.confirmations import Confirmed
from lti_tool.deliveries import dispatch
from lti_tool.errors import AwardStateError
from lti_tool.store import Session, queries
from lti_tool.store.models import Award
from lti_tool.web.checked_requests import row_ids, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.award_actions import MAX_REASON_LENGTH
from lti_tool.web.teacher.confirmation_notices import confirmed_notice
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.roster.bulk_plan import Act, Choice, Plan, planned
from lti_tool.web.teacher.roster.entries import everybody
from lti_tool.web.teacher.roster.page import roster_page
from lti_tool.web.teacher.roster.view import View, asked_view, listed
from lti_tool.web.teacher.roster.words import left_out_sentences
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("roster_bulk", __name__)

#: How many are done in one transaction, which holds the course or the status list for a moment.
DONE_AT_ONCE = 100
#: How many are named before it is done.
NAMED = 100
#: How long it is known that a page that asked was answered.
_KNOWN_FOR = timedelta(days=1)


@pages.post("/lti/app/rules/<int:rule_id>/people/bulk")
def act_on_several(rule_id: int) -> str:
    """Shows whom the act is about; does it to those who were shown where the form says so, and has a reason if it needs
    one."""
    visit = current_teacher_visit()
    view, act = asked_view(rule_id), request.form.get("do", "")
    if act not in get_args(Act):
        return roster_page(visit, view)
    choice = Choice(
        is_all=request.form.get("all") == "yes", awards=row_ids("award"), people=row_ids("learner")
    )
    reason = typed_line("reason", MAX_REASON_LENGTH)
    once = request.form.get("once", "")
    is_confirmed = request.form.get("confirmed") == "yes" and re.fullmatch(r"[\w-]{8,40}", once) is not None
    if not is_confirmed or (act == "revoke" and not reason):
        return _preview(visit, view, cast(Act, act), choice)
    with current_tool().store.read() as session:
        rule_of(session, visit, rule_id)
    if not _is_first(visit, once):
        text = _("This was sent once already. Nothing was done twice.")
        return roster_page(visit, view, Notice(text=text, light="unsure"))
    if act == "confirm":
        notice = _confirm(visit, rule_id, sorted(set(row_ids("learner"))))
    else:
        notice = _do(visit, rule_id, cast(Act, act), sorted(set(row_ids("award"))), reason)
    return roster_page(visit, view, notice)


def _preview(visit: Visit, view: View, act: Act, choice: Choice) -> str:
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, view.rule_id)
        people = everybody(session, rule, current_tool().clock())
        found = listed(people.entries, view).found if choice.is_all else people.entries
        plan = planned(act, found, choice, visit.person_id)
        template = stored_template(people.template.body)
    left_out = left_out_sentences(plan)
    if not plan.able:
        text = " ".join(left_out) or _("Choose at least one learner, or all who are found.")
        return roster_page(visit, view, Notice(text=text, light="no"))
    return render_template(
        "teacher/roster/bulk.html",
        visit=visit,
        view=view,
        plan=plan,
        left_out=left_out,
        template=template,
        named=sorted(plan.able, key=lambda entry: (not entry.name, entry.name.casefold()))[:NAMED],
        ids=_ids(plan),
        once=secrets.token_urlsafe(12),
        reason_missing=act == "revoke" and request.form.get("confirmed") == "yes",
    )


def _ids(plan: Plan) -> str:
    """Those who are shown, as a field of the form names them."""
    return " ".join(str(entry.award_id or entry.person_id) for entry in plan.able)


def _is_first(visit: Visit, once: str) -> bool:
    """Whether the page that asked is answered for the first time: a second click does nothing twice."""
    key = "bulk-" + sha256(f"{visit.token} {once}".encode()).hexdigest()
    return current_tool().expiring_values.add(key, {}, int(_KNOWN_FOR.total_seconds()))


def _confirm(visit: Visit, rule_id: int, person_ids: Sequence[int]) -> Notice:
    tool, policy = current_tool(), page_issuer().policy
    done: list[Confirmed] = []
    for some in _in_parts(person_ids):
        with tool.store.begin() as session:
            rule = rule_of(session, visit, rule_id)
            done.append(
                confirmations.confirm_learners(session, rule, some, visit.person_id, policy, tool.clock())
            )
    with tool.store.read() as session:
        return confirmed_notice(session, _together(done))


def _together(done: Sequence[Confirmed]) -> Confirmed:
    return Confirmed(
        awards=[award for each in done for award in each.awards],
        refused={person: why for each in done for person, why in each.refused.items()},
        first={person: by for each in done for person, by in each.first.items()},
    )


def _do(visit: Visit, rule_id: int, act: Act, award_ids: Sequence[int], reason: str) -> Notice:
    """Does it to those of the awards that are of the rule, and for which it can still be done."""
    tool, number, too_late = current_tool(), 0, 0

    def revoke(session: Session, award: Award) -> None:
        awards.revoke(session, award, reason, tool.clock(), visit.actor)

    def send(session: Session, award: Award) -> None:
        if award.credential is None or award.status == "revoked" or not award.person.email:
            raise AwardStateError("not_issued", "there is nothing to send, or no address to send it to")
        dispatch.resend(session, page_issuer(), award, tool.clock(), visit.actor)

    do: Callable[[Session, Award], None] = revoke if act == "revoke" else send
    for some in _in_parts(award_ids):
        with tool.store.begin() as session:
            rule = rule_of(session, visit, rule_id)
            for award in list(queries.roster.whole_awards(session, some)):
                if award.rule_id != rule.id:
                    continue
                try:
                    do(session, award)
                    number += 1
                except AwardStateError:
                    too_late += 1
    return _told(act, number, too_late)


def _told(act: Act, number: int, too_late: int) -> Notice:
    done = (
        ngettext("%(num)s badge is revoked.", "%(num)s badges are revoked.", number)
        if act == "revoke"
        else ngettext("%(num)s badge is being sent again.", "%(num)s badges are being sent again.", number)
    )
    left = ngettext(
        "%(num)s was left as it is: somebody has changed it meanwhile.",
        "%(num)s were left as they are: somebody has changed them meanwhile.",
        too_late,
    )
    return Notice(
        text=f"{done} {left}" if too_late else done,
        light="no" if not number else "unsure" if too_late else "yes",
    )


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + DONE_AT_ONCE] for start in range(0, len(ids), DONE_AT_ONCE))
