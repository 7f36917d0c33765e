"""What a learner keeps here, and the programs that they let in, as their list of badges shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from lti_tool.backpack import accesses
from lti_tool.backpack.incoming import FORGED, is_theirs
from lti_tool.backpack.spellings import spellings_of
from lti_tool.store import Session, queries
from lti_tool.store.models import KeptBadge, Program
from lti_tool.web.backpack.scope_words import words_of
from lti_tool.web.current import current_tool
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

Light = Literal["yes", "unsure", "no"]

#: What the last verification found, in two words. Green is for what was proven, and red for what is sure.
_STATES: Mapping[str, tuple[Light, Sentence]] = {
    "verified": ("yes", _l("Valid")),
    "expired": ("unsure", _l("Expired")),
    "not_yet_valid": ("unsure", _l("Not valid yet")),
    "revoked": ("no", _l("Revoked")),
    "suspended": ("no", _l("Suspended")),
}
_FORGED: tuple[Light, Sentence] = ("no", _l("Not genuine"))
#: What can change: these words are for what was not checked for longer than STALE_AFTER.
_STALE: Mapping[str, tuple[Light, Sentence]] = {
    "verified": ("unsure", _l("Valid when last checked")),
    "suspended": ("unsure", _l("Suspended")),
}
#: A badge is checked every day where there are not too many, and its issuer may be away for a while.
STALE_AFTER = timedelta(days=2)
_UNCHECKED: tuple[Light, Sentence] = ("unsure", _l("Could not be checked"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKept:
    """A badge of any issuer that the learner keeps. `name` and `issuer` are the badge's own words.

    `is_theirs`: it names one of their proved addresses. `is_brought`: a program added it; `program` is its name, empty
    where that is gone.
    """

    id: int
    name: str
    issuer: str
    light: Light
    state: Sentence
    checked_at: datetime
    valid_from: datetime | None
    valid_until: datetime | None
    is_theirs: bool
    is_brought: bool
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProgram:
    """A program that the learner let in: what it calls itself, the host to which it belongs, and what it may."""

    id: int
    name: str
    host: str
    words: Sequence[Sentence]
    given_at: datetime
    used_at: datetime | None
    ends_at: datetime


def kept_of(session: Session, people: Sequence[int]) -> Sequence[ListedKept]:
    """What these people, who are one learner, keep: what is theirs first, then newest first."""
    addresses = spellings_of(session, people)
    rows = queries.backpack.kept_badges(session, people)
    programs = queries.backpack.programs(session, {row.brought_by for row in rows if row.brought_by})
    now = current_tool().clock()
    listed = [_listed(row, programs.get(row.brought_by or ""), addresses, now) for row in rows]
    return sorted(listed, key=lambda each: not each.is_theirs)


def programs_of(session: Session, people: Sequence[int]) -> Sequence[ListedProgram]:
    """The programs that get the badges of any of these people, oldest first."""
    tool = current_tool()
    rows = accesses.running(session, people, tool.issuers.reused_domains(session), tool.clock())
    return [
        ListedProgram(
            id=row.id,
            name=str(row.program.registered["client_name"]),
            host=urlsplit(str(row.program.registered["client_uri"])).hostname or "",
            words=words_of(row.scopes),
            given_at=row.given_at,
            used_at=row.used_at,
            ends_at=row.ends_at,
        )
        for row in rows
    ]


def _listed(row: KeptBadge, program: Program | None, addresses: frozenset[str], now: datetime) -> ListedKept:
    light, state = _FORGED if row.verdict in FORGED else _STATES.get(row.verdict, _UNCHECKED)
    if now - row.checked_at > STALE_AFTER:
        light, state = _STALE.get(row.verdict, (light, state))
    return ListedKept(
        id=row.id,
        name=row.name,
        issuer=row.issuer,
        light=light,
        state=state,
        checked_at=row.checked_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        is_theirs=is_theirs(row.subject, addresses),
        is_brought=row.brought_by is not None,
        program=str(program.registered["client_name"]) if program is not None else "",
    )
