"""What was revoked, suspended and reinstated after a backup was made, done once more in the restored database.

A revocation may be of a credential that the backup does not know of: a replacement that came after it, or the badge of
an award that came after it. Then its award ends, or one that has ended is put there, so that no rule awards it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lti_tool.store import Session, dead_jobs, queries
from lti_tool.store.journal import FINAL
from lti_tool.store.models import Award, CredentialRow, Person, RuleVersion
from lti_tool.values import Json
from signing import status

#: Why an award was made that only the journal knows of: of nothing, all parts are met.
_TRACE: Json = {"outcome": "earned", "condition": "all", "state": "met", "parts": []}


def set_status(session: Session, data: Json, at: datetime) -> None:
    """Sets the bit of a credential once more, and ends its award where it was revoked for good."""
    _change_bit(session, data, status.with_bit_set)
    row = session.get(CredentialRow, data["credential"])
    if row is None:
        _set_status_of_unknown(session, data)
        return
    row.revoked_at, row.revoked_as = _moment(data["revoked_at"]), data["revoked_as"]
    row.suspended_at = _moment(data["suspended_at"])
    if row.revoked_as in ("replaced", "reissued"):
        # Its successor is not in this database: it is issued once more.
        row.replaced_at = at
        if row.holder is not None:
            return  # Its holder is given another one when they ask for it.
        dead_jobs.add_or_revive(session, "issue", [{"award_id": row.award_id}], at)
    elif row.revoked_at is not None and row.replaced_at is None:
        _end(row.award, row.revoked_at)


def clear_status(session: Session, data: Json) -> None:
    """Clears the bit of a credential once more: it was suspended, and is valid again."""
    _change_bit(session, data, status.with_bit_cleared)
    row = session.get(CredentialRow, data["credential"])
    if row is not None:
        row.suspended_at, row.suspension_reason = None, None


def _set_status_of_unknown(session: Session, data: Json) -> None:
    removed = queries.removed_credentials.removed(session, data["credential"])
    if removed is not None:
        removed.revoked_at, removed.revoked_as = _moment(data["revoked_at"]), data["revoked_as"]
    elif data["revoked_as"] in FINAL and "award" in data:
        _end_award(session, data["award"], datetime.fromisoformat(data["revoked_at"]))


def _end_award(session: Session, noted: Json, revoked_at: datetime) -> None:
    """Revokes the award; where the backup does not have it, a running one of the same badge, or it is put there."""
    for award in queries.awards.with_subjects(session, [noted["subject"]]):
        _end(award, revoked_at)
        return
    accounts = [(number, hashed) for number, hashed in noted["accounts"]]
    person = _person(session, accounts)
    version = queries.rules.version_awarding(session, noted["rule"], noted["issuer"], noted["template"])
    # Without a rule nothing awards it by itself, and to whoever was erased nothing is awarded at all.
    if person is not None and version is not None and person.erased_at is None:
        _end(_award(session, person, version, noted), revoked_at)


def _person(session: Session, accounts: Sequence[tuple[int, str]]) -> Person | None:
    """Whose accounts these are; somebody new without a name where they were first named after the backup.

    None where the platforms of the accounts are not there.
    """
    found = queries.people.accounts_hashed_as(session, [hashed for _, hashed in accounts])
    if found:
        return session.get_one(Person, min(account.person_id for account in found.values()))
    return queries.people.add_hashed(session, accounts)


def _award(session: Session, person: Person, version: RuleVersion, noted: Json) -> Award:
    """The person's award that runs in its place, or else a new one, without a credential."""
    for each in queries.awards.awards_of_people(session, [person.id]):
        of_template = (each.issuer_id, each.template_id) == (noted["issuer"], noted["template"])
        if of_template and each.ended_at is None:
            return each
    earned_at = datetime.fromisoformat(noted["earned_at"])
    award = Award(
        subject_id=noted["subject"],
        issuer_id=noted["issuer"],
        course_id=version.rule.course_id,
        template_id=noted["template"],
        person_id=person.id,
        rule_id=version.rule_id,
        rule_version_id=version.id,
        template_version_id=version.template_version_id,
        trace=_TRACE,
        completed_at=earned_at,
        earned_at=earned_at,
    )
    session.add(award)
    return award


def _end(award: Award, revoked_at: datetime) -> None:
    award.status, award.why_ended = "revoked", "revoked"
    award.ended_at = award.ended_at or revoked_at


def _change_bit(session: Session, data: Json, change: Any) -> None:
    found = queries.issuers.lock_status_list(session, data["list"])
    # A list that was opened after the backup is gone with the credentials in it.
    if found is not None:
        found.bits, found.text = change(found.bits, data["index"]), None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
