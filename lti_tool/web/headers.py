"""What every answer says to the browser: who may frame it, which scripts run, what is kept.

A page that a platform shows in a frame names the origins of that platform; before the launch they are not
known yet, and a page without a session holds nothing to be tricked into. Public pages are framed by nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from flask import Flask, Response, g, request

from lti_tool.platforms.platform_configuration import CANVAS_EMBED_ORIGINS
from lti_tool.values import Registration, origin_of
from lti_tool.web.current import current_tool

ANYBODY = ("*",)
NOBODY = ("'none'",)

_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def set_up(app: Flask) -> None:
    app.jinja_env.globals["nonce"] = nonce
    app.after_request(_add)


def nonce() -> str:
    """The nonce of this answer's scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def embed_origins(registration: Registration, return_url: str | None = None) -> tuple[str, ...]:
    """The origins whose pages may frame a launch: schools show Canvas on hosts of their own."""
    named = [registration.platform_id, registration.auth_login_url, return_url or ""]
    found = [*registration.embed_origins, *(origin_of(url) for url in named)]
    if registration.product == "canvas":
        found += CANVAS_EMBED_ORIGINS
    return tuple(dict.fromkeys(one for one in found if one))


def framed_by(origins: Iterable[str]) -> None:
    """This answer may be framed by `origins` alone."""
    g.frame_ancestors = tuple(origins) or NOBODY


def sends_forms_to(url: str) -> None:
    """This answer's form goes to another site, the platform's."""
    g.form_targets = (origin_of(url),)


def tells_own_origin() -> None:
    """This answer's forms say to us where they come from, which `no-referrer` would hide from us too."""
    g.referrer_policy = "same-origin"


def came_from_us() -> bool:
    """The browser says that a page of ours sent this request: no page of another site can make it say so."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == origin_of(current_tool().tool_url)


def _add(response: Response) -> Response:
    # A page of a launch is for one person; of an error on the way to one, too.
    private = request.path.startswith("/lti/")
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", g.get("referrer_policy", "no-referrer"))
    headers.setdefault("Permissions-Policy", _PERMISSIONS)
    headers.setdefault("Content-Security-Policy", _policy(private))
    if private:
        headers.setdefault("Cache-Control", "no-store")
    elif response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-cache")
    return response


def _policy(private: bool) -> str:
    rules = {
        "default-src": ("'none'",),
        "script-src": (f"'nonce-{nonce()}'",),
        "style-src": ("'self'",),
        "img-src": ("'self'", "data:"),
        "connect-src": ("'self'",),
        "form-action": ("'self'", *g.get("form_targets", ())),
        "frame-ancestors": g.get("frame_ancestors", ANYBODY if private else NOBODY),
        "base-uri": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())
