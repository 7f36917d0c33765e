"""What a teacher can do with an awarded badge: send or try again, correct, revoke, award again, suspend, reinstate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Blueprint, render_template, request

from badges.template.model import stored_template
from lti_tool.awarding import awards, confirmations, result_changes
from lti_tool.deliveries import dispatch
from lti_tool.errors import AwardStateError, NotFoundError
from lti_tool.issuing.signed_content import signed_content
from lti_tool.people import own_badges
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.course import Notice
from lti_tool.web.teacher.roster.page import page_after
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("award_actions", __name__)

MAX_REASON_LENGTH = 500


@pages.post("/lti/app/awards/<int:award_id>/resend")
def resend(award_id: int) -> str:
    """Sends the badge again; raises NotFoundError where it is not issued, or the learner has no e-mail address."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = award_of(session, visit, award_id)
        if award.credential is None or award.status == "revoked" or not award.person.email:
            raise NotFoundError("there is no badge to send, or no address to send it to")
        dispatch.resend(session, page_issuer(), award, tool.clock(), visit.actor)
        name = _name_of(award)
    return page_after(visit, Notice(text=_("The badge of %(name)s is being sent again.", name=name)))


@pages.post("/lti/app/awards/<int:award_id>/retry")
def retry(award_id: int) -> str:
    """Has what was given up be tried again: issuing the badge, or sending it."""
    return _change(award_id, awards.try_again, _l("The badge of %(name)s is being tried again."))


@pages.post("/lti/app/awards/<int:award_id>/revoke")
def revoke(award_id: int) -> str:
    """Asks for a reason first; revokes where the form has one."""
    return _with_reason(
        award_id,
        "revoke",
        awards.revoke,
        _l("The badge of %(name)s is revoked. Its public page and every later check show this."),
    )


