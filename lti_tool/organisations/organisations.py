"""The organisations themselves: made by an invitation or for a domain, proved, joined by accounts, closed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.operators.accounts import actor_of
from lti_tool.organisations.members import forget_without_use
from lti_tool.organisations.names import check_name
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import OrganisationMember, OrganisationRow

NAME_LENGTH = 200
#: So long after a domain was checked its organisation may sign: a form is sent, and the check comes just before.
FRESH = timedelta(minutes=5)
#: One that has not shown in this time that it controls its domain is deleted.
UNPROVED_LIFE = timedelta(days=30)


def make_invited(
    session: Session, issuer_id: str, name: str, tool_url: str, now: datetime, by: Actor
) -> OrganisationRow:
    """A new organisation for which an issuer answers, by the name that the issuer has written.

    Raises OrganisationError as `check_name`.
    """
    check_name(name)
    row = _new(tool_url, now)
    row.name, row.issuer_id, row.proved_at = name[:NAME_LENGTH], issuer_id, now
    session.add(row)
    session.flush()
    events.record(session, "organisation_made", "organisation", row.id, now, actor=by, issuer_id=issuer_id)
    return row


def make_for_domain(
    session: Session, domain: str, tool_url: str, now: datetime, by: Actor
) -> OrganisationRow:
    """A new organisation of whoever will show that they control the domain; it signs nothing before."""
    row = _new(tool_url, now)
    row.domain = domain
    session.add(row)
    session.flush()
    events.record(session, "organisation_made", "organisation", row.id, now, actor=by)
    return row


def _new(tool_url: str, now: datetime) -> OrganisationRow:
    return OrganisationRow(
        id=str(uuid4()), challenge=secrets.token_urlsafe(24), tool_url=tool_url, created_at=now
    )


def note_proved(session: Session, row: OrganisationRow, now: datetime, by: Actor) -> None:
    """Notes that the domain was checked just now, and held the challenge."""
    if row.proved_at is None:
        events.record(session, "organisation_proved", "organisation", row.id, now, actor=by)
    row.proved_at = now


def join(session: Session, row: OrganisationRow, operator_id: int, now: datetime) -> None:
    """Lets an account sign for the organisation; one that may already stays as it is."""
    if queries.organisations.membership(session, row.id, operator_id) is None:
        session.add(OrganisationMember(organisation_id=row.id, operator_id=operator_id, joined_at=now))
        session.flush()
        about = actor_of(operator_id)
        events.record(
            session,
            "organisation_joined",
            "organisation",
            row.id,
            now,
            actor=about,
            issuer_id=row.issuer_id,
        )


def organisations_of(session: Session, operator_id: int) -> Sequence[OrganisationRow]:
    """Those for which the account may sign, oldest first; closed ones too."""
    return queries.organisations.of_member(session, operator_id)


def own_organisation(session: Session, organisation_id: str, operator_id: int) -> OrganisationRow:
    """The organisation, for which the account may sign. Raises NotFoundError for any other."""
    row = queries.organisations.organisation(session, organisation_id)
    if row is None or queries.organisations.membership(session, row.id, operator_id) is None:
        raise NotFoundError("the account signs for no such organisation")
    return row


def locked_organisation(session: Session, organisation_id: str) -> OrganisationRow:
    """The row, locked and read anew. Raises NotFoundError where it is gone, as of a domain that was never shown."""
    row = queries.organisations.lock_organisation(session, organisation_id)
    if row is None:
        raise NotFoundError("there is no such organisation any more")
    return row


def check_open(row: OrganisationRow) -> None:
    """Raises OrganisationError `closed`."""
    if row.closed_at is not None:
        raise OrganisationError("closed", "the organisation was closed")


def check_may_sign(row: OrganisationRow, now: datetime) -> None:
    """Raises OrganisationError: `closed`, or `not_proved` where its domain was not checked just before."""
    check_open(row)
    if row.proved_at is None or (row.domain and now - row.proved_at > FRESH):
        raise OrganisationError("not_proved", "nobody has just shown that they control the domain")


def forget_unproved(session: Session, now: datetime, most: int) -> int:
    """Deletes organisations that have not shown their domain in UNPROVED_LIFE; how many.

    Whoever came for that alone has nothing to sign in for any more: their name and passkeys go too.
    """
    found = queries.organisations.unproved(session, now - UNPROVED_LIFE, most)
    for row in found:
        for account in queries.organisations.delete_organisation(session, row):
            forget_without_use(session, account, now)
    return len(found)


def note_invited(session: Session, row: OrganisationRow, now: datetime, by: Actor) -> None:
    """Records that somebody more is invited to sign for the organisation. Raises OrganisationError `closed`."""
    check_open(row)
    events.record(
        session, "organisation_invited", "organisation", row.id, now, actor=by, issuer_id=row.issuer_id
    )


def close(session: Session, row: OrganisationRow, now: datetime, by: Actor) -> None:
    """Ends that the organisation signs anything; what it signed stays as it is. One that is closed stays so."""
    if row.closed_at is None:
        row.closed_at = now
        journal.note(session, "organisation_closed", {"organisation": row.id}, now)
        events.record(
            session, "organisation_closed", "organisation", row.id, now, actor=by, issuer_id=row.issuer_id
        )
