"""The only room that knows Flask: pages for people, endpoints for platforms, documents for verifiers."""

from __future__ import annotations

from flask import Flask

from lti_tool.web import (
    badge_pages,
    deep_linking,
    disclosing,
    errors,
    headers,
    health,
    issuer,
    languages,
    launch,
    learner,
    papers,
    registration,
    showing,
    teacher,
    verifier,
)
from lti_tool.web.current import install
from lti_tool.web.editor import checking, library, writing
from lti_tool.wiring import Tool

#: A launch form with its id_token fits many times; only the verifier's page takes more.
MOST_BYTES = 1_000_000


def create_app(tool: Tool) -> Flask:
    """The WSGI application of a tool."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY=tool.secret_key, MAX_CONTENT_LENGTH=MOST_BYTES)
    install(app, tool)
    for room in (languages, headers, showing, errors):
        room.set_up(app)
    for pages in (
        launch,
        registration,
        deep_linking,
        teacher,
        learner,
        papers,
        library,
        writing,
        checking,
        badge_pages,
        disclosing,
        verifier,
        issuer,
        health,
    ):
        app.register_blueprint(pages.pages)
    return app
