"""Queries for hosts of others, what learners let the tool do there, and what was brought."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from lti_tool.store.models import (
    Award,
    BadgeHost,
    BroughtBadge,
    CredentialRow,
    EndedAccess,
    HostAccess,
    ProvedAddress,
)
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import FOR_UPDATE, add_or_find


def host(session: Session, host_id: int) -> BadgeHost | None:
    return session.get(BadgeHost, host_id)


def lock_host(session: Session, host_id: int) -> BadgeHost | None:
    return session.get(BadgeHost, host_id, with_for_update=FOR_UPDATE, populate_existing=True)


def host_at(session: Session, url: str) -> BadgeHost | None:
    """The host with that address."""
    return session.scalar(select(BadgeHost).where(BadgeHost.url == url))


def host_by_key(session: Session, return_key: str) -> BadgeHost | None:
    """The host that sends learners back to that address alone."""
    return session.scalar(select(BadgeHost).where(BadgeHost.return_key == return_key))


def add_host(session: Session, row: BadgeHost) -> BadgeHost:
    """The row, or the one that somebody else has added for the same address meanwhile."""
    return add_or_find(session, row, lambda: host_at(session, row.url))


def hosts_with_secrets(session: Session) -> Sequence[BadgeHost]:
    return session.scalars(select(BadgeHost).where(BadgeHost.encrypted_secret.is_not(None))).all()


def delete_unused_hosts(session: Session, unused: datetime) -> None:
    """Deletes the hosts that nobody lets the tool in at, and that were last used by then."""
    has_access = exists().where(HostAccess.host_id == BadgeHost.id)
    _execute(session, delete(BadgeHost).where(BadgeHost.used_at <= unused, ~has_access))


# --- Accesses


def access(session: Session, access_id: int) -> HostAccess | None:
    return session.get(HostAccess, access_id)


def lock_access(session: Session, access_id: int) -> HostAccess | None:
    return session.get(HostAccess, access_id, with_for_update=FOR_UPDATE, populate_existing=True)


def hold_access(session: Session, access_id: int) -> bool:
    """Whether there is such an access, which nobody can delete before the transaction ends.

    SELECT ... FOR KEY SHARE: whoever has a badge brought waits for nobody but for whoever deletes it.
    """
    query = select(HostAccess.id).where(HostAccess.id == access_id)
    return session.scalar(query.with_for_update(read=True, key_share=True)) is not None


def access_to(session: Session, host_id: int, address: str) -> HostAccess | None:
    query = select(HostAccess).where(HostAccess.host_id == host_id, HostAccess.address == address)
    return session.scalar(query)


def add_access(session: Session, row: HostAccess) -> HostAccess:
    """The row, or the one to the same host that somebody else has added for the address meanwhile."""
    return add_or_find(session, row, lambda: access_to(session, row.host_id, row.address))


def accesses(session: Session, addresses: Collection[str]) -> Sequence[HostAccess]:
    """What readers of the mail of these addresses let the tool do, with the hosts, oldest first."""
    query = select(HostAccess).where(HostAccess.address.in_(addresses)).options(joinedload(HostAccess.host))
    return session.scalars(query.order_by(HostAccess.id)).all()


def accesses_with_tokens(session: Session) -> Sequence[HostAccess]:
    return session.scalars(select(HostAccess).where(HostAccess.encrypted_tokens.is_not(None))).all()


def given_then(session: Session, url: str, given_at: datetime) -> Sequence[int]:
    """The ids of the accesses to the host with that address that were given at that moment."""
    query = select(HostAccess.id).join(BadgeHost, BadgeHost.id == HostAccess.host_id)
    return session.scalars(query.where(BadgeHost.url == url, HostAccess.given_at == given_at)).all()


def claim_renewal(session: Session, access_id: int, now: datetime, until: datetime) -> bool:
    """Whether the caller, and nobody else until then, asks for new tokens of the access."""
    is_free = or_(HostAccess.renewed_until.is_(None), HostAccess.renewed_until <= now)
    statement = update(HostAccess).where(HostAccess.id == access_id, is_free).values(renewed_until=until)
    claimed = session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], claimed).rowcount == 1


def delete_accesses(session: Session, access_ids: Collection[int]) -> Sequence[int]:
    """Deletes these accesses with all that is known of what was brought.

    The ids of what their hosts are to be told of that: of tokens that work, where the host takes such back.
    """
    # A badge that is being asked for at this moment refers to its access: it is committed first, and deleted too.
    session.execute(select(HostAccess.id).where(HostAccess.id.in_(access_ids)).with_for_update())
    ended = _note_ended(session, access_ids)
    _execute(session, delete(BroughtBadge).where(BroughtBadge.access_id.in_(access_ids)))
    _execute(session, delete(HostAccess).where(HostAccess.id.in_(access_ids)))
    session.expire_all()
    return ended


def _note_ended(session: Session, access_ids: Collection[int]) -> Sequence[int]:
    query = select(HostAccess).where(HostAccess.id.in_(access_ids), HostAccess.encrypted_tokens.is_not(None))
    noted = []
    for row in session.scalars(query.options(joinedload(HostAccess.host))):
        host, revocation = row.host, row.host.described.get("revocation")
        # To another client than that of the tokens the host does not listen.
        is_known = host.client_id == row.client_id and host.encrypted_secret is not None
        if revocation and is_known:
            noted.append(
                EndedAccess(
                    revocation=revocation,
                    client_id=row.client_id,
                    encrypted_secret=host.encrypted_secret,
                    encrypted_tokens=row.encrypted_tokens,
                )
            )
    session.add_all(noted)
    session.flush()
    return [each.id for each in noted]


def ended_access(session: Session, ended_id: int) -> EndedAccess | None:
    return session.get(EndedAccess, ended_id)


def lock_ended_access(session: Session, ended_id: int) -> EndedAccess | None:
    return session.get(EndedAccess, ended_id, with_for_update=FOR_UPDATE, populate_existing=True)


def ended_access_ids(session: Session) -> Sequence[int]:
    """Those of whose end their hosts are still to be told, oldest first."""
    return session.scalars(select(EndedAccess.id).order_by(EndedAccess.id)).all()


def ended_accesses(session: Session) -> Sequence[EndedAccess]:
    return session.scalars(select(EndedAccess).order_by(EndedAccess.id)).all()


def delete_accesses_of(session: Session, addresses: Collection[str]) -> None:
    """Deletes the accesses that readers of the mail of these addresses gave."""
    query = select(HostAccess.id).where(HostAccess.address.in_(addresses))
    delete_accesses(session, session.scalars(query).all())


# --- Badges


def brought(session: Session, brought_id: int) -> BroughtBadge | None:
    return session.get(BroughtBadge, brought_id)


def lock_brought(session: Session, brought_id: int) -> BroughtBadge | None:
    return session.get(BroughtBadge, brought_id, with_for_update=FOR_UPDATE, populate_existing=True)


def brought_to(session: Session, access_id: int) -> Sequence[BroughtBadge]:
    """What is or was to be brought by that access."""
    return session.scalars(select(BroughtBadge).where(BroughtBadge.access_id == access_id)).all()


def held_awards(session: Session, person_ids: Collection[int]) -> Sequence[Award]:
    """The awards of these people that have a badge to bring: neither revoked nor hidden by them, oldest first."""
    query = (
        select(Award)
        .join(CredentialRow, IS_CURRENT)
        .where(
            Award.person_id.in_(person_ids),
            Award.hidden_at.is_(None),
            CredentialRow.revoked_at.is_(None),
        )
        .options(joinedload(Award.template_version))
    )
    return session.scalars(query.order_by(Award.id)).all()


def ask_for_all(
    session: Session, access_id: int, award_ids: Collection[int], now: datetime
) -> Mapping[int, int]:
    """The rows by which an access is to bring the badges of these awards, once more where it did: ids by award ids."""
    query = select(BroughtBadge).where(
        BroughtBadge.access_id == access_id, BroughtBadge.award_id.in_(award_ids)
    )
    rows = list(session.scalars(query.order_by(BroughtBadge.id).with_for_update(key_share=True)))
    known = {row.award_id for row in rows}
    for award_id in award_ids:
        if award_id not in known:
            row = BroughtBadge(access_id=access_id, award_id=award_id, asked_at=now)
            session.add(row)
            rows.append(row)
    for row in rows:
        row.status, row.trouble, row.attempts, row.asked_at = "pending", None, 0, now
    session.flush()
    return {row.award_id: row.id for row in rows}


def accesses_that_bring(session: Session, award_ids: Collection[int]) -> Sequence[tuple[int, int]]:
    """By which accesses the badges of these awards are to be brought when they are issued: pairs of access and award.

    Those that bring whatever is issued, and those that have brought a badge of the award before.
    """
    bring_new = (
        select(HostAccess.id, Award.id)
        .join(ProvedAddress, ProvedAddress.address == HostAccess.address)
        .join(Award, Award.person_id == ProvedAddress.person_id)
        .where(
            Award.id.in_(award_ids),
            Award.hidden_at.is_(None),
            HostAccess.brings_new.is_(True),
            HostAccess.lost_at.is_(None),
        )
    )
    brought_before = (
        select(BroughtBadge.access_id, BroughtBadge.award_id)
        .join(HostAccess, HostAccess.id == BroughtBadge.access_id)
        .where(BroughtBadge.award_id.in_(award_ids), HostAccess.lost_at.is_(None))
    )
    found = [*session.execute(bring_new), *session.execute(brought_before)]
    return sorted({(access_id, award_id) for access_id, award_id in found})


def _execute(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
