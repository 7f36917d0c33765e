"""The learners of a badge, as its card tells of them: about whom the teacher is asked, and how many have it not yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.awarding import confirmations, decisions, looks
from lti_tool.awarding.confirmations import ToReview
from lti_tool.awarding.decisions import Undecided
from lti_tool.store import Session, queries
from lti_tool.store.models import AwardRule, Person, Question, RuleVersion
from lti_tool.web.current import current_tool
from lti_tool.web.page_issuer import page_issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """A learner about whom a question asks; `trace` is the decision about them, as JSON."""

    person: Person
    trace: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learners:
    """The enrolled learners without the badge, and those who have it and were seen as staff.

    `question` is the one about everybody, and `named` those it is about, who are still inside, by name. `to_confirm` is
    how many are to be confirmed one by one, `by_hand` for how many an award by hand waits for a second person, and
    `not_yet` how many others there are. `to_review` are awards of people who
    were seen as staff. `may_confirm`: whether the reader may confirm anybody; `reader` is their person id.
    """

    question: Question | None
    named: Sequence[Learner]
    to_confirm: int
    by_hand: int
    not_yet: int
    to_review: Sequence[ToReview]
    may_confirm: bool
    reader: int | None

    @property
    def waiting(self) -> int:
        """How many wait for a teacher."""
        return len(self.named) + self.to_confirm + self.by_hand + len(self.to_review)


@dataclass(frozen=True, slots=True, kw_only=True)
class MayBe:
    """What need not be looked up where it cannot be: an open `question`, `hand_awards` that wait, awards `of_staff`."""

    question: bool
    hand_awards: bool
    of_staff: bool


def learners_of(
    session: Session, rule: AwardRule, version: RuleVersion | None, may_be: MayBe, reader: int | None
) -> Learners:
    """The learners of a rule's badge; without the `version` by which it awards nobody is asked about."""
    undecided = _undecided(session, rule, version)
    asked = {each.person_id: each for each in undecided if each.is_question}
    question = _question(session, rule) if version is not None and may_be.question else None
    named = _named(session, question, asked)
    waiting = queries.hand_awards.asked(session, rule.id) if may_be.hand_awards else {}
    # Whom the question names is counted with it.
    by_hand = {each.person_id for each in undecided} & waiting.keys() - {each.person.id for each in named}
    asked = {person_id: each for person_id, each in asked.items() if person_id not in by_hand}
    # Whose award of this very rule can be renewed is counted with those who have the badge.
    renewable = [each.renews for each in undecided if each.renews is not None and not each.is_question]
    counted = queries.course_home.number_of_rule(session, rule.id, renewable)
    return Learners(
        question=question if named else None,
        named=named,
        to_confirm=len(asked) - len(named),
        by_hand=len(by_hand),
        not_yet=len(undecided) - len(asked) - len(by_hand) - counted,
        to_review=confirmations.awards_to_review(session, rule) if may_be.of_staff else (),
        may_confirm=reader is not None
        and confirmations.may_confirm(session, rule.course_id, reader, page_issuer().policy),
        reader=reader,
    )


def _undecided(session: Session, rule: AwardRule, version: RuleVersion | None) -> Sequence[Undecided]:
    if version is None:
        return ()
    policy, now = page_issuer().policy, current_tool().clock()
    undecided = decisions.undecided_in_course(session, rule, version, policy, now)
    return [each for each in undecided if each.is_learner]


def _question(session: Session, rule: AwardRule) -> Question | None:
    # What the lists of a deleted link leave open nobody can tell any more: its learners are confirmed one by one.
    return None if looks.is_gone(rule.link) else queries.rules.open_question(session, rule.id)


def _named(session: Session, question: Question | None, asked: Mapping[int, Undecided]) -> Sequence[Learner]:
    ids = {int(person_id) for person_id in question.people} & asked.keys() if question is not None else ()
    if not ids:
        return ()
    people = sorted(queries.people.people(session, ids).values(), key=_by_name)
    return [Learner(person=person, trace=asked[person.id].decision.as_json()) for person in people]


def _by_name(person: Person) -> tuple[str, int]:
    return ((person.name or "").casefold(), person.id)
