"""Queries for issuers, their keys and status lists, and stored settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    Course,
    InstallationSetting,
    IssuerAddress,
    IssuerPermission,
    IssuerProfileRow,
    IssuerRow,
    SigningKeyRow,
    StatusList,
    ToolKeyRow,
)
from lti_tool.store.queries.common import is_possible_id


def first_issuer(session: Session) -> IssuerRow | None:
    """The issuer of ISSUER_FILE; None before the first start."""
    return session.scalar(select(IssuerRow).where(IssuerRow.is_first))


def first_issuer_id(session: Session) -> str:
    """The key of the issuer of ISSUER_FILE. Raises NoResultFound before the first start has ended."""
    return session.scalars(select(IssuerRow.id).where(IssuerRow.is_first)).one()


def issuers(session: Session) -> Sequence[IssuerRow]:
    """All issuers, the first one first, then by their age."""
    order = (IssuerRow.is_first.desc(), IssuerRow.created_at, IssuerRow.id)
    return session.scalars(select(IssuerRow).order_by(*order)).all()


def lock_issuer(session: Session, issuer_id: str) -> None:
    """Locks the issuer's row (SELECT ... FOR NO KEY UPDATE): who changes or confirms it comes after another."""
    session.execute(select(IssuerRow.id).where(IssuerRow.id == issuer_id).with_for_update(key_share=True))


def keep_issuer(session: Session, issuer_id: str) -> None:
    """Locks the issuer's row (SELECT ... FOR SHARE): until the end it is neither changed nor confirmed."""
    session.execute(select(IssuerRow.id).where(IssuerRow.id == issuer_id).with_for_update(read=True))


def lock_address(session: Session, address_id: int) -> None:
    """Locks the row of an issuer's address (SELECT ... FOR NO KEY UPDATE)."""
    session.execute(
        select(IssuerAddress.id).where(IssuerAddress.id == address_id).with_for_update(key_share=True)
    )


def newest_profile(session: Session, issuer_id: str) -> tuple[int, datetime | None, int] | None:
    """The id of the newest version of the issuer's profile, when it was confirmed, the id of the current address."""
    found = session.execute(_newest_profile(), {"issuer_id": issuer_id}).first()
    return None if found is None else (found[0], found[1], found[2])


@cache
def _newest_profile() -> Select[int, datetime | None, int]:
    """Made once: every page asks."""
    return (
        select(IssuerProfileRow.id, IssuerProfileRow.confirmed_at, IssuerAddress.id)
        .join(IssuerAddress, IssuerAddress.issuer_id == IssuerProfileRow.issuer_id)
        .where(IssuerProfileRow.issuer_id == bindparam("issuer_id"), IssuerAddress.left_at.is_(None))
        .order_by(IssuerProfileRow.version.desc())
        .limit(1)
    )


def newest_version(session: Session, issuer_id: str) -> IssuerProfileRow:
    """The newest version of the issuer's profile. Raises NoResultFound where there is no such issuer."""
    query = select(IssuerProfileRow).where(IssuerProfileRow.issuer_id == issuer_id)
    return session.scalars(query.order_by(IssuerProfileRow.version.desc()).limit(1)).one()


def newest_of_file(session: Session, issuer_id: str) -> IssuerProfileRow | None:
    """The newest version of the issuer's profile that its file says, or has repeated; None where none does."""
    query = select(IssuerProfileRow).where(
        IssuerProfileRow.issuer_id == issuer_id, IssuerProfileRow.source == "file"
    )
    return session.scalar(query.order_by(IssuerProfileRow.version.desc()).limit(1))


def newest_logo(session: Session, issuer_id: str) -> bytes | None:
    """The logo of the newest version of the issuer's profile, a PNG."""
    query = select(IssuerProfileRow.logo).where(IssuerProfileRow.issuer_id == issuer_id)
    return session.scalar(query.order_by(IssuerProfileRow.version.desc()).limit(1))


def logo(session: Session, version_id: int) -> bytes | None:
    """The logo of that version of an issuer's profile, a PNG."""
    return session.scalar(select(IssuerProfileRow.logo).where(IssuerProfileRow.id == version_id))


def last_confirmed_version(session: Session, issuer_id: str) -> IssuerProfileRow | None:
    """The newest version of the issuer's profile that was confirmed."""
    query = select(IssuerProfileRow).where(
        IssuerProfileRow.issuer_id == issuer_id, IssuerProfileRow.confirmed_at.is_not(None)
    )
    return session.scalar(query.order_by(IssuerProfileRow.version.desc()).limit(1))


def current_address(session: Session, issuer_id: str) -> IssuerAddress:
    """Where the issuer is found now. Raises NoResultFound where there is no such issuer."""
    query = select(IssuerAddress).where(IssuerAddress.issuer_id == issuer_id, IssuerAddress.left_at.is_(None))
    return session.scalars(query).one()


def current_address_named(session: Session, slug: str) -> IssuerAddress | None:
    """The address of the issuer that now has that slug."""
    query = select(IssuerAddress).where(IssuerAddress.slug == slug, IssuerAddress.left_at.is_(None))
    return session.scalar(query)


def addresses(session: Session, issuer_id: str) -> Sequence[IssuerAddress]:
    """Every address of the issuer: the current one, then the former ones, the newest first."""
    query = select(IssuerAddress).where(IssuerAddress.issuer_id == issuer_id)
    return session.scalars(query.order_by(*_NEWEST_ADDRESS)).all()


