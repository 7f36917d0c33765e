"""A source of observations set up for a platform: its settings, typed by an operator; secrets are never shown again."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, request
from markupsafe import escape
from werkzeug.wrappers import Response

from lti_tool.issuing.issuer import Issuer
from lti_tool.platforms import source_access
from lti_tool.sources.set_up import Setting, read_settings
from lti_tool.store.models import RegistrationRow
from lti_tool.web.current import current_tool
from lti_tool.web.operator.platforms.found import ONE, address_of, platform_of
from lti_tool.web.operator.platforms.source_states import SourceState, source_state
from lti_tool.web.operator.visits import (
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.translation import gettext as _

pages = Blueprint("operator_platform_sources", __name__)

_ROUTE = f"{ONE}/sources/<name>"
#: Longer than any address, number or token.
MOST_LETTERS = 2000


@pages.get(_ROUTE)
def show(slug: str, number: int, name: str) -> Response:
    """The form of the source's settings. Raises NotFoundError where the platform cannot have it."""
    visit = current_operator()
    with current_tool().store.read() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        source = source_state(session, row, name)
        # Before anything is typed, which would be lost on the way to showing who it is.
        check_fresh(visit, f"{address_of(issuer, number)}/sources/{name}")
        return _page(visit, issuer, row, source, source.known, {}, {})


@pages.post(_ROUTE)
def set_up(slug: str, number: int, name: str) -> Response:
    """Gives the source what it needs, in place of what it had. What Nozimite makes for it is shown, this once."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        source = source_state(session, row, name)
        check_fresh(visit, f"{address_of(issuer, number)}/sources/{name}")
        typed = {each.name: _typed(each.name) for each in source.typed_settings}
        wrong = _mistakes(source, typed)
        if wrong:
            return _page(visit, issuer, row, source, typed, wrong, {})
        given = read_settings(source.settings, typed)
        source_access.give(session, row.id, name, given, tool.encrypt, tool.clock(), visit.actor)
        made = {each.name: given.secrets[each.name] for each in source.settings if each.is_made}
        if made:
            return _page(visit, issuer, row, source_state(session, row, name), given.settings, {}, made)
    return redirect(f"{address_of(issuer, number)}#sources", 303)


@pages.post(f"{_ROUTE}/remove")
def remove(slug: str, number: int, name: str) -> Response:
    """Takes away what the source was given; what it has told stays."""
    visit = current_operator()
    tool = current_tool()
    with tool.store.begin() as session:
        issuer = issuer_at(session, visit, slug, "manage_platforms")
        row = platform_of(session, issuer, number)
        source_state(session, row, name)
        source_access.take_away(session, row.id, name, tool.clock(), visit.actor)
    return redirect(f"{address_of(issuer, number)}#sources", 303)


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()[:MOST_LETTERS]


def _mistakes(source: SourceState, typed: Mapping[str, str]) -> Mapping[str, str]:
    """What is wrong with each setting that cannot be used, by its name."""
    return {each.name: wrong for each in source.typed_settings if (wrong := _mistake(source, each, typed))}


def _mistake(source: SourceState, setting: Setting, typed: Mapping[str, str]) -> str:
    value = typed[setting.name]
    if not value:
        return "" if setting.is_optional else _("This is missing.")
    try:
        setting.read(value)
    except ValueError:
        # Its own sentence is for commands; that of the source says the same in the language of the page.
        return str(source.words["set_up_wrong"][setting.name])
    return ""


def _page(
    visit: OperatorVisit,
    issuer: Issuer,
    row: RegistrationRow,
    source: SourceState,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
    made: Mapping[str, str],
) -> Response:
    secrets = {each.name for each in source.settings if each.is_secret}
    steps: Mapping[str, str] = source.words.get("set_up_steps", {})
    return operator_page(
        "operator/platforms/source.html",
        visit,
        issuer_now=issuer,
        row=row,
        source=source,
        steps=[escape(step).format_map({"tool_url": row.tool_url}) for step in steps.values()],
        # A secret that was typed stands in no page, not even in the one that refuses it.
        typed={name: value for name, value in typed.items() if name not in secrets},
        wrong=wrong,
        made=made,
    )
