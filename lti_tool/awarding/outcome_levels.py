"""The levels at which single learning outcomes were met: by the grades of their assessments, or by a teacher's word.

A grade that is missing, was cleared, or reaches no level gives none, never the lowest. What a teacher has said of an
outcome counts whatever its grade is: they have seen it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from badges.eu.rubric_levels import in_brief
from badges.template.fields import Texts
from badges.template.model import Template, stored_template
from lti_tool.awarding.renewal import RENEWAL_PERIOD, later_than, renewal_begins
from lti_tool.observations import (
    ASSESSMENT_RESULT,
    OUTCOME_LEVELS,
    Observation,
    column_resource,
    select,
)
from lti_tool.store import events, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Award, AwardRule, TemplateVersion
from lti_tool.values import StatedLevel, stated_levels

#: The name of the part of a trace that says that somebody was awarded by hand; no condition has it.
BY_HAND = "by_hand"
#: For so long the badge of somebody waits of whom a grade that decides a level was not read yet.
WAIT_FOR_GRADES = timedelta(minutes=1)
#: Awards that are older, and still have no badge, wait for something else than a grade.
UNISSUED_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTerms:
    """By what the levels of a badge are found: its template, its link, and the assessments that have columns there."""

    template: Template
    version_id: int
    link: str
    assessments: Collection[str] = field(default_factory=frozenset)

    def is_graded(self, levels: Sequence[StatedLevel]) -> bool:
        """Whether there is a level of each outcome that has a grade column."""
        if not self.has_levels:
            return True
        every = range(1, len(self.template.learning_outcomes) + 1)
        return set(every) <= self.without_column | {each.outcome for each in levels}

    @property
    def without_column(self) -> frozenset[int]:
        """The outcomes whose level no column decides."""
        outcomes = enumerate(self.template.learning_outcomes, 1)
        return frozenset(number for number, each in outcomes if each.assessed_by not in self.assessments)

    @property
    def has_levels(self) -> bool:
        """Whether the badge can state a level of an outcome."""
        return bool(self.template.outcome_levels)


def terms_of(rule: AwardRule, version: TemplateVersion) -> LevelTerms:
    """The terms of a rule of a course, for a version of its template."""
    return LevelTerms(
        template=stored_template(version.body),
        version_id=version.id,
        link=rule.link.link_id,
        assessments=frozenset(rule.outcome_columns),
    )


def levels_of(terms: LevelTerms, person: int, own: Sequence[Observation]) -> tuple[StatedLevel, ...]:
    """The levels of the person's outcomes, by what was observed of them, in the order of the outcomes."""
    if not terms.has_levels:
        return ()
    given = levels_by_teacher(terms, person, own)
    graded = {each.outcome: each for each in levels_by_grade(terms, own)}
    found = []
    for outcome in range(1, len(terms.template.learning_outcomes) + 1):
        if outcome in given:
            level = given[outcome]
            found.append(StatedLevel(outcome=outcome, level=level, by="teacher") if level else None)
        else:
            found.append(graded.get(outcome))
    return tuple(each for each in found if each is not None)


def levels_by_grade(terms: LevelTerms, own: Sequence[Observation]) -> tuple[StatedLevel, ...]:
    """The levels that the last grades of the assessments reach, each of the outcomes that name that assessment."""
    found = []
    for number, outcome in enumerate(terms.template.learning_outcomes, 1):
        if outcome.assessed_by is None or outcome.assessed_by not in terms.assessments:
            continue
        seen = select(own, ASSESSMENT_RESULT, column_resource(terms.link, outcome.assessed_by))
        last = seen[-1] if seen else None
        if last is None or last.value is None:
            continue
        score = Decimal(last.value["score"])
        level = terms.template.level_of(score)
        if level is not None:
            at = last.value.get("graded_at") or last.seen_at.isoformat()
            found.append(StatedLevel(outcome=number, level=level, by="grade", score=str(score), at=at))
    return tuple(found)


