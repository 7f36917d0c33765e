"""The message that carries a mail: a plain and an HTML part, attachments, and the headers of every mail of the tool."""

from __future__ import annotations

from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import parseaddr
from unicodedata import normalize

from lti_tool.errors import DeliveryError
from lti_tool.language import translator
from lti_tool.mails.content import MailContent, one_line
from lti_tool.mails.html_part import html_part
from lti_tool.mails.plain_part import plain_part
from lti_tool.values import Recipient


class _UnfoldedHeader(UnstructuredHeader, BaseHeader):
    """An id or an address in ASCII without spaces. Python would fold a long one into encoded words, read by nobody."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _UnfoldedHeader)
_HEADERS.map_to_type("message-id", _UnfoldedHeader)


def message_of(mail: MailContent, sender: str, reference: str) -> EmailMessage:
    """The message; `reference` becomes the Message-ID, by which mail servers and programs recognise a repeated message.

    `sender` gives the address of From, the issuer its name. Raises ValueError where the recipient's address is not
    valid.
    """
    address = address_of(mail.recipient)
    policy = SMTP if address.username.isascii() else SMTPUTF8
    message = EmailMessage(policy=policy.clone(header_factory=_HEADERS))
    message["From"] = Address(display_name=one_line(mail.issuer.name), addr_spec=parseaddr(sender)[1])
    if reply_to := _reply_to(mail):
        message["Reply-To"] = reply_to
    message["To"] = address
    message["Subject"] = one_line(mail.subject)
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<{reference}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Short lines in ASCII: no server on the way has a reason to change one, which a signature would not survive.
    message.set_content(plain_part(mail), cte="quoted-printable")
    message.add_alternative(html_part(mail), subtype="html", cte="quoted-printable")
    for each in mail.attachments:
        message.add_attachment(each.png, maintype="image", subtype="png", filename=each.file_name)
    # Last, because add_alternative and add_attachment take the headers that begin with Content- into a part.
    message["Content-Language"] = mail.recipient.language
    return message


def composed(mail: MailContent, sender: str, reference: str) -> EmailMessage:
    """The message as `message_of` makes it.

    Raises DeliveryError, permanent, where the recipient has no valid address. Any other header that cannot be written
    is a fault of ours, and says so.
    """
    if not mail.recipient.email:
        raise DeliveryError("no e-mail address is known", permanent=True)
    try:
        address_of(mail.recipient)
    except ValueError as error:
        raise DeliveryError("the e-mail address is not valid", permanent=True) from error
    return message_of(mail, sender, reference)


def greeting(recipient: Recipient) -> str:
    """How a mail addresses its recipient, in their language."""
    _ = translator(recipient.language)
    return _("Hello %(name)s,") % {"name": one_line(recipient.name)} if recipient.name else _("Hello,")


def _reply_to(mail: MailContent) -> Address | None:
    """Where answers go; None where the issuer has no address that every mail server accepts."""
    try:
        address = address_of(Recipient(name="", email=mail.issuer.email, language=""))
    except ValueError:
        return None
    return address if address.addr_spec.isascii() else None


def address_of(recipient: Recipient) -> Address:
    """The recipient's address, with its domain in ASCII (IDNA), which every mail server accepts. Raises ValueError.

    Letters of any script may stand before the @ (RFC 6531), which only servers with SMTPUTF8 accept.
    """
    local, _, domain = normalize("NFC", recipient.email or "").rpartition("@")
    try:
        domain = domain.encode("idna").decode()
        name = one_line(recipient.name)
        # The parser takes ASCII only, so letters of other scripts are put in again after it.
        ascii_local = "".join(
            "x" if not letter.isascii() and letter.isalnum() else letter for letter in local
        )
        address = Address(display_name=name, addr_spec=f"{ascii_local}@{domain}")
        return address if local.isascii() else Address(display_name=name, username=local, domain=domain)
    except (
        ValueError,
        MessageError,
        IndexError,
    ) as error:  # the parser raises any of these, depending on the text
        raise ValueError("no e-mail address") from error
