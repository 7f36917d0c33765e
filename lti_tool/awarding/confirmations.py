"""What a teacher says: that learners are to have the badge, or to have it again, and that a link is restricted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from lti_tool.awarding import awards, questions
from lti_tool.awarding.decisions import decide_people, undecided_people, version_that_awards
from lti_tool.awarding.ledger import Seen, append
from lti_tool.conditions.page import Statement
from lti_tool.errors import NotAllowedError
from lti_tool.observations import ROLE, Observation, Policy, first_seen_as_staff, select
from lti_tool.observations import confirmations as confirmed_by_others
from lti_tool.sources import teacher
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, AwardRule, Question

#: Why a learner cannot be confirmed: it is they themselves; somebody was first; they have left the course; nobody is
#: asked about them.
Refusal = Literal["self", "already", "left", "not_open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What a confirmation came to: the new awards, and whom it was refused for, by person id.

    `first`: who had confirmed them before, for those who were refused as `already`.
    """

    awards: Sequence[Award] = ()
    refused: Mapping[int, Refusal] = field(default_factory=dict)
    first: Mapping[int, int | None] = field(default_factory=dict)


def confirm_learners(
    session: Session,
    rule: AwardRule,
    person_ids: Collection[int],
    by_id: int | None,
    policy: Policy,
    now: datetime,
) -> Confirmed:
    """Confirms the learners about whom a teacher is asked, and awards those for whom nothing else is missing.

    Raises NotAllowedError where nobody is known to confirm, or an assistant where the institution lets only teachers.
    """
    course = queries.people.lock_course(session, rule.course_id)
    known = queries.observations.of_people(session, course.id, person_ids)
    if by_id is None:
        raise NotAllowedError("the platform does not say who you are, so you cannot confirm anybody")
    check_may_confirm(session, course.id, by_id, policy)
    version = version_that_awards(session, rule)
    if version is None:
        return Confirmed(refused=_refuse(session, rule, dict.fromkeys(person_ids, "not_open"), by_id, now))
    undecided = undecided_people(session, rule, version, policy, now, person_ids)
    may_be = {each.person_id for each in undecided if each.is_question}
    refused: dict[int, Refusal] = {}
    first: dict[int, int | None] = {}
    for person_id in person_ids:
        own = known.get(person_id, ())
        before = confirmed_by_others(own, person_id, rule.link.link_id)
        if person_id == by_id:
            refused[person_id] = "self"
        elif person_id not in may_be and before:
            refused[person_id], first[person_id] = "already", before[0].actor
        elif person_id not in may_be:
            refused[person_id] = "left" if has_left(own) else "not_open"
    chosen = sorted(set(person_ids) - refused.keys())
    names = queries.people.user_ids_in(session, course.registration_id, course.id)
    found = [teacher.confirms(names[person_id], rule.link.link_id) for person_id in chosen]
    seen = Seen(source=teacher.NAME, at=now, actor=by_id)
    append(session, course, found, seen, {names[person_id]: person_id for person_id in chosen})
    if chosen:
        actor = events.person(by_id)
        events.record(session, "confirmed", "rule", rule.id, now, actor=actor, data={"people": chosen})
    _refuse(session, rule, refused, by_id, now)
    new = decide_people(session, rule, chosen, policy, now)
    return Confirmed(awards=new, refused=refused, first=first)


