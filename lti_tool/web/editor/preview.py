"""How a draft would look: the picture of the badge and what its public page states."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from badges.artwork import template_picture
from badges.marks import mark_as_svg, reduced
from badges.template.model import Template, stored_template
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.issuer_logos import logo_for
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.public.badge_pages import readings_of

#: The preview is smaller than the picture of a badge, and drawn in a fifth of the time.
PREVIEW_SIDE = 300


def picture_of(row: TemplateVersion, template: Template) -> str:
    """The address, as a data URL, of the picture that the badge would have if it were published now."""
    png = row.picture or template_picture(
        template, page_issuer().profile.name, template.in_language, PREVIEW_SIDE, logo_for(row, template)
    )
    return "data:image/png;base64," + b64encode(png).decode()


def mark_of(row: TemplateVersion, template: Template) -> str:
    """The same for less than 96 pixels: without words, but for an own picture, which is as it is."""
    if row.own_picture:
        return picture_of(row, template)
    return "data:image/svg+xml;base64," + b64encode(mark_as_svg(template)).decode()


def mark_address(row: TemplateVersion) -> str:
    """The address of the mark: of a published version where it is served for all, of a draft as a data URL."""
    if row.status != "draft":
        return f"/achievements/{row.template_id}/{row.version}/mark.png"
    if row.own_picture:
        return "data:image/png;base64," + b64encode(reduced(row.picture)).decode()
    return "data:image/svg+xml;base64," + b64encode(mark_as_svg(stored_template(row.body))).decode()


def preview(row: TemplateVersion, template: Template) -> Mapping[str, Any]:
    """The picture and the elements of the public page, as they would be if the template were published now."""
    return {
        "picture": picture_of(row, template),
        "mark": mark_of(row, template),
        "template": template,
        # Where the template does not state a level, the public page would say that none applies.
        "readings": [
            reading
            for reading in readings_of(row)
            if template.level is not None or reading.element.code != "level"
        ],
    }
