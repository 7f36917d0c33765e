"""Erasure by one issuer of an installation that has several: what is another one's stays as it was.

A person is on the platforms of one issuer, and another may have awarded them badges, where it permits their course to.

* The issuer of their platform erases the account, what was seen of it, and its own awards. The awards of others stay,
  those of somebody without an account: who got them was told to their issuers by the badges themselves.
* An issuer that has only awarded them erases these awards. The account goes on, and the rules of the course with it, so
  a keyed hash stays by which that issuer awards nothing to it any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.issuers import Issuers
from lti_tool.privacy import erasure
from lti_tool.privacy.erasure import Erased, Outcome
from lti_tool.privacy.take_backs import Eraser
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What of a person is an issuer's. `is_home`: they have an account on a platform of it, and on no other's.

    `others`: the keys of further issuers who have awarded them, or to which they have turned themselves: by an
    application for recognition, or by a claim for a part of a pathway.
    """

    is_home: bool
    others: Collection[str]


def share_of(session: Session, issuer_id: str, person_id: int) -> Share:
    """The issuer's share. Raises NotFoundError for somebody who is none of its people, or was erased."""
    if queries.issuer_people.person(session, issuer_id, person_id) is None:
        raise NotFoundError("the issuer has nobody with that number")
    elsewhere = queries.issuer_people.other_accounts(session, issuer_id, person_id)
    return Share(is_home=not elsewhere, others=issuers_of(session, person_id) - {issuer_id})


def issuers_of(session: Session, person_id: int) -> frozenset[str]:
    """The keys of the issuers who have awarded the person, or to which they have turned themselves."""
    return frozenset(
        (
            *queries.issuer_people.issuers_who_awarded(session, person_id),
            *queries.prior_learning.issuers_of_person(session, person_id),
            *queries.pathway_claims.issuers_of_person(session, person_id),
        )
    )


def awards_of(session: Session, issuer_id: str, person_id: int) -> Sequence[Award]:
    """The issuer's awards of the person, newest first."""
    found = queries.awards.awards_of_people(session, [person_id])
    return [each for each in found if each.issuer_id == issuer_id]


def revoke_all(tool: Eraser, issuer_id: str, person_id: int, by: Actor) -> int:
    """How many of the issuer's awards were revoked now, before an erasure. Raises as `refuse_erasure`."""
    with tool.store.begin() as session:
        now = tool.clock()
        refuse_erasure(session, tool.issuers, issuer_id, person_id, now)
        return erasure.revoke_each(session, awards_of(session, issuer_id, person_id), now, by)


def erase(tool: Eraser, issuer_id: str, person_id: int, by: Actor) -> Outcome:
    """Erases what the issuer has of the person, and deletes mails. Raises as `refuse_erasure`."""

    def act(session: Session, now: datetime) -> Sequence[Erased]:
        return [erase_share(session, tool.issuers, issuer_id, person_id, now, by)]

    with tool.store.read() as session:
        found = queries.issuer_people.award_ids(session, issuer_id, person_id)
    return erasure.carry_out(tool, found, act)


def erase_share(
    session: Session, issuers: Issuers, issuer_id: str, person_id: int, now: datetime, by: Actor
) -> Erased:
    """Erases what the issuer has of the person. Raises as `refuse_erasure`."""
    person = erasure.lock(session, person_id)
    refuse_erasure(session, issuers, issuer_id, person_id, now)
    share = share_of(session, issuer_id, person_id)
    if not share.is_home:
        return _erase_awards(session, person, issuer_id, now, by)
    kept = {"kept": sorted(share.others)} if share.others else {}
    split_off(session, person, share.others)
    return erasure.empty_and_note(session, person, kept, now, by)


def refuse_erasure(session: Session, issuers: Issuers, issuer_id: str, person_id: int, now: datetime) -> None:
    """Raises NotFoundError for somebody who is none of the issuer's people.

    Raises NotAllowedError for somebody who is staff of a course of its platforms that goes on; KeptByLawError where a
    law obliges it to keep an award.
    """
    share_of(session, issuer_id, person_id)
    staffed = erasure.staffed_courses(session, person_id, now)
    if queries.issuer_people.courses_of(session, issuer_id, staffed):
        raise NotAllowedError(f"person {person_id} is staff of a course of the issuer")
    own = queries.issuer_people.award_ids(session, issuer_id, person_id)
    erasure.refuse_kept_by_law(session, issuers, person_id, now, own)


def split_off(session: Session, person: Person, issuer_ids: Collection[str]) -> None:
    """Gives the awards of these issuers to somebody new who is called the same, and has no account.

    With them go the applications for recognition there, what is claimed for parts of pathways, and what was observed
    for rules of no course: what goes on there is decided by it. What the person has proved, what they keep here, and
    what they have objected to is theirs, too.
    """
    if not issuer_ids:
        return
    other = Person(
        name=person.name,
        stated_name=person.stated_name,
        name_stated_at=person.name_stated_at,
        email=person.email,
        language=person.language,
        withheld=list(person.withheld),
    )
    session.add(other)
    session.flush()
    queries.issuer_erasures.copy_proofs(session, person.id, other.id)
    queries.issuer_erasures.copy_objections(session, person.id, other.id)
    queries.backpack.move_kept(session, person.id, other.id)
    queries.issuer_erasures.move_awards(session, person.id, issuer_ids, other.id)
    queries.issuer_erasures.move_claims(session, person.id, issuer_ids, other.id)
    queries.observations.move_outside(session, person.id, issuer_ids, other.id)
    queries.prior_learning.move_to(session, person.id, issuer_ids, other.id)


def _erase_awards(session: Session, person: Person, issuer_id: str, now: datetime, by: Actor) -> Erased:
    credential_ids = queries.issuer_people.credential_ids(session, issuer_id, person.id)
    accounts = queries.issuer_erasures.hashes_of(session, person.id)
    data = {"credentials": len(credential_ids)}
    events.record(session, "erased", "person", person.id, now, actor=by, data=data, issuer_id=issuer_id)
    note = {
        "issuer": issuer_id,
        "accounts": [list(each) for each in accounts],
        "credentials": list(credential_ids),
    }
    journal.note(session, "erased_by_issuer", note, now)
    queries.issuer_erasures.keep_erased(session, issuer_id, accounts, now)
    remove_awards(session, person.id, issuer_id, now)
    # Its mails are known by the badges that they lead to: by name and address others write, too.
    return Erased(person_id=person.id, credentials=len(credential_ids), words=frozenset(credential_ids))


def remove_awards(session: Session, person_id: int, issuer_id: str, now: datetime) -> None:
    """Deletes the issuer's awards of the person, with their credentials and all that refers to either."""
    for question in queries.rules.open_questions(session, queries.people.courses_with(session, person_id)):
        if question.rule.issuer_id == issuer_id:
            question.people = [each for each in question.people if each != str(person_id)]
    award_ids = queries.issuer_people.award_ids(session, issuer_id, person_id)
    credential_ids = queries.issuer_people.credential_ids(session, issuer_id, person_id)
    queries.removed_credentials.note_removed(session, credential_ids, "erased", now)
    queries.personal_data.delete_values_naming(session, credential_ids)
    queries.issuer_erasures.delete_asked_of(session, issuer_id, person_id)
    queries.prior_learning.delete_of_person(session, person_id, issuer_id)
    queries.observations.delete_outside(session, issuer_id, person_id)
    queries.people.delete_awards(session, award_ids, credential_ids)
