"""The mail that asks the holder of a badge whether it is they who show it just now."""

from __future__ import annotations

from lti_tool.deliveries.mail_phrases import headings
from lti_tool.language import translator
from lti_tool.mails.content import Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import Letterhead, Recipient


def identity_mail(badge: str, issuer: Letterhead, recipient: Recipient, url: str) -> MailContent:
    """The mail about a badge of that name; `url` is the page where the holder answers. Nothing is the asker's own."""
    _ = translator(recipient.language)
    texts = (
        greeting(recipient),
        _(
            "Somebody has opened the page of your badge “%(badge)s” and asks whether it is yours. We do not know who "
            "asks, and have not checked who they are."
        )
        % {"badge": badge},
        _(
            "Are you showing the badge to somebody just now? Then open the page below. If the number there is the one "
            "on their screen, press “Yes”."
        ),
    )
    not_now = _(
        "If you are not, you need not do anything: whoever asks learns nothing. There is no code to read out, and "
        "nobody should ask you for one. On the same page you can say that you never want to be asked."
    )
    return MailContent(
        recipient=recipient,
        issuer=issuer,
        subject=_("Are you showing your badge to somebody? %(badge)s") % {"badge": one_line(badge)},
        headings=headings(recipient, badge),
        parts=(
            *(Paragraph(text=text) for text in texts),
            Link(label=_("See the number and answer"), url=url),
            Paragraph(text=not_now),
        ),
    )
