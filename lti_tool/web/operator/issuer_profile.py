"""The forms of an issuer's settings that are a list of fields: profile, authority, awarding and privacy, mails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from lti_tool.errors import NotAllowedError
from lti_tool.issuing import legal_identity
from lti_tool.issuing.issuer_toml import as_toml
from lti_tool.store import Session, queries
from lti_tool.values import Json
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.editor.fields import Step
from lti_tool.web.editor.forms import with_added_row
from lti_tool.web.operator.issuer_input import IssuerInput, read_part
from lti_tool.web.operator.issuer_pages import (
    ROUTE,
    Opened,
    address_of,
    after_saving,
    field_values,
    hindrances,
    issuer_page,
    opened,
    save,
)
from lti_tool.web.operator.issuer_parts import ACCREDITATIONS, IDENTITY, PARTS, Part
from lti_tool.web.operator.issuer_words import differences
from lti_tool.web.operator.mail_preview import mail_previews
from lti_tool.web.operator.visits import check_fresh

pages = Blueprint("operator_issuer", __name__)


def _show(slug: str, part: Part) -> BaseResponse:
    """The page of a part, as the newest version has it."""
    with current_tool().store.read() as session:
        page = opened(session, slug, part.sees)
        return _page(session, page, part)


def _save(slug: str, part: Part) -> BaseResponse:
    """Saves the part, or shows it again with what was typed, and why it was not saved."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = opened(session, slug, part.saves)
        typed = read_part(part.fields, request.form, page.newest.body, page.place, tool.clock())
        if not any(name in request.form for name in ("add", "remove", "show")):
            if not (why_not := hindrances(page, typed)):
                save(session, page, typed.body, part.code, page.newest.logo)
                return after_saving(session, page, part.code)
            return _page(session, page, part, typed, not_saved=why_not)
        # Still the form of the version that it was made from: whoever saved meanwhile loses nothing to a draft.
        return _page(session, page, part, typed, not_saved=("draft",), version=row_id("version"))


def _page(
    session: Session, page: Opened, part: Part, typed: IssuerInput | None = None, **values: Any
) -> BaseResponse:
    given = field_values(typed, page.newest.body)
    step = Step(code=part.code, title=part.title, lead=part.lead, fields=part.fields)
    given["data"] = with_added_row(step, given["data"], request.form.get("add", ""))
    if part.code == "profile":
        given |= _about_identity(session, page)
    if part.code == "mails":
        given["previews"] = mail_previews(page.issuer, typed.body if typed else page.newest.body)
    template = "operator/issuer_profile.html" if part.code == "profile" else "operator/issuer_part.html"
    return issuer_page(template, page, part.code, part=part, may_save=page.may(part.saves), **given, **values)


def _about_identity(session: Session, page: Opened) -> Json:
    """What the page of the profile says of its confirmation, and of the file."""
    confirmed = queries.issuers.last_confirmed_version(session, page.issuer.id)
    is_first = queries.issuers.first_issuer_id(session) == page.issuer.id
    undone = _undone(session, page) if is_first else ()
    labels = {field.path[0]: field.label for part in PARTS for field in part.fields}
    labels |= {field.path[0]: field.label for field in (*IDENTITY, ACCREDITATIONS)}
    labels |= {part.fields[0].path[0]: part.title for part in PARTS[1:] if "/" in part.fields[0].name}
    return {
        "confirmed": confirmed,
        "differences": differences(confirmed.body if confirmed else {}, page.newest.body),
        "is_first": is_first,
        "undone": [labels.get(name, name) for name in undone],
        "newest": page.newest,
    }


def _undone(session: Session, page: Opened) -> Sequence[str]:
    """The fields that the file has changed back in the newest version, as the event of that version names them.

    A file that only says what pages have said before it has changed nothing back, though the version counts as its own.
    """
    wanted = queries.events.Wanted(issuer_id=page.issuer.id, what="issuer_changed")
    newest = queries.events.newest_events(session, wanted, None, 1)
    return [
        name
        for event in newest
        if event.data.get("version") == page.newest.version
        for name in event.data.get("undone", ())
    ]


@pages.post(f"{ROUTE}/profile/confirm")
def confirm(slug: str) -> BaseResponse:
    """Confirms the legal identity that was shown. Raises NotAllowedError where it has changed, or lacks something."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = opened(session, slug, "manage_issuer")
        check_fresh(page.visit, address_of(page.issuer, "profile"))
        if row_id("version") != page.newest.version:
            raise NotAllowedError("the profile has changed since it was shown")
        # Read again: who changed it a moment before this one waited for the lock.
        issuer = tool.issuers.of(session, page.issuer.id)
        legal_identity.confirm(session, issuer, tool.clock(), page.visit.actor)
        return redirect(f"{address_of(page.issuer, 'profile')}?done=confirmed", 303)


@pages.get(f"{ROUTE}/profile/file")
def as_file(slug: str) -> Response:
    """The profile as a file, to be put in place of the one that ISSUER_FILE names."""
    with current_tool().store.read() as session:
        page = opened(session, slug, "manage_issuer")
        text = as_toml(page.newest.body, page.issuer.profile.slug)
    response = Response(text, mimetype="application/toml")
    response.headers["Content-Disposition"] = f'attachment; filename="{page.issuer.profile.slug}.toml"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


for _part in PARTS:
    _rule = f"{ROUTE}/{_part.code}"
    pages.add_url_rule(_rule, f"show_{_part.code}", _show, defaults={"part": _part})
    pages.add_url_rule(_rule, f"save_{_part.code}", _save, methods=["POST"], defaults={"part": _part})
