"""The description of the verifier for programs is sound, and true."""

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from lti_tool.web.public import batch, verifier
from tests.lti_tool.web.public.test_batch import hand_in, png  # noqa: F401  # fixtures

JSON = {"Accept": "application/json"}


@pytest.fixture
def description(browser):
    answer = browser.get("/openapi.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.json


@pytest.fixture
def fits(description):
    """Checks an answer by what the description has for its status."""

    def fits(answer):
        described = description["paths"]["/verify"]["post"]["responses"][str(answer.status_code)]
        assert set(described.get("headers", {})) <= set(answer.headers.keys())
        schema = described["content"]["application/json"]["schema"]
        Draft202012Validator(schema | {"components": description["components"]}).validate(answer.json)

    return fits


def test_the_description_follows_its_specification(description):
    validate(description)
    assert description["servers"] == [{"url": "https://badges.example.org"}]


def test_what_is_answered_is_as_described(fits, browser, hand_in, png, annas_badge):  # noqa: F811
    badge = browser.get(f"/badges/{annas_badge}.json").text
    for body in (badge, "nothing", ""):
        fits(browser.post("/verify", data=body, headers=JSON))
        fits(browser.post("/verify", data={"text": body}, headers=JSON))
    fits(hand_in(("a.png", png), ("b.txt", b"x"), **JSON))
    refused = browser.post("/verify", data=b"x" * (verifier.MAX_BYTES + 1), headers=JSON)
    assert refused.status_code == 413
    fits(refused)


def test_who_is_refused_is_told_when_to_come_again(fits, hand_in, png, monkeypatch):  # noqa: F811
    monkeypatch.setattr(batch._running, "_value", 0)
    busy = hand_in(("a.png", png), ("b.txt", b"x"), **JSON)
    assert busy.status_code == 503
    fits(busy)


def test_the_limits_are_those_in_force(description):
    text = description["paths"]["/verify"]["post"]["description"]
    for number in (60, 200, 100, verifier.MAX_BYTES, batch.MOST_BYTES):
        assert f"{number:,}" in text
