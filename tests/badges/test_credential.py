"""A built credential passes every schema, is safe to sign, and has what the template has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator, FormatChecker

from badges.achievement import standalone_achievement
from badges.credential import Learner, contexts, identity_hash
from badges.errors import MissingElementsError
from badges.issuer import IssuerProfile
from badges.jsonld import as_jsonld
from badges.prior_learning import PriorLearning
from badges.schemas import EXTENSION_SCHEMA
from badges.template.model import Template
from badges.template.values import Assessment, EscoSkill, LearningOutcome, QualityAssurance
from signing.canonical import canonicalize
from signing.json_text import Json

Build = Callable[..., Json]

RECOGNISED = PriorLearning(
    reference="RPL-7/2026",
    decided_at=datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
    assessed_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    level_reference="MK505-1",
    assessors=2,
)

VARIANTS: dict[str, dict[str, Any]] = {
    "with all there is": {},
    "in English": {"language": "en"},
    "without a score": {"score": None},
    "with a name only": {"learner": Learner(name="Anna Bērziņa")},
    "with an address only": {"learner": Learner(email="anna@example.org")},
    "with an odd score": {"score": Decimal("0.8666667")},
    "with prior learning recognised": {"score": None, "prior_learning": RECOGNISED},
}


def failures(credential: Json, schema: Path) -> list[str]:
    validator = Draft201909Validator(json.loads(schema.read_bytes()), format_checker=FormatChecker())
    return [
        f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(credential)
    ]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", ["solar", "data_literacy"])
def test_a_credential_passes_every_schema_and_is_safe_to_sign(
    name: str, variant: str, built: Build, shared: Path, request: pytest.FixtureRequest
) -> None:
    credential = built(request.getfixturevalue(name), **VARIANTS[variant])
    schemas = shared / "data/schemas"
    official = "ob_v3p0_achievementcredential_schema.json"
    assert failures(credential, schemas / official) == []
    assert [failures(credential, file) for file in (schemas / "lenient").glob("*achievementcredential*")] == [
        []
    ]
    assert failures(credential, EXTENSION_SCHEMA) == []
    assert canonicalize(credential)


def test_the_barest_template_that_may_be_published_passes_too(built: Build, shared: Path) -> None:
    bare = Template(
        name={"lv": "Droša montāža"},
        in_language="lv",
        learning_outcomes=(
            LearningOutcome(
                text={"lv": "Strādā droši."}, esco=(EscoSkill(iri="http://data.europa.eu/esco/skill/abc"),)
            ),
        ),
        workload_hours=Decimal("1.5"),
        level="not-applicable",
        assessments=(Assessment(type="recognitionOfPriorLearning"),),
        forms_of_participation=("presential",),
        types_of_quality_assurance=(QualityAssurance(code="internal"),),
    )
    credential = built(bare, language="en", score=None)
    official = shared / "data/schemas/ob_v3p0_achievementcredential_schema.json"
    assert failures(credential, official) == failures(credential, EXTENSION_SCHEMA) == []
    assert canonicalize(credential)
    achievement = credential["credentialSubject"]["achievement"]
    assert achievement["name"] == achievement["description"] == "Droša montāža"
    assert achievement["inLanguage"] == "lv"
    assert achievement["volumeOfLearning"] == "PT1H30M"


@pytest.mark.parametrize(
    "path",
    [
        ("awardedDate",),
        ("issuer", "address"),
        ("credentialSubject", "identifier"),
        *(
            ("credentialSubject", "achievement", name)
            for name in ("name", "learningOutcome", "volumeOfLearning", "provenBy", "mode", "accreditation")
        ),
    ],
)
def test_our_schema_requires_each_mandatory_element(
    solar: Template, built: Build, path: tuple[str, ...]
) -> None:
    credential = built(solar)
    parent = credential
    for name in path[:-1]:
        parent = parent[name]
    del parent[path[-1]]
    assert failures(credential, EXTENSION_SCHEMA)


def test_a_credential_is_not_built_without_a_mandatory_element(solar: Template, built: Build) -> None:
    with pytest.raises(MissingElementsError) as caught:
        built(replace(solar, workload_hours=None, assessments=()), learner=Learner())
    assert caught.value.names == ("learner", "notional_workload", "type_of_assessment")


def test_the_learner_is_named_but_their_address_is_hidden_in_a_hash(solar: Template, built: Build) -> None:
    credential = built(solar)
    subject = credential["credentialSubject"]
    assert subject["id"] == "urn:uuid:0d2c0c5e-5d5a-4a6e-9d2b-3f1f0b6a7c11"  # says nothing of her
    digest = hashlib.sha256(b"anna@example.orgb7c1e2").hexdigest()
    assert subject["identifier"] == [
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": f"sha256${digest}",
            "identityType": "emailAddress",
            "salt": "b7c1e2",
        },
        {"type": "IdentityObject", "hashed": False, "identityHash": "Anna Bērziņa", "identityType": "name"},
    ]
    assert "anna@example" not in json.dumps(credential).lower()


def test_the_hash_is_that_of_the_standards_example() -> None:
    assert identity_hash("a@example.com", "Kosher") == (
        "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    )


def test_a_score_is_a_result_in_percent(solar: Template, built: Build) -> None:
    subject = built(solar, score=Decimal("0.8666667"))["credentialSubject"]
    (description,) = subject["achievement"]["resultDescription"]
    assert (description["resultType"], description["valueMin"], description["valueMax"]) == (
        "Percent",
        "0",
        "100",
    )
    assert subject["result"] == [
        {
            "type": ["Result"],
            "resultDescription": description["id"],
            "value": "86.67",
            "dateIssued": "2026-11-19T09:00:00Z",
        }
    ]
    assert subject["provenBy"][-1]["grade"]["noteLiteral"]["en"] == "86.67 %"


@pytest.mark.parametrize(("score", "value"), [("1", "100"), ("0", "0"), ("0.5", "50"), ("0.10", "10")])
def test_a_percentage_has_no_trailing_zeros(solar: Template, built: Build, score: str, value: str) -> None:
    assert built(solar, score=Decimal(score))["credentialSubject"]["result"][0]["value"] == value


def test_without_a_score_there_is_no_result(solar: Template, built: Build) -> None:
    subject = built(replace(solar, assessments=(Assessment(type="quiz"),)), score=None)["credentialSubject"]
    assert not {"result", "provenBy"} & subject.keys()
    assert "resultDescription" not in subject["achievement"]


def test_what_wallets_can_show_is_in_native_terms_too(data_literacy: Template, built: Build) -> None:
    subject = built(data_literacy)["credentialSubject"]
    achievement = subject["achievement"]
    targets = {alignment["targetType"]: alignment["targetUrl"] for alignment in achievement["alignment"]}
    assert targets == {
        "ext:EQF": "http://data.europa.eu/snb/eqf/7",
        "ext:NQF": "http://data.europa.eu/snb/qdr/c_a61cdeca",
        "ext:ISCEDF": "http://data.europa.eu/snb/isced-f/0542",
        "ext:ESCOSkill": "http://data.europa.eu/esco/skill/33a82b83-c838-4889-ae62-fae1317481eb",
        "ext:QualityAssurance": "https://quality-agency.example/riga-college",
    }
    assert achievement["eqfLevel"]["id"] == targets["ext:EQF"]
    assert achievement["creditsAvailable"] == subject["creditsEarned"] == 3
    assert achievement["creditPoint"][0]["point"] == subject["creditReceived"][0]["point"] == "3"


def test_the_date_of_the_award_differs_from_the_start_of_validity(solar: Template, built: Build) -> None:
    credential = built(solar)
    assert credential["awardedDate"] == "2026-11-20T09:00:00Z"
    assert credential["validFrom"] == "2026-11-21T09:00:00Z"
    assert "validUntil" not in credential


def test_a_credential_may_expire(solar: Template, built: Build, now: datetime) -> None:
    replaced = "https://riga-college.example/credentials/1"
    assert built(solar, replaces=replaced)["replaces"] == replaced
    assert built(solar, valid_until=now + timedelta(days=365))["validUntil"] == "2027-11-21T09:00:00Z"


def test_the_schema_has_the_address_of_the_context(solar: Template, built: Build) -> None:
    credential = built(solar)
    assert credential["@context"][3] == "https://badges.example.org/eu-micro-credential/v1/context.jsonld"
    assert credential["credentialSchema"][1]["id"] == (
        "https://badges.example.org/eu-micro-credential/v1/schema.json"
    )


def test_the_achievement_on_its_own_names_its_creator(solar: Template, issuer: IssuerProfile) -> None:
    achievement = standalone_achievement(
        template=solar,
        template_url="https://badges.example.org/achievements/5b2a0c7d/1",
        version=1,
        picture_url="https://badges.example.org/achievements/5b2a0c7d/1/image.png",
        issuer=issuer,
        language="en",
    )
    document = {
        "@context": list(contexts("https://badges.example.org/eu-micro-credential/v1/context.jsonld"))
    } | as_jsonld(achievement)
    assert document["name"] == "Safe installation of solar panel systems"
    assert document["creator"]["name"] == "Riga College"
    assert canonicalize(document)


def test_our_terms_are_where_the_examples_have_them(solar: Template, built: Build, shared: Path) -> None:
    """Every term that we write is at a path of one of the two worked examples, except these."""
    known: set[str] = set()
    for file in ("ob3-vet-lv.json", "ob3-he-lv.json"):
        known |= terms(json.loads((shared / "data/eu/examples" / file).read_text(encoding="utf-8")))
    ours = terms(built(solar))
    assert {term for term in ours - known if term.rpartition(".")[0] in {"", *known}} == {
        "credentialSubject.achievement.accreditation.accreditingAgent.location",
        "credentialSubject.achievement.accreditation.dateIssued",
        "credentialSubject.achievement.accreditation.expiryDate",
        "credentialSubject.achievement.accreditation.registeredAs",
        "credentialSubject.achievement.additionalNote",
        "credentialSubject.achievement.alignment.targetDescription",
        "credentialSubject.achievement.alignment.title",
        "credentialSubject.achievement.isPartOf",
        "credentialSubject.achievement.related",
        "credentialSubject.achievement.requirement",
        "credentialSubject.achievement.summary",
        "credentialSubject.achievement.tag",
        "credentialSubject.awardedBy.location",
        "credentialSubject.result.dateIssued",
        "issuer.eIDASIdentifier",
    }


def terms(value: Any, path: str = "") -> set[str]:
    """The paths of all terms, without the languages of texts."""
    if isinstance(value, list):
        return {term for item in value for term in terms(item, path)}
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, inner in value.items():
        if len(name) > 2:
            own_path = f"{path}.{name}" if path else name
            found |= {own_path} | terms(inner, own_path)
        elif name == "id":
            found.add(f"{path}.id" if path else "id")
    return found
