"""Queries for organisations: who they are, their keys and lists, what they signed, and the links to endorse by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    EndorsementLink,
    EndorsementRow,
    OperatorRow,
    OrganisationKey,
    OrganisationMember,
    OrganisationRow,
    OrganisationStatusList,
)
from lti_tool.store.queries.common import is_possible_id


def organisation(session: Session, organisation_id: str) -> OrganisationRow | None:
    return session.get(OrganisationRow, organisation_id)


def organisations(session: Session) -> Sequence[OrganisationRow]:
    """All organisations, oldest first."""
    query = select(OrganisationRow).order_by(OrganisationRow.created_at, OrganisationRow.id)
    return session.scalars(query).all()


def lock_organisation(session: Session, organisation_id: str) -> OrganisationRow | None:
    """The row, locked and read anew: of two who sign for it at once the second waits."""
    return session.get(OrganisationRow, organisation_id, with_for_update=True, populate_existing=True)


def invited_by(session: Session, issuer_id: str) -> Sequence[OrganisationRow]:
    """The organisations that the issuer has invited, oldest first."""
    query = select(OrganisationRow).where(OrganisationRow.issuer_id == issuer_id)
    return session.scalars(query.order_by(OrganisationRow.created_at, OrganisationRow.id)).all()


def of_member(session: Session, operator_id: int) -> Sequence[OrganisationRow]:
    """The organisations that an account signs for, oldest first."""
    theirs = select(OrganisationMember.organisation_id).where(OrganisationMember.operator_id == operator_id)
    query = select(OrganisationRow).where(OrganisationRow.id.in_(theirs))
    return session.scalars(query.order_by(OrganisationRow.created_at, OrganisationRow.id)).all()


def membership(session: Session, organisation_id: str, operator_id: int) -> OrganisationMember | None:
    return session.get(OrganisationMember, (organisation_id, operator_id))


def members(session: Session, organisation_id: str) -> Sequence[OperatorRow]:
    """The accounts that sign for the organisation, those that came first before others."""
    query = select(OperatorRow).join(OrganisationMember, OrganisationMember.operator_id == OperatorRow.id)
    query = query.where(OrganisationMember.organisation_id == organisation_id)
    return session.scalars(query.order_by(OrganisationMember.joined_at, OperatorRow.id)).all()


def delete_memberships(session: Session, operator_id: int) -> None:
    """Ends that an account signs for organisations."""
    session.execute(delete(OrganisationMember).where(OrganisationMember.operator_id == operator_id))


def unproved(session: Session, before: datetime, most: int) -> Sequence[OrganisationRow]:
    """Some of the organisations that came before that and never showed that they control their domain."""
    query = select(OrganisationRow).where(
        OrganisationRow.proved_at.is_(None), OrganisationRow.created_at < before
    )
    return session.scalars(query.order_by(OrganisationRow.created_at).limit(most)).all()


def delete_organisation(session: Session, row: OrganisationRow) -> Sequence[OperatorRow]:
    """Deletes an organisation that has signed nothing; the accounts that were to sign for it."""
    members = select(OrganisationMember.operator_id).where(OrganisationMember.organisation_id == row.id)
    accounts = session.scalars(select(OperatorRow).where(OperatorRow.id.in_(members))).all()
    session.execute(delete(OrganisationMember).where(OrganisationMember.organisation_id == row.id))
    session.delete(row)
    session.flush()
    return accounts


def keys(session: Session, organisation_id: str) -> Sequence[OrganisationKey]:
    """All keys of the organisation, newest first."""
    query = select(OrganisationKey).where(OrganisationKey.organisation_id == organisation_id)
    return session.scalars(query.order_by(OrganisationKey.created_at.desc(), OrganisationKey.kid)).all()


def keys_in_database(session: Session) -> Sequence[OrganisationKey]:
    """The keys of all organisations whose private half is stored here."""
    return session.scalars(select(OrganisationKey).where(OrganisationKey.vault == "database")).all()


def status_list(session: Session, list_id: int) -> OrganisationStatusList | None:
    return session.get(OrganisationStatusList, list_id) if is_possible_id(list_id) else None


def lock_status_list(session: Session, list_id: int) -> OrganisationStatusList | None:
    """The list, locked and read anew."""
    return session.get(OrganisationStatusList, list_id, with_for_update=True, populate_existing=True)


def newest_status_list(session: Session, organisation_id: str) -> OrganisationStatusList | None:
    """The organisation's list in which places are given out."""
    query = select(OrganisationStatusList).where(OrganisationStatusList.organisation_id == organisation_id)
    return session.scalar(query.order_by(OrganisationStatusList.id.desc()).limit(1))


def endorsement(session: Session, endorsement_id: str) -> EndorsementRow | None:
    return session.get(EndorsementRow, endorsement_id)


