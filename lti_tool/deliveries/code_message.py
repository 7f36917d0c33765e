"""The mail with a code, by which whoever reads it shows that the address is theirs."""

from __future__ import annotations

from collections.abc import Callable

from lti_tool.language import translator
from lti_tool.mails.content import Facts, MailContent, Paragraph
from lti_tool.mails.message import greeting
from lti_tool.values import CodeMail


def code_content(mail: CodeMail) -> MailContent:
    """The mail in its recipient's language. It holds nothing that whoever asked has typed, but the address.

    The code stands in the text alone: a subject is shown on locked telephones. Whoever applies to have prior learning
    recognised may have no badge, so the words are about the application then.
    """
    _ = translator(mail.recipient.language)
    subject, introduction, warning = _words(mail, _)
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=subject,
        headings=(subject,),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            Paragraph(text=introduction % {"issuer": mail.issuer.name}),
            Facts(rows=((_("Code"), mail.code),)),
            Paragraph(
                text=_(
                    "Type it on the page where you asked for it. It works there for %(minutes)s minutes, and once."
                )
                % {"minutes": mail.minutes}
            ),
        ),
        small_print=(Paragraph(text=warning),),
    )


def _words(mail: CodeMail, _: Callable[[str], str]) -> tuple[str, str, str]:
    """The subject, what the code is for, and to whom it may be told."""
    if mail.purpose == "prior_learning":
        return (
            _("The code for your application"),
            _("Your code for your application to %(issuer)s:"),
            _(
                "Tell it to nobody: nobody who helps you needs it. If you did not ask for it, you need not do "
                "anything; without the code nobody opens your applications or your badges."
            ),
        )
    return (
        _("The code for your badges"),
        _("Your code for your badges from %(issuer)s:"),
        _(
            "Tell it to nobody: nobody who helps you needs it. If you did not ask for it, you need not do "
            "anything; without the code nobody opens your badges."
        ),
    )
