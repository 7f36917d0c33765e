"""The way out of a page inside a platform: it ends the session of its launch, and shows nothing of it any more."""

from __future__ import annotations

from flask import Blueprint, render_template

from lti_tool.people import operator_sessions, sessions
from lti_tool.web.current import current_tool
from lti_tool.web.visits import current_visit, page_token

pages = Blueprint("leave", __name__)


@pages.post("/lti/app/leave")
def leave() -> str:
    """Ends the session of the page, a launch's or an operator's in the editor. Raises LaunchError where none runs."""
    tool = current_tool()
    token = page_token()
    if operator_sessions.operator_of(tool.expiring_values, token) is not None:
        operator_sessions.leave(tool.store, tool.expiring_values, token, tool.clock())
        return render_template("platforms/left.html")
    visit = current_visit()
    with tool.store.begin() as session:
        sessions.leave(session, visit.token, tool.clock(), visit.actor)
    return render_template("platforms/left.html")
