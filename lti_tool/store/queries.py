"""Every question the tool asks of its database, and the small writes that answer one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, selectinload

from lti_tool.store.models import (
    Award,
    AwardRule,
    Base,
    Course,
    CredentialRow,
    Delivery,
    DeploymentRow,
    Invitation,
    LaunchSession,
    Learner,
    RegistrationRow,
    Settled,
    Sighting,
    SigningKeyRow,
    StatusList,
    TemplateVersion,
    ToolKeyRow,
)
from lti_tool.values import Member, Registration

#: The row is ours to change; others may still refer to it. SQLite has one writer at a time anyway.
_ALONE = {"key_share": True}

# --- platforms


def find_registration(session: Session, platform_id: str, client_id: str | None) -> Registration | None:
    """The one registration that fits; without a client_id only where the platform has no second one."""
    question = select(RegistrationRow).where(RegistrationRow.platform_id == platform_id)
    if client_id is not None:
        question = question.where(RegistrationRow.client_id == client_id)
    rows = session.scalars(question.limit(2)).all()
    return as_registration(rows[0]) if len(rows) == 1 else None


def registration_of(session: Session, platform_id: str, client_id: str) -> RegistrationRow | None:
    return session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.platform_id == platform_id, RegistrationRow.client_id == client_id
        )
    )


def deployment_known(session: Session, registration_id: int, deployment_id: str) -> bool:
    question = select(DeploymentRow.id).where(
        DeploymentRow.registration_id == registration_id, DeploymentRow.deployment_id == deployment_id
    )
    return session.scalar(question) is not None


def registrations(session: Session) -> Sequence[RegistrationRow]:
    return session.scalars(select(RegistrationRow).order_by(RegistrationRow.id)).all()


def registration_row(session: Session, registration_id: int) -> RegistrationRow | None:
    return session.get(RegistrationRow, registration_id)


def as_registration(row: RegistrationRow) -> Registration:
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
    )


def invitation(session: Session, code_hash: str) -> Invitation | None:
    return session.get(Invitation, code_hash, with_for_update=True)


def tool_key_rows(session: Session) -> Sequence[ToolKeyRow]:
    """Newest first."""
    return session.scalars(select(ToolKeyRow).order_by(ToolKeyRow.created_at.desc())).all()


# --- people and courses


def course_of(session: Session, registration_id: int, context_id: str) -> Course | None:
    return session.scalar(
        select(Course).where(Course.registration_id == registration_id, Course.context_id == context_id)
    )


def keep_learners(session: Session, registration_id: int, members: Iterable[Member]) -> Mapping[str, Learner]:
    """The learners' rows by user_id, made or brought up to date; a name once known is not forgotten."""
    members = list(members)
    rows = _learners(session, registration_id, [member.user_id for member in members])
    # In one order everywhere: two looks at the same course must not wait for each other in a circle.
    missing = sorted({member.user_id for member in members} - rows.keys())
    if missing:
        _add_missing(
            session,
            Learner,
            [{"registration_id": registration_id, "user_id": user_id} for user_id in missing],
        )
        rows |= _learners(session, registration_id, missing)
    for member in members:
        row = rows[member.user_id]
        row.name = member.name or row.name
        row.email = member.email or row.email
    session.flush()
    return rows


def _learners(session: Session, registration_id: int, user_ids: Sequence[str]) -> dict[str, Learner]:
    rows: dict[str, Learner] = {}
    for start in range(0, len(user_ids), 500):
        question = select(Learner).where(
            Learner.registration_id == registration_id, Learner.user_id.in_(user_ids[start : start + 500])
        )
        rows |= {row.user_id: row for row in session.scalars(question)}
    return rows


