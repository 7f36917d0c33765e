"""That a wallet has taken a badge: what the learner and the teacher see among its deliveries."""

from __future__ import annotations

from datetime import datetime

from lti_tool.store import Session, events, queries
from lti_tool.store.models import Award
from lti_tool.store.models.awards import WALLET


def record_taken(session: Session, award: Award, how: str, now: datetime) -> None:
    """Notes that a wallet was given the award's badge now, by the protocol `how`: the last time, and how often.

    The channel has no folder in `lti_tool.deliveries`, because nobody brings a badge there.
    """
    queries.awards.lock_award(session, award)
    delivery = queries.awards.delivery_by(session, award.id, WALLET)
    delivery.status, delivery.reference, delivery.sent_at = "sent", how, now
    delivery.taken_times = (delivery.taken_times or 0) + 1
    session.flush()
    data = {"award": award.id, "how": how, "times": delivery.taken_times}
    events.record(session, "delivered", "delivery", delivery.id, now, why=WALLET, data=data)
