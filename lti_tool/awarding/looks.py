"""Looks: asking a course's platform what is new, deciding what follows, and scheduling the next look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.awarding.decisions import decide_course, version_that_awards
from lti_tool.awarding.ledger import Seen, append, known_of
from lti_tool.conditions.tree import read_tree, reads
from lti_tool.errors import PlatformError
from lti_tool.observations import ROLE, Policy
from lti_tool.platforms.services import Connection
from lti_tool.sources import SOURCES
from lti_tool.sources.found import Answer, Asked, LinkAsked
from lti_tool.store import Session, dead_jobs, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import AwardRule, Course, LookRow, ResourceLink
from lti_tool.values import Registration

Connect = Callable[[Registration], Connection]

#: The longest time between two looks at a platform that does not answer.
LONGEST_WAIT = timedelta(hours=6)
#: From somebody opening a link to the look that this causes: a whole class opening it at once causes one look.
WAIT_AFTER_OPENING = timedelta(seconds=2)
#: The same while the platform did not answer the last look.
WAIT_AFTER_OPENING_IN_TROUBLE = timedelta(minutes=1)
#: From a first look that failed to the next.
WAIT_AFTER_FIRST_FAILURE = timedelta(seconds=45)
#: How many looks in a row have to miss a link before it counts as deleted.
LOOKS_UNTIL_GONE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """One source's answer, or its error, between two times."""

    source: str
    began_at: datetime
    answer: Answer | None
    error: PlatformError | None


def look(
    store: Store,
    connect: Connect,
    course_id: int,
    now: datetime,
    policy: Policy | None = None,
    clock: Callable[[], datetime] | None = None,
) -> PlatformError | None:
    """Looks at the course's platform once and awards what follows; returns the platform's error, None if it answered.

    A disabled platform is not called.

    The platform is called between two transactions, never inside one: an answer can take a minute, and a row lock, or
    SQLite's only write lock, must not be held that long. What is decided rests on the ledger as it is once the answers
    are there.
    """
    with store.read() as session:
        course = session.get(Course, course_id)
        asked = _asked(session, course) if course is not None else None
        if course is None or asked is None:
            return None
        registration = queries.platforms.as_registration(course.registration)
        if registration.disabled:
            return None
    answered = _ask(asked, connect(registration), now)
    ended_at = clock() if clock is not None else now
    with store.begin() as session:
        course = queries.people.lock_course(session, course_id)
        observed = _save(session, course, answered, ended_at)
        error = next((each.error for each in answered if each.error), None)
        if error is not None and error.concluded:
            course.concluded_at = now
        _note_on_rules(session, course, asked, answered, error, now)
        if error is None:
            # They could not be issued while the platform sent neither; now it has sent one.
            named = [
                {"award_id": award.id}
                for award in queries.awards.awards_without_name(session, course.id)
                if award.person.name or award.person.email
            ]
            dead_jobs.add_or_revive(session, "issue", named, now)
        dead_jobs.revive_issuing(session, observed, now)
        decide_course(session, course, policy or Policy(), now)
    return error


def _asked(session: Session, course: Course) -> Asked | None:
    """What to ask about the course; None where none of its rules waits for anything."""
    links = []
    for rule in queries.rules.rules_of(session, course.id):
        version = version_that_awards(session, rule)
        if version is not None and (rule.link.look_again or not is_gone(rule.link)):
            links.append(
                LinkAsked(
                    id=rule.link.link_id,
                    reads=reads(read_tree(version.tree)),
                    line_item_url=rule.link.line_item_url,
                )
            )
    if not links:
        return None
    return Asked(
        product=course.registration.product,
        memberships_url=course.memberships_url,
        line_items_url=course.line_items_url,
        links=links,
    )


def _ask(asked: Asked, connection: Connection, now: datetime) -> Sequence[_Answered]:
    """The answers of all sources that are needed. Who is in the course comes first: the others depend on it."""
    needed = {ROLE}.union(*(link.reads for link in asked.links))
    sources = [each for each in SOURCES.values() if hasattr(each, "look") and each.GIVES & needed]
    answered = []
    for source in sorted(sources, key=lambda each: ROLE not in each.GIVES):
        try:
            answer, error = source.look(asked, connection), None
        except PlatformError as failure:
            answer, error = None, failure
        answered.append(_Answered(source=source.NAME, began_at=now, answer=answer, error=error))
        if error is not None:
            break
    return answered


