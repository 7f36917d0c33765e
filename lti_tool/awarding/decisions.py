"""Decisions about the people of a course: who is awarded, and whom a teacher is asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from badges.template.model import stored_template
from lti_tool.awarding import awards, held_badges, outcome_levels, questions
from lti_tool.awarding.mail_schedule import schedule_mails, teachers_of
from lti_tool.awarding.outcome_levels import LevelTerms
from lti_tool.awarding.progress import ToDecide, after, earliest, rests_on, to_decide
from lti_tool.awarding.renewal import RENEWAL_PERIOD, later_than, occasions_count_from
from lti_tool.awarding.result_changes import changes_in_course, unmailed
from lti_tool.conditions.decide import Decision, decide
from lti_tool.conditions.tree import Node, read_tree
from lti_tool.observations import Facts, Observation, Policy, role_now
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, AwardRule, Course, RuleVersion, TemplateVersion
from lti_tool.values import HeldAward, StatedLevel

#: What only a teacher can say of somebody, by the codes of parts. Other questions are of what a platform leaves open.
LEFT_TO_A_TEACHER = frozenset({"not_confirmed", "seen_as_staff"})
#: How many people are decided in one transaction: some ten milliseconds.
DECIDED_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A person without an award, or with one that can be renewed (`renews`), and what the rule comes to for them now.

    `is_learner`: whether they are enrolled as a learner now, even if they were seen as staff. `levels`: of whoever has
    earned it, at which of them single outcomes were met; `wait`: for how long the badge waits for grades that decide
    further ones.
    """

    person_id: int
    decision: Decision
    is_learner: bool
    renews: int | None = None
    levels: Sequence[StatedLevel] = ()
    wait: timedelta = timedelta(0)

    @property
    def is_question(self) -> bool:
        """Whether a teacher is asked about the person."""
        return self.is_learner and self.decision.outcome == "question"

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether the person gets it as soon as a teacher confirms them, and nothing else is open."""
        leaves = self.decision.trace.leaves()
        open_parts = {part.code for part in leaves if part.state == "question"}
        return self.is_question and open_parts <= LEFT_TO_A_TEACHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with a person and a rule: by which version it awards now, and what that comes to for them.

    `version` is None while the rule awards nothing at all; `undecided` is None then, and where the person has an award
    that cannot be renewed now, or nothing is known of them.
    """

    version: RuleVersion | None = None
    undecided: Undecided | None = None

    @property
    def decision(self) -> Decision | None:
        """What the rule comes to for the person."""
        return None if self.undecided is None else self.undecided.decision


def decide_course(store: Store, course_id: int, policy: Policy, now: datetime) -> None:
    """Awards in a course what follows from what was observed up to now, and schedules what teachers are asked.

    In parts, each a transaction of its own that holds the course for a moment: nobody waits for a large course. What
    is left undone where the process dies is done by the next look: `AwardRule.decided` says how far everybody is.
    """
    held_badges.note_in_course(store, course_id, now)
    passes = _passes(store, course_id, policy, now)
    if not any(each.people for each in passes):
        return
    asked = {each.rule_id: _decide_in_parts(store, each, policy, now) for each in passes}
    one_by_one = any(each is not None and each.one_by_one for each in asked.values())
    with store.begin() as session:
        course = queries.people.lock_course(session, course_id)
        _mail_changes(session, course, earliest([each.since for each in passes]), now)
        for each in passes:
            found = asked[each.rule_id]
            if found is not None:
                _conclude(session, each, found.together, policy, now)
        if one_by_one:
            # Whether a teacher was mailed of them already is looked up when the mail is made.
            schedule_mails(session, course_id, teachers_of(session, course_id), now)


def _passes(store: Store, course_id: int, policy: Policy, now: datetime) -> Sequence[ToDecide]:
    with store.read() as session:
        versions = queries.rules.awarding_versions(session, course_id=course_id)
        return [to_decide(session, version.rule, version, policy, now) for version in versions]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """About whom a teacher is asked: `together`, by person id with the question that would settle it, or one by one.

    One by one are only those who get it as soon as they are confirmed.
    """

    together: Mapping[int, str]
    one_by_one: Collection[int]


def _decide_in_parts(store: Store, decided: ToDecide, policy: Policy, now: datetime) -> Asked | None:
    """About whom a teacher is asked now; None where the rule changed."""
    asked: dict[int, str] = {}
    one_by_one: set[int] = set()
    for start in range(0, len(decided.people), DECIDED_AT_ONCE):
        part = decided.people[start : start + DECIDED_AT_ONCE]
        with store.begin() as session:
            rule = session.get_one(AwardRule, decided.rule_id)
            queries.people.lock_course(session, rule.course_id)
            version = version_that_awards(session, rule)
            if version is None or version.id != decided.version_id:
                return None
            undecided = undecided_people(session, rule, version, policy, now, part)
            _award_all(session, rule, version, undecided, now)
            learners = (each for each in undecided if each.is_question)
            kinds = {each.person_id: questions.question_in(each.decision) for each in learners}
            asked |= {person_id: kind for person_id, kind in kinds.items() if kind}
            one_by_one |= {each.person_id for each in undecided if each.waits_for_confirmation}
    return Asked(together=asked, one_by_one=one_by_one)


