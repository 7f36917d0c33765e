"""Awards by hand: a teacher gives a learner of the course the badge, whatever its rule comes to, and says why.

Where the institution demands it, a second person has to approve. Nobody awards or approves themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from badges.template.model import stored_template
from lti_tool.awarding import awards
from lti_tool.awarding.confirmations import check_may_confirm
from lti_tool.awarding.decisions import version_that_awards
from lti_tool.awarding.outcome_levels import BY_HAND, as_json
from lti_tool.awarding.stated_levels import check_levels
from lti_tool.conditions.decide import Decision
from lti_tool.conditions.parts import Part
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.observations import Policy, role_now
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Award, AwardRule, HandAward, RuleVersion
from lti_tool.values import Evidence, StatedLevel, stated_levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody gives with an award by hand."""

    reason: str
    evidence: Sequence[dict[str, str]]
    levels: Sequence[StatedLevel]


def award_by_hand(
    session: Session,
    rule: AwardRule,
    person_id: int,
    reason: str,
    evidence: Sequence[Evidence],
    by_id: int | None,
    policy: Policy,
    now: datetime,
    levels: Mapping[int, int | None] = MappingProxyType({}),
) -> Award | HandAward:
    """The new award of the learner; or, where a second person has to approve, what waits for them.

    `levels`: at which level, by its number, single learning outcomes were met. Raises NotAllowedError where nobody is
    known to award, for the learner themselves, for an assistant where the institution lets only teachers confirm,
    without a reason, and for levels that the badge has not; AwardStateError where the learner cannot be awarded it now,
    or that waits for a second person already.
    """
    queries.people.lock_course(session, rule.course_id)
    by = _known(by_id)
    check_may_confirm(session, rule.course_id, by, policy)
    if not reason:
        raise NotAllowedError("an award by hand needs a reason")
    version = _check(session, rule, person_id, by, now)
    given = Given(
        reason=reason,
        evidence=[_as_json(each) for each in evidence],
        levels=_levels(version, levels),
    )
    if not policy.two_award_by_hand:
        return _award(session, rule, version, person_id, given, by, None, now)
    if queries.hand_awards.waiting_for(session, rule.id, person_id) is not None:
        raise AwardStateError("waits_already", "a second person is asked about this learner already")
    waiting = HandAward(
        rule=rule,
        person_id=person_id,
        reason=reason,
        evidence=given.evidence,
        outcome_levels=as_json(given.levels),
        asked_at=now,
        asked_by_id=by,
    )
    session.add(waiting)
    session.flush()
    data = {"person": person_id}
    events.record(session, "hand_award_asked", "rule", rule.id, now, actor=events.person(by), data=data)
    return waiting


def approve(session: Session, waiting: HandAward, by_id: int | None, policy: Policy, now: datetime) -> Award:
    """The new award of the learner, once a second person has approved it.

    Raises NotAllowedError for whoever asked for it, and as `award_by_hand` does; AwardStateError where somebody else
    has settled it, the learner cannot be awarded the badge any more, or levels were chosen of an earlier version of it.
    """
    rule = waiting.rule
    queries.people.lock_course(session, rule.course_id)
    by = _known(by_id)
    check_may_confirm(session, rule.course_id, by, policy)
    _lock_waiting(session, waiting)
    if by == waiting.asked_by_id:
        raise NotAllowedError("who awards by hand does not approve it too")
    version = _check(session, rule, waiting.person_id, by, now)
    if waiting.outcome_levels and version.created_at > waiting.asked_at:
        # Their numbers are those of the badge as it was then.
        raise AwardStateError("changed_since", "the badge was changed since the levels were chosen")
    waiting.status, waiting.settled_at, waiting.settled_by_id = "approved", now, by
    given = Given(
        reason=waiting.reason,
        evidence=list(waiting.evidence),
        levels=stated_levels(waiting.outcome_levels),
    )
    return _award(session, rule, version, waiting.person_id, given, waiting.asked_by_id, by, now)


