"""The learners of a badge, as its teacher sees them: about whom they are asked, who has not got it yet, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lti_tool.awarding import confirmations, decisions, looks
from lti_tool.awarding.decisions import Undecided
from lti_tool.observations import role_now
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, AwardRule, Person, Question, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A learner without the badge; `trace` is the decision about them, as JSON.

    `was_staff`: they were seen as staff of the course, and nobody has confirmed them yet.
    """

    person: Person
    trace: Mapping[str, Any]
    was_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Learners:
    """The enrolled learners without the badge, by name.

    `question` is the one about everybody, and `named` those it is about, who are still inside. `to_confirm` are those
    to confirm one by one, `not_yet` all others. `elsewhere` were awarded the badge in another course, or by another
    link; the state of that award is not for this course. `to_review` are awards of people who were seen as staff, by
    id, and since when. `may_confirm`: whether the reader may confirm anybody; `reader` is their person id.
    """

    question: Question | None
    named: Sequence[Learner]
    to_confirm: Sequence[Learner]
    not_yet: Sequence[Learner]
    elsewhere: Sequence[Person]
    to_review: Mapping[int, datetime]
    may_confirm: bool
    reader: int | None


def learners_of(session: Session, rule: AwardRule, awards: Sequence[Award], reader: int | None) -> Learners:
    """The learners of a rule's badge; nobody is asked about while it awards nothing."""
    tool = current_tool()
    version = decisions.version_that_awards(session, rule)
    undecided: Sequence[Undecided] = ()
    if version is not None:
        undecided = decisions.undecided_people(session, rule, version, page_issuer().policy, tool.clock())
    enrolled = {each.person_id: each for each in undecided if each.is_learner}
    people = sorted(queries.people.people(session, enrolled).values(), key=_by_name)
    # What the lists of a deleted link leave open nobody can tell any more: its learners are confirmed one by one.
    is_asked = version is not None and not looks.is_gone(rule.link)
    question = queries.rules.open_question(session, rule.id) if is_asked else None
    in_question = set(question.people) if question else set()
    found: dict[str, list[Learner]] = {"named": [], "to_confirm": [], "not_yet": []}
    for person in people:
        one = enrolled[person.id]
        shown_in = "not_yet" if not one.is_question else "to_confirm"
        if one.is_question and str(person.id) in in_question:
            shown_in = "named"
        was_staff = any(part.code == "seen_as_staff" for part in one.decision.trace.leaves())
        learner = Learner(person=person, trace=one.decision.as_json(), was_staff=was_staff)
        found[shown_in].append(learner)
    shown = version or queries.rules.shown_version(session, rule)
    return Learners(
        question=question if found["named"] else None,
        named=found["named"],
        to_confirm=found["to_confirm"],
        not_yet=found["not_yet"],
        elsewhere=_awarded_elsewhere(session, rule, shown.template_version, enrolled),
        to_review=confirmations.awards_to_review(session, rule, awards),
        may_confirm=reader is not None
        and confirmations.may_confirm(session, rule.course_id, reader, page_issuer().policy),
        reader=reader,
    )


def _awarded_elsewhere(
    session: Session, rule: AwardRule, template: TemplateVersion, undecided: Collection[int]
) -> Sequence[Person]:
    """The learners enrolled in the course who were awarded the badge by another rule and cannot renew it, by name."""
    roles = queries.observations.roles_in_course(session, rule.course_id)
    newest = queries.awards.newest_awards(session, rule.course_id, template)
    ids = [
        person_id
        for person_id, award in newest.items()
        if award.rule_id != rule.id
        and person_id not in undecided
        and role_now(roles.get(person_id, ())) == "learner"
    ]
    return sorted(queries.people.people(session, ids).values(), key=_by_name)


def _by_name(person: Person) -> tuple[str, int]:
    return ((person.name or "").casefold(), person.id)
