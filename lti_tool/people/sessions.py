"""Sessions of launched pages: started by a validated launch, found again by the token that only the page holds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from lti_tool.awarding import launched, looks
from lti_tool.awarding.placing import Opened, opened_link
from lti_tool.language import best_language
from lti_tool.people.launch_records import save_course, save_person
from lti_tool.sources.launches import place_of
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import LaunchSession
from lti_tool.values import DeepLinkingSettings, Launch, origin_of, secret_hash

#: A session ends this long after its last use,
SESSION_IDLE = timedelta(hours=2)
#: and in any case this long after its launch.
SESSION_LIFE = timedelta(hours=12)
#: A use is recorded at most this often, so that reading pages does not mean a write for each request.
RECORD_USE_EVERY = timedelta(minutes=1)
#: Twelve hexadecimal digits tell all sessions of half a day from each other.
SESSION_NAME_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedSession:
    """A new session, and the token by which it is found; only its hash is stored."""

    row: LaunchSession
    token: str


def start_session(session: Session, launch: Launch, now: datetime, bound_by: str = "") -> StartedSession:
    """A new session.

    The launch has been validated, and its browser is bound to it. Deployment, course, person and rule that the launch
    names are stored too. `bound_by` is how it was bound, for the event.
    """
    queries.platforms.save_deployment(session, launch.registration_id, launch.deployment_id, now)
    course = save_course(session, launch)
    person = save_person(session, launch, now)
    opened = Opened(link=None, rule=None) if course is None else opened_link(session, launch, course, now)
    link, rule = opened.link, opened.rule
    if course is not None and person is not None:
        launched.observe(session, launch, course, person.id, now)
    if course is not None and person is not None:
        _limit_earlier_sessions(session, launch, course.id, person.id, now)
    return_origin = origin_of(launch.return_url or "")
    token = secrets.token_urlsafe(32)
    row = LaunchSession(
        token_hash=secret_hash(token),
        registration_id=launch.registration_id,
        deployment_id=launch.deployment_id,
        course=course,
        person=person,
        resource_link_id=link.id if link else None,
        rule=rule,
        is_teacher=launch.is_teacher,
        is_learner=launch.is_learner,
        may_write_templates=launch.may_write_templates,
        language=best_language([launch.locale]),
        timezone=launch.timezone,
        link_place=place_of(launch),
        deep_linking=asdict(launch.deep_linking) if launch.deep_linking else None,
        embed_origins=[return_origin] if return_origin else [],
        created_at=now,
        last_used_at=now,
    )
    session.add(row)
    events.record(
        session,
        "launched",
        "registration",
        launch.registration_id,
        now,
        actor=events.person(person.id if person else None),
        why=bound_by,
        data={"course": course.id if course else None, "rule": rule.id if rule else None},
    )
    session.flush()
    if rule is not None:
        # Last: the row of the look is locked, and everybody who opens the course waits for it.
        looks.look_after_opening(session, rule, now)
    return StartedSession(row=row, token=token)


def _limit_earlier_sessions(
    session: Session, launch: Launch, course_id: int, person_id: int, now: datetime
) -> None:
    """Whoever comes back with a lesser role has lost the rights of their pages that are still open.

    Who comes back as a learner loses these pages: they show what a learner may not read.
    """
    # A learner is given none, whatever other roles they have.
    given = {
        "is_teacher": launch.is_teacher,
        "may_write_templates": launch.may_write_templates and not launch.is_learner,
    }
    for row in queries.people.sessions_with_more_rights(session, course_id, person_id, **given):
        if launch.is_learner:
            _revoke(session, row, now, events.person(person_id), why="returned_as_learner")
        row.is_teacher = row.is_teacher and given["is_teacher"]
        row.may_write_templates = row.may_write_templates and given["may_write_templates"]


def find_session(session: Session, token: str, now: datetime) -> LaunchSession | None:
    """The session of a page's token, None where there is none, or it has ended by SESSION_IDLE or SESSION_LIFE."""
    row = queries.people.launch_session(session, secret_hash(token)) if token else None
    return row if row is not None and is_running(row, now) else None


def is_use_to_record(row: LaunchSession, now: datetime) -> bool:
    """Whether the last use that is recorded is so long ago that another one is to be: see `record_use`."""
    return now - row.last_used_at > RECORD_USE_EVERY


def record_use(session: Session, row: LaunchSession, now: datetime) -> None:
    """Records that the session was used; `row` may be of another database session."""
    queries.people.record_use(session, row.token_hash, now)


def is_revoked(session: Session, token: str) -> bool:
    """Whether the session of a page's token was ended by `revoke`, or by the person's return as a learner."""
    row = session.get(LaunchSession, secret_hash(token)) if token else None
    return row is not None and row.revoked_at is not None


def platform_address(row: LaunchSession) -> str:
    """Where the session's person uses the platform: the origin that the launch named, else the id of a Moodle, which
    is its address; "" where neither is known."""
    if row.embed_origins:
        return row.embed_origins[0]
    return row.registration.platform_id if row.registration.product == "moodle" else ""


def running(
    session: Session,
    now: datetime,
    *,
    person_id: int | None = None,
    course_id: int | None = None,
    registration_id: int | None = None,
) -> Sequence[LaunchSession]:
    """The sessions that have not ended, oldest first: those of a person, a course, a platform, or all."""
    rows = queries.people.sessions(
        session, person_id=person_id, course_id=course_id, registration_id=registration_id
    )
    return [row for row in rows if is_running(row, now)]


def name_of(row: LaunchSession) -> str:
    """By what the session is called in lists and events: the beginning of the hash of its token opens nothing."""
    return row.token_hash[:SESSION_NAME_LENGTH]


def revoke(session: Session, row: LaunchSession, now: datetime, by: Actor) -> None:
    """Ends the session: no page of it answers any more."""
    _revoke(session, row, now, by, why="by_operator")


def leave(session: Session, token: str, now: datetime, by: Actor) -> None:
    """Ends the session of the token, because its person leaves."""
    _revoke(session, session.get_one(LaunchSession, secret_hash(token)), now, by, why="left")


def _revoke(session: Session, row: LaunchSession, now: datetime, by: Actor, why: str) -> None:
    if row.revoked_at is not None:
        return
    row.revoked_at = now
    data = {"person": row.person_id, "course": row.course_id, "registration": row.registration_id}
    events.record(session, "session_revoked", "session", name_of(row), now, actor=by, why=why, data=data)


def is_running(row: LaunchSession, now: datetime) -> bool:
    """Whether the session has neither ended nor been ended."""
    return (
        row.revoked_at is None
        and now < row.last_used_at + SESSION_IDLE
        and now < row.created_at + SESSION_LIFE
    )


def note_rule(session: Session, token: str, rule_id: int) -> None:
    """Notes that the launched link has got a rule since the session began."""
    session.get_one(LaunchSession, secret_hash(token)).rule_id = rule_id


def delete_ended(session: Session, now: datetime) -> None:
    """Deletes the sessions that have ended; no decision changes, for what their launches told is in the ledger."""
    queries.people.delete_sessions(session, idle_since=now - SESSION_IDLE, created_before=now - SESSION_LIFE)


def deep_linking_of(row: LaunchSession) -> DeepLinkingSettings | None:
    """The settings of the deep linking request that began the session, None where it began otherwise."""
    return None if row.deep_linking is None else DeepLinkingSettings(**row.deep_linking)
