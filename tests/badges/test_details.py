"""Details: what is read from any credential, and what stands on the page of an achievement alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.details import published_details, signed_details
from badges.eu import elements
from badges.issuer import IssuerProfile
from badges.template.declarations import RECOGNITION, Declarations
from badges.template.model import Template
from badges.template.values import LargerCredential, QualityAssurance
from signing.json_text import Json

Build = Callable[..., Json]

DECLARED = Declarations(
    unit_kind="furtherEducation",
    programme_code="30P 713 00 1",
    licence="No. 17",
    purpose={"en": "To work safely"},
    cost={"en": "None"},
    guidance_url="https://riga-college.example/guidance",
    declarations={RECOGNITION: {"en": "As a module"}, "chea.capability": {"en": "Eleven workshops"}},
)


def english(details: Any) -> dict[str, list[str]]:
    return {
        detail.label["en"]: [
            next(iter({"en": "", **value}.values())) or value["und"] for value in detail.values
        ]
        for detail in details
    }


def test_code_licence_and_recognition_are_read_from_what_was_signed(solar: Template, built: Build) -> None:
    credential = built(replace(solar, quality=DECLARED), language="en")
    achievement = credential["credentialSubject"]["achievement"]
    assert achievement["humanCode"] == "30P 713 00 1"
    assert achievement["otherIdentifier"] == [
        {"type": "IdentifierEntry", "identifier": "No. 17", "identifierType": "ext:ProgrammeLicence"}
    ]
    assert english(signed_details(credential)) == {
        "Field of study": ["Electricity and energy"],
        "Skills (ESCO)": [
            "health and safety in the workplace",
            "check system parameters against reference values",
        ],
        "Formal or non-formal learning": ["formal learning"],
        "Type of unit in Latvian education": ["programme of professional further education"],
        "Programme code": ["30P 713 00 1"],
        "Programme licence": ["No. 17"],
        "Recognition": ["As a module"],
    }


def test_what_the_issuer_declares_for_all_holds_where_the_template_says_nothing(
    solar: Template, issuer: IssuerProfile, built: Build
) -> None:
    of_issuer = replace(issuer, quality=replace(DECLARED, licence="No. 1"))
    own = replace(solar, quality=Declarations(licence="No. 17"))
    signed = english(signed_details(built(own, issuer=of_issuer, language="en")))
    assert (signed["Programme licence"], signed["Programme code"]) == (["No. 17"], ["30P 713 00 1"])
    assert english(published_details(own, of_issuer, "course"))["Purpose"] == ["To work safely"]


def test_the_page_has_what_is_not_signed(solar: Template, issuer: IssuerProfile) -> None:
    template = replace(solar, quality=DECLARED)
    bare = replace(issuer, quality=Declarations())
    assert english(published_details(template, bare, "course")) == {
        "Purpose": ["To work safely"],
        "Page with guidance for learners": ["https://riga-college.example/guidance"],
        "Cost for the learner": ["None"],
    }
    assert english(published_details(template, bare, "quality")) == {
        "Why the provider is capable of offering it": ["Eleven workshops"]
    }


def test_a_texts_for_a_rule_that_no_framework_has_is_left_out(solar: Template, issuer: IssuerProfile) -> None:
    unknown = replace(solar, quality=Declarations(declarations={"mine.own": {"en": "x"}}))
    assert published_details(unknown, replace(issuer, quality=Declarations()), "quality") == ()


@pytest.mark.parametrize(
    ("zone", "first", "last"),
    [
        ("Europe/Riga", "from 1 June 2023", "until 31 May 2048"),
        ("UTC", "from 1 June 2023", "until 31 May 2048"),
    ],
)
def test_a_quality_assurance_says_its_entry_and_its_days(
    solar: Template, issuer: IssuerProfile, built: Build, zone: str, first: str, last: str
) -> None:
    assurance = QualityAssurance(
        code="esg",
        agency={"en": "Quality Agency"},
        register="DEQAR",
        reference="0000",
        valid_from=date(2023, 6, 1),
        valid_until=date(2048, 5, 31),
    )
    credential = built(
        replace(solar, types_of_quality_assurance=(assurance,)), issuer=replace(issuer, timezone=zone)
    )
    (text,) = values(credential, "type_of_quality_assurance")
    assert text["en"].endswith(f"(Quality Agency), DEQAR 0000, valid {first} {last}")
    assert text["lv"].endswith("DEQAR 0000, spēkā no 2023. gada 1. jūnija līdz 2048. gada 31. maijam")


def values(credential: Json, code: str) -> tuple[Any, ...]:
    return next((reading.values for reading in elements.read(credential) if reading.element.code == code), ())


def test_an_assessment_has_its_title_and_its_place(solar: Template, built: Build) -> None:
    texts = [text["en"] for text in values(built(solar), "type_of_assessment")]
    assert texts[1].startswith("Practical examination at the training stand: ")
    assert texts[1].endswith(", Presential")


def test_the_page_of_a_larger_credential_is_told(solar: Template, built: Build) -> None:
    larger = LargerCredential(name={"en": "Installer"}, url="https://riga-college.example/installer")
    told = values(built(replace(solar, part_of=(larger,))), "stackability")
    assert {"und": "https://riga-college.example/installer"} in told


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id en prefLabel identifier identifierType targetType targetName dateIssued registeredAs".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
TERMS = (
    "alignment otherIdentifier thematicArea fieldOfStudy learningSetting dcType humanCode recognition inLanguage "
    "accreditation provenBy isPartOf"
).split()


@given(st.dictionaries(st.sampled_from(TERMS), ANYTHING))
def test_nothing_that_a_stranger_writes_stops_the_reading(achievement: Json) -> None:
    credential = {"credentialSubject": {"achievement": achievement, "provenBy": achievement.get("provenBy")}}
    details = signed_details(credential)
    assert all(detail.values for detail in details)
    assert json.dumps([[*detail.values] for detail in details])
    elements.read(credential)


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:00:00Z", "2023-05-31T21:00:00", "yesterday", "0001-01-01T00:00:00Z"]
)
def test_a_day_at_the_end_of_time_is_read(solar: Template, built: Build, moment: str) -> None:
    credential = built(solar)
    for accreditation in credential["credentialSubject"]["achievement"]["accreditation"]:
        accreditation["dateIssued"] = accreditation["expiryDate"] = moment
    assert values(credential, "type_of_quality_assurance")


def skills_of(credential: Any) -> tuple[Any, ...]:
    return next(each.values for each in signed_details(credential) if each.label["en"] == "Skills (ESCO)")


def test_skills_have_words_in_every_language_of_the_template_whichever_is_signed(
    solar: Template, built: Build
) -> None:
    skill = next(each.esco[0] for each in solar.learning_outcomes if each.esco)
    for language in ("lv", "en"):
        first = skills_of(built(solar, language=language))[0]
        assert first["en"] == "health and safety in the workplace"
        assert first["lv"] == skill.label["lv"] != first["en"]


def test_of_a_badge_that_has_one_language_the_words_of_esco_are_taken(solar: Template, built: Build) -> None:
    credential = json.loads(json.dumps(built(solar, language="lv")))
    alignments = credential["credentialSubject"]["achievement"]["alignment"]
    (skill, _other) = (each for each in alignments if each.get("targetType") == "ext:ESCOSkill")
    del skill["title"]
    assert set(skills_of(credential)[0]) >= {"en", "lv"}
    # What is said to be a skill of ESCO is called as ESCO calls it, where it is known.
    skill["targetName"] = "Brain surgery"
    assert "Brain surgery" not in skills_of(credential)[0].values()
    skill["targetUrl"] = "http://data.europa.eu/esco/skill/00000000-0000-0000-0000-000000000000"
    assert skills_of(credential)[0] == {"lv": "Brain surgery"}


@pytest.mark.parametrize("text", [None, 7, [], {}, {"en": 3}, {"": "x"}])
def test_whatever_a_stranger_writes_as_the_words_of_a_skill_is_read(
    solar: Template, built: Build, text: Any
) -> None:
    credential = json.loads(json.dumps(built(solar)))
    for each in credential["credentialSubject"]["achievement"]["alignment"]:
        each["title"] = each["targetName"] = each["targetUrl"] = text
    signed_details(credential)
