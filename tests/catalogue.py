"""Templates that the catalogue takes, and what is put there."""

from __future__ import annotations

from typing import Any

from badges.reader import Reader
from badges.template.declarations import RECOGNITION, Declarations
from badges.template.fields import Group
from lti_tool.catalogue import listing
from lti_tool.store.events import operator
from lti_tool.wiring import Tool
from tests.fixtures import publish, template_data

#: What the catalogue asks for beyond Annex I, as the table `quality` of a template has it.
GUIDANCE: dict[str, Any] = {
    "target_group": {"en": "People who decide by reports.", "lv": "Cilvēki, kas lemj pēc pārskatiem."},
    "leads_to": {"en": "The master's programme in data science.", "lv": "Maģistra programma datu zinātnē."},
    "cost": {"en": "Free of charge", "lv": "Bez maksas"},
    "accessibility": {"en": "All videos have subtitles.", "lv": "Visiem video ir subtitri."},
    "enrolment_url": "https://riga-college.example/enrol",
    "guidance_url": "https://riga-college.example/advice",
    "declarations": {
        RECOGNITION: {"en": "Riga College counts it as 3 ECTS.", "lv": "Rīgas koledža ieskaita 3 ECTS."}
    },
}
ISSUERS_GUIDANCE: Declarations = Group(Declarations).read(Reader(), GUIDANCE, "")
ROOT = operator("root")


def guided(**fields: Any) -> dict[str, Any]:
    """The content of a template that the catalogue takes, with these fields."""
    data = template_data() | fields
    return data | {"quality": data["quality"] | GUIDANCE | fields.get("quality", {})}


def put_in(tool: Tool, template_id: str, slug: str = "riga-college") -> None:
    """Puts a published template into the catalogue."""
    with tool.store.begin() as session:
        listing.put_in(session, tool.issuers.named(session, slug), template_id, tool.clock(), ROOT)


def offer(tool: Tool, **fields: Any) -> str:
    """The id of a template of the first issuer that is published now and put into the catalogue."""
    template_id = publish(tool, **guided(**fields))
    put_in(tool, template_id)
    return template_id
