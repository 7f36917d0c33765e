"""Mails to operators: the code for their address, and what they have to do about prior learning."""

from __future__ import annotations

from collections.abc import Callable

from lti_tool.language import staff_translator
from lti_tool.mails.content import Facts, Link, MailContent, Paragraph, one_line
from lti_tool.mails.message import greeting
from lti_tool.values import CodeMail, OperatorMail


def operator_code_content(mail: CodeMail) -> MailContent:
    """The mail with the code by which an operator shows that they read the mail of an address."""
    _ = staff_translator(mail.recipient.language)
    subject = _("The code for your mails about your work")
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=subject,
        headings=(subject,),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            Paragraph(
                text=_(
                    "Somebody who works with Nozimite for %(issuer)s wants to get mails at this address. If that is "
                    "you, type this code on the page “Your account”:"
                )
                % {"issuer": mail.issuer.name}
            ),
            Facts(rows=((_("Code"), mail.code),)),
            Paragraph(
                text=_(
                    "Type it on the page where you asked for it. It works there for %(minutes)s minutes, and once."
                )
                % {"minutes": mail.minutes}
            ),
        ),
        small_print=(
            Paragraph(
                text=_("If you did not ask for it, you need not do anything, and tell the code to nobody.")
            ),
        ),
    )


def operator_content(mail: OperatorMail) -> MailContent:
    """The mail in its recipient's language. Whoever has applied is not named, nor anything that they have shown."""
    _ = staff_translator(mail.recipient.language)
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=_subject(mail, _) % {"name": one_line(mail.badge)},
        headings=(_("Recognition of prior learning"), mail.badge),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            Paragraph(text=_said(mail, _) % {"issuer": mail.issuer.name, "name": mail.badge}),
            Link(label=_("Open the application"), url=mail.url),
        ),
        small_print=_why(mail, _),
    )


def _why(mail: OperatorMail, _: Callable[[str], str]) -> tuple[Paragraph | Link, ...]:
    """Why they get it, and how they get none."""
    if not mail.account_url:
        told = _(
            "This mail comes to the address of %(issuer)s, because nobody who can do this has said on the page “Your "
            "account” where they get mails about their work."
        )
        return (Paragraph(text=told % {"issuer": mail.issuer.name}),)
    told = _(
        "You get this mail because you work with Nozimite for %(issuer)s, and said on the page “Your account” that you "
        "want such mails. To get none, take the address away there."
    )
    return (
        Paragraph(text=told % {"issuer": mail.issuer.name}),
        Link(label=_("Your account"), url=mail.account_url),
    )


def _subject(mail: OperatorMail, _: Callable[[str], str]) -> str:
    match mail.matter:
        case "help_asked":
            return _("A candidate asks for your advice: %(name)s")
        case "handed_in" | "appealed" | "third_needed":
            return _("Please appoint assessors: %(name)s")
        case "appointed":
            return _("Please assess prior learning: %(name)s")
        case _other:
            return _("Please decide about prior learning: %(name)s")


def _said(mail: OperatorMail, _: Callable[[str], str]) -> str:
    match mail.matter:
        case "help_asked":
            return _(
                "Somebody who applies at %(issuer)s for “%(name)s” asks for a counsellor. Whoever writes to them first "
                "counsels them from then on."
            )
        case "handed_in":
            return _(
                "A portfolio for “%(name)s” was handed in at %(issuer)s. Appoint two assessors: until then nobody "
                "looks at it."
            )
        case "appealed":
            return _(
                "A refusal about “%(name)s” at %(issuer)s was appealed. Appoint two assessors who have not assessed it "
                "before."
            )
        case "third_needed":
            return _(
                "The two assessors differ about a portfolio for “%(name)s” at %(issuer)s. Appoint a third: what most "
                "of them say counts."
            )
        case "appointed":
            return _(
                "%(issuer)s has appointed you to assess a portfolio for “%(name)s”. Somebody else assesses it too: do "
                "not talk about it with anybody before you have finished."
            )
        case _other:
            return _(
                "The assessors have finished with a portfolio for “%(name)s” at %(issuer)s. It waits for a decision "
                "now, which you can make."
            )
