"""Badges that rules ask for: who holds them, as the courses of these rules are told; and that none asks for itself.

What somebody holds is known from their awards. It is written into the ledger of a course where a rule asks for it,
whenever that course is decided, so a badge that was revoked a moment ago does not count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from lti_tool.conditions.tree import Node, read_tree, resources
from lti_tool.errors import NotAllowedError
from lti_tool.observations import BADGE_HELD, Observation
from lti_tool.sources import awards as source
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import TemplateVersion

#: Why a rule may not ask for a badge: it is the rule's own, of another issuer or of no template, or asks in turn for
#: the rule's own.
Refusal = Literal["itself", "not_ours", "circle"]


def badges_asked_for(tree: Node) -> frozenset[str]:
    """The ids of the templates whose badges the rule asks for."""
    return resources(tree).get(BADGE_HELD, frozenset())


def changes(
    session: Session, course_id: int, badges: Collection[str], people: Collection[int], now: datetime
) -> Sequence[Observation]:
    """What is new about which of these badges these people hold, as observations of the course; nothing is stored."""
    if not badges or not people:
        return []
    known = queries.observations.last_values_of(session, course_id, BADGE_HELD, people)
    return [_observation(course_id, *new, now) for new in _differing(session, badges, people, known)]


def _differing(
    session: Session,
    badges: Collection[str],
    people: Collection[int],
    known: Mapping[tuple[int, str], Any],
) -> Iterator[tuple[int, str, Mapping[str, str | None] | None]]:
    """Person, badge and what is held of it now, where that is not what is known."""
    held = queries.awards.held_badges(session, badges, people)
    for person_id in sorted(people):
        for badge in sorted(badges):
            dates = held.get((person_id, badge))
            value = source.holding(*dates) if dates is not None else None
            if value != known.get((person_id, badge)):
                yield person_id, badge, value


def _observation(
    course_id: int | None,
    person_id: int,
    badge: str,
    value: Mapping[str, str | None] | None,
    now: datetime,
    issuer_id: str | None = None,
) -> Observation:
    return Observation(
        course=course_id,
        issuer=issuer_id,
        person=person_id,
        kind=BADGE_HELD,
        resource=badge,
        value=value,
        seen_at=now,
        source=source.NAME,
    )


def note(
    session: Session, course_id: int, badges: Collection[str], people: Collection[int], now: datetime
) -> None:
    """Appends to the ledger of the course what is new about which of these badges these people hold."""
    queries.observations.add(session, changes(session, course_id, badges, people, now))


def note_outside(
    session: Session, issuer_id: str, badges: Collection[str], people: Collection[int], now: datetime
) -> None:
    """As `note`, for the issuer's own rules."""
    queries.observations.add(session, changes_outside(session, issuer_id, badges, people, now))


def changes_outside(
    session: Session, issuer_id: str, badges: Collection[str], people: Collection[int], now: datetime
) -> Sequence[Observation]:
    """As `changes`, for the issuer's own rules.

    Of badges of other issuers nothing: which of these somebody has, the issuer learns from themselves alone.
    """
    own = queries.templates.templates_of_issuer(session, badges, issuer_id)
    known = queries.observations.last_values_outside(session, issuer_id, BADGE_HELD, people)
    return [
        _observation(None, *each, now, issuer_id=issuer_id)
        for each in _differing(session, own, people, known)
    ]


def note_in_course(store: Store, course_id: int, now: datetime) -> None:
    """As `note`, of everybody in the course and all badges that its rules ask for."""
    with store.read() as session:
        versions = queries.rules.awarding_versions(session, course_id=course_id)
        badges = frozenset().union(*(badges_asked_for(read_tree(version.tree)) for version in versions))
    if badges:
        with store.begin() as session:
            queries.people.lock_course(session, course_id)
            people = queries.observations.people_in(session, course_id)
            note(session, course_id, badges, people, now)


def refusal(session: Session, template: TemplateVersion, tree: Node) -> Refusal | None:
    """Why a rule that awards the template may not ask for the badges it asks for; None where it may."""
    asked = badges_asked_for(tree)
    if not asked:
        return None
    if template.template_id in asked:
        return "itself"
    if queries.templates.templates_of_issuer(session, asked, template.issuer_id) != asked:
        return "not_ours"
    return "circle" if is_circle(session, template.template_id, asked) else None


def is_circle(session: Session, template_id: str, asked: Collection[str]) -> bool:
    """Whether one of these badges asks in turn, itself or by others, for that of the template."""
    return template_id in _reached(asked, _needs(session))


def refuse(session: Session, template: TemplateVersion, tree: Node) -> None:
    """Raises NotAllowedError where `refusal` says why; of two that would make a circle at once, one waits."""
    if badges_asked_for(tree):
        queries.rules.lock_asking(session)
    why = refusal(session, template, tree)
    if why is not None:
        raise NotAllowedError(f"the rule may not ask for this badge: {why}")


def can_be_asked_for(
    session: Session, template: TemplateVersion, registration_id: int, course_id: int | None
) -> Mapping[str, str]:
    """The names, by template id, of the published badges that a rule of the course for the template may ask for."""
    needed = _needs(session)
    return {
        row.template_id: row.name
        for row in queries.templates.published_templates(session, registration_id, course_id)
        if row.issuer_id == template.issuer_id
        and row.template_id != template.template_id
        and template.template_id not in _reached({row.template_id}, needed)
    }


def _needs(session: Session) -> Mapping[str, frozenset[str]]:
    """For each template, those whose badges some rule of it asks for: of other issuers too, in pathways."""
    found: dict[str, frozenset[str]] = {}
    for template_id, tree in queries.rules.rules_asking_for_badges(session):
        found[template_id] = found.get(template_id, frozenset()) | badges_asked_for(read_tree(tree))
    return found


def _reached(start: Collection[str], needed: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """All templates that come up when each is asked what it needs, the first ones too."""
    seen: set[str] = set()
    left = list(start)
    while left:
        template_id = left.pop()
        if template_id not in seen:
            seen.add(template_id)
            left += needed.get(template_id, frozenset())
    return frozenset(seen)
