"""What a stored credential says of its learner and award: exports and pages derive from what was signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from badges.credential import Part, identity_hash
from badges.prior_learning import decision_in
from badges.result_descriptions import reached_levels
from badges.template.fields import Texts
from badges.template.outcome_levels import ReachedLevel
from lti_tool.values import Json
from signing.json_text import read_object
from signing.timestamps import from_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContent:
    """The parts of a signed credential that differ between learners.

    The e-mail address is signed as a hash only: `email_hash` with `salt`. `score` is 0 to 1,
    `reached_levels` those of single outcomes. `prior_learning`: what it
    says of the decision that recognised it; empty where none did.
    """

    name: str | None
    email_hash: str | None
    salt: str
    awarded_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    score: Decimal | None
    reached_levels: tuple[ReachedLevel, ...]
    assessed_at: datetime | None
    prior_learning: Texts = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def has_email(self, email: str | None) -> bool:
        """Whether it was signed for that address."""
        return bool(email) and identity_hash((email or "").strip().lower(), self.salt) == self.email_hash

    def is_of(self, name: str | None, email: str | None) -> bool:
        """Whether it names its learner so, as far as name and address are known now."""
        return (name or self.name) == self.name and (not email or self.has_email(email))


def signed_content(text: str) -> SignedContent:
    """What was signed, from the text of one of our own credentials."""
    credential = read_object(text)
    subject = credential["credentialSubject"]
    identifiers: list[Json] = subject.get("identifier", [])
    by_type = {each["identityType"]: each for each in identifiers}
    hashed = by_type.get("emailAddress", {})
    end = credential.get("validUntil")
    return SignedContent(
        name=by_type.get("name", {}).get("identityHash"),
        email_hash=hashed.get("identityHash"),
        salt=hashed.get("salt", ""),
        awarded_at=from_timestamp(credential["awardedDate"]),
        valid_from=from_timestamp(credential["validFrom"]),
        valid_until=from_timestamp(end) if end else None,
        score=_score(subject),
        reached_levels=reached_levels(subject),
        assessed_at=_assessed_at(subject),
        prior_learning=decision_in(credential),
        parts=tuple(Part(id=each["id"], name=each["title"]) for each in subject.get("hasPart", [])),
    )


def _score(subject: Json) -> Decimal | None:
    """The result as 0 to 1, by the scale that its description states; levels of outcomes are no scale."""
    described = {each["id"]: each for each in subject["achievement"].get("resultDescription", [])}
    for result in subject.get("result", []):
        most = described[result["resultDescription"]].get("valueMax")
        if most is not None and "value" in result:
            return Decimal(result["value"]) / Decimal(most)
    return None


def _assessed_at(subject: Json) -> datetime | None:
    """The date of the assessments, which all of them share; None where it was not known."""
    dates = (each["dateIssued"] for each in subject.get("provenBy", []) if "dateIssued" in each)
    return next(map(from_timestamp, dates), None)
