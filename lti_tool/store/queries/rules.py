"""Queries for links, award rules and their versions, and questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, text
from sqlalchemy.orm import (
    InstrumentedAttribute,
    Session,
    aliased,
    contains_eager,
    defer,
    joinedload,
    selectinload,
)

from lti_tool.store.models import (
    Award,
    AwardRule,
    Course,
    IssuerPermission,
    Question,
    RegistrationRow,
    ResourceLink,
    RuleVersion,
    TemplateVersion,
)
from lti_tool.store.models.rules import PROPOSED
from lti_tool.store.queries.common import FOR_UPDATE, dialect_of, is_possible_id
from lti_tool.values import TEST_PLATFORMS

#: The lock of `lock_asking` among PostgreSQL's advisory locks: any number that nothing else here takes.
_ASKING = 10_010

#: A version's template with it, without its picture: no decision looks at that.
_TEMPLATE = joinedload(RuleVersion.template_version).defer(TemplateVersion.picture)


def rule(session: Session, rule_id: int) -> AwardRule | None:
    return session.get(AwardRule, rule_id) if is_possible_id(rule_id) else None


def lock_rule(session: Session, rule: AwardRule) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it. To be called before its versions are changed."""
    session.refresh(rule, with_for_update=FOR_UPDATE)


def link_and_rule(
    session: Session, course_id: int, link_id: str
) -> tuple[ResourceLink | None, AwardRule | None]:
    """The resource link of a course, by the platform's id, and its rule; not locked."""
    found = session.execute(_LINK_AND_RULE, {"course_id": course_id, "link_id": link_id}).first()
    return (found[0], found[1]) if found is not None else (None, None)


#: Made once: each launch asks.
_LINK_AND_RULE = (
    select(ResourceLink, AwardRule)
    .outerjoin(AwardRule, AwardRule.resource_link_id == ResourceLink.id)
    .where(ResourceLink.course_id == bindparam("course_id"), ResourceLink.link_id == bindparam("link_id"))
)


def lock_link_of(session: Session, course_id: int, link_id: str) -> ResourceLink | None:
    """The resource link of a course, by the platform's id: locked as by `lock_link`, and as it is now."""
    query = select(ResourceLink).where(ResourceLink.course_id == course_id, ResourceLink.link_id == link_id)
    return session.scalar(query.with_for_update(key_share=True).execution_options(populate_existing=True))


def lock_link(session: Session, link: ResourceLink) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it. To be called before its rule is made or changed."""
    session.refresh(link, with_for_update=FOR_UPDATE)


def rule_of_link(session: Session, link: ResourceLink) -> AwardRule | None:
    """The rule of a resource link."""
    return session.scalar(select(AwardRule).where(AwardRule.resource_link_id == link.id))


def rules_of(session: Session, course_id: int) -> Sequence[AwardRule]:
    """The rules of a course, oldest first, with their links, courses, registrations and versions loaded."""
    return session.scalars(_rules_of(), {"course_id": course_id}).unique().all()


@cache
def _rules_of() -> Select[AwardRule]:
    """Made once: every teacher's page asks."""
    loaded = (
        joinedload(AwardRule.link),
        joinedload(AwardRule.course).joinedload(Course.registration),
        # With them, and not after: a rule has few versions.
        joinedload(AwardRule.versions).options(_TEMPLATE),
    )
    query = select(AwardRule).where(AwardRule.course_id == bindparam("course_id"))
    return query.order_by(AwardRule.id).options(*loaded)


def rules_with_links(session: Session, course_id: int) -> Sequence[AwardRule]:
    """The rules of a course, oldest first, with their links loaded; what they ask for is not read."""
    query = select(AwardRule).where(AwardRule.course_id == course_id).order_by(AwardRule.id)
    return session.scalars(query.options(selectinload(AwardRule.link))).all()


def rules_with_columns(session: Session, course_id: int) -> Sequence[int]:
    """The ids of the course's rules that have grade columns of assessments."""
    query = select(AwardRule.id, AwardRule.outcome_columns).where(AwardRule.course_id == course_id)
    return [rule_id for rule_id, columns in session.execute(query) if columns]


def all_rules(session: Session) -> Sequence[AwardRule]:
    """The rules of all courses, oldest first."""
    return session.scalars(select(AwardRule).order_by(AwardRule.id)).all()


def courses_with_rules(session: Session) -> Sequence[int]:
    """The ids of the courses that have a rule."""
    query = select(AwardRule.course_id).where(AwardRule.course_id.is_not(None))
    return session.scalars(query.distinct().order_by(AwardRule.course_id)).all()


def courses_awarding_for(session: Session, registration_id: int, issuer_id: str) -> Sequence[int]:
    """The ids of the courses of the platform that have a rule with a badge of the issuer, in ascending order."""
    query = select(AwardRule.course_id).join(AwardRule.course)
    query = query.where(Course.registration_id == registration_id, AwardRule.issuer_id == issuer_id)
    return session.scalars(query.distinct().order_by(AwardRule.course_id)).all()


