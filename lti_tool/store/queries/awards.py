"""Queries for awards and their deliveries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    insert,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from lti_tool.store.models import (
    Award,
    AwardRule,
    Course,
    CredentialRow,
    Delivery,
    MailedChange,
    Outbox,
    Person,
    PlatformAccount,
    ResourceLink,
    TemplateVersion,
)
from lti_tool.store.models.awards import IS_CURRENT, NOT_DELIVERED, WAITING
from lti_tool.store.queries.common import (
    FOR_UPDATE,
    dialect_of,
    insert_unless_there,
    is_in_parameter,
    is_in_trouble,
    is_possible_id,
)
from lti_tool.values import AwardState, AwardToIssue, HeldAward, Place


def award(session: Session, award_id: int) -> Award | None:
    return session.get(Award, award_id) if is_possible_id(award_id) else None


def lock_award(session: Session, award: Award) -> None:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and reloads it."""
    session.refresh(award, with_for_update=FOR_UPDATE)


def to_issue(session: Session, award_ids: Collection[int]) -> Sequence[AwardToIssue]:
    """What the credentials of these awards are made of, in the order of their ids."""
    query = select(
        Award.id,
        Award.subject_id,
        Award.issuer_id,
        Award.template_version_id,
        Award.status,
        Award.score,
        Award.assessed_at,
        Award.earned_at,
        Person.name,
        Person.email,
        Person.language,
        Award.evidence,
        Award.recognition,
        Award.parts,
        Award.outcome_levels,
        Person.withheld,
    )
    rows = session.execute(query.join(Award.person).where(Award.id.in_(award_ids)).order_by(Award.id))
    return [AwardToIssue(**_without_withheld(dict(row))) for row in rows.mappings()]


