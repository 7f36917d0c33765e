"""The sources of observations that a course has: which are open, which are used, and how they answered last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.awarding.looks import asked_about
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.tree import read_tree, reads
from lti_tool.observations import ROLE
from lti_tool.sources import SOURCES, consent_site, is_for, is_open
from lti_tool.sources.found import Asked
from lti_tool.store import Session, queries
from lti_tool.store.models import Course
from lti_tool.store.queries.observations import LastLooks


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSource:
    """A source in one course. `is_used`: a rule of the course reads what it gives.

    `looks`: how it went when the platform was asked last; None for a source that asks no platform, or was never asked.
    `told_at`: when a source that is sent messages was told something new last, in this course; `refused_at`: when a
    message of the platform was refused since, whichever course it was about.
    `consent_site`: the address of the platform where a teacher of the course can permit it; None where that is not how
    it is opened. `granted_at`: since when one permits it.
    """

    name: str
    is_open: bool
    is_used: bool
    looks: LastLooks | None
    told_at: datetime | None = None
    refused_at: datetime | None = None
    consent_site: str | None = None
    granted_at: datetime | None = None


def sources_of(session: Session, course: Course) -> Sequence[CourseSource]:
    """The sources of what rules can ask for that the course's platform can have, the best first."""
    asked = asked_about(session, course)
    trees = [version.tree for version in queries.rules.awarding_versions(session, course_id=course.id)]
    kinds = frozenset().union(*(reads(read_tree(tree)) for tree in trees))
    looks = queries.observations.last_looks(session, course.id)
    told = queries.observations.last_told(session, course.id)
    refused = queries.platforms.refused_messages(session, course.registration_id)
    # A source that tells nothing of what a rule can ask for is no way to learn who has completed.
    asked_for = {ROLE}.union(*(condition.READS for condition in CONDITIONS.values()))
    ways = [source for source in SOURCES.values() if source.GIVES & asked_for]
    return [
        CourseSource(
            name=source.NAME,
            is_open=is_open(source, asked),
            is_used=bool(source.GIVES & kinds),
            looks=looks.get(source.NAME),
            told_at=told.get(source.NAME) if hasattr(source, "receive") else None,
            refused_at=refused.get(source.NAME),
            consent_site=consent_site(source, asked),
            granted_at=_granted_at(source, asked),
        )
        for source in sorted(ways, key=lambda source: source.RANK)
        if is_for(source, asked.product)
    ]


def _granted_at(source: Any, asked: Asked) -> datetime | None:
    access = asked.access.get(source.NAME)
    granted_at = access.settings.get("granted_at") if access is not None and is_open(source, asked) else None
    return datetime.fromisoformat(granted_at) if granted_at else None


def recommended(sources: Sequence[CourseSource]) -> CourseSource:
    """The best source that is open."""
    return next(source for source in sources if source.is_open)
