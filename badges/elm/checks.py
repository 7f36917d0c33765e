"""lacks: what Europass would refuse in a European Digital Credential, or what Annex I asks of it and it does not say.

These are the demands of the profile "EDC generic full" and of Annex I as they concern what we write, in plain Python:
a tool that issues needs no RDF library. The tests hold them to the official shapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from badges.template.model import Texts, text_in
from signing.json_text import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something missing or wrong: where (a JSON pointer), a stable code, and a sentence in English and Latvian."""

    pointer: str
    code: str
    sentence: Texts

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {text_in(self.sentence, 'en')}"


#: What a node of each type has to have; a name with * has to stand exactly once.
_NEEDED: Mapping[str, tuple[str, ...]] = {
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
#: The list that the concepts under a property have to come from.
_LISTS: Mapping[str, str] = {
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
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_TIMES = ("issued", "issuanceDate", "validFrom", "expirationDate", "awardingDate", "dateIssued")


def lacks(credential: Json) -> tuple[Lack, ...]:
    """Everything that is missing or wrong, in reading order; nothing of the document is fetched or believed."""
    return (*_structure(credential, ""), *_issuer(credential), *_annex_1(credential))


def _structure(node: Any, pointer: str) -> Iterator[Lack]:
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from _structure(item, f"{pointer}/{number}")
    if not isinstance(node, dict):
        return
    for name in (name for kind in _all(node.get("type")) for name in _NEEDED.get(str(kind), ())):
        yield from _needed(node, name, pointer)
    for name, value in node.items():
        here = f"{pointer}/{name}"
        if name in _LISTS:
            yield from _listed(value, _LISTS[name], here)
        if name == "volumeOfLearning" and not (isinstance(value, str) and _DURATION.fullmatch(value)):
            yield _lack(
                here, "not_a_duration", "is not a duration such as PT40H", "nav ilgums, piemēram, PT40H"
            )
        if name in _TIMES and not (isinstance(value, str) and _TIME.fullmatch(value)):
            yield _lack(here, "not_a_time", "is not a date and time", "nav datums un laiks")
        if name != "@context":
            yield from _structure(value, here)


def _needed(node: Json, name: str, pointer: str) -> Iterator[Lack]:
    term = name.rstrip("*")
    values = [value for value in _all(node.get(term)) if value not in (None, "", [], {})]
    if not values:
        yield _lack(f"{pointer}/{term}", f"missing_{term}", f"{term} is missing", f"trūkst {term}")
    elif name.endswith("*") and len(values) > 1:
        yield _lack(
            f"{pointer}/{term}",
            f"several_{term}",
            f"{term} may be given only once",
            f"{term} drīkst norādīt tikai vienreiz",
        )


def _listed(value: Any, scheme: str, pointer: str) -> Iterator[Lack]:
    for concept in _all(value):
        told = concept.get("inScheme") if isinstance(concept, dict) else None
        if scheme not in [item.get("id") for item in _all(told) if isinstance(item, dict)]:
            yield _lack(
                pointer,
                "wrong_list",
                f"is not a concept from the list {scheme}",
                f"nav jēdziens no saraksta {scheme}",
            )


def _issuer(credential: Json) -> Iterator[Lack]:
    """The seal is made in the name of a legal person: its eIDAS identifier has to be there."""
    issuers = _all(credential.get("issuer"))
    if any(len(_all(_get(issuer, "eIDASIdentifier"))) != 1 for issuer in issuers):
        yield _lack(
            "/issuer/eIDASIdentifier",
            "missing_eIDASIdentifier",
            "the issuer needs exactly one eIDAS legal identifier, such as NTRLV-40000000001",
            "izdevējam vajag tieši vienu eIDAS juridisko identifikatoru, piemēram, NTRLV-40000000001",
        )


#: The elements of Annex I, each with the paths of which one has to lead somewhere.
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


def _annex_1(credential: Json) -> Iterator[Lack]:
    for code, paths, en, lv in _ANNEX_1:
        if not any(_at(credential.get("credentialSubject"), path) for path in paths):
            yield _lack(f"/credentialSubject/{paths[0].replace('.', '/')}", code, en, lv)


def _at(value: Any, path: str) -> list[Any]:
    found = _all(value)
    for name in path.split("."):
        found = [item for node in found for item in _all(_get(node, name))]
    return [item for item in found if item not in (None, "", [], {})]


def _get(node: Any, name: str) -> Any:
    return node.get(name) if isinstance(node, dict) else None


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _lack(pointer: str, code: str, en: str, lv: str) -> Lack:
    return Lack(pointer=pointer, code=code, sentence={"en": en, "lv": lv})
