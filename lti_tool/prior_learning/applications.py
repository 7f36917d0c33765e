"""An application: begun by somebody who has proved an address, and withdrawn by them; its steps.

Whoever begins without any platform becomes a person by the address alone. Their proof is as old as the session that the
code began, so nothing that others let in before is opened by it; and where people have proved the address already, it
is one of them who applies, or nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from badges.template.model import Template, stored_template
from lti_tool.backpack.owners import lock_owner
from lti_tool.errors import NotFoundError, PriorLearningError
from lti_tool.people import addresses, stated_names
from lti_tool.prior_learning import mails, offers
from lti_tool.prior_learning.rules import rule_of
from lti_tool.store import Session, events, queries
from lti_tool.store.models import (
    Person,
    PriorLearningApplication,
    PriorLearningOffer,
    ProvedAddress,
)

#: Of one person, at all issuers together, that have not ended.
MOST_RUNNING = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Who begins: whoever read a code to `address` at `since`. `name` is what they call themselves."""

    address: str
    since: datetime
    name: str
    language: str


def begin(
    session: Session,
    offer: PriorLearningOffer,
    candidate: Candidate,
    reused_domains: Collection[str],
    now: datetime,
) -> PriorLearningApplication:
    """The candidate's new application.

    Raises PriorLearningError: `closed` where nobody can begin, `erased_here` where the issuer was told to award them
    nothing, `running` where they have begun already, `too_many`, `has_badge`, `no_name`, and those of `_person`;
    NotFoundError where the template is retired.
    """
    if offer.closed_at is not None:
        raise PriorLearningError("closed", "nobody can begin any more")
    version = offers.published(session, offer.issuer_id, offer.template_id)
    person = _person(session, candidate, reused_domains, now)
    if queries.issuer_erasures.whom_it_erased(session, offer.issuer_id, [person.id]):
        raise PriorLearningError("erased_here", "the issuer has erased them, and awards them nothing")
    if queries.prior_learning.running(session, offer.issuer_id, offer.template_id, [person.id]) is not None:
        raise PriorLearningError("running", "they have begun already")
    if queries.prior_learning.number_running(session, person.id) >= MOST_RUNNING:
        raise PriorLearningError("too_many", "as many of their applications go on as may")
    if queries.awards.newest_awards(
        session, version, _same_people(session, candidate, person, reused_domains)
    ):
        raise PriorLearningError("has_badge", "they have, or have had, this badge")
    _name(session, person, candidate.name, now)
    row = PriorLearningApplication(
        issuer_id=offer.issuer_id,
        template_id=offer.template_id,
        template_version_id=version.id,
        person_id=person.id,
        terms=offer.terms,
        language=candidate.language,
        begun_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    rule_of(session, version, now)
    events.record(
        session, "prior_learning_begun", "prior_learning", row.id, now, actor=events.person(person.id)
    )
    mails.schedule(session, row, "begun", now)
    return row


def withdraw(session: Session, row: PriorLearningApplication, now: datetime) -> None:
    """Ends an application that is not decided, at the candidate's wish. Raises PriorLearningError, `wrong_step`."""
    lock(session, row)
    if row.closed_at is not None or row.state == "certification":
        raise PriorLearningError("wrong_step", "it is decided, or about to be")
    row.state, row.closed_at, row.changed_at = "withdrawn", now, now
    act(session, row, "prior_learning_withdrawn", now)


def lock(session: Session, row: PriorLearningApplication, state: str | None = None) -> Template:
    """The template that the application is about, once the row is locked.

    Raises PriorLearningError, `wrong_step`, where it is not in that state any more; NotFoundError where its person was
    erased.
    """
    person = queries.people.lock_person(session, row.person_id)
    if person.erased_at is not None:
        raise NotFoundError("the candidate was erased")
    queries.prior_learning.lock_application(session, row)
    if state is not None and row.state != state:
        raise PriorLearningError("wrong_step", f"the application is in the step {row.state}, not {state}")
    return stored_template(row.version.body)


def act(session: Session, row: PriorLearningApplication, what: str, now: datetime) -> None:
    """Records what the candidate did in their application."""
    row.changed_at = now
    events.record(session, what, "prior_learning", row.id, now, actor=events.person(row.person_id))


def _person(session: Session, candidate: Candidate, reused_domains: Collection[str], now: datetime) -> Person:
    """Whose application it is, locked; somebody new where nobody has proved the address.

    Raises PriorLearningError: `reused_domain` where the address may be given to somebody else later, `not_opened` where
    it was proved by people whom the session does not open.
    """
    queries.prior_learning.lock_sessions(session, candidate.address)
    opened = addresses.opened_by(session, candidate.address, candidate.since, reused_domains)
    if opened.people:
        return queries.people.lock_person(session, lock_owner(session, opened.people))
    if queries.proved_addresses.with_address(session, candidate.address):
        raise PriorLearningError("not_opened", "others have proved the address")
    if candidate.address.rpartition("@")[2] in reused_domains:
        raise PriorLearningError("reused_domain", "the domain gives its addresses to others later")
    person = Person(email=candidate.address, language=candidate.language, renamed_at=now)
    session.add(person)
    session.flush()
    proof = ProvedAddress(person_id=person.id, address=candidate.address, proved_at=candidate.since)
    session.add(proof)
    session.flush()
    by = events.person(person.id)
    events.record(session, "address_proved", "person", person.id, now, actor=by)
    return person


def _same_people(
    session: Session, candidate: Candidate, person: Person, reused_domains: Collection[str]
) -> Collection[int]:
    """The person, and all others whom the same code opens and who are called the same: one learner on two platforms.

    Those of other names may be a family that shares the address.
    """
    opened = addresses.opened_by(session, candidate.address, candidate.since, reused_domains).people
    name = name_of(person) or candidate.name
    others = (session.get_one(Person, each) for each in opened)
    return {person.id, *(each.id for each in others if name_of(each) == name)}


def _name(session: Session, person: Person, name: str, now: datetime) -> None:
    if person.name or (person.stated_name and not name):
        return
    if not name:
        raise PriorLearningError("no_name", "a candidate says their name")
    if person.stated_name != name:
        stated_names.state_name(session, person.id, name, now, events.person(person.id))


def name_of(person: Person) -> str:
    """How the candidate is called: by a platform, else by what they state themselves."""
    return person.name or person.stated_name or ""
