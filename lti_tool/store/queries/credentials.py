"""Queries for issued credentials."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import Award, CredentialRow, Notice, Person, TemplateVersion, TextDictionary
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import FOR_UPDATE, add_or_find, is_among
from lti_tool.values import CurrentCredential


def credential(session: Session, credential_id: str) -> CredentialRow | None:
    return session.get(CredentialRow, credential_id)


def newest_of_awards(session: Session, award_ids: Collection[int]) -> Mapping[int, CurrentCredential]:
    """The credential of each award that no other has replaced, by the id of the award; none before the first.

    Those that are bound to a holder are left out.
    """
    query = select(
        CredentialRow.id, CredentialRow.award_id, CredentialRow.replaces_id, CredentialRow.replaced_at
    ).where(CredentialRow.award_id.in_(award_ids), CredentialRow.holder.is_(None))
    rows = session.execute(query.order_by(CredentialRow.issued_at)).all()
    replaced = {row.replaces_id for row in rows}
    return {
        row.award_id: CurrentCredential(id=row.id, in_use=row.replaced_at is None)
        for row in reversed(rows)
        if row.id not in replaced
    }


class NamedCredential(NamedTuple):
    """A credential, and what the platform calls its learner."""

    credential_id: str
    name: str | None


def valid_of_rule(session: Session, rule_id: int, award_ids: Collection[int]) -> Sequence[NamedCredential]:
    """The credentials of those of these awards that are of the rule, by name; none that is revoked or suspended."""
    query = (
        select(CredentialRow.id, Person.name)
        .join(Award, Award.id == CredentialRow.award_id)
        .join(Person, Person.id == Award.person_id)
        .where(
            Award.rule_id == rule_id,
            Award.status == "issued",
            IS_CURRENT,
            CredentialRow.suspended_at.is_(None),
            is_among(session, Award.id, award_ids),
        )
        .order_by(Person.name, Award.id)
    )
    return [NamedCredential._make(row) for row in session.execute(query)]


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Adds credentials, given as the columns of their rows, of which all have the same."""
    if rows:
        session.execute(insert(CredentialRow), rows)


def text_dictionary(session: Session, name: str, make_text: Callable[[], str]) -> TextDictionary:
    """The dictionary of that name, made of `make_text` where there is none yet."""
    query = select(TextDictionary).where(TextDictionary.name == name)
    found = session.scalar(query)
    if found is not None:
        return found
    return add_or_find(
        session, TextDictionary(name=name, body=make_text().encode()), lambda: session.scalar(query)
    )


def successor(session: Session, credential_id: str) -> CredentialRow | None:
    """The credential of the same award that took the place of this one."""
    return session.scalar(select(CredentialRow).where(CredentialRow.replaces_id == credential_id).limit(1))


def bound(session: Session, award_id: int, holder: str, form: str) -> Sequence[CredentialRow]:
    """The award's credentials that were bound to the holder in that form, oldest first; also those that were ended."""
    query = select(CredentialRow).where(
        CredentialRow.award_id == award_id, CredentialRow.holder == holder, CredentialRow.form == form
    )
    return session.scalars(query.order_by(CredentialRow.issued_at)).all()


def bound_in_use(session: Session, award_id: int, holder: str, form: str) -> CredentialRow | None:
    """The award's credential that is bound to the holder in that form, and was neither replaced nor revoked."""
    return next(
        (
            each
            for each in bound(session, award_id, holder, form)
            if not each.replaced_at and not each.revoked_at
        ),
        None,
    )


def count_bound_in_use(session: Session, award_id: int) -> int:
    """How many credentials of the award are bound to a holder, in any form, and were neither replaced nor revoked."""
    query = select(func.count()).where(
        CredentialRow.award_id == award_id,
        CredentialRow.holder.is_not(None),
        CredentialRow.replaced_at.is_(None),
        CredentialRow.revoked_at.is_(None),
    )
    return session.scalars(query).one()


def add_notice(session: Session, notice: Notice) -> bool:
    """Adds the notice; False where it is there already, added by a repetition of the same task."""
    try:
        with session.begin_nested():
            session.add(notice)
    except IntegrityError:
        return False
    return True


def notice(session: Session, notice_id: int) -> Notice | None:
    return session.get(Notice, notice_id)


def lock_notice(session: Session, notice_id: int) -> Notice:
    """Locks the row and returns it. Raises NoResultFound where there is none."""
    return session.get_one(Notice, notice_id, with_for_update=FOR_UPDATE, populate_existing=True)


def count_issued(session: Session, issuer_id: str, since: datetime | None = None) -> int:
    """The number of credentials, all or those issued since then."""
    query = select(func.count()).where(CredentialRow.issuer_id == issuer_id)
    if since is not None:
        query = query.where(CredentialRow.issued_at >= since)
    return session.scalar(query) or 0


def credentials(session: Session) -> Sequence[CredentialRow]:
    """All credentials, oldest first."""
    return session.scalars(select(CredentialRow).order_by(CredentialRow.issued_at)).all()


#: Neither revoked nor suspended, nor replaced by another; bound to nobody, so that each badge is there once.
_IS_VALID = (
    CredentialRow.holder.is_(None),
    CredentialRow.revoked_at.is_(None),
    CredentialRow.suspended_at.is_(None),
    CredentialRow.replaced_at.is_(None),
)


def in_use_signed_with(session: Session, issuer_id: str, kid: str, now: datetime) -> list[str]:
    """The ids of the issuer's credentials that a key has signed and that are still in use, oldest first.

    Those that are bound to a holder are among them. Suspended ones are in use, expired ones are not.
    """
    # Not whole rows: their texts would fill the memory.
    query = select(CredentialRow.id, CredentialRow.signed_with).where(
        CredentialRow.issuer_id == issuer_id,
        CredentialRow.replaced_at.is_(None),
        CredentialRow.revoked_at.is_(None),
        CredentialRow.valid_until.is_(None) | (CredentialRow.valid_until > now),
    )
    rows = session.execute(query.order_by(CredentialRow.issued_at, CredentialRow.id))
    return [credential_id for credential_id, kids in rows if kid in kids]


def credentials_of_learner(session: Session, person_id: int) -> Sequence[CredentialRow]:
    """The learner's credentials that are neither revoked, suspended nor replaced, oldest first; none that is bound.

    Some may have expired.
    """
    query = (
        select(CredentialRow)
        .join(Award, CredentialRow.award_id == Award.id)
        .where(Award.person_id == person_id, *_IS_VALID)
        .order_by(CredentialRow.issued_at, CredentialRow.id)
        .options(selectinload(CredentialRow.template_version))
    )
    return session.scalars(query).all()


def credentials_of_rule(session: Session, rule_id: int) -> Sequence[CredentialRow]:
    """The valid credentials that a rule awarded, oldest first."""
    query = select(CredentialRow).join(Award, CredentialRow.award_id == Award.id)
    query = query.where(Award.rule_id == rule_id, *_IS_VALID)
    return session.scalars(query.order_by(CredentialRow.issued_at, CredentialRow.id)).all()


def credentials_to_export(session: Session, template: str | None, issuer_id: str) -> Sequence[CredentialRow]:
    """The issuer's valid credentials, or those of the template whose id begins with `template`; oldest first."""
    query = select(CredentialRow).where(CredentialRow.issuer_id == issuer_id, *_IS_VALID)
    if template is not None:
        query = query.join(TemplateVersion).where(TemplateVersion.template_id.startswith(template))
    return session.scalars(query.order_by(CredentialRow.issued_at, CredentialRow.id)).all()
