"""What operators do in an application: advise, appoint, assess, decide; each by their part in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators import accounts
from lti_tool.operators.permissions import Permission
from lti_tool.people.stated_names import MAX_LENGTH
from lti_tool.prior_learning import assessments, certification, identification, identity_checks
from lti_tool.prior_learning.agreement import IDENTITIES, Found, Identity, Outcome
from lti_tool.prior_learning.certification import LONGEST_REFERENCE, Decided
from lti_tool.prior_learning.identity_checks import Checked
from lti_tool.store import Session
from lti_tool.store.models import PriorLearningApplication
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.operator.prior_learning.application import ONE, application_of, page_of
from lti_tool.web.operator.prior_learning.parts import parts_of
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at
from lti_tool.web.prior_learning.own_acts import typed_words
from lti_tool.web.prior_learning.words import why_not

pages = Blueprint("operator_prior_learning_acts", __name__)

#: Something that is done in an application of the issuer, in a session, at a time, by an operator.
Act = Callable[[Session, Issuer, PriorLearningApplication, datetime, OperatorVisit], object]


@pages.post(f"{ONE}/advise")
def advise(slug: str, application_key: UUID) -> Response:
    """Gives the candidate advice."""
    words = typed_words("words")

    def act(
        session: Session, issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        if not parts_of(visit, issuer, row).counsels:
            raise NotFoundError("the operator does not counsel here")
        identification.advise(session, row, visit.operator.id, words, now)

    return _change(slug, application_key, "counsel_prior_learning", act)


@pages.post(f"{ONE}/appoint")
def appoint(slug: str, application_key: UUID) -> Response:
    """Appoints an assessor. Raises NotFoundError where there is no such operator."""

    def act(
        session: Session, _issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        assessor = accounts.find(session, row_id("operator"))
        assessments.appoint(session, row, assessor, now, visit.actor)

    return _change(slug, application_key, "manage_prior_learning", act)


@pages.post(f"{ONE}/dismiss")
def dismiss(slug: str, application_key: UUID) -> Response:
    """Takes back the appointment of somebody who has not assessed yet."""

    def act(
        session: Session, _issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        assessments.dismiss(session, row, row_id("assessment"), now, visit.actor)

    return _change(slug, application_key, "manage_prior_learning", act)


@pages.post(f"{ONE}/assess")
def assess(slug: str, application_key: UUID) -> Response:
    """Keeps what the operator says, who is appointed."""

    def act(
        session: Session, _issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        assessments.assess(session, row, visit.operator.id, _typed(row), now)

    return _change(slug, application_key, "assess_prior_learning", act)


@pages.post(f"{ONE}/identity")
def check_identity(slug: str, application_key: UUID) -> Response:
    """Keeps that the operator has checked who the candidate is."""

    def act(
        session: Session, issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        if not parts_of(visit, issuer, row).identifies:
            raise NotFoundError("the operator does not check who the candidate is")
        # The name that was shown is the one that was checked: they may have stated another one meanwhile.
        checked = Checked(
            operator_id=visit.operator.id,
            method=request.form.get("method", ""),
            name=request.form.get("name", "")[:MAX_LENGTH],
        )
        identity_checks.check(session, row, checked, now)

    return _change(slug, application_key, "identify_prior_learning", act)


@pages.post(f"{ONE}/grant")
def grant(slug: str, application_key: UUID) -> Response:
    """Certifies: the badge is awarded."""

    def act(
        session: Session, issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        certification.grant(session, row, _decided(visit), issuer.policy, now)

    return _change(slug, application_key, "certify_prior_learning", act)


@pages.post(f"{ONE}/refuse")
def refuse(slug: str, application_key: UUID) -> Response:
    """Refuses the recognition, with reasons."""

    def act(
        session: Session, issuer: Issuer, row: PriorLearningApplication, now: datetime, visit: OperatorVisit
    ) -> None:
        number = len(stored_template(row.version.body).learning_outcomes)
        reasons = {str(each): typed_words(f"reason-{each}") for each in range(1, number + 1)}
        told = {"": typed_words("reason"), **reasons}
        certification.refuse(session, row, _decided(visit), told, issuer.profile.zone, now)

    return _change(slug, application_key, "certify_prior_learning", act)


def _typed(row: PriorLearningApplication) -> Found:
    """What the form of an assessor says. Raises PriorLearningError, `answers`, `identity`."""
    numbers = range(1, len(stored_template(row.version.body).learning_outcomes) + 1)
    said = [(request.form.get(f"met-{each}", ""), typed_words(f"words-{each}")) for each in numbers]
    if not all(met in ("yes", "no") for met, _words in said):
        raise PriorLearningError("answers", "a learning outcome is not judged")
    identity = _identity(request.form.get("identity", ""))
    outcomes = tuple(
        Outcome(
            met=met == "yes",
            words=words[: assessments.LONGEST_WORDS],
            level=_level(f"level-{number}") if met == "yes" else None,
        )
        for number, (met, words) in enumerate(said, 1)
    )
    # The name that was shown is the one that was checked: they may have stated another one meanwhile.
    name = "" if identity == "none" else request.form.get("name", "")[:MAX_LENGTH]
    return Found(outcomes=outcomes, identity=identity, name=name)


def _level(name: str) -> int | None:
    """The number of the level that was chosen, None where none was. Raises PriorLearningError, `answers`."""
    typed = request.form.get(name, "")
    if typed and not (typed.isascii() and typed.isdecimal() and len(typed) < 3 and int(typed)):
        raise PriorLearningError("answers", "what was chosen is no level")
    return int(typed) if typed else None


def _identity(typed: str) -> Identity:
    for each in IDENTITIES:
        if each == typed:
            found: Identity = each
            return found
    raise PriorLearningError("answers", "how the identity was checked is not said")


def _decided(visit: OperatorVisit) -> Decided:
    return Decided(
        operator_id=visit.operator.id,
        reference=typed_line("reference", LONGEST_REFERENCE),
        level_reference=typed_line("level_reference", LONGEST_REFERENCE),
    )


def _change(slug: str, application_key: UUID, permission: Permission, act: Act) -> Response:
    """Does it, and leads to the application; its page with what is wrong where it was not done."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, permission)
            row = application_of(session, visit, issuer, application_key)
            act(session, issuer, row, tool.clock(), visit)
    except PriorLearningError as error:
        with tool.store.read() as session:
            row = application_of(session, visit, issuer, application_key)
            return page_of(session, visit, issuer, row, wrong=why_not(error))
    here = f"/operator/issuers/{issuer.profile.slug}/prior-learning"
    return redirect(f"{here}/applications/{application_key}?lang={page_language()}", 303)
