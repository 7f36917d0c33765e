"""The e-mail with a code, by which whoever reads it shows that the address is theirs."""

from __future__ import annotations

from email.message import EmailMessage

from lti_tool.deliveries.mail_message import text_message
from lti_tool.language import translator
from lti_tool.values import CodeMail


def code_message(mail: CodeMail, sender: str, reference: str) -> EmailMessage:
    """The message; `reference` becomes the Message-ID. It holds nothing that whoever asked has typed, but the address.

    Raises ValueError where the recipient's address is not valid.
    """
    _ = translator(mail.recipient.language)
    paragraphs = (
        _("Your code for your badges from %(issuer)s:\n%(code)s")
        % {"issuer": mail.issuer, "code": mail.code},
        _("Type it on the page where you asked for it. It works there for %(minutes)s minutes, and once.")
        % {"minutes": mail.minutes},
        _(
            "Tell it to nobody: nobody who helps you needs it. If you did not ask for it, you need not do anything; "
            "without the code nobody opens your badges."
        ),
    )
    return text_message(mail.recipient, sender, reference, _("The code for your badges"), paragraphs)
