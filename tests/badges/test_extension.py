"""Our extension's words: protected, in nobody's way, and the fullest badge in them is right by every schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator, FormatChecker
from pyld import jsonld

from badges.eu import elements
from badges.issuer import IssuerProfile, Place
from badges.schemas import EXTENSION_SCHEMA
from badges.template.declarations import Declarations
from badges.template.model import Level, Template, read_template, template_as_json, values
from badges.vocabularies import names
from signing.canonical import canonicalize
from signing.document_loader import CONTEXTS, EXTENSION_FILE, find_context, load
from signing.json_text import Json

Build = Callable[..., Json]

OURS = "urn:eu-micro-credential:v1:"
_TEXT = {"en": "Words", "lv": "Vārdi", "el": "Λέξεις"}


def words() -> Json:
    url = next(url for url, file in CONTEXTS.items() if file == EXTENSION_FILE)
    context: Json = json.loads(find_context(url))["@context"]
    return context


def iri(definition: Any) -> str:
    return str(definition["@id"] if isinstance(definition, dict) else definition)


@pytest.fixture
def everything() -> Template:
    """A template that says all that a template may say."""
    assurance = values.QualityAssurance(
        code="esg",
        agency=_TEXT,
        country="LV",
        register="DEQAR",
        reference="0000",
        url="https://agency.example/1",
        valid_from=date(2024, 1, 1),
        valid_until=date(2029, 12, 31),
    )
    return Template(
        name=_TEXT,
        description=_TEXT,
        criteria=_TEXT,
        in_language="el",
        awarding_bodies=(
            values.AwardingBody(
                legal_name=_TEXT,
                country="EE",
                region="Tartumaa",
                locality="Tartu",
                url="https://tartu.example",
                registration="74001073",
                eidas_identifier="NTREE-74001073",
            ),
        ),
        learning_outcomes=(
            values.LearningOutcome(
                text=_TEXT,
                esco=tuple(
                    values.EscoSkill(iri=f"http://data.europa.eu/esco/skill/{number}", label=_TEXT)
                    for number in (1, 2)
                ),
            ),
            values.LearningOutcome(text=_TEXT),
        ),
        workload_hours=Decimal("112.5"),
        credits=Decimal("4.5"),
        level=Level(value=6),
        lki_level=6,
        national_level="AT-NQF-6",
        cycle="first",
        assessments=tuple(
            values.Assessment(
                type=kind, title=_TEXT, mode="online", supervision=supervision, summative=number == 1
            )
            for number, (kind, supervision) in enumerate(
                [("quiz", "nosupnoid"), ("recognitionOfPriorLearning", "supid")]
            )
        ),
        forms_of_participation=("online", "blended"),
        types_of_quality_assurance=(assurance, values.QualityAssurance(code="internal")),
        prerequisites=_TEXT,
        stackability="integrated",
        part_of=(values.LargerCredential(name=_TEXT, url="https://riga-college.example/bachelor"),),
        further_information=_TEXT,
        isced_f="0688",
        learning_setting="nonFormal",
        colours="sea",
        quality=Declarations(decision_reference="Nr. 1-2/345", target_group=_TEXT, prior_learning=True),
        review_date=date(2028, 1, 1),
        owner="Riga College",
        change_log=(values.Change(day=date(2026, 1, 1), text="Begun.", by="Zane Ozola"),),
    )


@pytest.fixture
def abroad(issuer: IssuerProfile) -> IssuerProfile:
    """Riga College, with a branch in Tartu, and all the numbers one may have."""
    return replace(
        issuer,
        vat="LV40000000001",
        region="Rīga",
        also_in=(Place(country="EE", region="Tartumaa"), Place(country="LT")),
        identifiers=(("ext:PIC", "999999999"),),
    )


def test_no_word_of_ours_can_be_given_another_meaning() -> None:
    assert words()["@protected"] is True


def test_no_word_of_ours_is_one_of_a_standards_own() -> None:
    """A protected word that a type of theirs defines anew would stop every processor."""
    taken = {
        word
        for url in CONTEXTS
        if "credentials/v2" in url or "ob/v3p0" in url
        for word in defined(json.loads(find_context(url))["@context"])
    }
    assert not (set(words()) - {"@protected", "id", "type"}) & taken


def defined(context: Any) -> Iterator[str]:
    for part in context if isinstance(context, list) else [context]:
        for word, definition in part.items() if isinstance(part, dict) else ():
            yield word
            if isinstance(definition, dict) and "@context" in definition:
                yield from defined(definition["@context"])


def test_a_word_of_ours_is_the_only_one_for_what_it_means() -> None:
    meanings = [iri(definition) for word, definition in words().items() if not word.startswith("@")]
    assert len(set(meanings)) == len(meanings)


def test_what_is_the_european_models_keeps_its_address_and_ours_has_no_host() -> None:
    """An institution can serve the words from wherever it likes: what they mean does not move."""
    known = (
        "http://data.europa.eu/snb/model/elm/",
        "http://purl.org/dc/terms/",
        "http://www.w3.org/",
        "http://xmlns.com/foaf/",
    )
    own = {
        word
        for word, definition in words().items()
        if not word.startswith("@")
        and iri(definition) not in ("@id", "@type")
        and not iri(definition).startswith(known)
    }
    assert own == {
        "EuMicrocredential",
        "levelApplicable",
        "levelDecision",
        "recognitionOfPriorLearning",
        "requirement",
        "stackability",
    }
    assert all(iri(words()[word]) == f"{OURS}{word}" for word in own)


@pytest.mark.parametrize("language", ["en", "lv", "el"])
def test_the_fullest_badge_is_right_by_every_schema_and_loses_nothing(
    everything: Template, abroad: IssuerProfile, built: Build, shared: Path, language: str
) -> None:
    credential = built(everything, issuer=abroad, language=language)
    schemas = shared / "data/schemas"
    files = [
        schemas / "ob_v3p0_achievementcredential_schema.json",
        *(schemas / "lenient").glob("*achievementcredential*"),
        EXTENSION_SCHEMA,
    ]
    assert len(files) == 3
    for file in files:
        validator = Draft201909Validator(json.loads(file.read_bytes()), format_checker=FormatChecker())
        assert [error.message for error in validator.iter_errors(credential)] == [], file.name
    statements = canonicalize(credential)
    expanded = jsonld.expand(credential, {"documentLoader": load})
    compacted = jsonld.compact(expanded, credential["@context"], {"documentLoader": load})
    assert canonicalize(compacted) == statements


def test_the_fullest_template_reads_back_the_same(everything: Template) -> None:
    empty = [
        part.name
        for part in fields(everything)
        if not is_dataclass(getattr(everything, part.name)) and not getattr(everything, part.name)
    ]
    assert empty == []
    assert read_template(json.loads(json.dumps(template_as_json(everything)))) == everything


def test_each_element_has_its_homes_in_the_fullest_badge(
    everything: Template, abroad: IssuerProfile, built: Build, shared: Path
) -> None:
    credential = built(everything, issuer=abroad)
    elm = json.loads((shared / "data/eu/context/edc-ap-context.jsonld").read_text(encoding="utf-8"))
    known = set(defined(elm["@context"]))
    for element in elements.ELEMENTS:
        assert element.definition.keys() == {"en", "lv"}
        assert set(element.vocabularies) <= set(names()), element.code
        assert set(element.elm) <= known, (element.code, set(element.elm) - known)
        assert element.mandatory == (element.least == 1)
        for path in (*element.native, *element.extension):
            said = path.endswith("levelApplicable") or found(credential, path)
            assert said, (element.code, path)
        for path in element.extension:
            assert path.rpartition(".")[2] in words(), (element.code, path)


def found(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name)
        if value is None:
            return None
    return value


def test_joint_bodies_and_several_countries_are_read_out_again(
    everything: Template, abroad: IssuerProfile, built: Build
) -> None:
    told = {
        reading.element.code: reading.values for reading in elements.read(built(everything, issuer=abroad))
    }
    assert [text["en"] for text in told["country"] if "en" in text] == ["Latvia", "Estonia", "Lithuania"]
    assert [text["en"] for text in told["awarding_body"]] == ["Riga College", "Words"]
    assert [text["en"] for text in told["level"]] == [
        "EQF: Level 6",
        "LQF Level 6",
        "AT: NQF Level 6",
        "first cycle (QF-EHEA)",
        "by decision Nr. 1-2/345",
    ]


def test_an_achievement_names_its_version_and_itself_in_other_languages(
    everything: Template, built: Build
) -> None:
    achievement = built(everything, language="lv", version=3)["credentialSubject"]["achievement"]
    assert (achievement["version"], achievement["inLanguage"]) == ("3", "lv")
    assert achievement["id"].endswith("/5b2a0c7d/1/lv")
    assert [
        (other["id"][-3:], other["inLanguage"], other["version"]) for other in achievement["related"]
    ] == [
        ("/en", "en", "3"),
        ("/el", "el", "3"),
    ]


def test_a_learner_of_a_language_it_does_not_speak_is_told_in_the_templates_own(
    everything: Template, built: Build
) -> None:
    credential = built(everything, language="sv")
    assert credential["name"] == "Λέξεις"
    assert credential["credentialSubject"]["achievement"]["inLanguage"] == "el"


def test_without_a_level_our_schema_wants_to_hear_that_none_applies(
    everything: Template, built: Build
) -> None:
    validator = Draft201909Validator(json.loads(EXTENSION_SCHEMA.read_bytes()))
    credential = built(everything)
    achievement = credential["credentialSubject"]["achievement"]
    for name in ("eqfLevel", "nqfLevel", "educationLevel"):
        del achievement[name]
    assert not validator.is_valid(credential)
    achievement["levelApplicable"] = False
    assert validator.is_valid(credential)
