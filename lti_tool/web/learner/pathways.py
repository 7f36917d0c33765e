"""The pathways of whoever is signed in: how far they are, part by part, and badges that they claim for a part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.errors import NotFoundError, PathwayError
from lti_tool.pathways import claims, progress
from lti_tool.pathways.progress import Progress
from lti_tool.people.addresses import addresses_of
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor, person
from lti_tool.store.models import Award, KeptBadge, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.languages import page_language
from lti_tool.web.learner.learner_visits import LearnerVisit, check_own_page, demand_visit
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
    "claimed": _l("You use another badge for this part already. Take that one back first."),
    "used": _l("You use this badge for another part already. It counts once."),
    "too_many": _l("You have tried very many badges for this pathway. Ask the institution."),
    "settled": _l("This was answered already."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPathway:
    """A pathway on a learner's page: what its whole is called, by whom, and `parts` with names and public pages."""

    progress: Progress
    name: Texts
    issuer: str
    parts: Mapping[str, TemplateVersion]


@pages.get("/my/pathways")
def show() -> Response:
    """The pathways of which the learner has a part."""
    with current_tool().store.read() as session:
        return _page(session, demand_visit(session))


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
            row = queries.pathways.lock_claim(session, claim_id)
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


def listed(session: Session, people: Sequence[int]) -> Sequence[ListedPathway]:
    """The pathways of which these people, who are one learner, have a part."""
    tool = current_tool()
    return [
        ListedPathway(
            progress=each,
            name=stored_template(each.version.template_version.body).name,
            issuer=tool.issuers.of(session, each.row.issuer_id).profile.name_in(page_language()),
            parts=_parts_on_page(session, [part.part.badge or "" for one in each.sets for part in one.parts]),
        )
        for each in progress.progress_of(session, people, tool.clock())
    ]


def _parts_on_page(session: Session, badges: Sequence[str]) -> Mapping[str, TemplateVersion]:
    """The newest published version of each template that is a part, by its id; without those that are retired."""
    found = ((badge, queries.templates.newest_published(session, badge)) for badge in badges)
    return {badge: version for badge, version in found if version is not None}


def _again(*, done: str = "", wrong: str = "") -> Response:
    with current_tool().store.read() as session:
        return _page(session, demand_visit(session), done=done, wrong=wrong)


def _page(session: Session, visit: LearnerVisit, *, done: str = "", wrong: str = "") -> Response:
    send_own_origin()
    return private_page(
        render_template(
            "learner/pathways.html",
            visit=None,
            learner_visit=visit,
            pathways=listed(session, visit.people),
            done=done,
            wrong=wrong,
        )
    )
