"""Questions to teachers: what the platform's lists leave open for a whole link is asked once, about everybody.

All have completed, or the restriction was removed: the lists look the same. A question closes by itself when they no
longer do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lti_tool.awarding.ledger import Seen, append
from lti_tool.awarding.mail_schedule import schedule_mails, teachers_of
from lti_tool.conditions.decide import Decision
from lti_tool.errors import NotFoundError
from lti_tool.observations import RESTRICTION, select
from lti_tool.observations.link_history import restriction_now
from lti_tool.sources import teacher
from lti_tool.store import Session, events, queries
from lti_tool.store.models import AwardRule, Question

Answer = Literal["completed", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of an answer: `people` is whom it counts for; `first` is the question, where somebody was first."""

    people: Collection[int] = ()
    first: Question | None = None


def update(
    session: Session, rule: AwardRule, decided: Collection[int], asked: Mapping[int, str], now: datetime
) -> None:
    """Opens, changes or closes the rule's question, after new decisions. The caller has locked the course.

    `decided` are all who were decided, and `asked` those of them whom a question is about, with its kind: see
    `question_in`. About all others the question is what it was.
    """
    is_open = queries.rules.open_question(session, rule.id)
    before = {int(person_id) for person_id in is_open.people} if is_open is not None else set()
    people = sorted((before - set(decided)) | asked.keys())
    if is_open is not None and people:
        is_open.people = [str(person_id) for person_id in people]
    elif is_open is not None:
        about_course = queries.observations.about_course(session, rule.course_id)
        shown = restriction_now(select(about_course, RESTRICTION, rule.link.link_id))
        close(session, is_open, "witness" if shown == "in_force" else "nobody", now)
    elif people:
        kind = asked[people[0]]
        ids = [str(person_id) for person_id in people]
        question = Question(rule_id=rule.id, kind=kind, people=ids, asked_at=now)
        session.add(question)
        session.flush()
        events.record(session, "asked", "question", question.id, now, why=kind, data={"people": len(people)})
        schedule_mails(session, rule.course_id, teachers_of(session, rule.course_id), now)


def question_in(decision: Decision) -> str:
    """The question that would settle the decision together with those about others; empty where there is none.

    Whoever was seen as staff is confirmed by name, with that reason shown: "all have completed" is about learners.
    """
    leaves = decision.trace.leaves()
    if decision.outcome != "question" or any(part.code == "seen_as_staff" for part in leaves):
        return ""
    return next((part.asks for part in leaves if part.asks), "")


def close_open(session: Session, rule: AwardRule, why: str, now: datetime) -> None:
    """Closes the rule's question, where one is open: the rule awards nothing for now, so no answer would count."""
    question = queries.rules.open_question(session, rule.id)
    if question is not None:
        close(session, question, why, now)
        # Where the rule awards again, whoever it was about is asked about again.
        rule.decided = None


def close(session: Session, question: Question, why: str, now: datetime) -> None:
    """Closes a question that is open."""
    question.closed_at, question.why_closed = now, why
    events.record(session, "question_closed", "question", question.id, now, why=why)


def answer(
    session: Session,
    rule: AwardRule,
    question_id: int,
    said: Answer,
    named: Collection[int],
    by_id: int,
    now: datetime,
) -> Answered:
    """Records a teacher's answer to a question of the rule. The caller has locked the course, and decides anew.

    `completed` counts for those who were named to the teacher and about whom the question still is. `removed` voids
    the looks since the last witness. Raises NotFoundError where the rule has no such question.
    """
    question = queries.rules.lock_question(session, question_id)
    if question is None or question.rule_id != rule.id:
        raise NotFoundError("this badge has no such question")
    if question.closed_at is not None:
        actor, why = events.person(by_id), question.why_closed
        events.record(session, "answer_refused", "question", question.id, now, actor=actor, why=why)
        return Answered(first=question)
    link = rule.link.link_id
    seen = Seen(source=teacher.NAME, at=now, actor=by_id)
    people: Collection[int] = ()
    if said == "completed":
        people = {int(person_id) for person_id in question.people} & set(named) - {by_id}
        names = queries.people.user_ids_in(session, rule.course.registration_id, rule.course_id)
        found = [teacher.confirms(names[person_id], link) for person_id in sorted(people)]
        append(session, rule.course, found, seen, {name: person_id for person_id, name in names.items()})
    else:
        append(session, rule.course, [teacher.restriction_removed(link)], seen, {})
    # About those whom it does not count for, the question is asked again.
    rule.decided = None
    question.answer, question.answered_by_id = said, by_id
    question.closed_at, question.why_closed = now, "answered"
    events.record(
        session,
        "answered",
        "question",
        question.id,
        now,
        actor=events.person(by_id),
        why=said,
        data={"people": sorted(people)},
    )
    return Answered(people=people)
