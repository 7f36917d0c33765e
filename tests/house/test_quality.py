"""Each file of badges/quality is a framework that can be used, and Annex I is the one the elements are held to."""

from __future__ import annotations

from pathlib import Path

import pytest

import badges.quality
from badges.eu.annex_1 import ELEMENTS
from badges.quality import FIELDS, LIGHTS, framework
from badges.template.declarations import Declarations
from badges.template.fields import fields_of

FILES = sorted(Path(badges.quality.__file__).parent.glob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_framework_fits(path: Path) -> None:
    found = framework(path.stem)
    assert found.title.keys() == {"en", "lv"} and found.source
    for rule in found.rules:
        assert rule.field in FIELDS
        assert (rule.demand is None) == (rule.field == "declarations")
        assert rule.strength != "stated" or rule.demand is None
        assert all(sentence.endswith(".") for sentence in rule.sentence.values())


def test_annex_1_asks_for_every_element() -> None:
    demanded: dict[str, set[str]] = {}
    for rule in framework("eu_annex_1").rules:
        demanded.setdefault(rule.code.partition(".")[0], set()).add(rule.strength)
    assert list(demanded) == [element.code for element in ELEMENTS]
    assert {code for code, strengths in demanded.items() if "must" in strengths} == {
        element.code for element in ELEMENTS if element.mandatory
    }


def test_whatever_can_be_stated_can_be_asked_about() -> None:
    assert {f"/quality/{field.name}" for field in fields_of(Declarations)} <= set(FIELDS.values())


def test_the_latvian_rules_say_what_the_regulations_have_of_each_element() -> None:
    found = framework("latvia").lights
    assert [one.element for one in found] == [element.code for element in ELEMENTS if element.mandatory]
    for one in found:
        assert list(one.by_unit_kind) == ["furtherEducation", "nonFormal"]
        for light in one.by_unit_kind.values():
            assert light.code in LIGHTS and light.regulation.keys() == light.sentence.keys() == {"en", "lv"}
    assert {light.code for one in found for light in one.by_unit_kind.values()} == set(LIGHTS)
    assert all(not framework(path.stem).lights for path in FILES if path.stem != "latvia")
