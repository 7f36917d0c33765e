"""Operators at browsers, each with an authenticator."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.operators import invitations
from lti_tool.store.events import operator
from lti_tool.wiring import Tool
from tests.authenticator import Authenticator
from tests.lti_tool.web.conftest import FROM_US, browser_of, hidden

ROOT_ACCOUNT = operator("root")


def options_of(page: TestResponse) -> dict[str, Any]:
    """What the page asks the authenticator with."""
    found = re.search(r'data-options="([^"]*)"', page.text)
    assert found, page.text
    return json.loads(unescape(found[1]))


@dataclass(kw_only=True)
class OperatorAt:
    """Somebody at a browser of their own."""

    browser: FlaskClient
    authenticator: Authenticator = field(default_factory=Authenticator)

    def get(self, address: str) -> TestResponse:
        return self.browser.get(address)

    def send(self, address: str, /, **form: str) -> TestResponse:
        """A form of a page of this site, without the secret of a session."""
        return self.browser.post(address, data=form, headers=FROM_US)

    def press(self, page: str, address: str, /, **form: str) -> TestResponse:
        """A form of the page at an address, with what it carries unseen."""
        return self.send(address, _form=hidden(self.get(page), "_form"), **form)

    def join(self, code: str, name: str = "Ieva Kalniņa") -> TestResponse:
        """What comes once the invitation with that code is opened and a passkey is made."""
        opened = self.send("/operator/invitation", code=code)
        assert (opened.status_code, opened.location) == (303, "/operator/join")
        answer = self.authenticator.create(options_of(self.get("/operator/join")))
        return self.send("/operator/join", answer=answer, name=name)

    def sign_in(self) -> TestResponse:
        answer = self.authenticator.get(options_of(self.get("/operator/sign-in")))
        return self.send("/operator/sign-in", answer=answer)

    def confirm(self, to: str = "/operator") -> TestResponse:
        """Shows again who they are."""
        page = self.get(f"/operator/confirm?to={to}")
        answer = self.authenticator.get(options_of(page))
        return self.send("/operator/confirm", _form=hidden(page, "_form"), to=to, answer=answer)


@pytest.fixture
def new_browser(app):
    """A function that gives somebody a browser of their own."""
    return lambda: OperatorAt(browser=browser_of(app))


@pytest.fixture
def invited(web_tool: Tool):
    """A function that gives the code of an invitation."""

    def invited(role: str = "owner", issuer_id: str | None = None) -> str:
        return invitations.invite(
            web_tool.expiring_values, issuer_id or web_tool.issuer.id, role, ROOT_ACCOUNT
        )

    return invited


@pytest.fixture
def join(new_browser, invited):
    """A function that makes an operator with a role, signed in by their passkey."""

    def join(role: str = "owner", issuer_id: str | None = None, name: str = "Ieva Kalniņa") -> OperatorAt:
        somebody = new_browser()
        assert somebody.join(invited(role, issuer_id), name).status_code == 303
        return somebody

    return join
