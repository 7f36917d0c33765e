"""The 11 mandatory and 5 optional elements: what a template lacks, and what a credential has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.credential import Learner
from badges.eu import elements, readers
from badges.eu.annex_1 import ELEMENTS
from badges.in_words import hours_in_words
from badges.issuer import IssuerProfile
from badges.template.model import Template
from badges.template.values import Assessment
from signing.json_text import Json

Build = Callable[..., Json]


def test_there_are_eleven_mandatory_and_five_optional_elements() -> None:
    assert [element.number for element in ELEMENTS] == list(range(1, 17))
    assert [element.mandatory for element in ELEMENTS] == [True] * 11 + [False] * 5
    assert all(element.label.keys() == {"en", "lv"} for element in ELEMENTS)


def test_nothing_is_missing_from_the_shipped_templates(
    solar: Template, data_literacy: Template, issuer: IssuerProfile
) -> None:
    assert elements.missing(solar, issuer) == elements.missing(data_literacy, issuer) == ()


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ({"name": {}}, "title"),
        ({"learning_outcomes": ()}, "learning_outcomes"),
        ({"workload_hours": None}, "notional_workload"),
        ({"level": None}, "level"),
        ({"assessments": ()}, "type_of_assessment"),
        ({"forms_of_participation": ()}, "form_of_participation"),
        ({"types_of_quality_assurance": ()}, "type_of_quality_assurance"),
    ],
)
def test_a_missing_element_is_named(
    solar: Template, issuer: IssuerProfile, without: dict[str, Any], code: str
) -> None:
    assert elements.missing(replace(solar, **without), issuer) == (code,)
    assert code in {element.code for element in ELEMENTS if element.mandatory}


def test_the_issuer_has_to_have_a_country_and_a_legal_name(solar: Template, issuer: IssuerProfile) -> None:
    bare = replace(issuer, country=None, legal_name={})
    assert elements.missing(solar, bare) == ("country", "awarding_body")


def test_a_level_that_does_not_apply_is_not_missing_but_a_value(
    solar: Template, issuer: IssuerProfile, built: Build
) -> None:
    unlevelled = replace(solar, level="not-applicable", lki_level=None)
    assert elements.missing(unlevelled, issuer) == ()
    assert read(built(unlevelled))["level"] == [{"en": "not applicable", "lv": "nav attiecināms"}]


def read(credential: Json) -> dict[str, list[Any]]:
    return {
        reading.element.code: [dict(text) for text in reading.values] for reading in elements.read(credential)
    }


def test_all_sixteen_elements_are_read_from_a_full_badge(solar: Template, built: Build) -> None:
    found = read(built(solar))
    assert list(found) == [element.code for element in ELEMENTS]
    assert found["learner"][0] == {"und": "Anna Bērziņa"}
    assert found["title"] == [dict(solar.name)]
    assert found["country"][0].items() >= {"en": "Latvia", "lv": "Latvija", "de": "Lettland"}.items()
    assert found["awarding_body"] == [{"en": "Riga College", "lv": "Rīgas koledža"}]
    assert found["date_of_issuing"] == [{"en": "20 November 2026", "lv": "2026. gada 20. novembris"}]
    assert found["learning_outcomes"] == [dict(outcome.text) for outcome in solar.learning_outcomes]
    assert found["notional_workload"] == [{"en": "40 hours", "lv": "40 stundas"}]
    assert found["level"] == [
        {"en": "EQF: Level 4", "lv": "EKI: 4. līmenis"},
        {"en": "LQF Level 4", "lv": "LKI 4. līmenis"},
    ]
    assert found["grade"] == [
        {"en": "86 %", "lv": "86 %"},
        {
            "en": "Date of the assessment: 19 November 2026",
            "lv": "Novērtēšanas datums: 2026. gada 19. novembris",
        },
    ]
    assert found["type_of_assessment"][0]["lv"] == "Elektrodrošības tests: tests (viktorīna), tiešsaistē"
    assert [text["en"] for text in found["supervision"]] == [
        "Electrical safety test: Unsupervised without ID Verification",
        "Practical examination at the training stand: Supervised with ID Verification",
    ]
    assert found["prerequisites"] == [dict(solar.prerequisites)]


def test_credits_and_cycle_are_read_from_a_badge_of_higher_education(
    data_literacy: Template, built: Build
) -> None:
    found = read(built(data_literacy))
    assert found["notional_workload"][1] == {"en": "3 ECTS", "lv": "3 ECTS"}
    assert found["level"][2]["lv"] == "otrais cikls (maģistra)"


def test_name_description_and_criteria_are_read_in_every_language(solar: Template, built: Build) -> None:
    for language in ("en", "lv"):
        credential = built(solar, language=language)
        assert readers.name(credential) == solar.name
        assert readers.description(credential) == solar.description
        assert readers.criteria(credential) == solar.criteria
    achievement = credential["credentialSubject"]["achievement"]
    for term in ("title", "summary", "requirement"):
        del achievement[term]
    assert readers.name(credential) == {"lv": solar.name["lv"]}
    del achievement["inLanguage"]
    achievement["criteria"]["narrative"] = "Nokārtot testu."
    assert readers.criteria(credential) == {"und": "Nokārtot testu."}
    assert readers.name({}) == readers.description({}) == readers.criteria({}) == {}


def test_an_absent_element_has_no_values(solar: Template, built: Build) -> None:
    bare = replace(
        solar,
        prerequisites={},
        assessments=(Assessment(type="quiz"),),
        stackability=None,
        part_of=(),
        further_information={},
    )
    found = read(built(bare, score=None, learner=Learner(name="Anna")))
    assert not {"prerequisites", "supervision", "grade", "stackability", "further_information"} & found.keys()
    assert found["learner"] == [{"und": "Anna"}]


@pytest.mark.parametrize(
    ("hours", "english", "latvian"),
    [
        ("1", "1 hour", "1 stunda"),
        ("11", "11 hours", "11 stundas"),
        ("21", "21 hours", "21 stunda"),
        ("40", "40 hours", "40 stundas"),
        ("100", "100 hours", "100 stundas"),
        ("1.5", "1.5 hours", "1,5 stundas"),
    ],
)
def test_hours_have_the_right_plural(hours: str, english: str, latvian: str) -> None:
    assert hours_in_words(Decimal(hours)) == {"en": english, "lv": latvian}


junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.builds(list)
    | st.builds(lambda: {"en": 1})
    | st.builds(lambda: [[]])
)


@given(data=st.data())
def test_a_credential_with_anything_in_it_can_be_read(
    data: st.DataObject, data_literacy: Template, built: Build
) -> None:
    credential = built(data_literacy)
    for _ in range(3):
        holder, key = data.draw(st.sampled_from(members(credential)))
        holder[key] = data.draw(junk)
    for reading in elements.read(credential):
        assert all(isinstance(text, str) for value in reading.values for text in value.values())


def members(value: Any) -> list[tuple[Any, Any]]:
    """Every member and item of the document, as pairs of its container and its key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [member for key, item in inner for member in ((value, key), *members(item))]
