"""The page on which an organisation signs: an endorsement that it was asked for, or its answer to a badge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from badges.readable import readable
from lti_tool.errors import DomainError, OrganisationError
from lti_tool.operators.accounts import actor_of
from lti_tool.organisations import answers, endorsements, links, organisations
from lti_tool.organisations.endorsements import Said
from lti_tool.store import Session
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.visits import OperatorVisit
from lti_tool.web.organisations.answer_form import UNIT_NAMES, answer_words, read_answer
from lti_tool.web.organisations.offers import Kind, Offer, offer_of, subject_name
from lti_tool.web.organisations.proving import check_again
from lti_tool.web.organisations.visits import current_member, member_if_any, member_page
from lti_tool.web.organisations.words import problem_of
from lti_tool.web.translation import gettext as _

pages = Blueprint("organisation_signing", __name__)


class WrongFormError(Exception):
    """Something in the form is missing, or is none of what it should be: `wrong`, sentences by the names of fields."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("the form is not complete")
        self.wrong = wrong


#: Why nothing was signed that is said beside the form, and not by a sentence of `words`.
NOT_FRESH = "not_fresh"


@pages.get("/organisations/endorse/<token>")
def show_endorsement(token: str) -> Response:
    """What is to be endorsed, for whoever has the link. Raises LinkEndedError."""
    return _show("endorse", token)


@pages.get("/organisations/answer/<token>")
def show_answer(token: str) -> Response:
    """The badge that can be answered. Raises LinkEndedError, and OrganisationError where it takes no answers."""
    return _show("answer", token)


@pages.post("/organisations/endorse/<token>")
def endorse(token: str) -> Response:
    """Signs an endorsement. Raises LinkEndedError."""
    return _sign("endorse", token)


@pages.post("/organisations/answer/<token>")
def answer(token: str) -> Response:
    """Signs the answer to a badge. Raises LinkEndedError, and OrganisationError where it takes no answers."""
    return _sign("answer", token)


def _show(kind: Kind, token: str) -> Response:
    visit, tool = member_if_any(), current_tool()
    with tool.store.read() as session:
        return _page(session, visit, offer_of(session, kind, token, tool.clock()))


def _sign(kind: Kind, token: str) -> Response:
    visit, tool = current_member(), current_tool()
    with tool.store.read() as session:
        offer = offer_of(session, kind, token, tool.clock())
        if not _chosen():
            return _page(session, visit, offer, _("Not signed: choose first for whom you sign."))
        chosen = organisations.own_organisation(session, _chosen(), visit.operator.id)
        if not visit.is_fresh:
            return _page(session, visit, offer, NOT_FRESH)
        try:
            said = _said(offer)
        except WrongFormError as error:
            problem = _("Not signed: what is marked below is missing, or is not right.")
            return _page(session, visit, offer, problem, error.wrong)
    try:
        check_again(chosen, actor_of(visit.operator.id))
        _store(visit, offer, chosen.id, said)
    except (OrganisationError, DomainError) as error:
        with tool.store.read() as session:
            return _page(session, visit, offer, problem_of(error))
    return redirect(f"/organisations?signed=yes&lang={page_language()}", 303)


def _store(visit: OperatorVisit, offer: Offer, organisation_id: str, said: Said) -> None:
    tool, account = current_tool(), visit.operator.id
    now = tool.clock()
    with tool.store.begin() as session:
        if offer.kind == "answer":
            answers.sign_answer(session, tool.issuers, offer.token, organisation_id, account, said, now)
            return
        link = links.use_link(session, offer.token, now)
        issuer = tool.issuers.of(session, link.issuer_id)
        links.check_offered(link, issuer)
        endorsed = links.endorsed_by(link, issuer)
        endorsements.sign(session, tool.issuers, organisation_id, account, endorsed, said, now)


def _said(offer: Offer) -> Said:
    """What the form says. Raises WrongFormError where something of it is missing."""
    name = subject_name(offer, page_language())
    if offer.kind == "endorse":
        # What nobody sees is not signed: it could turn the words around, or be all that there is.
        comment = readable(request.form.get("comment", "")).strip()[: endorsements.COMMENT_LENGTH]
        if not comment:
            raise WrongFormError({"comment": _("Write what your organisation says.")})
        return Said(name=_("Endorsement of: %(name)s", name=name), comment=comment)
    form = read_answer()
    if form.answer is None:
        raise WrongFormError(form.wrong)
    return Said(
        name=_("Decision about the badge: %(name)s", name=name),
        comment=answer_words(form.answer),
        answer=form.answer.as_json(),
    )


def _chosen() -> str:
    return request.form.get("organisation", "")


def _page(
    session: Session,
    visit: OperatorVisit | None,
    offer: Offer,
    problem: str = "",
    wrong: Mapping[str, str] | None = None,
) -> Response:
    own = organisations.organisations_of(session, visit.operator.id) if visit is not None else ()
    return member_page(
        "organisations/sign.html",
        visit,
        offer=offer,
        subject=subject_name(offer, page_language()),
        organisations=[each for each in own if each.closed_at is None],
        problem="" if problem == NOT_FRESH else problem,
        is_not_fresh=problem == NOT_FRESH,
        wrong=wrong or {},
        units=UNIT_NAMES,
        typed=request.form,
        limits=_LIMITS,
    )


_LIMITS: Mapping[str, Any] = {
    "comment": endorsements.COMMENT_LENGTH,
    "of": answers.OF_LENGTH,
    "because": answers.BECAUSE_LENGTH,
}
