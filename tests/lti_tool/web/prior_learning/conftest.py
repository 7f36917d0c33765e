"""A candidate at a browser, and the operators of the issuer at theirs."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.store.models import PriorLearningApplication
from tests import prior_learning as steps
from tests.fixtures import rows
from tests.lti_tool.web.conftest import FROM_US, browser_of
from tests.lti_tool.web.learner.test_mine import mailed_code
from tests.lti_tool.web.operator.conftest import invited, join, new_browser  # noqa: F401


@dataclass(kw_only=True)
class CandidateAt:
    """Somebody at a browser of their own who has learned something elsewhere."""

    browser: FlaskClient
    tool: Any
    address: str = steps.ADDRESS
    key: str = ""

    def get(self, page: str = "") -> TestResponse:
        """A page of their application."""
        return self.browser.get(f"/my/prior-learning/{self.key}/{page}".rstrip("/"))

    def send(self, address: str, /, **form: Any) -> TestResponse:
        return self.browser.post(address, data=form, headers=FROM_US)

    def press(self, act: str, /, **form: Any) -> TestResponse:
        """A form of a page of their application."""
        return self.send(f"/my/prior-learning/{self.key}/{act}", **form)

    def sign_in(self, offer_id: int) -> TestResponse:
        """Types the code that was mailed to their address."""
        asked = self.send(f"/prior-learning/{offer_id}/code", address=self.address)
        assert self.address in asked.text
        return self.send(
            f"/prior-learning/{offer_id}/session", address=self.address, code=mailed_code(self.tool)
        )

    def begin(self, offer_id: int, name: str = steps.NAME) -> TestResponse:
        begun = self.send(f"/prior-learning/{offer_id}/begin", name=name)
        if begun.status_code == 303:
            self.key = begun.location.split("/my/prior-learning/")[1].split("/")[0]
        return begun

    def answer(self, finish: str = "yes") -> TestResponse:
        said = {f"answer-{number}": "yes" for number in range(1, steps.OUTCOMES + 1)}
        return self.press("identification", finish=finish, **said)

    def add_file(self, content: bytes = steps.PDF, name: str = "diploma.pdf", **form: Any) -> TestResponse:
        return self.press(
            "items/file", title="Diploma", outcomes="1", file=(io.BytesIO(content), name), **form
        )

    def hand_in(self, offer_id: int) -> None:
        """Does everything up to there."""
        self.sign_in(offer_id)
        for page in (self.begin(offer_id), self.answer(), self.add_file(), self.press("hand-in")):
            assert page.status_code == 303, page.text


@pytest.fixture
def offer_id(web_tool, published) -> int:
    return steps.offer(web_tool, published)


@pytest.fixture
def candidate(app, web_tool) -> CandidateAt:
    return CandidateAt(browser=browser_of(app), tool=web_tool)


@pytest.fixture
def another_candidate(app, web_tool) -> CandidateAt:
    return CandidateAt(browser=browser_of(app), tool=web_tool, address="karlis@example.org")


def page_of(tool, key: str, slug: str = "") -> str:
    """Where operators have an application."""
    return f"/operator/issuers/{slug or tool.issuer.profile.slug}/prior-learning/applications/{key}"


def assessment(*met: bool, identity: str = "document", name: str = steps.NAME) -> dict[str, str]:
    """What an assessor sends; where only one is given, it is said of every learning outcome."""
    all_met = met if len(met) > 1 else met * steps.OUTCOMES
    form = {f"met-{number}": "yes" if each else "no" for number, each in enumerate(all_met, 1)}
    form |= {f"words-{number}": f"Because of {number}." for number in range(1, steps.OUTCOMES + 1)}
    return form | {"identity": identity, "name": name}


def the_application(tool) -> PriorLearningApplication:
    (row,) = rows(tool, PriorLearningApplication)
    return row
