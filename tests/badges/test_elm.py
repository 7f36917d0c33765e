"""The European Digital Credential of a badge passes the official shapes, and we find the problems that they find."""

from __future__ import annotations

import io
import json
import random
import zipfile
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from badges.credential import Learner, Part
from badges.elm import EuropassAward, european_credential, upload_archive, upload_document
from badges.elm.checks import find_problems
from badges.issuer import IssuerProfile, Place
from badges.template.declarations import RECOGNITION, Declarations
from badges.template.model import NOT_APPLICABLE, Level, Template
from badges.template.outcome_levels import OutcomeLevel, ReachedLevel
from badges.template.values import (
    Assessment,
    AwardingBody,
    EscoSkill,
    LargerCredential,
    QualityAssurance,
)
from badges.vocabularies import vocabulary
from signing.json_text import Json
from tests.amounts import amount
from tests.shacl_shapes import Conforms, europass_shapes

PNG = b"\x89PNG\r\n\x1a\n the picture"
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CREDENTIALS_A_SEED = amount(
    "Europass credentials checked by the official shapes, for each of ten seeds", small=3, full=60
)


@pytest.fixture
def award(data_literacy: Template, issuer: IssuerProfile) -> EuropassAward:
    return EuropassAward(
        credential_id="https://badges.example.org/credentials/7f1c2f0e",
        template=data_literacy,
        template_url="https://badges.example.org/achievements/5b2a0c7d/1",
        issuer=issuer,
        learner=Learner(name="Anna Bērziņa", email="anna@example.org"),
        language="lv",
        awarded_at=NOW,
        now=NOW,
        score=Decimal("0.86"),
        png=PNG,
    )


@pytest.fixture
def credential(award: EuropassAward) -> Json:
    return european_credential(award)


@pytest.fixture(scope="session")
def conforms(shared: Path) -> Conforms:
    return europass_shapes(shared / "data/eu")


def test_both_shipped_templates_conform_to_the_profile_and_to_annex_1(
    award: EuropassAward, solar: Template, conforms: Conforms
) -> None:
    for template in (award.template, solar):
        credential = european_credential(replace(award, template=template))
        assert find_problems(credential) == ()
        assert conforms(credential)


def test_parts_are_parts_of_what_is_no_qualification_and_notes_alone_of_one(
    award: EuropassAward, conforms: Conforms
) -> None:
    """The model knows parts of a Qualification as Qualifications alone, which ours are not."""
    parts = (Part(id="https://x.example/1", name={"en": "One", "lv": "Viens"}),)
    bare = replace(
        award.template, level=None, lki_level=None, national_level=None, types_of_quality_assurance=()
    )
    for template, kind in ((award.template, "Qualification"), (bare, "LearningAchievementSpecification")):
        credential = european_credential(replace(award, template=template, parts=parts))
        (claim,) = credential["credentialSubject"]["hasClaim"]
        specification = claim["specifiedBy"]
        assert specification["type"] == kind
        inner = [each["type"] for each in specification.get("hasPart", [])]
        assert inner == ([] if kind == "Qualification" else [kind])
        notes = [each["noteLiteral"]["en"] for each in specification["additionalNote"]]
        assert "Part: One" in notes and any("not by themselves a level" in each for each in notes)
    assert conforms(european_credential(replace(award, parts=parts)))


def test_the_same_award_is_always_the_same_document(award: EuropassAward) -> None:
    assert european_credential(award) == european_credential(award)
    other = european_credential(replace(award, credential_id="https://badges.example.org/credentials/2"))
    assert other["id"] != european_credential(award)["id"]


def test_the_credential_has_what_the_template_has(credential: Json) -> None:
    claim = credential["credentialSubject"]["hasClaim"][0]
    specification = claim["specifiedBy"]
    assert specification["type"] == "Qualification"
    assert specification["volumeOfLearning"] == "PT80H"
    assert specification["creditPoint"][0]["point"] == "3"
    assert specification["eqfLevel"]["id"] == "http://data.europa.eu/snb/eqf/7"
    assert len(specification["learningOutcome"]) == 4
    assert claim["provenBy"][0]["grade"]["noteLiteral"] == {"en": "86 %", "lv": "86 %"}
    assert credential["issuer"]["eIDASIdentifier"]["notation"] == "NTRLV-40000000001"
    assert credential["displayParameter"]["primaryLanguage"]["id"].endswith("/LAV")


