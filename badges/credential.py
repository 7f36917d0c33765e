"""CredentialBuilder: unsecured AchievementCredentials for learners.

The ids of nodes that belong to the achievement are fragments of its address; those of nodes that belong to the award
are fragments of the credential's. The achievement itself is built in `badges.achievement`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from urllib.parse import urljoin

from badges import prior_learning as recognition
from badges.achievement import assessment_title, build_achievement, credit_points
from badges.errors import MissingElementsError
from badges.eu import elements
from badges.eu.terms import TRUE, concept, decimal_text, location, organisation
from badges.issuer import IssuerProfile
from badges.jsonld import Rendered, as_jsonld
from badges.model import (
    Achievement,
    AchievementCredential,
    AchievementSubject,
    AwardingProcess,
    CredentialSchema,
    CredentialStatus,
    Evidence,
    IdentityObject,
    LearningAssessment,
    Note,
    PartNode,
    Result,
)
from badges.prior_learning import PriorLearning
from badges.result_descriptions import (
    descriptions_of_each,
    level_id,
    level_of_outcome_id,
    levels_id,
    levels_of_outcome_id,
    result_descriptions,
    scale_id,
)
from badges.template.fields import Texts
from badges.template.model import Template
from badges.template.outcome_levels import ReachedLevel
from badges.template.results import on_scale
from signing.json_text import Json, read_object

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
# Defines the type of our credentialSchema entries: a type that no context defines would not be covered by the proof.
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
OB_SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

_ASSESSMENT: Texts = {"en": "Assessment", "lv": "Novērtēšana"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """The learner to whom it is awarded: a name, an e-mail address, or both.

    `email_hash` stands for an address that is known by the hash only that was signed before, with the same salt.
    """

    name: str | None = None
    email: str | None = None
    email_hash: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether anything says who it is."""
        return bool(self.name or self.email or self.email_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenEvidence:
    """A piece of evidence as somebody gave it; each of its parts may be None, but not all.

    `url` is its address, `narrative` a text in Markdown, `description` what else is to be said of it.
    """

    url: str | None = None
    name: str | None = None
    narrative: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A badge for which this one was awarded, with others: the id of its credential, and what it is called."""

    id: str
    name: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievedLevel:
    """A level that was reached, and the description that has it, by their ids; `of_one`: of one outcome alone."""

    description: str
    level: str
    of_one: bool = True


#: What the achievement in a credential explains: no results; a grade, with the level that it decides for all outcomes
#: together where the template has some; a level of each outcome.
_Explained = Literal["nothing", "grade", "each"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """The credential's entry in a Bitstring Status List; `purpose` is `revocation` or `suspension`."""

    list_url: str
    index: int
    purpose: str = "revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsements:
    """What others say of an achievement and of its issuer, each the JSON of an EndorsementCredential with its proof.

    Not as JWTs: the term for these (`endorsementJwt`) is missing in the copies of the context that some verifiers have.
    """

    of_achievement: tuple[str, ...] = ()
    of_issuer: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A name for exactly these; empty where there are none."""
        every = "\n".join((*self.of_achievement, "", *self.of_issuer))
        return hashlib.sha256(every.encode()).hexdigest()[:16] if every.strip() else ""


def _read(endorsements: tuple[str, ...]) -> tuple[Rendered, ...]:
    return tuple(Rendered(read_object(each)) for each in endorsements)


class CredentialBuilder:
    """Builds the unsecured credentials of one achievement in one language.

    What they have in common, which is most of each, is built once. `extension_url` is the address of our JSON-LD
    context; its JSON Schema is beside it, as `schema.json`. `language` is used where the standard has room for one
    only. `endorsements` are signed with each of them.
    """

    def __init__(
        self,
        *,
        template: Template,
        template_url: str,
        version: int,
        picture_url: str,
        issuer: IssuerProfile,
        language: str,
        extension_url: str,
        endorsements: Endorsements | None = None,
    ) -> None:
        self._template = template
        self._template_url = template_url
        self._version = version
        self._picture_url = picture_url
        self._issuer = issuer
        self._language = language
        self._contexts = contexts(extension_url)
        self._schemas = (
            CredentialSchema(id=OB_SCHEMA),
            CredentialSchema(id=urljoin(extension_url, "schema.json")),
        )
        self._missing = elements.missing(template, issuer)
        self._endorsements = endorsements or Endorsements()
        profile = replace(issuer.as_profile(language), endorsement=_read(self._endorsements.of_issuer))
        self._profile = Rendered(as_jsonld(profile))
        #: By what it explains, as far as there was a credential that needed it.
        self._achievements: dict[_Explained, tuple[str, Rendered]] = {}

    def build(
        self,
        *,
        credential_id: str,
        subject_id: str,
        learner: Learner,
        salt: str,
        awarded_at: datetime,
        now: datetime,
        score: Decimal | None,
        status: StatusEntry,
        valid_until: datetime | None = None,
        assessed_at: datetime | None = None,
        replaces: str | None = None,
        evidence: tuple[GivenEvidence, ...] = (),
        prior_learning: PriorLearning | None = None,
        parts: tuple[Part, ...] = (),
        achieved_levels: tuple[AchievedLevel, ...] = (),
    ) -> Json:
        """The credential of a learner as JSON-LD, without a proof. It shares parts with others: nobody may change it.

        `subject_id` is the same in all credentials of one award and in no other: Open Badges 3.0 wants it in the JWT
        too, as `sub`. It is no account of the learner, and a DID only where the learner's wallet has proven that it has
        the key: anything else would claim a control that nobody has proven. The identifiers stay beside a DID, because
        a key says nothing of who the learner is.
        `score` is 0 to 1. `salt` makes tables of precomputed hashes of e-mail addresses useless. `awarded_at` and
        `valid_until` stay the same when a credential is issued again; `now` is its validFrom. `assessed_at` is the date
        of the assessment, None where it is not known. `replaces` is the id of a credential of the same award, whose
        place this one takes. `evidence` is what somebody gave with the award. `prior_learning`: the decision by which
        it was recognised; then that is the assessment, and none of the template's was taken. `parts`: the badges for
        which it was awarded as a whole. `achieved_levels` are those of the outcomes, as `achieved_levels` below says.

        Raises MissingElementsError with the codes of the mandatory elements that are missing.
        """
        missing = (() if learner.is_named else ("learner",)) + self._missing
        if missing:
            raise MissingElementsError(missing)
        template, template_url = self._template, self._template_url
        explained = _explained(score, achieved_levels)
        name, achievement = self._achievement(explained)
        return as_jsonld(
            AchievementCredential(
                context=self._contexts,
                id=credential_id,
                name=name,
                issuer=self._profile,
                valid_from=now,
                awarded_date=awarded_at,
                valid_until=valid_until,
                replaces=replaces,
                credential_subject=AchievementSubject(
                    id=subject_id,
                    identifier=tuple(_identifiers(learner, salt)),
                    credits_earned=template.credits,
                    achievement=achievement,
                    result=tuple(_results(template, score, achieved_levels, assessed_at, template_url)),
                    credit_received=credit_points(template, f"{credential_id}#credits"),
                    proven_by=_assessments(
                        template, self._grade(score, explained), assessed_at, credential_id
                    )
                    if prior_learning is None
                    else (recognition.assessment(prior_learning, credential_id, tuple(template.name)),),
                    awarded_by=_awarding(template, self._issuer, awarded_at, template_url, credential_id),
                    recognition_of_prior_learning=TRUE if prior_learning is not None else None,
                    has_part=tuple(PartNode(id=each.id, title=each.name) for each in parts),
                ),
                credential_schema=self._schemas,
                credential_status=CredentialStatus(
                    id=f"{status.list_url}#{status.index}",
                    status_purpose=status.purpose,
                    status_list_index=str(status.index),
                    status_list_credential=status.list_url,
                ),
                evidence=self._decision(prior_learning, credential_id)
                + tuple(
                    Evidence(
                        id=each.url or f"{credential_id}#evidence-{number}",
                        name=each.name,
                        narrative=each.narrative,
                        description=each.description,
                    )
                    for number, each in enumerate(evidence, 1)
                ),
            )
        )

    def _decision(self, prior_learning: PriorLearning | None, credential_id: str) -> tuple[Evidence, ...]:
        if prior_learning is None:
            return ()
        language = self._template.language_for(self._language)
        return (recognition.evidence(prior_learning, credential_id, language, self._issuer.zone),)

    def achieved_levels(
        self, score: Decimal | None, reached: Iterable[ReachedLevel] = ()
    ) -> tuple[AchievedLevel, ...]:
        """The levels that a credential states: those that single outcomes have `reached`.

        Where there is none of these, that of all outcomes together which the score, 0 to 1, reaches.
        """
        url, template = self._template_url, self._template
        of_each = tuple(
            AchievedLevel(
                description=levels_of_outcome_id(url, each.outcome), level=level_of_outcome_id(url, each)
            )
            for each in reached
            if each.outcome <= len(template.learning_outcomes) and each.level <= len(template.outcome_levels)
        )
        number = template.level_reached(score)
        if of_each or number is None:
            return of_each
        return (AchievedLevel(description=levels_id(url), level=level_id(url, number), of_one=False),)

    def _grade(self, score: Decimal | None, explained: _Explained) -> Texts:
        """The grade in words, with the level that it decides; empty without one."""
        if score is None:
            return {}
        template = self._template
        return template.result_texts(score) if explained == "each" else template.result_with_level(score)

    def _achievement(self, explained: _Explained) -> tuple[str, Rendered]:
        """The name of the achievement, and the achievement."""
        if explained not in self._achievements:
            template, url = self._template, self._template_url
            # The result's description is in the language that the achievement is in, which may be another.
            language = template.language_for(self._language)
            describe = descriptions_of_each if explained == "each" else result_descriptions
            descriptions = () if explained == "nothing" else describe(template, url, language)
            built = build_achievement(
                template, url, self._version, self._picture_url, self._language, self._issuer, descriptions
            )
            built = replace(built, endorsement=_read(self._endorsements.of_achievement))
            self._achievements[explained] = built.name, Rendered(as_jsonld(built))
        return self._achievements[explained]


def preview_subject(
    achievement: Achievement, template: Template, template_url: str, issuer: IssuerProfile
) -> AchievementSubject:
    """The subject of a future credential, before anybody has earned it: without learner, dates and results."""
    return AchievementSubject(
        achievement=achievement,
        proven_by=_assessments(template, {}, None, template_url),
        awarded_by=_awarding(template, issuer, None, template_url, template_url),
    )


def contexts(extension_url: str) -> tuple[str, ...]:
    """The JSON-LD contexts of our credentials; VC 2.0 and Open Badges 3.0 are first, as the standard requires."""
    return (VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS, extension_url)


def identity_hash(identifier: str, salt: str) -> str:
    """The IdentityHash (Open Badges 3.0) of `identifier` followed by `salt`, with SHA-256."""
    return f"sha256${hashlib.sha256((identifier + salt).encode()).hexdigest()}"


def _identifiers(learner: Learner, salt: str) -> Iterable[IdentityObject]:
    """The e-mail address as a hash and the name in clear text, as far as they are known."""
    # In lower case, so that the hash does not depend on how somebody writes the address.
    hashed = identity_hash(learner.email.strip().lower(), salt) if learner.email else learner.email_hash
    if hashed:
        yield IdentityObject(hashed=True, identity_hash=hashed, identity_type="emailAddress", salt=salt)
    if learner.name:
        yield IdentityObject(hashed=False, identity_hash=learner.name, identity_type="name")


def _awarding(
    template: Template,
    issuer: IssuerProfile,
    awarded_at: datetime | None,
    template_url: str,
    base: str,
) -> AwardingProcess:
    """The awarding process: the issuer and the other awarding bodies, the time, and the issuer's place."""
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


def _explained(score: Decimal | None, achieved_levels: tuple[AchievedLevel, ...]) -> _Explained:
    if any(each.of_one for each in achieved_levels):
        return "each"
    return "nothing" if score is None else "grade"


def _results(
    template: Template,
    score: Decimal | None,
    achieved_levels: tuple[AchievedLevel, ...],
    assessed_at: datetime | None,
    template_url: str,
) -> Iterable[Result]:
    """The grade; then each level as a result of its own: they are explained in different ways."""
    if score is not None:
        value = decimal_text(on_scale(score, template.scale))
        yield Result(result_description=scale_id(template_url), value=value, date_issued=assessed_at)
    for each in achieved_levels:
        yield Result(result_description=each.description, achieved_level=each.level, date_issued=assessed_at)


def _assessments(
    template: Template, grade: Texts, assessed_at: datetime | None, base: str
) -> tuple[LearningAssessment, ...]:
    """The assessments of which the supervision or a grade is known.

    The platform gives one score: it is the grade of the only assessment, or of one more that stands for all together.
    """
    note = Note(id=f"{base}#grade", note_literal=grade) if grade else None
    languages = tuple(template.name)
    alone = len(template.assessments) == 1
    each = tuple(
        LearningAssessment(
            id=f"{base}#assessment-{number}",
            title=assessment_title(assessment, languages),
            grade=note if alone else None,
            date_issued=assessed_at,
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
        LearningAssessment(id=f"{base}#assessment", title=_ASSESSMENT, grade=note, date_issued=assessed_at),
    )
