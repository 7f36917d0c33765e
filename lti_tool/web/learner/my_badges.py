"""The badges of a learner as a list: each with how it stands, until when it is valid, and how it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from badges.template.fields import Texts
from badges.template.model import stored_template
from lti_tool.awarding.outcome_levels import levels_in_brief
from lti_tool.people import share_links
from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.models import Award
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language

State = Literal["coming", "not_made", "valid", "ends_soon", "expired", "suspended", "revoked", "renewed"]
#: A badge that ends within this time says how many days are left.
SOON = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBadge:
    """A badge of the list. `badge_id` is the id of its credential, None before there is one.

    `issuer` is the name of the issuer in the language of the page, `last_day` the last day of its validity there.
    `is_new`: its learner has not opened it yet. `levels`: at which its outcomes were met, in a line.
    `reason` is why it was revoked or suspended, as somebody typed it; `links` how many share links work.
    """

    award_id: int
    badge_id: str | None
    name: Texts
    issuer_id: str
    issuer: str
    course: str
    picture: str
    state: State
    earned_at: datetime
    valid_until: datetime | None
    days_left: int
    reason: str
    waiting_for: Sequence[str]
    links: int
    is_published: bool
    is_hidden: bool
    is_new: bool
    asked_correction: bool
    is_of_course: bool
    levels: Texts


def badges_of(session: Session, person_ids: Collection[int]) -> Sequence[ListedBadge]:
    """All badges of these people, who are one learner, newest first; hidden ones too."""
    awards = queries.awards.awards_of_people(session, person_ids)
    dead = dead_jobs.dead_of_awards(session, [award.id for award in awards]).awards
    now = current_tool().clock()
    return [_listed(session, award, dead, now) for award in awards]


def _listed(session: Session, award: Award, dead: Collection[int], now: datetime) -> ListedBadge:
    credential, version = award.last_credential, award.template_version
    valid_until = credential.valid_until if credential else None
    reason = ""
    if credential is not None:
        reason = credential.revocation_reason or credential.suspension_reason or ""
    return ListedBadge(
        award_id=award.id,
        badge_id=credential.id if credential else None,
        name=stored_template(version.body).name,
        issuer_id=award.issuer_id,
        issuer=current_tool().issuers.of(session, award.issuer_id).profile.name_in(page_language()),
        course=award.course.title if award.course else "",
        picture=f"/achievements/{version.template_id}/{version.version}/image.png",
        state=_state(award, dead, now),
        earned_at=award.earned_at,
        valid_until=valid_until,
        days_left=max(0, (valid_until - now).days) if valid_until else 0,
        reason=reason,
        waiting_for=award.waiting_for if award.status == "waiting" else (),
        links=len(share_links.running_links(session, award, now)),
        is_published=award.published_at is not None,
        is_hidden=award.hidden_at is not None,
        is_new=credential is not None and award.claimed_at is None,
        asked_correction=queries.corrections.open_of(session, award.id) is not None,
        is_of_course=award.course_id is not None,
        levels=levels_in_brief(award),
    )


def _state(award: Award, dead: Collection[int], now: datetime) -> State:
    credential = award.credential
    if award.status == "revoked":
        return "revoked"
    if award.status != "issued" or credential is None:
        return "not_made" if award.id in dead else "coming"
    if credential.has_expired(now):
        return "renewed" if award.why_ended == "renewed" else "expired"
    if credential.suspended_at is not None:
        return "suspended"
    ends = credential.valid_until
    return "ends_soon" if ends is not None and ends - now <= SOON and award.ended_at is None else "valid"
