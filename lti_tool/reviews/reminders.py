"""Mails that remind an issuer of reviews: of each day once before it, and once after it.

An hourly sweep notes what is near in the transaction that schedules the mails, so nobody is reminded twice; what was
reviewed or retired before a mail is sent is left out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from badges.template.model import text_in
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import best_language
from lti_tool.reviews.upcoming import UpcomingReview, upcoming_reviews
from lti_tool.store import Session, events, outbox, queries
from lti_tool.values import DueReview, Json, Recipient, ReviewMail, secret_hash

TASK = "mail_review"


class Sends(Protocol):
    """The issuers; `lti_tool.wiring.Tool` has them."""

    @property
    def issuers(self) -> Issuers: ...


def schedule_reminders(session: Session, tool: Sends, now: datetime) -> None:
    """Schedules a mail to each address of an issuer about all reviews of which it was not reminded yet."""
    for issuer in tool.issuers.all(session):
        addresses = recipients(issuer)
        if not addresses:
            # Nobody would know of it: once there is an address, they hear of what is near then.
            continue
        new = [each for each in _near(session, issuer, now) if _note(session, issuer, each, now)]
        for address in addresses if new else ():
            payload = {
                "issuer_id": issuer.id,
                # A payload may be logged, so it names no address.
                "to": secret_hash(address)[:16],
                "reviews": [[each.row.template_id, each.due.isoformat(), _kind(each)] for each in new],
            }
            outbox.add(session, TASK, payload, now)


def recipients(issuer: Issuer) -> Sequence[str]:
    """Whom the issuer wants to be reminded; else its own address, if it has one."""
    profile = issuer.profile
    return profile.reviews.remind or ((profile.email,) if profile.email else ())


def mail_of(
    session: Session, tool: Sends, payload: Json, now: datetime
) -> tuple[Issuer, ReviewMail, Sequence[UpcomingReview]] | None:
    """The mail with its issuer and what it is about; None where nothing of it is so any more.

    Or where the address is no longer one of the issuer's.
    """
    issuer = tool.issuers.of(session, payload["issuer_id"])
    address = next((each for each in recipients(issuer) if secret_hash(each)[:16] == payload["to"]), None)
    wanted = {tuple(each) for each in payload["reviews"]}
    due = [
        each
        for each in _near(session, issuer, now)
        if (each.row.template_id, each.due.isoformat(), _kind(each)) in wanted
    ]
    if address is None or not due:
        return None
    # Nobody knows the language of the address: that of the first badge is the likeliest.
    language = best_language([due[0].row.body["in_language"]])
    home = f"{issuer.addresses.tool_url}/operator/issuers/{issuer.profile.slug}/reviews?lang={language}"
    mail = ReviewMail(
        recipient=Recipient(name="", email=address, language=language),
        issuer=letterhead(issuer, language),
        overdue=_told((each for each in due if each.is_overdue), language),
        soon=_told((each for each in due if not each.is_overdue), language),
        stops=issuer.profile.reviews.overdue_stops,
        url=home,
    )
    return issuer, mail, due


def record_mailed(session: Session, due: Iterable[UpcomingReview], now: datetime) -> None:
    """Records of each template that a reminder went out."""
    for each in due:
        data = {"version": each.row.version}
        why = f"review_{_kind(each)}"
        events.record(session, "mailed", "template", each.row.template_id, now, why=why, data=data)


def _near(session: Session, issuer: Issuer, now: datetime) -> Sequence[UpcomingReview]:
    return upcoming_reviews(session, issuer.id, issuer.profile, issuer.profile.day_of(now))


def _note(session: Session, issuer: Issuer, review: UpcomingReview, now: datetime) -> bool:
    """Whether nobody was reminded of this yet."""
    return queries.reviews.note_reminder(
        session,
        template_id=review.row.template_id,
        due_day=review.due.isoformat(),
        kind=_kind(review),
        issuer_id=issuer.id,
        reminded_at=now,
    )


def _kind(review: UpcomingReview) -> str:
    return "overdue" if review.is_overdue else "soon"


def _told(reviews: Iterable[UpcomingReview], language: str) -> Sequence[DueReview]:
    """Their names and owners as they are stored: one that cannot be read any more keeps back no mail."""
    return [
        DueReview(
            badge=text_in(each.row.body["name"], language, each.row.body["in_language"]),
            owner=each.row.body.get("owner") or "",
            due=each.due,
        )
        for each in reviews
    ]
