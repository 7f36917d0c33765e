"""One address for the messages of all sources: `/sources/NAME/REGISTRATION/PATH`."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.awarding import messages
from lti_tool.errors import NotFoundError
from lti_tool.sources.found import Message
from lti_tool.store import queries
from lti_tool.web.current import current_tool

pages = Blueprint("sources", __name__)


@pages.post("/sources/<name>/<int:registration_id>/<path:path>")
def receive(name: str, registration_id: int, path: str) -> Response:
    """The reply of a source; raises NotFoundError where there is no such source or registration."""
    tool = current_tool()
    with tool.store.read() as session:
        row = queries.platforms.registration_row(session, registration_id)
        registration = queries.platforms.as_registration(row) if row is not None else None
    if registration is None:
        raise NotFoundError("there is no such registration")
    message = Message(
        registration=registration,
        path=path,
        headers=dict(request.headers),
        body=request.get_data(),
        received_at=tool.clock(),
    )
    reply = messages.receive(tool.store, name, message, tool.policy)
    return Response(reply.body, status=reply.status, mimetype=reply.media_type)
