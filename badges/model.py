"""The classes of Open Badges 3.0, fields in the standard's order, followed by the terms of our EU extension.

Names are the standard's in snake_case; `badges.jsonld.as_jsonld` turns any of these into JSON-LD. `type` is a tuple
where the standard has a list, a string where it has one. `metadata["term"]` has a term that does not follow from
snake_case. Numbers are Decimal, times are aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from badges.jsonld import Rendered
from badges.template.fields import Texts

# Extension: nodes of the European Learning Model ------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptNode:
    """A concept of a controlled vocabulary, with its labels."""

    id: str
    type: str = "Concept"
    pref_label: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    id: str
    type: str = "Note"
    note_literal: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalIdentifier:
    id: str
    type: str = "LegalIdentifier"
    notation: str
    spatial: ConceptNode


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPoint:
    """Credits with their unit, which the standard's own terms do not have."""

    id: str
    type: str = "CreditPoint"
    point: str
    framework: ConceptNode


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcomeNode:
    id: str
    type: str = "LearningOutcome"
    title: Texts
    related_esco_skill: tuple[str, ...] = field(default=(), metadata={"term": "relatedESCOSkill"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAssessmentSpecification:
    id: str
    type: str = "LearningAssessmentSpecification"
    title: Texts
    dc_type: tuple[ConceptNode, ...]
    mode: tuple[ConceptNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAssessment:
    id: str
    type: str = "LearningAssessment"
    title: Texts
    dc_type: tuple[ConceptNode, ...] = ()
    grade: Note | None = None
    date_issued: datetime | None = None
    id_verification: ConceptNode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierNode:
    """A number in a register, and the name of the register."""

    id: str
    type: str = "Identifier"
    notation: str
    scheme_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place: its name and its country."""

    id: str
    type: str = "Location"
    title: Texts = field(default_factory=dict)
    spatial_code: tuple[ConceptNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    id: str
    type: str = "Organisation"
    legal_name: Texts
    location: tuple[Location, ...] = ()
    homepage: str | None = None
    registration: LegalIdentifier | None = None
    eidas_identifier: LegalIdentifier | None = field(default=None, metadata={"term": "eIDASIdentifier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation:
    id: str
    type: str = "Accreditation"
    title: Texts
    dc_type: tuple[ConceptNode, ...]
    accrediting_agent: Organisation | None = None
    accreditation_report: str | None = None
    registered_as: tuple[IdentifierNode, ...] = ()
    date_issued: datetime | None = None
    expiry_date: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAchievementSpecification:
    """A larger credential of which the micro-credential may become a part."""

    id: str
    type: str = "LearningAchievementSpecification"
    title: Texts
    homepage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardingProcess:
    """When, where and by whom it was awarded: the issuer by its id, other bodies as nodes."""

    id: str
    type: str = "AwardingProcess"
    awarding_date: datetime | None = None
    awarding_body: tuple[str | Organisation, ...]
    location: tuple[Location, ...] = ()


# Open Badges 3.0 --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    id: str
    type: str = "Image"
    caption: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    id: str | None = None
    narrative: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    type: tuple[str, ...] = ("Address",)
    address_country: str | None = None
    address_country_code: str | None = None
    address_region: str | None = None
    address_locality: str | None = None
    street_address: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierEntry:
    type: str = "IdentifierEntry"
    identifier: str
    identifier_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityObject:
    type: str = "IdentityObject"
    hashed: bool
    identity_hash: str
    identity_type: str
    salt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    id: str
    type: tuple[str, ...] = ("Profile",)
    name: str | None = None
    url: str | None = None
    email: str | None = None
    image: Image | None = None
    address: Address | None = None
    other_identifier: tuple[IdentifierEntry, ...] = ()
    legal_name: Texts = field(default_factory=dict)
    registration: LegalIdentifier | None = None
    vat_identifier: LegalIdentifier | None = None
    eidas_identifier: LegalIdentifier | None = field(default=None, metadata={"term": "eIDASIdentifier"})
    location: tuple[Location, ...] = ()
    endorsement: tuple[Rendered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    type: tuple[str, ...] = ("Alignment",)
    target_code: str | None = None
    target_description: str | None = None
    target_name: str
    target_framework: str | None = None
    target_type: str | None = None
    target_url: str
    title: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """The same achievement in another language."""

    id: str
    type: tuple[str, ...] = ("Related",)
    in_language: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricCriterionLevel:
    id: str
    type: tuple[str, ...] = ("RubricCriterionLevel",)
    description: str | None = None
    level: str | None = None
    name: str
    title: Texts = field(default_factory=dict)
    summary: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDescription:
    id: str
    type: tuple[str, ...] = ("ResultDescription",)
    alignment: tuple[Alignment, ...] = ()
    name: str
    required_value: str | None = None
    result_type: str
    rubric_criterion_level: tuple[RubricCriterionLevel, ...] = ()
    value_max: str | None = None
    value_min: str | None = None
    title: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    type: tuple[str, ...] = ("Result",)
    achieved_level: str | None = None
    result_description: str | None = None
    status: str | None = None
    value: str | None = None
    date_issued: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    id: str
    type: tuple[str, ...] = ("Achievement", "EuMicrocredential")
    alignment: tuple[Alignment, ...] = ()
    achievement_type: str = "MicroCredential"
    creator: Profile | None = None
    credits_available: Decimal | None = None
    criteria: Criteria
    description: str
    endorsement: tuple[Rendered, ...] = ()
    field_of_study: str | None = None
    human_code: str | None = None
    image: Image | None = None
    in_language: str | None = None
    name: str
    other_identifier: tuple[IdentifierEntry, ...] = ()
    related: tuple[Related, ...] = ()
    result_description: tuple[ResultDescription, ...] = ()
    tag: tuple[str, ...] = ()
    version: str | None = None
    title: Texts = field(default_factory=dict)
    summary: Texts = field(default_factory=dict)
    requirement: Texts = field(default_factory=dict)
    recognition: Texts = field(default_factory=dict)
    dc_type: tuple[ConceptNode, ...] = ()
    learning_outcome: tuple[LearningOutcomeNode, ...] = ()
    volume_of_learning: str | None = None
    credit_point: tuple[CreditPoint, ...] = ()
    level_applicable: str | None = None
    level_decision: str | None = None
    eqf_level: ConceptNode | None = None
    nqf_level: tuple[ConceptNode, ...] = ()
    education_level: tuple[ConceptNode, ...] = ()
    thematic_area: tuple[ConceptNode, ...] = ()
    learning_setting: ConceptNode | None = None
    proven_by: tuple[LearningAssessmentSpecification, ...] = ()
    mode: tuple[ConceptNode, ...] = ()
    accreditation: tuple[Accreditation, ...] = ()
    entry_requirement: Note | None = None
    stackability: ConceptNode | None = None
    is_partial_qualification: str | None = None
    is_part_of: tuple[LearningAchievementSpecification, ...] = ()
    recognition_of_prior_learning: str | None = None
    additional_note: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNode:
    """A badge that is a part of this one, by the id of its credential."""

    id: str
    title: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementSubject:
    id: str | None = None
    type: tuple[str, ...] = ("AchievementSubject",)
    identifier: tuple[IdentityObject, ...] = ()
    credits_earned: Decimal | None = None
    achievement: Achievement | Rendered
    result: tuple[Result, ...] = ()
    credit_received: tuple[CreditPoint, ...] = ()
    proven_by: tuple[LearningAssessment, ...] = ()
    awarded_by: AwardingProcess | None = None
    recognition_of_prior_learning: str | None = None
    has_part: tuple[PartNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSchema:
    id: str
    type: str = "1EdTechJsonSchemaValidator2019"


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialStatus:
    """An entry of a Bitstring Status List."""

    id: str
    type: str = "BitstringStatusListEntry"
    status_purpose: str = "revocation"
    status_list_index: str
    status_list_credential: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an award rests on, beside its criteria."""

    id: str
    type: tuple[str, ...] = ("Evidence",)
    name: str | None = None
    narrative: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AchievementCredential:
    context: tuple[str, ...]
    id: str
    type: tuple[str, ...] = ("VerifiableCredential", "OpenBadgeCredential")
    name: str | None = None
    issuer: Profile | Rendered
    valid_from: datetime
    awarded_date: datetime | None = None
    valid_until: datetime | None = None
    replaces: str | None = None
    credential_subject: AchievementSubject
    credential_schema: tuple[CredentialSchema, ...] = ()
    credential_status: CredentialStatus | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementSubject:
    """What is endorsed, by its id, and what its endorser says of it."""

    id: str
    type: tuple[str, ...] = ("EndorsementSubject",)
    endorsement_comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorsementCredential:
    context: tuple[str, ...]
    id: str
    type: tuple[str, ...] = ("VerifiableCredential", "EndorsementCredential")
    name: str
    issuer: Profile
    valid_from: datetime
    credential_subject: EndorsementSubject
    credential_schema: tuple[CredentialSchema, ...] = ()
    credential_status: CredentialStatus | None = None


# Bitstring Status List v1.0 ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BitstringStatusList:
    id: str
    type: str = "BitstringStatusList"
    status_purpose: str
    encoded_list: str
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BitstringStatusListCredential:
    context: tuple[str, ...]
    id: str
    type: tuple[str, ...] = ("VerifiableCredential", "BitstringStatusListCredential")
    issuer: str
    valid_from: datetime
    valid_until: datetime
    credential_subject: BitstringStatusList
