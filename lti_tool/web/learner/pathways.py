"""The pathways of whoever is signed in: how far they are, part by part, and badges that they claim for a part."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError, PathwayError
from lti_tool.pathways import claims, progress
from lti_tool.people.addresses import addresses_of
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor, person
from lti_tool.store.models import Award, KeptBadge, Pathway
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.languages import page_language
from lti_tool.web.learner.learner_visits import (
    PATHWAY_COOKIE,
    LearnerVisit,
    check_own_page,
    demand_visit,
    find_visit,
    set_cookie,
)
from lti_tool.web.learner.listed_pathways import listed, listed_one, offered
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("learner_pathways", __name__)

#: Why a claim was not taken, by the code of the error.
_WHY_NOT: Mapping[str, Sentence] = {
    "no_part": _l("This pathway has changed meanwhile. Look at its parts again."),
    "other_badge": _l("This part asks for another badge."),
    "not_valid": _l("This badge is not valid at the moment, so it cannot be used."),
    "not_genuine": _l("This badge could not be verified, so it cannot be used. Check it in My badges first."),
    "somebody_else": _l(
        "This badge names somebody else. If it is yours, prove the address that it was issued to."
    ),
    "no_date": _l(
        "This badge does not say when it was issued, and this part may not be too old. Use another badge."
    ),
    "claimed": _l("You use another badge for this part already. Take that one back first."),
    "used": _l("You use this badge for another part already. It counts once."),
    "too_many": _l("You have tried very many badges for this pathway. Ask the institution."),
    "settled": _l("This was answered already."),
}


_ROUTE = "/my/pathways"
#: How long a pathway waits for its learner to sign in.
_WAITS_SECONDS = 1800


@pages.get(_ROUTE)
def show() -> Response:
    """The pathways of which the learner has a part, and those that the issuers list whom they know."""
    with current_tool().store.read() as session:
        return _page(session, demand_visit(session))


@pages.get("/my/pathways/<uuid:template_id>")
def show_one(template_id: UUID) -> Response:
    """A published pathway for whoever has its link; whoever is not signed in comes back to it once they are.

    Raises NotFoundError where no published pathway has that whole.
    """
    with current_tool().store.read() as session:
        row = queries.pathways.of_template(session, str(template_id))
        if row is None:
            raise NotFoundError("there is no such pathway")
        visit = find_visit(session)
        if visit is not None and visit.people:
            return _page(session, visit, only=row)
    response = redirect(f"/my?lang={page_language()}", 303)
    if visit is None:
        set_cookie(response, PATHWAY_COOKIE, str(template_id), _WAITS_SECONDS)
    return response


def wanted_pathway() -> str:
    """Where somebody goes once they have signed in: to the pathway that they wanted to see, else to their badges."""
    try:
        return f"{_ROUTE}/{UUID(request.cookies.get(PATHWAY_COOKIE, ''))}"
    except ValueError:
        return "/my"


@pages.post("/my/pathways/<int:pathway_id>/claim")
def claim(pathway_id: int) -> Response:
    """Uses a badge of the learner's for a part, or asks whether it counts.

    Raises NotFoundError for a badge of somebody else, or where there is no such pathway.
    """
    check_own_page()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            done = _claim(session, demand_visit(session), pathway_id)
    except PathwayError as error:
        return _again(wrong=str(_WHY_NOT.get(error.code, _WHY_NOT["no_part"])))
    return _again(done=done)


@pages.post("/my/pathways/claims/<int:claim_id>/withdraw")
def withdraw(claim_id: int) -> Response:
    """Takes back a badge that the learner uses for a part. Raises NotFoundError for that of somebody else."""
    check_own_page()
    try:
        with current_tool().store.begin() as session:
            visit = demand_visit(session)
            row = queries.pathway_claims.lock_claim(session, claim_id)
            if row is None or row.person_id not in visit.people:
                raise NotFoundError("you claim nothing of that number")
            claims.withdraw(session, row, current_tool().clock(), _actor(visit))
    except PathwayError as error:
        return _again(wrong=str(_WHY_NOT.get(error.code, _WHY_NOT["no_part"])))
    return _again(done=_("The badge is no longer used for this part."))


def _claim(session: Session, visit: LearnerVisit, pathway_id: int) -> str:
    row = queries.pathways.pathway(session, pathway_id)
    if row is None or row.status != "published" or not visit.people:
        raise NotFoundError("there is no such pathway")
    now, by = current_tool().clock(), _actor(visit)
    person_id = progress.whole_goes_to(session, row, visit.people)
    kind, _dash, number = request.form.get("what", "").partition("-")
    chosen = int(number) if number.isdecimal() and len(number) < 11 else 0  # as ids of rows have
    part = request.form.get("part", "")
    if kind == "award":
        made = claims.claim_own(session, row, part, person_id, _own_award(session, visit, chosen), now, by)
        if made.status == "counted":
            return _("The badge counts for this part.")
        return _(
            "The institution is asked whether this badge counts. You get the answer by e-mail, and see it here."
        )
    kept = _own_kept(session, visit, chosen)
    addresses = addresses_of(session, visit.people)
    claims.claim_kept(session, row, part, person_id, kept, addresses, now, by)
    return _(
        "The institution is asked whether this badge counts. You get the answer by e-mail, and see it here."
    )


def _own_award(session: Session, visit: LearnerVisit, award_id: int) -> Award:
    award = queries.awards.award(session, award_id)
    if award is None or award.person_id not in visit.people:
        raise NotFoundError("you have no such badge")
    return award


def _own_kept(session: Session, visit: LearnerVisit, kept_id: int) -> KeptBadge:
    row = queries.backpack.kept(session, kept_id)
    if row is None or row.person_id not in visit.people:
        raise NotFoundError("you keep no such badge")
    return row


def _actor(visit: LearnerVisit) -> Actor:
    return person(visit.people[-1]) if visit.people else person(None)


def _again(*, done: str = "", wrong: str = "") -> Response:
    with current_tool().store.read() as session:
        return _page(session, demand_visit(session), done=done, wrong=wrong)


def _page(
    session: Session, visit: LearnerVisit, *, only: Pathway | None = None, done: str = "", wrong: str = ""
) -> Response:
    """The page with all pathways of the visitor, or `only` one."""
    send_own_origin()
    if only is None:
        shown = listed(session, visit.people)
        others = offered(session, visit.people, shown)
    else:
        found = progress.progress_in(session, only, visit.people, current_tool().clock())
        shown, others = [listed_one(session, found)] if found is not None else [], []
    return private_page(
        render_template(
            "learner/pathways.html",
            visit=None,
            learner_visit=visit,
            pathways=shown,
            offered=others,
            only=only,
            done=done,
            wrong=wrong,
        )
    )
