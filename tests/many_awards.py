"""Awards of whole years, as they are stored, without the looks at a platform by which each came to be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lti_tool.conditions.tree import all_of, written
from lti_tool.store.models import Award, AwardRule, Course, Person, ResourceLink, RuleVersion
from lti_tool.templates import versions
from lti_tool.wiring import Tool
from tests.fixtures import OPENED_TO_THEM, register_once, template_data


def add_kind(tool: Tool, issuer_id: str = "", tree: str = "", **fields: object) -> int:
    """The id of a version of a rule that awards a template with these fields; None takes a field away."""
    data = {name: value for name, value in (template_data() | fields).items() if value is not None}
    now, issuer_id = tool.clock(), issuer_id or tool.issuer.id
    with tool.store.begin() as session:
        template = versions.add(session, data, now, issuer_id=issuer_id)
        # Without the picture, which takes longer to draw than all else.
        template.status, template.published_at = "published", now
        course = Course(registration_id=register_once(session, now), context_id=template.template_id)
        session.add(course)
        session.flush()
        link = ResourceLink(course_id=course.id, link_id="1", created_at=now)
        session.add(link)
        session.flush()
        rule = AwardRule(issuer_id=issuer_id, course_id=course.id, resource_link_id=link.id, created_at=now)
        session.add(rule)
        session.flush()
        version = RuleVersion(
            rule_id=rule.id,
            version=1,
            template_version_id=template.id,
            tree=tree or written(all_of([OPENED_TO_THEM])),
            status="active",
            created_at=now,
        )
        session.add(version)
        session.flush()
        return version.id


def add_people(tool: Tool, number: int) -> list[int]:
    """The ids of so many new people."""
    with tool.store.begin() as session:
        # Of somebody whom nothing says when they were there last nothing would be kept.
        people = [Person(launched_at=tool.clock()) for _ in range(number)]
        session.add_all(people)
        session.flush()
        return [person.id for person in people]


def award(tool: Tool, kind: int, people: Iterable[int], earned_at: datetime, status: str = "issued") -> None:
    """Awards the badge of that kind to each of these people at that moment."""
    with tool.store.begin() as session:
        version = session.get_one(RuleVersion, kind)
        for person_id in people:
            session.add(
                Award(
                    issuer_id=version.rule.issuer_id,
                    course_id=version.rule.course_id,
                    template_id=str(version.template_version_id),
                    person_id=person_id,
                    rule_id=version.rule_id,
                    rule_version_id=version.id,
                    template_version_id=version.template_version_id,
                    status=status,
                    trace={},
                    completed_at=earned_at,
                    earned_at=earned_at,
                    ended_at=earned_at if status == "revoked" else None,
                )
            )
