"""Queries for the people of one issuer: those with an account on a platform of it, those whom it has awarded,
and those who have turned to it themselves: by an application, or by a claim for a part of a pathway."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, joinedload, undefer

from lti_tool.store.models import (
    Award,
    Course,
    CredentialRow,
    Pathway,
    PathwayClaim,
    Person,
    PlatformAccount,
    PriorLearningApplication,
    ProvedAddress,
    RegistrationRow,
)
from lti_tool.store.models.awards import IS_CURRENT
from lti_tool.store.queries.common import is_possible_id
from lti_tool.store.queries.roster import Named

#: Of how many people names are read at once.
AT_ONCE = 1000


def _has_account(issuer_id: str) -> ColumnElement[bool]:
    of_it = PlatformAccount.registration_id == RegistrationRow.id
    return exists().where(
        PlatformAccount.person_id == Person.id, of_it, RegistrationRow.issuer_id == issuer_id
    )


def _is_awarded(issuer_id: str) -> ColumnElement[bool]:
    return exists().where(Award.person_id == Person.id, Award.issuer_id == issuer_id)


def _has_applied(issuer_id: str) -> ColumnElement[bool]:
    application = PriorLearningApplication
    return exists().where(application.person_id == Person.id, application.issuer_id == issuer_id)


def _has_claimed(issuer_id: str) -> ColumnElement[bool]:
    of_it = PathwayClaim.pathway_id == Pathway.id
    return exists().where(PathwayClaim.person_id == Person.id, of_it, Pathway.issuer_id == issuer_id)


def _has_asked(issuer_id: str) -> ColumnElement[bool]:
    """Whether they have turned to the issuer themselves: applied there, or claimed a part of a pathway."""
    return _has_applied(issuer_id) | _has_claimed(issuer_id)


def _is_of(issuer_id: str) -> ColumnElement[bool]:
    known = _has_account(issuer_id) | _is_awarded(issuer_id) | _has_asked(issuer_id)
    return Person.erased_at.is_(None) & known


def person(session: Session, issuer_id: str, person_id: int) -> Person | None:
    """The person of the issuer with that number; None where there is none, or they were erased."""
    if not is_possible_id(person_id):
        return None
    return session.scalar(select(Person).where(Person.id == person_id, _is_of(issuer_id)))


def named_by_platforms(session: Session, issuer_id: str) -> Iterator[Named]:
    """Everybody on a platform of the issuer, read some at a time: no database compares all letters alike.

    By their numbers, and not by a cursor: outside of a transaction PostgreSQL has none.
    """
    query = select(Person.id, Person.name, Person.email).where(
        Person.erased_at.is_(None), _has_account(issuer_id)
    )
    last = 0
    while found := session.execute(query.where(Person.id > last).order_by(Person.id).limit(AT_ONCE)).all():
        yield from (Named._make(row) for row in found)
        last = found[-1].id


def others_awarded(session: Session, issuer_id: str) -> Sequence[int]:
    """The numbers of whoever the issuer has awarded, and who is on no platform of it."""
    query = select(Person.id).where(
        Person.erased_at.is_(None), _is_awarded(issuer_id), ~_has_account(issuer_id)
    )
    return session.scalars(query.order_by(Person.id)).all()


def others_asked(session: Session, issuer_id: str) -> Sequence[Named]:
    """Whoever has turned to the issuer themselves (see `has_asked`), is on no platform and has no badge of it."""
    alone = _has_asked(issuer_id) & ~_has_account(issuer_id) & ~_is_awarded(issuer_id)
    query = select(Person).where(Person.erased_at.is_(None), alone).order_by(Person.id)
    return [Named(row.id, row.name or row.stated_name, None) for row in session.scalars(query)]


def has_asked(session: Session, issuer_id: str, person_id: int) -> bool:
    """Whether the person has applied at the issuer for recognition, or claimed a part of a pathway of it."""
    query = select(Person.id).where(Person.id == person_id, _has_asked(issuer_id))
    return session.scalar(query) is not None


def badges_of(session: Session, issuer_id: str, person_ids: Collection[int]) -> Sequence[tuple[int, str]]:
    """The badges of the issuer that these people have, each with its person's number; of each the newest first."""
    query = (
        select(Award.person_id, CredentialRow)
        .join(CredentialRow, CredentialRow.award_id == Award.id)
        .where(
            Award.issuer_id == issuer_id,
            Award.person_id.in_(person_ids),
            IS_CURRENT,
        )
        .options(undefer(CredentialRow.packed), joinedload(CredentialRow.dictionary))
        .order_by(Award.person_id, CredentialRow.issued_at.desc(), CredentialRow.id)
    )
    return [(person_id, row.text) for person_id, row in session.execute(query)]


