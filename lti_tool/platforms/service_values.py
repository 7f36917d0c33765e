"""Readers of what a platform's services list: members, line items and results.

Each takes one entry of a list and returns None for one that has no id; a single odd entry must not hide the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.observations.roles import is_present
from lti_tool.outgoing import HttpResponse
from lti_tool.platforms.claims import (
    CANVAS_LOGIN,
    CANVAS_USER,
    CLAIM,
    email,
    full_name,
    identifier,
    roles,
    text,
    username,
    words,
)
from lti_tool.platforms.service_errors import is_web_page
from lti_tool.values import LineItem, LineItemResult, Member


def read_json(answer: HttpResponse) -> Any:
    """The JSON of an answer of any media type, numbers with a fraction as Decimal.

    Raises PlatformError where it is not JSON.
    """
    try:
        # NaN and Infinity are not JSON, though Python reads them; as None they are no score.
        return json.loads(answer.body, parse_float=Decimal, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        if is_web_page(answer.body[:4000].decode("utf-8", "replace")):
            raise PlatformError("the platform answered with a web page instead of data") from error
        raise PlatformError("the platform's answer cannot be read") from error


def read_list(page: Any) -> list[Any]:
    """The entries of a page of a list; raises PlatformError for anything else, which must not pass for an empty one."""
    if not isinstance(page, list):
        raise PlatformError("the platform's list cannot be read")
    return page


def read_user_id(entry: Any) -> str | None:
    """Of which user of the platform an entry of a membership container tells."""
    return identifier(entry.get("user_id")) if isinstance(entry, dict) else None


def read_member(entry: Any) -> Member | None:
    """A member of a membership container (Names and Role Provisioning 2.0)."""
    user_id = read_user_id(entry)
    if user_id is None:
        return None
    messages = entry.get("message")
    return Member(
        user_id=user_id,
        roles=roles(entry.get("roles")),
        name=words(entry.get("name"))
        or full_name(words(entry.get("given_name")), words(entry.get("family_name"))),
        email=email(entry.get("email")),
        active=is_present(entry.get("status")),
        api_id=_api_number(messages) if messages else None,
        username=username(entry.get("ext_user_username")) or (_login(messages) if messages else None),
    )


def _api_number(messages: Any) -> str | None:
    """The number that Canvas has for a member, in what a list with `rlid` has beside each: the message of a launch.

    It is without the institution, which such a list does not tell.
    """
    numbers = map(identifier, _of_messages(messages, CANVAS_USER))
    return next((each for each in numbers if each is not None and each.isascii() and each.isdigit()), None)


def _login(messages: Any) -> str | None:
    """By what a member logs in to Canvas, from the same place."""
    return next(filter(None, map(username, _of_messages(messages, CANVAS_LOGIN))), None)


def _of_messages(messages: Any, name: str) -> Iterator[Any]:
    """What each message has in the custom parameter."""
    for message in messages if isinstance(messages, list) else []:
        custom = message.get(CLAIM + "custom") if isinstance(message, dict) else None
        if isinstance(custom, dict):
            yield custom.get(name)


def merge_members(members: Iterable[Member]) -> tuple[Member, ...]:
    """Each person once, in the order of the list; who is listed twice has the roles of all entries in which they are
    active.

    A person may be enrolled in two ways, and one of them may have ended. Pages of a list may overlap too.
    """
    merged: dict[str, Member] = {}
    for member in members:
        first = merged.get(member.user_id)
        merged[member.user_id] = member if first is None else _both(first, member)
    return tuple(merged.values())


def _both(one: Member, other: Member) -> Member:
    active = [member for member in (one, other) if member.active] or [one, other]
    return replace(
        active[0],
        roles=tuple(dict.fromkeys(role for member in active for role in member.roles)),
        name=one.name or other.name,
        email=one.email or other.email,
        api_id=one.api_id or other.api_id,
        username=one.username or other.username,
    )


def read_line_item(entry: Any) -> LineItem | None:
    """A line item (Assignment and Grade Services 2.0)."""
    if not isinstance(entry, dict):
        return None
    address, maximum = text(entry.get("id")), number(entry.get("scoreMaximum"))
    if address is None:
        return None
    return LineItem(
        id=address,
        label=words(entry.get("label")) or "",
        score_maximum=maximum if maximum is not None else Decimal(0),
        resource_link_id=identifier(entry.get("resourceLinkId")),
        tag=text(entry.get("tag")),
    )


def read_result(entry: Any) -> LineItemResult | None:
    """A result (Assignment and Grade Services 2.0)."""
    if not isinstance(entry, dict):
        return None
    user_id = identifier(entry.get("userId"))
    if user_id is None:
        return None
    points, maximum = number(entry.get("resultScore")), entry.get("resultMaximum")
    return LineItemResult(
        user_id=user_id,
        score=score(points, maximum),
        points=points,
        maximum=Decimal(1) if maximum is None else number(maximum),
        comment=words(entry.get("comment")),
        timestamp=moment(entry.get("timestamp")),
    )


def score(result: Decimal | None, maximum: Any) -> Decimal | None:
    """Result over maximum, 0 to 1; None where that cannot be said.

    A missing maximum is 1 (AGS 2.0, resultMaximum), but a result above it shows that the platform meant another.
    """
    divisor = Decimal(1) if maximum is None else number(maximum)
    if result is None or divisor is None or divisor <= 0 or (maximum is None and result > 1):
        return None
    return min(max(result / divisor, Decimal(0)), Decimal(1))


def number(value: Any) -> Decimal | None:
    """A number, or a number in a text, between 1e-30 and 1e30."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    # 1e999999999 would fill the memory as soon as it is written out.
    return found if found.is_finite() and abs(found.adjusted()) < 30 else None


def moment(value: Any) -> datetime | None:
    """The time in UTC; None for a time without a zone, which could be hours away from what is meant."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment.astimezone(UTC)
