"""The mail that brings a badge, as it will be: with a learner and a badge that do not exist."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from lti_tool.deliveries.award_message import award_mail
from lti_tool.errors import WrongSettingError
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuer_file import read_mail_policy
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import LANGUAGES, translator
from lti_tool.mails.content import MailContent
from lti_tool.values import BadgeFacts, BakedBadge, Json, MailPolicy, Recipient
from lti_tool.web.current import current_tool

#: The badge of the preview is none that there is.
_NOBODYS = "00000000-0000-4000-8000-000000000000"


def mail_previews(issuer: Issuer, body: Json) -> Mapping[str, MailContent]:
    """The mail in each language by what the body of a profile says; without own texts where these cannot be used."""
    try:
        policy = read_mail_policy(body)
    except WrongSettingError:
        policy = MailPolicy()
    return {language: _mail(issuer, policy, language) for language in LANGUAGES}


def _mail(issuer: Issuer, policy: MailPolicy, language: str) -> MailContent:
    _ = translator(language)
    badge = BakedBadge(
        credential_id=_NOBODYS,
        name=_("Data literacy"),
        issuer=letterhead(issuer, language),
        page_url=issuer.addresses.badge_page(_NOBODYS),
        picture_url="",
        facts=BadgeFacts(issued_on=issuer.profile.day_of(current_tool().clock()), workload_hours=Decimal(25)),
        png=b"",
        mail_policy=policy,
    )
    return award_mail(badge, Recipient(name="Anna Bērziņa", email=None, language=language))
