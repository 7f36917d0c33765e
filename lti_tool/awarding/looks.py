"""Looks: asking a course's platform what is new, deciding what follows, and scheduling the next look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar

from lti_tool.awarding import outcome_levels
from lti_tool.awarding.decisions import decide_course
from lti_tool.awarding.ledger import Ledger, Seen, append
from lti_tool.awarding.progress import decided_of
from lti_tool.conditions.tree import Node, read_tree, reads, resources
from lti_tool.errors import PlatformError
from lti_tool.observations import ASSESSMENT_RESULT, COURSE_COPIED, ROLE, Policy
from lti_tool.platforms.services import Connect, Connection
from lti_tool.sources import SOURCES, is_open, kinds_found
from lti_tool.sources.found import Answer, Asked, Found, LinkAsked
from lti_tool.store import Session, dead_jobs, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.models import AwardRule, Course, LookRow, ResourceLink
from lti_tool.values import Member

#: The longest time between two looks at a platform that does not answer.
LONGEST_WAIT = timedelta(hours=6)
#: From somebody opening a link to the look that this causes: a whole class opening it at once causes one look.
WAIT_AFTER_OPENING = timedelta(seconds=2)
#: The same while the platform did not answer the last look.
WAIT_AFTER_OPENING_IN_TROUBLE = timedelta(minutes=1)
#: From a first look that failed to the next.
WAIT_AFTER_FIRST_FAILURE = timedelta(seconds=45)
#: How much longer the interval is of a course in which nothing was new for so long.
QUIET = ((timedelta(days=30), 36), (timedelta(days=7), 6))
#: For how long before its end a course is looked at so much more often, though not more often than every two minutes.
NEAR_THE_END = timedelta(days=1)
SHORTER_NEAR_THE_END = 5
SHORTEST_INTERVAL = timedelta(minutes=2)
#: How many looks in a row have to miss a link before it counts as deleted.
LOOKS_UNTIL_GONE = 3
#: For how long the rows of looks that saw nothing new are kept: a course that is looked at every ten minutes has
#: 50,000 a year.
KEPT = timedelta(days=7)
#: How much is stored in one transaction: some tens of milliseconds.
STORED_AT_ONCE = 200

About = TypeVar("About", Found, Member)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """One source's answer, or its error."""

    source: str
    answer: Answer | None
    error: PlatformError | None


