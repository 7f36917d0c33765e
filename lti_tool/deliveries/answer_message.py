"""The mail to a learner that an organisation has answered about their badge: who, and not what."""

from __future__ import annotations

from lti_tool.deliveries.mail_phrases import headings, refusing
from lti_tool.language import translator
from lti_tool.mails.content import Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import AnswerMail


def answer_content(mail: AnswerMail) -> MailContent:
    """The mail in its recipient's language. The answer itself stays on the page: mail is read on many ways."""
    _ = translator(mail.recipient.language)
    about = {"who": mail.domain or mail.organisation, "name": mail.badge, "issuer": mail.issuer.name}
    said = (
        _(
            "Whoever controls the domain %(who)s has answered whether they accept your badge “%(name)s” from "
            "%(issuer)s."
        )
        if mail.domain
        else _("%(who)s has answered whether it accepts your badge “%(name)s” from %(issuer)s.")
    )
    texts = (
        greeting(mail.recipient),
        said % about,
        _(
            "Only you see the answer, until you show it to others. Read it on the page of your badge, below or in your "
            "course."
        ),
    )
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_("An organisation has answered about your badge: %(name)s") % {"name": one_line(mail.badge)},
        headings=headings(mail.recipient, mail.badge),
        parts=(
            *(Paragraph(text=text) for text in texts),
            Link(label=_("Read the answer"), url=mail.url),
        ),
        small_print=(
            Paragraph(
                text=_(
                    "You get this e-mail because you let organisations answer about this badge. You can end that on "
                    "the same page."
                )
            ),
            *refusing(mail.unsubscribe_url, _),
        ),
        unsubscribe_url=mail.unsubscribe_url,
    )
