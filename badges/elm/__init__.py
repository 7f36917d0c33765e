"""european_credential: an award as a European Digital Credential of the European Learning Model 3, not yet sealed.

It is made from the same template, issuer, learner and award as the badge, and says the same; the Europass Issuer takes
it as an upload and seals it. Nothing is left out silently: `badges.elm.checks.lacks` says what Europass would refuse.
Nodes are named by UUIDs made from the credential's id, so the same award always gives the same document.

Source: European Learning Model 3.2, application profile "EDC generic full".
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from badges.credential import Learner, assessment_title, duration, percent, plain
from badges.issuer import IssuerProfile
from badges.parts import QualityAssurance
from badges.template import Level, Template, Texts, text_in
from badges.vocabularies import vocabulary
from signing.timestamps import as_timestamp

Json = dict[str, Any]

CONTEXTS = ("https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap")
SCHEMA = "http://data.europa.eu/snb/model/ap/edc-generic-full"
_SNB = "http://data.europa.eu/snb/"
_EU = "http://publications.europa.eu/resource/authority/"
_ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}
_OPEN_BADGE: Texts = {"en": "Open Badges 3.0 credential", "lv": "Open Badges 3.0 apliecinājums"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Awarded:
    """One award, as the badge tells it; `png` is the picture that Europass shows as the credential's page."""

    credential_id: str
    template: Template
    template_url: str
    issuer: IssuerProfile
    learner: Learner
    language: str
    awarded_at: datetime
    now: datetime
    score: Decimal | None = None
    valid_until: datetime | None = None
    png: bytes = b""


def upload(awarded: Awarded) -> Json:
    """What the Europass Issuer takes as "Upload JSON". It finds the learner's e-mail address in the credential."""
    return {"credential": european_credential(awarded), "deliveryDetails": {}}


def upload_batch(awards: Iterable[Awarded]) -> bytes:
    """A ZIP with the upload of each award in a file of its own; the same awards make the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as batch:
        for awarded in awards:
            document = upload(awarded)
            name = f"{document['credential']['id'].removeprefix('urn:credential:')}.json"
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            batch.writestr(entry, json.dumps(document, ensure_ascii=False))
    return packed.getvalue()


def european_credential(awarded: Awarded) -> Json:
    """The credential as JSON-LD, whole or not: ask `badges.elm.checks.lacks`."""
    node = _Nodes(awarded.credential_id)
    template, issuer = awarded.template, awarded.issuer
    organisation = _organisation(node, issuer)
    return _said(
        {
            "@context": list(CONTEXTS),
            "id": f"urn:credential:{uuid5(NAMESPACE_URL, awarded.credential_id)}",
            "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
            "credentialProfiles": [_concept(f"{_SNB}credential/e34929035b", {"en": "Generic"})],
            "credentialSchema": [{"id": SCHEMA, "type": "ShaclValidator2017"}],
            "identifier": [
                node("identifier", "Identifier", schemeName=_OPEN_BADGE["en"], notation=awarded.credential_id)
            ],
            "issuer": organisation,
            "issuanceDate": as_timestamp(awarded.now),
            "issued": as_timestamp(awarded.now),
            "validFrom": as_timestamp(awarded.now),
            "expirationDate": as_timestamp(awarded.valid_until) if awarded.valid_until else None,
            "displayParameter": _display(node, template, awarded.language, awarded.png),
            "credentialSubject": _person(node, awarded, organisation),
        }
    )


class _Nodes:
    """Gives each node its id: the kind, and a UUID of the credential, the kind and the place."""

    def __init__(self, credential_id: str) -> None:
        self._base = credential_id

    def __call__(self, place: str, kind: str, **said: Any) -> Json:
        name = kind[0].lower() + kind[1:]
        unique = uuid5(NAMESPACE_URL, f"{self._base}#{name}-{place}")
        return {"id": f"urn:epass:{name}:{unique}", "type": kind, **said}

    def note(self, place: str, text: Texts) -> Json | None:
        return self(place, "Note", noteLiteral=dict(text)) if text else None

    def page(self, place: str, url: str | None) -> Json | None:
        return self(place, "WebResource", contentURL=url) if url else None


def _said(value: Any) -> Any:
    """The value without what is empty."""
    if isinstance(value, dict):
        found = {name: _said(item) for name, item in value.items()}
        return {name: item for name, item in found.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [item for item in map(_said, value) if item not in (None, "", [], {})]
    return value


# --- Concepts: each names its list, for the profile checks it ---


def _concept(iri: str, label: Texts, scheme: str | None = None) -> Json:
    if scheme is None:
        folder = iri.rpartition("/")[0]
        scheme = folder if iri.startswith(_EU) else f"{folder}/25831c2"
    return {
        "id": iri,
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
        "prefLabel": dict(label),
    }


def _coded(vocabulary_name: str, code: str) -> Json:
    found = vocabulary(vocabulary_name)
    return _concept(found[code].iri, found[code].label, found.scheme)


def _language(code: str) -> Json | None:
    return _coded("languages", code) if code in vocabulary("languages") else None


def _country(code: str | None) -> Json | None:
    return _coded("countries", code) if code else None


# --- Who awards ---


def _location(node: _Nodes, place: str, country: str | None, address: Texts) -> Json | None:
    """A place with an address; None where not even the country is known."""
    if country is None:
        return None
    return node(
        place,
        "Location",
        address=[
            node(
                place,
                "Address",
                countryCode=_country(country),
                fullAddress=node.note(f"{place}-address", address),
            )
        ],
    )


def _organisation(node: _Nodes, issuer: IssuerProfile) -> Json:
    parts = (issuer.street, issuer.locality, issuer.region, issuer.postal_code)
    address = ", ".join(part for part in parts if part)
    languages = tuple(issuer.legal_name) or ("en",)
    country = _country(issuer.country)
    return {
        "id": issuer.id,
        "type": "Organisation",
        "legalName": dict(issuer.legal_name),
        "altLabel": {languages[0]: issuer.name},
        "location": [_location(node, "issuer", issuer.country, {languages[0]: address} if address else {})],
        "homepage": [node.page("issuer", issuer.url)],
        "contactPoint": [
            node(
                "issuer",
                "ContactPoint",
                emailAddress=[{"id": f"mailto:{issuer.email}", "type": "Mailbox"}],
            )
        ]
        if issuer.email
        else [],
        "eIDASIdentifier": node("eidas", "LegalIdentifier", notation=issuer.eidas_identifier, spatial=country)
        if issuer.eidas_identifier
        else None,
        "registration": node("registration", "LegalIdentifier", notation=issuer.registration, spatial=country)
        if issuer.registration
        else None,
        "identifier": [
            node(f"issuer-{kind}", "Identifier", notation=value, schemeName=kind.removeprefix("ext:"))
            for kind, value in issuer.identifiers
        ],
    }


def _awarding(node: _Nodes, awarded: Awarded, organisation: Json) -> Json:
    issuer = awarded.issuer
    locality = {text_in_language(issuer): issuer.locality} if issuer.locality else {}
    return node(
        "award",
        "AwardingProcess",
        awardingBody=[organisation],
        awardingDate=as_timestamp(awarded.awarded_at),
        location=_location(node, "award", issuer.country, locality),
    )


def text_in_language(issuer: IssuerProfile) -> str:
    """The language an issuer's own texts are most likely in: the first of its legal names."""
    return next(iter(issuer.legal_name), "en")


