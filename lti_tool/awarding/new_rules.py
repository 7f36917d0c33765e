"""The award rule of a launched link: made by its first launch, from what deep linking put into the link."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation

from lti_tool.awarding.looks import look_soon
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Course
from lti_tool.store.queries.common import add_if_absent
from lti_tool.triggers import TRIGGERS
from lti_tool.values import Launch


def rule_of_launch(session: Session, launch: Launch, course: Course, now: datetime) -> AwardRule | None:
    """The rule of the launched link; its first launch makes it, from what deep linking put into the link."""
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
        add_if_absent(
            session,
            AwardRule(
                course_id=course.id,
                resource_link_id=launch.resource_link_id,
                template_version_id=template.id,
                trigger=trigger,
                minimum_score=_minimum(launch.custom.get("minimum_score")),
                created_at=now,
            ),
        )
        rule = queries.rules.rule_of_link(session, course.id, launch.resource_link_id)
        assert rule is not None
        look_soon(session, rule, now)
    rule.line_item_url = launch.line_item_url or rule.line_item_url
    return rule


def _minimum(text: str | None) -> Decimal | None:
    """A threshold from 0 to 1, as deep linking wrote it."""
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and 0 <= value <= 1 else None
