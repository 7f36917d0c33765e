"""The second step: a portfolio of texts, links, files and badges of others, frozen once it is handed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlsplit

from badges.verify import Report
from lti_tool.errors import PriorLearningError
from lti_tool.pathways.claims import names
from lti_tool.people.addresses import addresses_of
from lti_tool.prior_learning import file_types, mails, operator_mails
from lti_tool.prior_learning.applications import act, lock
from lti_tool.prior_learning.file_types import type_of
from lti_tool.store import Session, queries
from lti_tool.store.models import (
    KeptBadge,
    PriorLearningApplication,
    PriorLearningItem,
    PriorLearningPart,
)

MOST_FILE_BYTES = 20_000_000
#: Of one person, in all of their applications together.
MOST_BYTES = 200_000_000
MOST_ITEMS = 200
LONGEST_TITLE = 200
LONGEST_WORDS = 20_000
LONGEST_URL = 1000
#: Of a file so many bytes are in one row: a backup has 500 rows in memory.
PART_BYTES = 65_536
#: The verdicts of a badge that may be shown as one: what was changed or is not proven shows nothing.
SHOWS_SOMETHING = ("verified", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the candidate says of a part: its title, words about it, and which learning outcomes it is to show."""

    title: str
    words: str = ""
    outcomes: tuple[int, ...] = ()


def add_text(
    session: Session, row: PriorLearningApplication, about: About, now: datetime
) -> PriorLearningItem:
    """Adds a text. Raises as `_add`, and PriorLearningError, `words`, without any."""
    if not about.words:
        raise PriorLearningError("words", "a text has words")
    return _add(session, row, "text", about, now)


def add_link(
    session: Session, row: PriorLearningApplication, about: About, url: str, now: datetime
) -> PriorLearningItem:
    """Adds an address, which nothing here ever opens. Raises as `_add`, and PriorLearningError, `url`."""
    if not is_secure_address(url):
        raise PriorLearningError("url", "an address begins with https://")
    item = _add(session, row, "link", about, now)
    item.url = url
    return item


def is_secure_address(url: str) -> bool:
    """Whether it is an address of https with a host and without a name to sign in."""
    if len(url) > LONGEST_URL or not url.isascii() or any(each.isspace() for each in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def add_file(
    session: Session, row: PriorLearningApplication, about: About, content: bytes, now: datetime
) -> PriorLearningItem:
    """Adds a file. Raises as `_add`, and PriorLearningError: `too_large`, `file_type`, `empty`."""
    if len(content) > MOST_FILE_BYTES:
        raise PriorLearningError("too_large", "a file has at most 20 MB")
    found = type_of(content)
    item = _add(session, row, "file", about, now, len(content))
    item.media_type = found.media_type
    _store(session, item, content)
    return item


def add_badge(
    session: Session,
    row: PriorLearningApplication,
    about: About,
    kept: KeptBadge,
    report: Report,
    now: datetime,
) -> PriorLearningItem:
    """Adds a copy of a badge of another issuer that the candidate keeps; `report` is that of a verification just now.

    Raises as `_add`, and PriorLearningError: `badge` where it does not verify, `somebody_else` where it names none of
    their addresses but another one: it would be shown to the assessors as theirs.
    """
    if report.verdict not in SHOWS_SOMETHING:
        raise PriorLearningError("badge", "the badge does not verify")
    if names(kept, addresses_of(session, {row.person_id, kept.person_id})) == "somebody_else":
        raise PriorLearningError("somebody_else", "the badge names another recipient")
    content = kept.text.encode()
    item = _add(session, row, "badge", about, now, len(content))
    item.media_type, item.verdict, item.issuer_name = "application/json", report.verdict, kept.issuer
    _store(session, item, content)
    return item


def remove(session: Session, row: PriorLearningApplication, item: PriorLearningItem, now: datetime) -> None:
    """Takes a part out. Raises PriorLearningError, `wrong_step`, once the portfolio is handed in."""
    lock(session, row, "documentation")
    row.changed_at = now
    queries.prior_learning.delete_item(session, item.id)


def hand_in(session: Session, row: PriorLearningApplication, now: datetime) -> None:
    """Hands the portfolio in, which is never changed from then on.

    Raises PriorLearningError: `wrong_step`, `nothing` where it is empty.
    """
    lock(session, row, "documentation")
    if not row.items:
        raise PriorLearningError("nothing", "the portfolio is empty")
    row.state, row.handed_in_at = "assessment", now
    act(session, row, "prior_learning_handed_in", now)
    mails.schedule(session, row, "handed_in", now)
    operator_mails.schedule(session, row, "handed_in", now)


def go_back(session: Session, row: PriorLearningApplication, now: datetime) -> None:
    """Goes back to the self-assessment. Raises PriorLearningError, `wrong_step`."""
    lock(session, row, "documentation")
    row.state, row.identified_at, row.changed_at = "identification", None, now


def is_as_added(session: Session, item: PriorLearningItem) -> bool:
    """Whether the bytes of the part are those that were put in, by size and SHA-256; true of one without any."""
    found, size = sha256(), 0
    for part in queries.prior_learning.contents(session, item.id):
        found.update(part)
        size += len(part)
    return not item.sha256 or (size, found.hexdigest()) == (item.size, item.sha256)


def file_name(item: PriorLearningItem) -> str:
    """How the file of a part is called when somebody stores it: in ASCII, by its title, with the ending of its type."""
    words = re.sub("[^A-Za-z0-9]+", "-", item.title).strip("-")[:60]
    ending = next((each.ending for each in file_types.ALL if each.media_type == item.media_type), "")
    return f"{words or 'file'}-{item.sha256[:8]}{ending}"


def _add(
    session: Session,
    row: PriorLearningApplication,
    kind: str,
    about: About,
    now: datetime,
    size: int = 0,
) -> PriorLearningItem:
    """Raises PriorLearningError: `wrong_step`, `title` without one, `full` where it would be more than is taken."""
    template = lock(session, row, "documentation")
    if not about.title:
        raise PriorLearningError("title", "a part has a title")
    count, bytes_before = queries.prior_learning.sizes_of_person(session, row.person_id)
    if count >= MOST_ITEMS or bytes_before + size > MOST_BYTES:
        raise PriorLearningError("full", "no more is kept of one person")
    known = range(1, len(template.learning_outcomes) + 1)
    item = PriorLearningItem(
        application_id=row.id,
        kind=kind,
        title=about.title[:LONGEST_TITLE],
        words=about.words[:LONGEST_WORDS],
        outcomes=sorted({each for each in about.outcomes if each in known}),
        size=size,
        added_at=now,
    )
    session.add(item)
    session.flush()
    act(session, row, "prior_learning_documented", now)
    return item


def _store(session: Session, item: PriorLearningItem, content: bytes) -> None:
    item.sha256 = sha256(content).hexdigest()
    parts: Sequence[bytes] = [
        content[start : start + PART_BYTES] for start in range(0, len(content), PART_BYTES)
    ]
    session.add_all(
        PriorLearningPart(item_id=item.id, number=number, content=part) for number, part in enumerate(parts)
    )
    session.flush()
