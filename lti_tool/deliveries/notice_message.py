"""The mail that tells a learner what became of their badge, in the learner's language."""

from __future__ import annotations

from collections.abc import Callable

from lti_tool.deliveries.mail_phrases import about_this_mail, headings, refusing
from lti_tool.language import translator, written_day
from lti_tool.mails.content import Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import BadgeNotice, Recipient


def notice_mail(notice: BadgeNotice, recipient: Recipient) -> MailContent:
    """The mail about one badge."""
    _ = translator(recipient.language)
    subject, said = _words(notice, recipient.language, _)
    texts = [greeting(recipient), said]
    texts += [
        _(
            "It is a part of “%(whole)s”, which you do not have yet. To get that, have the other parts by then, or "
            "renew this badge."
        )
        % {"whole": whole}
        for whole in notice.part_of
    ]
    if notice.reason:
        texts.append(_("The reason given: %(reason)s") % {"reason": notice.reason})
    return MailContent(
        recipient=recipient,
        issuer=notice.issuer,
        subject=subject % {"name": one_line(notice.badge)},
        headings=headings(recipient, notice.badge),
        parts=(
            *(Paragraph(text=text) for text in texts),
            Link(label=_("See the badge"), url=notice.page_url),
        ),
        small_print=(*about_this_mail(notice.issuer, _), *refusing(notice.unsubscribe_url, _)),
        picture_url=notice.picture_url,
        unsubscribe_url=notice.unsubscribe_url,
    )


def _words(notice: BadgeNotice, language: str, _: Callable[[str], str]) -> tuple[str, str]:
    """The subject, in which the badge's name is still to be filled in, and what happened and what to do."""
    about = {"issuer": notice.issuer.name, "name": notice.badge}
    match notice.kind:
        case "revoked":
            subject = _("Your badge was revoked: %(name)s")
            said = _(
                "%(issuer)s has revoked your badge “%(name)s”. It is no longer valid, and everyone who checks it sees "
                "this. If you think this is a mistake, talk to your teacher."
            )
        case "mistake":
            subject = _("Your badge was revoked: %(name)s")
            said = _(
                "%(issuer)s has revoked your badge “%(name)s”, because it was issued by mistake. It is no longer "
                "valid, and everyone who checks it sees this. If you have questions, talk to your teacher."
            )
        case "suspended":
            subject = _("Your badge is suspended: %(name)s")
            said = _(
                "%(issuer)s has suspended your badge “%(name)s”. Until it is reinstated, everyone who checks it sees "
                "that it is suspended. You need not do anything; if you have questions, talk to your teacher."
            )
        case "reinstated":
            subject = _("Your badge is valid again: %(name)s")
            said = _(
                "%(issuer)s has reinstated your badge “%(name)s”. It is valid again, and the file that you have works "
                "as before."
            )
        case "expires":
            subject = _("Your badge expires soon: %(name)s")
            said = _(
                "Your badge “%(name)s” from %(issuer)s is valid until %(day)s. If you need it for longer, ask your "
                "teacher how to earn it again."
            )
            about["day"] = written_day(notice.last_day, language) if notice.last_day else ""
    return subject, said % about
