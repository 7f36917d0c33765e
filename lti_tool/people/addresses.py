"""Proved addresses: who reads the mail of an address shows it by a code, and opens by another what they proved before.

A platform says which address its people have, and whoever administers it can say any. So nothing of that opens a badge:
a person proves an address by a code of ours, typed on a page of their own launch, and later signs in by another code to
the same address.

Whose badges a code opens is decided by rows of (person, address) alone:

* It opens those of the people who have proved *this* address, and of nobody who shares another address with them. So
  two accounts on two platforms come together because the same mailbox was shown to be read by both; and whoever gets
  hold of one address never reaches further than it.
* An address that two people proved, because they share it or because it was given to somebody else, opens both. A
  family knows that it shares one. An institution that gives addresses to others later says so (`reused_domains`): there
  a code alone opens nobody's badges until staff have confirmed that the address is still theirs, for some days.
* A further address is proved only in a launch, never in a session that a code began: a stolen mailbox adds no way in.
* Somebody whom no platform names proves their first address by the code itself, when they apply to have prior learning
  recognised; only where nobody has proved it yet.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, digest
from typing import TypeVar
from unicodedata import normalize

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.language import mail_language
from lti_tool.people.ended_accesses import tell_hosts
from lti_tool.people.launch_records import retry_held_up
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import AddressCode, HostAccess, Person, ProgramAccess, ProvedAddress
from lti_tool.values import secret_hash

CODE_MINUTES = 10
CODE_LIFE = timedelta(minutes=CODE_MINUTES)
CODE_DIGITS = 8
#: How often one code may be tried.
MOST_TRIES = 5
#: How many addresses a person may prove: a private one, that of each school, some to spare.
MOST_ADDRESSES = 5
#: Of a code by which somebody new may begin an application to have prior learning recognised.
PRIOR_LEARNING = "prior_learning"
#: Of a code by which an operator shows where they get mails about their work; it opens nothing of a learner.
OPERATOR = "operator"
#: Of codes that begin a session of a learner, or prove an address of one.
OF_LEARNERS = frozenset({"", PRIOR_LEARNING})
#: As long as any address that mail servers take.
MAX_LENGTH = 254
#: For how long staff confirm that a reused address is still of the same person.
CONFIRMED_FOR = timedelta(days=7)

_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]]+@[a-z0-9-]+(\.[a-z0-9-]+)+")


def comparable_address(typed: str) -> str | None:
    """The address in the form in which it is mailed to, stored and compared; None where it is none.

    In small letters, its domain in ASCII (IDNA). The code is sent to this very form, so what is proved is its mailbox,
    whatever a mail server makes of capitals.
    """
    local, _, domain = normalize("NFC", typed.strip()).lower().rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    return found if len(found) <= MAX_LENGTH and _ADDRESS.fullmatch(found) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks for a code: a person inside a platform, or somebody outside of whom nothing is known (None).

    `language` is that of the page, `issuer_id` in whose name it is sent. `purpose`: PRIOR_LEARNING where somebody whom
    nobody knows may begin, OPERATOR for an operator's own; "" else.
    """

    person_id: int | None
    issuer_id: str
    language: str
    purpose: str = ""


def ask_code(session: Session, address: str, asking: Asking, now: datetime) -> str:
    """The ticket of a new code, which is mailed to the address by a job; only the asking browser may know the ticket.

    The same is done for every address: whether anybody has proved it is found out by the job, which then sends nothing.
    """
    ticket = secrets.token_urlsafe(24)
    row = AddressCode(
        ticket_hash=secret_hash(ticket),
        seed=secrets.token_hex(16),
        address=address,
        person_id=asking.person_id,
        issuer_id=asking.issuer_id,
        language=_language_for(session, asking),
        purpose=asking.purpose,
        expires_at=now + CODE_LIFE,
    )
    session.add(row)
    session.flush()
    outbox.add(session, "mail_code", {"code_id": row.id}, now)
    return ticket


def _language_for(session: Session, asking: Asking) -> str:
    """The language of the mail: that of whoever asks from inside a platform, as far as mails have it."""
    person = session.get(Person, asking.person_id) if asking.person_id is not None else None
    return mail_language([person.language if person else None, asking.language])


def code_of(row: AddressCode, secret_key: str) -> str:
    """The code: CODE_DIGITS digits, the same at each attempt to mail it."""
    made = digest(secret_key.encode(), f"address code {row.seed}".encode(), sha256)
    return f"{int.from_bytes(made) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def is_to_be_mailed(session: Session, row: AddressCode, now: datetime) -> bool:
    """Whether the mail is sent: inside always, outside only to an address that somebody has proved.

    To any address where somebody new may begin, or an operator wants their mails.
    """
    if row.expires_at <= now:
        return False
    if row.person_id is not None or row.purpose in (PRIOR_LEARNING, OPERATOR):
        return True
    return bool(queries.proved_addresses.with_address(session, row.address))


