"""The launch session of a request, found by the token that its page carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import g, request

from lti_tool.errors import LaunchError, NotAllowedError, NotFoundError
from lti_tool.people import sessions
from lti_tool.platforms import registrations
from lti_tool.platforms.admission import check_in_use
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import AwardRule, LaunchSession
from lti_tool.values import DeepLinkingSettings, Launch, Registration, secret_hash
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.headers import allow_framing_by, embed_origins
from lti_tool.web.languages import browser_language, set_page_language
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.requested_address import requested_tool_url
from lti_tool.web.time_zones import set_page_timezone

LAUNCH_HEADER = "X-LTI-Launch"
LAUNCH_FIELD = "_launch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A launch session, as its pages need it. `token` stands in their hidden fields, never in an address.

    `link_id`: the id of the launched link's row, for a link of the course. `link_place`: where in the course it was
    opened; None for a place that no restriction covers.
    """

    token: str
    registration: Registration
    deployment_id: str
    course_id: int | None
    course_title: str
    person_id: int | None
    link_id: int | None
    rule_id: int | None
    is_teacher: bool
    is_learner: bool
    may_write_templates: bool
    deep_linking: DeepLinkingSettings | None
    link_place: str | None

    @property
    def actor(self) -> Actor:
        """The person, as events name them."""
        return events.person(self.person_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedVisit:
    """A visit, and the row of its session: while that is held, what was read for it is not read again."""

    visit: Visit
    row: LaunchSession


def start_visit(session: Session, launch: Launch, bound_by: str) -> StartedVisit:
    """The visit of a new launch session, for a launch that is bound to this browser. Sets language and framing.

    Notes at which of the tool's URLs the platform launches: after a move, until somebody updates it, at the old one.

    Raises LaunchError where the registration was removed, disabled or restricted since the launch was validated.
    """
    now = current_tool().clock()
    registration = queries.platforms.registration_row(session, launch.registration_id)
    if registration is None:
        raise LaunchError("unknown_platform", "the registration was removed a moment ago")
    check_in_use(queries.platforms.as_registration(registration), launch.deployment_id)
    registrations.note_address(session, registration, requested_tool_url(), now)
    started = sessions.start_session(session, launch, now, bound_by)
    if launch.locale is None:
        started.row.language = browser_language()
    return StartedVisit(visit=_visit(started.row, started.token), row=started.row)


def page_token() -> str:
    """The token that the request's page carries, in a header or a hidden field; "" without one."""
    return request.headers.get(LAUNCH_HEADER) or request.form.get(LAUNCH_FIELD, "")


def current_visit() -> Visit:
    """The visit that the request's header or hidden field names. Sets language and framing of the page.

    Raises LaunchError `session_over` where the token is unknown or its session has ended, `session_revoked` where it
    was ended, `platform_disabled` or `unlisted_deployment` where its platform may no longer use the tool, and
    TooManyRequests.
    """
    tool = current_tool()
    now = tool.clock()
    token = page_token()
    with tool.store.read() as session:
        # Asked by a session that only reads: strangers must not queue for the lock of writers.
        row = _running_session(session, token, now)
        visit = _visit(row, token)
    rate_limits.count_page(token)
    if sessions.is_use_to_record(row, now):
        with tool.store.begin() as session:
            sessions.record_use(session, row, now)
    return visit


def _running_session(session: Session, token: str, now: datetime) -> LaunchSession:
    """The row of the token's session. Raises LaunchError `session_over` or `session_revoked`."""
    row = sessions.find_session(session, token, now)
    if row is not None:
        return row
    ended = queries.people.launch_session(session, secret_hash(token)) if token else None
    if ended is not None:
        g.platform_address = sessions.platform_address(ended)
    if sessions.is_revoked(session, token):
        raise LaunchError("session_revoked", "the session was ended")
    raise LaunchError("session_over", "no session, or its time is over")


def visit_by_hash(token_hash: str) -> Visit:
    """The visit of the running session whose token has this hash, for a page that another site leads back to.

    Its token is not known, so it opens no other page. Raises LaunchError as `current_visit` does.
    """
    with current_tool().store.read() as session:
        row = queries.people.launch_session(session, token_hash)
        if row is None or not sessions.is_running(row, current_tool().clock()):
            raise LaunchError("session_over", "the session has ended meanwhile")
        visit = _visit(row, "")
    allow_framing_by(())
    return visit


def current_teacher_visit() -> Visit:
    """As `current_visit`; raises NotAllowedError too, where the person does not teach the course."""
    visit = current_visit()
    if not visit.is_teacher or visit.course_id is None:
        raise NotAllowedError("this page is for teachers")
    return visit


def set_current_actor(actor: Actor) -> None:
    """Notes who makes the current request, for a refusal that has to name them."""
    g.actor = actor


def current_actor() -> Actor:
    """Who makes the current request; UNKNOWN where its session was not looked up, or there is none."""
    actor: Actor = g.get("actor", events.UNKNOWN)
    return actor


def current_platform_address() -> str:
    """Where the person of the current request uses the platform, even where the session has ended; "" if unknown."""
    return str(g.get("platform_address", ""))


def rule_of(session: Session, visit: Visit, rule_id: int | None) -> AwardRule:
    """A rule of the visit's own course; raises NotFoundError for any other."""
    rule = queries.rules.rule(session, rule_id) if rule_id is not None else None
    if rule is None or not rule.is_of_course or rule.course_id != visit.course_id:
        raise NotFoundError("this course has no such badge")
    return rule


def _visit(row: LaunchSession, token: str) -> Visit:
    registration = queries.platforms.as_registration(row.registration)
    set_page_issuer(current_tool().issuers.of(events.session_of(row), row.registration.issuer_id))
    set_page_language(row.language)
    set_page_timezone(row.timezone)
    allow_framing_by((*embed_origins(registration), *row.embed_origins))
    set_current_actor(events.person(row.person_id))
    g.platform_address = sessions.platform_address(row)
    check_in_use(registration, row.deployment_id)
    return Visit(
        token=token,
        registration=registration,
        deployment_id=row.deployment_id,
        course_id=row.course_id,
        course_title=row.course.title if row.course else "",
        person_id=row.person_id,
        link_id=row.resource_link_id,
        rule_id=row.rule_id,
        is_teacher=row.is_teacher,
        is_learner=row.is_learner,
        may_write_templates=row.may_write_templates,
        deep_linking=sessions.deep_linking_of(row),
        link_place=row.link_place,
    )
