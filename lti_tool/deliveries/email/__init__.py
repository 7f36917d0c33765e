"""Delivery as an e-mail through an SMTP server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from lti_tool.deliveries.approval_message import approval_message
from lti_tool.deliveries.mail_message import composed, mail_message
from lti_tool.deliveries.notice_message import notice_message
from lti_tool.deliveries.teacher_message import teacher_message
from lti_tool.errors import DeliveryError
from lti_tool.values import ApprovalMail, BadgeNotice, BakedBadge, Receipt, Recipient, TeacherMail

NAME = "email"
LABEL = "E-mail"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`url`: smtp://host:25, smtp+starttls://user:password@host:587 or smtps://user:password@host:465."""

    url: str = field(repr=False)
    sender: str


def deliver(badge: BakedBadge, recipient: Recipient, options: Options, reference: str) -> Receipt:
    """Sends the e-mail. Raises DeliveryError: permanent where there is no valid address, or the server answers 5xx.

    A server that refuses our password is not permanent: the operator can correct it.
    """
    _send(lambda: mail_message(badge, recipient, options.sender, reference), recipient, options)
    return Receipt(channel=NAME, reference=reference)


def mail_teacher(mail: TeacherMail, options: Options, reference: str) -> Receipt:
    """Sends a teacher what waits for them. Raises DeliveryError as `deliver` does."""
    _send(lambda: teacher_message(mail, options.sender, reference), mail.recipient, options)
    return Receipt(channel=NAME, reference=reference)


def mail_approval(mail: ApprovalMail, options: Options, reference: str) -> Receipt:
    """Sends a mail about the approval of a template. Raises DeliveryError as `deliver` does."""
    _send(lambda: approval_message(mail, options.sender, reference), mail.recipient, options)
    return Receipt(channel=NAME, reference=reference)


def tell(notice: BadgeNotice, recipient: Recipient, options: Options, reference: str) -> Receipt:
    """Tells a learner what became of their badge. Raises DeliveryError as `deliver` does."""
    _send(lambda: notice_message(notice, recipient, options.sender, reference), recipient, options)
    return Receipt(channel=NAME, reference=reference)


def _send(compose: Callable[[], EmailMessage], recipient: Recipient, options: Options) -> None:
    message = composed(compose, recipient)
    try:
        with _connect(options.url) as smtp:
            smtp.send_message(message)
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


def _connect(url: str) -> smtplib.SMTP:
    address = urlsplit(url)
    host = address.hostname or "localhost"
    smtp: smtplib.SMTP
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        smtp = smtplib.SMTP_SSL(host, address.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(host, address.port or 25, timeout=TIMEOUT_SECONDS)
    try:
        if address.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if address.username:
            smtp.login(unquote(address.username), unquote(address.password or ""))
    except BaseException:  # also KeyboardInterrupt: the connection must not stay open
        smtp.close()
        raise
    return smtp
