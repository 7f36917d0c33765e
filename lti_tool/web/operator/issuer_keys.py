"""The keys of an issuer: made, rotated, retired, withdrawn. Those for platforms too, at the issuer that runs the tool.

The recovery sheet is no page: its code would stand in a browser, and whoever has both is the issuer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing import lti_keys
from lti_tool.issuing.keyring import ALGORITHMS, KINDS
from lti_tool.store import Session, queries
from lti_tool.store.models import SigningKeyRow, ToolKeyRow
from lti_tool.web.current import current_tool
from lti_tool.web.operator.issuer_pages import ROUTE, Opened, address_of, issuer_page, opened
from lti_tool.web.operator.visits import check_fresh
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import ngettext
from signing.errors import SigningError

pages = Blueprint("operator_keys", __name__)

_ROUTE = f"{ROUTE}/keys"
_NAMES: Mapping[str, str] = {algorithm: kind for kind, algorithm in KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A key as the page has it. `kind` is that of commands; `state`: `signs`, `published`, `retired`, `compromised`."""

    kid: str
    kind: str
    made_at: datetime
    vault: str
    state: str
    compromised_at: datetime | None


@pages.get(_ROUTE)
def show(slug: str) -> Response:
    """All of them, the newest first."""
    with current_tool().store.read() as session:
        return _page(session, opened(session, slug, "see_issuer"))


@pages.post(f"{_ROUTE}/make")
def make(slug: str) -> Response:
    """Makes one more key, which signs from now on. Raises BadRequest for a kind that there is not."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = _opened(session, slug)
        kind = request.form.get("kind", "")
        if kind not in KINDS:
            raise BadRequest
        try:
            page.issuer.keyring.make_key(session, KINDS[kind], tool.clock(), page.visit.actor)
        except SigningError:
            return _device_trouble(session, page)
        return _back(page)


@pages.post(f"{_ROUTE}/rotate")
def rotate(slug: str) -> Response:
    """Signs with a new key from now on, in place of all earlier ones of its kind. Raises BadRequest as `make`."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = _opened(session, slug)
        kind = request.form.get("kind", "")
        if kind not in KINDS and not (kind == lti_keys.ANY and _runs_the_tool(session, page)):
            raise BadRequest
        try:
            with session.begin_nested():
                page.issuer.keyring.rotate(session, kind, tool.clock(), page.visit.actor)
        except SigningError:
            return _device_trouble(session, page)
        return _back(page)


@pages.post(f"{_ROUTE}/retire")
def retire(slug: str) -> Response:
    """Lets a key sign no more; it stays published. Raises NotFoundError for one of another issuer."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = _opened(session, slug)
        kid, now, by = request.form.get("key", ""), tool.clock(), page.visit.actor
        try:
            with session.begin_nested():
                if _is_lti_key(session, page, kid):
                    lti_keys.retire(session, kid, now, by)
                else:
                    page.issuer.keyring.retire(session, kid, now, by)
        except NotAllowedError:
            told = _("Nothing was changed: this key is the only one of its kind. Sign with a new one first.")
            return _page(session, page, wrong=told)
        return _back(page)


@pages.post(f"{_ROUTE}/compromised")
def mark_compromised(slug: str) -> Response:
    """Withdraws a key that somebody else may have had, and says what that means. Raises NotFoundError as `retire`."""
    tool = current_tool()
    with tool.store.begin() as session:
        page = _opened(session, slug)
        kid, now, by = request.form.get("key", ""), tool.clock(), page.visit.actor
        try:
            since = _since(page)
        except ValueError:
            return _page(session, page, wrong=_("Enter the date as year-month-day, such as 2027-06-30."))
        keyring = page.issuer.keyring
        if _is_lti_key(session, page, kid):
            lti_keys.mark_compromised(session, keyring, kid, since, now, by)
            return _page(
                session, page, told=_("The key is withdrawn. Platforms fetch the new one by themselves.")
            )
        row = keyring.mark_compromised(session, kid, since, now, by)
        first = row.compromised_at or row.created_at
        count = queries.credentials.count_issued(session, page.issuer.id, first)
        told = ngettext(
            "The key is withdrawn. %(num)s badge was made since then, with this key or another: look whether it has to "
            "be made again.",
            "The key is withdrawn. %(num)s badges were made since then, with this key or another: look whether they "
            "have to be made again.",
            count,
        )
        return _page(session, page, told=told)


def _opened(session: Session, slug: str) -> Opened:
    """The page, for an owner who has just shown who they are."""
    page = opened(session, slug, "manage_keys")
    check_fresh(page.visit, address_of(page.issuer, "keys"))
    return page


def _runs_the_tool(session: Session, page: Opened) -> bool:
    """Whether the issuer is the first one: the keys for platforms are those of the whole installation."""
    return page.issuer.id == queries.issuers.first_issuer_id(session)


def _is_lti_key(session: Session, page: Opened, kid: str) -> bool:
    """Whether it is a key for platforms. Raises NotFoundError where it is, and not this issuer's business."""
    if session.get(ToolKeyRow, kid) is None:
        return False
    if not _runs_the_tool(session, page):
        raise NotFoundError("the issuer has no such key")
    return True


def _since(page: Opened) -> datetime | None:
    """The beginning of the day that was typed, where the issuer is. Raises ValueError where it is none."""
    typed = request.form.get("since", "").strip()
    if not typed:
        return None
    day = date.fromisoformat(typed)
    if not 1900 < day.year < 9000:
        raise ValueError(typed)
    return datetime.combine(day, time(), page.issuer.profile.zone)


def _back(page: Opened) -> Response:
    return redirect(f"{address_of(page.issuer, 'keys')}?done=saved", 303)


def _device_trouble(session: Session, page: Opened) -> Response:
    told = _(
        "Nothing was changed: the device that keeps the keys could not make one. Look at the log, and try again."
    )
    return _page(session, page, wrong=told)


def _page(session: Session, page: Opened, **values: Any) -> Response:
    used = {ALGORITHMS[proof] for proof in page.issuer.keyring.proofs}
    return issuer_page(
        "operator/issuer_keys.html",
        page,
        "keys",
        keys=_signing_keys(session, page),
        lti_keys=_lti_keys(session) if _runs_the_tool(session, page) else (),
        lacking=page.issuer.keyring.lacking_kinds(session),
        kinds=[kind for kind, algorithm in KINDS.items() if algorithm in used],
        may_save=page.may("manage_keys"),
        **{"told": "", "wrong": "", **values},
    )


def _signing_keys(session: Session, page: Opened) -> list[ShownKey]:
    rows = queries.issuers.signing_keys(session, page.issuer.id)
    current = set(page.issuer.keyring.current_kids(session))
    return [
        _shown(row, _NAMES[row.algorithm], row.vault, "signs" if row.kid in current else "published")
        for row in rows
    ]


def _lti_keys(session: Session) -> list[ShownKey]:
    published = queries.issuers.published_tool_key_rows(session)
    return [
        _shown(row, lti_keys.ANY, "database", "signs" if row in published[:1] else "published")
        for row in queries.issuers.tool_key_rows(session)
    ]


def _shown(row: SigningKeyRow | ToolKeyRow, kind: str, vault: str, state: str) -> ShownKey:
    if row.compromised_at is not None:
        state = "compromised"
    elif row.retired_at is not None:
        state = "retired"
    return ShownKey(
        kid=row.kid,
        kind=kind,
        made_at=row.created_at,
        vault=vault,
        state=state,
        compromised_at=row.compromised_at,
    )