#: How a rule's text says that it asks for another badge; in a name a quotation mark stands behind a backslash.
_ASKS_FOR_BADGES = RuleVersion.tree.contains('"badge":"', autoescape=True)


def rules_asking_for_badges(session: Session) -> Sequence[tuple[str, str]]:
    """What the rules of all issuers that ask for badges say: the template that each awards, and its tree."""
    query = (
        select(TemplateVersion.template_id, RuleVersion.tree)
        .join(RuleVersion.rule)
        .join(RuleVersion.template_version)
        .where(
            AwardRule.removed_at.is_(None),
            RuleVersion.status == "active",
            _ASKS_FOR_BADGES,
        )
    )
    return [(template_id, tree) for template_id, tree in session.execute(query)]


def lock_asking(session: Session) -> None:
    """Until the end of the transaction no other one makes a rule that asks for badges, of whichever issuer.

    A circle may lead over several issuers, so none of their rows would be the one that all of them lock. SQLite needs
    nothing: a writing transaction there is alone.
    """
    if dialect_of(session) == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_ASKING)))


def courses_asking_for(session: Session, award_ids: Collection[int]) -> Sequence[int]:
    """The ids of the courses that have a rule that asks for a badge of one of the awards, in ascending order."""
    badges = session.scalars(select(Award.template_id).where(Award.id.in_(award_ids)).distinct()).all()
    asks = [RuleVersion.tree.contains(f'"badge":"{badge}"', autoescape=True) for badge in badges]
    if not asks:
        return []
    query = (
        select(AwardRule.course_id)
        .join(RuleVersion, RuleVersion.rule_id == AwardRule.id)
        .where(
            AwardRule.course_id.is_not(None),
            RuleVersion.status == "active",
            AwardRule.paused.is_(False),
            AwardRule.removed_at.is_(None),
            _ASKS_FOR_BADGES,
            or_(*asks),
        )
    )
    return session.scalars(query.distinct().order_by(AwardRule.course_id)).all()


def rules_without_permission(session: Session, registration_id: int, issuer_id: str) -> Sequence[AwardRule]:
    """The rules of the platform's courses with a badge of the issuer that they may not award, oldest first."""
    query = (
        select(AwardRule)
        .join(AwardRule.course)
        .join(Course.registration)
        .where(
            Course.registration_id == registration_id,
            AwardRule.issuer_id == issuer_id,
            AwardRule.removed_at.is_(None),
            ~_is_permitted(),
        )
    )
    return session.scalars(query.order_by(AwardRule.id)).all()


def _is_permitted() -> ColumnElement[bool]:
    """That the course of a rule may award for the issuer of its badge, as `queries.issuers.may_award` says."""
    permission = exists().where(
        IssuerPermission.registration_id == Course.registration_id,
        IssuerPermission.issuer_id == AwardRule.issuer_id,
        IssuerPermission.course_id.is_(None) | (IssuerPermission.course_id == AwardRule.course_id),
    )
    return or_(RegistrationRow.issuer_id == AwardRule.issuer_id, permission)


def awarding_versions(
    session: Session, *, course_id: int | None = None, rule_id: int | None = None
) -> Sequence[RuleVersion]:
    """The versions by which the rules of a course, or one rule, award now, by rule.

    With rules, links and templates loaded.

    None of a rule that is paused or removed, or waits for a teacher to settle a change, or whose course may not award
    for the issuer of its badge, or is in a copy of a platform that is there to try things in. A rule of the issuer has
    no course that would have to be permitted.
    """
    if rule_id is not None:
        return session.scalars(_awarding(AwardRule.id), {"id": rule_id}).all()
    return session.scalars(_awarding(AwardRule.course_id), {"id": course_id}).all()


@cache
def _awarding(column: InstrumentedAttribute[int]) -> Select[RuleVersion]:
    """The versions that award, of the rules whose column has the value `id`.

    Made once: every launch and every look asks, and making it takes several times as long as the answer.
    """
    waiting = aliased(RuleVersion, name="waiting")
    is_unsettled = exists().where(waiting.rule_id == AwardRule.id, text(f"waiting.{PROPOSED}"))
    return (
        select(RuleVersion)
        .join(RuleVersion.rule)
        .outerjoin(AwardRule.course)
        .outerjoin(Course.registration)
        .where(
            RuleVersion.status == "active",
            AwardRule.paused.is_(False),
            AwardRule.removed_at.is_(None),
            ~is_unsettled,
            or_(
                AwardRule.course_id.is_(None),
                and_(_is_permitted(), RegistrationRow.platform_id.not_in(TEST_PLATFORMS)),
            ),
            column == bindparam("id"),
        )
        .options(
            _TEMPLATE,
            contains_eager(RuleVersion.rule).joinedload(AwardRule.link),
        )
        .order_by(AwardRule.id)
    )


