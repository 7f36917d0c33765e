"""My badges inside a platform: all badges of the person there, and the addresses that they prove to keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.awarding import decisions
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.people import addresses, own_badges, stated_names
from lti_tool.people.addresses import CODE_MINUTES, MOST_ADDRESSES, MOST_TRIES, Asking
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award
from lti_tool.web import rate_limits
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.learner.listed_pathways import listed
from lti_tool.web.learner.my_badges import badges_of
from lti_tool.web.learner.sharing import own_award
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_visit

pages = Blueprint("mine", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """A badge of the course that the learner has not got: its name, and the decision about them, as JSON."""

    name: Texts
    trace: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCode:
    """A code that was sent to `address`; the form with it carries the `ticket`."""

    address: str
    ticket: str


@pages.post("/lti/app/mine")
def show() -> str:
    """The learner's badges. Raises NotAllowedError for people who are not learners."""
    return _page(_learner_visit())


def badges_page(visit: Visit) -> str:
    """The learner's badges, for a launch that asks for them; raises NotAllowedError where nobody is known."""
    return _page(visit)


@pages.post("/lti/app/mine/address")
def ask_code() -> str:
    """Sends a code to an address that the learner wants to prove, and asks for it. Raises TooManyRequests."""
    visit = _learner_visit()
    typed = typed_line("address", addresses.MAX_LENGTH)
    address = addresses.comparable_address(typed)
    if address is None:
        return _page(visit, wrong=_("This is no e-mail address. Check it, and try again."), typed=typed)
    rate_limits.count_code(address, str(visit.person_id))
    tool = current_tool()
    asking = Asking(person_id=visit.person_id, issuer_id=page_issuer().id, language=page_language())
    with tool.store.begin() as session:
        ticket = addresses.ask_code(session, address, asking, tool.clock())
    return _page(visit, asked=AskedCode(address=address, ticket=ticket))


@pages.post("/lti/app/mine/code")
def prove() -> str:
    """Notes that the address is the learner's, where the code is the one that was sent there."""
    visit = _learner_visit()
    tool = current_tool()
    now, ticket = tool.clock(), request.form.get("ticket", "")
    address = addresses.proved_by(
        tool.store, ticket, typed_line("code", 40), visit.person_id, tool.secret_key, now
    )
    if address is None:
        asked = AskedCode(address=typed_line("address", addresses.MAX_LENGTH), ticket=ticket)
        return _page(visit, asked=asked, wrong=wrong_code())
    with tool.store.begin() as session:
        addresses.save_proof(session, _person_of(visit), address, now, visit.actor)
    return _page(
        visit, done=_("You can now sign in with %(address)s, also without this course.", address=address)
    )


@pages.post("/lti/app/mine/address/remove")
def remove_address() -> str:
    """Forgets one of the learner's addresses. Raises NotFoundError for one of somebody else."""
    visit = _learner_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        person_id = _person_of(visit)
        addresses.remove_proof(session, person_id, row_id("proof"), tool.clock(), visit.actor)
    return _page(visit, done=_("The address was removed. It opens your badges no more."))


@pages.post("/lti/app/mine/name")
def state_name() -> str:
    """Keeps the name that the learner states, for staff to confirm.

    Raises NotAllowedError without one, or where their platform names them.
    """
    visit = _learner_visit()
    tool = current_tool()
    with tool.store.begin() as session:
        name = typed_line("name", stated_names.MAX_LENGTH)
        stated_names.state_name(session, _person_of(visit), name, tool.clock(), visit.actor)
    return _page(visit, done=_("Your teacher is asked to confirm your name."))


@pages.post("/lti/app/badges/<uuid:badge_id>/list/<action>")
def change(badge_id: UUID, action: str) -> str:
    """Hides one of the learner's badges or shows it again, or asks for a correction.

    Raises NotFoundError for a badge of somebody else.
    """
    visit = _learner_visit()
    with current_tool().store.begin() as session:
        done = change_listing(session, own_award(session, visit, badge_id), action, visit.actor)
    return _page(visit, done=done)


def change_listing(session: Session, award: Award, action: str, by: Actor) -> str:
    """Does what the form asks for; the sentence that says what was done.

    Raises what the act raises, NotFoundError for another action.
    """
    now = current_tool().clock()
    match action:
        case "hide":
            own_badges.hide_badge(session, award, now, by)
            return _("The badge is hidden from this list. It is as valid as it was.")
        case "unhide":
            own_badges.unhide_badge(session, award, now, by)
            return _("The badge is in the list again.")
        case "correction":
            own_badges.ask_correction(session, award, typed_line("words", own_badges.MAX_WORDS), now, by)
            if award.course_id is None:
                return _("The institution is told. You find a corrected badge here.")
            return _("Your teacher is told. You find a corrected badge here.")
        case _:
            raise NotFoundError("nothing of that name can be done")


def wrong_code() -> str:
    """What is said of a code that is not, or not any more, the right one: which of these, nobody is told."""
    return _(
        "This code does not work. Use the newest mail; a code works for %(minutes)s minutes, and can be tried "
        "%(tries)s times. You can ask for a new one.",
        minutes=CODE_MINUTES,
        tries=MOST_TRIES,
    )


def _learner_visit() -> Visit:
    visit = current_visit()
    if visit.person_id is None or not visit.is_learner:
        raise NotAllowedError("this page is for learners")
    return visit


def _person_of(visit: Visit) -> int:
    if visit.person_id is None:
        raise NotAllowedError("nobody is known")
    return visit.person_id


def _page(
    visit: Visit, *, asked: AskedCode | None = None, done: str = "", wrong: str = "", typed: str = ""
) -> str:
    person_id = _person_of(visit)
    with current_tool().store.read() as session:
        proofs = queries.proved_addresses.of_person(session, person_id)
        return render_template(
            "learner/mine.html",
            visit=visit,
            path="/lti/app",
            badges=badges_of(session, [person_id]),
            not_yet=_not_yet(session, visit, person_id),
            pathways=listed(session, [person_id]),
            # Which are open is told outside: whoever administers a platform can open this page as anybody.
            offered=(),
            proofs=proofs,
            may_prove=len(proofs) < MOST_ADDRESSES,
            asked=asked,
            done=done,
            wrong=wrong,
            typed=typed,
        )


def _not_yet(session: Session, visit: Visit, person_id: int) -> Sequence[NotYet]:
    """The badges of the course that are still to be decided about, each with why."""
    if visit.course_id is None:
        return []
    found = []
    for rule in queries.rules.rules_of(session, visit.course_id):
        standing = decisions.standing_of(
            session, rule, person_id, page_issuer().policy, current_tool().clock()
        )
        if rule.removed_at is None and standing.version is not None and standing.decision is not None:
            template = stored_template(standing.version.template_version.body)
            found.append(NotYet(name=template.name, trace=standing.decision.as_json()))
    return found
