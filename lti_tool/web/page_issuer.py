"""The issuer of the page of the current request: that of its course, badge or template, else the first one."""

from __future__ import annotations

from flask import g

from lti_tool.issuing.issuer import Issuer
from lti_tool.web.current import current_tool


def page_issuer() -> Issuer:
    """The issuer whose name, time zone and rules the page uses."""
    if "issuer" not in g:
        g.issuer = current_tool().issuer
    issuer: Issuer = g.issuer
    return issuer


def set_page_issuer(issuer: Issuer) -> None:
    """Makes the rest of the page one of that issuer."""
    g.issuer = issuer
