"""What is asked of translations that none of us reads is found where it is broken on purpose."""

from __future__ import annotations

import pytest

from tests.translations import faults

ENGLISH = "%(issuer)s has awarded you the badge “%(name)s”."
GERMAN = "%(issuer)s hat Ihnen das Badge „%(name)s“ verliehen."


def test_a_good_translation_has_no_fault() -> None:
    assert faults(ENGLISH, GERMAN, "de") == []
    assert faults("Code", "Code", "de") == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("", "is empty"),
        (ENGLISH, "is English"),
        (GERMAN.replace("(name)", "(nam)"), "has other places"),
        (GERMAN.replace(" das ", "  das "), "has two spaces"),
        (GERMAN + " ", "has two spaces"),
        (GERMAN.replace("„", "“"), "has other quotation marks"),
        (GERMAN.replace("“", ""), "has other quotation marks"),
        (GERMAN.replace("„", '"').replace("“", '"'), "has other quotation marks"),
        (GERMAN.replace(" hat ", " hat" * 40 + " "), "is too long"),
        (GERMAN.replace("Badge", "B\u0430dge"), "mixes scripts"),
        (GERMAN.replace("Badge", "Ba\u0308dge"), "is not NFC"),
        (GERMAN.removesuffix("."), "ends otherwise"),
    ],
)
def test_a_broken_one_is_found(broken: str, fault: str) -> None:
    assert fault in faults(ENGLISH, broken, "de")