def test_only_what_is_known_of_the_learner_is_in_the_credential(award: EuropassAward) -> None:
    person = european_credential(replace(award, learner=Learner(name="Anna")))["credentialSubject"]
    assert person.keys() == {"id", "type", "fullName", "hasClaim"}


def test_no_status_list_is_named_because_europe_has_no_form_for_one(
    credential: Json, conforms: Conforms, shared: Path
) -> None:
    """Whichever form a later version allows makes this fail: then a revocation can reach who has a sealed file."""
    assert "credentialStatus" not in credential
    entry = {
        "id": "https://badges.example.org/status/3#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://badges.example.org/status/3",
    }
    assert not conforms(credential | {"credentialStatus": entry})
    # What the reader that Europass has published takes: an address.
    assert not conforms(credential | {"credentialStatus": entry["id"]})
    schema = json.loads((shared / "data/eu/schema/ebsi-vcdm2.0-europass-edc.schema.json").read_text("utf-8"))
    status = schema["$defs"]["CredentialStatusType"]
    assert (status["properties"].keys(), status["additionalProperties"]) == ({"id", "type"}, False)
    assert status["properties"]["type"]["enum"] == ["CredentialStatus", "TrustedCredentialStatus2021"]


def test_an_upload_has_the_credential_and_an_archive_a_file_for_each_award(award: EuropassAward) -> None:
    assert upload_document(award) == {"credential": european_credential(award), "deliveryDetails": {}}
    awards = (award, replace(award, credential_id="https://badges.example.org/credentials/2"))
    packed = upload_archive(awards)
    assert packed == upload_archive(awards)
    with zipfile.ZipFile(io.BytesIO(packed)) as batch:
        assert [json.loads(batch.read(name)) for name in batch.namelist()] == [
            upload_document(one) for one in awards
        ]


def test_without_a_level_it_is_no_qualification(award: EuropassAward, conforms: Conforms) -> None:
    plain = replace(
        award.template,
        level=NOT_APPLICABLE,
        lki_level=None,
        types_of_quality_assurance=(replace(award.template.types_of_quality_assurance[0], country=None),),
    )
    credential = european_credential(replace(award, template=plain))
    assert (
        credential["credentialSubject"]["hasClaim"][0]["specifiedBy"]["type"]
        == "LearningAchievementSpecification"
    )
    assert find_problems(credential) == ()
    assert conforms(credential)


def supervised(credential: Json) -> list[str]:
    """How each assessment was supervised."""
    results = credential["credentialSubject"]["hasClaim"][0]["provenBy"]
    return [each["idVerification"]["prefLabel"]["en"] for each in results if "idVerification" in each]


def test_without_a_grade_each_assessment_says_how_it_was_supervised(
    award: EuropassAward, conforms: Conforms
) -> None:
    credential = european_credential(replace(award, score=None))
    claim = credential["credentialSubject"]["hasClaim"][0]
    assert supervised(credential) == [
        "Unsupervised with ID Verification",
        "Supervised with ID Verification",
    ]
    assert {each["grade"]["noteLiteral"]["en"] for each in claim["provenBy"]} == {"Grade not stated"}
    assert find_problems(credential) == ()
    assert conforms(credential)


def test_one_assessment_has_its_grade_and_several_have_one_together(
    award: EuropassAward, conforms: Conforms
) -> None:
    exam = Assessment(type="writtenExamination", title={"en": "Final examination"}, supervision="supid")
    one, two = (
        european_credential(replace(award, template=replace(award.template, assessments=assessments)))
        for assessments in ((exam,), (exam, replace(exam, type="quiz", supervision="nosupnoid")))
    )
    (alone,) = one["credentialSubject"]["hasClaim"][0]["provenBy"]
    assert alone["title"] == {"en": "Final examination"} == alone["specifiedBy"]["title"]
    assert alone["idVerification"]["prefLabel"]["en"] == "Supervised with ID Verification"
    together, *_each = two["credentialSubject"]["hasClaim"][0]["provenBy"]
    assert together["title"]["en"] == "Assessment"
    assert together["grade"]["noteLiteral"]["en"] == "86 %"
    assert not {"idVerification", "specifiedBy"} & together.keys()
    assert supervised(two) == ["Supervised with ID Verification", "Unsupervised without ID Verification"]
    assert conforms(one) and conforms(two)


