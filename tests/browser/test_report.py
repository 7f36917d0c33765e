"""The report on a badge: what is proven is open, what is only claimed is closed behind a warning."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from badges.sd_jwt.issuing import confirm_key, secure_vc_sd_jwt
from signing.did import did_key
from signing.keys import SigningKey, generate
from signing.sd_jwt.compact import split
from tests.attacks.stranger import BADGE_ID, Stranger, subject
from tests.browser.page_checks import find_faults
from tests.browser.people import drop_file

NARRATIVE = """Anna has to:

1. **read** the course, and pass its quiz
2. weld a frame, see [the drawing](https://school.example/frame)

Tools and `safety glasses` are provided."""


def badge() -> dict[str, object]:
    """A sound badge of a school that this site does not know."""
    evidence = {"type": ["Evidence"], "name": "The frame", "narrative": "Photographed *by* the teacher."}
    content = {
        "id": BADGE_ID,
        "name": "Welding",
        "evidence": [evidence],
        "credentialSubject": subject("Welding", "Welds steel frames.", NARRATIVE),
    }
    return json.loads(Stranger().secure("OpenBadgeCredential", "School of Welding", content))


def shown_in_part() -> str:
    """A badge of that school as an SD-JWT without the name of its holder, who has not signed that they show it."""
    private = generate("P-256")
    did = did_key(private.public_key())
    key = SigningKey(
        verification_method=f"{did}#{did.removeprefix('did:key:')}", kid="school", private=private
    )
    about = subject("Welding", "Welds steel frames.", NARRATIVE)
    about["identifier"] = [
        {"type": "IdentityObject", "hashed": False, "identityHash": "Anna " * 30, "identityType": "name"}
    ]
    unsigned_badge = badge() | {"issuer": {"id": did, "type": ["Profile"], "name": "School of Welding"}}
    content = {name: part for name, part in unsigned_badge.items() if name != "proof"}
    content |= {"credentialSubject": about}
    secured = secure_vc_sd_jwt(content, confirm_key(did), key, datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    return split(secured.text).jwt + "~"


def plain_picture() -> bytes:
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    return picture.getvalue()


def forged() -> dict[str, object]:
    return badge() | {"name": "Brain surgery"}


def unsigned() -> dict[str, object]:
    return {name: value for name, value in badge().items() if name != "proof"}


@pytest.mark.parametrize("language", ["en", "lv"])
def test_what_is_not_proven_is_closed_until_somebody_opens_it(people, demo, language):
    with people(locale="lv-LV" if language == "lv" else "en-GB") as darbs:
        for name, data in (("unknown-issuer", badge()), ("forged", forged()), ("unsigned", unsigned())):
            darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
            drop_file(darbs.page, "badge.json", json.dumps(data).encode(), "application/json")
            darbs.page.locator(".verdict h1").wait_for()
            claims = darbs.page.get_by_text("Welds steel frames.")
            if name == "unknown-issuer":
                expect(claims).to_be_visible()
            else:
                expect(claims).to_be_hidden()
                darbs.page.locator("details.claimed > summary").click()
                expect(claims).to_be_visible()
            assert find_faults(darbs, f"report-{name}-{language}") == []


@pytest.mark.parametrize("language", ["de", "el"])
def test_a_verdict_is_read_in_a_language_that_pages_do_not_have(people, demo, language):
    """All of it, and the reviewed answers below: in another script too, and on a phone."""
    with people(locale="en-GB") as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
        drop_file(darbs.page, "badge.json", json.dumps(badge()).encode(), "application/json")
        expect(darbs.page.locator(f".verdict h1[lang={language}]")).to_be_visible()
        expect(darbs.page.locator(f"ul.lights h2 bdi[lang={language}]")).to_have_count(4)
        darbs.page.locator("ul.lights + details > summary").click()
        expect(darbs.page.get_by_text("Is it still valid?")).to_be_visible()
        assert find_faults(darbs, f"report-verdict-in-{language}-en") == []


def test_what_was_left_out_is_said_and_not_held_against_anybody(people, demo):
    said = {
        "en": ("A name or an e-mail address of the learner was left out", "it may be a copy"),
        "lv": ("Nav parādīts saņēmēja vārds", "tā var būt kopija"),
    }
    for language, sentences in said.items():
        with people(locale="lv-LV" if language == "lv" else "en-GB") as darbs:
            darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
            drop_file(darbs.page, "badge.txt", shown_in_part().encode(), "text/plain")
            darbs.page.locator(".verdict h1").wait_for()
            for sentence in sentences:
                expect(darbs.page.get_by_text(sentence)).to_be_visible()
            assert find_faults(darbs, f"report-shown-in-part-{language}") == []


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_plain_picture_has_no_badge_in_it(people, demo, language):
    with people(locale="lv-LV" if language == "lv" else "en-GB") as darbs:
        darbs.page.goto(f"{demo.tool_url}/verify?lang={language}")
        drop_file(darbs.page, "photo.png", plain_picture())
        headline = "There is no badge in this file" if language == "en" else "Šajā datnē nav nozīmītes"
        expect(darbs.page.locator(".verdict h1")).to_have_text(headline)
        assert find_faults(darbs, f"report-plain-{language}") == []
