"""How far the people of a course are decided, so that a look decides only about those for whom something is new.

What a rule comes to for a person follows from what was observed of them, and from what it rests on for everybody: the
version of the rule, what was observed of the course, what the institution has settled, and the time. While the latter
is the same, only people of whom something was observed since are decided again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from lti_tool.conditions.tree import leaves, read_tree
from lti_tool.observations import Policy
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, RuleVersion
from lti_tool.values import Json

#: An observation may be stored a while after it was seen, by a transaction that waits for another.
STORED_LATE = timedelta(minutes=1)
#: Everybody is decided anew this often at least, whatever is new.
EVERYBODY_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Up to when everybody is decided, and what that rests on; from `again_at` on, time alone may change it."""

    until: datetime
    rests_on: str
    again_at: datetime

    def as_json(self) -> Json:
        """As it is kept with the rule."""
        return {
            "until": self.until.isoformat(),
            "rests_on": self.rests_on,
            "again_at": self.again_at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDecide:
    """The people whom a rule is to be decided about, by id, by which version, and what that rests on.

    `since`: they are those of whom something was observed since then; None for everybody. `before` is how far the
    decisions had come, as it is kept with the rule.
    """

    rule_id: int
    version_id: int
    rests_on: str
    since: datetime | None
    people: Sequence[int]
    before: Json | None


def decided_of(rule: AwardRule) -> Decided | None:
    """How far the rule's decisions have come; None where nothing is known of it."""
    kept = rule.decided
    if kept is None:
        return None
    return Decided(
        until=datetime.fromisoformat(kept["until"]),
        rests_on=kept["rests_on"],
        again_at=datetime.fromisoformat(kept["again_at"]),
    )


def to_decide(
    session: Session, rule: AwardRule, version: RuleVersion, policy: Policy, now: datetime
) -> ToDecide:
    """Everybody in the course, or those of whom something was observed since everybody was decided."""
    foundation = rests_on(session, rule, version, policy)
    before = decided_of(rule)
    is_the_same = before is not None and before.rests_on == foundation and now < before.again_at
    since = before.until - STORED_LATE if before is not None and is_the_same else None
    return ToDecide(
        rule_id=rule.id,
        version_id=version.id,
        rests_on=foundation,
        since=since,
        people=queries.observations.people_in(session, rule.course_id, since),
        before=rule.decided,
    )


def rests_on(session: Session, rule: AwardRule, version: RuleVersion, policy: Policy) -> str:
    """What the rule's decisions about everybody rest on, beside the time, as text that differs where it does."""
    about_course = queries.observations.newest_about_course(session, rule.course_id)
    return f"version {version.id}, course {about_course}, policy {astuple(policy)}"


def after(rests_on: str, version: RuleVersion, now: datetime) -> Decided:
    """How far the decisions have come, once all are made that were to be made at that time."""
    moments = [
        moment
        for leaf in leaves(read_tree(version.tree))
        if (moment := getattr(leaf.options, "changes_at", None)) is not None and moment > now
    ]
    return Decided(until=now, rests_on=rests_on, again_at=min([*moments, now + EVERYBODY_EVERY]))


def earliest(moments: Sequence[datetime | None]) -> datetime | None:
    """The earliest of the moments; None where one of them is before all others, or there is none."""
    known = [moment for moment in moments if moment is not None]
    return min(known) if known and len(known) == len(moments) else None
