"""Whether a badge from elsewhere is as good as a part of a pathway: shown, verified again, and answered by a person."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from lti_tool.backpack import keeping
from lti_tool.conditions.tree import read_tree
from lti_tool.errors import NotFoundError, PathwayError
from lti_tool.issuing.issuer import Issuer
from lti_tool.pathways import answers, claims
from lti_tool.pathways.observing import text_hash
from lti_tool.pathways.parts import parts_of
from lti_tool.people.addresses import addresses_of
from lti_tool.store import Session, queries
from lti_tool.store.models import KeptBadge, PathwayClaim, Person
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.headers import private_page
from lti_tool.web.limits import waiting_for_strangers
from lti_tool.web.operator.own_people import known_people
from lti_tool.web.operator.pathways import ROUTE
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.public.verification_answers import answers_of, technical_remarks
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("operator_equivalences", __name__)

_CLAIM = f"{ROUTE}/claims/<int:claim_id>"
#: Why an answer was not taken, by the code of the error.
_WRONG: Mapping[str, Sentence] = {
    "settled": _l("Somebody has answered this already, or the learner has taken it back."),
    "no_reason": _l("Say why: the learner reads it, and it stays with the answer."),
    "no_part": _l("The pathway has changed, and no longer has this part. Answer that it does not count."),
    "other_text": _l("The learner has replaced this badge, or removed it. Answer that it does not count."),
    "own": _l("This claim is your own. Somebody else of the institution has to answer it."),
    "not_genuine": _l("The badge was checked again, and could not be verified as valid. It cannot count."),
}


@pages.get(_CLAIM)
def show(slug: str, claim_id: int) -> Response:
    """The badge, the part, and the form for an answer. Raises NotFoundError once it is answered."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer, claim = _opened(session, visit, slug, claim_id)
        return _page(session, visit, issuer, claim)


@pages.post(f"{_CLAIM}/check")
def check(slug: str, claim_id: int) -> Response:
    """The report on the badge as it is now. Raises NotFoundError where it is kept no more, and BusyError."""
    visit = current_operator()
    with current_tool().store.read() as session:
        _issuer, claim = _opened(session, visit, slug, claim_id)
        kept_id = claim.kept_badge_id or 0
    with waiting_for_strangers():
        report = keeping.check_again(current_tool(), kept_id)
    return private_page(
        render_template(
            "public/report.html",
            report=report,
            verification=answers_of(report, current_tool().issuers.is_own),
            remarks=technical_remarks(report.checks),
        )
    )


@pages.post(f"{_CLAIM}/settle")
def settle(slug: str, claim_id: int) -> Response:
    """Keeps the answer; the badge is verified again before it counts. Raises BadRequest without one, and BusyError."""
    visit = current_operator()
    tool = current_tool()
    finding = request.form.get("finding", "")
    if finding not in ("equivalent", "not_equivalent"):
        raise BadRequest
    with tool.store.read() as session:
        _issuer, claim = _opened(session, visit, slug, claim_id)
        kept_id = claim.kept_badge_id or 0
        is_kept = queries.backpack.kept(session, kept_id) is not None
    if finding == "equivalent" and is_kept:
        with waiting_for_strangers():
            keeping.check_again(tool, kept_id)
    try:
        with tool.store.begin() as session:
            issuer, claim = _opened(session, visit, slug, claim_id)
            answers.settle(session, claim.id, _answer(finding), _decider(session, visit), tool.clock())
    except PathwayError as error:
        with tool.store.read() as session:
            issuer, claim = _opened(session, visit, slug, claim_id)
            return _page(session, visit, issuer, claim, wrong=str(_WRONG[error.code]))
    return redirect(f"/operator/issuers/{issuer.profile.slug}/pathways", 303)


def _answer(finding: str) -> answers.Answer:
    return answers.Answer(
        finding="equivalent" if finding == "equivalent" else "not_equivalent",
        reason=typed_line("reason", answers.MAX_REASON),
        seen=request.form.get("seen", ""),
    )


def _decider(session: Session, visit: OperatorVisit) -> answers.Decider:
    return answers.Decider(
        actor=visit.actor, name=visit.operator.name or visit.actor.id, people=known_people(session, visit)
    )


def _opened(session: Session, visit: OperatorVisit, slug: str, claim_id: int) -> tuple[Issuer, PathwayClaim]:
    """A claim that waits, of a pathway of the issuer. Raises NotFoundError."""
    issuer = issuer_at(session, visit, slug, "find_equivalent")
    found = queries.pathway_claims.asked(session, issuer.id)
    claim = next((each for each in found if each.id == claim_id), None)
    if claim is None:
        raise NotFoundError("nothing of that number waits")
    return issuer, claim


def _page(
    session: Session, visit: OperatorVisit, issuer: Issuer, claim: PathwayClaim, *, wrong: str = ""
) -> Response:
    kept_id = claim.kept_badge_id or 0
    kept = queries.pathway_claims.kept_with_text(session, [kept_id]).get(kept_id)
    version = queries.pathways.active_version(session, claim.pathway)
    part = parts_of(read_tree(version.tree)).get(claim.part) if version is not None else None
    # The kept badge may be another account's of the same learner.
    people = {claim.person_id, *([kept.person_id] if kept is not None else [])}
    is_own = answers.is_own(session, claim, known_people(session, visit))
    return operator_page(
        "operator/equivalence.html",
        visit,
        issuer_now=issuer,
        claim=claim,
        kept=kept,
        seen=text_hash(kept) if kept is not None else "",
        names=claims.names(kept, addresses_of(session, people)) if kept is not None else "nobody",
        part=part,
        template=queries.templates.newest_published(session, part.badge or "") if part is not None else None,
        whole=queries.templates.newest_published(session, claim.pathway.template_id),
        keeper=_other_keeper(session, claim, kept),
        others=queries.pathway_claims.others_with(session, issuer.id, claim),
        is_own=is_own,
        is_namesake=not is_own and claims.same_name(claim.person.name, visit.operator.name),
        wrong=wrong,
    )


def _other_keeper(session: Session, claim: PathwayClaim, kept: KeptBadge | None) -> Person | None:
    """Who keeps the badge, where that is an account of another name: two people may share an address."""
    if kept is None or kept.person_id == claim.person_id:
        return None
    keeper = session.get_one(Person, kept.person_id)
    return None if claims.same_name(keeper.name, claim.person.name) else keeper