def _add_missing(session: Session, kind: type[Base], values: list[dict[str, Any]]) -> None:
    """Adds rows, any of which another transaction may be adding at this moment: then that one stands."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(kind).on_conflict_do_nothing(), values)


def learner(session: Session, registration_id: int, user_id: str) -> Learner | None:
    return session.scalar(
        select(Learner).where(Learner.registration_id == registration_id, Learner.user_id == user_id)
    )


def staff_of(session: Session, course_id: int) -> frozenset[int]:
    """The ids of those who were seen teaching in the course."""
    question = select(LaunchSession.learner_id).where(
        LaunchSession.course_id == course_id,
        LaunchSession.is_teacher,
        LaunchSession.learner_id.is_not(None),
    )
    return frozenset(id_ for id_ in session.scalars(question) if id_ is not None)


# --- templates and rules


def published_templates(session: Session, registration_id: int) -> Sequence[TemplateVersion]:
    """The newest published version of each template that the platform's courses may use, by name."""
    newest = (
        select(TemplateVersion.template_id, func.max(TemplateVersion.version).label("version"))
        .where(TemplateVersion.status == "published", _for_courses_of(registration_id))
        .group_by(TemplateVersion.template_id)
        .subquery()
    )
    question = (
        select(TemplateVersion)
        .join(
            newest,
            (TemplateVersion.template_id == newest.c.template_id)
            & (TemplateVersion.version == newest.c.version),
        )
        .order_by(TemplateVersion.name)
    )
    return session.scalars(question).all()


def published_template(session: Session, template_id: str, registration_id: int) -> TemplateVersion | None:
    """The newest published version of a template that the platform's courses may use."""
    return session.scalar(
        select(TemplateVersion)
        .where(
            TemplateVersion.template_id == template_id,
            TemplateVersion.status == "published",
            _for_courses_of(registration_id),
        )
        .order_by(TemplateVersion.version.desc())
        .limit(1)
    )


def newer_version(session: Session, rule: AwardRule) -> TemplateVersion | None:
    """The newest published version of the rule's badge, where the rule still gives an older one."""
    newest = published_template(session, rule.template_version.template_id, rule.course.registration_id)
    return newest if newest and newest.version > rule.template_version.version else None


def _for_courses_of(registration_id: int) -> ColumnElement[bool]:
    """The institution's own templates, and those that teachers of this platform have written."""
    theirs = select(Course.id).where(Course.registration_id == registration_id)
    return TemplateVersion.course_id.is_(None) | TemplateVersion.course_id.in_(theirs)


def templates_of_course(session: Session, course_id: int | None) -> Sequence[TemplateVersion]:
    """Every version of every template of a course, or without one of the institution: newest first."""
    question = select(TemplateVersion).where(TemplateVersion.course_id == course_id)
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version.desc())
    return session.scalars(question.order_by(*order)).all()


def template_version(session: Session, template_id: str, version: int) -> TemplateVersion | None:
    if not _is_id(version):
        return None
    return session.scalar(
        select(TemplateVersion).where(
            TemplateVersion.template_id == template_id, TemplateVersion.version == version
        )
    )


def hold_template(session: Session, row: TemplateVersion) -> None:
    """Nobody else changes or publishes the version until this transaction ends; `row` is as it is now."""
    session.refresh(row, with_for_update=_ALONE)


def newest_version(session: Session, template_id: str) -> int:
    """0 where there is no version yet."""
    newest = select(func.max(TemplateVersion.version)).where(TemplateVersion.template_id == template_id)
    return session.scalar(newest) or 0


def find_template(session: Session, beginning: str, version: int | None) -> TemplateVersion | None:
    """A version of the template whose id begins so, the newest where none is named."""
    question = select(TemplateVersion).where(TemplateVersion.template_id.startswith(beginning))
    if version is not None:
        question = question.where(TemplateVersion.version == version)
    return session.scalar(question.order_by(TemplateVersion.version.desc()).limit(1))


def template_versions(session: Session) -> Sequence[TemplateVersion]:
    order = (TemplateVersion.name, TemplateVersion.template_id, TemplateVersion.version)
    return session.scalars(select(TemplateVersion).order_by(*order)).all()


def rule(session: Session, rule_id: int) -> AwardRule | None:
    return session.get(AwardRule, rule_id) if _is_id(rule_id) else None


def hold_rule(session: Session, rule: AwardRule) -> None:
    """Nobody else notes sightings of the rule until this transaction ends; `rule` is as it is now."""
    session.refresh(rule, with_for_update=_ALONE)


