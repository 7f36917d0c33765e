"""The learner of a page outside of any platform, found by the cookie that a code to a proved address has given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, redirect, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError
from lti_tool.people import addresses, learner_sessions
from lti_tool.store import Session
from lti_tool.web.current import current_tool
from lti_tool.web.headers import is_from_own_page

#: The prefix makes the browser refuse it from another host, from http and for another path.
SESSION_COOKIE = "__Host-nozimite_my"
#: The ticket of a code that was asked for: no other browser can use the code.
TICKET_COOKIE = "__Host-nozimite_code"

#: The request of a program that waits until its learner has signed in: the query of its address.
ASKED_COOKIE = "__Host-nozimite_asked"
#: The pathway, by the id of its whole, that somebody wanted to see before they had signed in.
PATHWAY_COOKIE = "__Host-nozimite_pathway"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerVisit:
    """A session that a code to `address` began at `since`: `people` are those whose badges it opens.

    `unconfirmed` are those whom it does not open until staff confirm the address. `name`: as lists of sessions have it.
    """

    token: str
    name: str
    address: str
    since: datetime
    people: Sequence[int]
    unconfirmed: Sequence[int]


def find_visit(session: Session) -> LearnerVisit | None:
    """The visit of the request's cookie; None where nobody is signed in."""
    tool = current_tool()
    token = request.cookies.get(SESSION_COOKIE, "")
    row = learner_sessions.find_session(session, token, tool.clock())
    if row is None:
        return None
    domains = {domain for issuer in tool.issuers.all(session) for domain in issuer.policy.reused_domains}
    opened = addresses.opened_by(session, row.address, row.created_at, domains)
    return LearnerVisit(
        token=token,
        name=learner_sessions.name_of(row),
        address=row.address,
        since=row.created_at,
        people=opened.people,
        unconfirmed=opened.unconfirmed,
    )


def demand_visit(session: Session) -> LearnerVisit:
    """The visit of the request's cookie; whoever is not signed in is led to the form for that."""
    visit = find_visit(session)
    if visit is None:
        abort(redirect("/my", 303))
    return visit


def record_use(visit: LearnerVisit) -> None:
    """Records that the session was used, at most once a minute."""
    tool = current_tool()
    now = tool.clock()
    with tool.store.read() as session:
        row = learner_sessions.find_session(session, visit.token, now)
        is_due = row is not None and learner_sessions.is_use_to_record(row, now)
    if is_due:
        with tool.store.begin() as session:
            used = learner_sessions.find_session(session, visit.token, now)
            if used is not None:
                used.last_used_at = now


def check_own_page() -> None:
    """Raises NotAllowedError for a form of another site, which could sign somebody in as somebody else."""
    if not is_from_own_page():
        raise NotAllowedError("this form was sent by another site")


def set_cookie(response: Response, name: str, value: str, seconds: int | None) -> None:
    """Gives the browser the cookie, for so many seconds; None is until it is closed, 0 takes the cookie away."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="Lax")