def proved_by(
    store: Store,
    ticket: str,
    typed: str,
    person_id: int | None,
    secret_key: str,
    now: datetime,
    purposes: Collection[str] = OF_LEARNERS,
) -> str | None:
    """The address whose code was typed, by the browser that asked for it; the code is used up.

    None where the code is another one, for none of these purposes, expired, or was tried MOST_TRIES times. Each try is
    counted in a transaction of its own, before the code is compared.
    """
    with store.begin() as session:
        row = queries.proved_addresses.count_try(session, secret_hash(ticket), person_id, MOST_TRIES, now)
        if row is None or row.purpose not in purposes:
            return None
        digits = "".join(each for each in typed if "0" <= each <= "9")
        if not compare_digest(digits.encode(), code_of(row, secret_key).encode()):
            return None
        session.delete(row)
        return row.address


def save_proof(session: Session, person_id: int, address: str, now: datetime, by: Actor) -> None:
    """Notes that the person has proved the address; where their platform shares none, it is where they get their mails.

    Raises NotAllowedError where they were erased meanwhile, or have proved MOST_ADDRESSES.
    """
    if not queries.people.not_erased(session, {person_id}):
        raise NotAllowedError("nothing is recorded of somebody who was erased")
    known = queries.proved_addresses.of_person(session, person_id)
    if address in {each.address for each in known}:
        return
    if len(known) >= MOST_ADDRESSES:
        raise NotAllowedError(f"{MOST_ADDRESSES} addresses are proved already")
    session.add(ProvedAddress(person_id=person_id, address=address, proved_at=now))
    events.record(session, "address_proved", "person", person_id, now, actor=by)
    person = queries.people.lock_person(session, person_id)
    if person.email is None:
        # Their platform shares none: badges that waited for one are made for this.
        person.email, person.renamed_at = address, now
        session.flush()
        retry_held_up(session, person_id, now)


def remove_proof(session: Session, person_id: int, proof_id: int, now: datetime, by: Actor) -> None:
    """Forgets an address of the person: no code to it opens their badges any more, and no session that one began.

    Raises NotFoundError where it is none of theirs.
    """
    row = queries.proved_addresses.proof(session, proof_id)
    if row is None or row.person_id != person_id:
        raise NotFoundError("this person has not proved that address")
    session.delete(row)
    session.flush()
    queries.proved_addresses.delete_sessions_of_nobody(session, {row.address})
    tell_hosts(session, now)
    events.record(session, "address_removed", "person", person_id, now, actor=by)


def confirm_address(session: Session, person_id: int, address: str, now: datetime, by: Actor) -> datetime:
    """Until when a code to the address opens the person's badges, though its domain is reused: staff know that it is
    still theirs. Raises NotFoundError where they have not proved it."""
    for row in queries.proved_addresses.of_person(session, person_id):
        if row.address == address:
            row.confirmed_until = now + CONFIRMED_FOR
            events.record(session, "address_confirmed", "person", person_id, now, actor=by)
            return row.confirmed_until
    raise NotFoundError(f"person {person_id} has not proved that address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Whose badges a code to an address opens, by person id, and whose it does not until staff confirm.

    In the order in which they proved it: the last one reads its mail today.
    """

    people: Sequence[int]
    unconfirmed: Sequence[int]


#: What a reader of the mail of its `address` let others do for long; `since` is when their session began.
Given = TypeVar("Given", ProgramAccess, HostAccess)


def addresses_of(session: Session, people: Collection[int]) -> frozenset[str]:
    """The addresses that these people, who are one learner, have proved."""
    found = (queries.proved_addresses.of_person(session, person_id) for person_id in people)
    return frozenset(row.address for rows in found for row in rows)


def opened_by(session: Session, address: str, since: datetime, reused_domains: Collection[str]) -> Opened:
    """What a session opens that a code to the address began at `since`, and that ends within hours."""
    return _opened(queries.proved_addresses.with_address(session, address), since, since, reused_domains)


def opened_by_given(
    session: Session, given: Given, at: datetime, reused_domains: Collection[str]
) -> Sequence[int]:
    """The people whose badges are opened at that moment to those who were let in."""
    proofs = queries.proved_addresses.with_address(session, given.address)
    return _opened(proofs, given.since, at, reused_domains).people


def given_by(
    session: Session,
    given: Sequence[Given],
    people: Collection[int],
    at: datetime,
    reused_domains: Collection[str],
) -> Sequence[Given]:
    """Those of `given` that open any of these people at that moment: they see and end them, and nobody else does."""
    proofs = {
        address: queries.proved_addresses.with_address(session, address)
        for address in {row.address for row in given}
    }
    return [
        row
        for row in given
        if not set(people).isdisjoint(_opened(proofs[row.address], row.since, at, reused_domains).people)
    ]


def _opened(
    proofs: Sequence[ProvedAddress], since: datetime, at: datetime, reused_domains: Collection[str]
) -> Opened:
    """What is opened, by all `proofs` of one address, to whoever read its mail at `since`; `at`: when it is opened.

    Not what was proved later: whoever proves it then reads the mail of today, and the session may be of yesterday. At a
    reused domain, what staff have confirmed beyond `at`.
    """
    found = [row for row in proofs if row.proved_at <= since]
    closed = [
        row
        for row in found
        if row.address.rpartition("@")[2] in reused_domains
        and (row.confirmed_until is None or row.confirmed_until <= at)
    ]
    return Opened(
        people=[row.person_id for row in found if row not in closed],
        unconfirmed=[row.person_id for row in closed],
    )
