"""Whom of an issuer's people the words of a search mean. What was searched for is kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.people.addresses import comparable_address
from lti_tool.privacy import known_names
from lti_tool.store import Session, queries
from lti_tool.store.queries.roster import Named
from lti_tool.values import MAX_ID
from lti_tool.web.comparable_text import comparable

#: How many are shown: whoever finds more types more.
MOST_FOUND = 50
#: So many letters or digits a search has at least: without one there is no list of everybody.
FEWEST_LETTERS = 2
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The first of those who were found, by name, and how many there are in all."""

    people: Sequence[Named]
    total: int


def is_too_short(typed: str) -> bool:
    """Whether the words would find nearly everybody, and are no number of a person."""
    return not _finds_few(typed) and not re.fullmatch("[0-9]", typed)


def _finds_few(typed: str) -> bool:
    # Of what is compared: some letters vanish there, as marks do, and nothing would be left that tells people apart.
    return sum(each.isalnum() for each in comparable(typed)) >= FEWEST_LETTERS


def find(session: Session, issuer_id: str, typed: str) -> Found:
    """Those whom the words name: a badge's address or id, an e-mail address, a number, or a name, without its marks.

    A name or address is found by each of its parts.
    """
    if badges := _ID.findall(typed):
        numbers = queries.issuer_people.with_credential(session, issuer_id, badges[-1].lower())
        found = [each for number in numbers for each in _by_number(session, issuer_id, str(number))]
    else:
        found = [*_by_number(session, issuer_id, typed), *_by_proved_address(session, issuer_id, typed)]
        found += _by_words(session, issuer_id, typed) if _finds_few(typed) else []
    every = {each.person_id: each for each in found}.values()
    in_order = sorted(every, key=lambda each: (not each.name, comparable(each.name or ""), each.person_id))
    return Found(people=in_order[:MOST_FOUND], total=len(in_order))


def _by_number(session: Session, issuer_id: str, typed: str) -> Sequence[Named]:
    number = int(typed) if re.fullmatch("[0-9]{1,10}", typed) else 0
    person = known_names.named_person(session, issuer_id, number) if number <= MAX_ID else None
    return [] if person is None else [person]


def _by_proved_address(session: Session, issuer_id: str, typed: str) -> Sequence[Named]:
    address = comparable_address(typed)
    return [] if address is None else queries.issuer_people.with_address(session, issuer_id, address)


def _by_words(session: Session, issuer_id: str, typed: str) -> Sequence[Named]:
    words = comparable(typed).split()
    return [
        each
        for each in known_names.named(session, issuer_id)
        if words and all(word in comparable(f"{each.name or ''} {each.email or ''}") for word in words)
    ]
