"""The only room that knows Flask: pages for people, endpoints for platforms, documents for verifiers."""

from __future__ import annotations

from flask import Flask

from lti_tool.web import errors, filters, headers, health, languages
from lti_tool.web.current import install
from lti_tool.web.documents import issuer
from lti_tool.web.editor import quality_report, steps, template_list
from lti_tool.web.learner import badge, downloads
from lti_tool.web.platforms import launch, registration_page
from lti_tool.web.public import badge_pages, selective_disclosure, verifier
from lti_tool.web.teacher import course, placement
from lti_tool.wiring import Tool

#: A launch form with its id_token fits many times; only the verifier's page takes more.
MOST_BYTES = 1_000_000


def create_app(tool: Tool) -> Flask:
    """The WSGI application of a tool."""
    app = Flask(__name__, template_folder="pages")
    app.config.update(SECRET_KEY=tool.secret_key, MAX_CONTENT_LENGTH=MOST_BYTES)
    install(app, tool)
    for room in (languages, headers, filters, errors):
        room.set_up(app)
    for pages in (
        launch,
        registration_page,
        placement,
        course,
        badge,
        downloads,
        template_list,
        steps,
        quality_report,
        badge_pages,
        selective_disclosure,
        verifier,
        issuer,
        health,
    ):
        app.register_blueprint(pages.pages)
    return app