def _save(session: Session, course: Course, answered: Sequence[_Answered], ended_at: datetime) -> set[int]:
    """Stores each look and what it found, and returns the ids of the people of whom something new was observed.

    One that was overtaken by a later look leaves its row only.
    """
    observed: set[int] = set()
    for each in answered:
        overtaken = queries.observations.is_overtaken(session, course.id, each.source, each.began_at)
        outcome = "failed" if each.answer is None else "overtaken" if overtaken else "answered"
        row = LookRow(
            course_id=course.id,
            source=each.source,
            began_at=each.began_at,
            ended_at=ended_at,
            outcome=outcome,
            counts=dict(each.answer.counts) if each.answer else {},
            trouble=each.error.as_json() if each.error else None,
        )
        session.add(row)
        session.flush()
        if each.answer is None or overtaken:
            continue
        members = queries.people.save_members(session, course.registration_id, each.answer.members, ended_at)
        known = known_of(session, course)
        people = {user_id: person.id for user_id, person in members.items()}
        others = {
            user_id: own[0].person
            for user_id, own in known.people.items()
            if own and own[0].person is not None
        }
        found = tuple(SOURCES[each.source].observe(each.answer, known))
        seen = Seen(source=each.source, at=each.began_at, look=row.id)
        everybody = {**others, **people}
        append(session, course, found, seen, everybody)
        observed.update(everybody[one.user_id] for one in found if one.user_id in everybody)
    return observed


def _note_on_rules(
    session: Session,
    course: Course,
    asked: Asked,
    answered: Sequence[_Answered],
    error: PlatformError | None,
    now: datetime,
) -> None:
    """Notes on each rule that was asked about how its link's look went."""
    answers = [each.answer for each in answered if each.answer is not None]
    asked_about = {link.id for link in asked.links}
    for rule in queries.rules.rules_of(session, course.id):
        link = rule.link
        if link.link_id not in asked_about:
            continue
        trouble = error or next(
            (answer.trouble[link.link_id] for answer in answers if link.link_id in answer.trouble), None
        )
        rule.trouble = trouble.as_json() if trouble else None
        was_gone = is_gone(link)
        if error is None:
            # All sources have answered, the list of members too: the platform has the course, but not the link.
            missed = (each.source for each in answered if each.answer and link.link_id in each.answer.missing)
            link.missing_in = next(missed, "")
            link.missing_looks = link.missing_looks + 1 if link.missing_in else 0
            link.look_again = False
        if is_gone(link):
            rule.trouble = None
        if is_gone(link) and not was_gone:
            events.record(session, "link_gone", "rule", rule.id, now, why=link.missing_in)
        if trouble is None:
            rule.checked_at = now
        for answer in answers:
            link.line_item_url = answer.line_item_urls.get(link.link_id) or link.line_item_url


def is_gone(link: ResourceLink) -> bool:
    """Whether the platform no longer has the link or its column, so that looks leave it out until it is opened."""
    return link.missing_looks >= LOOKS_UNTIL_GONE


def is_looked_at(session: Session, course: Course) -> bool:
    """Whether a rule of the course waits for anything."""
    return _asked(session, course) is not None


def was_answered(session: Session, course: Course) -> bool:
    """Whether a look at the course has been answered."""
    return any(rule.checked_at is not None for rule in queries.rules.rules_of(session, course.id))


def look_soon(session: Session, course_id: int, now: datetime) -> None:
    """Schedules the course's next look for now."""
    outbox.schedule(session, look_id(course_id), "look", {"course_id": course_id}, now)


def look_after_opening(session: Session, rule: AwardRule, now: datetime) -> None:
    """Brings the next look forward because somebody opened the rule's link: they may have completed a moment ago."""
    if rule.paused or rule.course.concluded_at is not None:
        return
    wait = WAIT_AFTER_OPENING_IN_TROUBLE if rule.trouble else WAIT_AFTER_OPENING
    payload = {"course_id": rule.course_id}
    outbox.schedule(session, look_id(rule.course_id), "look", payload, now + wait)


def is_coming(session: Session, course_id: int, now: datetime) -> bool:
    """Whether a look at the course is going on, or comes in the moments that somebody waits on a page."""
    return outbox.is_due_by(session, look_id(course_id), now + 2 * WAIT_AFTER_OPENING)


def schedule_first_look(session: Session, course_id: int, now: datetime) -> None:
    """Schedules a look for now, where none is scheduled for the course."""
    outbox.schedule_if_absent(session, look_id(course_id), "look", {"course_id": course_id}, now)


def look_id(course_id: int) -> str:
    """The id of the single outbox row that is used again for each of the course's looks."""
    return f"look-{course_id}"


def next_look(
    course: Course,
    trouble: PlatformError | None,
    usual: timedelta,
    failures: int,
    now: datetime,
    *,
    answered_before: bool = True,
) -> datetime:
    """When to look again: `usual` after a look that succeeded, a day later in a course that has ended.

    `trouble` is the error of this look, `failures` how many looks in a row have failed: the wait doubles with each, up
    to LONGEST_WAIT, unless the platform said itself how long to wait (Retry-After). A teacher waits for the first look
    of a course, so while none has been answered the first failures are tried again within a minute.
    """
    if course.concluded_at is not None:
        return now + timedelta(days=1)
    if trouble is None:
        return now + usual
    if trouble.retry_after is not None:
        return now + min(max(timedelta(seconds=trouble.retry_after), usual), LONGEST_WAIT)
    if not answered_before and failures <= 3:
        return now + min(WAIT_AFTER_FIRST_FAILURE, usual)
    doubled: timedelta = usual * 2 ** min(failures, 10)
    return now + min(doubled, LONGEST_WAIT)
