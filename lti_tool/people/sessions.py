"""Sessions of launched pages: started by a validated launch, found by the token that only the page knows."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from lti_tool.awarding.new_rules import rule_of_launch
from lti_tool.language import best_language
from lti_tool.people.launch_records import save_course, save_learner
from lti_tool.platforms.adapters import origin
from lti_tool.store import Session, queries
from lti_tool.store.models import (
    LaunchSession,
)
from lti_tool.values import DeepLinkingSettings, Launch, secret_hash

SESSION_IDLE = timedelta(hours=2)


SESSION_LIFE = timedelta(hours=12)


def start_session(session: Session, launch: Launch, now: datetime) -> str:
    """The token of a new session for a validated launch whose browser is bound to it."""
    queries.platforms.save_deployment(session, launch.registration_id, launch.deployment_id, now)
    course = save_course(session, launch, now)
    learner = save_learner(session, launch, now)
    rule = rule_of_launch(session, launch, course, now) if course is not None else None
    returns_to = origin(launch.return_url or "")
    token = secrets.token_urlsafe(32)
    session.add(
        LaunchSession(
            token_hash=secret_hash(token),
            registration_id=launch.registration_id,
            deployment_id=launch.deployment_id,
            course_id=course.id if course else None,
            learner_id=learner.id if learner else None,
            rule_id=rule.id if rule else None,
            is_teacher=launch.is_teacher,
            is_learner=launch.is_learner,
            language=best_language([launch.locale]),
            deep_linking=asdict(launch.deep_linking) if launch.deep_linking else None,
            embed_origins=[returns_to] if returns_to else [],
            created_at=now,
            last_used_at=now,
        )
    )
    return token


def find_session(session: Session, token: str, now: datetime) -> LaunchSession | None:
    """The session of a page's token: two hours after its last use, twelve after the launch, it is over."""
    row = session.get(LaunchSession, secret_hash(token)) if token else None
    if row is None or row.revoked_at is not None:
        return None
    if now >= row.last_used_at + SESSION_IDLE or now >= row.created_at + SESSION_LIFE:
        return None
    if now - row.last_used_at > timedelta(minutes=1):
        row.last_used_at = now
    return row


def deep_linking_of(row: LaunchSession) -> DeepLinkingSettings | None:
    if row.deep_linking is None:
        return None
    asked = row.deep_linking
    return DeepLinkingSettings(
        return_url=asked["return_url"],
        data=asked["data"],
        accept_multiple=asked["accept_multiple"],
    )
