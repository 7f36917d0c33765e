"""What an operator does about a person: sends a badge again, revokes or replaces it, corrects what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from badges.template.model import stored_template
from lti_tool.awarding import awards
from lti_tool.deliveries import dispatch
from lti_tool.errors import AwardStateError, NotFoundError, OtherNameError
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.signed_content import signed_content
from lti_tool.people import addresses, identity_checks, own_badges, stated_names
from lti_tool.privacy import issuer_share, known_names
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.operator.people import PERSON, address_of
from lti_tool.web.operator.visits import OperatorVisit, current_operator, issuer_at, operator_page
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_person_acts", __name__)

_AWARD = f"{PERSON}/awards/<int:award_id>"
MAX_REASON_LENGTH = 500

#: Something that is done with an award of the issuer, in a session, at a time, by somebody.
Act = Callable[[Session, Issuer, Award, datetime, Actor], None]


@pages.post(f"{_AWARD}/resend")
def resend(slug: str, person_id: int, award_id: int) -> Response:
    """Sends the badge again; raises NotFoundError where it is not issued, or there is no address to send it to."""

    def act(session: Session, issuer: Issuer, award: Award, now: datetime, by: Actor) -> None:
        if award.credential is None or award.status == "revoked" or not award.person.email:
            raise NotFoundError("there is no badge to send, or no address to send it to")
        dispatch.resend(session, issuer, award, now, by)

    return _change(slug, person_id, award_id, act, "resent")


@pages.post(f"{_AWARD}/retry")
def retry(slug: str, person_id: int, award_id: int) -> Response:
    """Has what was given up be tried again: making the badge, or sending it."""

    def act(session: Session, _issuer: Issuer, award: Award, now: datetime, by: Actor) -> None:
        awards.try_again(session, award, now, by)

    return _change(slug, person_id, award_id, act, "retried")


@pages.get(f"{_AWARD}/revoke")
def ask_revoke(slug: str, person_id: int, award_id: int) -> Response:
    """What revoking the badge would do, with the field for the reason."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "correct_people")
        return _revoke_page(session, visit, issuer, _award_of(session, issuer, person_id, award_id))


@pages.post(f"{_AWARD}/revoke")
def revoke(slug: str, person_id: int, award_id: int) -> Response:
    """Revokes the badge, with the reason."""
    reason = typed_line("reason", MAX_REASON_LENGTH)
    if not reason:
        visit = current_operator()
        with current_tool().store.read() as session:
            issuer = issuer_at(session, visit, slug, "correct_people")
            award = _award_of(session, issuer, person_id, award_id)
            return _revoke_page(
                session, visit, issuer, award, _("Enter a reason first. The learner will see it.")
            )

    def act(session: Session, _issuer: Issuer, award: Award, now: datetime, by: Actor) -> None:
        awards.revoke(session, award, reason, now, by)

    return _change(slug, person_id, award_id, act, "revoked")