def rule_of_link(session: Session, course_id: int, resource_link_id: str) -> AwardRule | None:
    return session.scalar(
        select(AwardRule).where(
            AwardRule.course_id == course_id, AwardRule.resource_link_id == resource_link_id
        )
    )


def rules_of(session: Session, course_id: int) -> Sequence[AwardRule]:
    question = select(AwardRule).where(AwardRule.course_id == course_id).order_by(AwardRule.id)
    return session.scalars(question.options(selectinload(AwardRule.template_version))).all()


def all_rules(session: Session) -> Sequence[AwardRule]:
    return session.scalars(select(AwardRule).order_by(AwardRule.id)).all()


def sightings(session: Session, rule_id: int) -> dict[int, Sighting]:
    """By learner id."""
    question = select(Sighting).where(Sighting.rule_id == rule_id).options(selectinload(Sighting.learner))
    return {row.learner_id: row for row in session.scalars(question)}


def waiting_sightings(session: Session, rule: AwardRule) -> Sequence[Sighting]:
    """Those a teacher may tick: they may open the link, or reached the grade, and have no award yet."""
    awarded = select(Award.learner_id).where(
        Award.course_id == rule.course_id, Award.template_id == rule.template_version.template_id
    )
    question = (
        select(Sighting)
        .where(
            Sighting.rule_id == rule.id,
            Sighting.inside_at.is_not(None),
            Sighting.learner_id.not_in(awarded),
        )
        .options(selectinload(Sighting.learner))
        .order_by(Sighting.id)
    )
    return session.scalars(question).all()


def outside_count(session: Session, rule_id: int) -> int:
    """How many learners were last seen outside."""
    question = select(func.count()).where(Sighting.rule_id == rule_id, Sighting.inside_at.is_(None))
    return session.scalar(question) or 0


# --- awards and credentials


def award(session: Session, award_id: int) -> Award | None:
    return session.get(Award, award_id) if _is_id(award_id) else None


def hold_award(session: Session, award: Award) -> None:
    """Nobody else issues or revokes the award until this transaction ends; `award` is as it is now."""
    session.refresh(award, with_for_update=_ALONE)


def awarded_users(session: Session, rule: AwardRule) -> frozenset[str]:
    """The user_ids of those who have the rule's award, however they earned it, and wait for nothing."""
    question = (
        select(Learner.user_id)
        .join(Award, Award.learner_id == Learner.id)
        .where(
            Award.course_id == rule.course_id,
            Award.template_id == rule.template_version.template_id,
            Award.status != "waiting",
        )
    )
    return frozenset(session.scalars(question))


def award_of(session: Session, course_id: int, template_id: str, learner_id: int) -> Award | None:
    return session.scalar(
        select(Award).where(
            Award.course_id == course_id,
            Award.template_id == template_id,
            Award.learner_id == learner_id,
        )
    )


def awards_of_rule(session: Session, rule_id: int) -> Sequence[Award]:
    question = (
        select(Award)
        .where(Award.rule_id == rule_id)
        .options(selectinload(Award.learner), selectinload(Award.credential), selectinload(Award.deliveries))
        .order_by(Award.earned_at, Award.id)
    )
    return session.scalars(question).all()


def waiting_awards(session: Session, learner_id: int) -> Sequence[Award]:
    question = select(Award).where(Award.learner_id == learner_id, Award.status == "waiting")
    return session.scalars(question).all()


def awards_waiting_for(session: Session, name: str) -> Sequence[Award]:
    waiting = session.scalars(select(Award).where(Award.status == "waiting")).all()
    return [award for award in waiting if name in award.waiting_for]


def settled(session: Session, name: str) -> Settled | None:
    return session.get(Settled, name)


def settle(session: Session, name: str, value: str, now: datetime) -> None:
    session.merge(Settled(name=name, value=value, settled_at=now))


def credential(session: Session, credential_id: str) -> CredentialRow | None:
    return session.get(CredentialRow, credential_id)


