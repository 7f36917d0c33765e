"""The four steps of a template, and before them what it lacks: each is a form that can be saved at any time.

`static/editor.js` saves while somebody types. It requests the same page that the button brings, and takes from it the
completeness, the preview and the problems.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from uuid import UUID

from flask import Blueprint, render_template, request

from badges import vocabularies
from badges.design.starters import STARTER_DESIGNS
from badges.errors import PictureError
from badges.eu.annex_1 import ELEMENTS
from badges.importing.field_reader import Note
from badges.pictures import OwnPicture
from badges.template.model import read_template
from badges.template.outcome_levels import ready_scale
from badges.template.programme_code import proposed_changes, read_programme_code
from badges.template.wording import unready
from badges.vocabularies import Concept
from lti_tool.errors import NotFoundError
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import approval_requests, versions
from lti_tool.templates.own_pictures import read_picture
from lti_tool.values import Json
from lti_tool.web.current import current_tool
from lti_tool.web.editor import forms, missing, picture_choices, quality_report
from lti_tool.web.editor.author import Author, current_author, locked_version, own_version
from lti_tool.web.editor.completeness import Completeness, completeness_of
from lti_tool.web.editor.crop import chosen_square
from lti_tool.web.editor.fields import STEPS, Field, Step, all_fields, field_labels, step_code_of, step_named
from lti_tool.web.editor.forms import StepInput
from lti_tool.web.editor.messages import EQF_LEVELS, note_sentence, problem_sentence
from lti_tool.web.editor.preview import preview
from lti_tool.web.editor.prices import currencies, price_parts
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.translation import gettext as _

pages = Blueprint("steps", __name__)

MAX_SEARCH_RESULTS = 8


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/edit")
def edit(template_id: UUID, version: int) -> str:
    author = current_author()
    with current_tool().store.read() as session:
        row = own_version(session, author, template_id, version)
        return _page_named(author, row, request.form.get("step", ""))


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/save")
def save(template_id: UUID, version: int) -> str:
    """Saves what is valid, and shows the page of the pressed button, unless there is something to correct first."""
    author = current_author()
    tool = current_tool()
    step = _submitted_step()
    with tool.store.begin() as session:
        row = locked_version(session, author, template_id, version)
        now, profile = tool.clock(), page_issuer().profile
        step_input = forms.read_step(step, request.form, row.body, profile, profile.day_of(now))
        if request.form.get("programme"):
            step_input = forms.with_changes(
                step_input, proposed_changes(read_template(step_input.valid_data)), profile
            )
        if request.form.get("levels") == "ready":
            scale = read_template(step_input.valid_data).scale
            step_input = forms.with_changes(step_input, {"outcome_levels": ready_scale(scale)}, profile)
        if design := STARTER_DESIGNS.get(request.form.get("design", "")):
            step_input = forms.with_changes(step_input, design.as_fields(), profile)
        versions.save_draft(row, step_input.valid_data, now, author.actor)
        next_page = request.form.get("go", "")
        if step_input.problems or not next_page:
            return step_page(author, row, step, step_input)
        if next_page == missing.MISSING and _completeness(row).missing:
            # Whoever has answered some questions is told of the others.
            return step_page(author, row, unready=unready_fields(row))
        if next_page in ("report", missing.MISSING):
            return quality_report.report_page(author, row)
        return _page_named(author, row, next_page)


@pages.post("/lti/app/templates/<uuid:template_id>/<int:version>/picture")
def picture(template_id: UUID, version: int) -> str:
    """Takes the uploaded picture in place of the automatic one, or the automatic one again."""
    author = current_author()
    tool = current_tool()
    file = request.files.get("picture")
    own: OwnPicture | None = None
    problem = ""
    # Before the row is locked: a large picture takes a second.
    try:
        own = read_picture(file.read(), chosen_square(request.form)) if file and file.filename else None
    except PictureError as error:
        problem = problem_sentence(error.code)
    with tool.store.begin() as session:
        row = locked_version(session, author, template_id, version)
        if own or (request.form.get("drawn") and not problem):
            versions.set_picture(row, own, tool.clock(), author.actor)
        elif not problem:
            problem = _("Choose a file first.")
        left_out = own.left_out if own else ()
        return step_page(author, row, STEPS[-1], picture_problem=problem, left_out=left_out)


@pages.post("/lti/app/search")
def search() -> str:
    """The entries of a vocabulary that match some words, as choices for the form in which the words were typed.

    Raises NotFoundError for a vocabulary that no field of the editor uses.
    """
    current_author()
    name = request.form.get("vocabulary", "")
    if not name or name not in {field.vocabulary for step in STEPS for field in all_fields(step.fields)}:
        raise NotFoundError("there is no such list in the editor")
    return render_template(
        "editor/_search_results.html",
        pointer=request.form.get("pointer", ""),
        several=name == "esco",
        found=_search_results(name, request.form.get("words", "")),
    )


def step_page(
    author: Author,
    row: TemplateVersion,
    step: Step | None = None,
    step_input: StepInput | None = None,
    *,
    picture_problem: str = "",
    left_out: Sequence[str] = (),
    notes: Sequence[Note] = (),
    unready: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page of a step: its form, and beside it completeness and preview. `notes` are those of an import.

    Without a step, it is the one on which an author begins: what is missing, else the first. `left_out`: names of what
    an SVG had that could not be taken over. `unready`: what is to be marked at the fields because it is not ready to be
    published, as `unready_fields` finds.
    """
    profile = page_issuer().profile
    completeness = _completeness(row)
    if step is None:
        step = missing.step_of(completeness.missing, profile) if completeness.missing else STEPS[0]
    data = step_input.data if step_input else row.body
    # What was written before the settings were changed is marked as soon as the step is opened.
    problems = step_input.problems if step_input else forms.claims_in_step(step, row.body, profile)
    template = read_template(row.body)
    searched = request.form.get("search", "")
    return render_template(
        "editor/step.html",
        author=author,
        row=row,
        step=step,
        steps=STEPS,
        data=forms.with_added_row(step, data, request.form.get("add", "")),
        field_value=forms.field_value,
        problems={**unready, **problems},
        wrong_count=len(problems),
        problem_sentence=partial(problem_sentence, issuer=profile),
        picture_problem=picture_problem,
        left_out=left_out,
        notes=[(note, note_sentence(note.code)) for note in notes],
        saved=step_input is not None,
        is_waiting=approval_requests.is_waiting(row),
        languages=forms.languages_of(data, request.form.getlist(forms.LANGUAGES_FIELD)),
        vocabulary=vocabularies.vocabulary,
        price_parts=price_parts,
        currencies=currencies,
        choices=picture_choices,
        starter_designs=STARTER_DESIGNS,
        elements=ELEMENTS,
        levels=EQF_LEVELS,
        needs_attention=_needs_attention(problems),
        field_labels=field_labels,
        searched=searched,
        search_words=request.form.get(f"{searched}?", ""),
        search=_search_results,
        step_code_of=step_code_of,
        completeness=completeness,
        preview=preview(row, template, completeness.stated_count),
        programme=read_programme_code(template.quality.programme_code)
        if proposed_changes(template)
        else None,
    )


