"""The files of `static/`, and the fonts of pages. Each address has a hash of its content."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory

from badges import font_runs
from badges.design import signs
from lti_tool.web.font_faces import PAGE_FONT, font_faces

pages = Blueprint("fonts", __name__, url_prefix="/static/fonts")

_FOLDER = Path(__file__).parent / "static"
_STYLE_SHEET = "fonts.css"


def set_up(app: Flask) -> None:
    """Makes the addresses known to the pages, and what they lead to cacheable."""
    app.jinja_env.globals["static"] = _addresses()
    app.after_request(_make_cacheable)


# What an endpoint of this name serves is not counted: a whole school may come from one address.
@pages.get("/<file>")
def static(file: str) -> Response:
    """A font, its licence, the style sheet that declares all, or the licence of the signs of badges."""
    if file == _STYLE_SHEET:
        return Response(_style_sheet(), mimetype="text/css")
    # Python knows the type of a font only where the system does.
    kind = "font/ttf" if file.endswith(".ttf") else None
    elsewhere = {one.name: one.parent for one in (PAGE_FONT, signs.LICENCE)}
    folder = elsewhere.get(file, font_runs.FOLDER)
    return send_from_directory(folder, file, mimetype=kind)


@cache
def _addresses() -> Mapping[str, str]:
    """The address of each file of `static/`, of the style sheet of fonts and of the pages' own font, by its name."""
    files = {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.is_file()}
    found = {name: f"/static/{name}?v={_version(content)}" for name, content in files.items()}
    fonts = {_STYLE_SHEET: _style_sheet().encode(), PAGE_FONT.name: PAGE_FONT.read_bytes()}
    return found | {name: f"/static/fonts/{name}?v={_version(content)}" for name, content in fonts.items()}


@cache
def _style_sheet() -> str:
    return font_faces(lambda font: f"{font.name}?v={_version(font.read_bytes())}")


def _version(content: bytes) -> str:
    return sha256(content).hexdigest()[:10]


def _make_cacheable(response: Response) -> Response:
    """For ever: what is at the address never changes. An error may be over in a minute."""
    is_static = request.endpoint in ("static", f"{pages.name}.static")
    if is_static and "v" in request.args and response.status_code < 400:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
