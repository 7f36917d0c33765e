"""find_problems: what Europass would refuse in a European Digital Credential, and which elements of Annex I it lacks.

These are the rules of the application profile "EDC generic full", as far as they concern the documents that we write,
in plain Python, so that issuing needs no RDF library. Tests compare the answers with those of the official SHACL
shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from badges.foreign_json import as_list
from badges.template.fields import Texts
from badges.template.model import text_in
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is missing or wrong: a JSON pointer, a stable code, and a sentence in English and Latvian."""

    pointer: str
    code: str
    sentence: Texts

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {text_in(self.sentence, 'en')}"


#: Type of a node -> its required properties; one with * must have exactly one value.
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "EuropeanDigitalCredential": (
        "credentialProfiles",
        "credentialSchema",
        "credentialSubject*",
        "displayParameter*",
        "issued*",
        "issuer*",
        "validFrom*",
    ),
    "DisplayParameter": ("title", "primaryLanguage*", "language", "individualDisplay"),
    "IndividualDisplay": ("language*", "displayDetail"),
    "DisplayDetail": ("image*", "page*"),
    "MediaObject": ("content*", "contentEncoding*", "contentType*"),
    "Person": ("hasClaim",),
    "LearningAchievement": ("title", "awardedBy*"),
    "LearningAssessment": ("title", "awardedBy*", "grade*"),
    "AwardingProcess": ("awardingBody",),
    "Organisation": ("legalName", "location"),
    "Location": ("address",),
    "Address": ("countryCode*",),
    "Qualification": ("title",),
    "LearningAchievementSpecification": ("title",),
    "LearningAssessmentSpecification": ("title",),
    "LearningOutcome": ("title",),
    "CreditPoint": ("framework*", "point*"),
    "Accreditation": ("title", "dcType*", "accreditingAgent*"),
    "Note": ("noteLiteral",),
    "LegalIdentifier": ("notation*", "spatial*"),
    "Identifier": ("notation*",),
    "WebResource": ("contentURL*",),
    "Concept": ("prefLabel", "inScheme"),
}

_SNB = "http://data.europa.eu/snb/"
_EU = "http://publications.europa.eu/resource/authority/"
#: Property -> the list (concept scheme) that its concepts must be from.
_SCHEMES: Mapping[str, str] = {
    "countryCode": f"{_EU}country",
    "spatial": f"{_EU}country",
    "primaryLanguage": f"{_EU}language",
    "language": f"{_EU}language",
    "thematicArea": f"{_SNB}isced-f/25831c2",
    "eqfLevel": f"{_SNB}eqf/25831c2",
    "nqfLevel": f"{_SNB}qdr/25831c2",
    "learningSetting": f"{_SNB}learning-setting/25831c2",
    "relatedESCOSkill": "http://data.europa.eu/esco/concept-scheme/skills",
    "credentialProfiles": f"{_SNB}credential/25831c2",
}
_DURATION = re.compile(
    r"P(?=.)([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?"
)
_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_TIME_PROPERTIES = ("issued", "issuanceDate", "validFrom", "expirationDate", "awardingDate", "dateIssued")


def find_problems(credential: Json) -> tuple[Problem, ...]:
    """All problems in the order of the document. Nothing is fetched; any JSON object is accepted."""
    return (*_check_node(credential, ""), *_check_issuer(credential), *_check_annex_1(credential))


