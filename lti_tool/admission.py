"""Through the door: an invitation lets a platform in, a validated launch lets a person in.

A launch makes or refreshes the rows of its deployment, course, learner and rule, and a session whose token only the
rendered page knows.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from sqlalchemy.exc import IntegrityError

from lti_tool.errors import NotAllowedError
from lti_tool.language import best
from lti_tool.platforms.adapters import origin
from lti_tool.platforms.launch import Arrival
from lti_tool.platforms.memory import Memory
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import (
    AwardRule,
    Course,
    DeploymentRow,
    Invitation,
    LaunchSession,
    Learner,
    RegistrationRow,
)
from lti_tool.triggers import TRIGGERS
from lti_tool.values import DeepLinkingSettings, Launch, NewRegistration, Registration

INVITATION_LIFE = timedelta(days=7)
SESSION_IDLE = timedelta(hours=2)
SESSION_LIFE = timedelta(hours=12)
EDITOR_INVITATION_LIFE = timedelta(minutes=15)
EDITOR_LIFE = timedelta(hours=4)

# --- platforms


def invite(session: Session, now: datetime) -> str:
    """A code that lets one platform register within a week; it is shown once and kept as a hash."""
    code = secrets.token_urlsafe(16)
    session.add(Invitation(code_hash=_hash(code), created_at=now, expires_at=now + INVITATION_LIFE))
    return code


def invitation_open(session: Session, code: str, now: datetime) -> bool:
    row = queries.invitation(session, _hash(code))
    return row is not None and row.used_at is None and row.expires_at > now


def register(session: Session, new: NewRegistration, code: str, now: datetime) -> Registration:
    """The registration, for which the invitation is used up; raises NotAllowedError where it is not open."""
    if not invitation_open(session, code, now):
        raise NotAllowedError("the invitation was used, has expired or never was")
    invitation = queries.invitation(session, _hash(code))
    assert invitation is not None
    invitation.used_at = now
    return add_registration(session, new, now)


def add_registration(session: Session, new: NewRegistration, now: datetime) -> Registration:
    """The registration of (platform_id, client_id), made or brought up to date."""
    row = queries.registration_of(session, new.platform_id, new.client_id)
    if row is None:
        row = RegistrationRow(platform_id=new.platform_id, client_id=new.client_id, created_at=now)
        session.add(row)
    row.auth_login_url, row.auth_token_url = new.auth_login_url, new.auth_token_url
    row.jwks_url, row.token_audience = new.jwks_url, new.token_audience
    row.product, row.name, row.embed_origins = new.product, new.name, list(new.embed_origins)
    session.flush()
    if new.deployment_id is not None:
        _learn_deployment(session, row.id, new.deployment_id, now)
    return queries.as_registration(row)


# --- people


def admit(session: Session, launch: Launch, now: datetime) -> str:
    """The token of a new session for a validated launch whose browser is bound to it."""
    _learn_deployment(session, launch.registration_id, launch.deployment_id, now)
    course = _course(session, launch, now)
    learner = _learner(session, launch, now)
    rule = _rule(session, launch, course, now) if course is not None else None
    returns_to = origin(launch.return_url or "")
    token = secrets.token_urlsafe(32)
    session.add(
        LaunchSession(
            token_hash=_hash(token),
            registration_id=launch.registration_id,
            deployment_id=launch.deployment_id,
            course_id=course.id if course else None,
            learner_id=learner.id if learner else None,
            rule_id=rule.id if rule else None,
            is_teacher=launch.is_teacher,
            is_learner=launch.is_learner,
            language=best([launch.locale]),
            deep_linking=asdict(launch.deep_linking) if launch.deep_linking else None,
            embed_origins=[returns_to] if returns_to else [],
            created_at=now,
            last_used_at=now,
        )
    )
    return token


def session_of(session: Session, token: str, now: datetime) -> LaunchSession | None:
    """The session of a page's token: two hours after its last use, twelve after the launch, it is over."""
    row = session.get(LaunchSession, _hash(token)) if token else None
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
        accept_types=tuple(asked["accept_types"]),
        accept_multiple=asked["accept_multiple"],
    )


def hold(memory: Memory, arrival: Arrival, seconds: int = 600) -> str:
    """A ticket for an arrival whose browser is not bound yet; it is good for one use."""
    ticket = secrets.token_urlsafe(24)
    memory.put(f"arrival-{_hash(ticket)}", json.loads(json.dumps(asdict(arrival))), seconds)
    return ticket


