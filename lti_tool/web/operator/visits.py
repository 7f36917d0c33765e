"""The operator of a page, found by the cookie of their session; what they may do for the issuer that the page is about.

The cookie is SameSite=Lax and not Strict: a browser that comes back from the provider, or from a link in a mail, would
not send a Strict one, and the operator would look signed out. So what changes something carries a secret of the
session in its form, and comes from a page of this site.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, get_args

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError, SignInError
from lti_tool.issuing.issuer import Issuer
from lti_tool.operators import accounts, sessions
from lti_tool.operators.permissions import Operator, Permission, check_may, may
from lti_tool.store import Session
from lti_tool.store.events import Actor
from lti_tool.web import rate_limits
from lti_tool.web.current import current_tool
from lti_tool.web.errors import error_page
from lti_tool.web.headers import is_from_own_page, private_page, send_own_origin
from lti_tool.web.page_issuer import set_page_issuer
from lti_tool.web.visits import set_current_actor

#: The prefix makes the browser refuse it from another host, from http and for another path.
SESSION_COOKIE = "__Host-nozimite_operator"
#: By it a browser is known again that has begun to sign in, or has opened an invitation.
BROWSER_COOKIE = "__Host-nozimite_operator_browser"

FORM_FIELD = "_form"


class SignedOutError(NotAllowedError):
    """Nobody is signed in: the session has ended, or there never was one."""


class NotFreshError(NotAllowedError):
    """What was asked for is done only for somebody who has just shown who they are. `address`: where to go on then."""

    def __init__(self, address: str) -> None:
        super().__init__("the operator showed too long ago who they are")
        self.address = address


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorVisit:
    """A session of an operator, as its pages need it. `name` is that of the session, which opens nothing."""

    token: str
    name: str
    how: str
    operator: Operator
    is_fresh: bool

    @property
    def actor(self) -> Actor:
        """The operator, as events name them."""
        return accounts.actor_of(self.operator.id)

    @property
    def form_secret(self) -> str:
        """What each form of the session carries, so that no other site can send it."""
        return _form_secret(self.token)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorRights:
    """What an operator may do in the editor beyond writing. `may_approve`: publish without asking anybody."""

    may_approve: bool


def set_up(app: Flask) -> None:
    """Makes the errors of these pages lead to where the operator can go on."""
    app.register_error_handler(SignedOutError, lambda _error: redirect("/operator/sign-in", 303))
    app.register_error_handler(NotFreshError, _ask_again)
    app.register_error_handler(SignInError, _not_signed_in)


def current_operator() -> OperatorVisit:
    """The visit of the request's cookie; its use is recorded once a minute.

    Raises SignedOutError where nobody is signed in, NotAllowedError for a form that no page of this session has made,
    and TooManyRequests.
    """
    if request.method == "POST":
        check_own_page()
    visit = signed_in_operator()
    if request.method == "POST" and not _is_form_of(visit):
        raise NotAllowedError("this form was made for another session")
    return visit


def check_editor(actor: Actor, issuer_id: str) -> EditorRights:
    """What an operator may do in the editor that they opened; one at a command line, whatever it offers.

    An account's editor ends with its session. Raises SignedOutError where it is not signed in here; NotFoundError and
    NotAllowedError where it may not write there.
    """
    if not accounts.is_account(actor):
        return EditorRights(may_approve=True)
    visit = signed_in_operator()
    if visit.actor != actor:
        raise SignedOutError("the editor was opened by somebody else")
    check_may(visit.operator, issuer_id, "write_templates")
    return EditorRights(may_approve=may(visit.operator, issuer_id, "approve_templates"))


def signed_in_operator() -> OperatorVisit:
    """As `current_operator`, for forms of other pages, which have secrets of their own. Raises SignedOutError."""
    tool = current_tool()
    now, token = tool.clock(), request.cookies.get(SESSION_COOKIE, "")
    with tool.store.read() as session:
        row = sessions.find_session(session, token, now)
        if row is None:
            raise SignedOutError("no session, or its time is over")
        visit = OperatorVisit(
            token=token,
            name=sessions.name_of(row),
            how=row.how,
            operator=accounts.as_operator(row.operator, row.how),
            is_fresh=sessions.is_fresh(row, now),
        )
        is_due = sessions.is_use_to_record(row, now)
    set_current_actor(visit.actor)
    rate_limits.count_page(token)
    if is_due:
        _record_use(token, now)
    return visit


def check_own_page() -> None:
    """Raises NotAllowedError for a form of another site."""
    if not is_from_own_page():
        raise NotAllowedError("this form was sent by another site")


def check_fresh(visit: OperatorVisit, address: str) -> None:
    """Raises NotFreshError where the operator showed too long ago who they are.

    To be called before anything that changes who may do what, keys, issuers, or erases somebody. They show it on a page
    that leads them to `address`, where they ask again.
    """
    if not visit.is_fresh:
        raise NotFreshError(address)


def issuer_at(session: Session, visit: OperatorVisit, slug: str, permission: Permission) -> Issuer:
    """The issuer of the page, for which the operator may do that. The page is one of that issuer from now on.

    Raises NotFoundError where there is no such issuer, and just so where the operator has no role there;
    NotAllowedError where their roles there do not permit it.
    """
    issuer = current_tool().issuers.named(session, slug)
    check_may(visit.operator, issuer.id, permission)
    set_page_issuer(issuer)
    return issuer


def issuers_of(session: Session, visit: OperatorVisit) -> Sequence[Issuer]:
    """The issuers for which the operator may do anything, in the order of all."""
    every = current_tool().issuers.all(session)
    return [issuer for issuer in every if may(visit.operator, issuer.id, "see_home")]


def operator_page(page: str, visit: OperatorVisit | None, **values: Any) -> Response:
    """The page, which no cache keeps. With an `issuer_now` it names that issuer, and leads to its other pages."""
    send_own_origin()
    issuer: Issuer | None = values.get("issuer_now")
    permitted = (
        {each for each in get_args(Permission) if may(visit.operator, issuer.id, each)}
        if visit and issuer
        else frozenset()
    )
    given = {
        "operator_visit": visit,
        "issuer_now": issuer,
        "permitted": permitted,
        "has_provider": current_tool().openid is not None,
        **values,
    }
    return private_page(render_template(page, **given))


def set_cookie(response: Response, name: str, value: str, seconds: int | None) -> None:
    """Gives the browser the cookie, for so many seconds; None is until it is closed, 0 takes the cookie away."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="Lax")


def _form_secret(token: str) -> str:
    secret_key = current_tool().secret_key.encode()
    return hmac.digest(secret_key, f"operator form\0{token}".encode("utf-8", "replace"), sha256).hex()


def _is_form_of(visit: OperatorVisit) -> bool:
    return hmac.compare_digest(request.form.get(FORM_FIELD, "").encode(), visit.form_secret.encode())


def _record_use(token: str, now: datetime) -> None:
    with current_tool().store.begin() as session:
        row = sessions.find_session(session, token, now)
        if row is not None:
            row.last_used_at = now


def _ask_again(error: NotFreshError) -> Response:
    return redirect(f"/operator/confirm?to={error.address}", 303)


def _not_signed_in(error: SignInError) -> Response:
    return error_page(f"operator_{error.code}", 403, reason=str(error), refused="operator_refused")
