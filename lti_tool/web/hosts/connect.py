"""A learner names a host, lets the tool in there, and comes back. It is outside of any platform, and in no frame.

What a host calls itself is foreign text; what is sure is its address, which the learner typed. The answer has to come
from the browser that asked, signed in as then, to the address of that very host, and once.
"""

from __future__ import annotations

import hmac

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from lti_tool.backpack.owners import owner_of
from lti_tool.errors import HostError, NotFoundError
from lti_tool.hosts import client, connecting, giving
from lti_tool.hosts.client import HostRequest
from lti_tool.hosts.connecting import RETURN_PATH
from lti_tool.hosts.discovery import Described, host_name
from lti_tool.store import queries
from lti_tool.store.events import person
from lti_tool.values import Json, secret_hash
from lti_tool.web import rate_limits
from lti_tool.web.checked_requests import typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.hosts.host_words import CONNECT_WORDS
from lti_tool.web.hosts.places import PATH, list_page, place_page, private
from lti_tool.web.learner.learner_visits import LearnerVisit, check_own_page, demand_visit, find_visit
from lti_tool.web.limits import waiting_for_strangers
from lti_tool.web.translation import gettext as _

pages = Blueprint("host_connect", __name__)

#: The page of the host waits for a person, who may have to sign in there first.
CONSENT_SECONDS = 600
MAX_LENGTH = 500
MAX_ANSWER = 2000


@pages.post(PATH)
def find() -> Response:
    """The page that leads on to the host; the list with what is wrong, where that is none.

    Raises TooManyRequests, and BusyError.
    """
    check_own_page()
    with current_tool().store.read() as session:
        visit = demand_visit(session)
    if not visit.people:
        return redirect("/my", 303)
    typed = typed_line("address", MAX_LENGTH)
    rate_limits.count_host(visit.address)
    try:
        with waiting_for_strangers():
            return _lead_on(visit, typed)
    except HostError as error:
        return _wrong(visit, error.code, typed)


@pages.get(f"{RETURN_PATH}/<key>")
def come_back(key: str) -> Response:
    """The place, once the learner has let the tool in there; the list with why not, where they have not.

    Raises TooManyRequests, BusyError, and NotFoundError for an address to which no host leads.
    """
    tool = current_tool()
    with tool.store.read() as session:
        visit = find_visit(session)
        if queries.hosts.host_by_key(session, key) is None:
            raise NotFoundError("no host leads here")
    if visit is None or not visit.people:
        # It was too long there, and whoever signs in now may be somebody else.
        return redirect("/my", 303)
    rate_limits.count_host(visit.address)
    state = request.args.get("state", "")
    kept = tool.expiring_values.peek(_key(state)) if state else None
    if (
        kept is None
        or kept["key"] != key
        or not hmac.compare_digest(kept["session"], secret_hash(visit.token))
    ):
        return _wrong(visit, "state")
    # From here on the state is used up, whatever comes of it.
    if tool.expiring_values.take(_key(state)) is None:
        return _wrong(visit, "state")
    if request.args.get("error"):
        return _wrong(visit, "declined" if request.args["error"] == "access_denied" else "lost", kept["url"])
    try:
        with waiting_for_strangers():
            access_id = _enter(visit, kept, state)
    except HostError as error:
        return _wrong(visit, error.code, kept["url"])
    with tool.store.read() as session:
        done = _("The place is connected. Choose which badges are brought there.")
        return place_page(session, visit, access_id, done=done)


def _lead_on(visit: LearnerVisit, typed: str) -> Response:
    """The page with the way on. Raises HostError."""
    tool = current_tool()
    host_id = connecting.find_host(tool, typed)
    described = connecting.described_now(tool, host_id)
    known = connecting.client_of(tool, host_id, described)
    with tool.store.read() as session:
        row = queries.hosts.host(session, host_id)
        if row is None:
            raise HostError("lost")
        url, key = row.url, row.return_key
    redirect_uri = f"{tool.tool_url}{RETURN_PATH}/{key}"
    asked = client.new_request(described, known.client_id, redirect_uri)
    kept = {
        "host": host_id,
        "key": key,
        "url": url,
        "session": secret_hash(visit.token),
        "client_id": known.client_id,
        "redirect_uri": redirect_uri,
        "code_verifier": asked.code_verifier,
    }
    tool.expiring_values.put(_key(asked.state), kept, CONSENT_SECONDS)
    return _page(visit, described, url, asked)


def _page(visit: LearnerVisit, described: Described, url: str, asked: HostRequest) -> Response:
    return private(
        "hosts/lead_on.html",
        learner_visit=visit,
        described=described,
        host=host_name(url),
        url=asked.url,
        target=host_name(described.authorization),
    )


def _enter(visit: LearnerVisit, kept: Json, state: str) -> int:
    """The id of the access that the answer is good for. Raises HostError."""
    tool = current_tool()
    host_id, client_id = kept["host"], kept["client_id"]
    described = connecting.described_now(tool, host_id)
    with tool.store.read() as session:
        known = connecting.known_client(tool, session, host_id, client_id)
    if known is None:
        raise HostError("lost")
    answer = {name: request.args.get(name, "")[:MAX_ANSWER] for name in ("code", "state")}
    asked = HostRequest(url="", state=state, code_verifier=kept["code_verifier"])
    try:
        tokens = client.exchange(
            tool.verifier_outgoing, described, known, kept["redirect_uri"], answer, asked, tool.clock()
        )
    except HostError as error:
        if error.code == "client_lost":
            with tool.store.begin() as session:
                connecting.forget_client(session, host_id, client_id)
        raise
    return giving.give(
        tool,
        host_id,
        visit.address,
        visit.since,
        client_id,
        tokens,
        person(owner_of(visit.people)),
    )


def _wrong(visit: LearnerVisit, code: str, typed: str = "") -> Response:
    with current_tool().store.read() as session:
        return list_page(
            session, visit, wrong=CONNECT_WORDS.get(code, CONNECT_WORDS["not_a_host"]), typed=typed
        )


def _key(state: str) -> str:
    return f"host {secret_hash(state)}"
