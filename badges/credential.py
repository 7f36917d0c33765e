"""build: from a Template and a learner to an unsecured AchievementCredential.

Nodes that belong to the achievement are named by fragments of its address, nodes that belong to the award by fragments
of the credential's. What the achievement says is in badges.achievement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urljoin

from badges.achievement import assessment_title, credit_points, describe
from badges.errors import MissingElementsError
from badges.eu import elements
from badges.eu.terms import concept, location, organisation, percent
from badges.issuer import IssuerProfile
from badges.model import (
    Achievement,
    AchievementCredential,
    AchievementSubject,
    AwardingProcess,
    CredentialSchema,
    CredentialStatus,
    IdentityObject,
    LearningAssessment,
    Note,
    Result,
)
from badges.template.model import Template, Texts

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
# Defines the type of our credentialSchema entries; without it that type would not be covered by the proof.
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
OB_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}


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
    purpose: str = "revocation"


def build(
    *,
    credential_id: str,
    template: Template,
    template_url: str,
    version: int,
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
    names = (() if learner.name or learner.email else ("learner",)) + elements.missing(template, issuer)
    if names:
        raise MissingElementsError(names)
    achievement = describe(template, template_url, version, picture_url, language, graded=score is not None)
    return AchievementCredential(
        context=contexts(extension_url),
        id=credential_id,
        name=achievement.name,
        issuer=issuer.as_profile(language),
        valid_from=now,
        awarded_date=awarded_at,
        valid_until=valid_until,
        credential_subject=AchievementSubject(
            identifier=tuple(_identifiers(learner, salt)),
            credits_earned=template.credits,
            achievement=achievement,
            result=_results(score, template_url),
            credit_received=credit_points(template, f"{credential_id}#credits"),
            proven_by=_assessments(template, score, awarded_at, credential_id),
            awarded_by=_awarding(template, issuer, awarded_at, template_url, credential_id),
        ),
        credential_schema=(
            CredentialSchema(id=OB_SCHEMA),
            CredentialSchema(id=urljoin(extension_url, "schema.json")),
        ),
        credential_status=CredentialStatus(
            id=f"{status.list_url}#{status.index}",
            status_purpose=status.purpose,
            status_list_index=str(status.index),
            status_list_credential=status.list_url,
        ),
    )


def promised(
    achievement: Achievement, template: Template, template_url: str, issuer: IssuerProfile
) -> AchievementSubject:
    """What a badge will say before anybody has earned it; how learners are supervised and who awards it, too."""
    return AchievementSubject(
        achievement=achievement,
        proven_by=_assessments(template, None, None, template_url),
        awarded_by=_awarding(template, issuer, None, template_url, template_url),
    )


def contexts(extension_url: str) -> tuple[str, ...]:
    """The JSON-LD contexts of our credentials, in the order the standard demands."""
    return (VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS, extension_url)


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


def _awarding(
    template: Template,
    issuer: IssuerProfile,
    awarded_at: datetime | None,
    template_url: str,
    base: str,
) -> AwardingProcess:
    """Who awards it: the issuer, and who else; when, and where."""
    others = (
        organisation(body, f"{template_url}#awarding-body-{number}")
        for number, body in enumerate(template.awarding_bodies, 1)
    )
    place = (
        (location(f"{base}#place", issuer.country, issuer.region, issuer.locality),) if issuer.country else ()
    )
    return AwardingProcess(
        id=f"{base}#awarding",
        awarding_date=awarded_at,
        awarding_body=(issuer.id, *others),
        location=place,
    )


def _results(score: Decimal | None, template_url: str) -> tuple[Result, ...]:
    if score is None:
        return ()
    return (Result(result_description=f"{template_url}#result", value=percent(score)),)


def _assessments(
    template: Template, score: Decimal | None, awarded_at: datetime | None, base: str
) -> tuple[LearningAssessment, ...]:
    """How this learner was supervised in each assessment, and the grade: of the one there is, or of all together."""
    grade = f"{percent(score)} %" if score is not None else None
    note = Note(id=f"{base}#grade", note_literal={"en": grade, "lv": grade}) if grade else None
    languages = tuple(template.name)
    alone = len(template.assessments) == 1
    each = tuple(
        LearningAssessment(
            id=f"{base}#assessment-{number}",
            title=assessment_title(assessment, languages),
            grade=note if alone else None,
            date_issued=awarded_at,
            id_verification=concept("supervision", assessment.supervision, languages)
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
        LearningAssessment(id=f"{base}#assessment", title=_ASSESSMENT, grade=note, date_issued=awarded_at),
    )