def test_each_outcome_with_a_level_is_an_assessment_of_its_own(
    award: EuropassAward, conforms: Conforms
) -> None:
    template = replace(
        award.template, outcome_levels=(OutcomeLevel(code="basic"), OutcomeLevel(code="advanced"))
    )
    reached = (ReachedLevel(outcome=1, level=2), ReachedLevel(outcome=3, level=1))
    decision = {"en": "Decision 7", "lv": "Lēmums 7"}
    for changes in ({}, {"score": None}, {"score": None, "prior_learning": decision}):
        credential = european_credential(replace(award, template=template, reached_levels=reached, **changes))
        proven = credential["credentialSubject"]["hasClaim"][0]["provenBy"]
        levels = proven[-2:]
        assert [each["grade"]["noteLiteral"]["en"] for each in levels] == ["advanced", "basic"]
        assert levels[0]["title"] == dict(template.learning_outcomes[0].text)
        assert find_problems(credential) == () and conforms(credential)


def test_an_assessment_has_its_own_date_and_its_scale_with_the_minimum(
    award: EuropassAward, conforms: Conforms
) -> None:
    template = replace(award.template, required_value=Decimal(5), scale=Decimal(10))
    assessed = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    credential = european_credential(replace(award, template=template, assessed_at=assessed))
    results = credential["credentialSubject"]["hasClaim"][0]["provenBy"]
    assert {each["dateIssued"] for each in results} == {"2026-11-02T09:00:00Z"}
    assert results[0]["grade"]["noteLiteral"]["en"] == "8.6 of 10 points"
    (scale,) = results[0]["additionalNote"]
    assert scale["noteLiteral"] == {
        "en": "Scale: 0 to 10; at least 5 of 10 points needed",
        "lv": "Skala: no 0 līdz 10; vajadzīgs vismaz 5 no 10 punktiem",
    }
    assert conforms(credential)
    undated = european_credential(replace(award, template=template))
    assert "dateIssued" not in undated["credentialSubject"]["hasClaim"][0]["provenBy"][0]


def test_programme_decision_and_recognition_are_in_it(award: EuropassAward, conforms: Conforms) -> None:
    declared = Declarations(
        unit_kind="nonFormal",
        programme_code="33 484 01 1",
        licence="No. 17",
        decision_reference="No. 1-2/345",
        target_group={"en": "Electricians"},
        declarations={RECOGNITION: {"el": "Ναι"}},
    )
    credential = european_credential(replace(award, template=replace(award.template, quality=declared)))
    specification = credential["credentialSubject"]["hasClaim"][0]["specifiedBy"]
    assert [each["prefLabel"]["en"] for each in specification["dcType"]] == [
        "programme of non-formal education"
    ]
    assert {each["schemeName"]: each["notation"] for each in specification["identifier"]} == {
        "Programme code": "33 484 01 1",
        "Programme licence": "No. 17",
    }
    notes = [note["noteLiteral"] for note in specification["additionalNote"]]
    assert {
        "en": "Decision that recognised the level: No. 1-2/345",
        "lv": "Lēmums par līmeņa atzīšanu: No. 1-2/345",
    } in notes
    assert {"en": "Target group: Electricians"} in notes
    assert {"el": "Ναι"} in notes
    assert find_problems(credential) == ()
    assert conforms(credential)


def test_joint_awarding_bodies_and_larger_credentials_are_in_it(
    award: EuropassAward, issuer: IssuerProfile, conforms: Conforms
) -> None:
    """Joint awarding bodies, more than one country, every number, who accredited whom and until when."""
    tartu = AwardingBody(
        legal_name={"et": "Tartu Kolledž"},
        country="EE",
        locality="Tartu",
        url="https://tartu.example",
        registration="10000001",
        eidas_identifier="NTREE-10000001",
    )
    larger = LargerCredential(name={"en": "Analyst"}, url="https://riga-college.example/analyst")
    agency = QualityAssurance(
        code="esg",
        agency={"en": "Quality Agency"},
        country="LV",
        register="DEQAR",
        reference="DEQARINST0001",
        valid_from=date(2024, 1, 1),
        valid_until=date(2029, 12, 31),
    )
    credential = european_credential(
        replace(
            award,
            template=replace(
                award.template, awarding_bodies=(tartu,), part_of=(larger,), learning_setting="formal"
            ),
            issuer=replace(
                issuer,
                also_in=(Place(country="EE", region="Tartumaa"), Place(country="LT")),
                vat="LV40000000001",
                accreditations=(agency,),
            ),
        )
    )
    claim = credential["credentialSubject"]["hasClaim"][0]
    college, other = claim["awardedBy"]["awardingBody"]
    assert college == credential["issuer"]
    assert other["legalName"] == {"et": "Tartu Kolledž"}
    assert other["eIDASIdentifier"]["notation"] == "NTREE-10000001"
    assert len(college["location"]) == 3
    assert college["vatIdentifier"][0]["notation"] == "LV40000000001"
    (accreditation,) = college["accreditation"]
    assert (
        accreditation["identifier"][0].items() >= {"schemeName": "DEQAR", "notation": "DEQARINST0001"}.items()
    )
    assert accreditation["expiryDate"] == "2029-12-31T21:59:59Z"  # the end of the day in Riga
    assert claim["specifiedBy"]["isPartOf"][0]["title"] == {"en": "Analyst"}
    assert claim["specifiedBy"]["learningSetting"]["inScheme"]["id"].endswith("learning-setting/25831c2")
    assert find_problems(credential) == ()
    assert conforms(credential)


