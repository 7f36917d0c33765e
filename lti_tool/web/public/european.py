"""A European Digital Credential that somebody hands in: what is known of its seal, and where it is validated."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from badges.elm.handed_in import EuropeanFile
from badges.seals import check_seal
from lti_tool.web.current import current_tool


def told(file: EuropeanFile) -> Response:
    """The page about it. It is no Open Badge, so it has no Report."""
    now = current_tool().clock()
    seal = check_seal(file.sealed, file.document, [file.identifiers], now) if file.sealed else None
    text = render_template("public/european.html", european=file, seal=seal)
    return Response(text, mimetype="text/html")
