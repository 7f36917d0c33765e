"""What a learner may do to show a badge: make links and end them, and publish its own address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.exceptions import BadRequest

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.organisations import answers, endorsements
from lti_tool.people import own_badges, share_links
from lti_tool.people.share_links import LIFETIMES, MOST_LINKS, WantedLink
from lti_tool.store import Session, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, EndorsementRow
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.feedback_words import questions_about
from lti_tool.web.learner.linkedin import FilledForm, filled_form
from lti_tool.web.organisations.shown_endorsements import ShownEndorsement, answers_shown
from lti_tool.web.page_issuer import issuer_of, page_issuer, set_page_issuer
from lti_tool.web.translation import gettext as _
from lti_tool.web.visits import Visit, current_visit

pages = Blueprint("sharing", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLink:
    """A link as its learner sees it; without an `address` where the tool cannot tell it any more."""

    id: int
    address: str | None
    with_name: bool
    created_at: datetime
    expires_at: datetime | None
    takes_answers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """How a badge is shown now, and what can be done about it.

    `path` is where its forms are sent. Of a badge that is not valid any more links can only be ended: it is not
    `is_valid`. `address` is the badge's own, `linkedin` the form with it, both for a published badge alone.
    """

    path: str
    is_valid: bool
    links: Sequence[ShownLink]
    may_make: bool
    is_published: bool
    address: str
    linkedin: FilledForm | None
    answers: Sequence[ShownEndorsement]


def sharing_of(session: Session, award: Award, path: str) -> Sharing | None:
    """How the badge of an award is shown; None where it can neither be shown nor is."""
    credential, tool = award.credential, current_tool()
    if credential is None:
        return None
    is_valid = award.status == "issued" and not credential.has_expired(tool.clock())
    addresses = page_issuer().addresses
    found = [
        ShownLink(
            id=link.id,
            address=addresses.shared_badge(token) if token else None,
            with_name=link.with_name,
            created_at=link.created_at,
            expires_at=link.expires_at,
            takes_answers=link.takes_answers,
        )
        for link in share_links.running_links(session, award, tool.clock())
        for token in [share_links.token_of(link, tool.secret_key)]
    ]
    # Each of them, as one that is not on the page could not be hidden: few come by a link.
    received = answers_shown(session, queries.organisations.of_award(session, award.id), credential)
    if not is_valid and not found and not received:
        return None
    is_published = is_valid and award.published_at is not None
    template = stored_template(credential.template_version.body)
    return Sharing(
        path=path,
        is_valid=is_valid,
        links=found,
        may_make=is_valid and len(found) < MOST_LINKS,
        is_published=is_published,
        address=addresses.badge_page(credential.id) if is_published else "",
        linkedin=filled_form(award, credential, template) if is_published else None,
        answers=received,
    )


def wanted_link() -> WantedLink:
    """The link that the form asks for. Raises BadRequest for a lifetime that is not offered."""
    lifetime = request.form.get("lifetime", "month")
    if lifetime not in LIFETIMES:
        raise BadRequest
    return WantedLink(
        with_name=request.form.get("name") == "yes",
        lifetime=LIFETIMES[lifetime],
        takes_answers=request.form.get("answers") == "yes",
    )


def change_sharing(session: Session, award: Award, action: str, by: Actor) -> str:
    """Does what the form asks for; the sentence that says what was done.

    Raises what the act raises, NotFoundError for another action.
    """
    tool = current_tool()
    now = tool.clock()
    match action:
        case "link":
            share_links.make_link(session, award, wanted_link(), tool.secret_key, now, by)
            return _("The link is made. Copy it below, and give it to whom you like.")
        case "end":
            share_links.end_link(session, award, row_id("link"), now, by)
            return _("The link has ended: whoever opens it sees nothing of your badge any more.")
        case "let-answer":
            share_links.let_answer(session, award, row_id("link"), now, by)
            return _("Organisations that have the link can answer now.")
        case "refuse-answers":
            share_links.refuse_answers(session, award, row_id("link"), now, by)
            return _("The link takes no more answers. Those that came stay.")
        case "show-answer":
            endorsements.show(session, _answer(session, award), now, by)
            return _("The answer is shown to everybody who has one of your links with your name.")
        case "hide-answer":
            endorsements.hide(session, _answer(session, award), now, by)
            return _("Only you see the answer now.")
        case "publish":
            share_links.publish_badge(session, award, now, by)
            return _("Your badge is public now.")
        case "unpublish":
            share_links.unpublish_badge(session, award, now, by)
            return _("Your badge is private again. Whoever has its file or its address can still open it.")
        case _:
            raise NotFoundError("nothing of that name can be done")


def _answer(session: Session, award: Award) -> EndorsementRow:
    return answers.answer_to(session, award, request.form.get("answer", ""))


@pages.post("/lti/app/badges/<uuid:badge_id>/sharing")
def show(badge_id: UUID) -> str:
    """How one of the learner's own badges is shown. Raises NotFoundError for any other."""
    visit = current_visit()
    with current_tool().store.read() as session:
        shown = _shown(session, visit, badge_id)
        page = render_template("learner/sharing.html", **shown)
    claim_once(shown["award"], visit.actor)
    return page


@pages.post("/lti/app/badges/<uuid:badge_id>/sharing/<action>")
def change(badge_id: UUID, action: str) -> str:
    """Changes that, and shows it as it is now. Raises NotFoundError for a badge of somebody else."""
    visit = current_visit()
    with current_tool().store.begin() as session:
        award = own_award(session, visit, badge_id)
        done = change_sharing(session, award, action, visit.actor)
        session.flush()
        return render_template("learner/sharing.html", done=done, **_shown(session, visit, badge_id))


def claim_once(award: Award, by: Actor) -> None:
    """Notes that its learner has opened the badge, the first time that they do; in a transaction of its own."""
    if award.credential is not None and award.claimed_at is None:
        tool = current_tool()
        with tool.store.begin() as session:
            own_badges.claim_badge(session, award.id, tool.clock(), by)


def own_award(session: Session, visit: Visit, badge_id: UUID) -> Award:
    """The award of one of the visitor's own badges; raises NotFoundError for any other."""
    row = queries.credentials.credential(session, str(badge_id))
    if row is None or visit.person_id is None or row.award.person_id != visit.person_id:
        raise NotFoundError("you have no such badge")
    set_page_issuer(issuer_of(session, row.issuer_id))
    return row.award


def _shown(session: Session, visit: Visit, badge_id: UUID) -> Mapping[str, Any]:
    award = own_award(session, visit, badge_id)
    return {
        "visit": visit,
        "award": award,
        "template": stored_template(award.template_version.body),
        "feedback_questions": questions_about(session, award),
        "sharing": sharing_of(session, award, inside_path(badge_id)),
    }


def inside_path(badge_id: UUID | str) -> str:
    """Where the forms about showing a badge are sent, of a page inside a platform."""
    return f"/lti/app/badges/{badge_id}/sharing"
