"""Our JSON-LD extension: its terms are protected, clash with none, and the fullest badge passes every schema."""

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

from badges.credential import AchievedLevel, Part
from badges.errors import VocabularyError
from badges.eu import elements
from badges.eu.annex_1 import ELEMENTS
from badges.issuer import IssuerProfile, Place
from badges.schemas import EXTENSION_SCHEMA
from badges.schemas.json_schema import find_breach_of_extension
from badges.template import values
from badges.template.declarations import Declarations
from badges.template.model import Level, Template, read_template, template_as_json
from badges.template.outcome_levels import OutcomeLevel
from badges.template.validity import Validity
from badges.vocabularies import shipped_vocabulary, vocabulary_names
from badges.vocabularies.files import check_vocabulary, vocabulary_as_json
from signing.canonical import canonicalize
from signing.document_loader import CONTEXTS, EXTENSION_FILE, find_context, load
from signing.json_text import Json
from tests.badges.test_credential import RECOGNISED

LEVELS = (
    OutcomeLevel(name={"en": "basic", "lv": "pamata"}),
    OutcomeLevel(name={"en": "advanced", "lv": "padziļināts"}, from_result=Decimal(8)),
)
Build = Callable[..., Json]

OURS = "urn:eu-micro-credential:v1:"
_TEXT = {"en": "Words", "lv": "Vārdi", "el": "Λέξεις"}


def extension_terms() -> Json:
    url = next(url for url, file in CONTEXTS.items() if file == EXTENSION_FILE)
    context: Json = json.loads(find_context(url))["@context"]
    return context


def iri(definition: Any) -> str:
    return str(definition["@id"] if isinstance(definition, dict) else definition)


@pytest.fixture
def full_template() -> Template:
    """A template with a value in every field."""
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
        shape="hexagon",
        sign="leaf",
        level_mark="diamonds",
        credits_mark="shown",
        logo_mark="shown",
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
        validity=Validity(months=24),
        further_information=_TEXT,
        isced_f="0688",
        learning_setting="nonFormal",
        colours="sea",
        quality=Declarations(decision_reference="Nr. 1-2/345", target_group=_TEXT, prior_learning=True),
        review_date=date(2028, 1, 1),
        owner="Riga College",
        funding_code="ILA-7",
        change_log=(values.Change(day=date(2026, 1, 1), text="Begun.", by="Zane Ozola"),),
    )


@pytest.fixture
def full_issuer(issuer: IssuerProfile) -> IssuerProfile:
    """Riga College with a branch in Tartu and every identifier an issuer may have."""
    return replace(
        issuer,
        vat="LV40000000001",
        region="Rīga",
        also_in=(Place(country="EE", region="Tartumaa"), Place(country="LT")),
        identifiers=(("ext:PIC", "999999999"),),
    )


#: Badges for which it was awarded: one of this site, and one from elsewhere whose language nobody knows.
PARTS = (
    Part(id="https://riga-college.example/credentials/2", name={"en": "One", "lv": "Viens"}),
    Part(id="urn:uuid:0b7a1c52-6a42-4cc5-aafb-7fe3ad5e5834", name={"und": "Welding"}),
)


def test_no_term_of_ours_can_be_redefined() -> None:
    assert extension_terms()["@protected"] is True


def test_no_term_of_ours_is_also_a_term_of_a_standard() -> None:
    """A protected term that a type-scoped context redefines would stop every JSON-LD processor."""
    taken = {
        word
        for url in CONTEXTS
        if "credentials/v2" in url or "ob/v3p0" in url
        for word in defined(json.loads(find_context(url))["@context"])
    }
    assert not (set(extension_terms()) - {"@protected", "id", "type"}) & taken


def defined(context: Any) -> Iterator[str]:
    for part in context if isinstance(context, list) else [context]:
        for word, definition in part.items() if isinstance(part, dict) else ():
            yield word
            if isinstance(definition, dict) and "@context" in definition:
                yield from defined(definition["@context"])


def test_no_two_terms_of_ours_have_one_iri() -> None:
    meanings = [iri(definition) for term, definition in extension_terms().items() if not term.startswith("@")]
    assert len(set(meanings)) == len(meanings)


