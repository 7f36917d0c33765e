"""Anna, signed in on My badges, and a host that she may name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fake_host import FakeHost
from tests.lti_tool.web.backpack.conftest import PRIVATE, anna, janis, prove, signed_in  # noqa: F401
from tests.lti_tool.web.conftest import FROM_US

ADDRESS = PRIVATE
SITE = "https://badges.example.org"


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def web_tool(web_tool, host):
    """The tool, for which the host is the only site of the world beside the platform."""
    return replace(web_tool, verifier_outgoing=host)


@dataclass(kw_only=True)
class Learner:
    """A learner at their browser."""

    browser: FlaskClient
    host: FakeHost

    def name(self, address: str = "backpack.example") -> TestResponse:
        """The page after naming a host."""
        return self.browser.post("/my/places", data={"address": address}, headers=FROM_US)

    def way(self, address: str = "backpack.example") -> str:
        """The address at the host to which the page leads on."""
        page = self.name(address)
        found = re.search(r'class="button" href="(https?://[^"]+)"', page.text)
        assert page.status_code == 200 and found, page.text
        return unescape(found[1])

    def back(self, address: str) -> TestResponse:
        """The page to which the host sends them back."""
        assert address.startswith(f"{SITE}/")
        return self.browser.get(address.removeprefix(SITE), headers={"Sec-Fetch-Site": "cross-site"})

    def connect(self, **changes: str | None) -> TestResponse:
        """Names the host, lets the tool in there, and comes back."""
        return self.back(self.host.let_in(self.way(), **changes))

    def press(self, path: str, **form: str | int) -> TestResponse:
        return self.browser.post(f"/my/places/1/{path}", data=form, headers=FROM_US)


@pytest.fixture
def learner(app, anna, annas_badge, web_tool, host) -> Learner:  # noqa: F811
    return Learner(browser=signed_in(app, web_tool, ADDRESS), host=host)