def _check_node(node: Any, pointer: str) -> Iterator[Problem]:
    """The problems of a node and of all nodes inside it."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _check_node(item, f"{pointer}/{number}")
    if not isinstance(node, dict):
        return
    for name in (name for kind in as_list(node.get("type")) for name in _REQUIRED.get(str(kind), ())):
        yield from _check_required(node, name, pointer)
    for name, value in node.items():
        own_pointer = f"{pointer}/{name}"
        if name in _SCHEMES:
            yield from _check_scheme(value, _SCHEMES[name], own_pointer)
        if name == "volumeOfLearning" and not (isinstance(value, str) and _DURATION.fullmatch(value)):
            yield _problem(
                own_pointer,
                "not_a_duration",
                "is not a duration such as PT40H",
                "nav ilgums, piemēram, PT40H",
            )
        if name in _TIME_PROPERTIES and not (isinstance(value, str) and _DATE_TIME.fullmatch(value)):
            yield _problem(own_pointer, "not_a_time", "is not a date and time", "nav datums un laiks")
        if name != "@context":
            yield from _check_node(value, own_pointer)


def _check_required(node: Json, name: str, pointer: str) -> Iterator[Problem]:
    term = name.rstrip("*")
    values = [value for value in as_list(node.get(term)) if value not in (None, "", [], {})]
    if not values:
        yield _problem(f"{pointer}/{term}", f"missing_{term}", f"{term} is missing", f"trūkst {term}")
    elif name.endswith("*") and len(values) > 1:
        yield _problem(
            f"{pointer}/{term}",
            f"several_{term}",
            f"{term} may be given only once",
            f"{term} drīkst norādīt tikai vienreiz",
        )


def _check_scheme(value: Any, scheme: str, pointer: str) -> Iterator[Problem]:
    for concept in as_list(value):
        schemes = concept.get("inScheme") if isinstance(concept, dict) else None
        if scheme not in [item.get("id") for item in as_list(schemes) if isinstance(item, dict)]:
            yield _problem(
                pointer,
                "wrong_list",
                f"is not a concept from the list {scheme}",
                f"nav jēdziens no saraksta {scheme}",
            )


def _check_issuer(credential: Json) -> Iterator[Problem]:
    """Europass seals in the name of a legal person, so the issuer needs an eIDAS identifier."""
    issuers = as_list(credential.get("issuer"))
    if any(len(as_list(_property(issuer, "eIDASIdentifier"))) != 1 for issuer in issuers):
        yield _problem(
            "/issuer/eIDASIdentifier",
            "missing_eIDASIdentifier",
            "the issuer needs exactly one eIDAS legal identifier, such as NTRLV-40000000001",
            "izdevējam vajag tieši vienu eIDAS juridisko identifikatoru, piemēram, NTRLV-40000000001",
        )


#: Elements of Annex I: code, paths of which at least one must have a value, and the sentence in English and Latvian.
_ANNEX_1: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (
        "learner",
        ("fullName", "familyName", "nationalId", "contactPoint.emailAddress"),
        "the learner is not identified",
        "izglītojamais nav identificēts",
    ),
    ("title", ("hasClaim.title",), "the title is missing", "trūkst nosaukuma"),
    (
        "awarding_body",
        ("hasClaim.awardedBy.awardingBody.legalName",),
        "the awarding body is missing",
        "trūkst piešķīrējiestādes",
    ),
    (
        "learning_outcomes",
        ("hasClaim.specifiedBy.learningOutcome",),
        "learning outcomes are missing",
        "trūkst mācīšanās rezultātu",
    ),
    (
        "notional_workload",
        ("hasClaim.specifiedBy.volumeOfLearning", "hasClaim.specifiedBy.creditPoint"),
        "the workload is missing",
        "trūkst darba slodzes",
    ),
    (
        "type_of_assessment",
        ("hasClaim.specifiedBy.provenBy.dcType", "hasClaim.provenBy.specifiedBy.dcType"),
        "the type of assessment is missing",
        "trūkst novērtējuma veida",
    ),
    (
        "form_of_participation",
        ("hasClaim.specifiedBy.mode",),
        "the form of participation is missing",
        "trūkst līdzdalības veida",
    ),
    (
        "type_of_quality_assurance",
        ("hasClaim.specifiedBy.accreditation", "hasClaim.specifiedBy.additionalNote"),
        "the type of quality assurance is missing",
        "trūkst kvalitātes nodrošināšanas veida",
    ),
)


def _check_annex_1(credential: Json) -> Iterator[Problem]:
    for code, paths, en, lv in _ANNEX_1:
        if not any(_values_at(credential.get("credentialSubject"), path) for path in paths):
            yield _problem(f"/credentialSubject/{paths[0].replace('.', '/')}", code, en, lv)


def _values_at(value: Any, path: str) -> list[Any]:
    """All values at the end of the path, through single nodes and lists alike, without empty ones."""
    values = as_list(value)
    for name in path.split("."):
        values = [item for node in values for item in as_list(_property(node, name))]
    return [item for item in values if item not in (None, "", [], {})]


def _property(node: Any, name: str) -> Any:
    return node.get(name) if isinstance(node, dict) else None


def _problem(pointer: str, code: str, en: str, lv: str) -> Problem:
    return Problem(pointer=pointer, code=code, sentence={"en": en, "lv": lv})