# --- To whom, and for what ---


def _person(node: _Nodes, awarded: Awarded, organisation: Json) -> Json:
    learner = awarded.learner
    return node(
        "learner",
        "Person",
        fullName={awarded.language: learner.name} if learner.name else {},
        contactPoint=[
            node(
                "learner",
                "ContactPoint",
                emailAddress=[{"id": f"mailto:{learner.email}", "type": "Mailbox"}],
            )
        ]
        if learner.email
        else [],
        hasClaim=[_achievement(node, awarded, organisation)],
    )


def _achievement(node: _Nodes, awarded: Awarded, organisation: Json) -> Json:
    template, award = awarded.template, _awarding(node, awarded, organisation)
    return node(
        "achievement",
        "LearningAchievement",
        title=dict(template.name),
        awardedBy=award,
        provenBy=list(_assessments(node, awarded, award)),
        specifiedBy=_specification(node, awarded),
        creditReceived=list(_credits(node, "received", template)),
    )


def _assessments(node: _Nodes, awarded: Awarded, award: Json) -> Iterable[Json]:
    """Each supervised assessment with the grade of all; without a grade the model has no room for one."""
    if awarded.score is None:
        return
    grade = f"{percent(awarded.score)} %"
    note = node.note("grade", {"en": grade, "lv": grade.replace(".", ",")})
    supervised = [item for item in awarded.template.assessments if item.supervision]
    for number, assessment in enumerate(supervised, 1):
        yield node(
            f"result-{number}",
            "LearningAssessment",
            title=dict(assessment_title(assessment)),
            grade=note,
            dateIssued=as_timestamp(awarded.awarded_at),
            idVerification=_coded("supervision", assessment.supervision or ""),
            awardedBy=award,
        )
    if not supervised:
        yield node(
            "result",
            "LearningAssessment",
            title=dict(_ASSESSMENT),
            grade=note,
            dateIssued=as_timestamp(awarded.awarded_at),
            awardedBy=award,
        )


