"""What the lists of a course prove of a restricted link: who has completed, and when nothing can be told.

A platform lists who may open the link, and who is in the course. Being on both lists proves little: the restriction may
be gone, and assistants pass every restriction while they are listed as learners. A *witness* does: a learner who could
not open the link at the look before, and cannot at this one. While there is a witness the restriction is in force, so
whoever was closed out once and is let in now has completed.

Without a witness two readings are left: all have completed, or the restriction is gone. Nothing here chooses one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from lti_tool.observations import (
    LINK_ACCESS,
    LINK_OPENED,
    RESTRICTION,
    RESTRICTION_CONFIRMED,
    Facts,
    Observation,
    select,
)

#: What one look shows: there is a witness; somebody is closed out, but was not yet at the look before; nobody is; or
#: the platform's lists do not show it at all.
Restriction = Literal["in_force", "unproven", "open_to_all", "cannot_be_seen"]
REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From a look on (inclusive) up to another (exclusive), or to no end."""

    start: datetime
    end: datetime | None

    def meets(self, other: Span) -> datetime | None:
        """The first moment that is in both, if there is one.

        Both begin and end at looks, so that moment is a look at which both held.
        """
        moment = max(self.start, other.start)
        return moment if all(span.end is None or moment < span.end for span in (self, other)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What is known of one person and one link.

    `closed_at`: since when the link was seen closed to them, before `open_at`. `open_at`: since when it is open.
    `proven_at`: the first look at which it was open to them while the restriction was in force. `opened_at`: when they
    opened it as a learner. All None where it never was so.
    """

    now: Literal["open", "closed", "absent", "unknown"]
    since: datetime | None = None
    closed_at: datetime | None = None
    open_at: datetime | None = None
    proven_at: datetime | None = None
    opened_at: datetime | None = None


def restriction_of_look(seen: Collection[tuple[str | None, str]]) -> Restriction:
    """What a look shows of the restriction, by all that was seen of learners, none of whom was ever seen as staff.

    Of each: whether the link was open or closed to them at the look before, None where that is not known, and is now.
    """
    if ("closed", "closed") in seen:
        return "in_force"
    return "unproven" if not seen or any(now == "closed" for _, now in seen) else "open_to_all"


def voided(restriction: Sequence[Observation]) -> tuple[Span, ...]:
    """The spans whose looks do not count, by the observations of one link's restriction.

    When a teacher says that the restriction was removed, nobody knows since when: all looks since the last witness are
    passed over.
    """
    spans = []
    witnessed_until: datetime | None = None
    was_in_force = False
    for each in restriction:
        if each.value == REMOVED:
            start = each.seen_at if was_in_force else witnessed_until or restriction[0].seen_at
            spans.append(Span(start=start, end=each.seen_at))
            continue
        if was_in_force and each.value != "in_force":
            witnessed_until = each.seen_at
        was_in_force = each.value == "in_force"
    return tuple(spans)


def without_voided(
    access: Sequence[Observation], restriction: Sequence[Observation]
) -> tuple[Observation, ...]:
    """The observations of access to a link, without those of voided looks."""
    return outside(access, voided(restriction))


def outside(access: Sequence[Observation], spans: Sequence[Span]) -> tuple[Observation, ...]:
    """The observations that are in none of the spans."""
    return tuple([each for each in access if not any(_is_within(each.seen_at, span) for span in spans)])


def in_force(restriction: Sequence[Observation]) -> tuple[Span, ...]:
    """The spans in which the looks had a witness."""
    looks = [each for each in restriction if each.value != REMOVED]
    ends: list[datetime | None] = [each.seen_at for each in looks[1:]]
    return tuple(
        Span(start=each.seen_at, end=end)
        for each, end in zip(looks, [*ends, None], strict=True)
        if each.value == "in_force"
    )


def restriction_now(restriction: Sequence[Observation]) -> str | None:
    """What the last look showed, or `removed` where a teacher has said so and nobody was closed out since."""
    removed = False
    now: str | None = None
    for each in restriction:
        if each.value == REMOVED:
            removed = True
        else:
            now = each.value
            removed = removed and now == "open_to_all"
    return REMOVED if removed else now


def access_of(facts: Facts, link: str) -> Access:
    """What is known of the person and the link."""
    restriction = facts.course_of(RESTRICTION, link)
    seen = without_voided(facts.own_of(LINK_ACCESS, link), restriction)
    opened = facts.own_of(LINK_OPENED, link)
    opened_at = opened[0].seen_at if opened else None
    if not seen:
        return Access(now="unknown", opened_at=opened_at)
    found = _telling(_open_spans(seen), in_force(restriction))
    return Access(
        now=seen[-1].value,
        since=seen[-1].seen_at,
        closed_at=found.closed_at if found else None,
        open_at=found.span.start if found else None,
        proven_at=found.proven_at if found else None,
        opened_at=opened_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _OpenSpan:
    """A span in which the link was open to a person, and since when it had been seen closed to them before it."""

    span: Span
    closed_at: datetime | None
    proven_at: datetime | None = None


def _open_spans(seen: Sequence[Observation]) -> list[_OpenSpan]:
    spans = []
    closed_at = None
    for each, later in zip(seen, [*seen[1:], None], strict=True):
        if each.value == "closed":
            closed_at = each.seen_at
        elif each.value == "open":
            span = Span(start=each.seen_at, end=later.seen_at if later else None)
            spans.append(_OpenSpan(span=span, closed_at=closed_at))
    return spans


def _telling(spans: Sequence[_OpenSpan], witnessed: Sequence[Span]) -> _OpenSpan | None:
    """The span that says most of the person: the first that proves completion, else the first that had a witness, else
    the last."""
    proven = []
    for each in spans:
        moments = [moment for span in witnessed if (moment := each.span.meets(span))]
        if moments:
            proven.append(replace(each, proven_at=min(moments)))
    completed = [each for each in proven if each.closed_at]
    return next(iter([*completed, *proven, *reversed(spans)]), None)


def restriction_confirmed(about_course: Sequence[Observation], link: str) -> Observation | None:
    """The teacher's last word that the link is restricted, unless it was said later that the restriction is gone.

    `about_course` are the observations about the course itself.
    """
    said = select(about_course, RESTRICTION_CONFIRMED, link)
    if not said:
        return None
    removed = [each for each in select(about_course, RESTRICTION, link) if each.value == REMOVED]
    return None if removed and removed[-1].seen_at >= said[-1].seen_at else said[-1]


def opened_while_confirmed(facts: Facts, link: str) -> Observation | None:
    """The person's own opening of the link where, and while, a teacher says that it is restricted."""
    said = restriction_confirmed(facts.course, link)
    if said is None:
        return None
    place, under = said.value["place"], said.seen_at.isoformat()
    if place is None:
        return None
    matching = (
        each
        for each in select(facts.own, LINK_OPENED, link)
        if each.value["place"] == place and each.value["under"] == under
    )
    return next(matching, None)


def opened_elsewhere(facts: Facts, link: str) -> bool:
    """Whether the person opened the link last from another place than the one that a teacher says is restricted."""
    said = restriction_confirmed(facts.course, link)
    opened = select(facts.own, LINK_OPENED, link)
    return said is not None and bool(opened) and opened[-1].value["place"] != said.value["place"]


def _is_within(moment: datetime, span: Span) -> bool:
    return span.start <= moment and (span.end is None or moment < span.end)