def test_terms_of_the_european_model_keep_their_iris_and_ours_are_urns() -> None:
    """An institution may serve the context from any address: the IRIs of the terms do not change."""
    known = (
        "http://data.europa.eu/snb/model/elm/",
        "http://purl.org/dc/terms/",
        "http://www.w3.org/",
        "http://xmlns.com/foaf/",
    )
    own = {
        word
        for word, definition in extension_terms().items()
        if not word.startswith("@")
        and iri(definition) not in ("@id", "@type")
        and not iri(definition).startswith(known)
    }
    assert own == {
        "EuMicrocredential",
        "levelApplicable",
        "levelDecision",
        "recognition",
        "recognitionOfPriorLearning",
        "requirement",
        "stackability",
    }
    assert all(iri(extension_terms()[word]) == f"{OURS}{word}" for word in own)


@pytest.mark.parametrize("language", ["en", "lv", "el"])
def test_the_fullest_badge_passes_every_schema_and_loses_nothing_in_compaction(
    full_template: Template, full_issuer: IssuerProfile, built: Build, shared: Path, language: str
) -> None:
    replaced = "https://riga-college.example/credentials/1"
    credential = built(
        replace(full_template, outcome_levels=LEVELS),
        issuer=full_issuer,
        language=language,
        replaces=replaced,
        parts=PARTS,
        achieved_levels=(
            AchievedLevel(
                description="https://badges.example.org/achievements/5b2a0c7d/1#outcome-levels",
                level="https://badges.example.org/achievements/5b2a0c7d/1#outcome-level-2",
                of_one=False,
            ),
        ),
    )
    assert len(credential["credentialSubject"]["result"]) == 2
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


def test_the_fullest_template_reads_back_the_same(full_template: Template) -> None:
    # A minimum result changes the sentences of a badge, so the template of the other tests has none.
    template = replace(full_template, required_value=Decimal("5.5"), scale=Decimal(10), outcome_levels=LEVELS)
    empty = [
        part.name
        for part in fields(template)
        if not is_dataclass(getattr(template, part.name)) and not getattr(template, part.name)
    ]
    assert empty == []
    body = json.dumps(template_as_json(template), default=str)
    assert read_template(json.loads(body, parse_float=Decimal)) == template


def test_each_element_is_at_all_its_paths_in_the_fullest_badge(
    full_template: Template, full_issuer: IssuerProfile, built: Build, shared: Path
) -> None:
    credential = built(full_template, issuer=full_issuer, parts=PARTS)
    # No badge has both the assessments of its achievement and this in their place.
    recognised = built(full_template, issuer=full_issuer, prior_learning=RECOGNISED)
    elm = json.loads((shared / "data/eu/context/edc-ap-context.jsonld").read_text(encoding="utf-8"))
    known = set(defined(elm["@context"]))
    for element in ELEMENTS:
        assert element.definition.keys() == {"en", "lv"}
        assert set(element.vocabularies) <= set(vocabulary_names()), element.code
        assert set(element.elm) <= known, (element.code, set(element.elm) - known)
        assert element.mandatory == (element.least == 1)
        for path in (*element.native, *element.extension):
            value = path.endswith("levelApplicable") or found(credential, path) or found(recognised, path)
            assert value, (element.code, path)
        for path in element.extension:
            assert path.rpartition(".")[2] in extension_terms(), (element.code, path)


def found(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name)
        if value is None:
            return None
    return value


def test_joint_bodies_and_several_countries_are_read_back(
    full_template: Template, full_issuer: IssuerProfile, built: Build
) -> None:
    values = {
        reading.element.code: reading.values
        for reading in elements.read(built(full_template, issuer=full_issuer))
    }
    assert [text["en"] for text in values["country"] if "en" in text] == ["Latvia", "Estonia", "Lithuania"]
    assert [text["en"] for text in values["awarding_body"]] == ["Riga College", "Words"]
    assert [text["en"] for text in values["level"]] == [
        "EQF: Level 6",
        "LQF Level 6",
        "AT: NQF Level 6",
        "first cycle (QF-EHEA)",
        "by decision Nr. 1-2/345",
    ]


def test_an_achievement_names_its_version_and_itself_in_other_languages(
    full_template: Template, built: Build
) -> None:
    achievement = built(full_template, language="lv", version=3)["credentialSubject"]["achievement"]
    assert (achievement["version"], achievement["inLanguage"]) == ("3", "lv")
    assert achievement["id"].endswith("/5b2a0c7d/1/lv")
    assert [
        (other["id"][-3:], other["inLanguage"], other["version"]) for other in achievement["related"]
    ] == [
        ("/en", "en", "3"),
        ("/el", "el", "3"),
    ]


def test_a_language_that_the_template_lacks_falls_back_to_the_templates_own(
    full_template: Template, built: Build
) -> None:
    credential = built(full_template, language="sv")
    assert credential["name"] == "Λέξεις"
    assert credential["credentialSubject"]["achievement"]["inLanguage"] == "el"


