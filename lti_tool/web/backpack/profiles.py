"""GET and PUT of the profile of a learner, for a program that they let in (Open Badges 3.0 API)."""

from __future__ import annotations

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from lti_tool.backpack import profile
from lti_tool.backpack.endpoints import API_PATH
from lti_tool.backpack.scopes import CHANGE_PROFILE, READ_PROFILE
from lti_tool.errors import BackpackError
from lti_tool.web.backpack.program_visits import actor_of, program_visit, visit_now
from lti_tool.web.backpack.status_info import json_answer, status_info
from lti_tool.web.current import current_tool
from signing.errors import ProofError
from signing.json_text import read_object

pages = Blueprint("backpack_profiles", __name__)


@pages.get(f"{API_PATH}/profile")
def read() -> Response:
    """The profile of the learner."""
    visit = program_visit(READ_PROFILE)
    tool = current_tool()
    with tool.store.read() as session:
        return json_answer(profile.profile_of(session, visit, tool.secret_key))


@pages.put(f"{API_PATH}/profile")
def write() -> Response:
    """The profile as it is now, or 304 where it was so."""
    program_visit(CHANGE_PROFILE)
    request.max_content_length = profile.MAX_SIZE * 2
    tool = current_tool()
    try:
        written = read_object(request.get_data().decode())
        with tool.store.begin() as session:
            visit = visit_now(session)
            is_new = profile.write_profile(
                session, visit, written, tool.secret_key, tool.clock(), actor_of(visit)
            )
            session.flush()
            body = profile.profile_of(session, visit, tool.secret_key)
    except (BackpackError, ProofError, UnicodeDecodeError) as error:
        why = (
            f"{error.code}: {error}" if isinstance(error, BackpackError) else "the body is not a JSON object"
        )
        abort(status_info(400, why))
    return json_answer(body) if is_new else Response(status=304)
