"""Queries for registrations, deployments and invitations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.store.models import (
    Approval,
    Award,
    AwardRule,
    BulkAct,
    BulkActPerson,
    Course,
    DeploymentRow,
    HandAward,
    IdentityCheckRefusal,
    Invitation,
    IssuerErasure,
    IssuerPermission,
    LaunchSession,
    MailedMatter,
    MailRefusal,
    PathwayClaim,
    Person,
    Placement,
    PlatformAccount,
    PlatformSelfTest,
    Question,
    RegistrationRow,
    ResourceLink,
    RuleVersion,
    SourceAccess,
    TeacherMailChoice,
    TemplateChange,
    TemplateVersion,
)
from lti_tool.store.queries.common import add_if_absent, add_or_find, is_in_trouble, is_possible_id
from lti_tool.store.queries.observations import delete_of_registration as delete_ledger
from lti_tool.store.queries.people import only_accounts_of
from lti_tool.store.queries.proved_addresses import delete_all_of as delete_proofs
from lti_tool.values import Access, Registration


class Client(NamedTuple):
    """The client id of a registration."""

    registration_id: int
    client_id: str


def find_registration(session: Session, platform_id: str, client_id: str | None) -> Registration | None:
    """The registration of a client; without a client_id the only one of the platform, None where it has several."""
    values = {"platform_id": platform_id, "client_id": client_id}
    rows = session.scalars(_OF_PLATFORM if client_id is None else _OF_CLIENT, values).all()
    return as_registration(rows[0]) if len(rows) == 1 else None


#: Made once: each login and each launch asks.
_OF_PLATFORM = select(RegistrationRow).where(RegistrationRow.platform_id == bindparam("platform_id")).limit(2)
_OF_CLIENT = _OF_PLATFORM.where(RegistrationRow.client_id == bindparam("client_id"))


def registration_by_client(session: Session, platform_id: str, client_id: str) -> RegistrationRow | None:
    """The row of the registration of that client."""
    return session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.platform_id == platform_id, RegistrationRow.client_id == client_id
        )
    )


def clients_of_others(session: Session, issuer_id: str) -> Sequence[Client]:
    """The client ids of the registrations of all other issuers, oldest first."""
    query = select(RegistrationRow.id, RegistrationRow.client_id).where(
        RegistrationRow.issuer_id != issuer_id
    )
    return [Client._make(row) for row in session.execute(query.order_by(RegistrationRow.id))]


def has_another_issuer(session: Session, platform_id: str, issuer_id: str) -> bool:
    """Whether an issuer other than that one has a registration of the platform."""
    query = select(RegistrationRow.id).where(
        RegistrationRow.platform_id == platform_id, RegistrationRow.issuer_id != issuer_id
    )
    return session.scalar(query.limit(1)) is not None


def add_or_find_registration(session: Session, row: RegistrationRow) -> RegistrationRow:
    """The row, added, unless there is one of the same client already: then that one."""
    return registration_by_client(session, row.platform_id, row.client_id) or add_or_find(
        session, row, lambda: registration_by_client(session, row.platform_id, row.client_id)
    )


def knows_deployment(session: Session, registration_id: int, deployment_id: str) -> bool:
    """Whether the deployment is stored already."""
    query = select(DeploymentRow.id).where(
        DeploymentRow.registration_id == registration_id, DeploymentRow.deployment_id == deployment_id
    )
    return session.scalar(query) is not None


def save_deployment(session: Session, registration_id: int, deployment_id: str, now: datetime) -> None:
    """Stores the deployment, unless it is known already."""
    if not knows_deployment(session, registration_id, deployment_id):
        add_if_absent(
            session,
            DeploymentRow(registration_id=registration_id, deployment_id=deployment_id, first_seen_at=now),
        )


def deployments(session: Session, registration_id: int) -> Sequence[DeploymentRow]:
    """The deployments that are listed, oldest first."""
    query = select(DeploymentRow).where(DeploymentRow.registration_id == registration_id)
    return session.scalars(query.order_by(DeploymentRow.id)).all()


def delete_deployment(session: Session, registration_id: int, deployment_id: str) -> bool:
    """Whether the deployment was stored, and is deleted now."""
    row = session.scalar(
        select(DeploymentRow).where(
            DeploymentRow.registration_id == registration_id, DeploymentRow.deployment_id == deployment_id
        )
    )
    if row is not None:
        session.delete(row)
        session.flush()
    return row is not None


def source_access(
    session: Session, registration_id: int, source: str, course_id: int | None = None
) -> SourceAccess | None:
    """What the source was given for the platform, or for that course alone, locked."""
    return session.scalar(
        select(SourceAccess)
        .where(
            SourceAccess.registration_id == registration_id,
            SourceAccess.source == source,
            SourceAccess.course_id.is_(None) if course_id is None else SourceAccess.course_id == course_id,
        )
        .with_for_update()
    )


def source_accesses_of_courses(session: Session, registration_id: int, source: str) -> Sequence[SourceAccess]:
    """What the source was given for single courses of the platform."""
    query = select(SourceAccess).where(
        SourceAccess.registration_id == registration_id,
        SourceAccess.source == source,
        SourceAccess.course_id.is_not(None),
    )
    return session.scalars(query.order_by(SourceAccess.id)).all()


def accesses_with_secrets(session: Session) -> Sequence[SourceAccess]:
    """What sources were given of secrets, for whichever platform and course, locked."""
    query = select(SourceAccess).where(SourceAccess.encrypted_secrets.is_not(None)).order_by(SourceAccess.id)
    return session.scalars(query.with_for_update()).all()


def source_accesses(
    session: Session, registration_id: int, course_id: int | None = None
) -> Mapping[str, Access]:
    """What the sources were given for the platform, by their names, and on top of it for that course."""
    rows = session.scalars(
        select(SourceAccess)
        .where(
            SourceAccess.registration_id == registration_id,
            or_(SourceAccess.course_id.is_(None), SourceAccess.course_id == course_id),
        )
        .order_by(SourceAccess.course_id.is_not(None))
    )
    found: dict[str, Access] = {}
    for row in rows:
        before = found.get(row.source, Access())
        found[row.source] = Access(
            settings={**before.settings, **row.settings},
            encrypted=(*before.encrypted, *filter(None, [row.encrypted_secrets])),
        )
    return found


def refused_messages(session: Session, registration_id: int) -> Mapping[str, datetime]:
    """When a message of the platform to a source was refused, by the name of the source; none was accepted since."""
    query = select(SourceAccess.source, SourceAccess.refused_at).where(
        SourceAccess.registration_id == registration_id,
        SourceAccess.course_id.is_(None),
        SourceAccess.refused_at.is_not(None),
    )
    return {source: refused_at for source, refused_at in session.execute(query) if refused_at is not None}


def note_message(
    session: Session, registration_id: int, source: str, refused_at: datetime | None, since: datetime
) -> None:
    """Notes that a message was refused then, or accepted (None); not where one was refused after `since` already."""
    of_platform = (
        SourceAccess.registration_id == registration_id,
        SourceAccess.source == source,
        SourceAccess.course_id.is_(None),
    )
    is_set, is_old = SourceAccess.refused_at.is_not(None), SourceAccess.refused_at < since
    needed = is_set if refused_at is None else or_(~is_set, is_old)
    session.execute(update(SourceAccess).where(*of_platform, needed).values(refused_at=refused_at))


def count_awards(session: Session, registration_id: int) -> int:
    """How many awards were decided in courses of the registration, or belong to people who have an account there."""
    rules = select(AwardRule.id).join(AwardRule.course).where(Course.registration_id == registration_id)
    people = select(PlatformAccount.person_id).where(PlatformAccount.registration_id == registration_id)
    query = select(func.count()).where(or_(Award.rule_id.in_(rules), Award.person_id.in_(people)))
    return session.scalar(query) or 0


def count_published_templates(session: Session, registration_id: int) -> int:
    """How many templates that belong to courses of the registration are, or were, published."""
    query = (
        select(func.count(TemplateVersion.template_id.distinct()))
        .join(TemplateVersion.course)
        .where(Course.registration_id == registration_id, TemplateVersion.status != "draft")
    )
    return session.scalar(query) or 0


def delete_registration(session: Session, row: RegistrationRow) -> None:
    """Deletes the registration and everything that refers to it; nothing of that may be an award's.

    A person is deleted who has no account elsewhere. Raises IntegrityError where something else still refers to it.
    """
    courses = select(Course.id).where(Course.registration_id == row.id)
    rules = select(AwardRule.id).where(AwardRule.course_id.in_(courses))
    bulk_acts = select(BulkAct.id).where(BulkAct.rule_id.in_(rules))
    drafts = select(TemplateVersion.id).where(TemplateVersion.course_id.in_(courses))
    people = session.scalars(only_accounts_of(row.id)).all()
    delete_ledger(session, row.id)
    for table, of_it in (
        (LaunchSession, LaunchSession.registration_id == row.id),
        (Placement, Placement.registration_id == row.id),
        (IssuerPermission, IssuerPermission.registration_id == row.id),
        (Question, Question.rule_id.in_(rules)),
        (BulkActPerson, BulkActPerson.bulk_act_id.in_(bulk_acts)),
        (BulkAct, BulkAct.rule_id.in_(rules)),
        (HandAward, HandAward.rule_id.in_(rules)),
        (MailedMatter, MailedMatter.rule_id.in_(rules)),
        (TeacherMailChoice, TeacherMailChoice.course_id.in_(courses)),
        (RuleVersion, RuleVersion.rule_id.in_(rules)),
        (AwardRule, AwardRule.course_id.in_(courses)),
        (ResourceLink, ResourceLink.course_id.in_(courses)),
        (TemplateChange, TemplateChange.template_version_id.in_(drafts)),
        (Approval, Approval.template_version_id.in_(drafts)),
        (TemplateVersion, TemplateVersion.course_id.in_(courses)),
        (SourceAccess, SourceAccess.registration_id == row.id),
        (Course, Course.registration_id == row.id),
        (IssuerErasure, IssuerErasure.registration_id == row.id),
        (PlatformAccount, PlatformAccount.registration_id == row.id),
        (DeploymentRow, DeploymentRow.registration_id == row.id),
        (PlatformSelfTest, PlatformSelfTest.registration_id == row.id),
        (RegistrationRow, RegistrationRow.id == row.id),
    ):
        session.execute(delete(table).where(of_it).execution_options(synchronize_session=False))
    for start in range(0, len(people), 500):
        _delete_people(session, people[start : start + 500])
    session.expire_all()


def _delete_people(session: Session, person_ids: Collection[int]) -> None:
    """Deletes people who have no account any more, with what they have chosen and proved."""
    delete_proofs(session, person_ids)
    for table, of_them in (
        (MailRefusal, MailRefusal.person_id.in_(person_ids)),
        (IdentityCheckRefusal, IdentityCheckRefusal.person_id.in_(person_ids)),
        (PathwayClaim, PathwayClaim.person_id.in_(person_ids)),
        (Person, Person.id.in_(person_ids)),
    ):
        session.execute(delete(table).where(of_them).execution_options(synchronize_session=False))


def registrations(session: Session) -> Sequence[RegistrationRow]:
    """All registrations, oldest first."""
    return session.scalars(select(RegistrationRow).order_by(RegistrationRow.id)).all()


def registrations_of(session: Session, issuer_id: str) -> Sequence[RegistrationRow]:
    """The registrations whose courses award for the issuer, oldest first."""
    query = select(RegistrationRow).where(RegistrationRow.issuer_id == issuer_id)
    return session.scalars(query.order_by(RegistrationRow.id)).all()


def numbers_of_courses(session: Session, registration_ids: Collection[int]) -> Mapping[int, int]:
    """How many courses of each registration are known; without those that have none."""
    query = (
        select(Course.registration_id, func.count())
        .where(Course.registration_id.in_(registration_ids))
        .group_by(Course.registration_id)
    )
    return {registration_id: number for registration_id, number in session.execute(query)}


def count_people(session: Session, registration_id: int) -> int:
    """How many people have an account on the platform of the registration."""
    query = select(func.count()).where(PlatformAccount.registration_id == registration_id)
    return session.scalar(query) or 0


def self_tests(session: Session, registration_ids: Collection[int]) -> Mapping[int, PlatformSelfTest]:
    """What the last self-test of each registration has found; without those that were never tested."""
    query = select(PlatformSelfTest).where(PlatformSelfTest.registration_id.in_(registration_ids))
    return {row.registration_id: row for row in session.scalars(query)}


def courses_in_trouble(session: Session, registration_ids: Collection[int]) -> Mapping[int, Sequence[int]]:
    """The ids of the courses that have not ended and could not be read at the last look, by their registrations."""
    query = select(Course.registration_id, Course.id).where(
        Course.registration_id.in_(registration_ids),
        Course.concluded_at.is_(None),
        Course.id.in_(select(AwardRule.course_id).where(is_in_trouble())),
    )
    found: dict[int, list[int]] = {}
    for registration_id, course_id in session.execute(query.order_by(Course.id)):
        found.setdefault(registration_id, []).append(course_id)
    return found


def registration_row(session: Session, registration_id: int) -> RegistrationRow | None:
    return session.get(RegistrationRow, registration_id) if is_possible_id(registration_id) else None


def as_registration(row: RegistrationRow) -> Registration:
    """The row as a plain value."""
    return Registration(
        id=row.id,
        platform_id=row.platform_id,
        client_id=row.client_id,
        auth_login_url=row.auth_login_url,
        auth_token_url=row.auth_token_url,
        jwks_url=row.jwks_url,
        token_audience=row.token_audience,
        product=row.product,
        name=row.name,
        embed_origins=tuple(row.embed_origins),
        disabled=row.disabled_at is not None,
        deployments=(
            frozenset(each.deployment_id for each in row.deployments) if row.only_listed_deployments else None
        ),
    )


def lock_registration(session: Session, registration_id: int) -> RegistrationRow:
    """Locks the row (SELECT ... FOR UPDATE) and returns it reloaded: nothing new can refer to it meanwhile.

    Raises NoResultFound where it was deleted.
    """
    return session.get_one(RegistrationRow, registration_id, with_for_update=True, populate_existing=True)


def invitation(session: Session, code_hash: str) -> Invitation | None:
    """The invitation with that code."""
    return session.get(Invitation, code_hash)


def open_invitations(session: Session, issuer_id: str, now: datetime) -> Sequence[Invitation]:
    """The issuer's invitations that nobody has used and that have not expired, oldest first."""
    query = select(Invitation).where(
        Invitation.issuer_id == issuer_id, Invitation.used_at.is_(None), Invitation.expires_at > now
    )
    return session.scalars(query.order_by(Invitation.created_at, Invitation.code_hash)).all()


def lock_invitation(session: Session, code_hash: str) -> Invitation | None:
    """Locks the row (SELECT ... FOR UPDATE) and returns it reloaded, so that an invitation is used only once."""
    return session.get(Invitation, code_hash, with_for_update=True, populate_existing=True)
