"""GET of the profile of a learner, for a program that they let in (Open Badges 2.1)."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from badges.foreign_json import text
from lti_tool.backpack import profile
from lti_tool.backpack.endpoints import BADGE_CONNECT_PATH
from lti_tool.backpack.scopes import READ_PROFILE_2
from lti_tool.values import Json
from lti_tool.web.backpack.program_visits import program_visit
from lti_tool.web.backpack.status_info import badge_connect_status, json_answer
from lti_tool.web.current import current_tool

pages = Blueprint("badge_connect_profiles", __name__)

#: What a Profile has in both versions.
_IN_BOTH = ("id", "name", "email", "url", "description")


@pages.get(f"{BADGE_CONNECT_PATH}/profile")
def read() -> Response:
    """The profile of the learner, as a Profile of Open Badges 2.0."""
    visit = program_visit(READ_PROFILE_2)
    tool = current_tool()
    with tool.store.read() as session:
        found = profile.profile_of(session, visit, tool.secret_key)
    return json_answer({"status": badge_connect_status(200), "results": [_in_terms_of_2(found)]})


def _in_terms_of_2(found: Json) -> Json:
    named = {name: found[name] for name in _IN_BOTH if text(found, name)}
    return {"@context": "https://w3id.org/openbadges/v2", "type": "Profile", **named}
