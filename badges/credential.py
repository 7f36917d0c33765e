"""build: from a Template and a learner to an unsecured AchievementCredential.

What any Open Badges wallet can show goes into native terms (alignments, credits, results); what has no native home
goes into terms of the European Learning Model, through our extension. Nodes that belong to the achievement are named
by fragments of its address, nodes that belong to the award by fragments of the credential's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import urljoin

from badges import eu
from badges.errors import MissingElementsError
from badges.issuer import IssuerProfile
from badges.model import (
    Accreditation,
    Achievement,
    AchievementCredential,
    AchievementSubject,
    Address,
    Alignment,
    AwardingProcess,
    ConceptNode,
    CredentialSchema,
    CredentialStatus,
    CreditPoint,
    Criteria,
    IdentityObject,
    Image,
    LearningAssessment,
    LearningAssessmentSpecification,
    LearningOutcomeNode,
    Note,
    Organisation,
    Result,
    ResultDescription,
)
from badges.parts import Assessment, QualityAssurance
from badges.template import Level, Template, Texts, text_in
from badges.vocabularies import vocabulary

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
# Defines the type of our credentialSchema entries; without it that type would not be covered by the proof.
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
OB_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}
_RESULT: Texts = {"en": "Result", "lv": "Rezultāts"}
_EQF: Texts = {"en": "European Qualifications Framework", "lv": "Eiropas kvalifikāciju ietvarstruktūra"}
_LKI: Texts = {"en": "Latvian Qualifications Framework", "lv": "Latvijas kvalifikāciju ietvarstruktūra"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """Who earned it: a name, an e-mail address, or both."""

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """The badge's place in a status list."""

    list_url: str
    index: int


def build(
    *,
    credential_id: str,
    template: Template,
    template_url: str,
    picture_url: str,
    issuer: IssuerProfile,
    learner: Learner,
    salt: str,
    language: str,
    awarded_at: datetime,
    now: datetime,
    score: Decimal | None,
    status: StatusEntry,
    extension_url: str,
    valid_until: datetime | None = None,
) -> AchievementCredential:
    """The credential, still without a proof. Raises MissingElementsError with the codes of what is missing.

    `score` is 0 to 1; `extension_url` the address of our JSON-LD context (its JSON Schema stands beside it);
    `language` the one in which names and descriptions are written, where the standard allows one only.
    """
    names = (() if learner.name or learner.email else ("learner",)) + eu.missing(template, issuer)
    if names:
        raise MissingElementsError(names)
    return AchievementCredential(
        context=contexts(extension_url),
        id=credential_id,
        name=text_in(template.name, language, template.in_language),
        issuer=issuer.as_profile(language),
        valid_from=now,
        awarded_date=awarded_at,
        valid_until=valid_until,
        credential_subject=AchievementSubject(
            identifier=tuple(_identifiers(learner, salt)),
            credits_earned=template.credits,
            achievement=_achievement(template, template_url, picture_url, language, score),
            result=_results(score, template_url),
            credit_received=_credit_points(template, f"{credential_id}#credits"),
            proven_by=_assessments(template, score, awarded_at, credential_id),
            awarded_by=AwardingProcess(
                id=f"{credential_id}#awarding",
                awarding_date=awarded_at,
                awarding_body=(issuer.id,),
                awarding_location=Address(
                    address_country_code=issuer.country, address_locality=issuer.locality
                ),
            ),
        ),
        credential_schema=(
            CredentialSchema(id=OB_SCHEMA),
            CredentialSchema(id=urljoin(extension_url, "schema.json")),
        ),
        credential_status=CredentialStatus(
            id=f"{status.list_url}#{status.index}",
            status_list_index=str(status.index),
            status_list_credential=status.list_url,
        ),
    )


def contexts(extension_url: str) -> tuple[str, ...]:
    """The JSON-LD contexts of our credentials, in the order the standard demands."""
    return (VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS, extension_url)


def achievement_of(
    *, template: Template, template_url: str, picture_url: str, issuer: IssuerProfile, language: str
) -> Achievement:
    """The Achievement by itself, as it stands at its own address; it names its creator.

    Served as JSON-LD it needs an `@context` before it: `contexts`.
    """
    return replace(
        _achievement(template, template_url, picture_url, language, None), creator=issuer.as_profile(language)
    )