def test_our_schema_requires_a_level_or_that_none_applies(full_template: Template, built: Build) -> None:
    validator = Draft201909Validator(json.loads(EXTENSION_SCHEMA.read_bytes()))
    credential = built(full_template)
    achievement = credential["credentialSubject"]["achievement"]
    for name in ("eqfLevel", "nqfLevel", "educationLevel"):
        del achievement[name]
    assert not validator.is_valid(credential)
    achievement["levelApplicable"] = "false"
    assert validator.is_valid(credential)


def concept(label: str, iri: str = "https://issuer.example/own") -> Json:
    return {"id": iri, "type": "Concept", "prefLabel": {"en": label}}


def breach_of(credential: Json) -> str | None:
    """Where both validators find that the credential breaks our schema; None where it follows it."""
    found = find_breach_of_extension(credential)
    assert Draft201909Validator(json.loads(EXTENSION_SCHEMA.read_bytes())).is_valid(credential) == (
        found is None
    )
    return found


_LEVELS: Json = {"eqfLevel": None, "nqfLevel": None, "educationLevel": None}
_COUSIN = "my cousin says it is good"


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": [concept("telepathy")]},
        {"mode": [concept("telepathy", "http://data.europa.eu/snb/learning-assessment/telepathy")]},
        {"mode": []},
        {"eqfLevel": concept("level 99", "http://data.europa.eu/snb/eqf/99")},
        {"nqfLevel": [concept("level 99")]},
        {"educationLevel": [concept("fifth cycle", "urn:eu-micro-credential:v1:cycle-fifth")]},
        _LEVELS,
        _LEVELS | {"nqfLevel": []},
        _LEVELS | {"levelApplicable": "true"},
        {"volumeOfLearning": "PT0H", "creditPoint": None},
        {"volumeOfLearning": "PT0H"},
        {"volumeOfLearning": "PT00H00M"},
        {"volumeOfLearning": None, "creditPoint": None},
        {"volumeOfLearning": None, "creditPoint": []},
        {"volumeOfLearning": None, "creditPoint": [{"point": "0.0", "framework": None}]},
        {"creditPoint": [{"point": "3", "framework": concept("fun")}]},
        {"provenBy": [{"title": {"en": "Quiz"}, "dcType": [concept(_COUSIN)]}]},
        {"provenBy": []},
        {"accreditation": [{"title": {"en": _COUSIN}, "dcType": [concept(_COUSIN)]}]},
        {"accreditation": [{"title": {"en": _COUSIN}}]},
        {"learningOutcome": []},
        {"learningOutcome": [{"title": {"en": " "}}]},
        {"learningOutcome": [{"title": {"en": "\u200b"}}]},
        {"learningOutcome": [{"title": {"en": "..."}}]},
        {"learningOutcome": [{"title": {}}]},
        {"name": "\u2060 "},
    ],
    ids=str,
)
def test_our_schema_refuses_elements_that_mean_nothing(
    full_template: Template, built: Build, changes: Json
) -> None:
    credential = built(full_template)
    assert breach_of(credential) is None
    achievement = credential["credentialSubject"]["achievement"] | changes
    framework = {"framework": concept("ECTS", "http://data.europa.eu/snb/education-credit/6fcec5c5af")}
    for credit in achievement.get("creditPoint") or ():
        credit |= {} if credit["framework"] else framework
    credential["credentialSubject"]["achievement"] = {
        name: value for name, value in achievement.items() if value is not None
    }
    assert breach_of(credential) is not None


@pytest.mark.parametrize(
    ("names", "means_something"),
    [
        ({"id": "did:example:anna"}, True),
        ({"identifier": [{}, {"hashed": False, "identityHash": "anna@example.org"}]}, True),
        (
            {"identifier": [{"hashed": True, "identityHash": "sha256$00", "identityType": "emailAddress"}]},
            True,
        ),
        ({"identifier": [{"hashed": True, "identityHash": "sha256$00", "identityType": "sourcedId"}]}, True),
        ({"identifier": [{"hashed": "yes", "identityHash": "anna@example.org"}]}, False),
        ({"name": "Anna"}, True),
        ({"givenName": "Anna"}, True),
        ({"familyName": "Bērziņa"}, True),
        ({"id": ""}, False),
        ({"id": "urn:uuid:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01"}, False),
        ({"id": "URN:UUID:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01"}, False),
        ({"identifier": [{}]}, False),
        ({"identifier": ["Anna"]}, False),
        ({"identifier": [{"hashed": False, "identityHash": ""}]}, False),
        ({"identifier": [{"hashed": False, "identityHash": "..."}]}, False),
        ({"name": " ", "familyName": ""}, False),
        ({"givenName": 7}, False),
        ({}, False),
    ],
    ids=str,
)
def test_our_schema_and_the_verifier_ask_for_a_learner_who_can_be_told_from_others(
    full_template: Template, built: Build, names: Json, means_something: object
) -> None:
    credential = built(full_template)
    subject = credential["credentialSubject"]
    for name in ("id", "identifier", "name", "givenName", "familyName"):
        subject.pop(name, None)
    subject |= names
    assert (breach_of(credential) is None) is means_something
    assert ("learner" in counted(credential)) is means_something


