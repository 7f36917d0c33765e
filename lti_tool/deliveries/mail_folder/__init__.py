"""Delivery as an e-mail in a file, where no mail server is set: for the demo and for trying the tool."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from lti_tool import private_files
from lti_tool.deliveries.award_message import award_mail
from lti_tool.deliveries.notice_message import notice_mail
from lti_tool.errors import DeliveryError
from lti_tool.mails.content import MailContent
from lti_tool.mails.message import composed
from lti_tool.values import BadgeNotice, BakedBadge, Receipt, Recipient

#: How the file of a mail about one badge begins: as `lti_tool.deliveries.dispatch` makes references.
_REFERENCE = re.compile(r"(badge|notice)-([0-9]{1,10})(?![0-9])")

NAME = "mail_folder"
LABEL = "E-mail, written to a folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    folder: Path
    sender: str


def deliver(badge: BakedBadge, recipient: Recipient, options: Options, reference: str) -> Receipt:
    """Writes the e-mail as an .eml file. Raises DeliveryError: permanent where there is no valid address."""
    return send(award_mail(badge, recipient), options, reference)


def tell(notice: BadgeNotice, recipient: Recipient, options: Options, reference: str) -> Receipt:
    """Writes the mail that tells a learner what became of their badge. Raises DeliveryError as `deliver` does."""
    return send(notice_mail(notice, recipient), options, reference)


def send(mail: MailContent, options: Options, reference: str) -> Receipt:
    """Writes any mail. Raises DeliveryError as `deliver` does."""
    return _write(composed(mail, options.sender, reference), options, reference)


def _write(message: EmailMessage, options: Options, reference: str) -> Receipt:
    path = options.folder / f"{reference.split('@')[0]}.eml"
    # Written under another name first, so that a reader of the folder never finds half a file.
    part = path.with_suffix(".part")
    try:
        private_files.make_folder(options.folder)
        private_files.write(part, message.as_bytes())
        os.replace(part, path)
    except OSError as error:
        raise DeliveryError(
            "the e-mail could not be saved in its folder: {reason}", {"reason": error.strerror or ""}
        ) from error
    return Receipt(channel=NAME, reference=path.name)


def numbers(folder: Path, kind: str) -> Sequence[int]:
    """The numbers in the references of the mails of a kind (`badge`: deliveries, `notice`: notices) in the folder."""
    found = (_REFERENCE.match(path.name) for path in folder.glob(f"{kind}-*.eml"))
    return sorted({int(each[2]) for each in found if each is not None})


def delete_about(folder: Path, words: frozenset[str], others: Collection[tuple[str, int]]) -> int:
    """Deletes the mails in the folder that name somebody by one of these words, as a whole; how many that were.

    `others`: kind and number of mails that are about other people's badges, whoever is called the same. A file that
    cannot be read as a mail is left: nothing of ours wrote it.
    """
    if not words or not folder.is_dir():
        return 0
    small = [word.casefold() for word in words if word]
    found = [
        path for path in sorted(folder.glob("*.eml")) if _about(path) not in others and _names(path, small)
    ]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _about(path: Path) -> tuple[str, int] | None:
    found = _REFERENCE.match(path.name)
    return None if found is None else (found[1], int(found[2]))


def _has_word(text: str, word: str) -> bool:
    """Whether the word stands in the text with no letter or digit before or after it: Anna is not Annabella."""
    start = text.find(word)
    while start >= 0:
        before, after = text[start - 1 : start], text[start + len(word) : start + len(word) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        start = text.find(word, start + 1)
    return False


def _names(path: Path, words: Collection[str]) -> bool:
    """Whether one of the words, in small letters, is in the mail."""
    try:
        message = message_from_bytes(path.read_bytes(), policy=SMTP)
        texts = [str(value) for value in message.values()]
        for part in message.walk():
            if part.get_content_maintype() == "text":
                texts.append(part.get_content())
    except (OSError, ValueError, LookupError):
        return False
    # Twice: a long line of the plain part is broken between words.
    text = " ".join(texts)
    both = f"{text} {' '.join(text.split())}".casefold()
    return any(_has_word(both, word) for word in words)
