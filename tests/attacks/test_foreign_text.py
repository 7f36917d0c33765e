"""The words of other issuers stand apart from ours, and what is seen of them is all that there is."""

import json
import re

import pytest

from badges.readable import MAX_MARKS
from badges.template.model import read_template
from badges.verify.report import Check, Report
from badges.verify.report_text import report_as_lines
from lti_tool.platforms.claims import words
from tests.attacks.foreign_text import UNSEEN, hostile_badge
from tests.fixtures import template_data


@pytest.fixture(scope="module")
def hostile():
    return hostile_badge()


def sound(badge):
    return badge


def changed(badge):
    return badge.replace(b'"did:example:anna"', b'"did:example:mallory"')


def signed_by_another(badge):
    """The same, but it names an issuer whose key did not sign it."""
    data = json.loads(badge)
    data["issuer"]["id"] = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    return json.dumps(data).encode()


@pytest.mark.parametrize("change", [sound, changed, signed_by_another])
def test_no_word_of_the_badge_is_inside_a_sentence_of_ours(browser, hostile, change):
    page = browser.post("/verify", data={"text": change(hostile).decode()})
    words = page.text
    assert page.status_code == 200
    for character in UNSEEN:
        assert character not in words
    assert "\u0336" * (MAX_MARKS + 1) not in words
    # A stranger's "</bdi>" is escaped, so the next one ends what is theirs.
    ours = re.sub(r"<bdi\b[^>]*>.*?</bdi>", "", words, flags=re.DOTALL)
    assert "trusted by this site" in words
    assert "trusted by this site" not in ours and "WWW" not in ours


def test_markdown_of_a_stranger_draws_nothing_and_leads_nowhere(browser, hostile):
    page = browser.post("/verify", data={"text": hostile.decode()}).text
    theirs = " ".join(re.findall(r"<bdi\b[^>]*>(.*?)</bdi>", page, re.DOTALL))
    assert "<strong>Riga College</strong>" in theirs
    assert "Log in (https://mallory.example/login)" in theirs
    assert "seal (https://mallory.example/seal.png)" in theirs
    assert set(re.findall(r"</?(\w+)", theirs)) <= {"strong", "em", "code", "br"}
    assert "<h1>trusted" not in page and 'src="x' not in page and "javascript:alert" in page
    assert 'href="https://mallory.example' not in page and "&amp;#x202e;" in page


def test_a_name_as_long_as_a_book_is_cut(browser, hostile):
    long = hostile.replace(b"DESCRIPTION", b"DESCRIPTION" + b" very" * 200_000)
    page = browser.post("/verify", data={"text": long.decode()})
    assert len(page.data) < 100_000


def test_a_terminal_gets_no_escape_sequences(hostile):
    check = Check(
        name="status", outcome="unknown", code="unreachable", detail="\x1b[2J\u202ehttps://a.example"
    )
    lines = "\n".join(report_as_lines(Report(verdict="unverifiable", checks=(check,), credential=None)))
    assert "\x1b" not in lines and "\u202e" not in lines and "https://a.example" in lines


def test_what_we_sign_has_no_unseen_character():
    data = template_data() | {"name": {"en": "Data\u200b lit\u00aderacy\u202e"}}
    assert read_template(data).name["en"] == "Data literacy"


def test_a_name_from_a_platform_has_no_unseen_character():
    assert words("An\u200bna \u202eBērziņa") == "Anna Bērziņa"
    assert words("\u200b\u202e") is None
