"""Results that are other ones than when a badge was awarded by them: told to the teacher, who decides what follows.

Nothing is revoked by itself. A grade may have been typed by mistake the first time, or the second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from lti_tool.awarding import awards, outcome_levels
from lti_tool.awarding.ledger import Seen, append
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.parts import Part
from lti_tool.conditions.tree import Node, leaves, read_tree
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.observations import FINAL_SCORE, RESULT, RESULT_LEFT, Facts, Observation, select
from lti_tool.sources import teacher
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award
from lti_tool.values import StatedLevel

_SCORES = frozenset({RESULT, FINAL_SCORE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One result that changed: its parts of the trace as JSON, then and now."""

    before: Mapping[str, Any]
    now: Mapping[str, Any]

    @property
    def still_met(self) -> bool:
        """Whether it is still what the rule asked for at the award."""
        return bool(self.now["state"] == "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultChange:
    """An award with what changed of its results, and when the newest of these was seen.

    `levels`: those of single outcomes as they are by the grades of now, None where they are the same.
    """

    award: Award
    changes: Sequence[Change]
    seen_at: datetime
    levels: Sequence[StatedLevel] | None = None

    @property
    def can_be_stated(self) -> bool:
        """Whether the badge can be replaced by one that states the changed result, and the changed levels."""
        credential = self.award.credential
        return (
            self.still_met
            and len(self.changes) <= 1
            and self.award.status == "issued"
            and credential is not None
        )

    @property
    def still_met(self) -> bool:
        """Whether all of it is still what the rule asked for at the award."""
        return all(change.still_met for change in self.changes)


def changed_results(tree: Node, trace: Mapping[str, Any], facts: Facts) -> Sequence[tuple[Change, datetime]]:
    """Each result that counted in the trace of an award and is another one now, with when that was seen.

    `tree` is the rule by which the award was decided. The total of a course changes with every further grade, so it
    counts as another only where it no longer is what the rule asked for, and is shown.
    """
    told = {name: iter([each for each in _leaves(trace) if each["condition"] == name]) for name in CONDITIONS}
    found = []
    for leaf in leaves(tree):
        condition = CONDITIONS.get(leaf.condition)
        # The trace has the conditions of the tree, in their order.
        before = next(told[leaf.condition], None) if condition is not None else None
        if condition is None or before is None or leaf.options is None or not condition.READS & _SCORES:
            continue
        counted = before.get("values", {}).get("score") if before["state"] == "met" else None
        part = leaf.options.holds(facts)
        seen_at = part.values.get("seen_at")
        if FINAL_SCORE in condition.READS and (part.state == "met" or _score(part) is None):
            continue
        if counted is not None and seen_at is not None and _score(part) != Decimal(counted):
            found.append((Change(before=before, now=part.as_json()), seen_at))
    return found


def changes_in_course(
    session: Session, course_id: int, now: datetime, since: datetime | None = None
) -> Sequence[ResultChange]:
    """The awards of a course whose results have changed since, until a teacher revokes the badge or leaves it.

    Whatever became of the rule: a badge stays valid where its link is paused, deleted or removed. Each look calls this,
    so it reads no more than it needs of a course in which nothing has changed. With `since`, only those of people of
    whom anything was seen since then.
    """
    people = queries.observations.people_with_other_results(session, course_id, since)
    if not people:
        return []
    known = queries.observations.of_people(session, course_id, people)
    rules = queries.rules.rules_of(session, course_id)
    trees = {version.id: read_tree(version.tree) for rule in rules for version in rule.versions}
    changes = (
        _change(award, trees[award.rule_version_id], known.get(award.person_id, ()), now)
        for award in queries.awards.valid_awards_to(session, course_id, people)
    )
    return [each for each in changes if each is not None]


def unmailed(session: Session, changes: Sequence[ResultChange], person_id: int) -> Sequence[ResultChange]:
    """Those of the changes that were not mailed to the teacher yet; nobody is mailed about their own badge."""
    mailed = queries.awards.mailed_changes(session, person_id, [each.award.id for each in changes])
    return [
        each
        for each in changes
        if each.award.person_id != person_id
        and (each.award.id not in mailed or mailed[each.award.id] < each.seen_at)
    ]


def leave(session: Session, award: Award, seen_at: str, now: datetime, by: Actor) -> None:
    """Records that a teacher has seen the change of that time, in ISO 8601, and leaves the badge as it is.

    Raises AwardStateError where there is no such change, or a newer one that the teacher has not seen; NotAllowedError
    where nobody is known to decide it, or it is the learner themselves.
    """
    _settle(session, award, seen_at, now, by)
    events.record(session, "result_change_left", "award", award.id, now, actor=by)


def take_over(session: Session, award: Award, seen_at: str, now: datetime, by: Actor) -> None:
    """Makes the changed result the one of the award, and has its badge replaced by one that states it.

    The award keeps its date and its trace. Raises as `leave` and `awards.correct` do, and NotAllowedError where the
    result no longer is what the rule asked for, or several have changed.
    """
    change = _settle(session, award, seen_at, now, by)
    if not change.can_be_stated:
        raise NotAllowedError("the badge cannot state this result: the rule asked for another one")
    if change.changes:
        part = change.changes[0].now
        award.score = Decimal(part["values"]["score"])
        award.assessed_at = datetime.fromisoformat(part["at"])
    if change.levels is not None:
        award.outcome_levels = outcome_levels.as_json(change.levels)
    session.flush()
    awards.correct(session, award, now, by)


def _settle(session: Session, award: Award, seen_at: str, now: datetime, by: Actor) -> ResultChange:
    """The change of that time, which the teacher is not shown again."""
    rule = award.rule
    course = queries.people.lock_course(session, rule.course_id)
    if by.person_id is None:
        raise NotAllowedError("the platform does not say who you are, so you cannot decide this")
    if by.person_id == award.person_id:
        raise NotAllowedError("nobody decides about their own badge")
    changes = {each.award.id: each for each in changes_in_course(session, rule.course_id, now)}
    change = changes.get(award.id)
    if change is None or change.seen_at.isoformat() != seen_at:
        raise AwardStateError("changed_again", "this result has not changed, or has changed once more")
    names = queries.people.user_ids_in(session, course.registration_id, course.id)
    found = [teacher.leaves_result(names[award.person_id], rule.link.link_id, change.seen_at)]
    seen = Seen(source=teacher.NAME, at=now, actor=by.person_id)
    append(session, course, found, seen, {names[award.person_id]: award.person_id})
    return change


def _change(award: Award, tree: Node, own: Sequence[Observation], now: datetime) -> ResultChange | None:
    link = award.rule.link.link_id
    facts = Facts(person=award.person_id, resource=link, own=own, now=now)
    changed = changed_results(tree, award.trace, facts)
    terms = outcome_levels.terms_of(award.rule, award.template_version)
    levels = outcome_levels.changed_levels(award, terms, own)
    if not changed and levels is None:
        return None
    newest = max([seen_at for _, seen_at in changed] + ([levels[1]] if levels else []))
    left = [each.value for each in select(own, RESULT_LEFT, link) if each.actor != award.person_id]
    if left and datetime.fromisoformat(left[-1]) >= newest:
        return None
    return ResultChange(
        award=award,
        changes=[change for change, _ in changed],
        seen_at=newest,
        levels=levels[0] if levels else None,
    )


def _score(part: Part) -> Decimal | None:
    score = part.values.get("score")
    return score if isinstance(score, Decimal) else None


def _leaves(trace: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in trace.get("parts") or ():
        yield from _leaves(part)
    if not trace.get("parts"):
        yield trace