def signed_by(session: Session, organisation_id: str, after: int, most: int) -> Sequence[EndorsementRow]:
    """A part of what the organisation signed, newest first: `most` of them, after so many others."""
    return _part(session, after, most, EndorsementRow.organisation_id == organisation_id)


def count_signed(session: Session, organisation_id: str) -> int:
    """How much the organisation signed, what it withdrew too."""
    query = select(func.count()).where(EndorsementRow.organisation_id == organisation_id)
    return session.scalar(query) or 0


def trusted_of(session: Session, organisation_id: str) -> Sequence[EndorsementRow]:
    """What the organisation signed and has not withdrawn, nor the key that signed it, newest first."""
    return _found(
        session,
        EndorsementRow.organisation_id == organisation_id,
        EndorsementRow.withdrawn_at.is_(None),
        EndorsementRow.key_withdrawn_at.is_(None),
    )


def to_sign_again(session: Session, organisation_id: str) -> int:
    """How many statements of the organisation wait to be signed again, as their key was withdrawn."""
    query = select(func.count()).where(
        EndorsementRow.organisation_id == organisation_id,
        EndorsementRow.withdrawn_at.is_(None),
        EndorsementRow.key_withdrawn_at.is_not(None),
    )
    return session.scalar(query) or 0


def of_award(session: Session, award_id: int) -> Sequence[EndorsementRow]:
    """The answers to the badge of an award, newest first."""
    return _found(session, EndorsementRow.award_id == award_id)


def of_issuer(session: Session, issuer_id: str, after: int, most: int) -> Sequence[EndorsementRow]:
    """A part of the endorsements of the issuer and of its templates, as `signed_by`; answers are not among them."""
    return _part(session, after, most, EndorsementRow.issuer_id == issuer_id, EndorsementRow.kind != "badge")


def shown_of_template(session: Session, template_version_id: int) -> Sequence[EndorsementRow]:
    """The endorsements of a version that its issuer shows and nobody has withdrawn, nor their key, newest first."""
    return _shown(session, EndorsementRow.template_version_id == template_version_id)


def shown_of_issuer(session: Session, issuer_id: str) -> Sequence[EndorsementRow]:
    """The same of the issuer itself."""
    return _shown(session, EndorsementRow.issuer_id == issuer_id, EndorsementRow.kind == "issuer")


def _shown(session: Session, *conditions: ColumnElement[bool]) -> Sequence[EndorsementRow]:
    return _found(
        session,
        EndorsementRow.shown_at.is_not(None),
        EndorsementRow.withdrawn_at.is_(None),
        EndorsementRow.key_withdrawn_at.is_(None),
        *conditions,
    )


def _found(session: Session, *conditions: ColumnElement[bool]) -> Sequence[EndorsementRow]:
    return session.scalars(_newest_first(conditions)).all()


def _part(
    session: Session, after: int, most: int, *conditions: ColumnElement[bool]
) -> Sequence[EndorsementRow]:
    return session.scalars(_newest_first(conditions).offset(after).limit(most)).all()


def _newest_first(conditions: Collection[ColumnElement[bool]]) -> Select[EndorsementRow]:
    query = select(EndorsementRow).where(*conditions)
    return query.order_by(EndorsementRow.signed_at.desc(), EndorsementRow.id)


def running_of(
    session: Session, speaker: OrganisationRow, subject: str, award_id: int | None
) -> EndorsementRow | None:
    """What the organisation has said of that, or of any badge of the award, and not withdrawn; its own before others.

    Of a domain also what another organisation of the same one has said: readers cannot tell them apart.
    """
    of_same = EndorsementRow.subject == subject
    if award_id is not None:
        of_same |= EndorsementRow.award_id == award_id
    speaks = EndorsementRow.organisation_id == speaker.id
    if speaker.domain:
        same_domain = select(OrganisationRow.id).where(OrganisationRow.domain == speaker.domain)
        speaks |= EndorsementRow.organisation_id.in_(same_domain)
    query = select(EndorsementRow).where(speaks, of_same, EndorsementRow.withdrawn_at.is_(None))
    own_first = (EndorsementRow.organisation_id == speaker.id).desc()
    return session.scalar(query.order_by(own_first).limit(1))


def link_with(session: Session, token_hash: str) -> EndorsementLink | None:
    return session.scalar(select(EndorsementLink).where(EndorsementLink.token_hash == token_hash))


def lock_link(session: Session, link_id: int) -> EndorsementLink | None:
    """The link, locked and read anew."""
    if not is_possible_id(link_id):
        return None
    return session.get(EndorsementLink, link_id, with_for_update=True, populate_existing=True)


def links_of(session: Session, issuer_id: str, now: datetime) -> Sequence[EndorsementLink]:
    """The links of the issuer that still work, oldest first."""
    query = select(EndorsementLink).where(
        EndorsementLink.issuer_id == issuer_id,
        EndorsementLink.ended_at.is_(None),
        EndorsementLink.expires_at > now,
    )
    return session.scalars(query.order_by(EndorsementLink.id)).all()
