"""The time zone of a page: the reader's where the platform says it, else the issuer's, which the page then names.

In the second case `times.js` rewrites the times in the zone of the browser; without JavaScript the issuer's remains.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, g, has_request_context

from lti_tool.web.page_issuer import page_issuer


def set_up(app: Flask) -> None:
    """Lets pages ask whether `times.js` has something to do."""
    app.jinja_env.globals["readers_zone_is_known"] = readers_zone_is_known


def in_page_zone(time: datetime) -> datetime:
    """The same moment in the time zone of the page of the current request."""
    return time.astimezone(ZoneInfo(g.timezone) if readers_zone_is_known() else page_issuer().profile.zone)


def readers_zone_is_known() -> bool:
    """Whether the launch said in which zone its person lives."""
    return has_request_context() and g.get("timezone") is not None


def set_page_timezone(timezone: str | None) -> None:
    """Makes the rest of the page show times in the zone of this IANA name; None where the reader's is not known."""
    g.timezone = timezone
