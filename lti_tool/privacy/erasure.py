"""Erasure: all that is held about a person is deleted, and nothing more is recorded when a platform names them again.

Their badges are not revoked, unless that is asked for: nobody takes them away, and the files that the learner has go on
verifying, by keys and status lists that name nobody. Of each credential its id, its place in a status list and the
hashes of what was signed stay, so that this can still be said of a file. The badges are no longer shown or given out
here, and cannot be issued again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from lti_tool.awarding import awards
from lti_tool.deliveries import mail_folder
from lti_tool.errors import KeptByLawError, NotAllowedError, NotFoundError
from lti_tool.issuing.issuers import Issuers
from lti_tool.observations import role_now
from lti_tool.people.ended_accesses import tell_hosts
from lti_tool.privacy import take_backs
from lti_tool.privacy.person_facts import facts_of
from lti_tool.privacy.retention_plan import laws_that_hold
from lti_tool.privacy.take_backs import Eraser
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.account_hashes import ERASED, account_hash
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, Person
from lti_tool.values import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Who was erased, how many credentials were removed, and by which words files name the person."""

    person_id: int
    credentials: int
    words: frozenset[str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Who was erased; `still_shown`: the courses on whose platforms a revoked badge could not be taken back."""

    erased: Sequence[Erased]
    still_shown: Sequence[str]


def erase(tool: Eraser, person_ids: Sequence[int], by: Actor) -> Outcome:
    """Erases these people, or none of them, and deletes their mails in the folder. Raises as `erase_person`."""

    def act(session: Session, now: datetime) -> Sequence[Erased]:
        return [erase_person(session, tool.issuers, person_id, now, by) for person_id in person_ids]

    with tool.store.read() as session:
        found = [each.id for each in queries.awards.awards_of_people(session, person_ids)]
    return carry_out(tool, found, act)


def carry_out(
    tool: Eraser, award_ids: Collection[int], act: Callable[[Session, datetime], Sequence[Erased]]
) -> Outcome:
    """Has these awards taken back from platforms, erases in one transaction, and deletes mails that name who it was."""
    still_shown = take_backs.finish(tool, award_ids)
    now = tool.clock()
    with tool.store.begin() as session:
        erased = act(session, now)
        tell_hosts(session, now)
        session.flush()
        # Before the commit: where the process dies here, they are erased once more, mails and all.
        _delete_mails(session, tool.mail_folder, erased)
    # Once more: a mail may have been on its way.
    with tool.store.read() as session:
        _delete_mails(session, tool.mail_folder, erased)
    tool.store.empty_log()
    tool.store.forget_statements()
    return Outcome(erased=erased, still_shown=still_shown)


def _delete_mails(session: Session, folder: str | None, erased: Sequence[Erased]) -> None:
    """Deletes the mails that name them, once their badges are gone: those that are still there are others'."""
    if folder is None:
        return
    words = frozenset[str]().union(*(each.words for each in erased))
    path = Path(folder)
    badges = queries.mails.deliveries_there(session, mail_folder.numbers(path, "badge"))
    notices = queries.mails.notices_there(session, mail_folder.numbers(path, "notice"))
    others = {("badge", number) for number in badges} | {("notice", number) for number in notices}
    mail_folder.delete_about(path, words, others)


def erase_person(session: Session, issuers: Issuers, person_id: int, now: datetime, by: Actor) -> Erased:
    """Erases a person. Their number stays, and a keyed hash of each account: else they would be recorded anew.

    Raises NotFoundError where there is nobody with that number; NotAllowedError for somebody who is staff of a course
    that goes on: what they decide there is not theirs alone; KeptByLawError where a law obliges the issuer of an award.
    """
    person = lock(session, person_id)
    refuse_staff(session, person_id, now)
    refuse_kept_by_law(session, issuers, person_id, now)
    return empty_and_note(session, person, {}, now, by)


def empty_and_note(session: Session, person: Person, kept: Json, now: datetime, by: Actor) -> Erased:
    """Erases a person who is locked, with the event and the line of the journal; `kept` is said there, too."""
    words = words_of(session, person)
    credential_ids = queries.removed_credentials.ids_of_person(session, person.id)
    # Who it was is told to the event while the accounts still say on which platform.
    data = {"credentials": len(credential_ids)}
    events.record(session, "erased", "person", person.id, now, actor=by, data=data)
    note = {
        "accounts": _hash_accounts(session, person),
        "credentials": list(credential_ids),
        # By these somebody without an account is found where an older backup is restored.
        "subjects": [each.subject_id for each in queries.awards.awards_of_people(session, [person.id])],
        "applications": [each.key for each in queries.prior_learning.of_people(session, [person.id])],
        "claims": list(queries.pathway_claims.ids_of_person(session, person.id)),
    }
    journal.note(session, "erased", note | kept, now)
    empty_person(session, person, words, credential_ids, "erased", now)
    person.erased_at = now
    return Erased(person_id=person.id, credentials=len(credential_ids), words=words)


def revoke_all(session: Session, issuers: Issuers, person_id: int, now: datetime, by: Actor) -> int:
    """How many awards of the person were revoked now, by their own wish: before an erasure that asks for it.

    Raises as `erase_person` where that would be refused: nothing is revoked for an erasure that does not come.
    """
    refuse_staff(session, person_id, now)
    refuse_kept_by_law(session, issuers, person_id, now)
    return revoke_each(session, queries.awards.awards_of_people(session, [person_id]), now, by)


def revoke_each(session: Session, found: Iterable[Award], now: datetime, by: Actor) -> int:
    """Revokes those of the awards that are not revoked yet, without a reason; how many that were."""
    valid = [each for each in found if each.status != "revoked"]
    for award in valid:
        awards.revoke(session, award, "", now, by)
    session.flush()
    return len(valid)


def refuse_kept_by_law(
    session: Session, issuers: Issuers, person_id: int, now: datetime, only: Collection[int] | None = None
) -> None:
    """Raises KeptByLawError where the person has an award that a law obliges its issuer to keep still.

    `only`: the ids of the awards in question, where not all of them are.
    """
    (facts,) = facts_of(session, issuers, [person_id], now)
    asked = [each for each in facts.awards if only is None or each.award_id in only]
    for law in laws_that_hold(replace(facts, awards=asked), now):
        raise KeptByLawError(law)


def words_of(session: Session, person: Person) -> frozenset[str]:
    """By what texts and files name the person: names, and addresses that the platform said or that were proved."""
    proved = [each.address for each in queries.proved_addresses.of_person(session, person.id)]
    named = (person.name, person.stated_name, person.email, *proved)
    return frozenset(word for word in named if word)


def empty_person(
    session: Session,
    person: Person,
    words: frozenset[str],
    credential_ids: Sequence[str],
    why: str,
    now: datetime,
) -> None:
    """Deletes all that is held about the person but the row itself, which names nobody then."""
    courses = queries.people.courses_with(session, person.id)
    for question in queries.rules.open_questions(session, courses):
        question.people = [each for each in question.people if each != str(person.id)]
    queries.removed_credentials.note_removed(session, credential_ids, why, now)
    queries.personal_data.delete_values_naming(session, words)
    queries.bulk_acts.forget_reasons(session, person.id)
    queries.proved_addresses.delete_all_of(session, [person.id])
    queries.people.delete_all_of(session, person.id)
    person.name = person.email = person.stated_name = person.language = person.renamed_at = None
    person.name_stated_at, person.name_mailed_to = None, []
    person.withheld, person.launched_at = [], None


def lock(session: Session, person_id: int) -> Person:
    """The person, locked with the courses that know them. Raises NotFoundError where there is none any more."""
    if not queries.people.people_found(session, str(person_id)):
        raise NotFoundError(f"there is no person {person_id}")
    # Looks and teachers' acts hold their course: what they are about to store comes before this, and is erased too.
    for course_id in queries.people.courses_with(session, person_id):
        queries.people.lock_course(session, course_id)
    person = queries.people.lock_person(session, person_id)
    if person.erased_at is not None:
        raise NotFoundError(f"person {person_id} was erased a moment ago")
    return person


def refuse_staff(session: Session, person_id: int, now: datetime) -> None:
    """Raises NotAllowedError for somebody who is staff of a course that goes on."""
    if staffed_courses(session, person_id, now):
        raise NotAllowedError(
            f"person {person_id} is staff of a course: first take the role from them there, or end the course"
        )


def staffed_courses(session: Session, person_id: int, now: datetime) -> Sequence[int]:
    """The courses that go on in which the person is staff."""
    roles = queries.observations.roles_of_person(session, person_id)
    staffed = [course_id for course_id, own in roles.items() if role_now(own) == "staff"]
    return queries.people.running_courses(session, staffed, now)


def _hash_accounts(session: Session, person: Person) -> list[list[int | str]]:
    """The registration and the hash of each account, which stands there from now on in the place of its user_id."""
    hashes: list[list[int | str]] = []
    for account in person.accounts:
        if not account.user_id.startswith(ERASED):
            account.user_id = account_hash(session, account.registration_id, account.user_id)
        account.username = account.api_id = None
        hashes.append([account.registration_id, account.user_id])
    session.flush()
    return hashes
