"""How a draft would look: the picture of the badge and what its public page states."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from badges.artwork import design_of, is_designed, template_picture
from badges.design import as_svg, mark_drawing
from badges.template.model import Template
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
    """The same for less than 96 pixels: a designed picture without its words, any other as it is."""
    if row.picture or not is_designed(template):
        return picture_of(row, template)
    design = design_of(template, page_issuer().profile.name, template.in_language)
    return "data:image/svg+xml;base64," + b64encode(as_svg(mark_drawing(design), design.title)).decode()


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