def levels_by_teacher(terms: LevelTerms, person: int, own: Sequence[Observation]) -> Mapping[int, int | None]:
    """What teachers have said last of each outcome of this version of the template: its level, or None for none.

    Nobody says it of themselves.
    """
    found: dict[int, int | None] = {}
    known = range(1, len(terms.template.outcome_levels) + 1)
    for each in select(own, OUTCOME_LEVELS, terms.link):
        if each.actor in (None, person) or each.value["template_version"] != terms.version_id:
            continue
        for outcome, level in each.value["levels"].items():
            if level is None or level in known:
                found[int(outcome)] = level
    return found


def levels_in_brief(award: Award) -> Texts:
    """The levels that the award's badge states, in a line; empty where it states none."""
    template = stored_template(award.template_version.body)
    words = [level.words for level in template.outcome_levels]
    stated = [(each.level, words[each.level - 1]) for each in stated_levels(award.outcome_levels)]
    together = template.level_reached(award.score)
    if not stated and together is not None:
        return words[together - 1]
    return in_brief(stated, len(template.learning_outcomes))


def changed_levels(
    award: Award, terms: LevelTerms, own: Sequence[Observation]
) -> tuple[tuple[StatedLevel, ...], datetime] | None:
    """The levels that the award would have by the grades of today, and when the newest of these was seen.

    None where they are the same as those that it has. What a teacher or an assessor has said stays, and what was graded
    in a column that is there no more.
    """
    if not (terms.has_levels and terms.assessments):
        return None
    own = _counting(award, own)
    kept = stated_levels(award.outcome_levels)
    said = {each.outcome for each in kept if each.by != "grade"} | set(
        levels_by_teacher(terms, award.person_id, own)
    )
    said |= terms.without_column
    by_grade = [each for each in levels_by_grade(terms, own) if each.outcome not in said]
    now = (*(each for each in kept if each.outcome in said), *by_grade)
    if _numbers(now) == _numbers(kept):
        return None
    resources = {column_resource(terms.link, each) for each in terms.assessments}
    seen = [each.seen_at for each in select(own, ASSESSMENT_RESULT) if each.resource in resources]
    return (tuple(sorted(now, key=lambda each: each.outcome)), max(seen)) if seen else None


def _counting(award: Award, own: Sequence[Observation]) -> Sequence[Observation]:
    """What counts for the award: of a renewal only what was seen of its own occasion, as when it was awarded."""
    if award.renews_id is None:
        return own
    before = events.session_of(award).get_one(Award, award.renews_id)
    end = before.credential.valid_until if before.credential is not None else None
    since = award.earned_at - RENEWAL_PERIOD if end is None else renewal_begins(before.earned_at, end)
    return later_than(own, since)


def _numbers(levels: Sequence[StatedLevel]) -> frozenset[tuple[int, int]]:
    return frozenset((each.outcome, each.level) for each in levels)


def as_json(levels: Sequence[StatedLevel]) -> list[dict[str, Any]]:
    """The levels as they are kept with an award."""
    return [each.as_json() for each in levels]


def update_unissued(store: Store, course_id: int, now: datetime) -> None:
    """Gives awards of the course that are not issued yet the levels by what was observed up to now.

    Whoever has just opened a link may be awarded before a look has read the grades that they got a minute earlier.
    """
    with store.begin() as session:
        rules = queries.rules.rules_with_columns(session, course_id)
        if not rules:
            return
        queries.people.lock_course(session, course_id)
        awards = [
            each
            for each in queries.awards.lock_awards(
                session, queries.awards.never_issued(session, rules, now - UNISSUED_FOR)
            )
            if each.status in ("earned", "waiting") and each.trace.get("condition") != BY_HAND
        ]
        known = queries.observations.of_people(session, course_id, {each.person_id for each in awards})
        for award in awards:
            own = _counting(award, known.get(award.person_id, ()))
            levels = levels_of(terms_of(award.rule, award.template_version), award.person_id, own)
            award.outcome_levels = as_json(levels)
