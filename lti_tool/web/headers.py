"""The security headers of every answer: who may frame it, which scripts run, what caches may store.

A page of a launch may be framed by the origins of its platform. Before a launch these are not known, so any site may
frame those pages; they have no session, so nothing can be clicked there in somebody's name. Public pages may not be
framed, but for the parts of the catalogue that are made for other sites: they have links alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TypeVar

from flask import Flask, Response, g, make_response, request
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.platforms.platform_configuration import CANVAS_EMBED_ORIGINS
from lti_tool.values import Registration, origin_of
from lti_tool.web.current import current_tool
from lti_tool.web.requested_address import requested_tool_url

Answer = TypeVar("Answer", bound=BaseResponse)

ANY_ORIGIN = ("*",)
NO_ORIGIN = ("'none'",)

_NO_CAMERA = "camera=()"
#: A page of this site may ask the visitor for the camera, a frame in it may not.
_OWN_CAMERA = "camera=(self)"
#: Two years, for this host alone: what its other names and their subdomains speak is for the institution to say.
HTTPS_ONLY = "max-age=63072000"
_OTHER_PERMISSIONS = "geolocation=(), microphone=(), payment=(), usb=()"


def set_up(app: Flask) -> None:
    """Adds the headers to every answer of the application."""
    app.jinja_env.globals["nonce"] = nonce
    app.after_request(_add_headers)


def nonce() -> str:
    """The nonce of this answer's scripts, for its Content-Security-Policy."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def embed_origins(registration: Registration, return_url: str | None = None) -> tuple[str, ...]:
    """The origins whose pages may frame a launch.

    Schools show a platform on hosts of their own; the return address of a launch is on the one in use.
    """
    urls = [registration.platform_id, registration.auth_login_url, return_url or ""]
    origins = [*registration.embed_origins, *(origin_of(url) for url in urls)]
    if registration.product == "canvas":
        origins += CANVAS_EMBED_ORIGINS
    return tuple(dict.fromkeys(one for one in origins if one))


def allow_framing_by(origins: Iterable[str]) -> None:
    """Lets pages of `origins` frame this answer, and no others."""
    g.frame_ancestors = tuple(origins) or NO_ORIGIN


def allow_forms_to(url: str) -> None:
    """Lets this answer's form go to another site, the platform's."""
    g.form_targets = (origin_of(url),)


def send_own_origin() -> None:
    """Makes this answer's forms name their origin, which `no-referrer` would hide from the tool itself too."""
    g.referrer_policy = "same-origin"


def allow_camera() -> None:
    """Lets this page ask the visitor for the camera. It is for pages that nobody may frame."""
    g.camera = _OWN_CAMERA


def unlisted(response: Answer) -> Answer:
    """The response, which no search engine lists: whoever was given its address decides who gets it."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def private(response: Answer) -> Answer:
    """The response for one person: as `unlisted`, and no cache keeps it."""
    response.headers["Cache-Control"] = "private, no-store"
    return unlisted(response)


def is_from_own_page() -> bool:
    """Whether a page of the tool sent this request. The browser says so, and no page of another site can change it."""
    # Browsers without Sec-Fetch-Site (Safari before 16.4) send Origin.
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == origin_of(requested_tool_url())


def private_page(page: str) -> Response:
    """The page of an address that is a secret of one person, as `private`."""
    return private(make_response(page))


def _add_headers(response: Response) -> Response:
    # A page of a launch is for one person, and so is an error page on the way there.
    is_private = request.path.startswith("/lti/")
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", g.get("referrer_policy", "no-referrer"))
    headers.setdefault("Permissions-Policy", f"{g.get('camera', _NO_CAMERA)}, {_OTHER_PERMISSIONS}")
    # Browsers take it over https alone, so it says nothing too early where a proxy still answers http.
    if current_tool().tool_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
    headers.setdefault("Content-Security-Policy", _policy(ANY_ORIGIN if is_private else NO_ORIGIN))
    # Caches keep also what does not say for how long: an error would outlive its cause.
    is_lasting = response.mimetype == "text/html" and response.status_code < 400
    headers.setdefault("Cache-Control", "no-cache" if is_lasting and not is_private else "no-store")
    return response


def _policy(default_ancestors: Iterable[str]) -> str:
    directives = {
        "default-src": ("'none'",),
        "script-src": (f"'nonce-{nonce()}'",),
        "style-src": ("'self'",),
        "font-src": ("'self'",),
        "img-src": ("'self'", "data:"),
        "connect-src": ("'self'",),
        "form-action": ("'self'", *g.get("form_targets", ())),
        "frame-ancestors": g.get("frame_ancestors", default_ancestors),
        "base-uri": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())
