"""A list of badges part by part: what a program asks for, and where the other parts are (Open Badges 2.1 and 3.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import urlencode

from flask import abort, request
from werkzeug.wrappers import Response

from lti_tool.backpack.collection import Part
from lti_tool.web.backpack.status_info import refusal

USUAL_LIMIT, MOST_AT_ONCE = 50, 100
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPart:
    """Which part: so many badges at most behind `offset`, of those that were issued after `since`."""

    offset: int
    limit: int
    since: datetime | None


def asked_part() -> AskedPart:
    """What the request asks for. Aborts with 400 where that cannot be read."""
    return AskedPart(
        offset=_number("offset", 0, 0),
        limit=min(_number("limit", 1, USUAL_LIMIT), MOST_AT_ONCE),
        since=_since(),
    )


def part_answer(body: str, asked: AskedPart, part: Part, address: str) -> Response:
    """The answer with the part; `address` is that of the whole list."""
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Total-Count"] = str(part.total)
    if asked.offset > 0 or part.count < part.total:
        response.headers["Link"] = _links(asked, part, address)
    return response


def _number(name: str, least: int, usual: int) -> int:
    given = request.args.get(name)
    if given is None:
        return usual
    if not _NUMBER.fullmatch(given) or int(given) < least:
        _refuse(f"{name} is a number from {least} on")
    return int(given)


def _since() -> datetime | None:
    given = request.args.get("since")
    if given is None:
        return None
    try:
        # A plus sign of an address that was not escaped is a space.
        found = datetime.fromisoformat(given.replace(" ", "+"))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        _refuse("since is a date and time")


def _refuse(description: str) -> NoReturn:
    abort(refusal(request.path, 400, description, "invalid_query_parameter"))


def _links(asked: AskedPart, part: Part, address: str) -> str:
    # A part of large badges is shorter than its limit, so the next one may begin behind where the last one would.
    limit, end = asked.limit, asked.offset + part.count
    places = {"first": 0, "last": max(0, (part.total - 1) // limit * limit)}
    if end < part.total:
        places["next"] = end
        places["last"] = max(places["last"], end)
    if asked.offset > 0:
        places["prev"] = max(0, asked.offset - limit)
    kept = {"since": request.args["since"]} if "since" in request.args else {}
    return ", ".join(
        f'<{address}?{urlencode({"limit": limit, "offset": place, **kept})}>; rel="{name}"'
        for name, place in places.items()
    )
