"""What a teacher can do with an awarded badge: send it again, revoke, suspend, reinstate."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from badges.template.model import read_template
from lti_tool.awarding import awards, confirmations, result_changes
from lti_tool.deliveries import dispatch
from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import Award
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.teacher.course import Notice, course_page
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_teacher_visit

pages = Blueprint("award_actions", __name__)

MAX_REASON_LENGTH = 500


@pages.post("/lti/app/awards/<int:award_id>/resend")
def resend(award_id: int) -> str:
    """Sends the badge again; raises NotFoundError where it is not issued, or the learner has no e-mail address."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award_of(session, visit, award_id)
        if award.credential is None or award.status == "revoked" or not award.person.email:
            raise NotFoundError("there is no badge to send, or no address to send it to")
        dispatch.resend(session, page_issuer(), award, tool.clock(), visit.actor)
        name = _name_of(award)
    return course_page(visit, Notice(text=_("The badge of %(name)s is being sent again.", name=name)))


@pages.post("/lti/app/awards/<int:award_id>/revoke")
def revoke(award_id: int) -> str:
    """Asks for a reason first; revokes where the form has one."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award_of(session, visit, award_id)
        reason = _confirmed_reason()
        if not reason:
            return _reason_page("revoke", visit, award)
        awards.revoke(session, award, reason, tool.clock(), visit.actor)
        name = _name_of(award)
    text = _("The badge of %(name)s is revoked. Its public page and every later check show this.", name=name)
    return course_page(visit, Notice(text=text))


@pages.post("/lti/app/awards/<int:award_id>/confirm")
def confirm(award_id: int) -> str:
    """Records that somebody who was seen as staff has earned the badge."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award_of(session, visit, award_id)
        confirmations.confirm_award(session, award, visit.person_id, page_issuer().policy, tool.clock())
        name = _name_of(award)
    return course_page(visit, Notice(text=_("Saved: %(name)s keeps the badge.", name=name)))


@pages.post("/lti/app/awards/<int:award_id>/suspend")
def suspend(award_id: int) -> str:
    """Asks for a reason first; suspends where the form has one."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award_of(session, visit, award_id)
        reason = _confirmed_reason()
        if not reason:
            return _reason_page("suspend", visit, award)
        awards.suspend(session, award, reason, tool.clock(), visit.actor)
        name = _name_of(award)
    text = _("The badge of %(name)s is suspended until you reinstate it.", name=name)
    return course_page(visit, Notice(text=text))


@pages.post("/lti/app/awards/<int:award_id>/reinstate")
def reinstate(award_id: int) -> str:
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award_of(session, visit, award_id)
        awards.reinstate(session, award, tool.clock(), visit.actor)
        name = _name_of(award)
    return course_page(visit, Notice(text=_("The badge of %(name)s is valid again.", name=name)))


@pages.post("/lti/app/awards/<int:award_id>/leave")
def leave(award_id: int) -> str:
    """Leaves a badge whose result has changed; a change that the teacher has not seen yet is shown instead."""
    visit = current_teacher_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        award = _award_of(session, visit, award_id)
        name = _name_of(award)
        try:
            result_changes.leave(session, award, request.form.get("seen", ""), visit.person_id, tool.clock())
        except NotFoundError:
            text = _(
                "The grade of %(name)s has changed once more, or is as it was. Nothing was saved.", name=name
            )
            return course_page(visit, Notice(text=text, light="no"))
    text = _("%(name)s keeps the badge. You are told if the grade changes again.", name=name)
    return course_page(visit, Notice(text=text))


def _award_of(session: Session, visit: Visit, award_id: int) -> Award:
    """An award of the visit's own course; raises NotFoundError for any other."""
    award = queries.awards.award(session, award_id)
    if award is None or award.course_id != visit.course_id:
        raise NotFoundError("this course has no such award")
    return award


def _name_of(award: Award) -> str:
    return award.person.name or _("the learner")


def _confirmed_reason() -> str:
    """The reason of a form that was sent from the page that asks for it; empty otherwise."""
    reason = " ".join(request.form.get("reason", "").split())[:MAX_REASON_LENGTH]
    return reason if request.form.get("confirmed") == "yes" else ""


def _reason_page(action: str, visit: Visit, award: Award) -> str:
    template = read_template(award.template_version.body)
    reason_missing = request.form.get("confirmed") == "yes"
    return render_template(
        f"teacher/{action}.html", visit=visit, award=award, template=template, reason_missing=reason_missing
    )
