"""Delivery as an e-mail through an SMTP server."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from lti_tool.deliveries.award_message import award_mail
from lti_tool.deliveries.notice_message import notice_mail
from lti_tool.errors import DeliveryError
from lti_tool.mails.content import MailContent
from lti_tool.mails.dkim_key import DkimKey
from lti_tool.mails.message import composed
from lti_tool.mails.returned import ReturnAddress
from lti_tool.outgoing.circuit import Circuit
from lti_tool.values import BadgeNotice, BakedBadge, Receipt, Recipient

NAME = "email"
LABEL = "E-mail"
#: For each answer of the server.
TIMEOUT_SECONDS = 20
#: For all of one mail, so that a server which answers slowly holds no thread for longer.
MAIL_SECONDS = 45
#: For how long a server is left alone at first, that has not answered several times.
CIRCUIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`url`: smtp://host:25, smtp+starttls://user:password@host:587 or smtps://user:password@host:465.

    `return_address`: where what cannot be delivered comes back to; None for the sender. `dkim`: signs the mails.
    `ca_bundle`: a PEM file of certificate authorities that are trusted beside those of the system.
    """

    url: str = field(repr=False)
    sender: str
    return_address: ReturnAddress | None = None
    dkim: DkimKey | None = None
    ca_bundle: Path | None = None


def deliver(badge: BakedBadge, recipient: Recipient, options: Options, reference: str) -> Receipt:
    """Sends the e-mail. Raises DeliveryError: permanent where there is no valid address, or the server answers 5xx.

    A server that refuses our password is not permanent: the operator can correct it.
    """
    return send(award_mail(badge, recipient), options, reference)


def tell(notice: BadgeNotice, recipient: Recipient, options: Options, reference: str) -> Receipt:
    """Tells a learner what became of their badge. Raises DeliveryError as `deliver` does."""
    return send(notice_mail(notice, recipient), options, reference)


def send(mail: MailContent, options: Options, reference: str) -> Receipt:
    """Sends any mail. Raises DeliveryError as `deliver` does."""
    message = composed(mail, options.sender, reference)
    sender = parseaddr(options.sender)[1]
    if options.return_address is not None:
        sender = options.return_address.of(reference.partition(".")[0])
    _send(message, sender, options)
    return Receipt(channel=NAME, reference=reference)


#: What keeps mails from being sent. `refused`: the user name or the password; `certificate`: it is not trusted;
#: `unoffered`: the server offers neither the encryption nor the login that the URL asks for.
ServerTrouble = Literal["unreachable", "certificate", "refused", "unoffered"]


def server_trouble(url: str, ca_bundle: Path | None) -> ServerTrouble | None:
    """What keeps mails from being sent by the server of that URL; None where it lets us in. No mail is sent."""
    try:
        with _connected(url, ca_bundle):
            return None
    except ssl.SSLCertVerificationError:
        return "certificate"
    except smtplib.SMTPAuthenticationError:
        return "refused"
    except _UnofferedError:
        return "unoffered"
    except (OSError, smtplib.SMTPException):
        return "unreachable"


def _send(message: EmailMessage, sender: str, options: Options) -> None:
    signed = message.as_bytes() if options.dkim is None else options.dkim.signed(message.as_bytes())
    circuit = _CIRCUITS.setdefault(options.url, Circuit(_left_alone, CIRCUIT_SECONDS))
    connected = _connected(options.url, options.ca_bundle)
    try:
        with circuit.attempt(MAIL_SECONDS, (OSError,), besides=_ANSWERS), connected as smtp:
            _hand_over(smtp, message, sender, signed)
    except smtplib.SMTPNotSupportedError as error:
        raise DeliveryError(
            "the mail server accepts no addresses with letters such as ā before the @", permanent=True
        ) from error
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        permanent = all(500 <= code < 600 for code in codes)
        raise DeliveryError("the mail server rejected the address", permanent=permanent) from error
    except smtplib.SMTPResponseException as error:
        permanent = 500 <= error.smtp_code < 600 and not isinstance(error, smtplib.SMTPAuthenticationError)
        raise DeliveryError(
            "the mail server answered with error {code}", {"code": error.smtp_code}, permanent=permanent
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryError("the mail server cannot be reached") from error


def _hand_over(smtp: smtplib.SMTP, message: EmailMessage, sender: str, signed: bytes) -> None:
    """Sends the very bytes that were signed: `send_message` would fold the headers anew."""
    recipient = message["To"].addresses[0].addr_spec
    options = []
    if not recipient.isascii():
        smtp.ehlo_or_helo_if_needed()
        if not smtp.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("the server does not offer SMTPUTF8")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    smtp.sendmail(sender, [recipient], signed, mail_options=options)


def _left_alone(seconds: float) -> DeliveryError:
    return DeliveryError("the mail server cannot be reached", retry_after=seconds)


#: What a server says of a mail or its recipient: it is there, and the next mail may be welcome.
_ANSWERS = (
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
)
#: By the URL of the server. Processes do not share them: each finds out for itself.
_CIRCUITS: dict[str, Circuit] = {}


class _UnofferedError(ConnectionError):
    """The server does not offer what the URL asks for."""


@contextmanager
def _connected(url: str, ca_bundle: Path | None) -> Iterator[smtplib.SMTP]:
    """A connection that is closed at the end, and when MAIL_SECONDS are over, whatever is being done with it."""
    begun = time.monotonic()
    smtp = _open(urlsplit(url), ca_bundle)
    ending = threading.Timer(MAIL_SECONDS - (time.monotonic() - begun), _end, (smtp,))
    ending.daemon = True
    ending.start()
    try:
        _greet(smtp, urlsplit(url), ca_bundle)
        yield smtp
        with suppress(smtplib.SMTPException):  # the mail has been accepted
            smtp.quit()
    finally:
        ending.cancel()
        smtp.close()


def _tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Read for each mail, so that a renewed authority counts at once. Raises OSError where the file cannot be read."""
    context = ssl.create_default_context()
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    return context


def _open(address: SplitResult, ca_bundle: Path | None) -> smtplib.SMTP:
    host = address.hostname or "localhost"
    if address.scheme == "smtps":
        tls = _tls_context(ca_bundle)
        return smtplib.SMTP_SSL(host, address.port or 465, timeout=TIMEOUT_SECONDS, context=tls)
    return smtplib.SMTP(host, address.port or 25, timeout=TIMEOUT_SECONDS)


def _greet(smtp: smtplib.SMTP, address: SplitResult, ca_bundle: Path | None) -> None:
    """Switches to TLS and logs in, as the settings ask for. Raises OSError where the server can do neither."""
    try:
        if address.scheme == "smtp+starttls":
            smtp.starttls(context=_tls_context(ca_bundle))
        if address.username:
            smtp.login(unquote(address.username), unquote(address.password or ""))
    except smtplib.SMTPNotSupportedError as error:
        # Of a recipient it would mean that no mail can ever be sent to them; this the operator can mend.
        raise _UnofferedError("the server does not offer what SMTP_URL asks for") from error


def _end(smtp: smtplib.SMTP) -> None:
    """Ends the connection: a thread that waits for the server gets an OSError."""
    if smtp.sock is not None:
        with suppress(OSError):
            smtp.sock.shutdown(socket.SHUT_RDWR)