def release(memory: Memory, ticket: str) -> Arrival | None:
    """The arrival of a ticket, once."""
    kept = memory.take(f"arrival-{_hash(ticket)}")
    if kept is None:
        return None
    launch = dict(kept.pop("launch"))
    linking = launch.pop("deep_linking")
    if linking is not None:
        linking = DeepLinkingSettings(**(linking | {"accept_types": tuple(linking["accept_types"])}))
    for name in ("roles", "ags_scopes"):
        launch[name] = tuple(launch[name])
    return Arrival(launch=Launch(**launch, deep_linking=linking), **kept)


# --- the institution at its editor, outside of any platform


def invite_institution(memory: Memory) -> str:
    """A code that opens the editor once, within a quarter of an hour."""
    code = secrets.token_urlsafe(24)
    memory.put(f"editor-code-{_hash(code)}", {}, int(EDITOR_INVITATION_LIFE.total_seconds()))
    return code


def enter_institution(memory: Memory, code: str) -> str:
    """The token of the institution's session, for which the code is used up; raises NotAllowedError."""
    if memory.take(f"editor-code-{_hash(code)}") is None:
        raise NotAllowedError("the code was used, has expired or never was")
    token = secrets.token_urlsafe(32)
    memory.put(f"editor-{_hash(token)}", {}, int(EDITOR_LIFE.total_seconds()))
    return token


def is_institution(memory: Memory, token: str) -> bool:
    return memory.peek(f"editor-{_hash(token)}") is not None


# --- rows


def _learn_deployment(session: Session, registration_id: int, deployment_id: str, now: datetime) -> None:
    if not queries.deployment_known(session, registration_id, deployment_id):
        _add_once(
            session,
            DeploymentRow(registration_id=registration_id, deployment_id=deployment_id, first_seen_at=now),
        )


def _course(session: Session, launch: Launch, now: datetime) -> Course | None:
    if launch.context_id is None:
        return None
    course = queries.course_of(session, launch.registration_id, launch.context_id)
    if course is None:
        _add_once(session, Course(registration_id=launch.registration_id, context_id=launch.context_id))
        course = queries.course_of(session, launch.registration_id, launch.context_id)
        assert course is not None
    course.title = launch.context_title or course.title
    course.memberships_url = launch.memberships_url or course.memberships_url
    course.line_items_url = launch.line_items_url or course.line_items_url
    course.concluded_at = None
    return course


def _learner(session: Session, launch: Launch, now: datetime) -> Learner | None:
    if launch.user_id is None or launch.acting_for_other:
        return None
    learner = queries.learner(session, launch.registration_id, launch.user_id)
    if learner is None:
        _add_once(session, Learner(registration_id=launch.registration_id, user_id=launch.user_id))
        learner = queries.learner(session, launch.registration_id, launch.user_id)
        assert learner is not None
    learner.name = launch.name or learner.name
    learner.email = launch.email or learner.email
    learner.language = launch.locale or learner.language
    for award in queries.waiting_awards(session, learner.id):
        outbox.emit(session, "issue", {"award_id": award.id}, now)
    return learner


def _rule(session: Session, launch: Launch, course: Course, now: datetime) -> AwardRule | None:
    """The rule of the launched link; its first launch makes it, from what deep linking put into the link."""
    if launch.resource_link_id is None or launch.message_type == "LtiDeepLinkingRequest":
        return None
    rule = queries.rule_of_link(session, course.id, launch.resource_link_id)
    if rule is None:
        template = queries.published_template(session, launch.custom.get("badge", ""), launch.registration_id)
        trigger = launch.custom.get("trigger", "")
        if template is None or trigger not in TRIGGERS:
            return None
        _add_once(
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
        rule = queries.rule_of_link(session, course.id, launch.resource_link_id)
        assert rule is not None
        outbox.arm(session, f"poll-{rule.id}", "poll", {"rule_id": rule.id}, now)
    rule.line_item_url = launch.line_item_url or rule.line_item_url
    return rule


def _minimum(text: str | None) -> Decimal | None:
    """A threshold from 0 to 1, as deep linking wrote it."""
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and 0 <= value <= 1 else None


def _add_once(session: Session, row: object) -> None:
    """Adds a row that another launch may be adding at this moment: then that one stands."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        pass


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
