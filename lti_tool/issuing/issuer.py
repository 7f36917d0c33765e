"""Issuer: one of the issuers of the installation, as it was read from the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from badges.issuer import IssuerProfile
from lti_tool.addresses import Addresses
from lti_tool.issuing.feedback_policy import FeedbackPolicy
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.look import Look
from lti_tool.issuing.privacy_policy import PrivacyPolicy
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.mails.tokens import MailTokens
from lti_tool.observations import Policy
from lti_tool.values import MailPolicy
from signing.compiled.cache import CompiledForms


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuer as it is now, at one of its addresses, and everything that issuing needs.

    `id` is the key of its row; its DID is `profile.id`. `version_id` and `address_id` are the rows that it was read
    from. `confirmed_at`: when the legal identity of that version was confirmed, and `confirmed_by` whom; None where it
    was not, and nothing may be issued. `policy`: how its awards are decided. `mail_policy`: what its mails bring.
    `look`: how its pages and mails look. `privacy`: whom learners ask about their data, and how long it is kept.
    `feedback`: when learners are asked what became of a badge.
    `channels`: the options of each delivery channel that is set up, by its name. `status_purpose`: whether credentials
    from now on can be revoked for good ("revocation"), or suspended and reinstated ("suspension"). `mail_tokens`: makes
    the tokens in mails.
    """

    id: str
    version_id: int
    address_id: int
    profile: IssuerProfile
    policy: Policy
    mail_policy: MailPolicy
    look: Look
    privacy: PrivacyPolicy
    feedback: FeedbackPolicy
    confirmed_at: datetime | None
    confirmed_by: str
    keyring: Keyring
    compiled_forms: CompiledForms
    addresses: Addresses
    channels: Mapping[str, Any]
    status_purpose: str
    mail_tokens: MailTokens

    def reminders_url(self, reminded: RemindedPerson) -> str:
        """Where the person refuses reminders of that kind."""
        return self.addresses.reminders(reminded.token(self.mail_tokens))
