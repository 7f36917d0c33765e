"""Whoever signs for an organisation, at its pages: an account that has no role at any issuer by that.

They have the session of an operator: it begins by a passkey, is short, and is ended by the same pages.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, redirect, render_template, request
from werkzeug.wrappers import Response

from lti_tool.errors import NotAllowedError, OrganisationError
from lti_tool.web.errors import error_page
from lti_tool.web.headers import private_page, send_own_origin
from lti_tool.web.operator.visits import (
    OperatorVisit,
    SignedOutError,
    check_own_page,
    current_operator,
    signed_in_operator,
)
from lti_tool.web.organisations.words import refusal_of

#: Where somebody may be led once they are signed in: to a page of organisations, and to nothing else.
_OWN_ADDRESS = re.compile(r"/organisations(/[A-Za-z0-9_-]{1,64}){0,3}")


class MemberSignedOutError(NotAllowedError):
    """Nobody is signed in. `address`: where to go on then."""

    def __init__(self, address: str) -> None:
        super().__init__("nobody is signed in who could sign for an organisation")
        self.address = address


def set_up(app: Flask) -> None:
    """Makes the errors of these pages lead to where somebody can go on."""
    app.register_error_handler(MemberSignedOutError, _sign_in)
    app.register_error_handler(OrganisationError, _refused)


def current_member() -> OperatorVisit:
    """The visit of the request's cookie. Raises MemberSignedOutError; NotAllowedError for a form of another page."""
    try:
        return current_operator()
    except SignedOutError as error:
        raise MemberSignedOutError(request.path if request.method == "GET" else "/organisations") from error


def member_if_any() -> OperatorVisit | None:
    """The visit, for a page that everybody may see who has its address; None where nobody is signed in."""
    try:
        return signed_in_operator()
    except SignedOutError:
        return None


def check_form() -> None:
    """Raises NotAllowedError for a form of another site."""
    check_own_page()


def own_address(typed: str) -> str:
    """The address, where it is that of a page of organisations; else that of their first one."""
    return typed if _OWN_ADDRESS.fullmatch(typed) else "/organisations"


def member_page(page: str, visit: OperatorVisit | None, **values: Any) -> Response:
    """The page, which no cache keeps."""
    send_own_origin()
    return private_page(render_template(page, operator_visit=visit, **values))


def _sign_in(error: MemberSignedOutError) -> Response:
    return redirect(f"/organisations/sign-in?to={own_address(error.address)}", 303)


def _refused(error: OrganisationError) -> Response:
    reason, message = f"{error.code}: {error}", refusal_of(error)
    return error_page("organisation_refused", 403, reason=reason, message=message, refused="refused")
