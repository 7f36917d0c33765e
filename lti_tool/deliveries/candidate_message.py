"""The mail at each step of an application to have prior learning recognised."""

from __future__ import annotations

from collections.abc import Callable

from lti_tool.language import translator, written_day
from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import CandidateMail


def candidate_content(mail: CandidateMail) -> MailContent:
    """The mail in its recipient's language. What the assessors and others have written is on the page alone."""
    _ = translator(mail.recipient.language)
    said = _said(mail, _)
    facts = [(_("Decision"), mail.reference)] if mail.reference else []
    if mail.last_day is not None:
        facts.append((_("You can appeal until"), written_day(mail.last_day, mail.recipient.language)))
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_("Recognition of prior learning: %(name)s") % {"name": one_line(mail.badge)},
        headings=(_("Recognition of prior learning"), mail.badge),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            Paragraph(text=said % {"issuer": mail.issuer.name, "name": mail.badge}),
            *((Facts(rows=tuple(facts)),) if facts else ()),
            Link(label=_("Open your application"), url=mail.url),
        ),
        small_print=(
            Paragraph(
                text=_("You get this mail because you have applied at %(issuer)s with this address.")
                % {"issuer": mail.issuer.name}
            ),
        ),
    )


def _said(mail: CandidateMail, _: Callable[[str], str]) -> str:
    match mail.matter:
        case "begun":
            return _(
                "You have begun an application at %(issuer)s to have what you learned elsewhere recognised as "
                "“%(name)s”. First say of each learning outcome what you can."
            )
        case "advised":
            return _(
                "A counsellor of %(issuer)s has written to you about your application. Read the advice there."
            )
        case "handed_in":
            return _(
                "%(issuer)s has got your portfolio for “%(name)s”. Two assessors now look at it, each alone. You need "
                "not do anything; somebody may ask to check who you are."
            )
        case "assessed":
            return _(
                "The assessors have finished with your portfolio for “%(name)s”. %(issuer)s now decides."
            )
        case "granted":
            return _(
                "%(issuer)s has recognised what you learned elsewhere as “%(name)s”. Your badge is being made and "
                "comes in a mail of its own."
            )
        case "refused":
            return _(
                "%(issuer)s has not recognised what you learned elsewhere as “%(name)s”. The reasons are in your "
                "application, with what you can do now."
            )
        case _other:
            return _(
                "%(issuer)s has got your appeal about “%(name)s”. Other assessors now look at your portfolio, and "
                "somebody else decides."
            )
