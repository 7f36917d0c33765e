"""The mail with a code, by which whoever reads it shows that the address is theirs."""

from __future__ import annotations

from lti_tool.language import translator
from lti_tool.mails.content import Facts, MailContent, Paragraph
from lti_tool.mails.message import greeting
from lti_tool.values import CodeMail


def code_content(mail: CodeMail) -> MailContent:
    """The mail in its recipient's language. It holds nothing that whoever asked has typed, but the address.

    The code stands in the text alone: a subject is shown on locked telephones.
    """
    _ = translator(mail.recipient.language)
    subject = _("The code for your badges")
    return MailContent(
        recipient=mail.recipient,
        issuer=mail.issuer,
        subject=subject,
        headings=(subject,),
        parts=(
            Paragraph(text=greeting(mail.recipient)),
            Paragraph(text=_("Your code for your badges from %(issuer)s:") % {"issuer": mail.issuer.name}),
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
                text=_(
                    "Tell it to nobody: nobody who helps you needs it. If you did not ask for it, you need not do "
                    "anything; without the code nobody opens your badges."
                )
            ),
        ),
    )
