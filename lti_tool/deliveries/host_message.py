"""The mail to a learner whose badges reach a place that they chose no more."""

from __future__ import annotations

from collections.abc import Callable

from lti_tool.language import translator
from lti_tool.mails.content import Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import HostMail


def host_content(mail: HostMail) -> MailContent:
    """The mail in its recipient's language: what is wrong, that nothing is lost, and what to do."""
    _ = translator(mail.recipient.language)
    subject = _("Your badges do not reach %(site)s") % {"site": one_line(mail.site)}
    texts = (
        greeting(mail.recipient),
        _trouble(mail, _),
        _("Here your badges stay as they are."),
        _next(mail, _),
    )
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=subject,
        headings=(subject,),
        parts=(
            *(Paragraph(text=text) for text in texts),
            Link(label=_("See the places for your badges"), url=mail.url),
        ),
        small_print=(
            Paragraph(
                text=_(
                    "You get this e-mail because you connected %(site)s as a place for your badges. If you want no "
                    "more of these e-mails, disconnect it on that page."
                )
                % {"site": mail.site}
            ),
        ),
    )


def _trouble(mail: HostMail, _: Callable[[str], str]) -> str:
    about = {"site": mail.site, "badge": mail.badge}
    match mail.cause:
        case "lost":
            said = _(
                "%(site)s no longer takes badges from here: the access was ended there, or it has run out."
            )
        case "refused":
            said = _("%(site)s does not take your badge “%(badge)s”.")
        case "too_large":
            said = _("Your badge “%(badge)s” is too large for %(site)s.")
        case "altered":
            said = _(
                "%(site)s has changed your badge “%(badge)s”, so it may not be accepted as genuine there."
            )
        case "unreachable" | "busy":
            said = _("%(site)s did not answer again and again, so your badge “%(badge)s” is not there.")
        case _other:
            said = _(
                "%(site)s answers in a way that is not understood, so your badge “%(badge)s” is not there."
            )
    return said % about


def _next(mail: HostMail, _: Callable[[str], str]) -> str:
    if mail.cause == "lost":
        return _(
            "Do you still want your badges there? Then open the page below, and connect the place again. Else you need "
            "not do anything."
        )
    return _(
        "On the page below you see which badges are there, and can have one brought again. If that does not help, ask "
        "%(site)s for help."
    ) % {"site": mail.site}
