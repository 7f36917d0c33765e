"""Share links: an address by which a learner shows a badge, with or without their name, until it ends.

A badge is private until its learner shows it. Its own address stands in its files and answers whoever has one of these;
a share link is another address, for people, and can end. To publish a badge is a word of its learner too: only then is
its own address offered to be written elsewhere, such as on LinkedIn, which takes an address that does not end.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest

from lti_tool.errors import LinkEndedError, NotAllowedError, NotFoundError
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, ShareLink
from lti_tool.values import secret_hash

#: For how long a link may work, by what the form calls it; None is until its learner ends it.
LIFETIMES: Mapping[str, timedelta | None] = {
    "month": timedelta(days=30),
    "year": timedelta(days=365),
    "ended": None,
}
#: So many links of one badge work at once; who needs more can end one.
MOST_LINKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLink:
    """What a learner has chosen for a new link; without a `lifetime` it works until they end it.

    `takes_answers`: whether organisations may answer what it shows; one without the name takes none.
    """

    with_name: bool
    lifetime: timedelta | None
    takes_answers: bool = False


def token_of(link: ShareLink, secret_key: str) -> str | None:
    """The token in the address of the link; None where SECRET_KEY is another one than when it was made.

    The link goes on working then, but its address is known only to those who have it.
    """
    token = _token(link.seed, secret_key)
    return token if secret_hash(token) == link.token_hash else None


def _token(seed: str, secret_key: str) -> str:
    """128 bits, which nobody can guess or compute from what is stored."""
    made = digest(secret_key.encode(), f"share link {seed}".encode(), sha256)[:16]
    return urlsafe_b64encode(made).decode().rstrip("=")


def make_link(
    session: Session,
    award: Award,
    wanted: WantedLink,
    secret_key: str,
    now: datetime,
    by: Actor,
) -> ShareLink:
    """A new link to the badge of an award.

    Raises NotAllowedError where there is no valid badge to be shown, or MOST_LINKS work already.
    """
    queries.awards.lock_award(session, award)
    _check_valid(award, now)
    if len(running_links(session, award, now)) >= MOST_LINKS:
        raise NotAllowedError(f"{MOST_LINKS} links work already")
    seed = secrets.token_hex(16)
    link = ShareLink(
        award=award,
        seed=seed,
        token_hash=secret_hash(_token(seed, secret_key)),
        with_name=wanted.with_name,
        created_at=now,
        expires_at=None if wanted.lifetime is None else now + wanted.lifetime,
        takes_answers=wanted.takes_answers and wanted.with_name,
        answers=0,
    )
    session.add(link)
    days = None if wanted.lifetime is None else wanted.lifetime.days
    data = {"with_name": wanted.with_name, "days": days}
    events.record(session, "share_link_made", "award", award.id, now, actor=by, data=data)
    session.flush()
    return link


def _check_valid(award: Award, now: datetime) -> None:
    """Raises NotAllowedError where there is no valid badge."""
    if award.status != "issued" or award.credential is None or award.credential.has_expired(now):
        raise NotAllowedError("there is no valid badge that could be shown")


def running_links(session: Session, award: Award, now: datetime) -> Sequence[ShareLink]:
    """The links to the badge that work now, oldest first."""
    return [each for each in queries.sharing.links_of(session, award.id) if each.is_running(now)]


def end_link(session: Session, award: Award, link_id: int, now: datetime, by: Actor) -> None:
    """Ends a link of the award: its address shows nothing any more. Raises NotFoundError for a link of another one."""
    link = _own_link(session, award, link_id)
    if link.revoked_at is None:
        link.revoked_at = now
        journal.note(session, "share_link_ended", {"token_hash": link.token_hash}, now)
        events.record(session, "share_link_ended", "award", award.id, now, actor=by)


def let_answer(session: Session, award: Award, link_id: int, now: datetime, by: Actor) -> None:
    """Lets organisations answer the badge by a link. Raises NotFoundError for a link of another one.

    Raises NotAllowedError for a link without the name: an answer names the badge, whose address names the learner.
    """
    link = _own_link(session, award, link_id)
    if not link.with_name:
        raise NotAllowedError("a link without the name takes no answers")
    _set_answers(session, award, link, {"takes_answers": True}, now, by)


def refuse_answers(session: Session, award: Award, link_id: int, now: datetime, by: Actor) -> None:
    """Takes that back; answers that came stay. Raises NotFoundError for a link of another one."""
    link = _own_link(session, award, link_id)
    if link.takes_answers:
        journal.note(session, "answers_refused", {"token_hash": link.token_hash}, now)
    _set_answers(session, award, link, {"takes_answers": False}, now, by)


def _own_link(session: Session, award: Award, link_id: int) -> ShareLink:
    """The link, with the award locked: whoever answers by it at this moment has locked the award too."""
    queries.awards.lock_award(session, award)
    link = queries.sharing.link(session, link_id)
    if link is None or link.award_id != award.id:
        raise NotFoundError("this badge has no such link")
    session.refresh(link)
    return link


def _set_answers(
    session: Session, award: Award, link: ShareLink, data: dict[str, bool], now: datetime, by: Actor
) -> None:
    if link.takes_answers != data["takes_answers"]:
        link.takes_answers = data["takes_answers"]
        events.record(session, "share_link_changed", "award", award.id, now, actor=by, data=data)


def find_link(session: Session, token: str, now: datetime) -> ShareLink:
    """The link with that token.

    Raises LinkEndedError for one that has ended or expired, or never was: who asks does not learn which it is.
    """
    link = queries.sharing.link_with(session, secret_hash(token))
    if link is None or not link.is_running(now):
        raise LinkEndedError("no link with this token works")
    return link


def publish_badge(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """Publishes the badge: its learner may give its own address to everybody.

    Raises NotAllowedError where there is no valid badge.
    """
    queries.awards.lock_award(session, award)
    _check_valid(award, now)
    if award.published_at is None:
        award.published_at = now
        events.record(session, "badge_published", "award", award.id, now, actor=by)


def unpublish_badge(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """Takes that back; whoever has a file of the badge can still open its address."""
    queries.awards.lock_award(session, award)
    if award.published_at is not None:
        award.published_at = None
        events.record(session, "badge_unpublished", "award", award.id, now, actor=by)