def credential_of(session: Session, award_id: int) -> CredentialRow | None:
    return session.scalar(select(CredentialRow).where(CredentialRow.award_id == award_id))


def credentials_issued(session: Session, issuer_id: str, since: datetime | None = None) -> int:
    """How many, ever or since then."""
    question = select(func.count()).where(CredentialRow.issuer_id == issuer_id)
    if since is not None:
        question = question.where(CredentialRow.issued_at >= since)
    return session.scalar(question) or 0


def credentials(session: Session) -> Sequence[CredentialRow]:
    return session.scalars(select(CredentialRow).order_by(CredentialRow.issued_at)).all()


#: What holds now: neither revoked nor suspended.
_HOLDS = (CredentialRow.revoked_at.is_(None), CredentialRow.suspended_at.is_(None))


def credentials_of_learner(session: Session, learner_id: int) -> Sequence[CredentialRow]:
    """What a learner holds now, oldest first."""
    question = (
        select(CredentialRow)
        .join(Award, CredentialRow.award_id == Award.id)
        .where(Award.learner_id == learner_id, *_HOLDS)
        .order_by(CredentialRow.issued_at, CredentialRow.id)
        .options(selectinload(CredentialRow.template_version))
    )
    return session.scalars(question).all()


def credentials_of_rule(session: Session, rule_id: int) -> Sequence[CredentialRow]:
    """What learners hold now by a rule, oldest first."""
    question = select(CredentialRow).join(Award, CredentialRow.award_id == Award.id)
    question = question.where(Award.rule_id == rule_id, *_HOLDS)
    return session.scalars(question.order_by(CredentialRow.issued_at, CredentialRow.id)).all()


def credentials_to_hand_on(session: Session, template: str | None) -> Sequence[CredentialRow]:
    """Every credential that holds now, or those of the template whose id begins so, oldest first."""
    question = select(CredentialRow).where(*_HOLDS)
    if template is not None:
        question = question.join(TemplateVersion).where(TemplateVersion.template_id.startswith(template))
    return session.scalars(question.order_by(CredentialRow.issued_at, CredentialRow.id)).all()


def delivery(session: Session, delivery_id: int) -> Delivery | None:
    return session.get(Delivery, delivery_id)


# --- the issuer's keys and status lists


def signing_keys(session: Session, issuer_id: str) -> Sequence[SigningKeyRow]:
    """Newest first; retired ones too, because what they signed still verifies."""
    return session.scalars(
        select(SigningKeyRow)
        .where(SigningKeyRow.issuer_id == issuer_id)
        .order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.kid)
    ).all()


def status_list(session: Session, list_id: int) -> StatusList | None:
    return session.get(StatusList, list_id) if _is_id(list_id) else None


def status_lists(session: Session, issuer_id: str) -> Sequence[StatusList]:
    question = select(StatusList).where(StatusList.issuer_id == issuer_id).order_by(StatusList.id)
    return session.scalars(question).all()


def go_on_after_the_last_status_list(session: Session) -> None:
    """PostgreSQL counts by itself, and knows nothing of ids that were written by hand."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('status_list', 'id'), max(id)) FROM status_list")
        )


def locked_status_list(session: Session, list_id: int) -> StatusList | None:
    return session.get(StatusList, list_id, with_for_update=True, populate_existing=True)


def newest_status_list(session: Session, issuer_id: str, purpose: str) -> StatusList | None:
    return session.scalar(
        select(StatusList)
        .where(StatusList.issuer_id == issuer_id, StatusList.purpose == purpose)
        .order_by(StatusList.id.desc())
        .limit(1)
    )


def taken_indexes(session: Session, list_id: int) -> int:
    question = select(func.count()).where(CredentialRow.status_list_id == list_id)
    return session.scalar(question) or 0


def index_taken(session: Session, list_id: int, index: int) -> bool:
    question = select(CredentialRow.id).where(
        CredentialRow.status_list_id == list_id, CredentialRow.status_index == index
    )
    return session.scalar(question) is not None


def _is_id(number: int) -> bool:
    """Whether a number from an address or a form can be an id at all: a database refuses larger ones with an error."""
    return 0 < number < 2**31
