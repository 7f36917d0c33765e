"""What the pages of an issuer's settings share: how one is opened, shown, and saved as a new version of the profile.

A form carries the version that it was made from: who comes second is told, and nothing of the first is lost. Who has to
show again who they are keeps what they typed: the page comes again with it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from badges import vocabularies
from lti_tool.issuing import issuer_changes
from lti_tool.issuing.issuer import Issuer
from lti_tool.language import LANGUAGES
from lti_tool.operators.permissions import Permission, may
from lti_tool.store import Session, queries
from lti_tool.store.models import IssuerProfileRow
from lti_tool.values import Json
from lti_tool.web.checked_requests import row_id
from lti_tool.web.current import current_tool
from lti_tool.web.editor.forms import field_value
from lti_tool.web.editor.prices import currencies, price_parts
from lti_tool.web.operator.issuer_input import IssuerInput, IssuerPlace
from lti_tool.web.operator.issuer_parts import PARTS
from lti_tool.web.operator.issuer_words import issuer_problem, words_of
from lti_tool.web.operator.visits import (
    NotFreshError,
    OperatorVisit,
    check_fresh,
    current_operator,
    issuer_at,
    operator_page,
)
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

ROUTE = "/operator/issuers/<slug>"

_TITLES = {part.code: part.title for part in PARTS}
#: The pages of an issuer: how each is called, and who may open it.
PAGES: dict[str, tuple[Sentence, Permission]] = {
    "profile": (_TITLES["profile"], "see_issuer"),
    "accreditations": (_l("Accreditations"), "see_issuer"),
    "look": (_l("Logo and colour"), "see_issuer"),
    "mails": (_TITLES["mails"], "see_issuer"),
    "authority": (_TITLES["authority"], "manage_issuer"),
    "rules": (_TITLES["rules"], "manage_issuer"),
    "declarations": (_TITLES["declarations"], "manage_issuer"),
    "keys": (_l("Keys"), "see_issuer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An issuer's page that somebody has opened, with the newest version of the profile."""

    visit: OperatorVisit
    issuer: Issuer
    newest: IssuerProfileRow

    @property
    def place(self) -> IssuerPlace:
        """What the readers of the profile need."""
        return IssuerPlace(tool_url=self.issuer.addresses.tool_url, slug=self.issuer.profile.slug)

    def may(self, permission: Permission) -> bool:
        """Whether the operator may do that here."""
        return may(self.visit.operator, self.issuer.id, permission)


def opened(session: Session, slug: str, permission: Permission) -> Opened:
    """The page, for somebody who may do that. Raises as `current_operator` and `issuer_at` do."""
    visit = current_operator()
    issuer = issuer_at(session, visit, slug, permission)
    if request.method == "POST":
        # Whoever saves at the same moment comes after this, and finds another version.
        queries.issuers.lock_issuer(session, issuer.id)
    return Opened(visit=visit, issuer=issuer, newest=queries.issuers.newest_version(session, issuer.id))


def address_of(issuer: Issuer, page: str) -> str:
    """Where a page of the issuer is, by its code."""
    return f"/operator/issuers/{issuer.profile.slug}/{page}"


def hindrances(page: Opened, typed: IssuerInput | None = None) -> Collection[str]:
    """Why what was sent is not saved: `wrong`, `elsewhere`, `changed` by somebody meanwhile, `not_fresh`."""
    found = set()
    if typed is not None and typed.problems:
        found.add("wrong")
    elif typed is not None and typed.elsewhere:
        found.add("elsewhere")
    if row_id("version") != page.newest.version:
        found.add("changed")
    try:
        check_fresh(page.visit, request.path)
    except NotFreshError:
        found.add("not_fresh")
    return found


def save(
    session: Session, page: Opened, body: Json, why: str, logo: bytes | None, logo_sha256: str = ""
) -> None:
    """Makes the body the next version of the profile; `why` says by which page. Raises as `issuer_changes.change`."""
    issuer_changes.change(
        session,
        page.issuer,
        {**body, "slug": page.issuer.profile.slug},
        current_tool().clock(),
        page.visit.actor,
        logo=logo,
        logo_sha256=logo_sha256,
        why=why,
    )


def after_saving(session: Session, page: Opened, code: str) -> Response:
    """The way on: to where the legal identity is confirmed, where that is needed now; else back to the page."""
    newest = queries.issuers.newest_version(session, page.issuer.id)
    if newest.confirmed_at is None and page.newest.confirmed_at is not None:
        return redirect(f"{address_of(page.issuer, 'profile')}?done=saved#confirm", 303)
    return redirect(f"{address_of(page.issuer, code)}?done=saved", 303)


def issuer_page(template: str, page: Opened, code: str, **values: Any) -> Response:
    """A page of the issuer's settings; `code` is its own among PAGES."""
    return operator_page(
        template,
        page.visit,
        issuer_now=page.issuer,
        page_code=code,
        own_pages=[(each, title) for each, (title, sees) in PAGES.items() if page.may(sees)],
        newest_version=page.newest.version,
        is_fresh=page.visit.is_fresh,
        done=request.args.get("done", ""),
        **{"not_saved": (), "version": page.newest.version, **values},
    )


def field_values(typed: IssuerInput | None, data: Json) -> dict[str, Any]:
    """What the controls of a form need (`editor/_fields.html`); `data` where nothing was typed yet."""
    problems = typed.problems if typed is not None else {}
    about = typed.about if typed is not None else {}
    return {
        "data": typed.data if typed is not None else data,
        "problems": problems,
        "problem_sentence": partial(issuer_problem, about),
        "field_value": field_value,
        "words_of": words_of,
        "languages": LANGUAGES,
        "vocabulary": vocabularies.vocabulary,
        "price_parts": price_parts,
        "currencies": currencies,
        "elsewhere": typed.elsewhere if typed is not None else (),
        "elements": (),
        "needs_attention": lambda *_words: True,
    }
