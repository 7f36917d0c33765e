"""GET and POST of the badges of a learner, for a program that they let in (Open Badges 3.0 API)."""

from __future__ import annotations

from typing import NoReturn

from flask import Blueprint, abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from badges.verify import Report
from lti_tool.backpack import collection, keeping
from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.collection import Part
from lti_tool.backpack.endpoints import API_PATH, Endpoints
from lti_tool.backpack.incoming import MAX_SIZE, incoming
from lti_tool.backpack.keeping import Outcome
from lti_tool.backpack.scopes import BRING_BADGES, READ_BADGES
from lti_tool.errors import BackpackError
from lti_tool.web import rate_limits
from lti_tool.web.backpack.list_parts import asked_part, part_answer
from lti_tool.web.backpack.program_visits import actor_of, program_visit, visit_now
from lti_tool.web.backpack.status_info import status_info
from lti_tool.web.current import current_tool
from lti_tool.web.limits import BusyError, waiting_for_strangers
from signing.errors import ProofError
from signing.json_text import read_object

pages = Blueprint("backpack_badges", __name__)

_JSON_TYPES = ("application/json", "application/vc+ld+json", "application/ld+json", "application/vc")
_JWS_TYPES = ("text/plain", "application/jwt", "application/vc+jwt")

_STATUS = {"created": 201, "replaced": 200}


@pages.get(f"{API_PATH}/credentials")
def read() -> Response:
    """A part of the learner's badges, oldest first, with how many there are and where the other parts are."""
    visit = program_visit(READ_BADGES)
    if not request.accept_mimetypes.accept_json and request.accept_mimetypes:
        abort(status_info(406, "this is given as application/json"))
    asked = asked_part()
    tool = current_tool()
    with tool.store.read() as session:
        part = collection.part_of(session, visit, asked.offset, asked.limit, asked.since)
    return part_answer(_body(part), asked, part, Endpoints(tool_url=tool.tool_url).credentials)


@pages.post(f"{API_PATH}/credentials")
def bring() -> Response:
    """201 with the badge that is kept now, 200 where it replaced an older one, 304 where nothing changed.

    Raises TooManyRequests and RequestEntityTooLarge.
    """
    visit = program_visit(BRING_BADGES)
    rate_limits.count_brought(visit.access_id)
    is_jws = request.mimetype in _JWS_TYPES
    if not is_jws and request.mimetype not in _JSON_TYPES:
        abort(
            status_info(400, "a badge comes as application/json, or as text/plain where it is a compact JWS")
        )
    text = _sent_text()
    if text.lstrip().startswith("{") == is_jws:
        abort(status_info(400, "the body is not of the type that it is sent as"))
    outcome = "unchanged" if _has_already(visit, text) else _keep(text)
    if outcome == "unchanged":
        return Response(status=304)
    response = Response(text, _STATUS[outcome], mimetype="text/plain" if is_jws else "application/json")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _sent_text() -> str:
    request.max_content_length = MAX_SIZE
    body = request.get_data()
    if len(body) > MAX_SIZE:
        raise RequestEntityTooLarge
    try:
        return body.decode()
    except UnicodeDecodeError:
        abort(status_info(400, "the body is not UTF-8"))


def _has_already(visit: ProgramVisit, text: str) -> bool:
    """Whether the learner has just this text: nobody has to be asked whether it is genuine."""
    try:
        credential = read_object(text)
    except ProofError:
        return False
    with current_tool().store.read() as session:
        return collection.has_already(session, visit.people, credential, text)


def _keep(text: str) -> Outcome:
    tool = current_tool()
    try:
        report = _verify(text)
        badge = incoming(report)
        if badge.form == "other":
            raise BackpackError("no_badge", "not a credential of Open Badges 3.0")
        with tool.store.begin() as session:
            visit = visit_now(session)
            if collection.is_issued_here(session, visit.people, report.credential or {}):
                return "unchanged"
            return keeping.keep(session, visit.people, badge, tool.clock(), actor_of(visit), visit.client_id)
    except BackpackError as error:
        _refuse(error)


def _verify(text: str) -> Report:
    try:
        with waiting_for_strangers():
            return current_tool().verify(text.encode())
    except BusyError:
        answer = status_info(429, "too many badges are being verified; try again")
        answer.headers["Retry-After"] = str(BusyError.retry_seconds)
        abort(answer)


def _refuse(error: BackpackError) -> NoReturn:
    if error.code in ("too_many", "too_large"):
        abort(status_info(403, str(error)))
    abort(status_info(400, f"the badge is not kept: {error.code} ({error})"))


def _body(part: Part) -> str:
    """The answer, with each credential as it was signed: nothing is read and written anew."""
    lists = []
    if part.credentials:
        lists.append(f'"credential":[{",".join(part.credentials)}]')
    if part.compact_jws:
        texts = ",".join(f'"{each}"' for each in part.compact_jws)
        lists.append(f'"compactJwsString":[{texts}]')
    return "{" + ",".join(lists) + "}"
