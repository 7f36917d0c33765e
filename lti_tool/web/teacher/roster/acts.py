"""The page of an act on several people: how far it is, what came out for whom, and the way to undo it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, render_template, request

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.bulk_acts import work
from lti_tool.bulk_acts.kinds import DONE, UNDONE_BY, WITH_REASON, Kind
from lti_tool.bulk_acts.work import Progress
from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import BulkAct
from lti_tool.store.queries.bulk_acts import Result
from lti_tool.store.queries.roster import Named
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.teacher.award_actions import MAX_REASON_LENGTH
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.roster import act_words
from lti_tool.web.teacher.roster.asking import Asking, asked_act, asking_page, check_allowed
from lti_tool.web.teacher.roster.page import roster_page
from lti_tool.web.teacher.roster.view import View, asked_view
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit, rule_of

pages = Blueprint("roster_acts", __name__)

#: How many are named of those to whom it was done.
NAMED = 100
#: How many are named of those to whom it was not done.
NAMED_LEFT = 500
#: How many acts the page of acts leads to.
LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAct:
    """An act as its page shows it. `done` and `left` are the first of those to whom it was done, and was not.

    `undone_by`: the kind of act that undoes it, where there is something to undo.
    """

    id: int
    kind: str
    badge: Texts
    reason: str
    asked_at: datetime
    asked_by: str
    progress: Progress
    done: Sequence[Result]
    left: Sequence[Result]
    undone_by: Kind | None

    @property
    def told(self) -> Sequence[str]:
        """What came out, in sentences."""
        return act_words.outcome_sentences(self.kind, self.progress)

    @property
    def light(self) -> str:
        """As that of a Notice."""
        return "yes" if not self.progress.left else "unsure" if self.progress.done else "no"


@pages.post("/lti/app/rules/<int:rule_id>/acts")
def acts(rule_id: int) -> str:
    """The newest acts on several people of the list."""
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        rule = rule_of(session, visit, rule_id)
        return render_template(
            "teacher/roster/acts.html",
            visit=visit,
            view=asked_view(rule_id),
            acts=queries.bulk_acts.newest(session, rule.id, LISTED),
            names=act_words.NAMES,
        )


@pages.post("/lti/app/rules/<int:rule_id>/acts/<int:act_id>")
def act(rule_id: int, act_id: int) -> str:
    """The page; an act that was given up goes on where the form says so."""
    visit = current_teacher_visit()
    if request.form.get("again") == "yes":
        tool = current_tool()
        with tool.store.begin() as session:
            work.go_on(session, _act_of(session, visit, rule_id, act_id), tool.clock())
    return act_page(visit, asked_view(rule_id), act_id)


@pages.post("/lti/app/rules/<int:rule_id>/acts/<int:act_id>/work")
def act_work(rule_id: int, act_id: int) -> str:
    """How far it is, for `static/progress.js`."""
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        shown = _shown(session, _act_of(session, visit, rule_id, act_id))
    return render_template(
        "teacher/roster/act_work.html",
        visit=visit,
        view=asked_view(rule_id),
        act=shown,
        names=act_words.NAMES,
    )


@pages.post("/lti/app/rules/<int:rule_id>/acts/<int:act_id>/undo")
def undo_act(rule_id: int, act_id: int) -> str:
    """Shows whom undoing it is about; undoes it where the form says so, and has a reason if it needs one."""
    visit, tool = current_teacher_visit(), current_tool()
    view, reason = asked_view(rule_id), typed_line("reason", MAX_REASON_LENGTH)
    with tool.store.read() as session:
        found = _act_of(session, visit, rule_id, act_id)
        kind, people = UNDONE_BY.get(found.kind), work.left_to_undo(session, found)
        badge = _badge_of(session, found)
        named = [
            Named(person_id=each.person_id, name=each.person.name, email=each.person.email) for each in people
        ]
    if kind is None or found.ended_at is None or not people:
        return roster_page(visit, view, Notice(text=_("There is nothing to undo any more."), light="no"))
    is_confirmed = request.form.get("confirmed") == "yes"
    if not is_confirmed or (kind in WITH_REASON and not reason):
        address = f"/lti/app/rules/{rule_id}/acts/{act_id}/undo"
        asking = Asking(kind=kind, badge=badge, people=named, action=address, reason_missing=is_confirmed)
        return asking_page(visit, view, asking)
    asked = asked_act(visit, kind, reason)
    with tool.store.begin() as session:
        check_allowed(session, visit, kind)
        begun = work.begin_undoing(session, tool.issuers, found.id, asked, tool.clock())
        begun_id = begun.id if begun is not None else None
    if begun_id is None:
        return roster_page(visit, view, Notice(text=_("There is nothing to undo any more."), light="no"))
    return act_page(visit, view, begun_id)


def act_page(visit: Visit, view: View, act_id: int) -> str:
    """The page of an act. Raises NotFoundError where the visit's course has no such act."""
    with current_tool().store.read() as session:
        shown = _shown(session, _act_of(session, visit, view.rule_id, act_id))
    return render_template(
        "teacher/roster/act.html",
        visit=visit,
        view=view,
        act=shown,
        names=act_words.NAMES,
        why_not=act_words.WHY_NOT,
    )


def _act_of(session: Session, visit: Visit, rule_id: int, act_id: int) -> BulkAct:
    rule = rule_of(session, visit, rule_id)
    found = queries.bulk_acts.bulk_act(session, act_id)
    if found is None or found.rule_id != rule.id:
        raise NotFoundError("this badge has no such act")
    return found


def _shown(session: Session, found: BulkAct) -> ShownAct:
    progress = work.progress_of(session, found)
    not_done: Collection[str] = progress.outcomes.keys() - DONE - {""}
    is_over = not progress.goes_on
    return ShownAct(
        id=found.id,
        kind=found.kind,
        badge=_badge_of(session, found),
        reason=found.reason,
        asked_at=found.asked_at,
        asked_by=(found.asked_by.name if found.asked_by is not None else None) or "",
        progress=progress,
        done=queries.bulk_acts.results(session, found.id, DONE, NAMED) if is_over else (),
        left=queries.bulk_acts.results(session, found.id, not_done, NAMED_LEFT) if is_over else (),
        undone_by=UNDONE_BY.get(found.kind) if is_over and work.left_to_undo(session, found) else None,
    )


def _badge_of(session: Session, found: BulkAct) -> Texts:
    return stored_template(queries.rules.shown_version(session, found.rule).template_version.body).name
