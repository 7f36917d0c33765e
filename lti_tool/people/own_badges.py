"""What learners do with their own badges: claim one by opening it, hide one, and ask for a correction.

A hidden badge is as valid as it was, and its links go on working: it is only out of the way.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding.learner_requests import schedule_mails_about
from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, CorrectionRequest

#: As long as a reason of a teacher.
MAX_WORDS = 2000


def claim_badge(session: Session, award_id: int, now: datetime, by: Actor) -> None:
    """Notes that the learner has opened the badge on a page of their own; nothing where that was before."""
    award = session.get_one(Award, award_id)
    queries.awards.lock_award(session, award)
    if award.claimed_at is None:
        award.claimed_at = now
        events.record(session, "badge_claimed", "award", award.id, now, actor=by)


def hide_badge(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """Takes the badge out of its learner's list."""
    if award.hidden_at is None:
        award.hidden_at = now
        events.record(session, "badge_hidden", "award", award.id, now, actor=by)


def unhide_badge(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """Puts it back."""
    if award.hidden_at is not None:
        award.hidden_at = None
        events.record(session, "badge_unhidden", "award", award.id, now, actor=by)


def ask_correction(session: Session, award: Award, words: str, now: datetime, by: Actor) -> None:
    """Keeps what the learner finds wrong, for the teachers of the course, who are mailed that it waits.

    Raises NotAllowedError without words, and while they have not answered an earlier one.
    """
    queries.awards.lock_award(session, award)
    if not words or queries.corrections.open_of(session, award.id) is not None:
        raise NotAllowedError("a correction is asked for in words, and once until it is settled")
    session.add(CorrectionRequest(award_id=award.id, words=words[:MAX_WORDS], asked_at=now))
    events.record(session, "correction_asked", "award", award.id, now, actor=by)
    if award.course_id is not None:
        schedule_mails_about(session, award.person_id, [award.course_id], now)


def settle_correction(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """A teacher has read what was asked about the award and done what was to be done; nothing where that was before."""
    row = queries.corrections.open_of(session, award.id)
    if row is not None:
        row.settled_at = now
        events.record(session, "correction_settled", "award", award.id, now, actor=by)
