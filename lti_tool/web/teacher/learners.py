"""The learners of a badge, as its teacher sees them: about whom they are asked, who has not got it yet, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.awarding import confirmations, decisions, looks
from lti_tool.awarding.confirmations import ToReview
from lti_tool.awarding.decisions import Undecided
from lti_tool.observations import role_now
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Person, Question, TemplateVersion
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer
from lti_tool.web.paging import NOT_YET, Part, asked_part


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
    to confirm one by one, `not_yet` are `part` of all others. `elsewhere` were awarded the badge in another course, or
    by another link; the state of that award is not for this course. `to_review` are awards of people who were seen as
    staff.
    `may_confirm`: whether the reader may confirm anybody; `reader` is their person id.
    """

    question: Question | None
    named: Sequence[Learner]
    to_confirm: Sequence[Learner]
    not_yet: Sequence[Learner]
    part: Part
    elsewhere: Sequence[Person]
    to_review: Sequence[ToReview]
    may_confirm: bool
    reader: int | None


def learners_of(session: Session, rule: AwardRule, template: TemplateVersion, reader: int | None) -> Learners:
    """The learners of a rule's badge, of which `template` is shown; nobody is asked about while it awards nothing."""
    tool = current_tool()
    version = decisions.version_that_awards(session, rule)
    undecided: Sequence[Undecided] = ()
    if version is not None:
        undecided = decisions.undecided_in_course(session, rule, version, page_issuer().policy, tool.clock())
    enrolled = {each.person_id: each for each in undecided if each.is_learner}
    people = sorted(queries.people.people(session, enrolled).values(), key=_by_name)
    # What the lists of a deleted link leave open nobody can tell any more: its learners are confirmed one by one.
    is_asked = version is not None and not looks.is_gone(rule.link)
    question = queries.rules.open_question(session, rule.id) if is_asked else None
    in_question = set(question.people) if question else set()
    found: dict[str, list[Person]] = {"named": [], "to_confirm": [], "not_yet": []}
    for person in people:
        shown_in = "not_yet" if not enrolled[person.id].is_question else "to_confirm"
        if enrolled[person.id].is_question and str(person.id) in in_question:
            shown_in = "named"
        found[shown_in].append(person)
    part = asked_part(NOT_YET, rule.id, len(found["not_yet"]))
    found["not_yet"] = found["not_yet"][part.after : part.last]
    learners = {name: [_learner(each, enrolled[each.id]) for each in own] for name, own in found.items()}
    return Learners(
        question=question if found["named"] else None,
        **learners,
        part=part,
        elsewhere=_awarded_elsewhere(session, rule, template, enrolled),
        to_review=confirmations.awards_to_review(session, rule),
        may_confirm=reader is not None
        and confirmations.may_confirm(session, rule.course_id, reader, page_issuer().policy),
        reader=reader,
    )


def _learner(person: Person, undecided: Undecided) -> Learner:
    was_staff = any(part.code == "seen_as_staff" for part in undecided.decision.trace.leaves())
    return Learner(person=person, trace=undecided.decision.as_json(), was_staff=was_staff)


def _awarded_elsewhere(
    session: Session, rule: AwardRule, template: TemplateVersion, undecided: Collection[int]
) -> Sequence[Person]:
    """The learners enrolled in the course who were awarded the badge by another rule and cannot renew it, by name."""
    found = set(queries.course_page.people_awarded_elsewhere(session, rule, template)) - set(undecided)
    if not found:
        return []
    observations = queries.observations.of_people(session, rule.course_id, found)
    ids = [person_id for person_id in found if role_now(observations.get(person_id, ())) == "learner"]
    return sorted(queries.people.people(session, ids).values(), key=_by_name)


def _by_name(person: Person) -> tuple[str, int]:
    return ((person.name or "").casefold(), person.id)