def _conclude(
    session: Session, decided: ToDecide, asked: Mapping[int, str], policy: Policy, now: datetime
) -> None:
    """Opens, changes or closes the rule's question, and notes how far everybody is decided.

    Not where a teacher has changed meanwhile what the decisions rest on: then the next look decides everybody.
    """
    rule = session.get_one(AwardRule, decided.rule_id)
    version = version_that_awards(session, rule)
    if version is None or rests_on(session, rule, version, policy) != decided.rests_on:
        return
    held = queries.awards.newest_awards(session, version.template_version, asked.keys())
    # Nobody is asked about somebody whom a teacher, or their own opening, has awarded it meanwhile.
    still = {
        person_id: kind
        for person_id, kind in asked.items()
        if person_id not in held or held[person_id].earned_at < now
    }
    questions.update(session, rule, decided.people, still, now)
    # An answer that came meanwhile has everybody decided once more.
    if rule.decided == decided.before:
        rule.decided = after(decided.rests_on, version, now).as_json()


def _mail_changes(session: Session, course: Course, since: datetime | None, now: datetime) -> None:
    """Schedules the mail to each teacher who was not mailed yet that the grade under some award has changed.

    With `since`, of people of whom something was seen since then.
    """
    changes = changes_in_course(session, course.id, now, since)
    if changes:
        teachers = teachers_of(session, course.id)
        unaware = [each for each in teachers if unmailed(session, changes, each)]
        schedule_mails(session, course.id, unaware, now)


def decide_people(
    session: Session, rule: AwardRule, person_ids: Collection[int], policy: Policy, now: datetime
) -> Sequence[Award]:
    """The new awards of a rule among these people. The caller holds the course."""
    version = version_that_awards(session, rule)
    if version is None:
        return []
    _note_held(session, rule, version, person_ids, now)
    undecided = undecided_people(session, rule, version, policy, now, person_ids)
    return queries.awards.awards_by_id(session, _award_all(session, rule, version, undecided, now))


def standing_of(session: Session, rule: AwardRule, person_id: int, policy: Policy, now: datetime) -> Standing:
    """How it stands with the person and the rule now; nothing is awarded."""
    return _standing(session, rule, version_that_awards(session, rule), person_id, policy, now)


def _standing(
    session: Session,
    rule: AwardRule,
    version: RuleVersion | None,
    person_id: int,
    policy: Policy,
    now: datetime,
) -> Standing:
    if version is None:
        return Standing()
    found = undecided_people(session, rule, version, policy, now, [person_id])
    return Standing(version=version, undecided=next(iter(found), None))


def decide_person(
    session: Session, rule: AwardRule, person_id: int, policy: Policy, now: datetime
) -> Standing:
    """As `standing_of`, and a person who has earned it is awarded it. The caller holds the course."""
    version = version_that_awards(session, rule)
    if version is not None:
        _note_held(session, rule, version, [person_id], now)
    standing = _standing(session, rule, version, person_id, policy, now)
    if standing.version is not None and standing.undecided is not None:
        _award_all(session, rule, standing.version, [standing.undecided], now)
    return standing


def _note_held(
    session: Session, rule: AwardRule, version: RuleVersion, person_ids: Collection[int], now: datetime
) -> None:
    badges = held_badges.badges_asked_for(read_tree(version.tree))
    if badges and rule.is_of_course:
        held_badges.note(session, rule.course_id, badges, person_ids, now)
    elif badges:
        held_badges.note_outside(session, rule.issuer_id, badges, person_ids, now)


def undecided_people(
    session: Session,
    rule: AwardRule,
    version: RuleVersion,
    policy: Policy,
    now: datetime,
    person_ids: Collection[int],
) -> Sequence[Undecided]:
    """What a version of the rule comes to for those of these people who have no award, or one that can be renewed.

    Of the others nothing is read, nor is anybody decided of whom nothing was observed in the course.
    """
    return undecided_by(session, _terms_of(rule, version), policy, now, person_ids)


def _terms_of(rule: AwardRule, version: RuleVersion) -> Terms | IssuerTerms:
    if not rule.is_of_course:
        tree = read_tree(version.tree)
        return IssuerTerms(resource=own_resource(rule), template=version.template_version, tree=tree)
    return Terms(
        course_id=rule.course_id,
        resource=rule.link.link_id,
        template=version.template_version,
        tree=read_tree(version.tree),
        levels=outcome_levels.terms_of(rule, version.template_version),
    )


def own_resource(rule: AwardRule) -> str:
    """What stands in the place of a resource link in observations for a rule of the issuer: of no other rule."""
    return f"rule:{rule.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what people of a course are decided, whether or not it is a version of a rule yet.

    `resource` is the resource link of the rule; empty where it has none yet. `levels`: by what the levels of single
    outcomes are found, None where there is no rule yet.
    """

    course_id: int
    resource: str
    template: TemplateVersion
    tree: Node
    levels: LevelTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerTerms:
    """By what people are decided for a rule of the template's issuer; `resource` as `own_resource` has it."""

    resource: str
    template: TemplateVersion
    tree: Node