def _achievement(
    template: Template, template_url: str, picture_url: str, language: str, score: Decimal | None
) -> Achievement:
    """The Achievement in a credential; what its result is measured in stands there only if there is a result."""
    name = text_in(template.name, language, template.in_language)
    return Achievement(
        id=template_url,
        alignment=tuple(_alignments(template, language)),
        credits_available=template.credits,
        criteria=Criteria(
            id=f"{template_url}#criteria",
            narrative=text_in(template.criteria, language, template.in_language) or None,
        ),
        description=text_in(template.description, language, template.in_language) or name,
        image=Image(id=picture_url, caption=name),
        in_language=next((code for code, text in template.name.items() if text == name), None),
        name=name,
        result_description=(_result_description(template_url, language),) if score is not None else (),
        title=template.name,
        learning_outcome=tuple(
            LearningOutcomeNode(
                id=f"{template_url}#outcome-{number}",
                title=outcome.text,
                related_esco_skill=tuple(skill.iri for skill in outcome.esco),
            )
            for number, outcome in enumerate(template.learning_outcomes, 1)
        ),
        volume_of_learning=duration(template.workload_hours) if template.workload_hours else None,
        credit_point=_credit_points(template, f"{template_url}#credits"),
        eqf_level=_concept("eqf", str(template.level.value)) if isinstance(template.level, Level) else None,
        nqf_level=(_concept("lki", str(template.lki_level)),) if template.lki_level else (),
        education_level=(_concept("cycles", template.cycle),) if template.cycle else (),
        thematic_area=(_concept("isced_f", template.isced_f),) if template.isced_f else (),
        proven_by=tuple(
            LearningAssessmentSpecification(
                id=f"{template_url}#assessment-{number}",
                title=assessment_title(assessment),
                dc_type=(_concept("assessment_types", assessment.type),),
                mode=(_concept("modes_of_participation", assessment.mode),) if assessment.mode else (),
            )
            for number, assessment in enumerate(template.assessments, 1)
        ),
        mode=tuple(_concept("modes_of_participation", code) for code in template.forms_of_participation),
        accreditation=tuple(
            _accreditation(assurance, f"{template_url}#quality-{number}")
            for number, assurance in enumerate(template.types_of_quality_assurance, 1)
        ),
        entry_requirement=Note(id=f"{template_url}#prerequisites", note_literal=template.prerequisites)
        if template.prerequisites
        else None,
        stackability=_concept("stackability", template.stackability) if template.stackability else None,
        additional_note=(
            Note(id=f"{template_url}#further-information", note_literal=template.further_information),
        )
        if template.further_information
        else (),
    )


def identity_hash(identifier: str, salt: str) -> str:
    """The standard's IdentityHash of an identifier, as SHA-256."""
    return f"sha256${hashlib.sha256((identifier + salt).encode()).hexdigest()}"


def _identifiers(learner: Learner, salt: str) -> Iterable[IdentityObject]:
    """The e-mail address, hashed in lower case, and the name as it is. Never an `id`: none was proven."""
    if learner.email:
        yield IdentityObject(
            hashed=True,
            identity_hash=identity_hash(learner.email.strip().lower(), salt),
            identity_type="emailAddress",
            salt=salt,
        )
    if learner.name:
        yield IdentityObject(hashed=False, identity_hash=learner.name, identity_type="name")


def _concept(vocabulary_name: str, code: str) -> ConceptNode:
    concept = vocabulary(vocabulary_name)[code]
    return ConceptNode(id=concept.iri, pref_label=concept.label)


