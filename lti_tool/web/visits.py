"""The visit behind a page's token: who came, from which course, for which badge."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request

from lti_tool.errors import LaunchError, NotAllowedError, NotFoundError
from lti_tool.people import sessions
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, LaunchSession
from lti_tool.values import DeepLinkingSettings, Launch, Registration
from lti_tool.web.current import current_tool
from lti_tool.web.headers import embed_origins, framed_by
from lti_tool.web.languages import browser_language, speak

HEADER = "X-LTI-Launch"
FIELD = "_launch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A launch session as its pages need it. `token` stands in their hidden fields, never in an address."""

    token: str
    registration: Registration
    deployment_id: str
    course_id: int | None
    course_title: str
    learner_id: int | None
    rule_id: int | None
    is_teacher: bool
    is_learner: bool
    deep_linking: DeepLinkingSettings | None


def begin(launch: Launch) -> Visit:
    """The new session of a launch whose browser is known to have begun it."""
    tool = current_tool()
    now = tool.clock()
    with tool.store.begin() as session:
        token = sessions.start_session(session, launch, now)
        row = sessions.find_session(session, token, now)
        assert row is not None
        if launch.locale is None:
            row.language = browser_language()
        return _visit(row, token)


def resume() -> Visit:
    """The session that the request's header or hidden field names; raises LaunchError where it is over."""
    tool = current_tool()
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    with tool.store.begin() as session:
        row = sessions.find_session(session, token, tool.clock())
        if row is None:
            raise LaunchError("session_over", "no session, or its time is over")
        return _visit(row, token)


def resume_teaching() -> Visit:
    """As `resume`, for staff of a course only."""
    visit = resume()
    if not visit.is_teacher or visit.course_id is None:
        raise NotAllowedError("this page is for teachers")
    return visit


def rule_of(session: Session, visit: Visit, rule_id: int | None) -> AwardRule:
    """A rule of the visit's own course; another course's is not there for it."""
    rule = queries.rules.rule(session, rule_id) if rule_id is not None else None
    if rule is None or rule.course_id != visit.course_id:
        raise NotFoundError("this course has no such badge")
    return rule


def _visit(row: LaunchSession, token: str) -> Visit:
    registration = queries.platforms.as_registration(row.registration)
    speak(row.language)
    framed_by((*embed_origins(registration), *row.embed_origins))
    g.visit = Visit(
        token=token,
        registration=registration,
        deployment_id=row.deployment_id,
        course_id=row.course_id,
        course_title=row.course.title if row.course else "",
        learner_id=row.learner_id,
        rule_id=row.rule_id,
        is_teacher=row.is_teacher,
        is_learner=row.is_learner,
        deep_linking=sessions.deep_linking_of(row),
    )
    visit: Visit = g.visit
    return visit
