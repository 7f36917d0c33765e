"""A new credential, from what it is made of to its proofs; nothing is read from the database here, nor stored."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

from badges.credential import (
    AchievedLevel,
    CredentialBuilder,
    GivenEvidence,
    Part,
    StatusEntry,
    identity_hash,
)
from badges.credential import Learner as Subject
from badges.prior_learning import PriorLearning
from badges.template.outcome_levels import ReachedLevel
from lti_tool.issuing.issuer import Issuer
from lti_tool.store.models.awards import JSON_FORM
from lti_tool.values import Json
from signing import status
from signing.json_text import as_plain_text, as_text
from signing.jwt_claims import claims_of
from signing.keys import SigningKey
from signing.proofs import EDDSA_RDFC_2022, PROOFS
from signing.secured import SecuredCredential


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """All that a credential of one award is made of, read in one transaction; plain values, no rows.

    `builder` is shared with other awards of the same achievement, which have the same `shared_name`. `replaces` is the
    id of the award's credential before, `current` the same where that is still in use, and `why` that of the row.
    `keys` are by the name of the proof that signs with them. `salt` is that of the hash of the address; it is random
    where it is not given. `holder`: the DID to which it is bound, in that `form`; None for everybody's.
    """

    issuer: Issuer
    award_id: int
    subject_id: str
    replaces: str | None
    replaces_url: str | None
    current: str | None
    why: str
    template_version_id: int
    status_list_id: int
    builder: CredentialBuilder
    shared_name: str
    language: str
    learner: Subject
    awarded_at: datetime
    assessed_at: datetime | None
    valid_until: datetime | None
    score: Decimal | None
    reached_levels: tuple[ReachedLevel, ...] = ()
    evidence: tuple[GivenEvidence, ...] = ()
    prior_learning: PriorLearning | None = None
    parts: tuple[Part, ...] = ()
    status: StatusEntry
    keys: Mapping[str, SigningKey]
    holder: str | None = None
    form: str = JSON_FORM
    salt: str = field(default_factory=lambda: secrets.token_hex(16))


def secured(new: NewCredential, credential_id: str, now: datetime) -> Mapping[str, SecuredCredential]:
    """The credential with each of the issuer's proofs alone, by their names.

    Raises MissingElementsError and SigningError.
    """
    credential = built(new, credential_id, now)
    return {
        name: with_embedded_proof(new, credential, now)
        if name == EDDSA_RDFC_2022.name
        else PROOFS[name].secure(credential, key, now)
        for name, key in new.keys.items()
    }


def built(new: NewCredential, credential_id: str, now: datetime) -> Json:
    """The credential as JSON-LD, without a proof: nobody may change it. Raises MissingElementsError."""
    url = new.issuer.addresses.credential(credential_id)
    return _build(new, credential_url=url, salt=new.salt, now=now, achieved_levels=_levels(new))


def with_embedded_proof(new: NewCredential, credential: Json, now: datetime) -> SecuredCredential:
    """The credential, which `built` has made, as JSON with the proof that every verifier reads. Raises SigningError."""
    key = new.keys[EDDSA_RDFC_2022.name]
    return new.issuer.compiled_forms.secure(credential, lambda: _dummy_credential(new), key, now)


def shared_text(new: NewCredential) -> str:
    """What the credentials of the same `shared_name` and the claims of their JWTs have in common; it names nobody."""
    dummy = _dummy_credential(new)
    return as_text(dummy) + as_plain_text(claims_of(dummy))


def _build(
    new: NewCredential,
    *,
    credential_url: str,
    salt: str,
    now: datetime,
    achieved_levels: tuple[AchievedLevel, ...],
) -> Json:
    """The credential as JSON-LD, without a proof. Raises MissingElementsError."""
    return new.builder.build(
        credential_id=credential_url,
        subject_id=new.subject_id,
        learner=new.learner,
        salt=salt,
        awarded_at=new.awarded_at,
        assessed_at=new.assessed_at,
        now=now,
        score=new.score,
        status=new.status,
        valid_until=new.valid_until,
        replaces=new.replaces_url,
        evidence=new.evidence,
        prior_learning=new.prior_learning,
        parts=new.parts,
        achieved_levels=achieved_levels,
    )


def _levels(new: NewCredential) -> tuple[AchievedLevel, ...]:
    return new.builder.achieved_levels(new.score, new.reached_levels)


def _dummy_credential(new: NewCredential) -> Json:
    """A credential for a fictitious learner, with the same structure as the real one.

    Canonicalizing a credential (RDFC-1.0) takes most of the time of signing it, and the credentials of one achievement
    differ in a few values only. So `signing.compiled` compares the first real credential with this one: values in which
    they differ become the slots of the compiled form, all others become its constant text. Later credentials are signed
    by filling in the slots.

    A change of this function, or a new field of the credential, must keep two things true:

    * Every value that can differ between two learners has to differ here, and for certain: hence random values, dates
      before any badge, an index that no list has. A value that is equal by chance or by mistake becomes constant
      text: the form, which is stored in the database for all processes, then holds personal data of the first learner,
      and fits nobody else. It cannot sign anything false: a form is used only for a credential that it reproduces.
    * Both must have the same structure. So the dummy has a name, an e-mail address, a score, as many levels, an
      end, a predecessor, evidence and parts exactly where the real one has them. Credentials of another structure get
      a compiled form of their own.
    """
    real = new.learner
    fictitious = secrets.token_hex(16)
    dummy = replace(
        new,
        subject_id=f"urn:uuid:{uuid4()}",
        learner=Subject(
            name=fictitious if real.name else real.name,
            email=f"{fictitious}@nobody.invalid" if real.email else real.email,
            email_hash=identity_hash(fictitious, fictitious) if real.email_hash else real.email_hash,
        ),
        awarded_at=datetime(1970, 1, 1, tzinfo=UTC),
        assessed_at=None if new.assessed_at is None else datetime(1970, 1, 1, 12, tzinfo=UTC),
        valid_until=None if new.valid_until is None else datetime(1970, 1, 3, tzinfo=UTC),
        score=None if new.score is None else Decimal("-0.5"),
        replaces_url=None if new.replaces_url is None else f"urn:uuid:{uuid4()}",
        evidence=tuple(_dummy_evidence(each) for each in new.evidence),
        prior_learning=None if new.prior_learning is None else _dummy_decision(new.prior_learning),
        parts=tuple(_dummy_part(each) for each in new.parts),
        # The purpose stays: it changes with a setting, for all credentials at once.
        status=replace(new.status, list_url=f"urn:uuid:{uuid4()}", index=status.LENGTH),
    )
    return _build(
        dummy,
        credential_url=f"urn:uuid:{uuid4()}",
        salt=secrets.token_hex(16),
        now=datetime(1970, 1, 2, tzinfo=UTC),
        # Which outcomes these are differs, too: of those who reached as many levels there is one form.
        achieved_levels=tuple(
            replace(each, description=f"urn:uuid:{uuid4()}", level=f"urn:uuid:{uuid4()}")
            for each in _levels(new)
        ),
    )


def _dummy_decision(real: PriorLearning) -> PriorLearning:
    return PriorLearning(
        reference=secrets.token_hex(16),
        decided_at=datetime(1970, 1, 1, tzinfo=UTC),
        assessed_at=datetime(1970, 1, 1, 12, tzinfo=UTC),
        level_reference=secrets.token_hex(16) if real.level_reference else "",
        assessors=real.assessors,
        identity=real.identity,
    )


def _dummy_part(real: Part) -> Part:
    return Part(id=f"urn:uuid:{uuid4()}", name={language: secrets.token_hex(16) for language in real.name})


def _dummy_evidence(real: GivenEvidence) -> GivenEvidence:
    def fictitious(text: str | None) -> str | None:
        return None if text is None else secrets.token_hex(16)

    return GivenEvidence(
        url=None if real.url is None else f"urn:uuid:{uuid4()}",
        name=fictitious(real.name),
        narrative=fictitious(real.narrative),
        description=fictitious(real.description),
    )


def _endorsed(credential: Json) -> str:
    """A name for the endorsements in a credential: they are constant text of its form, and change with the years."""
    holders = (credential["credentialSubject"]["achievement"], credential["issuer"])
    said = [holder["endorsement"] for holder in holders if "endorsement" in holder]
    return f" {sha256(as_text({'said': said}).encode()).hexdigest()[:16]}" if said else ""


def form_name(is_own: Callable[[str], bool], credential: Json) -> str | None:
    """The name of the compiled forms that fit a credential: one for each issuer, achievement, version and language.

    `is_own` says whether a DID is, or was, that of an issuer of this tool: None for a credential of any other. The
    achievement's id contains the version, its name is in the language. What others say of it has a part in the name.
    """
    match credential:
        case {
            "issuer": {"id": str(issuer)},
            "credentialSubject": {"achievement": {"id": str(achievement), "name": str(name)}},
        } if is_own(issuer):
            return f"{issuer} {achievement} {name}{_endorsed(credential)}"
        case _:
            return None
