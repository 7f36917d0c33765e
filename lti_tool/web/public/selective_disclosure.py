"""A copy of a badge without the details that its learner chooses to leave out (ecdsa-sd-2023)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.errors import DisclosureError
from lti_tool.errors import NotFoundError
from lti_tool.publishing import credentials
from lti_tool.web.current import current_tool
from lti_tool.web.headers import unlisted

pages = Blueprint("selective_disclosure", __name__)


@pages.get("/badges/<uuid:badge_id>/part.png")
def partial_badge(badge_id: UUID) -> Response:
    """The copy as a picture; raises NotFoundError where the badge has no such proof or cannot do without a detail."""
    try:
        png = credentials.badge_part(current_tool(), str(badge_id), request.args.getlist("without"))
    except DisclosureError as error:
        raise NotFoundError(str(error)) from error
    response = Response(png, mimetype="image/png")
    response.headers["Content-Disposition"] = f'attachment; filename="badge-{str(badge_id)[-12:]}-part.png"'
    return unlisted(response)
