"""What learners and others have answered about a template, for those who may write it: never about one of others."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from badges.template.model import stored_template
from lti_tool.errors import NotFoundError
from lti_tool.store import queries
from lti_tool.web.current import current_tool
from lti_tool.web.editor.author import current_author, own_version
from lti_tool.web.feedback_words import results_shown

pages = Blueprint("template_feedback", __name__)


@pages.post("/lti/app/templates/<uuid:template_id>/feedback")
def show(template_id: UUID) -> str:
    """What each audience has answered about all versions, as far as it may be shown.

    Raises NotFoundError for a template that is not the author's, and for one that was never published.
    """
    author = current_author()
    with current_tool().store.read() as session:
        newest = queries.templates.newest_released(session, str(template_id))
        if newest is None:
            raise NotFoundError("nobody is asked about a template that was never published")
        row = own_version(session, author, template_id, newest.version)
        return render_template(
            "editor/feedback.html",
            author=author,
            template=stored_template(row.body),
            **results_shown(session, row.template_id),
        )
