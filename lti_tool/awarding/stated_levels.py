"""What a teacher says about the levels of a learner's outcomes: with a confirmation, or of a badge that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from badges.template.model import Template, stored_template
from lti_tool.awarding import awards, outcome_levels
from lti_tool.awarding.confirmations import Confirmed, check_may_confirm, confirm_learners
from lti_tool.awarding.decisions import version_that_awards
from lti_tool.awarding.ledger import Seen, append
from lti_tool.awarding.renewal import later_than, occasions_count_from
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.observations import Policy
from lti_tool.sources import teacher
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Award, AwardRule, Course, TemplateVersion
from lti_tool.values import StatedLevel, stated_levels

#: The number of a level by that of its outcome, both from 1; None for no level.
Levels = Mapping[int, int | None]


class _RefusedError(Exception):
    """The learner cannot be confirmed, so nothing is noted of them."""


def state(
    session: Session, award: Award, levels: Levels, by_id: int | None, policy: Policy, now: datetime
) -> None:
    """Gives the award these levels, and has its badge replaced by one that states them, where there is one.

    Outcomes that are not named stay as they are. What was graded and is the same stays graded. Raises AwardStateError
    (`revoked`, `expired`, `same_levels`), NotAllowedError for the learner themselves, for whoever may confirm nobody,
    where nobody is known to say it, and for levels that the badge has not.
    """
    rule = award.rule
    course = queries.people.lock_course(session, rule.course_id)
    by = check_by(session, rule, award.person_id, by_id, policy)
    queries.awards.lock_award(session, award)
    version = award.template_version
    check_levels(stored_template(version.body), levels)
    if award.status == "revoked":
        raise AwardStateError("revoked", "the badge is revoked for good")
    before = stated_levels(award.outcome_levels)
    said = _said(before, levels)
    if not said:
        raise AwardStateError("same_levels", "the badge states these levels already")
    _note(session, course, rule, award.person_id, version, said, by, now)
    award.outcome_levels = outcome_levels.as_json(_with(before, said))
    session.flush()
    told = {str(outcome): level for outcome, level in said.items()}
    actor = events.person(by)
    events.record(session, "outcome_levels_stated", "award", award.id, now, actor=actor, data=told)
    if award.credential is not None:
        awards.correct(session, award, now, actor)


def confirm(
    session: Session,
    rule: AwardRule,
    person_id: int,
    levels: Levels,
    by_id: int | None,
    policy: Policy,
    now: datetime,
) -> Confirmed:
    """Confirms a learner, whose badge states these levels. Nothing is noted where the confirmation is refused.

    Raises as `confirm_learners` does, and NotAllowedError as `state` does.
    """
    course = queries.people.lock_course(session, rule.course_id)
    by = check_by(session, rule, person_id, by_id, policy)
    version = version_that_awards(session, rule)
    confirmed, said = Confirmed(), dict[int, int | None]()
    try:
        with session.begin_nested():
            if version is not None:
                template_version = version.template_version
                check_levels(stored_template(template_version.body), levels)
                said = _said(levels_now(session, rule, template_version, person_id, now), levels)
                if said:
                    _note(session, course, rule, person_id, template_version, said, by, now)
            confirmed = confirm_learners(session, rule, [person_id], by, policy, now)
            if confirmed.refused:
                raise _RefusedError
    except _RefusedError:
        return confirmed
    if said:
        told = {"person": person_id} | {str(outcome): level for outcome, level in said.items()}
        actor = events.person(by)
        events.record(session, "outcome_levels_stated", "rule", rule.id, now, actor=actor, data=told)
    return confirmed


def levels_now(
    session: Session, rule: AwardRule, version: TemplateVersion, person_id: int, now: datetime
) -> Sequence[StatedLevel]:
    """The levels that the person's badge would state now, by what counts for it: of a renewal the new occasion."""
    own = queries.observations.of_people(session, rule.course_id, [person_id]).get(person_id, ())
    held = queries.awards.newest_awards(session, version, [person_id]).get(person_id)
    next_end = stored_template(version.body).valid_until(now, UTC)
    since = occasions_count_from(held, next_end, now) if held is not None else None
    counting = own if since is None else later_than(own, since)
    return outcome_levels.levels_of(outcome_levels.terms_of(rule, version), person_id, counting)


def check_by(session: Session, rule: AwardRule, person_id: int, by_id: int | None, policy: Policy) -> int:
    """Who says it. Raises NotAllowedError where that is nobody, the learner, or somebody who may confirm nobody."""
    if by_id is None:
        raise NotAllowedError("the platform does not say who you are, so you cannot state anything")
    check_may_confirm(session, rule.course_id, by_id, policy)
    if by_id == person_id:
        raise NotAllowedError("nobody states levels of their own badge")
    return by_id


def check_levels(template: Template, levels: Levels) -> None:
    """Raises NotAllowedError where the template has not each of these outcomes and levels."""
    outcomes = range(1, len(template.learning_outcomes) + 1)
    known = range(1, len(template.outcome_levels) + 1)
    if not all(
        outcome in outcomes and (level is None or level in known) for outcome, level in levels.items()
    ):
        raise NotAllowedError("the badge has no such learning outcome, or no such level")


def _said(before: Sequence[StatedLevel], levels: Levels) -> dict[int, int | None]:
    """Those that are other ones than before. A form has all of them: what was left alone there nobody has said.

    Else the grade of an outcome, and one that is still to come, would never count again.
    """
    known = {each.outcome: each.level for each in before}
    return {outcome: level for outcome, level in levels.items() if known.get(outcome) != level}


def _with(kept: Sequence[StatedLevel], said: Levels) -> list[StatedLevel]:
    """The levels with those that a teacher has said, in the order of the outcomes."""
    new = {each.outcome: each for each in kept}
    for outcome, level in said.items():
        if level is None:
            new.pop(outcome, None)
        else:
            new[outcome] = StatedLevel(outcome=outcome, level=level, by="teacher")
    return sorted(new.values(), key=lambda each: each.outcome)


def _note(
    session: Session,
    course: Course,
    rule: AwardRule,
    person_id: int,
    version: TemplateVersion,
    levels: Levels,
    by: int,
    now: datetime,
) -> None:
    names = queries.people.user_ids_in(session, course.registration_id, course.id)
    if person_id not in names:
        raise NotAllowedError("the platform has no account of the learner in this course")
    found = [teacher.states_levels(names[person_id], rule.link.link_id, version.id, levels)]
    seen = Seen(source=teacher.NAME, at=now, actor=by)
    append(session, course, found, seen, {names[person_id]: person_id})
