"""How an address of a learner may be written in a badge.

In plain words that does not matter, but a hash is of one spelling, and Open Badges 2.0 hashes addresses: Moodle as
whoever administers it has typed them. Here they are stored in small letters. What is spelled otherwise is mailed to the
same mailbox, so whoever reads that is meant.
"""

from __future__ import annotations

from collections.abc import Collection

from lti_tool.people.addresses import addresses_of, comparable_address
from lti_tool.store import Session, queries


def spellings_of(session: Session, people: Collection[int]) -> frozenset[str]:
    """The addresses that these people, who are one learner, have proved, in each spelling that is known or usual."""
    proved = addresses_of(session, people)
    written = {row.email.strip() for row in queries.people.people(session, people).values() if row.email}
    as_platforms_write = {each for each in written if comparable_address(each) in proved}
    return proved | as_platforms_write | {_with_capitals(each) for each in proved}


def _with_capitals(address: str) -> str:
    """As directories often write the name of somebody: `Anna.Berzina@school.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local.title()}@{domain}"
