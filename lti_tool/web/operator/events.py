"""What was done at an issuer, by whom, about what, when and why: found by act, person and day, and as a file.

Events name nobody, but by numbers. Those that belong to no issuer are read at the command line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.issuing.issuer import Issuer
from lti_tool.publishing.exports import record_export
from lti_tool.store import queries
from lti_tool.store.events import Act
from lti_tool.store.queries.events import Wanted
from lti_tool.values import MAX_ID
from lti_tool.web.current import current_tool
from lti_tool.web.operator.event_words import act_words, actor_words, acts_to_choose
from lti_tool.web.operator.visits import current_operator, issuer_at, operator_page
from lti_tool.web.spreadsheets import as_csv

pages = Blueprint("operator_events", __name__)

_ROUTE = "/operator/issuers/<slug>/events"
PAGE_SIZE = 50
#: More rows than a spreadsheet opens in comfort: whoever needs more asks for a shorter time.
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What was typed into the fields, as it comes back into them: an act, the number of a person, two days."""

    what: str
    person: str
    since: str
    until: str

    @property
    def given(self) -> Mapping[str, str]:
        """Those that are not empty, for the address of a further page."""
        fields = {"what": self.what, "person": self.person, "since": self.since, "until": self.until}
        return {name: value for name, value in fields.items() if value}


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """The newest events that fit, in parts."""
    visit = current_operator()
    filters = _filters(request.args)
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "see_events")
        wanted = _wanted(issuer, filters)
        # One more than is shown tells whether there are older ones.
        found = queries.events.newest_events(
            session, wanted, _number(request.args.get("before", "")), PAGE_SIZE + 1
        )
        return operator_page(
            "operator/events.html",
            visit,
            issuer_now=issuer,
            filters=filters,
            acts=acts_to_choose(filters.what),
            found=[(act, _data(act)) for act in found[:PAGE_SIZE]],
            act_words=act_words,
            actor_words=actor_words,
            older=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
        )


@pages.post(f"{_ROUTE}/csv")
def as_file(slug: str) -> Response:
    """All events that fit, oldest first; that they were taken away is an event too."""
    visit = current_operator()
    tool = current_tool()
    filters = _filters(request.form)
    with tool.store.read() as session:
        issuer = issuer_at(session, visit, slug, "export_events")
        found = islice(queries.events.wanted_events(session, _wanted(issuer, filters)), MOST_ROWS)
        rows = [
            (str(act.id), act.at.isoformat(), act.actor, act.what, act.about, act.why, _data(act))
            for act in found
        ]
    with tool.store.begin() as session:
        data = {"rows": len(rows)}
        record_export(session, "events", "issuer", issuer.profile.slug, tool.clock(), visit.actor, data)
    # The names of the columns are those that programs know from `events --json`.
    text = as_csv(("id", "at", "actor", "what", "about", "why", "data"), rows)
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="events-{issuer.profile.slug}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _filters(typed: Mapping[str, str]) -> Filters:
    """What can be read of the fields; what cannot is left out, so that the page says by what it has looked."""
    what = typed.get("what", "").strip()
    person = _number(typed.get("person", ""))
    return Filters(
        what=what if re.fullmatch("[a-z_]{1,40}", what) else "",
        person="" if person is None else str(person),
        since=_as_text(_day(typed.get("since", ""))),
        until=_as_text(_day(typed.get("until", ""))),
    )


def _wanted(issuer: Issuer, filters: Filters) -> Wanted:
    """The events that fit; days begin and end where the issuer is."""
    since, until = _day(filters.since), _day(filters.until)
    return Wanted(
        issuer_id=issuer.id,
        what=filters.what or None,
        person_id=_number(filters.person),
        since=_beginning(since, issuer) if since is not None else None,
        until=_beginning(until + timedelta(days=1), issuer) if until is not None else None,
    )


def _beginning(day: date, issuer: Issuer) -> datetime:
    return datetime.combine(day, time(), issuer.profile.zone)


def _day(typed: str) -> date | None:
    """The day; None for what is none, and for one so far away that no zone has it."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1900 < day.year < 9000 else None


def _as_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _number(typed: str) -> int | None:
    return int(typed) if re.fullmatch("[0-9]{1,10}", typed) and 0 < int(typed) <= MAX_ID else None


def _data(act: Act) -> str:
    return json.dumps(act.data, ensure_ascii=False, sort_keys=True) if act.data else ""
