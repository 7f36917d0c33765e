"""The e-mail that delivers a badge, in the learner's language, and what all e-mails have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from unicodedata import normalize

from lti_tool.errors import DeliveryError
from lti_tool.language import translator
from lti_tool.values import BakedBadge, Recipient


def mail_message(badge: BakedBadge, recipient: Recipient, sender: str, reference: str) -> EmailMessage:
    """The message, with the badge attached.

    `reference` becomes the Message-ID, by which mail servers and mail programs recognise a repeated message. Raises
    ValueError where the recipient's address is not valid.
    """
    _ = translator(recipient.language)
    subject = _("Your badge: %(name)s") % {"name": one_line(badge.name)}
    paragraphs = (
        _sentences(_)[badge.why] % {"issuer": badge.issuer_name, "name": badge.name},
        _(
            "The badge is the attached picture, with the signed credential inside it. Keep the file "
            "unchanged: a screenshot or an edited copy loses the credential."
        ),
        _("Anyone who has this address can see the badge:\n%(url)s") % {"url": badge.page_url},
        _(
            "The page shows whether the badge is genuine and valid. Anyone can also check the "
            "picture with any Open Badges 3.0 verifier."
        ),
    )
    message = text_message(recipient, sender, reference, subject, paragraphs)
    message.add_attachment(badge.png, maintype="image", subtype="png", filename=_file_name(badge))
    # Once more, because add_attachment has taken the headers that begin with Content- into its first part.
    message["Content-Language"] = recipient.language
    return message


def text_message(
    recipient: Recipient, sender: str, reference: str, subject: str, paragraphs: Iterable[str]
) -> EmailMessage:
    """A message of these paragraphs below a greeting; `reference` becomes the Message-ID.

    Raises ValueError where the recipient's address is not valid.
    """
    _ = translator(recipient.language)
    address = address_of(recipient)
    message = EmailMessage(policy=SMTP if address.username.isascii() else SMTPUTF8)
    message["From"] = sender
    message["To"] = address
    message["Subject"] = subject
    message["Message-ID"] = f"<{reference}>"
    message["Auto-Submitted"] = "auto-generated"
    greeting = _("Hello %(name)s,") % {"name": recipient.name} if recipient.name else _("Hello,")
    message.set_content("\n\n".join((greeting, *paragraphs)) + "\n")
    message["Content-Language"] = recipient.language
    return message


def _sentences(_: Callable[[str], str]) -> Mapping[str, str]:
    """What the mail says first, by why the badge was made."""
    return {
        "first": _("%(issuer)s has awarded you the badge “%(name)s”."),
        "again": _(
            "%(issuer)s has awarded you the badge “%(name)s” again. The file that you had before stays revoked: "
            "use the new one."
        ),
        "replaced": _(
            "%(issuer)s has corrected your badge “%(name)s”. The file that you had before is no longer valid: use the "
            "new one."
        ),
        "reissued": _(
            "%(issuer)s has signed your badge “%(name)s” with a new key, because the old one is no longer trusted. The "
            "file that you had before is no longer valid: use the new one."
        ),
    }


def composed(compose: Callable[[], EmailMessage], recipient: Recipient) -> EmailMessage:
    """The message that `compose` returns. Raises DeliveryError, permanent, where there is no valid address."""
    if not recipient.email:
        raise DeliveryError("no e-mail address is known", permanent=True)
    try:
        return compose()
    except ValueError as error:
        raise DeliveryError("the e-mail address is not valid", permanent=True) from error


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


def one_line(text: str) -> str:
    """The text on one line, and short: a long word is not folded, and mail servers refuse lines of 1000 characters."""
    return " ".join(text.split())[:200]


def _file_name(badge: BakedBadge) -> str:
    """In ASCII and without spaces, because some wallets cannot import files with other names."""
    return f"badge-{badge.credential_id[-12:]}.png"
