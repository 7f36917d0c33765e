"""GET and POST of badges of Open Badges 2.0, for a program that a learner let in (Open Badges 2.1)."""

from __future__ import annotations

import json
from typing import NoReturn

from flask import Blueprint, abort, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from badges.verify import Report
from lti_tool.backpack import collection, keeping
from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.assertions import incoming_assertion, text_of_assertion
from lti_tool.backpack.collection import Part
from lti_tool.backpack.endpoints import BADGE_CONNECT_PATH, Endpoints
from lti_tool.backpack.owners import owner_of
from lti_tool.backpack.scopes import BRING_ASSERTIONS, READ_ASSERTIONS
from lti_tool.errors import BackpackError
from lti_tool.language import best_language
from lti_tool.store import queries
from lti_tool.web import rate_limits
from lti_tool.web.backpack.list_parts import asked_part, part_answer
from lti_tool.web.backpack.program_visits import actor_of, program_visit, visit_now
from lti_tool.web.backpack.status_info import badge_connect_status, json_answer, refusal
from lti_tool.web.backpack.why_not_kept import why_not_kept
from lti_tool.web.current import current_tool
from lti_tool.web.languages import set_page_language
from lti_tool.web.limits import BusyError, waiting_for_strangers
from lti_tool.web.translation import gettext as _
from signing.errors import ProofError
from signing.json_text import read_object

pages = Blueprint("badge_connect_assertions", __name__)

#: Of a request: Moodle embeds the picture of the badge. What is kept is smaller, see `backpack.incoming.MAX_SIZE`.
MAX_BYTES = 2_000_000
_STATUS = {"too_many": 403, "too_large": 413}


@pages.get(f"{BADGE_CONNECT_PATH}/assertions")
def read() -> Response:
    """A part of the learner's badges of Open Badges 2.0, oldest first, as its issuer serves or has signed each."""
    visit = program_visit(READ_ASSERTIONS)
    asked = asked_part()
    tool = current_tool()
    with tool.store.read() as session:
        part = collection.assertions_of(session, visit, asked.offset, asked.limit, asked.since)
    return part_answer(_body(part), asked, part, Endpoints(tool_url=tool.tool_url).assertions)


@pages.post(f"{BADGE_CONNECT_PATH}/assertions")
def bring() -> Response:
    """200 where the badge is in the list now, also where it was before. Raises TooManyRequests.

    Any other answer says why not in a sentence for the learner, in their language: Moodle shows it to them.
    """
    visit = program_visit(BRING_ASSERTIONS)
    _speak_as(visit)
    rate_limits.count_brought(visit.access_id)
    report = None
    try:
        report = _verify(text_of_assertion(_sent()))
        badge = incoming_assertion(report)
        tool = current_tool()
        with tool.store.begin() as session:
            visit = visit_now(session)
            keeping.keep(session, visit.people, badge, tool.clock(), actor_of(visit), visit.client_id)
    except BackpackError as error:
        _refuse(_STATUS.get(error.code, 400), why_not_kept(error, report))
    return json_answer({"status": badge_connect_status(200)})


@pages.get(f"{BADGE_CONNECT_PATH}/backpack/collections")
def collections() -> Response:
    """An empty list: there are no collections, in this version of the API.

    Moodle asks for them all the same, as of an older API, on the page where its learner sees and ends the connection.
    Any object as an answer, such as an error in the form of this API, makes that page fail (4.5).
    """
    return Response("[]", mimetype="application/json")


def _speak_as(visit: ProgramVisit) -> None:
    """Answers in the language of the learner: the program says nothing of it."""
    owner = owner_of(visit.people)
    with current_tool().store.read() as session:
        people = queries.people.people(session, [owner])
        set_page_language(best_language([people[owner].language if owner in people else None]))


def _sent() -> dict[str, object]:
    request.max_content_length = MAX_BYTES
    try:
        body = request.get_data()
    except RequestEntityTooLarge as error:
        raise BackpackError("too_large", f"a request has {MAX_BYTES} bytes at most") from error
    try:
        return read_object(body.decode())
    except (ProofError, UnicodeDecodeError) as error:
        raise BackpackError("no_badge", "unreadable") from error


def _verify(text: str) -> Report:
    try:
        with waiting_for_strangers():
            return current_tool().verify(text.encode())
    except BusyError:
        answer = refusal(
            request.path, 429, _("Too many badges are being checked at the moment. Try again in a minute.")
        )
        answer.headers["Retry-After"] = str(BusyError.retry_seconds)
        abort(answer)


def _refuse(status: int, why: str) -> NoReturn:
    abort(refusal(request.path, status, why))


def _body(part: Part) -> str:
    """The answer, with each badge as it is kept: nothing is read and written anew."""
    results = ",".join(part.credentials)
    signed = ",".join(f'"{each}"' for each in part.compact_jws)
    status = json.dumps(badge_connect_status(200))
    return f'{{"status":{status},"results":[{results}],"signedAssertions":[{signed}]}}'