def version_awarding(session: Session, rule_id: int, issuer_id: str, template_id: str) -> RuleVersion | None:
    """The newest version of any rule that awards the template, one of that rule before others; None where none does."""
    query = (
        select(RuleVersion)
        .join(RuleVersion.template_version)
        .where(TemplateVersion.issuer_id == issuer_id, TemplateVersion.template_id == template_id)
    )
    return session.scalar(
        query.order_by((RuleVersion.rule_id == rule_id).desc(), RuleVersion.id.desc()).limit(1)
    )


def active_version(session: Session, rule_id: int) -> RuleVersion | None:
    """The version by which the rule awards; None where no version was settled yet."""
    query = select(RuleVersion).where(RuleVersion.rule_id == rule_id, RuleVersion.status == "active")
    return session.scalar(query)


def proposed_version(session: Session, rule_id: int) -> RuleVersion | None:
    """The newest version that waits for a teacher; until that is settled the rule awards nothing."""
    query = select(RuleVersion).where(RuleVersion.rule_id == rule_id, RuleVersion.status == "proposed")
    return session.scalar(query.order_by(RuleVersion.version.desc()).limit(1))


def shown_version(session: Session, rule: AwardRule) -> RuleVersion:
    """The version that is `shown_of` the rule's versions, as they are now."""
    query = select(RuleVersion).where(RuleVersion.rule_id == rule.id).order_by(RuleVersion.version)
    return shown_of(session.scalars(query).all())


def shown_of(versions: Sequence[RuleVersion]) -> RuleVersion:
    """Of a rule's versions, oldest first, the active one, or the newest that waits for a teacher, or the newest."""
    newest = {version.status: version for version in versions}
    return newest.get("active") or newest.get("proposed") or versions[-1]


def templates_in_use(session: Session) -> Sequence[TemplateVersion]:
    """The versions of templates that rules of courses which have not ended award or propose, without their pictures."""
    query = (
        select(TemplateVersion)
        .where(TemplateVersion.id.in_(_in_use(RuleVersion.template_version_id)))
        .options(defer(TemplateVersion.picture))
    )
    return session.scalars(query).all()


def trees_awarding(session: Session, issuer_id: str, template_id: str) -> Sequence[str]:
    """The trees of the rules that award the template: those of courses that have not ended, and of the issuer alone."""
    query = (
        select(RuleVersion.tree)
        .join(AwardRule, AwardRule.id == RuleVersion.rule_id)
        .join(TemplateVersion, TemplateVersion.id == RuleVersion.template_version_id)
        .outerjoin(Course, Course.id == AwardRule.course_id)
        .where(
            RuleVersion.status == "active",
            AwardRule.paused.is_(False),
            AwardRule.removed_at.is_(None),
            Course.concluded_at.is_(None),
            TemplateVersion.issuer_id == issuer_id,
            TemplateVersion.template_id == template_id,
        )
    )
    return session.scalars(query.distinct()).all()


def courses_that_use(session: Session, template_version_ids: Collection[int]) -> Sequence[int]:
    """The ids of the courses that have not ended, and award or propose one of these versions of templates."""
    query = _in_use(AwardRule.course_id).where(RuleVersion.template_version_id.in_(template_version_ids))
    return session.scalars(query.distinct()).all()


def _in_use(wanted: InstrumentedAttribute[int]) -> Select[int]:
    return (
        select(wanted)
        .select_from(RuleVersion)
        .join(AwardRule, AwardRule.id == RuleVersion.rule_id)
        .join(Course, Course.id == AwardRule.course_id)
        .where(
            RuleVersion.status.in_(("active", "proposed")),
            AwardRule.paused.is_(False),
            AwardRule.removed_at.is_(None),
            Course.concluded_at.is_(None),
        )
    )


def newest_number(session: Session, rule_id: int) -> int:
    """The number of the rule's newest version, 0 where it has none yet."""
    newest = select(func.max(RuleVersion.version)).where(RuleVersion.rule_id == rule_id)
    return session.scalar(newest) or 0


def open_question(session: Session, rule_id: int) -> Question | None:
    """The question to teachers that is open for the rule."""
    return session.scalar(select(Question).where(Question.rule_id == rule_id, Question.closed_at.is_(None)))


def open_questions(session: Session, course_ids: Collection[int]) -> Sequence[Question]:
    """The questions to teachers that are open in these courses, oldest first."""
    theirs = AwardRule.course_id.in_(course_ids)
    query = select(Question).join(Question.rule).where(Question.closed_at.is_(None), theirs)
    return session.scalars(query.order_by(Question.id)).all()


def lock_question(session: Session, question_id: int) -> Question | None:
    """Locks the row (SELECT ... FOR UPDATE) and returns it, so that a question is answered only once."""
    if not is_possible_id(question_id):
        return None
    return session.get(Question, question_id, with_for_update=True, populate_existing=True)
