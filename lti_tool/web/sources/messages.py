"""One address for the messages of all sources: `/sources/NAME/REGISTRATION/PATH`."""

from __future__ import annotations

from functools import partial
from threading import BoundedSemaphore

from flask import Blueprint, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response

from lti_tool.awarding import messages
from lti_tool.awarding.looks import asked_about
from lti_tool.errors import NotFoundError
from lti_tool.observations import Policy
from lti_tool.sources.found import Asked, Message
from lti_tool.store import queries
from lti_tool.store.models import RegistrationRow
from lti_tool.values import Access, Registration
from lti_tool.web.current import current_tool
from lti_tool.web.limits import one_of

pages = Blueprint("sources", __name__)

#: Each message is checked and decided upon at once, and anybody may send one: a flood must not keep all threads of the
#: tool busy. Platforms send again what was answered with 503.
_running_messages = BoundedSemaphore(4)
MAX_WAIT_SECONDS = 2


@pages.route("/sources/<name>/<int:registration_id>/", defaults={"path": ""}, methods=["GET", "POST", "PUT"])
@pages.route("/sources/<name>/<int:registration_id>/<path:path>", methods=["GET", "POST", "PUT"])
def receive(name: str, registration_id: int, path: str) -> Response:
    """The reply of a source; raises NotFoundError where there is no such source or registration.

    Raises MethodNotAllowed, RequestEntityTooLarge, and ServiceUnavailable while too many messages are worked on.
    """
    tool = current_tool()
    methods = messages.methods_of(name)
    if request.method not in methods:
        raise MethodNotAllowed(valid_methods=sorted(methods))
    registration, access = _registration(registration_id, name)
    message = Message(
        registration=registration,
        path=path,
        method=request.method,
        query=request.args.to_dict(),
        headers=dict(request.headers),
        body=request.get_data(),
        received_at=tool.clock(),
        find_key=partial(tool.key_sets.key, registration.jwks_url),
        access=access,
        decrypt=tool.decrypt,
        find_key_in=tool.key_sets.key,
        find_course=partial(_course, registration_id),
        find_user=partial(_user, registration_id),
    )
    with one_of(_running_messages, MAX_WAIT_SECONDS):
        reply = messages.receive(tool.store, name, message, _policy(registration_id))
    return Response(reply.body, status=reply.status, mimetype=reply.media_type, headers=dict(reply.headers))


def _policy(registration_id: int) -> Policy:
    """The policy of the issuer to whom the platform belongs."""
    tool = current_tool()
    with tool.store.read() as session:
        row = session.get_one(RegistrationRow, registration_id)
        return tool.issuers.of(session, row.issuer_id).policy


def _course(registration_id: int, api_id: str) -> Asked | None:
    """The course that the platform's own API calls so."""
    with current_tool().store.read() as session:
        course = queries.people.course_by_api_id(session, registration_id, api_id)
        return asked_about(session, course) if course is not None else None


def _user(registration_id: int, context_id: str, api_id: str) -> str | None:
    """The user_id of the person in the course whom the platform's own API calls so."""
    with current_tool().store.read() as session:
        course = queries.people.course_of(session, registration_id, context_id)
        if course is None:
            return None
        return queries.people.user_id_of(session, registration_id, course.id, api_id)


def _registration(registration_id: int, source: str) -> tuple[Registration, Access | None]:
    """The registration, and what the source was given for it."""
    with current_tool().store.read() as session:
        row = queries.platforms.registration_row(session, registration_id)
        if row is None or row.disabled_at is not None:
            raise NotFoundError("there is no such registration, or it is disabled")
        accesses = queries.platforms.source_accesses(session, registration_id)
        return queries.platforms.as_registration(row), accesses.get(source)
