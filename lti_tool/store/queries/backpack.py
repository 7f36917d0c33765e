"""Queries for programs that learners let in, what these were given, and what learners keep here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, delete, exists, func, select, update
from sqlalchemy.orm import Session, joinedload, undefer

from lti_tool.store.models import (
    Award,
    CredentialRow,
    KeptBadge,
    KeptProfile,
    Program,
    ProgramAccess,
    ProgramToken,
)
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import FOR_UPDATE


class Held(NamedTuple):
    """A badge in a learner's list, without its text: the id of its row as issued here or as kept, and from when on.

    `size`: the bytes of a kept one; 0 for one of this site, whose text is packed.
    """

    credential_id: str | None
    kept_id: int | None
    since: datetime
    size: int


# --- Programs


def program(session: Session, client_id: str) -> Program | None:
    return session.get(Program, client_id)


def programs(session: Session, client_ids: Collection[str]) -> Mapping[str, Program]:
    """Those of these programs that there still are, by their client_id."""
    found = session.scalars(select(Program).where(Program.client_id.in_(client_ids)))
    return {row.client_id: row for row in found}


def delete_oldest_never_let_in(session: Session, most: int) -> None:
    """Deletes the oldest of the programs that no learner ever let in, so that `most` of these are left."""
    newest_first = select(Program.client_id).where(Program.let_in_at.is_(None))
    newest_first = newest_first.order_by(Program.registered_at.desc(), Program.client_id)
    # Without a limit SQLite takes no offset.
    old = session.scalars(newest_first.offset(most).limit(1000)).all()
    if old:
        _execute(session, delete(Program).where(Program.client_id.in_(old)))


def delete_unused_programs(session: Session, never_let_in: datetime, unused: datetime) -> None:
    """Deletes the programs without any access that were never let in and registered by then, or last used by then."""
    has_access = exists().where(ProgramAccess.client_id == Program.client_id)
    old = (Program.let_in_at.is_(None) & (Program.used_at <= never_let_in)) | (Program.used_at <= unused)
    _execute(session, delete(Program).where(old, ~has_access))


# --- Accesses and their tokens


def accesses(session: Session, addresses: Collection[str], now: datetime) -> Sequence[ProgramAccess]:
    """What readers of the mail of these addresses have let in, and still is, oldest first, with its programs."""
    query = select(ProgramAccess).where(ProgramAccess.address.in_(addresses), ProgramAccess.ends_at > now)
    return session.scalars(query.options(joinedload(ProgramAccess.program)).order_by(ProgramAccess.id)).all()


def access(session: Session, access_id: int) -> ProgramAccess | None:
    return session.get(ProgramAccess, access_id)


def lock_access(session: Session, access_id: int) -> ProgramAccess | None:
    return session.get(ProgramAccess, access_id, with_for_update=FOR_UPDATE, populate_existing=True)


def given_then(session: Session, client_id: str, given_at: datetime) -> Sequence[int]:
    """The ids of the accesses that the program was given at that moment."""
    query = select(ProgramAccess.id).where(ProgramAccess.client_id == client_id)
    return session.scalars(query.where(ProgramAccess.given_at == given_at)).all()


def token(session: Session, token_hash: str) -> ProgramToken | None:
    return session.get(ProgramToken, token_hash)


def use_up(session: Session, token_hash: str, now: datetime) -> bool:
    """Whether the token was used by this very call: of several at the same moment one gets True."""
    statement = (
        update(ProgramToken)
        .where(ProgramToken.token_hash == token_hash, ProgramToken.used_at.is_(None))
        .values(used_at=now)
    )
    used = session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], used).rowcount == 1


def delete_accesses(session: Session, access_ids: Collection[int]) -> None:
    """Deletes these accesses with all that they were given."""
    # A token that is being given at this moment refers to its access: it is committed first, and deleted too.
    session.execute(select(ProgramAccess.id).where(ProgramAccess.id.in_(access_ids)).with_for_update())
    _execute(session, delete(ProgramToken).where(ProgramToken.access_id.in_(access_ids)))
    _execute(session, delete(ProgramAccess).where(ProgramAccess.id.in_(access_ids)))
    session.expire_all()


def delete_accesses_of(session: Session, addresses: Collection[str]) -> None:
    """Deletes the accesses that readers of the mail of these addresses gave."""
    query = select(ProgramAccess.id).where(ProgramAccess.address.in_(addresses))
    delete_accesses(session, session.scalars(query).all())


def delete_ended_accesses(session: Session, now: datetime, most: int = 500) -> None:
    """Deletes tokens that have expired, and accesses that have ended, `most` of these at most."""
    _execute(session, delete(ProgramToken).where(ProgramToken.expires_at <= now))
    ended = select(ProgramAccess.id).where(ProgramAccess.ends_at <= now).limit(most)
    delete_accesses(session, session.scalars(ended).all())


# --- What learners keep


def kept(session: Session, kept_id: int) -> KeptBadge | None:
    return session.get(KeptBadge, kept_id)


def identities_of(session: Session, kept_ids: Collection[int]) -> Mapping[int, str]:
    """The identities of these kept badges, by their ids."""
    query = select(KeptBadge.id, KeptBadge.identity).where(KeptBadge.id.in_(kept_ids))
    return {kept_id: identity for kept_id, identity in session.execute(query)}


def kept_with_identity(session: Session, person_ids: Collection[int], identity: str) -> Sequence[KeptBadge]:
    """The badges of that issuer and id that these people keep, one of each of them at most, oldest first."""
    query = select(KeptBadge).where(KeptBadge.person_id.in_(person_ids), KeptBadge.identity == identity)
    return session.scalars(query.order_by(KeptBadge.id)).all()


def kept_badges(session: Session, person_ids: Collection[int]) -> Sequence[KeptBadge]:
    """What these people keep, newest first, without its text."""
    query = select(KeptBadge).where(KeptBadge.person_id.in_(person_ids))
    return session.scalars(query.order_by(KeptBadge.kept_at.desc(), KeptBadge.id.desc())).all()


def kept_sizes(session: Session, person_ids: Collection[int]) -> tuple[int, int]:
    """How many badges these people keep, and how many bytes these are."""
    query = select(func.count(), func.coalesce(func.sum(KeptBadge.size), 0))
    count, size = session.execute(query.where(KeptBadge.person_id.in_(person_ids))).one()
    return count, size


def kept_checked_before(session: Session, before: datetime, most: int) -> Sequence[int]:
    """The ids of badges that were verified last before then, the longest ago first."""
    query = select(KeptBadge.id).where(KeptBadge.checked_at < before).order_by(KeptBadge.checked_at)
    return session.scalars(query.limit(most)).all()


def issued_held(session: Session, person_ids: Collection[int]) -> Sequence[Held]:
    """The badges of this site that these people hold: neither replaced nor revoked nor hidden by them.

    None that is bound to a wallet's key: it is for that wallet alone.
    """
    query = (
        select(CredentialRow.id, CredentialRow.issued_at)
        .join(Award, IS_CURRENT)
        .where(
            Award.person_id.in_(person_ids),
            Award.hidden_at.is_(None),
            CredentialRow.revoked_at.is_(None),
        )
    )
    return [Held(credential_id, None, at, 0) for credential_id, at in session.execute(query)]


def issued_texts(session: Session, credential_ids: Collection[str]) -> Mapping[str, str]:
    """The texts of these credentials, by their id."""
    query = select(CredentialRow).where(CredentialRow.id.in_(credential_ids))
    query = query.options(undefer(CredentialRow.packed), joinedload(CredentialRow.dictionary))
    return {row.id: row.text for row in session.scalars(query)}


def kept_texts(session: Session, kept_ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """The form and the text of these kept badges, by their id."""
    query = select(KeptBadge.id, KeptBadge.form, KeptBadge.text).where(KeptBadge.id.in_(kept_ids))
    return {kept_id: (form, text) for kept_id, form, text in session.execute(query)}


def profile(session: Session, person_id: int) -> KeptProfile | None:
    return session.get(KeptProfile, person_id)


def move_kept(session: Session, person_id: int, to: int) -> None:
    """Makes the badges and the profile that the person keeps those of the person `to`, who keeps nothing."""
    for kind in (KeptBadge, KeptProfile):
        _execute(session, update(kind).where(kind.person_id == person_id).values(person_id=to))
    session.expire_all()


def delete_kept(session: Session, person_ids: Collection[int]) -> None:
    """Deletes the badges and profiles that these people keep."""
    _execute(session, delete(KeptBadge).where(KeptBadge.person_id.in_(person_ids)))
    _execute(session, delete(KeptProfile).where(KeptProfile.person_id.in_(person_ids)))


def _execute(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
