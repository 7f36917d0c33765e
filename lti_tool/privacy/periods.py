"""For how long each kind of data is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

#: Every period by which something is kept. Those that are no field of Periods: `awards` are the issuer's years,
#: `sessions` end by their own hours, `teaching` stays as long as what was made, without a name once that is gone, and
#: `operators` until they are erased.
PERIODS = (
    "members",
    "observations",
    "awards",
    "mails",
    "sessions",
    "teaching",
    "operators",
    "bulk_acts",
    "prior_learning",
    "events",
    "jobs",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """The operator's periods.

    `members`: people without a badge, after they were last seen enrolled or the course ended. `observations`: what was
    seen of whoever has one, from the same day. `mails`: what somebody was mailed; `bulk_acts`: acts of teachers on
    several people; `prior_learning`: applications after their end, or after the last act in one without an end;
    `events`: who did what; `jobs`: work that was given up.
    """

    members: timedelta = timedelta(days=90)
    observations: timedelta = timedelta(days=365)
    mails: timedelta = timedelta(days=365)
    bulk_acts: timedelta = timedelta(days=30)
    prior_learning: timedelta = timedelta(days=365)
    events: timedelta = timedelta(days=1095)
    jobs: timedelta = timedelta(days=90)

    @property
    def days(self) -> dict[str, int]:
        """The number of days of each, by its name."""
        return {name: getattr(self, name).days for name in asdict(self)}
