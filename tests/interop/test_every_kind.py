"""Every outside judge about every kind of credential that the tool signs, in every form that the judge knows.

What a judge cannot do by its nature stands in `CANNOT` with the reason it gives: so the table hides nothing, and a test
fails once the library has learned it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import png
import pytest
from openbadgeslib import baking
from pypdf import PdfReader

from tests.interop.conftest import Programs
from tests.interop.judges import (
    ACHIEVEMENT,
    ENDORSEMENT,
    JSON,
    JUDGES,
    PART,
    TOKEN,
    Judge,
    Published,
    document_in,
    packed,
    unpacked,
)
from tests.interop.kinds import FORMS, KINDS, Made, make_all, running_tool
from tests.shacl_shapes import europass_shapes

SETTINGS: dict[str, dict[str, Any]] = {
    "ES256": {"selective_disclosure": True},
    "RS256": {"jwt_algorithm": "RS256"},
}
BADGES = [kind for kind, type_ in KINDS.items() if type_ == ACHIEVEMENT]
#: Judge, type of credentials and form that it refuses, and a part of the reason that it gives.
CANNOT = [
    # They do not know ecdsa-sd-2023,
    ("verifier-core", ACHIEVEMENT, PART, "invalid_signature"),
    ("Learner Credential Wallet", ACHIEVEMENT, PART, "invalid_signature"),
    # and the library that does knows fixed contexts alone.
    ("openbadgeslib, JSON", ACHIEVEMENT, PART, "allowlist"),
    # It reads badges alone,
    ("openbadgeslib, JSON", ENDORSEMENT, JSON, "not an OpenBadgeCredential"),
    ("openbadgeslib, token", ENDORSEMENT, TOKEN, "not an OpenBadgeCredential"),
    # and each schema one type.
    ("schema, strict", ENDORSEMENT, JSON, "EndorsementCredential"),
    ("schema, lenient", ENDORSEMENT, JSON, "EndorsementCredential"),
    ("schema, of either data model", ENDORSEMENT, JSON, "not valid under any of the given schemas"),
    ("schema, of endorsements", ACHIEVEMENT, JSON, "OpenBadgeCredential"),
]


@pytest.fixture(scope="module")
def made_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """A function that gives everything, made in a setting; once each."""

    def make(setting: str) -> Made:
        with running_tool(tmp_path_factory.mktemp("tool"), **SETTINGS[setting]) as tool:
            return make_all(tool)

    return cache(make)


@pytest.fixture(scope="module")
def made(made_with: Callable[[str], Made]) -> Made:
    return made_with("ES256")


def cases(*, of: Callable[[Judge], bool] = lambda judge: True) -> list[tuple[str, str, str]]:
    """Each judge, kind and form that go together."""
    return [
        (name, kind, form)
        for name, judge in JUDGES.items()
        if of(judge)
        for kind, type_ in KINDS.items()
        for form in FORMS[type_]
        if type_ in judge.types and form in judge.forms
    ]


def _knows_rsa(judge: Judge) -> bool:
    return judge.checks_signatures and "RS256" in judge.algorithms


def refusal(judge: str, programs: Programs, published: Published, text: str) -> str:
    """Why the judge does not accept the text, also where it cannot even read it; "" where it accepts it."""
    try:
        return JUDGES[judge].verdict(programs, published, text)
    except Exception as error:  # noqa: BLE001 - theirs
        return str(error) or type(error).__name__


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(("judge", "kind", "form"), cases())
def test_it_accepts_what_the_tool_made(programs, made, judge, kind, form):
    assert JUDGES[judge].verdict(programs, made.published, made.texts[kind][form]) == ""


@pytest.mark.parametrize(
    ("judge", "kind"), [(judge, kind) for judge, kind, form in cases(of=_knows_rsa) if form == TOKEN]
)
def test_it_accepts_a_token_by_rsa(programs, made_with, judge, kind):
    made = made_with("RS256")
    assert JUDGES[judge].verdict(programs, made.published, made.texts[kind][TOKEN]) == ""


@pytest.mark.parametrize(("judge", "kind", "form"), cases(of=lambda judge: judge.checks_signatures))
@pytest.mark.parametrize("where", ["content", "signature"])
def test_it_refuses_one_changed_byte(programs, made, judge, kind, form, where):
    changed = CHANGES[where](made.texts[kind][form])
    assert changed != made.texts[kind][form] and len(changed) == len(made.texts[kind][form])
    assert refusal(judge, programs, made.published, changed) != ""


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(("judge", "kind", "form"), cases(of=lambda judge: not judge.checks_signatures))
def test_who_knows_the_form_alone_refuses_a_changed_byte_of_it(programs, made, judge, kind, form):
    changed = _with_document(made.texts[kind][form], b'Subject"', b'Subjecs"')
    assert refusal(judge, programs, made.published, changed) != ""


@pytest.mark.parametrize(("judge", "kind", "form"), cases(of=lambda judge: judge.reads_status))
def test_it_sees_that_it_was_revoked(programs, made, judge, kind, form):
    assert refusal(judge, programs, made.revoked, made.texts[kind][form]) != ""


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(("judge", "type_", "form", "reason"), CANNOT)
def test_it_cannot_judge(programs, made, judge, type_, form, reason):
    for kind in (kind for kind, each in KINDS.items() if each == type_):
        assert reason in refusal(judge, programs, made.published, made.texts[kind][form])


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("judge", JUDGES)
def test_a_form_that_it_does_not_know_is_never_accepted(programs, made, judge):
    """So nothing that is missing in the table is only left out of it."""
    known = {
        form for other in JUDGES.values() if other.verdict == JUDGES[judge].verdict for form in other.forms
    }
    accepted = [
        (kind, form)
        for kind, texts in made.texts.items()
        for form, text in texts.items()
        if (form not in known or KINDS[kind] not in JUDGES[judge].types)
        and refusal(judge, programs, made.published, text) == ""
    ]
    assert accepted == []


def _content_changed(text: str) -> str:
    """Another letter in the name of what is awarded, or in the comment of an endorsement."""
    document = document_in(text)
    subject = document["credentialSubject"]
    word = (
        subject["endorsementComment"] if "endorsementComment" in subject else subject["achievement"]["name"]
    )
    before = json.dumps(word, ensure_ascii=False)[:-1].encode()
    return _with_document(text, before, before[:-1] + bytes([before[-1] ^ 1]))


def _with_document(text: str, before: bytes, after: bytes) -> str:
    """The text with other bytes in its JSON, or in the payload of its token."""
    if text.startswith("{"):
        changed = text.encode().replace(before, after, 1)
        return changed.decode()
    head, payload, rest = text.split(".", 2)
    return f"{head}.{packed(unpacked(payload).replace(before, after, 1))}.{rest}"


def _signature_changed(text: str) -> str:
    """Another character in the middle of the last signature."""
    end = text.rindex('"', 0, text.rindex('"}')) + 40 if text.startswith("{") else text.rindex(".") + 20
    return text[:end] + ("A" if text[end] != "A" else "B") + text[end + 1 :]


CHANGES = {"content": _content_changed, "signature": _signature_changed}


# --- Files


@pytest.mark.parametrize("kind", BADGES)
def test_pictures_and_certificate_have_the_badge_in_them(made, kind):
    files, text = made.files[kind], made.texts[kind][JSON]
    assert baking.extract_png(files.png, keyword=baking.ITXT_KEYWORD_OB3) == text
    assert baking.extract_svg(files.svg, element=baking.SVG_ELEMENT_OB3, text_fallback=True) == text
    (attached,) = PdfReader(io.BytesIO(files.pdf)).attachments["credential.json"]
    assert attached.decode() == text


@pytest.mark.parametrize("kind", BADGES)
def test_one_changed_byte_in_a_picture_is_seen(programs, made, kind):
    """In a PNG by who reads it, in an SVG by who judges what was read."""
    before, after = b'AchievementSubject"', b'AchievementSubjecs"'
    with pytest.raises(png.ChunkError):
        baking.extract_png(made.files[kind].png.replace(before, after, 1), keyword=baking.ITXT_KEYWORD_OB3)
    changed = made.files[kind].svg.replace(before, after, 1)
    text = baking.extract_svg(changed, element=baking.SVG_ELEMENT_OB3, text_fallback=True)
    assert refusal("@digitalbazaar/vc", programs, made.published, text) != ""


@pytest.mark.parametrize("kind", BADGES)
def test_the_european_credential_conforms_to_the_official_shapes(made, shared, kind):
    european = made.files[kind].european
    conforms = europass_shapes(shared / "data/eu")
    assert conforms(european)
    assert not conforms({name: value for name, value in european.items() if name != "issuer"})