def codes(credential: Json) -> set[str]:
    return {problem.code for problem in find_problems(credential)}


def test_each_problem_has_its_pointer_and_a_sentence(award: EuropassAward) -> None:
    bare = replace(
        award,
        png=b"",
        issuer=replace(award.issuer, eidas_identifier=None, country=None),
        learner=Learner(),
        template=replace(award.template, learning_outcomes=(), assessments=()),
    )
    found = {problem.pointer: problem for problem in find_problems(european_credential(bare))}
    assert found["/issuer/eIDASIdentifier"].code == "missing_eIDASIdentifier"
    assert "NTRLV" in str(found["/issuer/eIDASIdentifier"])
    assert found["/displayParameter/individualDisplay"].code == "missing_individualDisplay"
    assert {problem.code for problem in found.values()} >= {
        "missing_location",
        "learner",
        "learning_outcomes",
        "type_of_assessment",
    }
    assert all(problem.sentence.keys() == {"en", "lv"} for problem in found.values())


# --- Mutations are found by our own checks and by the official shapes ---

CLAIM = ("credentialSubject", "hasClaim", 0)
SPECIFICATION = (*CLAIM, "specifiedBy")
EQF_7 = {"id": "http://data.europa.eu/snb/qdr/x", "type": "ConceptScheme"}

#: name -> (path, what is put there; None: it is taken away)
MUTATIONS: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "no display": (("displayParameter",), None),
    "no page to show": (("displayParameter", "individualDisplay"), None),
    "no title of the display": (("displayParameter", "title"), None),
    "no primary language": (("displayParameter", "primaryLanguage"), None),
    "no date of issuing": (("issued",), None),
    "no start of validity": (("validFrom",), None),
    "no profile": (("credentialProfiles",), None),
    "no schema": (("credentialSchema",), None),
    "no claim": (("credentialSubject", "hasClaim"), None),
    "no title of the achievement": ((*CLAIM, "title"), None),
    "no awarding": ((*CLAIM, "awardedBy"), None),
    "no grade": ((*CLAIM, "provenBy", 0, "grade"), None),
    "no title of an outcome": ((*SPECIFICATION, "learningOutcome", 0, "title"), None),
    "no outcomes": ((*SPECIFICATION, "learningOutcome"), None),
    "no participation": ((*SPECIFICATION, "mode"), None),
    "no framework of the credits": ((*SPECIFICATION, "creditPoint", 0, "framework"), None),
    "no agency": ((*SPECIFICATION, "accreditation", 0, "accreditingAgent"), None),
    "an EQF level of another list": ((*SPECIFICATION, "eqfLevel", "inScheme"), EQF_7),
    "a field of another list": ((*SPECIFICATION, "thematicArea", 0, "inScheme"), EQF_7),
    "a workload in words": ((*SPECIFICATION, "volumeOfLearning"), "80 hours"),
    "a day in words": (("issued",), "yesterday"),
    "no country of the agency": (
        (*SPECIFICATION, "accreditation", 0, "accreditingAgent", "location", 0, "address", 0, "countryCode"),
        None,
    ),
    "an empty note": ((*SPECIFICATION, "entryRequirement", "noteLiteral"), None),
}


def changed(credential: Json, path: tuple[str | int, ...], value: Any) -> Json:
    credential = deepcopy(credential)
    node: Any = credential
    for step in path[:-1]:
        node = node[step]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return credential


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found_by_our_checks_and_by_the_official_shapes(
    name: str, credential: Json, conforms: Conforms
) -> None:
    mutant = changed(credential, *MUTATIONS[name])
    assert find_problems(mutant)
    assert not conforms(mutant)


