"""The tables, a file for each subject. Rows have columns and relationships, and say only what follows from these."""

from lti_tool.store.models.approvals import Approval
from lti_tool.store.models.awards import (
    Award,
    CredentialRow,
    Delivery,
    HandAward,
    MailedChange,
    Notice,
    TextDictionary,
)
from lti_tool.store.models.backpack import KeptBadge, KeptProfile, Program, ProgramAccess, ProgramToken
from lti_tool.store.models.base import Base, Instant, Score
from lti_tool.store.models.bulk_acts import BulkAct, BulkActPerson
from lti_tool.store.models.catalogue import CatalogueEntry
from lti_tool.store.models.corrections import CorrectionRequest
from lti_tool.store.models.events import CountedEvents, Event
from lti_tool.store.models.feedback import FeedbackInvitation, FeedbackPool
from lti_tool.store.models.hosts import BadgeHost, BroughtBadge, EndedAccess, HostAccess
from lti_tool.store.models.identity_checks import IdentityCheck, IdentityCheckRefusal
from lti_tool.store.models.issuer_erasures import IssuerErasure
from lti_tool.store.models.issuers import (
    CompiledFormRow,
    InstallationSetting,
    IssuerAddress,
    IssuerPermission,
    IssuerProfileRow,
    IssuerRow,
    SigningKeyRow,
    StatusList,
    VerificationCount,
)
from lti_tool.store.models.journal import JournalEntry
from lti_tool.store.models.mails import MailedMatter, MailRefusal, TeacherMailChoice
from lti_tool.store.models.observations import LookRow, ObservationRow
from lti_tool.store.models.operators import (
    OperatorIdentity,
    OperatorMailAddress,
    OperatorPasskey,
    OperatorRole,
    OperatorRow,
    OperatorSession,
)
from lti_tool.store.models.organisations import (
    EndorsementLink,
    EndorsementRow,
    OrganisationKey,
    OrganisationMember,
    OrganisationRow,
    OrganisationStatusList,
)
from lti_tool.store.models.outbox import Outbox
from lti_tool.store.models.pathways import Pathway, PathwayClaim
from lti_tool.store.models.people import Course, Person, PlatformAccount
from lti_tool.store.models.platforms import (
    DeploymentRow,
    Invitation,
    PlatformSelfTest,
    RegistrationRow,
    SourceAccess,
    ToolKeyRow,
)
from lti_tool.store.models.prior_learning import (
    PriorLearningApplication,
    PriorLearningAssessment,
    PriorLearningDecision,
    PriorLearningIdentityCheck,
    PriorLearningItem,
    PriorLearningOffer,
    PriorLearningPart,
)
from lti_tool.store.models.proved_addresses import AddressCode, LearnerSession, ProvedAddress
from lti_tool.store.models.removed_credentials import RemovedCredential
from lti_tool.store.models.reviews import ReviewReminder, TemplateReview
from lti_tool.store.models.rules import AwardRule, Placement, Question, ResourceLink, RuleVersion
from lti_tool.store.models.sessions import ExpiringValue, LaunchSession
from lti_tool.store.models.sharing import ShareLink
from lti_tool.store.models.statistics import StatisticsReport
from lti_tool.store.models.templates import TemplateChange, TemplateVersion
from lti_tool.store.models.wallet_offers import WalletOffer

__all__ = [
    "AddressCode",
    "Approval",
    "Award",
    "AwardRule",
    "BadgeHost",
    "Base",
    "BroughtBadge",
    "BulkAct",
    "BulkActPerson",
    "CatalogueEntry",
    "CompiledFormRow",
    "CorrectionRequest",
    "CountedEvents",
    "Course",
    "CredentialRow",
    "Delivery",
    "DeploymentRow",
    "EndedAccess",
    "EndorsementLink",
    "EndorsementRow",
    "Event",
    "ExpiringValue",
    "FeedbackInvitation",
    "FeedbackPool",
    "HandAward",
    "HostAccess",
    "IdentityCheck",
    "IdentityCheckRefusal",
    "InstallationSetting",
    "Instant",
    "Invitation",
    "IssuerAddress",
    "IssuerErasure",
    "IssuerPermission",
    "IssuerProfileRow",
    "IssuerRow",
    "JournalEntry",
    "KeptBadge",
    "KeptProfile",
    "LaunchSession",
    "LearnerSession",
    "LookRow",
    "MailRefusal",
    "MailedChange",
    "MailedMatter",
    "Notice",
    "ObservationRow",
    "OperatorIdentity",
    "OperatorMailAddress",
    "OperatorPasskey",
    "OperatorRole",
    "OperatorRow",
    "OperatorSession",
    "OrganisationKey",
    "OrganisationMember",
    "OrganisationRow",
    "OrganisationStatusList",
    "Outbox",
    "Pathway",
    "PathwayClaim",
    "Person",
    "Placement",
    "PlatformAccount",
    "PlatformSelfTest",
    "PriorLearningApplication",
    "PriorLearningAssessment",
    "PriorLearningDecision",
    "PriorLearningIdentityCheck",
    "PriorLearningItem",
    "PriorLearningOffer",
    "PriorLearningPart",
    "Program",
    "ProgramAccess",
    "ProgramToken",
    "ProvedAddress",
    "Question",
    "RegistrationRow",
    "RemovedCredential",
    "ResourceLink",
    "ReviewReminder",
    "RuleVersion",
    "Score",
    "ShareLink",
    "SigningKeyRow",
    "SourceAccess",
    "StatisticsReport",
    "StatusList",
    "TeacherMailChoice",
    "TemplateChange",
    "TemplateReview",
    "TemplateVersion",
    "TextDictionary",
    "ToolKeyRow",
    "VerificationCount",
    "WalletOffer",
]
