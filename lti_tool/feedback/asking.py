"""Which form a learner is asked to fill in, and for how long. Pure.

A form is open for a while, and closes for everybody then. Whoever has answered or skipped it has closed it before, and
once it is over all awards carry that mark: later copies of the database say of nobody whether they answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from lti_tool.feedback.questions import Audience
from lti_tool.issuing.feedback_policy import FeedbackPolicy
from lti_tool.store.models import Award

#: So long a form stays open, from the day on which the learner is first asked.
OPEN_FOR = timedelta(days=92)


def audience_of(award: Award, policy: FeedbackPolicy, now: datetime) -> Audience | None:
    """As what its learner is asked now, by the policy of its issuer; None where they are not.

    The badge is in use, its form is open, and they have neither answered nor skipped it.
    """
    if award.status != "issued":
        return None
    opened_at, later_after = award.claimed_at or now, policy.later_after
    if later_after is not None and now >= opened_at + later_after:
        is_open = now < opened_at + later_after + OPEN_FOR
        return "later" if is_open and not award.later_feedback_closed else None
    return "claim" if now < opened_at + OPEN_FOR and not award.feedback_closed else None