def _without_withheld(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns, without what the learner does not want in their badges."""
    withheld = columns.pop("withheld")
    return columns | dict.fromkeys(withheld)


def never_issued(session: Session, rule_ids: Collection[int], earned_since: datetime) -> Sequence[int]:
    """The ids of the awards of these rules, of that time and later, that have had no credential yet."""
    had_one = exists().where(CredentialRow.award_id == Award.id)
    query = select(Award.id).where(Award.rule_id.in_(rule_ids), Award.earned_at >= earned_since, ~had_one)
    return session.scalars(query.order_by(Award.id)).all()


def lock_awards(session: Session, award_ids: Collection[int]) -> Sequence[Award]:
    """Locks the rows (SELECT ... FOR NO KEY UPDATE), in the order of their ids, so that none waits for another."""
    if not award_ids:
        return []
    query = select(Award).where(Award.id.in_(award_ids)).order_by(Award.id)
    return session.scalars(
        query.with_for_update(key_share=True).execution_options(populate_existing=True)
    ).all()


def lock_to_issue(session: Session, award_ids: Collection[int]) -> Mapping[int, AwardState]:
    """Locks the rows as `lock_awards` does, and says how it stands with each award, by its id."""
    chosen = Award.id.in_(award_ids)
    session.execute(select(Award.id).where(chosen).order_by(Award.id).with_for_update(key_share=True))
    # A statement of its own: what the first one reads of other tables may be older than the locks that it waited for.
    query = (
        select(Award.id, Award.status, Person.email, CredentialRow.id, Award.outcome_levels)
        .join(Award.person)
        .outerjoin(CredentialRow, IS_CURRENT)
    )
    return {
        award_id: AwardState(status=status, email=email, credential_id=credential_id, outcome_levels=levels)
        for award_id, status, email, credential_id, levels in session.execute(query.where(chosen))
    }


def places(session: Session, award_ids: Collection[int]) -> Mapping[int, Place]:
    """Where on their platforms the badges of these awards can be shown, by the ids of the awards.

    Of awards in courses with neither our plugin nor a column for the badge there is nothing.
    """
    query = (
        select(
            Award.id,
            PlatformAccount.user_id,
            ResourceLink.link_id,
            Course.completions_url,
            AwardRule.column_url,
        )
        .join(Award.rule)
        .join(AwardRule.link)
        .join(AwardRule.course)
        .join(
            PlatformAccount,
            and_(
                PlatformAccount.person_id == Award.person_id,
                PlatformAccount.registration_id == Course.registration_id,
            ),
        )
        .where(
            Award.id.in_(award_ids),
            or_(Course.completions_url.is_not(None), AwardRule.column_url.is_not(None)),
        )
        .order_by(PlatformAccount.id.desc())
    )
    return {
        award_id: Place(
            user_id=user_id,
            link_id=link_id,
            completions_url=completions_url,
            column_url=column_url,
        )
        for award_id, user_id, link_id, completions_url, column_url in session.execute(query)
    }


def channels_of(session: Session, award_ids: Collection[int]) -> Mapping[int, Collection[str]]:
    """The channels by which the badges of these awards were delivered, or are to be, by the ids of the awards."""
    found: dict[int, set[str]] = {}
    query = select(Delivery.award_id, Delivery.channel).where(Delivery.award_id.in_(award_ids))
    for award_id, channel in session.execute(query):
        found.setdefault(award_id, set()).add(channel)
    return found


def awards_to_show(session: Session, rule_id: int) -> Sequence[int]:
    """The ids of the rule's issued awards."""
    query = select(Award.id).where(Award.rule_id == rule_id, Award.status == "issued").order_by(Award.id)
    return session.scalars(query).all()


def mark_issued(session: Session, award_ids: Collection[int]) -> None:
    """They are issued, and wait for nothing; in one statement for all, which the caller has locked."""
    statement = update(Award).where(Award.id.in_(award_ids)).values(status="issued", waiting_for=[])
    session.execute(statement)


def pending_deliveries(session: Session, award_ids: Collection[int], channel: str) -> Mapping[int, int]:
    """The ids of the awards' deliveries by a channel, by the ids of the awards; each is pending now.

    Those that exist are locked first, so that whoever changes one meanwhile is waited for.
    """
    theirs = (Delivery.award_id.in_(award_ids), Delivery.channel == channel)
    existing = select(Delivery.id, Delivery.award_id).where(*theirs).order_by(Delivery.id)
    locked = session.execute(existing.with_for_update(key_share=True))
    found = {award_id: delivery_id for delivery_id, award_id in locked}
    if found:
        session.execute(
            update(Delivery).where(Delivery.id.in_(found.values())).values(status="pending", trouble=None)
        )
    missing = [{"award_id": award_id, "channel": channel} for award_id in award_ids if award_id not in found]
    if missing:
        added = session.execute(insert(Delivery).returning(Delivery.award_id, Delivery.id), missing)
        found |= {award_id: delivery_id for award_id, delivery_id in added}
    return found


def delivery_by(session: Session, award_id: int, channel: str) -> Delivery:
    """The award's delivery by a channel, a new one where there was none; the caller has locked the award."""
    query = select(Delivery).where(Delivery.award_id == award_id, Delivery.channel == channel)
    found = session.scalar(query)
    if found is None:
        found = Delivery(award_id=award_id, channel=channel)
        session.add(found)
    return found


def newest_awards(
    session: Session, template: TemplateVersion, person_ids: Collection[int]
) -> Mapping[int, HeldAward]:
    """The newest award of the template, whatever its version and status, of each of these people who ever had one.

    By person id. It may have been awarded in any course: an achievement is awarded once over all of them.
    """
    query = _newest(dialect_of(session))
    found: dict[int, HeldAward] = {}
    ids = sorted(person_ids)
    for start in range(0, len(ids), 1000):
        values = {
            "issuer_id": template.issuer_id,
            "template_id": template.template_id,
            "person_ids": ids[start : start + 1000],
        }
        found |= {row["person_id"]: HeldAward(**row) for row in session.execute(query, values).mappings()}
    return found


@cache
def _newest(dialect: str) -> Select[*tuple[Any, ...]]:
    """Made once: every launch and every part of a look asks."""
    # Not whole rows: the texts of all credentials of a large course would be read at every look.
    return (
        select(
            Award.id,
            Award.person_id,
            Award.rule_id,
            Award.course_id,
            Award.status,
            Award.earned_at,
            CredentialRow.valid_until,
            CredentialRow.suspended_at.is_not(None).label("is_suspended"),
        )
        .outerjoin(CredentialRow, IS_CURRENT)
        .where(_of_template(), is_in_parameter(dialect, Award.person_id, "person_ids"))
        .order_by(Award.id)
    )


def _of_template() -> ColumnElement[bool]:
    return and_(Award.issuer_id == bindparam("issuer_id"), Award.template_id == bindparam("template_id"))


def held_badges(
    session: Session, template_ids: Collection[str], person_ids: Collection[int]
) -> Mapping[tuple[int, str], tuple[datetime, datetime | None]]:
    """By person and template, since when and until when each of these people holds a badge that is valid.

    One that has expired is among them: that is never stored.
    """
    found: dict[tuple[int, str], tuple[datetime, datetime | None]] = {}
    ids = sorted(person_ids)
    columns = (Award.person_id, Award.template_id, Award.earned_at, CredentialRow.valid_until)
    for start in range(0, len(ids), 1000):
        query = (
            select(*columns)
            .join(Award.credential)
            .where(
                Award.template_id.in_(template_ids),
                Award.person_id.in_(ids[start : start + 1000]),
                Award.status == "issued",
                Award.ended_at.is_(None),
                CredentialRow.suspended_at.is_(None),
            )
        )
        for person_id, template_id, earned_at, valid_until in session.execute(query):
            found[person_id, template_id] = (earned_at, valid_until)
    return found


def add_new(session: Session, rows: Sequence[dict[str, Any]]) -> dict[int, int]:
    """Inserts awards, and returns their ids by person id, of those that have no running one of the template.

    Two workers may decide the same at once, in one course or in two: the unique index (issuer, template, person) of
    running awards lets one of them insert it.
    """
    if not rows:
        return {}
    adding = insert_unless_there(session, Award).returning(Award.person_id, Award.id)
    return {person_id: award_id for person_id, award_id in session.execute(adding, rows)}


def awards_by_id(session: Session, award_ids: Collection[int]) -> Sequence[Award]:
    """The awards with these ids, oldest first."""
    if not award_ids:
        return []
    return session.scalars(select(Award).where(Award.id.in_(award_ids)).order_by(Award.id)).all()


def with_subjects(session: Session, subject_ids: Collection[str]) -> Sequence[Award]:
    """The awards with these subjects, which are of no other award: all awards are looked through for them."""
    return session.scalars(select(Award).where(Award.subject_id.in_(subject_ids)).order_by(Award.id)).all()


def awards_without_name(session: Session, course_id: int) -> Sequence[Award]:
    """The awards of the course that wait for the name or address of their learner."""
    query = select(Award).where(Award.course_id == course_id, text(WAITING))
    waiting = session.scalars(query.options(selectinload(Award.person)))
    return [award for award in waiting if "learner" in award.waiting_for]


def newest_award(session: Session, template: TemplateVersion, person_id: int) -> Award | None:
    """The learner's newest award of a template, in whichever course, whatever its version and status.

    With its learner, its credential without the text, and its deliveries.
    """
    values = {
        "issuer_id": template.issuer_id,
        "template_id": template.template_id,
        "person_id": person_id,
    }
    return session.scalar(_newest_whole(), values)


@cache
def _newest_whole() -> Select[Award]:
    """Made once: every page of a learner asks."""
    query = select(Award).where(_of_template(), Award.person_id == bindparam("person_id"))
    loaded = (joinedload(Award.person), joinedload(Award.credential), selectinload(Award.deliveries))
    return query.order_by(Award.id.desc()).limit(1).options(*loaded)


def lock_running_award(session: Session, award_id: int) -> Award | None:
    """The award, locked and reloaded; None where it has ended."""
    award = session.get_one(Award, award_id, with_for_update=FOR_UPDATE, populate_existing=True)
    return award if award.ended_at is None else None


def awards_in_course(session: Session, course_id: int, person_id: int) -> Sequence[Award]:
    """The learner's awards in a course, oldest first."""
    query = select(Award).where(Award.course_id == course_id, Award.person_id == person_id)
    return session.scalars(query.order_by(Award.earned_at, Award.id)).all()


def awards_of_people(session: Session, person_ids: Collection[int]) -> Sequence[Award]:
    """All awards of these people, newest first, with what a list of them shows."""
    if not person_ids:
        return []
    query = (
        select(Award)
        .where(Award.person_id.in_(person_ids))
        .options(joinedload(Award.credential), joinedload(Award.template_version), joinedload(Award.course))
        .options(selectinload(Award.deliveries))
        .order_by(Award.earned_at.desc(), Award.id.desc())
    )
    return session.scalars(query).all()


def awards_of_rule(session: Session, rule_id: int) -> Sequence[Award]:
    """In the order in which they were earned, with learners, credentials and deliveries loaded."""
    query = (
        select(Award)
        .where(Award.rule_id == rule_id)
        .options(selectinload(Award.person), selectinload(Award.credential), selectinload(Award.deliveries))
        .order_by(Award.earned_at, Award.id)
    )
    return session.scalars(query).all()


def valid_awards_to(session: Session, course_id: int, person_ids: Collection[int]) -> Sequence[Award]:
    """The awards of the course to these people that were neither revoked nor renewed, as they were earned.

    Their learners, rules and links are loaded; the texts of their credentials are not.
    """
    query = (
        select(Award)
        .where(Award.course_id == course_id, Award.person_id.in_(person_ids), Award.ended_at.is_(None))
        .options(selectinload(Award.person), selectinload(Award.rule).selectinload(AwardRule.link))
        .order_by(Award.earned_at, Award.id)
    )
    return session.scalars(query).all()


def mailed_changes(session: Session, person_id: int, award_ids: Collection[int]) -> Mapping[int, datetime]:
    """By award id, when the last change was seen that was mailed to the teacher."""
    query = select(MailedChange.award_id, MailedChange.seen_at).where(
        MailedChange.person_id == person_id, MailedChange.award_id.in_(award_ids)
    )
    return {award_id: seen_at for award_id, seen_at in session.execute(query)}


def save_mailed_change(
    session: Session, award_id: int, person_id: int, seen_at: datetime, now: datetime
) -> bool:
    """Saves that the change that was seen at that time was mailed to the teacher; returns False where it was saved.

    The caller has locked the course.
    """
    row = session.get(MailedChange, (award_id, person_id))
    if row is None:
        session.add(MailedChange(award_id=award_id, person_id=person_id, seen_at=seen_at, mailed_at=now))
        return True
    if row.seen_at >= seen_at:
        return False
    row.seen_at, row.mailed_at = seen_at, now
    return True


def undelivered_awards(session: Session, course_id: int) -> Mapping[int, Collection[int]]:
    """The ids of the awards of a course whose badge could not be made, or not be sent, by the ids of their rules."""
    query = select(Award.rule_id, Award.id).where(Award.course_id == course_id, _is_undelivered())
    found: dict[int, list[int]] = {}
    for rule_id, award_id in session.execute(query):
        found.setdefault(rule_id, []).append(award_id)
    return found


def courses_in_trouble(session: Session) -> Sequence[int]:
    """The ids of the courses that have not ended, and have undelivered badges or could not be read at the last look."""
    undelivered = select(Award.course_id).where(_is_undelivered())
    unread = select(AwardRule.course_id).where(is_in_trouble())
    query = select(Course.id).where(
        Course.concluded_at.is_(None), or_(Course.id.in_(undelivered), Course.id.in_(unread))
    )
    return session.scalars(query.order_by(Course.id)).all()


def _is_undelivered() -> ColumnElement[bool]:
    # Few are, and an index has them: nobody goes through all awards for them.
    failed = select(Delivery.award_id).where(text(NOT_DELIVERED))
    dead = select(Outbox.award_id).where(Outbox.died_at.is_not(None), Outbox.award_id.is_not(None))
    # As one list: of two with "or" between them, PostgreSQL reads all awards and asks each list for each.
    return and_(Award.status != "revoked", Award.id.in_(union(failed, dead)))


def held_up_awards(session: Session, person_id: int) -> Mapping[int, str]:
    """The learner's awards that wait for anything, or about which a job is dead: their statuses, by their ids."""
    found = session.execute(_held_up(), {"person_id": person_id})
    return {award_id: status for award_id, status in found}


@cache
def _held_up() -> Select[int, str]:
    """Made once: every launch asks."""
    is_dead = exists().where(Outbox.award_id == Award.id, Outbox.died_at.is_not(None))
    return select(Award.id, Award.status).where(
        Award.person_id == bindparam("person_id"), or_(Award.status == "waiting", is_dead)
    )


def awards_waiting_for(session: Session, issuer_id: str, what: str) -> Sequence[Award]:
    """The awards of an issuer that wait for `issuer`, its confirmation, or for `key`, one that signs."""
    query = select(Award).where(Award.issuer_id == issuer_id, text(WAITING))
    return [award for award in session.scalars(query) if what in award.waiting_for]


def delivery(session: Session, delivery_id: int) -> Delivery | None:
    return session.get(Delivery, delivery_id)


def lock_delivery(session: Session, delivery_id: int) -> Delivery:
    """Locks the row (SELECT ... FOR NO KEY UPDATE) and returns it. Raises NoResultFound where there is none."""
    return session.get_one(Delivery, delivery_id, with_for_update=FOR_UPDATE, populate_existing=True)
