"""The mail that asks a learner, months after they got a badge, what became of it."""

from __future__ import annotations

from lti_tool.deliveries.mail_phrases import about_this_mail, headings, refusing
from lti_tool.language import translator
from lti_tool.mails.content import Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import FeedbackMail


def feedback_content(mail: FeedbackMail) -> MailContent:
    """The mail in its recipient's language: what is asked, how to answer, and that nobody learns who has."""
    _ = translator(mail.recipient.language)
    texts = (
        greeting(mail.recipient),
        _(
            "You have had the badge “%(name)s” from %(issuer)s for a while. Do you use what you learned, and was the "
            "badge of use to you? Three questions on its page ask about that, and take a minute."
        )
        % {"name": mail.badge, "issuer": mail.issuer.name},
        _(
            "Nobody sees who has answered what: answers are counted without a name or a time. You need not answer, "
            "and your badge stays as it is."
        ),
    )
    sign_in = _(
        "The page asks you to sign in: type the address to which this e-mail came, and then the code that is sent to "
        "it."
    )
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_("What became of your badge? %(name)s") % {"name": one_line(mail.badge)},
        headings=headings(mail.recipient, mail.badge),
        parts=(
            *(Paragraph(text=text) for text in texts),
            Link(label=_("Answer three questions"), url=mail.url),
            Paragraph(text=sign_in),
        ),
        small_print=(*about_this_mail(mail.issuer, _), *refusing(mail.unsubscribe_url, _)),
        picture_url=mail.picture_url,
        unsubscribe_url=mail.unsubscribe_url,
    )
