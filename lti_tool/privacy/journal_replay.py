"""What was erased, revoked and taken from somebody after a backup was made, done once more where it is restored."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from lti_tool.privacy import access_replay, endorsement_replay, journal
from lti_tool.privacy.erasure import empty_person, words_of
from lti_tool.privacy.issuer_share import issuers_of, remove_awards, split_off
from lti_tool.privacy.journal_file import Line
from lti_tool.privacy.status_replay import clear_status, set_status
from lti_tool.store import Session, given_places, queries
from lti_tool.store.models import JournalEntry
from lti_tool.values import Json
from signing import status


def apply_journal(tool: journal.HasJournal) -> int:
    """Does once more what the database does not know of; how many entries that were.

    Each entry is a transaction of its own, with its number, so that a replay that is interrupted goes on where it was.
    Badges from then on are in status lists of their own. No event is recorded: those of that day were. Raises
    JournalError where the file is of another history.
    """
    lines = journal.lines_to_apply(tool)
    with tool.store.begin() as session:
        # Whichever way an older database came back: `restore` is not the only one.
        given_places.give_none_again(session.connection(), status.LENGTH)
    for line in lines:
        with tool.store.begin() as session:
            _apply(session, line)
            session.add(
                JournalEntry(
                    id=line.entry, kind=line.kind, at=line.at, data=line.data, position=line.position
                )
            )
    journal.check_journal(tool)
    return len(lines)


def _apply(session: Session, line: Line) -> None:
    match line.kind:
        case "erased":
            _erase(session, line.data, line.at)
        case "erased_by_issuer":
            _erase_by_issuer(session, line.data, line.at)
        case "status_set":
            set_status(session, line.data, line.at)
        case "status_cleared":
            clear_status(session, line.data)
        case "details_withheld":
            _withhold(session, line.data)
        case "key_retired" | "key_compromised":
            access_replay.withdraw_key(session, line.kind, line.data, line.at)
        case "share_link_ended":
            access_replay.end_link(session, line.data, line.at)
        case "program_ended":
            access_replay.end_program(session, line.data)
        case "answers_refused":
            access_replay.refuse_answers(session, line.data)
        case "endorsement_revoked" | "endorsement_hidden":
            endorsement_replay.do_again(session, line.kind, line.data, line.at)
        case "endorse_link_ended" | "organisation_closed" | "member_removed":
            endorsement_replay.do_again(session, line.kind, line.data, line.at)
        case "host_access_ended":
            access_replay.end_host_access(session, line.data)
        case _:
            access_replay.change_operator(session, line.kind, line.data, line.at)


def _erase(session: Session, data: Json, at: datetime) -> None:
    found = queries.people.accounts_hashed_as(session, [hashed for _, hashed in data["accounts"]])
    people = {account.person_id for account in found.values()}
    if not data["accounts"]:
        people = _without_account(session, data.get("subjects", ()))
        people |= queries.prior_learning.people_with(session, data.get("applications", ()))
        people |= queries.pathway_claims.people_with(session, data.get("claims", ()))
    for person_id in sorted(people):
        person = queries.people.lock_person(session, person_id)
        if person.erased_at is None:
            # Of those who had not awarded them by the backup nobody would be left who has a name and no badge.
            split_off(session, person, issuers_of(session, person_id) & set(data.get("kept", ())))
            ids = queries.removed_credentials.ids_of_person(session, person_id)
            empty_person(session, person, words_of(session, person), ids, "erased", at)
            person.erased_at = at
    for hashed, account in found.items():
        account.user_id, account.username, account.api_id = hashed, None, None
    unknown = [each for each in data["accounts"] if each[1] not in found]
    if unknown:
        # They were first named after the backup: their objection holds all the same.
        queries.people.add_erased(session, unknown, at)


def _withhold(session: Session, data: Json) -> None:
    found = queries.people.accounts_hashed_as(session, [hashed for _, hashed in data["accounts"]])
    for account in found.values():
        if account.person.erased_at is None:
            account.person.withheld = list(data["withheld"])


def _without_account(session: Session, subjects: Collection[str]) -> set[int]:
    """Whose the awards of these subjects are, of those who have no account: `split_off` has made them."""
    awards = queries.awards.with_subjects(session, subjects)
    return {each.person_id for each in awards if not each.person.accounts}


def _erase_by_issuer(session: Session, data: Json, at: datetime) -> None:
    found = queries.people.accounts_hashed_as(session, [hashed for _, hashed in data["accounts"]])
    for person_id in sorted({account.person_id for account in found.values()}):
        queries.people.lock_person(session, person_id)
        remove_awards(session, person_id, data["issuer"], at)
    # Whoever was first named after the backup is known by the hash, when they come.
    queries.issuer_erasures.keep_erased(session, data["issuer"], data["accounts"], at)