def with_address(session: Session, issuer_id: str, address: str) -> Sequence[Named]:
    """The people on a platform of the issuer, or who have turned to it themselves, and have proved the address.

    The address is in small letters.
    """
    proved = exists().where(ProvedAddress.person_id == Person.id, ProvedAddress.address == address)
    query = select(Person.id, Person.name, Person.email).where(
        Person.erased_at.is_(None), _has_account(issuer_id) | _has_asked(issuer_id), proved
    )
    return [Named._make(row) for row in session.execute(query.order_by(Person.id))]


def with_credential(session: Session, issuer_id: str, credential_id: str) -> Sequence[int]:
    """The number of the person whom the issuer has awarded the credential with that id."""
    query = (
        select(Person.id)
        .join(Award, Award.person_id == Person.id)
        .join(CredentialRow, CredentialRow.award_id == Award.id)
        .where(CredentialRow.id == credential_id, Award.issuer_id == issuer_id, Person.erased_at.is_(None))
    )
    return session.scalars(query).all()


def accounts(session: Session, issuer_id: str, person_id: int) -> Sequence[PlatformAccount]:
    """The person's accounts on platforms of the issuer."""
    query = (
        select(PlatformAccount)
        .join(RegistrationRow, RegistrationRow.id == PlatformAccount.registration_id)
        .where(PlatformAccount.person_id == person_id, RegistrationRow.issuer_id == issuer_id)
    )
    return session.scalars(query.order_by(PlatformAccount.id)).all()


def other_accounts(session: Session, issuer_id: str, person_id: int) -> Sequence[PlatformAccount]:
    """The person's accounts on platforms of other issuers."""
    query = (
        select(PlatformAccount)
        .join(RegistrationRow, RegistrationRow.id == PlatformAccount.registration_id)
        .where(PlatformAccount.person_id == person_id, RegistrationRow.issuer_id != issuer_id)
    )
    return session.scalars(query.order_by(PlatformAccount.id)).all()


def issuers_who_awarded(session: Session, person_id: int) -> Collection[str]:
    """The keys of the issuers who have awarded the person anything, whatever became of it."""
    return set(session.scalars(select(Award.issuer_id).where(Award.person_id == person_id).distinct()))


def credential_ids(session: Session, issuer_id: str, person_id: int) -> Sequence[str]:
    """The ids of all credentials of the issuer's awards of the person."""
    query = select(CredentialRow.id).join(Award, CredentialRow.award_id == Award.id)
    theirs = query.where(Award.person_id == person_id, Award.issuer_id == issuer_id)
    return session.scalars(theirs.order_by(CredentialRow.id)).all()


def award_ids(session: Session, issuer_id: str, person_id: int) -> Sequence[int]:
    """The ids of the issuer's awards of the person."""
    query = select(Award.id).where(Award.person_id == person_id, Award.issuer_id == issuer_id)
    return session.scalars(query.order_by(Award.id)).all()


def courses_of(session: Session, issuer_id: str, course_ids: Collection[int]) -> Sequence[int]:
    """The ids of those of the courses that are on platforms of the issuer."""
    query = select(Course.id).join(RegistrationRow, RegistrationRow.id == Course.registration_id)
    return session.scalars(
        query.where(Course.id.in_(course_ids), RegistrationRow.issuer_id == issuer_id)
    ).all()