@pages.get(f"{_AWARD}/correct")
def ask_correct(slug: str, person_id: int, award_id: int) -> Response:
    """What a corrected badge would say. Raises NotFoundError where there is no badge yet."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "correct_people")
        award = _award_of(session, issuer, person_id, award_id)
        if award.credential is None:
            raise NotFoundError("there is no badge to correct")
        return operator_page(
            "operator/correct.html",
            visit,
            issuer_now=issuer,
            award=award,
            signed=signed_content(award.credential.text),
            is_told=known_names.is_on_own_platform(session, issuer.id, person_id),
            template=stored_template(award.template_version.body),
        )


@pages.post(f"{_AWARD}/correct")
def correct(slug: str, person_id: int, award_id: int) -> Response:
    """Has the badge replaced by one with the name and address as they are known now."""

    def act(session: Session, _issuer: Issuer, award: Award, now: datetime, by: Actor) -> None:
        awards.correct(session, award, now, by)

    return _change(slug, person_id, award_id, act, "corrected")


@pages.post(f"{_AWARD}/settle")
def settle(slug: str, person_id: int, award_id: int) -> Response:
    """What the learner asked about a badge is settled: of one outside of courses no teacher can say so."""

    def act(session: Session, _issuer: Issuer, award: Award, now: datetime, by: Actor) -> None:
        own_badges.settle_correction(session, award, now, by)

    return _change(slug, person_id, award_id, act, "settled")


@pages.post(f"{PERSON}/name/confirm")
def confirm_name(slug: str, person_id: int) -> Response:
    """Confirms the name that the person has stated; their badges are replaced by ones with it."""
    return _answer_name(slug, person_id, stated_names.confirm_name, "name")


@pages.post(f"{PERSON}/name/decline")
def decline_name(slug: str, person_id: int) -> Response:
    """Declines the stated name: they are asked again."""
    return _answer_name(slug, person_id, stated_names.decline_name, "no_name")


@pages.post(f"{PERSON}/address")
def confirm_address(slug: str, person_id: int) -> Response:
    """Confirms that a proved address is still theirs. Raises NotFoundError where they have not proved it."""
    proof = row_id("proof")

    def act(session: Session, number: int, now: datetime, by: Actor) -> None:
        row = queries.proved_addresses.proof(session, proof)
        if row is None or row.person_id != number:
            raise NotFoundError("this person has not proved that address")
        addresses.confirm_address(session, number, row.address, now, by)

    return _change_person(slug, person_id, act, "address")


@pages.post(f"{PERSON}/checks")
def allow_checks(slug: str, person_id: int) -> Response:
    """Takes back, at their wish, that they are not to be asked whether a badge is theirs."""
    return _change_person(slug, person_id, identity_checks.allow_again, "asked_again")


def _change(slug: str, person_id: int, award_id: int, act: Act, done: str) -> Response:
    """The person's page, with what was done, or why nothing was: somebody else may have acted since then."""
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "correct_people")
            act(
                session,
                issuer,
                _award_of(session, issuer, person_id, award_id),
                tool.clock(),
                visit.actor,
            )
    except AwardStateError as error:
        return redirect(f"{address_of(issuer, person_id)}?not={error.code}", 303)
    return redirect(f"{address_of(issuer, person_id)}?done={done}", 303)


def _answer_name(
    slug: str, person_id: int, answer: Callable[[Session, int, str, datetime, Actor], None], done: str
) -> Response:
    shown = request.form.get("name", "")

    def act(session: Session, number: int, now: datetime, by: Actor) -> None:
        answer(session, number, shown, now, by)

    return _change_person(slug, person_id, act, done)


def _change_person(
    slug: str, person_id: int, act: Callable[[Session, int, datetime, Actor], object], done: str
) -> Response:
    """The person's page, with what was done, or that the name is another one by now.

    Only for the issuer on whose platform they are: else NotFoundError.
    """
    visit = current_operator()
    tool = current_tool()
    try:
        with tool.store.begin() as session:
            issuer = issuer_at(session, visit, slug, "correct_people")
            if not issuer_share.share_of(session, issuer.id, person_id).is_home:
                raise NotFoundError("the person is on a platform of another issuer")
            act(session, person_id, tool.clock(), visit.actor)
    except OtherNameError:
        return redirect(f"{address_of(issuer, person_id)}?not=other_name", 303)
    return redirect(f"{address_of(issuer, person_id)}?done={done}", 303)


def _revoke_page(
    session: Session, visit: OperatorVisit, issuer: Issuer, award: Award, wrong: str = ""
) -> Response:
    named = known_names.named_person(session, issuer.id, award.person_id)
    return operator_page(
        "operator/revoke.html",
        visit,
        issuer_now=issuer,
        award=award,
        name=named.name if named else None,
        template=stored_template(award.template_version.body),
        wrong=wrong,
        most=MAX_REASON_LENGTH,
    )


def _award_of(session: Session, issuer: Issuer, person_id: int, award_id: int) -> Award:
    """An award of the issuer to that person; raises NotFoundError for any other."""
    award = queries.awards.award(session, award_id)
    if award is None or award.issuer_id != issuer.id or award.person_id != person_id:
        raise NotFoundError("the issuer has no such award")
    return award
