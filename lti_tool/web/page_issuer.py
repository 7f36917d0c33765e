"""The issuer of the page of the current request: that of its course, badge or template, else the first one."""

from __future__ import annotations

from flask import Flask, current_app, g
from sqlalchemy.exc import DBAPIError

from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session
from lti_tool.web.current import current_tool, tool_of

_LAST_READ = "nozimite_issuer"


def set_up(app: Flask) -> None:
    """Reads the first issuer once, so that it is known when the database is not available."""
    _first_issuer(app)


def page_issuer() -> Issuer:
    """The issuer whose name, time zone and rules the page uses."""
    if "issuer" not in g:
        g.issuer = _first_issuer(current_app)
    issuer: Issuer = g.issuer
    return issuer


def use_last_read_issuer() -> None:
    """Makes the page one of its issuer if that is known already, else of the first as it was last read."""
    g.setdefault("issuer", current_app.extensions[_LAST_READ])


def set_page_issuer(issuer: Issuer) -> None:
    """Makes the rest of the page one of that issuer."""
    g.issuer = issuer


def issuer_of(session: Session, issuer_id: str) -> Issuer:
    """The issuer with that key; it is not read again where the page is one of that issuer already."""
    shown: Issuer | None = g.get("issuer")
    if shown is not None and shown.id == issuer_id:
        return shown
    return current_tool().issuers.of(session, issuer_id)


def _first_issuer(app: Flask) -> Issuer:
    """The first issuer; as it was last read while the database is not available: error pages name it too."""
    try:
        app.extensions[_LAST_READ] = tool_of(app).issuer
    except DBAPIError:
        if _LAST_READ not in app.extensions:
            raise
    issuer: Issuer = app.extensions[_LAST_READ]
    return issuer