def _page_named(author: Author, row: TemplateVersion, code: str) -> str:
    if code in ("", missing.MISSING) and not request.args.get("check"):
        return step_page(author, row)
    return step_page(author, row, step_named(code), unready=_asked_about(row))


def _submitted_step() -> Step:
    """The step whose fields the form has."""
    code = request.form.get("step", "")
    if code == missing.MISSING:
        return missing.step_of(request.form.getlist("shown"), page_issuer().profile)
    return step_named(code)


def _completeness(row: TemplateVersion) -> Completeness:
    profile = page_issuer().profile
    return completeness_of(row, read_template(row.body), profile, profile.day_of(current_tool().clock()))


def unready_fields(row: TemplateVersion) -> Mapping[str, str]:
    """The fields that are not ready to be published: the code of what is wrong by the JSON pointer."""
    today = page_issuer().profile.day_of(current_tool().clock())
    return dict(unready(read_template(row.body), today))


def _asked_about(row: TemplateVersion) -> Mapping[str, str]:
    """`unready_fields`, where the author comes to mend them; of a new badge they know what is still empty."""
    return unready_fields(row) if request.args.get("check") else {}


def _needs_attention(problems: Mapping[str, str]) -> Callable[[Iterable[Field], str, Json], bool]:
    """A test for the page: whether a closed part with these fields has to be open.

    That is where one of them has a value or a problem, or a button in it was pressed.
    """
    pressed = [request.form.get(name, "") for name in ("add", "remove", "search")]

    def needs_attention(fields: Iterable[Field], parent: str, data: Json) -> bool:
        parents = tuple(f"{parent}{field.pointer}" for field in fields)
        return any(pointer.startswith(parents) for pointer in (*problems, *pressed)) or any(
            forms.field_value(data, field) for field in fields
        )

    return needs_attention


def _search_results(name: str, words: str) -> Sequence[Concept]:
    return (
        vocabularies.search(name, words[:100], page_language(), MAX_SEARCH_RESULTS) if words.strip() else ()
    )