def decline(session: Session, waiting: HandAward, by_id: int | None, policy: Policy, now: datetime) -> None:
    """Leaves the learner without the award; whoever asked for it withdraws it so.

    Raises NotAllowedError as `approve` does, but not for whoever asked; AwardStateError where somebody else has settled
    it.
    """
    rule = waiting.rule
    queries.people.lock_course(session, rule.course_id)
    by = _known(by_id)
    check_may_confirm(session, rule.course_id, by, policy)
    if by == waiting.person_id:
        raise NotAllowedError("nobody decides about their own badge")
    _lock_waiting(session, waiting)
    is_own = by == waiting.asked_by_id
    waiting.status = "withdrawn" if is_own else "declined"
    waiting.settled_at, waiting.settled_by_id = now, by
    what = "hand_award_withdrawn" if is_own else "hand_award_declined"
    data = {"person": waiting.person_id}
    events.record(session, what, "rule", rule.id, now, actor=events.person(by), data=data)


def _levels(version: RuleVersion, levels: Mapping[int, int | None]) -> Sequence[StatedLevel]:
    check_levels(stored_template(version.template_version.body), levels)
    return [
        StatedLevel(outcome=outcome, level=level, by="teacher")
        for outcome, level in sorted(levels.items())
        if level is not None
    ]


def _known(by_id: int | None) -> int:
    if by_id is None:
        raise NotAllowedError("the platform does not say who you are, so you cannot award anything")
    return by_id


def _lock_waiting(session: Session, waiting: HandAward) -> None:
    queries.hand_awards.lock_hand_award(session, waiting)
    if waiting.status != "waiting":
        raise AwardStateError("settled", "somebody else has settled this already")


def _check(session: Session, rule: AwardRule, person_id: int, by: int, now: datetime) -> RuleVersion:
    """The version by which the rule awards now, where the learner can be awarded by hand."""
    if by == person_id:
        raise NotAllowedError("nobody awards themselves")
    version = version_that_awards(session, rule)
    if version is None:
        raise AwardStateError("stands_still", "the badge is paused or not permitted, or a change of it waits")
    if stored_template(version.template_version.body).has_passed(now.date()):
        raise AwardStateError("passed", "the last day of the badge has passed")
    own = queries.observations.of_people(session, rule.course_id, [person_id]).get(person_id, ())
    if role_now(own) != "learner":
        raise AwardStateError("no_learner", "the person is no learner of the course")
    held = queries.awards.newest_awards(session, version.template_version, [person_id]).get(person_id)
    if held is not None:
        code = "had" if held.status == "revoked" else "held"
        raise AwardStateError(code, "the learner has, or has had, this badge")
    return version


def _award(
    session: Session,
    rule: AwardRule,
    version: RuleVersion,
    person_id: int,
    given: Given,
    by: int,
    approved_by: int | None,
    now: datetime,
) -> Award:
    earned = awards.Earned(
        person_id=person_id,
        decision=_decision(given.reason, by, approved_by, now),
        evidence=given.evidence,
        levels=given.levels,
    )
    new = queries.awards.awards_by_id(session, awards.award(session, rule, version, [earned], now))
    if not new:
        raise AwardStateError("held", "the learner has this badge, or was erased")
    data: dict[str, Any] = {"person": person_id} | ({"approved_by": approved_by} if approved_by else {})
    actor = events.person(by)
    events.record(session, "awarded_by_hand", "award", new[0].id, now, actor=actor, data=data)
    return new[0]


def _decision(reason: str, by: int, approved_by: int | None, now: datetime) -> Decision:
    values: dict[str, Any] = {"reason": reason, "by": str(by), "awarded_at": now}
    if approved_by is not None:
        values |= {"approved_by": str(approved_by)}
    code = BY_HAND if approved_by is None else "by_hand_approved"
    # When it was achieved nobody has observed: the day of the award stands for it.
    return Decision(outcome="earned", trace=Part(condition=BY_HAND, state="met", code=code, values=values))


def _as_json(evidence: Evidence) -> dict[str, str]:
    return {name: value for name, value in asdict(evidence).items() if value}