def _seen(
    session: Session, terms: Terms | IssuerTerms, person_ids: Collection[int]
) -> Mapping[int | None, Sequence[Observation]]:
    if isinstance(terms, IssuerTerms):
        return queries.observations.outside_courses(session, terms.template.issuer_id, person_ids)
    return queries.observations.of_people(session, terms.course_id, person_ids)


def undecided_by(
    session: Session,
    terms: Terms | IssuerTerms,
    policy: Policy,
    now: datetime,
    person_ids: Collection[int],
    unstored: Mapping[int, Sequence[Observation]] = MappingProxyType({}),
) -> Sequence[Undecided]:
    """As `undecided_people`, by these terms; `unstored` are newer observations of them that are in no ledger."""
    held = queries.awards.newest_awards(session, terms.template, person_ids)
    return _undecided(session, terms, policy, now, person_ids, held, unstored)


def _undecided(
    session: Session,
    terms: Terms | IssuerTerms,
    policy: Policy,
    now: datetime,
    person_ids: Collection[int],
    held: Mapping[int, HeldAward],
    unstored: Mapping[int, Sequence[Observation]] = MappingProxyType({}),
) -> Sequence[Undecided]:
    """As `undecided_by`; `held` are the newest awards of the template of those of these people who ever had one."""
    template = stored_template(terms.template.body)
    # The days of a last day are those of the issuer; a few hours do not matter here.
    next_end = template.valid_until(now, UTC)
    # Whoever ever had it, here or in another course, is awarded by a rule again only where it ends and there is a new
    # occasion: not after a revocation.
    counts_from = {person_id: occasions_count_from(each, next_end, now) for person_id, each in held.items()}
    asked = [each for each in person_ids if each not in held or counts_from[each] is not None]
    if not asked:
        return []
    observations = _seen(session, terms, asked)
    about_course = observations.get(None, ())
    found = []
    for person_id, stored in observations.items():
        if person_id is None:
            continue
        seen = (*stored, *unstored.get(person_id, ()))
        since = counts_from.get(person_id)
        own = seen if since is None else later_than(seen, since)
        facts = Facts(
            person=person_id, resource=terms.resource, own=own, now=now, course=about_course, policy=policy
        )
        decision = decide(terms.tree, facts)
        levels, wait = _levels(terms, decision, facts)
        found.append(
            Undecided(
                person_id=person_id,
                decision=decision,
                is_learner=role_now(seen) == "learner",
                renews=held[person_id].id if person_id in held else None,
                levels=levels,
                wait=wait,
            )
        )
    return found


def _levels(
    terms: Terms | IssuerTerms, decision: Decision, facts: Facts
) -> tuple[Sequence[StatedLevel], timedelta]:
    """The levels of the outcomes of whoever has earned it, and for how long the badge waits for further grades."""
    if isinstance(terms, IssuerTerms) or terms.levels is None or decision.outcome != "earned":
        return (), timedelta(0)
    levels = outcome_levels.levels_of(terms.levels, facts.person, facts.own)
    is_graded = terms.levels.is_graded(levels)
    return levels, timedelta(0) if is_graded else outcome_levels.WAIT_FOR_GRADES


def undecided_in_course(
    session: Session, rule: AwardRule, version: RuleVersion, policy: Policy, now: datetime
) -> Sequence[Undecided]:
    """As `undecided_people` of everybody in the course; of those who have the badge nothing is read."""
    template = version.template_version
    if queries.course_page.ends(session, template):
        people = queries.course_page.people_never_awarded_or_ending(
            session, rule.course_id, template, now + RENEWAL_PERIOD
        )
        return undecided_people(session, rule, version, policy, now, people)
    # A badge without an end is never renewed, so nobody has to be asked for who holds it.
    people = queries.course_page.people_never_awarded(session, rule.course_id, template)
    return _undecided(session, _terms_of(rule, version), policy, now, people, {})


def version_that_awards(session: Session, rule: AwardRule) -> RuleVersion | None:
    """The active version; None while the rule is paused or removed, or waits for a teacher to settle a change.

    None too while its course may not award for the issuer of the badge.
    """
    return next(iter(queries.rules.awarding_versions(session, rule_id=rule.id)), None)


def _award_all(
    session: Session, rule: AwardRule, version: RuleVersion, undecided: Sequence[Undecided], now: datetime
) -> Sequence[int]:
    """The ids of the new awards of those who have earned it."""
    # Badges that would have expired on the day they are awarded are not awarded; the teacher's page says so.
    if stored_template(version.template_version.body).has_passed(now.date()):
        return []
    earned = [
        awards.Earned(
            person_id=each.person_id,
            decision=each.decision,
            renews=each.renews,
            levels=each.levels,
            wait=each.wait,
        )
        for each in undecided
        if each.decision.outcome == "earned"
    ]
    return awards.award(session, rule, version, earned, now)
