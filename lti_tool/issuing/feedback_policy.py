"""What an issuer has settled about feedback: after how many months learners are asked what became of a badge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lti_tool.errors import WrongSettingError
from lti_tool.values import Json

MOST_MONTHS = 60
USUAL_MONTHS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackPolicy:
    """`later_months`: so long after they first opened a badge learners are asked about it once more; 0 is never."""

    later_months: int = USUAL_MONTHS

    @property
    def later_after(self) -> timedelta | None:
        """The same as a time, of months that are all as long; None where learners are not asked."""
        return timedelta(days=round(self.later_months * 365.25 / 12)) if self.later_months else None


def read_feedback_policy(data: Json) -> FeedbackPolicy:
    """The FeedbackPolicy in the table `feedback` of an issuer's data. Raises WrongSettingError where it is none."""
    table: Any = data.get("feedback", {})
    if not isinstance(table, dict) or not table.keys() <= {"later_months"}:
        raise WrongSettingError("/feedback", "unknown_field", "[feedback] takes later_months")
    months = table.get("later_months", USUAL_MONTHS)
    if not (type(months) is int and 0 <= months <= MOST_MONTHS):
        message = f"later_months of [feedback] is a whole number from 0, which is never, to {MOST_MONTHS}"
        raise WrongSettingError("/feedback/later_months", "out_of_range", message)
    return FeedbackPolicy(later_months=months)
