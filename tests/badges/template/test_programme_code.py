"""The code of a Latvian programme says its kind, its level and its form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from badges.eu import elements
from badges.issuer import IssuerProfile
from badges.quality.evaluation import evaluate
from badges.template.model import NOT_APPLICABLE, Level, Template
from badges.template.programme_code import proposed_changes, read_programme_code
from badges.vocabularies import vocabulary


def with_code(template: Template, code: str | None) -> Template:
    return replace(template, quality=replace(template.quality, programme_code=code))


@pytest.mark.parametrize(
    ("text", "kind", "level", "form"),
    [
        ("30P 522 00 1", "30P", 4, "presential"),
        ("30p522001", "30P", 4, "presential"),
        ("33 484 01 1", "33", 4, "presential"),
        ("35b 812 02 3", "35b", 4, "blended"),
        ("20T 811 03 1", "20T", 3, "presential"),
        ("30T 344 02 4", "30T", 4, "online"),
        ("31016011", "31", 4, "presential"),
        ("20P 345 00 1", "20P", None, "presential"),
        ("41 343", "41", 5, None),
        ("43484", "43", 6, None),
        ("47-345", "47", 7, None),
        ("51 310", "51", 8, None),
    ],
)
def test_a_code_says_kind_level_and_form(text: str, kind: str, level: int | None, form: str | None) -> None:
    code = read_programme_code(text)
    assert code is not None
    assert (code.kind.code, code.level, code.form) == (kind, level, form)


@pytest.mark.parametrize(
    "text",
    ["foo", "", None, "30P", "30P 522", "99 484 01 1", "30X 522 00 1", "30P 522 00 1 7", "３０P 522 00 1"],
)
def test_what_is_no_code_says_nothing(text: str | None) -> None:
    assert read_programme_code(text) is None


def test_forms_and_levels_are_those_of_the_lists() -> None:
    for kind in vocabulary("programme_kinds"):
        assert kind.more.get("level", "1") in vocabulary("lki")
        assert kind.more.get("usual_level", "1") in vocabulary("lki")
    for digit in "1234":
        code = read_programme_code(f"33 484 01 {digit}")
        assert code is not None and code.form in vocabulary("modes_of_participation")


def test_level_and_form_are_proposed_where_the_template_says_otherwise(solar: Template) -> None:
    bare = replace(with_code(solar, "33 484 01 1"), level=None, lki_level=None, forms_of_participation=())
    assert proposed_changes(bare) == {
        "level": {"framework": "EQF", "value": 4},
        "lki_level": 4,
        "forms_of_participation": ["presential"],
    }
    stated = replace(bare, level=Level(value=4), lki_level=4, forms_of_participation=("presential", "online"))
    assert proposed_changes(stated) == {}
    assert proposed_changes(with_code(bare, "foo")) == proposed_changes(with_code(bare, None)) == {}


def test_what_is_no_programme_code_is_not_published_in_latvia(solar: Template, issuer: IssuerProfile) -> None:
    wrong = with_code(solar, "foo")
    assert elements.missing(wrong, issuer) == ("level",)
    assert evaluate("latvia", wrong, issuer).failed == ("programme-code",)
    # Codes of programmes of other countries have other forms.
    assert elements.missing(wrong, replace(issuer, country="EE")) == ()


def test_a_level_that_no_programme_with_the_code_has_does_not_fit(
    solar: Template, issuer: IssuerProfile
) -> None:
    module = with_code(solar, "33 484 01 1")
    assert evaluate("latvia", module, issuer).passes
    assert evaluate("latvia", with_code(solar, "47 345"), issuer).failed == ("programme-level",)
    none = replace(with_code(solar, "47 345"), level=NOT_APPLICABLE, lki_level=None)
    assert evaluate("latvia", none, issuer).passes
    # Further education has no level of its own.
    other = replace(with_code(solar, "30P 522 00 1"), level=Level(value=5), lki_level=5)
    assert evaluate("latvia", other, issuer).passes