def addresses_named(session: Session, slug: str) -> Sequence[IssuerAddress]:
    """Every address with that slug, former ones included; all of one issuer. The current or the newest comes first."""
    query = select(IssuerAddress).where(IssuerAddress.slug == slug)
    return session.scalars(query.order_by(*_NEWEST_ADDRESS)).all()


_NEWEST_ADDRESS = (IssuerAddress.left_at.is_not(None), IssuerAddress.since.desc(), IssuerAddress.id.desc())


def base_urls(session: Session) -> Sequence[str]:
    """The URLs that the tool has, or had, the longest first: one may be the beginning of another."""
    return sorted(session.scalars(select(IssuerAddress.tool_url).distinct()), key=len, reverse=True)


def is_own_did(session: Session, did: str) -> bool:
    """Whether an issuer of this installation has, or had, that DID."""
    query = select(IssuerAddress.id).where(IssuerAddress.did == did).limit(1)
    return session.scalar(query) is not None


def permission(
    session: Session, registration_id: int, course_id: int | None, issuer_id: str
) -> IssuerPermission | None:
    """The permission of exactly that platform, course (or of all its courses) and issuer."""
    return session.scalar(
        select(IssuerPermission).where(
            IssuerPermission.registration_id == registration_id,
            IssuerPermission.course_id == course_id,
            IssuerPermission.issuer_id == issuer_id,
        )
    )


def covers(
    registration_id: int | BindParameter[int], course_id: int | BindParameter[int] | None
) -> ColumnElement[bool]:
    """The permissions that a course of the platform has; without a course, those for all its courses."""
    return (IssuerPermission.registration_id == registration_id) & (
        IssuerPermission.course_id.is_(None) | (IssuerPermission.course_id == course_id)
    )


def may_award(session: Session, course: Course, issuer_id: str) -> bool:
    """Whether the course may award for the issuer: its platform's own, or one that an operator has permitted."""
    if course.registration.issuer_id == issuer_id:
        return True
    query = select(IssuerPermission.id).where(
        covers(course.registration_id, course.id), IssuerPermission.issuer_id == issuer_id
    )
    return session.scalar(query.limit(1)) is not None


def tool_key_rows(session: Session) -> Sequence[ToolKeyRow]:
    """All keys for LTI messages, newest first."""
    return session.scalars(select(ToolKeyRow).order_by(ToolKeyRow.created_at.desc())).all()


def published_tool_key_rows(session: Session) -> Sequence[ToolKeyRow]:
    """The keys for LTI messages that are neither retired nor compromised, newest first: that one signs."""
    return [row for row in tool_key_rows(session) if row.retired_at is None and row.compromised_at is None]


def stored_setting(session: Session, name: str) -> InstallationSetting | None:
    """The setting of that name, with the time it was stored."""
    return session.get(InstallationSetting, name)


def store_setting(session: Session, name: str, value: str, now: datetime) -> None:
    """Stores the setting, in place of an earlier value."""
    session.merge(InstallationSetting(name=name, value=value, stored_at=now))


def signing_keys(session: Session, issuer_id: str) -> Sequence[SigningKeyRow]:
    """All signing keys of the issuer, newest first; retired ones too, because what they signed has to verify."""
    return session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.issuer_id == issuer_id)
        .order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.kid)
    ).all()


def keys_in_database(session: Session) -> Sequence[SigningKeyRow]:
    """The signing keys of all issuers whose private part is stored here, locked."""
    query = select(SigningKeyRow).where(SigningKeyRow.vault == "database").order_by(SigningKeyRow.kid)
    return session.scalars(query.with_for_update()).all()


def status_list(session: Session, list_id: int) -> StatusList | None:
    return session.get(StatusList, list_id) if is_possible_id(list_id) else None


def status_lists(session: Session, issuer_id: str) -> Sequence[StatusList]:
    """All status lists of the issuer, oldest first."""
    query = select(StatusList).where(StatusList.issuer_id == issuer_id).order_by(StatusList.id)
    return session.scalars(query).all()


def last_status_list_id(session: Session) -> int:
    """The highest id of all status lists, of whichever issuer; 0 where there is none."""
    return session.scalar(select(func.max(StatusList.id))) or 0


def restart_status_list_ids(session: Session) -> None:
    """To be called after rows with chosen ids were inserted: PostgreSQL would give those ids out once more."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('status_list', 'id'), max(id)) FROM status_list")
        )


def lock_status_list(session: Session, list_id: int) -> StatusList | None:
    """Locks the row (SELECT ... FOR UPDATE) and returns it reloaded."""
    return session.get(StatusList, list_id, with_for_update=True, populate_existing=True)


def newest_status_list_id(session: Session, address_id: int, purpose: str) -> int | None:
    """The id of the newest status list of an issuer's address with that purpose."""
    return session.scalar(
        select(StatusList.id)
        .where(StatusList.address_id == address_id, StatusList.purpose == purpose)
        .order_by(StatusList.id.desc())
        .limit(1)
    )


def take_entries(session: Session, list_id: int, count: int, most: int) -> tuple[int, bytes] | None:
    """Gives out the next `count` entries of a list: the position of the first, and the list's secret.

    None where more than `most` would be taken then. Until the end of the transaction nobody else is given any.
    """
    taken = session.execute(
        update(StatusList)
        .where(StatusList.id == list_id, StatusList.taken + count <= most)
        .values(taken=StatusList.taken + count)
        .returning(StatusList.taken, StatusList.order_secret)
    ).one_or_none()
    return None if taken is None else (taken[0] - count, taken[1])