def counted(credential: Json) -> set[str]:
    """The mandatory elements that the verifier counts."""
    return {
        reading.element.code
        for reading in elements.read(credential)
        if reading.element.mandatory and reading.counts
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"volumeOfLearning": None},
        {"volumeOfLearning": "PT0H30M", "creditPoint": None},
        {"volumeOfLearning": "PT40H", "creditPoint": None},
        _LEVELS | {"levelApplicable": "false"},
        {"educationLevel": None, "nqfLevel": None},
        {"eqfLevel": None, "educationLevel": None},
        {"learningOutcome": [{"title": {"en": "3D"}}]},
        {"learningOutcome": [{"title": {"el": "Λέξεις", "zh": "焊接"}}]},
    ],
    ids=str,
)
def test_our_schema_accepts_each_way_to_state_an_element(
    full_template: Template, built: Build, changes: Json
) -> None:
    credential = built(full_template)
    achievement = credential["credentialSubject"]["achievement"] | changes
    credential["credentialSubject"]["achievement"] = {
        name: value for name, value in achievement.items() if value is not None
    }
    assert breach_of(credential) is None
    assert len(counted(credential)) == 11


#: The lists whose concepts our schema asks for, and the member of an achievement that one of them stands in.
_LISTED: dict[str, Callable[[Json], Json]] = {
    "eqf": lambda node: {"eqfLevel": node},
    "lki": lambda node: {"nqfLevel": [node]},
    "national_levels": lambda node: {"nqfLevel": [node]},
    "cycles": lambda node: {"educationLevel": [node]},
    "modes_of_participation": lambda node: {"mode": [node]},
    "assessment_types": lambda node: {"provenBy": [{"title": {"en": "A"}, "dcType": [node]}]},
    "quality_assurance": lambda node: {"accreditation": [{"title": {"en": "A"}, "dcType": [node]}]},
    "accreditation_types": lambda node: {"accreditation": [{"title": {"en": "A"}, "dcType": [node]}]},
    "credit_systems": lambda node: {"creditPoint": [{"point": "3", "framework": node}]},
}


@pytest.mark.parametrize("name", _LISTED)
def test_our_schema_knows_every_concept_of_its_lists(
    full_template: Template, built: Build, name: str
) -> None:
    credential = built(full_template)
    achievement = credential["credentialSubject"]["achievement"]
    if name == "credit_systems":
        del achievement["volumeOfLearning"]
    for one in shipped_vocabulary(name):
        achievement |= _LISTED[name](concept(one.label["en"], one.iri))
        assert find_breach_of_extension(credential) is None, one.iri
        assert len(counted(credential)) == 11, one.iri


@pytest.mark.parametrize("name", sorted(_LISTED.keys() - {"accreditation_types", "credit_systems"}))
def test_a_list_of_an_institution_has_no_concept_that_breaks_our_schema(name: str) -> None:
    shipped = shipped_vocabulary(name)
    data = vocabulary_as_json(shipped)
    assert check_vocabulary(data, shipped)
    own = {"code": "own", "iri": "https://issuer.example/own", "labels": {"en": "own", "lv": "savs"}}
    data["concept"].append({**data["concept"][0], **own, "accreditation": "none"})
    with pytest.raises(VocabularyError, match="would not follow their schema"):
        check_vocabulary(data, shipped)


def test_an_own_kind_of_quality_assurance_stands_beside_one_of_the_eu() -> None:
    shipped = shipped_vocabulary("quality_assurance")
    data = vocabulary_as_json(shipped)
    own = {"code": "own", "iri": "https://issuer.example/own", "labels": {"en": "own", "lv": "savs"}}
    data["concept"].append(own | {"accreditation": "institutionalQA"})
    assert "own" in check_vocabulary(data, shipped)
