"""The award rule of a link, created when the link is launched for the first time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from lti_tool.awarding.looks import look_soon
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Course
from lti_tool.store.queries.common import add_or_find
from lti_tool.triggers import TRIGGERS
from lti_tool.values import Launch


def rule_of_launch(session: Session, launch: Launch, course: Course, now: datetime) -> AwardRule | None:
    """The rule of the launched resource link, None where it is no link to a badge.

    Its first launch creates the rule, from the custom parameters that deep linking put into the link: `badge` (the
    template's id), `trigger` and `minimum_score`. They are read this once; later the teacher changes the rule itself.
    """
    if launch.resource_link_id is None or launch.message_type == "LtiDeepLinkingRequest":
        return None
    rule = queries.rules.rule_of_link(session, course.id, launch.resource_link_id)
    if rule is None:
        template = queries.templates.published_template(
            session, launch.custom.get("badge", ""), launch.registration_id
        )
        trigger = launch.custom.get("trigger", "")
        if template is None or trigger not in TRIGGERS:
            return None
        created = AwardRule(
            course_id=course.id,
            resource_link_id=launch.resource_link_id,
            template_version_id=template.id,
            trigger=trigger,
            minimum_score=_minimum(launch.custom.get("minimum_score")),
            created_at=now,
        )
        rule = add_or_find(
            session, created, lambda: queries.rules.rule_of_link(session, course.id, created.resource_link_id)
        )
        look_soon(session, rule, now)
    rule.line_item_url = launch.line_item_url or rule.line_item_url
    return rule


def _minimum(text: str | None) -> Decimal | None:
    """The minimum score, 0 to 1; None where the parameter is missing or is no such number."""
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and 0 <= value <= 1 else None