def _alignments(template: Template, language: str) -> Iterable[Alignment]:
    if isinstance(template.level, Level):
        level = vocabulary("eqf")[str(template.level.value)]
        yield Alignment(
            target_code=level.code,
            target_name=f"{text_in({'en': 'EQF', 'lv': 'EKI'}, language)}: {text_in(level.label, language)}",
            target_framework=text_in(_EQF, language),
            target_type="ext:EQF",
            target_url=level.iri,
        )
    if template.lki_level:
        level = vocabulary("lki")[str(template.lki_level)]
        yield Alignment(
            target_code=f"LKI{level.code}",
            target_name=text_in(level.label, language),
            target_framework=text_in(_LKI, language),
            target_type="ext:NQF",
            target_url=level.iri,
        )
    if template.isced_f:
        area = vocabulary("isced_f")[template.isced_f]
        yield Alignment(
            target_code=area.code,
            target_name=text_in(area.label, language),
            target_framework="ISCED-F 2013",
            target_type="ext:ISCEDF",
            target_url=area.iri,
        )
    for outcome in template.learning_outcomes:
        for skill in outcome.esco:
            yield Alignment(
                target_name=text_in(skill.label or outcome.text, language, template.in_language),
                target_framework="ESCO",
                target_type="ext:ESCOSkill",
                target_url=skill.iri,
            )
    for assurance in template.types_of_quality_assurance:
        concept = vocabulary("quality_assurance")[assurance.code]
        yield Alignment(
            target_code=concept.code,
            target_description=text_in(assurance.agency, language, template.in_language) or None,
            target_name=text_in(concept.label, language),
            target_type="ext:QualityAssurance",
            target_url=assurance.url or concept.iri,
        )


def _accreditation(assurance: QualityAssurance, node_id: str) -> Accreditation:
    """The EU's own concept first where there is one; what kind of assurance it is, in our list's words."""
    concept = vocabulary("quality_assurance")[assurance.code]
    eu_code = concept.more.get("accreditation")
    return Accreditation(
        id=node_id,
        title=concept.label,
        dc_type=(
            *((_concept("accreditation_types", eu_code),) if eu_code else ()),
            _concept("quality_assurance", assurance.code),
        ),
        accrediting_agent=Organisation(id=f"{node_id}-agency", legal_name=assurance.agency)
        if assurance.agency
        else None,
        accreditation_report=assurance.url,
    )


def _credit_points(template: Template, node_id: str) -> tuple[CreditPoint, ...]:
    if template.credits is None:
        return ()
    return (
        CreditPoint(id=node_id, point=plain(template.credits), framework=_concept("credit_systems", "ECTS")),
    )


def duration(hours: Decimal) -> str:
    """Hours as an xsd:duration: 40 is PT40H, 1.5 is PT1H30M."""
    minutes = round(hours * 60)
    return f"PT{minutes // 60}H" + (f"{minutes % 60}M" if minutes % 60 else "")


def plain(number: Decimal) -> str:
    """The number as people write it: 3, 2.5, 100; no exponent, no idle zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(score: Decimal) -> str:
    """A score of 0 to 1 as people write it in percent, without the sign."""
    return plain(round(score * 100, 2))


def _result_description(template_url: str, language: str) -> ResultDescription:
    return ResultDescription(
        id=f"{template_url}#result",
        name=text_in(_RESULT, language),
        result_type="Percent",
        value_max="100",
        value_min="0",
    )


def _results(score: Decimal | None, template_url: str) -> tuple[Result, ...]:
    if score is None:
        return ()
    return (Result(result_description=f"{template_url}#result", value=percent(score)),)


def assessment_title(assessment: Assessment) -> Texts:
    """What people call the assessment: its own title, else its type."""
    return assessment.title or vocabulary("assessment_types")[assessment.type].label


def _assessments(
    template: Template, score: Decimal | None, awarded_at: datetime, credential_id: str
) -> tuple[LearningAssessment, ...]:
    """How this learner was supervised in each assessment, and the grade: of the one there is, or of all together."""
    grade = f"{percent(score)} %" if score is not None else None
    note = Note(id=f"{credential_id}#grade", note_literal={"en": grade, "lv": grade}) if grade else None
    alone = len(template.assessments) == 1
    each = tuple(
        LearningAssessment(
            id=f"{credential_id}#assessment-{number}",
            title=assessment_title(assessment),
            grade=note if alone else None,
            date_issued=awarded_at,
            id_verification=_concept("supervision", assessment.supervision)
            if assessment.supervision
            else None,
        )
        for number, assessment in enumerate(template.assessments, 1)
        if assessment.supervision or (alone and note)
    )
    if note is None or alone:
        return each
    return (
        *each,
        LearningAssessment(
            id=f"{credential_id}#assessment", title=_ASSESSMENT, grade=note, date_issued=awarded_at
        ),
    )