class _OvertakenError(Exception):
    """A later look at the same course has begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One look at a course. `clock` tells when it ends."""

    store: Store
    course_id: int
    registration_id: int
    began_at: datetime
    clock: Callable[[], datetime]


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

    No transaction is open while the platform answers: that can take minutes, and a row lock, or SQLite's only write
    lock, must not be held that long. What differs from what is known is stored in parts, and decided in parts, each in
    a short transaction of its own. Where the process dies between two, the next look finds the rest. Of two looks at
    once the one that began later goes on, and the other ends.
    """
    with store.read() as session:
        course = session.get(Course, course_id)
        asked = _asked(session, course) if course is not None else None
        if course is None or asked is None:
            return None
        registration = queries.platforms.as_registration(course.registration)
        if registration.disabled:
            return None
    this = _Look(
        store=store,
        course_id=course_id,
        registration_id=registration.id,
        began_at=now,
        clock=clock or (lambda: now),
    )
    try:
        answered = _ask(this, asked, connect(registration))
    except _OvertakenError:
        return None
    error = _error_of(answered, asked)
    with store.begin() as session:
        course = queries.people.lock_course(session, course_id)
        if error is not None and error.concluded:
            course.concluded_at = course.concluded_at or now
        if any(each.answer is not None and "members" in each.answer.counts for each in answered):
            course.members_seen_at = now
        _note_on_rules(session, course, asked, answered, error, now)
        if error is None:
            # They could not be issued while the platform sent neither; now it has sent one.
            named = [
                {"award_id": award.id}
                for award in queries.awards.awards_without_name(session, course.id)
                if award.person.name or award.person.email
            ]
            dead_jobs.add_or_revive(session, "issue", named, now)
    outcome_levels.update_unissued(store, course_id, now)
    decide_course(store, course_id, policy or Policy(), now)
    return error


def _asked(session: Session, course: Course) -> Asked | None:
    """What to ask about the course; None where none of its rules waits for anything."""
    links = [
        _link_asked(version.rule, read_tree(version.tree))
        for version in queries.rules.awarding_versions(session, course_id=course.id)
        if version.rule.link.look_again or not is_gone(version.rule.link)
    ]
    return asked_about(session, course, links) if links else None


def _link_asked(rule: AwardRule, tree: Node) -> LinkAsked:
    return LinkAsked(
        id=rule.link.link_id,
        reads=reads(tree),
        line_item_url=rule.link.line_item_url,
        columns=rule.outcome_columns,
        resources=resources(tree),
    )


def asked_about(session: Session, course: Course, links: Sequence[LinkAsked] = ()) -> Asked:
    """What sources need to know of a course."""
    return Asked(
        product=course.registration.product,
        memberships_url=course.memberships_url,
        line_items_url=course.line_items_url,
        completions_url=course.completions_url,
        notices_url=course.notices_url,
        notice_types=frozenset(course.notice_types),
        messages_url=f"{course.registration.tool_url}/sources/{{}}/{course.registration_id}/",
        context_id=course.context_id,
        api_id=course.api_id or "",
        platform_id=course.registration.platform_id,
        access=queries.platforms.source_accesses(session, course.registration_id, course.id),
        links=links,
    )


def _ask(this: _Look, asked: Asked, connection: Connection) -> Sequence[_Answered]:
    """What all sources that are needed have answered, once it is stored.

    Who is in the course comes first: the others depend on it. Raises _OvertakenError.
    """
    needed = {ROLE, COURSE_COPIED, ASSESSMENT_RESULT}.union(*(link.reads for link in asked.links))
    sources = [
        each
        for each in SOURCES.values()
        if hasattr(each, "look") and each.GIVES & needed and is_open(each, asked)
    ]
    answered: list[_Answered] = []
    for source in sorted(sources, key=lambda each: (ROLE not in each.GIVES, each.RANK)):
        answered.append(_ask_one(this, source, asked, connection))
        if answered[-1].error is not None and ROLE in source.GIVES:
            break
    return answered


def _error_of(answered: Sequence[_Answered], asked: Asked) -> PlatformError | None:
    """Why the look is to be tried again: a source did not answer, and no other gave what was asked of it.

    Where another did, its own row of the look says what is wrong.
    """
    needed = {ROLE}.union(*(link.reads for link in asked.links))
    given = frozenset().union(*(SOURCES[each.source].GIVES for each in answered if each.error is None))
    return next(
        (each.error for each in answered if each.error and SOURCES[each.source].GIVES & needed - given), None
    )


def _unseen(link: LinkAsked, asked: Asked) -> PlatformError | None:
    """Why nothing that is open in the course tells what the rule of the link asks for; None where something does."""
    if link.reads <= kinds_found(asked):
        return None
    return PlatformError(
        "nothing in this course tells whether learners have done what the badge asks for", permanent=True
    )


def _ask_one(this: _Look, source: Any, asked: Asked, connection: Connection) -> _Answered:
    row_id = _begin(this, source.NAME)
    known = Ledger(this.store, this.registration_id, this.course_id)
    try:
        answer = source.look(asked, connection, known)
    except PlatformError as error:
        with _turn(this, row_id) as (_, row):
            row.outcome, row.ended_at, row.trouble = "failed", this.clock(), error.as_json()
        return _Answered(source=source.NAME, answer=None, error=error)
    _store(this, row_id, source.NAME, answer, known.erased)
    return _Answered(source=source.NAME, answer=answer, error=None)


def _begin(this: _Look, source: str) -> int:
    """The id of the row of a look, by which an earlier one knows that it is overtaken.

    It is stored before the first question of what is known: whatever an earlier look had begun to store is stored by
    then, for both hold the course, and nothing comes after it.
    """
    with this.store.begin() as session:
        queries.people.lock_course(session, this.course_id)
        row = LookRow(course_id=this.course_id, source=source, began_at=this.began_at, outcome="begun")
        session.add(row)
        session.flush()
        return row.id


@contextmanager
def _turn(this: _Look, row_id: int) -> Iterator[tuple[Session, LookRow]]:
    """A transaction of the look, with its row, which holds the course.

    Raises _OvertakenError where a later look has begun: nothing is stored then but that this one was overtaken.
    """
    with this.store.begin() as session:
        queries.people.lock_course(session, this.course_id)
        row, is_overtaken = queries.observations.look_row(session, row_id, this.began_at)
        if not is_overtaken:
            yield session, row
            return
        row.outcome, row.ended_at = "overtaken", this.clock()
    raise _OvertakenError


def _store(this: _Look, row_id: int, source: str, answer: Answer, erased: Collection[str]) -> None:
    """Stores what a look found, part by part, and then that it was answered. Raises _OvertakenError.

    A restart between two parts leaves what is true of whom was stored: the sequence of `Answer.found` is made for it.
    """
    seen = Seen(source=source, at=this.began_at, look=row_id)
    members = [member for member in answer.members if member.user_id not in erased]
    read = 0
    for described in _parts(members):
        with _turn(this, row_id) as (session, row):
            queries.people.save_members(session, this.registration_id, described, this.clock())
            read += len(described)
            # A teacher who waits for the first look reads how far it is.
            row.counts = {"read": read, "members": len(members)}
    for part in _parts([each for each in answer.found if each.user_id not in erased]):
        with _turn(this, row_id) as (session, _):
            user_ids = sorted({each.user_id for each in part if each.user_id is not None})
            people = queries.people.person_ids(session, this.registration_id, user_ids)
            append(session, session.get_one(Course, this.course_id), part, seen, people)
            dead_jobs.revive_issuing(session, people.values(), this.began_at)
    with _turn(this, row_id) as (_, row):
        row.outcome, row.ended_at, row.counts = "answered", this.clock(), dict(answer.counts)


def _parts(found: Sequence[About]) -> Iterator[Sequence[About]]:
    """What is stored in one transaction: STORED_AT_ONCE values, or some more where they are about the same person."""
    part: list[About] = []
    for _, about_one in groupby(found, key=lambda each: each.user_id):
        part += about_one
        if len(part) >= STORED_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


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
    links = {link.id: link for link in asked.links}
    for rule in queries.rules.rules_with_links(session, course.id):
        link = rule.link
        if link.link_id not in links:
            continue
        trouble = (
            error
            or _unseen(links[link.link_id], asked)
            or next(
                (answer.trouble[link.link_id] for answer in answers if link.link_id in answer.trouble), None
            )
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
    rules = queries.rules.rules_with_links(session, course.id)
    return any(rule.checked_at is not None for rule in rules)


def look_soon(session: Session, course_id: int, now: datetime) -> None:
    """Schedules the course's next look for now."""
    outbox.schedule(session, look_id(course_id), "look", {"course_id": course_id}, now)


