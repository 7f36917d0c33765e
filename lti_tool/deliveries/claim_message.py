"""The mail to a learner who asked whether a badge counts as a part of a pathway: that it does, or does not, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lti_tool.language import translator
from lti_tool.mails.content import Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import ClaimMail


def claim_content(mail: ClaimMail) -> MailContent:
    """The mail in its recipient's language."""
    _ = translator(mail.recipient.language)
    subject = _("Your badge counts: %(name)s") if mail.counts else _("Your badge does not count: %(name)s")
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=subject % {"name": one_line(mail.badge)},
        headings=(one_line(mail.whole),),
        parts=(
            *(Paragraph(text=text) for text in _texts(mail, _)),
            Link(label=_("See my pathways"), url=mail.url),
        ),
        small_print=(
            Paragraph(
                text=_("You get this e-mail because you asked %(issuer)s whether this badge counts.")
                % {"issuer": mail.issuer.name}
            ),
        ),
    )


def _texts(mail: ClaimMail, _: Callable[[str], str]) -> Iterator[str]:
    about = {"issuer": mail.issuer.name, "badge": mail.badge, "part": mail.part, "whole": mail.whole}
    yield greeting(mail.recipient)
    if mail.counts:
        said = _(
            "%(issuer)s has found that your badge “%(badge)s” counts as “%(part)s”, a part of “%(whole)s”. You get "
            "that badge automatically once you have all the parts that it asks for."
        )
    else:
        said = _(
            "%(issuer)s has found that your badge “%(badge)s” does not count as “%(part)s”, a part of “%(whole)s”. You "
            "can use another badge for this part, or earn the part itself."
        )
    yield said % about
    yield _("The reason given: %(reason)s") % {"reason": mail.reason}
    if mail.issuer.email and not mail.counts:
        yield _("If you think this is a mistake, please write to %(email)s.") % {"email": mail.issuer.email}
