"""The four steps of a template: each is a form with a button, saved as often as one likes.

A script saves while somebody types, and shows what the answer says of completeness, picture and mistakes; it asks for
the same page that the button brings.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from badges import vocabularies
from badges.artwork import template_picture
from badges.errors import PictureError
from badges.eu.elements import ELEMENTS
from badges.importing.field_reader import Note
from badges.pictures import fit_picture
from badges.template.model import Template, read_template
from badges.vocabularies import Concept
from lti_tool.errors import NotFoundError
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.editor import forms, quality_report
from lti_tool.web.editor.author import Author, current_author, locked, own
from lti_tool.web.editor.completeness import completeness
from lti_tool.web.editor.fields import STEPS, Field, Step, all_fields, home_of, step_named
from lti_tool.web.editor.forms import Typed
from lti_tool.web.editor.messages import LEVELS, note_sentence, problem_sentence
from lti_tool.web.languages import page_language
from lti_tool.web.public.badge_pages import template_readings

pages = Blueprint("steps", __name__)

#: The preview is smaller than the picture of a badge, and drawn in a fifth of the time.
PREVIEW_SIDE = 300
MOST_FOUND = 8


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/edit")
def edit(template_id: UUID, version: int) -> str:
    author = current_author()
    with current_tool().store.read() as session:
        row = own(session, author, template_id, version)
        return step_page(author, row, step_named(request.form.get("step", "")))


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/save")
def save(template_id: UUID, version: int) -> str:
    """Keeps what is sound, and goes where the pressed button leads, unless something has to be mended first."""
    author = current_author()
    tool = current_tool()
    step = step_named(request.form.get("step", ""))
    with tool.store.begin() as session:
        row = locked(session, author, template_id, version)
        now = tool.clock()
        typed = forms.typed(step, request.form, row.body, now.date())
        versions.save_draft(row, typed.sound, now, author.by)
        leads_to = request.form.get("go", "")
        if typed.problems or not leads_to:
            return step_page(author, row, step, typed)
        if leads_to == "report":
            return quality_report.report_page(author, row)
        return step_page(author, row, step_named(leads_to))


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/picture")
def picture(template_id: UUID, version: int) -> str:
    """A picture of one's own, or none again."""
    author = current_author()
    tool = current_tool()
    file = request.files.get("picture")
    trouble = ""
    with tool.store.begin() as session:
        row = locked(session, author, template_id, version)
        try:
            png = fit_picture(file.read()) if file and file.filename else None
            if png or request.form.get("drawn"):
                versions.set_picture(row, png, tool.clock(), author.by)
            else:
                trouble = _("Choose a file first.")
        except PictureError as error:
            trouble = problem_sentence(error.code)
        return step_page(author, row, STEPS[-1], trouble=trouble)


@pages.post("/lti/app/search")
def search() -> str:
    """What is found in a vocabulary, as choices for the form that the words were typed in."""
    current_author()
    name = request.form.get("vocabulary", "")
    if not name or name not in {field.vocabulary for step in STEPS for field in all_fields(step.fields)}:
        raise NotFoundError("there is no such list in the editor")
    return render_template(
        "editor/_found.html",
        pointer=request.form.get("pointer", ""),
        several=name == "esco",
        found=_found(name, request.form.get("words", "")),
    )


def step_page(
    author: Author,
    row: TemplateVersion,
    step: Step,
    typed: Typed | None = None,
    *,
    trouble: str = "",
    notes: Sequence[Note] = (),
) -> str:
    """The form of a step, and beside it what the badge has become so far; `notes` are those of an import."""
    tool = current_tool()
    data = typed.data if typed else row.body
    template = read_template(row.body)
    asked = request.form.get("search", "")
    return render_template(
        "editor/step.html",
        author=author,
        row=row,
        step=step,
        steps=STEPS,
        data=forms.with_row(step, data, request.form.get("add", "")),
        value_at=forms.value_at,
        problems=typed.problems if typed else {},
        problem_sentence=problem_sentence,
        trouble=trouble,
        notes=[(note, note_sentence(note.code)) for note in notes],
        saved=typed is not None,
        languages=forms.languages_of(data, request.form.getlist(forms.LANGUAGES)),
        vocabulary=vocabularies.vocabulary,
        elements=ELEMENTS,
        levels=LEVELS,
        wants_attention=_wants_attention(typed.problems if typed else {}),
        asked=asked,
        words=request.form.get(f"{asked}?", ""),
        search=_found,
        home_of=home_of,
        complete=completeness(template, tool.issuer.profile, tool.clock().date()),
        preview=preview(row, template),
    )


def preview(row: TemplateVersion, template: Template) -> Mapping[str, Any]:
    """The picture and the page as everybody would see them."""
    tool = current_tool()
    png = row.picture or template_picture(
        template, tool.issuer.profile.name, template.in_language, PREVIEW_SIDE
    )
    return {
        "picture": "data:image/png;base64," + b64encode(png).decode(),
        "template": template,
        # A template that leaves the level open has not said that none applies.
        "readings": [
            reading
            for reading in template_readings(row)
            if template.level is not None or reading.element.code != "level"
        ],
    }


def _wants_attention(problems: Mapping[str, str]) -> Callable[[Iterable[Field], str, Json], bool]:
    """Whether fields that are folded away by themselves say something, or have to be mended."""
    acted = [request.form.get(name, "") for name in ("add", "remove", "search")]

    def wants(fields: Iterable[Field], around: str, data: Json) -> bool:
        places = [f"{around}{field.pointer}" for field in fields]
        told = (*problems, *acted)
        return any(pointer.startswith(place) for place in places for pointer in told) or any(
            forms.value_at(data, field) for field in fields
        )

    return wants


def _found(name: str, words: str) -> Sequence[Concept]:
    return vocabularies.search(name, words[:100], page_language(), MOST_FOUND) if words.strip() else ()
