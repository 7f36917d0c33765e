"""build: from a Template and a learner to an unsecured AchievementCredential."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from badges.issuer import IssuerProfile
from badges.model import AchievementCredential
from badges.template import Template


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
    raise NotImplementedError
