"""The mail that brings a badge, in the learner's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from unicodedata import normalize

from lti_tool.deliveries.mail_phrases import about_this_mail, headings
from lti_tool.language import translator, written_day, written_number
from lti_tool.mails import own_texts
from lti_tool.mails.content import Attachment, Facts, Link, MailContent, Paragraph, Part, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import BadgeFacts, BakedBadge, Recipient

#: Why a badge comes for the first time, or again: what the institution wishes its learner fits then.
_NEWS = ("first", "again")


def award_mail(badge: BakedBadge, recipient: Recipient) -> MailContent:
    """The mail, with the badge attached."""
    _ = translator(recipient.language)
    return MailContent(
        recipient=recipient,
        issuer=badge.issuer,
        subject=_("Your badge: %(name)s") % {"name": one_line(badge.name)},
        headings=headings(recipient, badge.name),
        parts=tuple(_parts(badge, recipient, _)),
        small_print=about_this_mail(badge.issuer, _),
        picture_url=badge.picture_url,
        attachments=_attachments(badge),
    )


def _parts(badge: BakedBadge, recipient: Recipient, _: Callable[[str], str]) -> Iterator[Part]:
    yield Paragraph(text=greeting(recipient))
    yield from _own_paragraph(badge.mail_policy.opening, badge, recipient, _)
    yield Paragraph(text=_sentences(_)[badge.why] % {"issuer": badge.issuer.name, "name": badge.name})
    yield Link(label=_("See my badge"), url=badge.page_url)
    yield Facts(rows=tuple(_facts(badge.facts, recipient.language, _)))
    yield Paragraph(text=_about_the_file(badge, _))
    yield Paragraph(
        text=_(
            "Anyone who has the address of the badge's page can see the badge there, and whether it is genuine and "
            "valid. Anyone can also check the picture with any Open Badges 3.0 verifier."
        )
    )
    yield from _own_paragraph(badge.mail_policy.closing, badge, recipient, _)


def _own_paragraph(
    texts: Mapping[str, str], badge: BakedBadge, recipient: Recipient, _: Callable[[str], str]
) -> Iterator[Part]:
    """What the institution says itself, in the language of the mail, where the badge is news and no correction."""
    if badge.why in _NEWS and (text := texts.get(recipient.language)):
        learner = recipient.name or _("learner")
        words = {"learner": learner, "badge": badge.name, "issuer": badge.issuer.name}
        yield Paragraph(text=own_texts.filled(text, words))


def _about_the_file(badge: BakedBadge, _: Callable[[str], str]) -> str:
    if badge.mail_policy.attach_badge:
        return _(
            "The badge is the attached picture, with the signed credential inside it. Keep the file "
            "unchanged: a screenshot or an edited copy loses the credential."
        )
    return _(
        "The badge is a picture with the signed credential inside it: download it from its page. Keep the file "
        "unchanged: a screenshot or an edited copy loses the credential."
    )


def _facts(facts: BadgeFacts, language: str, _: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    yield _("Issued on"), written_day(facts.issued_on, language)
    if facts.last_day is not None:
        yield _("Valid until"), written_day(facts.last_day, language)
    if facts.level:
        yield _("Level"), facts.level
    if facts.workload_hours is not None:
        yield _("Workload in hours"), written_number(facts.workload_hours, language)
    if facts.credits is not None:
        yield _("ECTS credits"), written_number(facts.credits, language)


def _sentences(_: Callable[[str], str]) -> Mapping[str, str]:
    """What the mail says first, by why the badge was made."""
    return {
        "first": _("%(issuer)s has awarded you the badge “%(name)s”."),
        "again": _(
            "%(issuer)s has awarded you the badge “%(name)s” again. The file that you had before stays revoked: "
            "use the new one."
        ),
        "replaced": _(
            "%(issuer)s has corrected your badge “%(name)s”. The file that you had before is no longer valid: use the "
            "new one."
        ),
        "reissued": _(
            "%(issuer)s has signed your badge “%(name)s” with a new key, because the old one is no longer trusted. The "
            "file that you had before is no longer valid: use the new one."
        ),
    }


def _attachments(badge: BakedBadge) -> Sequence[Attachment]:
    if not badge.mail_policy.attach_badge:
        return ()
    return (Attachment(file_name=_file_name(badge), png=badge.png),)


def _file_name(badge: BakedBadge) -> str:
    """The badge's name, in ASCII and with one dot, because some wallets cannot import files with other names.

    A name of which nothing is left in ASCII gives way to the end of the credential's id.
    """
    letters = normalize("NFKD", badge.name).encode("ascii", "ignore").decode()
    words = re.sub("[^A-Za-z0-9]+", "-", letters)[:60].strip("-")
    # Windows takes no file of these names, whatever its ending.
    if not words or re.fullmatch("(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]", words):
        words = f"badge-{badge.credential_id[-12:]}"
    return f"{words}.png"
