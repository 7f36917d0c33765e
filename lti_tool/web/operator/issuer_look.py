"""The colour and the logo of an issuer, with how they will look above its pages and in its mails."""

from __future__ import annotations

import copy
from hashlib import sha256
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from badges.errors import PictureError
from badges.pictures import fit_logo
from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.current import current_tool
from lti_tool.web.editor.fields import Field
from lti_tool.web.editor.messages import problem_sentence
from lti_tool.web.operator.issuer_input import IssuerInput, read_part
from lti_tool.web.operator.issuer_pages import (
    ROUTE,
    Opened,
    after_saving,
    field_values,
    hindrances,
    issuer_page,
    opened,
    save,
)
from lti_tool.web.operator.visits import current_operator, issuer_at
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

pages = Blueprint("operator_look", __name__)

_ROUTE = f"{ROUTE}/look"
ACCENT = Field(
    name="look/accent",
    control="line",
    label=_l("Colour"),
    hint=_l("Such as #7a1f3d. White words stand on it. Left empty, it is the one of Nozimite."),
)


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """How it looks now."""
    with current_tool().store.read() as session:
        return _page(opened(session, slug, "see_issuer"))


@pages.post(_ROUTE)
def save_colour(slug: str) -> Response:
    """Saves the colour, or only shows how it would look."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = opened(session, slug, "change_look")
        typed = read_part([ACCENT], request.form, page.newest.body, page.place, tool.clock())
        if "show" in request.form:
            # Still the form of the version that it was made from, as in `issuer_profile`.
            return _page(page, typed, not_saved=("draft",), version=row_id("version"))
        if why_not := hindrances(page, typed):
            return _page(page, typed, not_saved=why_not)
        save(session, page, typed.body, "look", page.newest.logo)
        return after_saving(session, page, "look")


@pages.post(f"{_ROUTE}/logo")
def save_logo(slug: str) -> Response:
    """Takes the uploaded picture as the logo, or takes the logo away."""
    tool, visit = current_tool(), current_operator()
    with tool.store.read() as session:
        # A stranger's picture is not even opened.
        issuer_at(session, visit, slug, "change_look")
    # Before the issuer is locked: a large picture takes a second.
    logo, logo_sha256, problem = (None, "", "") if "remove" in request.form else _uploaded()
    with tool.store.begin() as session:
        page = opened(session, slug, "change_look")
        why_not = {"wrong"} if problem else hindrances(page)
        if why_not:
            return _page(page, not_saved=why_not, logo_problem=problem)
        body = copy.deepcopy(page.newest.body)
        look = {name: value for name, value in body.pop("look", {}).items() if name != "logo"}
        # What a new version says of its logo is the hash of the file that it was made of.
        save(session, page, body | ({"look": look} if look or logo else {}), "logo", logo, logo_sha256)
        return after_saving(session, page, "look")


def _uploaded() -> tuple[bytes | None, str, str]:
    """The picture as a logo, the SHA-256 of its file in hex, and what is wrong with it, in words."""
    file = request.files.get("logo")
    if not file or not file.filename:
        return None, "", _("Choose a file first.")
    content = file.read()
    try:
        return fit_logo(content), sha256(content).hexdigest(), ""
    except PictureError as error:
        return None, "", problem_sentence(error.code)


def _page(page: Opened, typed: IssuerInput | None = None, **values: Any) -> Response:
    shown = page.issuer.look.accent.colour if page.issuer.look.accent else ""
    if typed is not None and not typed.problems:
        shown = typed.body.get("look", {}).get("accent", "").lower()
    return issuer_page(
        "operator/issuer_look.html",
        page,
        "look",
        accent_field=ACCENT,
        colour=shown,
        typed_colour=typed_line(ACCENT.pointer, 20) if typed is not None else shown,
        may_save=page.may("change_look"),
        **field_values(typed, page.newest.body),
        **{"logo_problem": "", **values},
    )