def test_no_type_of_assessment_is_found_by_both(award: EuropassAward, conforms: Conforms) -> None:
    """Each assessment is in the document twice: as it is specified, and as it took place."""
    credential = european_credential(replace(award, template=replace(award.template, assessments=())))
    assert codes(credential) == {"type_of_assessment"}
    assert not conforms(credential)


def test_an_issuer_without_an_eidas_identifier_is_found_by_both(
    award: EuropassAward, conforms: Conforms
) -> None:
    """The issuer is in the document twice, also as awarding body; in RDF they are one node."""
    credential = european_credential(replace(award, issuer=replace(award.issuer, eidas_identifier=None)))
    assert codes(credential) == {"missing_eIDASIdentifier"}
    assert not conforms(credential)


@pytest.mark.parametrize("rubbish", [{}, {"issuer": 1}, {"type": [1, {}]}, {"credentialSubject": [[{}]]}])
def test_any_object_is_checked_without_an_exception(rubbish: Json) -> None:
    assert find_problems(rubbish)


# --- Random templates: every credential conforms ---


def any_template(source: random.Random, template: Template) -> Template:
    """The template with other values, drawn at random from what its fields allow."""

    def some(name: str) -> tuple[str, ...]:
        every = [concept.code for concept in vocabulary(name)]
        return tuple(source.sample(every, source.randint(1, min(4, len(every)))))

    def maybe(value: Any) -> Any:
        return value if source.random() < 0.6 else None

    return replace(
        template,
        in_language=source.choice(["en", "lv", "de"]),
        workload_hours=Decimal(source.choice(["1", "1.5", "40", "999.25"])),
        credits=maybe(Decimal(source.choice(["0.5", "3", "60"]))),
        level=source.choice([NOT_APPLICABLE, Level(value=source.randint(1, 8))]),
        lki_level=maybe(source.randint(1, 8)),
        national_level=maybe(some("national_levels")[0]),
        cycle=maybe(some("cycles")[0]),
        assessments=tuple(
            Assessment(
                type=code,
                title=maybe({"en": "The test"}) or {},
                mode=maybe(some("modes_of_participation")[0]),
                supervision=maybe(some("supervision")[0]),
            )
            for code in some("assessment_types")
        ),
        forms_of_participation=some("modes_of_participation"),
        types_of_quality_assurance=tuple(
            replace(
                template.types_of_quality_assurance[0],
                code=code,
                country=maybe("DE"),
                register=maybe("EQAVET"),
                reference=maybe("AI-0001"),
                valid_until=maybe(date(2030, 1, 1)),
            )
            for code in some("quality_assurance")
        ),
        prerequisites=maybe({"lv": "Nekas"}) or {},
        stackability=maybe(some("stackability")[0]),
        further_information=maybe({"en": 'A "quoted" <text>\nof two lines'}) or {},
        isced_f=maybe(some("isced_f")[0]),
        learning_setting=maybe(some("learning_settings")[0]),
        awarding_bodies=tuple(
            AwardingBody(legal_name={"en": f"College {code}"}, country=code, registration=maybe("1"))
            for code in some("countries")[: source.randint(0, 2)]
        ),
        part_of=maybe((LargerCredential(name={"en": "A larger one"}),)) or (),
        learning_outcomes=tuple(
            replace(
                outcome, esco=(EscoSkill(iri="http://data.europa.eu/esco/skill/1234"),) * source.randint(0, 1)
            )
            for outcome in template.learning_outcomes[: source.randint(1, 4)]
        ),
    )


@pytest.mark.parametrize("seed", range(10))
def test_the_credential_of_any_template_conforms(seed: int, award: EuropassAward, conforms: Conforms) -> None:
    source = random.Random(seed)
    for _ in range(CREDENTIALS_A_SEED):
        countries = source.sample([concept.code for concept in vocabulary("countries")], source.randint(0, 2))
        credential = european_credential(
            replace(
                award,
                issuer=replace(
                    award.issuer,
                    also_in=tuple(Place(country=code) for code in countries),
                    vat=source.choice([None, "LV40000000001"]),
                ),
                valid_until=source.choice([None, datetime(2031, 1, 1, tzinfo=UTC)]),
                template=any_template(source, award.template),
                language=source.choice(["en", "lv"]),
                score=source.choice([None, Decimal(0), Decimal("0.5"), Decimal(1)]),
            )
        )
        assert find_problems(credential) == ()
        assert conforms(credential)
