"""Whatever people write in a template, and are called: each wallet gets it as it was written, in each form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lti_tool.wiring import Tool
from tests.fixtures import change_issuer, learner
from tests.interop.conftest import OtherLibraries, running_program
from tests.interop.test_wallets import RunningTool, running_tool, take, wallets

__all__ = ["take", "wallets"]

#: What readers trip over: letters of several bytes, text from right to left, what is a character in HTML, braces,
#: quotation marks, and what a form or an address would take apart.
NAME = "Datu pratība 🎓 אוריינות &copy=1 {a} \"b\" 'c' 4 < 5 > 3 \\n %7B"
LONG = f"{NAME} &section=2 }} ]]> ".ljust(60) * 60
FIELDS = {
    "name": {"en": NAME[:100], "lv": NAME[:100]},
    "description": {"en": LONG[:900], "lv": LONG[:900]},
    "criteria": {"en": LONG[:4096].strip(), "lv": LONG[:4096].strip()},
}
PERSON = learner(7, name="Žanna {Šķēle} &copy=1 אנה <b>🙂</b>", email="zanna@example.org")
ISSUER = "Rīgas koledža {1} &copy=2 ירושלים 🏫"


def prepare(tool: Tool) -> None:
    change_issuer(tool, name=ISSUER)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTool]:
    yield from running_tool(tmp_path_factory.mktemp("words"), PERSON, prepare, **FIELDS)


def says_all(credential: Any, running: RunningTool) -> bool:
    own, subject = running.own_badge()["credentialSubject"], credential["credentialSubject"]
    return own["achievement"] == subject["achievement"] and own["identifier"] == subject["identifier"]


def test_they_are_signed_as_they_were_written(running):
    subject = running.own_badge()["credentialSubject"]
    assert subject["achievement"]["name"] == NAME[:100]
    assert subject["achievement"]["criteria"]["narrative"].startswith(FIELDS["criteria"]["en"])
    assert PERSON.name in json.dumps(subject["identifier"], ensure_ascii=False)
    assert running.own_badge()["issuer"]["name"] == ISSUER


@pytest.mark.parametrize(
    ("client", "how"),
    [("openid4vc", {}), ("digitalbazaar", {"oid4vciVersion": "detect"}), ("sphereon", {})],
)
def test_as_json(running, take, client, how):
    assert take(client, "ob3-json", **how).get("credentials") == [running.own_badge()]


@pytest.mark.parametrize(
    ("client", "how"), [("openid4vc", {"binding": "did"}), ("sphereon", {"bound": True})]
)
def test_as_json_that_is_bound(running, take, client, how):
    (credential,) = take(client, "ob3-json-bound", **how)["credentials"]
    assert says_all(credential, running)
    assert running.tool.verify_own(json.dumps(credential)).verdict == "verified"


@pytest.mark.parametrize("configuration", ["ob3-sdjwt", "ob3-w3c-sdjwt"])
def test_as_an_sd_jwt_that_credo_keeps(running, credo_wallet, configuration):
    text = credo_wallet("take", link=running.offer(configuration).link)["text"]
    report = running.tool.verify_own(text)
    assert report.verdict == "verified" and says_all(report.credential, running)


@pytest.fixture(scope="module")
def credo_wallet(running: RunningTool) -> Iterator[OtherLibraries]:
    yield from running_program("credo.mjs", NODE_EXTRA_CA_CERTS=str(running.authority))
