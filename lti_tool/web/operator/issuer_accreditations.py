"""The accreditations of an issuer: each with its register and its days, added, changed, ended, taken out."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotFoundError
from lti_tool.issuing.legal_identity import ending_soon
from lti_tool.values import Json
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.operator.issuer_input import IssuerInput, judged, read_item
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
from lti_tool.web.operator.issuer_parts import ACCREDITATIONS, ASSURANCE
from lti_tool.web.operator.visits import check_fresh

pages = Blueprint("operator_accreditations", __name__)

_ROUTE = f"{ROUTE}/accreditations"
_LIST = "accreditations"


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """All of them, with what ends soon."""
    with current_tool().store.read() as session:
        return _list_page(opened(session, slug, "see_issuer"))


@pages.get(f"{_ROUTE}/new")
def ask_new(slug: str) -> Response:
    """An empty form."""
    with current_tool().store.read() as session:
        page = opened(session, slug, "manage_issuer")
        return _item_page(page, len(_items(page)))


@pages.get(f"{_ROUTE}/<int:number>")
def show_one(slug: str, number: int) -> Response:
    """The form of one. Raises NotFoundError."""
    with current_tool().store.read() as session:
        page = opened(session, slug, "manage_issuer")
        return _item_page(page, _place(page, number))


@pages.post(f"{_ROUTE}/new")
def add(slug: str) -> Response:
    """Adds one."""
    return _save(slug, None)


@pages.post(f"{_ROUTE}/<int:number>")
def change(slug: str, number: int) -> Response:
    """Changes one. Raises NotFoundError."""
    return _save(slug, number)


@pages.post(f"{_ROUTE}/<int:number>/remove")
def remove(slug: str, number: int) -> Response:
    """Takes one out of the profile. Raises NotFoundError."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = opened(session, slug, "manage_issuer")
        check_fresh(page.visit, address_of(page.issuer, _LIST))
        body = copy.deepcopy(page.newest.body)
        del body[_LIST][_place(page, number)]
        if not body[_LIST]:
            del body[_LIST]
        typed = judged([ACCREDITATIONS], body, page.place, tool.clock())
        if why_not := hindrances(page, typed):
            return _list_page(page, not_saved=why_not, elsewhere=typed.elsewhere)
        save(session, page, typed.body, _LIST, page.newest.logo)
        return after_saving(session, page, _LIST)


def _save(slug: str, number: int | None) -> Response:
    tool = current_tool()
    with tool.store.begin() as session:
        page = opened(session, slug, "manage_issuer")
        place = len(_items(page)) if number is None else _place(page, number)
        typed = read_item(_LIST, place, ASSURANCE, request.form, page.newest.body, page.place, tool.clock())
        if why_not := hindrances(page, typed):
            # Where the list has changed, this may be the place of another one: the form stays that of the old list.
            return _item_page(page, place, typed, not_saved=why_not, version=row_id("version"))
        save(session, page, typed.body, _LIST, page.newest.logo)
        return after_saving(session, page, _LIST)


def _items(page: Opened) -> Sequence[Json]:
    items: Sequence[Json] = page.newest.body.get(_LIST) or []
    return items


def _place(page: Opened, number: int) -> int:
    """Where it stands in the list, from 0. Raises NotFoundError where there is none with that number, from 1."""
    if not 0 < number <= len(_items(page)):
        raise NotFoundError("there is no such accreditation")
    return number - 1


def _list_page(page: Opened, **values: Any) -> Response:
    profile = page.issuer.profile
    today = profile.day_of(current_tool().clock())
    return issuer_page(
        "operator/issuer_accreditations.html",
        page,
        _LIST,
        items=profile.accreditations,
        ending=ending_soon(profile.accreditations, today),
        today=today,
        may_save=page.may("manage_issuer"),
        **values,
    )


def _item_page(page: Opened, place: int, typed: IssuerInput | None = None, **values: Any) -> Response:
    items = _items(page)
    return issuer_page(
        "operator/issuer_accreditation.html",
        page,
        _LIST,
        fields=ASSURANCE,
        number=place + 1 if place < len(items) else None,
        **field_values(typed, items[place] if place < len(items) else {}),
        **values,
    )