def look_where_asked_for(session: Session, award_ids: Collection[int], now: datetime) -> None:
    """Schedules a look for now at each course whose rules ask for a badge that was just issued."""
    for course_id in queries.rules.courses_asking_for(session, award_ids):
        look_soon(session, course_id, now)


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


def interval(session: Session, course: Course, usual: timedelta, now: datetime) -> timedelta:
    """The time between two looks at the course where nothing is wrong, by `usual`.

    Longer where nothing new was seen for long: whoever opens a link, and whatever the platform sends, brings the look
    forward anyway. Shorter in the last day of the course, because Canvas says nothing of one that has ended. No longer
    than to the moment at which time alone decides something.
    """
    if course.ends_at is not None and timedelta(0) <= course.ends_at - now <= NEAR_THE_END:
        return max(usual / SHORTER_NEAR_THE_END, min(usual, SHORTEST_INTERVAL))
    newest = queries.observations.newest_at(session, course.id)
    quiet = now - newest if newest is not None else timedelta(0)
    longer = next((times for least, times in QUIET if quiet >= least), 1)
    until = [
        decided.again_at - now
        for rule in queries.rules.rules_with_links(session, course.id)
        if (decided := decided_of(rule)) is not None and decided.again_at > now
    ]
    return min([max(usual, min(longer * usual, LONGEST_WAIT)), *until])


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