@pages.post("/lti/app/awards/<int:award_id>/confirm")
def confirm(award_id: int) -> str:
    """Records that somebody who was seen as staff has earned the badge."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = award_of(session, visit, award_id)
        confirmations.confirm_award(session, award, visit.person_id, page_issuer().policy, tool.clock())
        name = _name_of(award)
    return page_after(visit, Notice(text=_("Saved: %(name)s keeps the badge.", name=name)))


@pages.post("/lti/app/awards/<int:award_id>/again")
def again(award_id: int) -> str:
    """Asks for a reason first; awards a revoked badge again where the form has one."""

    def award_again(session: Session, award: Award, reason: str, now: datetime, by: Actor) -> None:
        confirmations.award_again(session, award, reason, page_issuer().policy, now, by)

    return _with_reason(award_id, "again", award_again, _l("The badge of %(name)s is awarded again."))


@pages.post("/lti/app/awards/<int:award_id>/suspend")
def suspend(award_id: int) -> str:
    """Asks for a reason first; suspends where the form has one."""
    return _with_reason(
        award_id, "suspend", awards.suspend, _l("The badge of %(name)s is suspended until you reinstate it.")
    )


@pages.post("/lti/app/awards/<int:award_id>/reinstate")
def reinstate(award_id: int) -> str:
    return _change(award_id, awards.reinstate, _l("The badge of %(name)s is valid again."))


@pages.post("/lti/app/awards/<int:award_id>/settle")
def settle(award_id: int) -> str:
    """Records that a teacher has answered what the learner asked to have corrected."""
    return _change(award_id, own_badges.settle_correction, _l("Saved: what %(name)s asked for is settled."))


@pages.post("/lti/app/awards/<int:award_id>/correct")
def correct(award_id: int) -> str:
    """Shows what a corrected badge would say; has it issued where the form says so.

    Raises NotFoundError where there is no badge yet.
    """
    if request.form.get("confirmed") == "yes":
        done = _l("A corrected badge of %(name)s is being issued. The one before is revoked as replaced.")
        return _change(award_id, awards.correct, done)
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        award = award_of(session, visit, award_id)
        if award.credential is None:
            raise NotFoundError("there is no badge to correct")
        signed = signed_content(award.credential.text)
        return render_template("teacher/correct.html", visit=visit, award=award, signed=signed)


@pages.post("/lti/app/awards/<int:award_id>/leave")
def leave(award_id: int) -> str:
    """Leaves a badge whose result has changed; a change that the teacher has not seen yet is shown instead."""
    return _with_seen(
        award_id,
        result_changes.leave,
        _l("%(name)s keeps the badge. You are told if the grade changes again."),
    )


@pages.post("/lti/app/awards/<int:award_id>/restate")
def restate(award_id: int) -> str:
    """Has the badge replaced by one with the changed result."""
    return _with_seen(
        award_id,
        result_changes.take_over,
        _l("A badge with the new grade of %(name)s is being issued. The one before is revoked as replaced."),
    )


#: Something that is done with an award: in a session, at a time, by somebody.
Act = Callable[..., None]


def _with_seen(award_id: int, act: Act, done: Sentence) -> str:
    """Acts on the change of a result that the teacher has seen, which the form names by its time."""
    seen = request.form.get("seen", "")
    return _change(award_id, lambda session, award, *rest: act(session, award, seen, *rest), done)


def _with_reason(award_id: int, action: str, act: Act, done: Sentence) -> str:
    """Asks for a reason first, on the page of the action; acts where the form has one."""
    reason = _confirmed_reason()
    if reason:
        return _change(award_id, lambda session, award, *rest: act(session, award, reason, *rest), done)
    visit = current_teacher_visit()
    with current_tool().store.read() as session:
        return _reason_page(action, visit, award_of(session, visit, award_id))


def _change(award_id: int, act: Act, done: Sentence) -> str:
    """The page it was done from, with what was done, or why nothing was: somebody else may have acted since then."""
    visit = current_teacher_visit()
    tool = current_tool()
    name = ""
    try:
        with tool.store.begin() as session:
            award = award_of(session, visit, award_id)
            name = _name_of(award)
            act(session, award, tool.clock(), visit.actor)
    except AwardStateError as error:
        return page_after(visit, Notice(text=str(NOTHING_DONE[error.code]) % {"name": name}, light="no"))
    return page_after(visit, Notice(text=str(done) % {"name": name}))


#: Why nothing was done, by the code of the error.
NOTHING_DONE: Mapping[str, Sentence] = {
    "revoked": _l("The badge of %(name)s is revoked already, for good. Nothing was changed."),
    "suspended": _l("The badge of %(name)s is suspended already. Nothing was changed."),
    "not_suspended": _l("The badge of %(name)s is not suspended. Nothing was changed."),
    "not_revoked": _l("The badge of %(name)s is not revoked. Nothing was changed."),
    "not_issued": _l("The badge of %(name)s is not issued yet. Nothing was changed."),
    "expired": _l("The badge of %(name)s has expired. Nothing was changed."),
    "not_permitted": _l(
        "This course may no longer award this badge, so the badge of %(name)s cannot be awarded again. Ask the "
        "operator of Nozimite."
    ),
    "nothing_dead": _l(
        "Nothing has to be tried again for the badge of %(name)s: it is being worked on, or done. Nothing was changed."
    ),
    "held": _l("%(name)s has this badge by another award. Nothing was changed."),
    "same_levels": _l("The badge of %(name)s states these levels already. Nothing was changed."),
    "changed_again": _l("The grade of %(name)s has changed once more, or is as it was. Nothing was saved."),
    "cannot_suspend": _l(
        "The badge of %(name)s can be revoked, but not suspended: it was issued without that possibility."
    ),
}


def award_of(session: Session, visit: Visit, award_id: int) -> Award:
    """An award of the visit's own course; raises NotFoundError for any other."""
    award = queries.awards.award(session, award_id)
    if award is None or award.course_id is None or award.course_id != visit.course_id:
        raise NotFoundError("this course has no such award")
    return award


def _name_of(award: Award) -> str:
    return award.person.name or _("the learner")


def _confirmed_reason() -> str:
    """The reason of a form that was sent from the page that asks for it; empty otherwise."""
    reason = typed_line("reason", MAX_REASON_LENGTH)
    return reason if request.form.get("confirmed") == "yes" else ""


def _reason_page(action: str, visit: Visit, award: Award) -> str:
    template = stored_template(award.template_version.body)
    reason_missing = request.form.get("confirmed") == "yes"
    return render_template(
        f"teacher/{action}.html", visit=visit, award=award, template=template, reason_missing=reason_missing
    )
