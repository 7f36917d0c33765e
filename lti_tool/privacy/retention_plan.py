"""What of a person is no longer kept, by when they were last seen enrolled and what they have been awarded. Pure.

It counts from the day on which somebody was last seen enrolled, or the course ended; never from the date of a row, for
the ledger has a row only where something changed. Whoever is enrolled in a course that goes on and has a rule loses
nothing: every decision about them rests on what was seen of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.observations import Observation, first_seen_as_staff, listed_role, role_now
from lti_tool.privacy.periods import Periods

#: A course of which nothing was heard for so long goes on no more, whatever rule it has.
SILENT = timedelta(days=365)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A person in a course: `roles` are their ROLE observations there, oldest first.

    `newest_at`: when anything was seen of them there last. Of the course: `ended_at`, None while it goes on;
    `has_rule`: whether a rule awards badges there; `members_seen_at`: when its list of members was read last.
    """

    course_id: int
    roles: Sequence[Observation]
    newest_at: datetime
    ended_at: datetime | None
    has_rule: bool
    members_seen_at: datetime | None

    def last_seen_at(self, now: datetime) -> datetime:
        """Until when the person was seen enrolled there, or the course went on."""
        if role_now(self.roles) in (None, "absent"):
            listed = listed_role(self.roles)
            left = listed.seen_at if listed is not None else self.newest_at
            return min(left, self.ended_at) if self.ended_at is not None else left
        if self.ended_at is not None:
            return self.ended_at
        seen = max(self.members_seen_at or self.newest_at, self.newest_at)
        # A platform that is gone, and a course without lists, say of nobody that they have left.
        return now if self.has_rule and now - seen < SILENT else seen

    @property
    def was_staff(self) -> bool:
        """Whether the person was ever seen as staff of the course."""
        return first_seen_as_staff(self.roles) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An award: for how many years its issuer keeps it, None without an end; and until when it counts at least.

    `law`: which law obliges the issuer to that, empty where none does.
    """

    award_id: int
    years: int | None
    counts_until: datetime
    law: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """All that decides what of a person is kept. `seen_at`: when they opened the tool, were described, or claimed a
    part of a pathway, last.

    `has_applied`: an application of theirs to have prior learning recognised is kept still, by its own period.
    """

    person_id: int
    seen_at: datetime | None
    enrolments: Sequence[Enrolment]
    awards: Sequence[Kept]
    has_applied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes: the whole person; else the observations in some courses, and some awards, by their ids.

    `but_staff`: those of the courses in which the observation that the person was staff stays, because the course goes
    on: whoever comes back there as a learner is a question to the teachers still.
    """

    person_id: int
    is_forgotten: bool = False
    courses: tuple[int, ...] = ()
    but_staff: frozenset[int] = frozenset()
    awards: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether all is kept."""
        return not (self.is_forgotten or self.courses or self.awards)


def plan(facts: PersonFacts, periods: Periods, now: datetime) -> Plan:
    """What of the person is no longer kept now."""
    last = _last_seen_at(facts, now)
    ended = tuple(each.award_id for each in facts.awards if _has_ended(each, last, now))
    if len(ended) == len(facts.awards) and not facts.has_applied:
        # Whoever was staff is remembered for as long as what was seen of others.
        was_staff = any(each.was_staff for each in facts.enrolments)
        period = max(periods.members, periods.observations) if was_staff else periods.members
        if last is None or last + period <= now:
            return Plan(person_id=facts.person_id, is_forgotten=True, awards=ended)
    old = [
        each
        for each in facts.enrolments
        if each.last_seen_at(now) + periods.observations <= now and facts.awards
    ]
    return Plan(
        person_id=facts.person_id,
        courses=tuple(each.course_id for each in old),
        but_staff=frozenset(each.course_id for each in old if each.ended_at is None and each.was_staff),
        awards=ended,
    )


def laws_that_hold(facts: PersonFacts, now: datetime) -> tuple[str, ...]:
    """The laws by which an issuer has to keep an award of the person still; each once."""
    last = _last_seen_at(facts, now)
    held = (each.law for each in facts.awards if each.law and not _has_ended(each, last, now))
    return tuple(dict.fromkeys(held))


def _last_seen_at(facts: PersonFacts, now: datetime) -> datetime | None:
    moments = [each.last_seen_at(now) for each in facts.enrolments]
    return max([*moments, *([facts.seen_at] if facts.seen_at is not None else [])], default=None)


def _has_ended(kept: Kept, last: datetime | None, now: datetime) -> bool:
    if kept.years is None:
        return False
    return years_after(max(kept.counts_until, last or kept.counts_until), kept.years) <= now


def years_after(moment: datetime, years: int) -> datetime:
    """That many years later; on 1 March where the day is none of that year."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)
