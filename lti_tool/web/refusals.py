"""Refusals are acts too: who was refused what, by which code, is an event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import request
from sqlalchemy.exc import DBAPIError

from lti_tool.logs import log, traceback_summary
from lti_tool.store import events, queries
from lti_tool.store.events import UNKNOWN
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.visits import current_actor

#: Anybody can be refused as often as they like. Of those whom nobody knows one is recorded in this time, for each page
#: and code, so that nobody can fill the database; the log has every refused page.
ONE_IN = timedelta(minutes=1)
#: An id in an address may be as long as the address.
MAX_ID_LENGTH = 100


def record_refusal(what: str, why: str, incident: str, about: Mapping[str, str | int] | None = None) -> None:
    """Records that the current request is refused, in a transaction of its own: that of the act was rolled back.

    `why` is a code, `about` are ids. The refusal stands, whether it can be recorded or not.
    """
    tool, page, actor = current_tool(), request.endpoint or "", current_actor()
    now = tool.clock()
    named = {name: str(value)[:MAX_ID_LENGTH] for name, value in (request.view_args or {}).items()}
    try:
        # Asked by a session that only reads: those that knock all day must not queue for the lock of writers.
        with tool.store.read() as session:
            if actor == UNKNOWN and queries.events.is_recorded_since(
                session, what, "page", page, why, now - ONE_IN
            ):
                return
        with tool.store.begin() as session:
            data = {**named, **(about or {}), "incident": incident}
            # Of a visitor whom nobody knows it is not known either whose page they wanted.
            owner = page_issuer().id if actor != UNKNOWN else None
            events.record(session, what, "page", page, now, actor=actor, why=why, data=data, issuer_id=owner)
    except DBAPIError as error:
        log.error("refusal_not_recorded", incident=incident, error=traceback_summary(error))
