"""Decisions about the people of a course: who is awarded, and whom a teacher is asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from badges.template.model import read_template
from lti_tool.awarding import awards, questions
from lti_tool.awarding.mail_schedule import schedule_mails, teachers_of
from lti_tool.awarding.renewal import RENEWAL_PERIOD, later_than, occasions_count_from
from lti_tool.awarding.result_changes import changes_in_course, unmailed
from lti_tool.conditions.decide import Decision, decide
from lti_tool.conditions.tree import read_tree
from lti_tool.observations import Facts, Observation, Policy, role_now
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, Course, RuleVersion
from lti_tool.values import HeldAward


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A person without an award, or with one that can be renewed (`renews`), and what the rule comes to for them now.

    `is_learner`: whether they are enrolled as a learner now, even if they were seen as staff.
    """

    person_id: int
    decision: Decision
    is_learner: bool
    renews: int | None = None

    @property
    def is_question(self) -> bool:
        """Whether a teacher is asked about the person."""
        return self.is_learner and self.decision.outcome == "question"


def decide_course(session: Session, course: Course, policy: Policy, now: datetime) -> list[Award]:
    """The new awards of a course; questions to its teachers are opened and closed, and mails to them scheduled.

    The caller has locked the course.
    """
    observations = queries.observations.of_course(session, course.id)
    found: list[Award] = []
    for rule in queries.rules.rules_of(session, course.id):
        version = version_that_awards(session, rule)
        if version is None:
            continue
        held = queries.awards.newest_awards(session, course.id, version.template_version)
        undecided = _undecided(rule, version, observations, held, policy, now)
        found += _award_all(session, rule, version, undecided, now)
        still = {each.person_id: each.decision for each in undecided if each.is_learner}
        questions.update(session, rule, still, observations.get(None, ()), now)
    _mail_changes(session, course, now)
    return found


def _mail_changes(session: Session, course: Course, now: datetime) -> None:
    """Schedules the mail to each teacher who was not mailed yet that the grade under some award has changed."""
    changes = changes_in_course(session, course.id, now)
    if changes:
        teachers = teachers_of(session, course.id)
        schedule_mails(session, [each for each in teachers if unmailed(session, changes, each)], now)


def decide_people(
    session: Session, rule: AwardRule, person_ids: Collection[int], policy: Policy, now: datetime
) -> list[Award]:
    """The new awards of a rule among these people. The caller has locked the course."""
    version = version_that_awards(session, rule)
    if version is None:
        return []
    undecided = undecided_people(session, rule, version, policy, now, person_ids)
    return _award_all(session, rule, version, undecided, now)


def undecided_people(
    session: Session,
    rule: AwardRule,
    version: RuleVersion,
    policy: Policy,
    now: datetime,
    person_ids: Collection[int],
) -> Sequence[Undecided]:
    """What a version of the rule comes to for those of these people who have no award, or one that can be renewed."""
    observations = queries.observations.of_people(session, rule.course_id, person_ids)
    held = queries.awards.newest_awards_to(session, version.template_version, person_ids)
    return _undecided(rule, version, observations, held, policy, now)


def undecided_in_course(
    session: Session, rule: AwardRule, version: RuleVersion, policy: Policy, now: datetime
) -> Sequence[Undecided]:
    """As `undecided_people` of everybody in the course; of those who have the badge nothing is read."""
    people = queries.course_page.people_to_decide(
        session, rule.course_id, version.template_version, now + RENEWAL_PERIOD
    )
    return undecided_people(session, rule, version, policy, now, people)


def version_that_awards(session: Session, rule: AwardRule) -> RuleVersion | None:
    """The active version; None while the rule is paused or removed, or waits for a teacher to settle a change.

    None too while its course may not award for the issuer of the badge.
    """
    if (
        rule.paused
        or rule.removed_at is not None
        or queries.rules.proposed_version(session, rule.id) is not None
        or not queries.issuers.may_award(session, rule.course, rule.issuer_id)
    ):
        return None
    return queries.rules.active_version(session, rule.id)


def _undecided(
    rule: AwardRule,
    version: RuleVersion,
    observations: Mapping[int | None, Sequence[Observation]],
    held: Mapping[int, HeldAward],
    policy: Policy,
    now: datetime,
) -> Sequence[Undecided]:
    template = read_template(version.template_version.body)
    # The days of a last day are those of the issuer; a few hours do not matter here.
    next_end = template.valid_until(now, UTC)
    tree = read_tree(version.tree)
    link = rule.link.link_id
    about_course = observations.get(None, ())
    found = []
    for person_id, seen in observations.items():
        if person_id is None:
            continue
        own, before = seen, held.get(person_id)
        if before is not None:
            # Whoever ever had it, here or in another course, is awarded by a rule again only where it ends and there
            # is a new occasion: not after a revocation.
            since = occasions_count_from(before, next_end, now)
            if since is None:
                continue
            own = later_than(seen, since)
        facts = Facts(person=person_id, resource=link, own=own, now=now, course=about_course, policy=policy)
        found.append(
            Undecided(
                person_id=person_id,
                decision=decide(tree, facts),
                is_learner=role_now(seen) == "learner",
                renews=before.id if before is not None else None,
            )
        )
    return found


def _award_all(
    session: Session, rule: AwardRule, version: RuleVersion, undecided: Sequence[Undecided], now: datetime
) -> list[Award]:
    # Badges that would have expired on the day they are awarded are not awarded; the teacher's page says so.
    if read_template(version.template_version.body).has_passed(now.date()):
        return []
    found = (
        awards.award(session, rule, version, each.person_id, each.decision, now, each.renews)
        for each in undecided
        if each.decision.outcome == "earned"
    )
    return [award for award in found if award is not None]