def _refuse(
    session: Session, rule: AwardRule, refused: Mapping[int, Refusal], by_id: int, now: datetime
) -> Mapping[int, Refusal]:
    """The refusals, which are recorded as one event."""
    if refused:
        people = {str(person_id): why for person_id, why in refused.items()}
        actor = events.person(by_id)
        events.record(session, "confirmation_refused", "rule", rule.id, now, actor=actor, data=people)
    return refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an answer came to: the new awards, or the question as it is, where it was closed before."""

    awards: Sequence[Award] = ()
    first: Question | None = None


def answer_question(
    session: Session,
    rule: AwardRule,
    question_id: int,
    said: questions.Answer,
    named: Collection[int],
    by_id: int,
    policy: Policy,
    now: datetime,
) -> Answered:
    """Records a teacher's answer about those who were named to them, and awards what follows.

    Raises NotFoundError where the rule has no such question, NotAllowedError as `confirm_learners` does, and while the
    rule awards nothing: the question stays open then.
    """
    course = queries.people.lock_course(session, rule.course_id)
    check_may_confirm(session, course.id, by_id, policy)
    version = version_that_awards(session, rule)
    if version is None:
        raise NotAllowedError("the badge is paused or not permitted, or a change of it waits to be settled")
    undecided = undecided_people(session, rule, version, policy, now, named)
    still = [each.person_id for each in undecided if each.is_learner and questions.question_in(each.decision)]
    answered = questions.answer(session, rule, question_id, said, still, by_id, now)
    new = decide_people(session, rule, answered.people, policy, now) if answered.people else []
    return Answered(awards=new, first=answered.first)


def may_confirm(session: Session, course_id: int, by_id: int, policy: Policy) -> bool:
    """Whether the institution lets this member of staff confirm learners."""
    if policy.assistants_may_confirm:
        return True
    return not is_assistant(queries.observations.of_people(session, course_id, [by_id]).get(by_id, ()))


def check_may_confirm(session: Session, course_id: int, by_id: int, policy: Policy) -> None:
    """Raises NotAllowedError where the institution lets this member of staff confirm nobody."""
    if not may_confirm(session, course_id, by_id, policy):
        raise NotAllowedError("the institution lets teachers confirm learners, not assistants")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToReview:
    """An award of somebody who was seen as staff of the course, first at `since`."""

    award: Award
    since: datetime


def awards_to_review(session: Session, rule: AwardRule) -> Sequence[ToReview]:
    """The awards of people who were seen as staff of the course, as they were earned.

    Left out are those that somebody has confirmed since then, and those that are revoked.
    """
    valid = queries.course_page.awards_of_staff(session, rule)
    if not valid:
        return []
    observations = queries.observations.of_people(
        session, rule.course_id, {award.person_id for award in valid}
    )
    found = []
    for award in valid:
        own = observations.get(award.person_id, ())
        seen = first_seen_as_staff(own)
        said = confirmed_by_others(own, award.person_id, rule.link.link_id)
        if seen is not None and not any(each.seen_at >= seen.seen_at for each in said):
            found.append(ToReview(award=award, since=seen.seen_at))
    return found


def confirm_award(session: Session, award: Award, by_id: int | None, policy: Policy, now: datetime) -> None:
    """Records that somebody who was seen as staff has earned the badge that they were awarded.

    Raises NotAllowedError for their own award, and as `confirm_learners` does.
    """
    rule = award.rule
    course = queries.people.lock_course(session, rule.course_id)
    if by_id is None or by_id == award.person_id:
        raise NotAllowedError("nobody confirms themselves")
    check_may_confirm(session, course.id, by_id, policy)
    name = queries.people.user_ids_in(session, course.registration_id, course.id)[award.person_id]
    seen = Seen(source=teacher.NAME, at=now, actor=by_id)
    append(session, course, [teacher.confirms(name, rule.link.link_id)], seen, {name: award.person_id})
    data = {"people": [award.person_id]}
    events.record(session, "confirmed", "award", award.id, now, actor=events.person(by_id), data=data)


def award_again(
    session: Session, award: Award, reason: str, policy: Policy, now: datetime, by: Actor
) -> None:
    """As `awards.award_again`, for somebody on the course's page: who may confirm nobody awards nothing again either.

    Raises what `awards.award_again` does, and NotAllowedError as `confirm_learners` does.
    """
    if by.person_id is not None:
        check_may_confirm(session, award.rule.course_id, by.person_id, policy)
    awards.award_again(session, award, reason, now, by)


def state(session: Session, rule: AwardRule, said: Statement, by_id: int | None, now: datetime) -> None:
    """Records what a teacher says of a condition of the rule; the event is called as the kind of observation is."""
    course = queries.people.lock_course(session, rule.course_id)
    found = [teacher.states(said.kind, said.resource, said.value)]
    append(session, course, found, Seen(source=teacher.NAME, at=now, actor=by_id), {})
    events.record(session, said.kind, "rule", rule.id, now, actor=events.person(by_id))


def is_assistant(own: Sequence[Observation]) -> bool:
    """Whether the person launched as staff while the platform lists them as a learner."""
    roles = select(own, ROLE)
    listed = [role for role in roles if role.actor is None]
    return (
        first_seen_as_staff([role for role in roles if role.actor is not None]) is not None
        and bool(listed)
        and listed[-1].value == "learner"
    )


def has_left(own: Sequence[Observation]) -> bool:
    """Whether the platform no longer lists the person."""
    listed = [role for role in select(own, ROLE) if role.actor is None]
    return bool(listed) and listed[-1].value == "absent"