def _specification(node: _Nodes, awarded: Awarded) -> Json:
    """What was achieved. A level or an accreditation makes it a Qualification, for the model has them there only."""
    template = awarded.template
    skills: dict[str, Texts] = {}  # one skill under two outcomes is one concept, with one label
    for outcome in template.learning_outcomes:
        for skill in outcome.esco:
            skills.setdefault(skill.iri, skill.label or outcome.text)
    accredited = tuple(_accreditations(node, template.types_of_quality_assurance))
    level = template.level if isinstance(template.level, Level) else None
    qualification = bool(level or template.lki_level or accredited)
    specification: Json = {
        "id": awarded.template_url,
        "type": "Qualification" if qualification else "LearningAchievementSpecification",
        "title": dict(template.name),
        "description": dict(template.description),
        "homepage": [node.page("criteria", f"{awarded.template_url}#criteria")],
        "language": [_language(template.in_language)],
        "volumeOfLearning": duration(template.workload_hours) if template.workload_hours else None,
        "creditPoint": list(_credits(node, "available", template)),
        "mode": [_coded("modes_of_participation", code) for code in template.forms_of_participation],
        "thematicArea": [_coded("isced_f", template.isced_f)] if template.isced_f else [],
        "educationLevel": [_coded("cycles", template.cycle)] if template.cycle else [],
        "entryRequirement": node.note("prerequisites", template.prerequisites),
        "additionalNote": list(_notes(node, awarded)),
        "learningOutcome": [
            node(
                str(number),
                "LearningOutcome",
                title=dict(outcome.text),
                relatedESCOSkill=[
                    _concept(skill.iri, skills[skill.iri], _ESCO_SKILLS) for skill in outcome.esco
                ],
            )
            for number, outcome in enumerate(template.learning_outcomes, 1)
        ],
        "provenBy": [
            node(
                str(number),
                "LearningAssessmentSpecification",
                title=dict(assessment_title(assessment)),
                dcType=_coded("assessment_types", assessment.type),
                mode=_coded("modes_of_participation", assessment.mode) if assessment.mode else None,
            )
            for number, assessment in enumerate(template.assessments, 1)
        ],
    }
    if qualification:
        specification["eqfLevel"] = _coded("eqf", str(level.value)) if level else None
        specification["nqfLevel"] = [_coded("lki", str(template.lki_level))] if template.lki_level else []
        specification["accreditation"] = list(accredited)
        if template.stackability:
            specification["isPartialQualification"] = template.stackability == "integrated"
    return specification


def _credits(node: _Nodes, place: str, template: Template) -> Iterable[Json]:
    if template.credits is not None:
        yield node(
            place, "CreditPoint", point=plain(template.credits), framework=_coded("credit_systems", "ECTS")
        )


def _accreditations(node: _Nodes, assurances: Sequence[QualityAssurance]) -> Iterable[Json]:
    """Those of which the model can tell type, agency and the agency's country."""
    for number, assurance in enumerate(assurances, 1):
        concept = vocabulary("quality_assurance")[assurance.code]
        kind = concept.more.get("accreditation")
        if kind and assurance.agency and assurance.country:
            place = f"quality-{number}"
            yield node(
                place,
                "Accreditation",
                title=dict(concept.label),
                dcType=_coded("accreditation_types", kind),
                accreditingAgent=node(
                    place,
                    "Organisation",
                    legalName=dict(assurance.agency),
                    location=[_location(node, place, assurance.country, {})],
                ),
                report=node.page(place, assurance.url),
            )


def _notes(node: _Nodes, awarded: Awarded) -> Iterable[Json | None]:
    """What the model has no property for, in the words of our lists."""
    template = awarded.template
    for assurance in template.types_of_quality_assurance:
        label = vocabulary("quality_assurance")[assurance.code].label
        yield node.note(
            f"quality-{assurance.code}",
            {
                language: f"{text} ({text_in(assurance.agency, language)})" if assurance.agency else text
                for language, text in label.items()
            },
        )
    if template.stackability:
        yield node.note("stackability", vocabulary("stackability")[template.stackability].label)
    if awarded.score is None:
        for code in dict.fromkeys(item.supervision for item in template.assessments if item.supervision):
            yield node.note(f"supervision-{code}", vocabulary("supervision")[code].label)
    yield node.note("further-information", template.further_information)


# --- How it is shown ---


def _display(node: _Nodes, template: Template, language: str, png: bytes) -> Json:
    primary = _language(language) or _language("en")
    others = [_language(code) for code in template.name if code != language]
    picture = node(
        "page",
        "MediaObject",
        content=base64.b64encode(png).decode(),
        contentEncoding=_concept(f"{_SNB}encoding/6146cde7dd", {"en": "base64"}),
        contentType=_concept(f"{_EU}file-type/PNG", {"en": "PNG"}),
    )
    page = node("page", "DisplayDetail", page=1, image=picture) if png else None
    return node(
        "display",
        "DisplayParameter",
        title=dict(template.name),
        description=dict(template.description),
        primaryLanguage=primary,
        language=[primary, *others],
        individualDisplay=[node("page", "IndividualDisplay", language=primary, displayDetail=[page])]
        if page
        else [],
    )
