"""Bulk acts as work: asked for once, and done in parts, each a transaction of its own.

Few are done at once; for more a job goes on part by part. Each part notes with its people what came out, in the
transaction that does it, so a job that ends in between goes on where it was, and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lti_tool.bulk_acts.kinds import DONE, UNDONE_BY, Doing, Kind, do
from lti_tool.issuing.issuers import Issuers
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import AwardRule, BulkAct, BulkActPerson

#: So many at most are done in the request that asks for it.
AT_ONCE = 25
#: How many are done in one transaction, which holds the course, and the status list, for a moment.
PART = 100
#: For so long it is known what came out.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asks to be done, with the `reason` where the kind needs one.

    `once` is a hash of the page that asks: sent again, it asks for nothing.
    """

    kind: Kind
    reason: str
    once: str
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an act is: of how many people it is about (`total`) it is `done`, or found that it cannot be.

    `outcomes`: how many have each outcome. `is_stuck`: its job was given up.
    """

    total: int
    outcomes: Mapping[str, int]
    goes_on: bool
    is_stuck: bool

    @property
    def settled(self) -> int:
        """For how many it is known what came out."""
        return self.total - self.outcomes.get("", 0)

    @property
    def done(self) -> int:
        """To how many it was done."""
        return sum(number for outcome, number in self.outcomes.items() if outcome in DONE)

    @property
    def left(self) -> int:
        """To how many it could not be done."""
        return self.settled - self.done


def begin_with_people(
    session: Session,
    issuers: Issuers,
    rule: AwardRule,
    asked: Asked,
    person_ids: Collection[int],
    now: datetime,
) -> BulkAct | None:
    """As `begin_with_awards`, about people of the course; who was never seen in it is left out."""
    known = set(queries.observations.people_in(session, rule.course_id))
    return _begin(session, issuers, rule, asked, {each: None for each in person_ids if each in known}, now)


def begin_with_awards(
    session: Session,
    issuers: Issuers,
    rule: AwardRule,
    asked: Asked,
    award_ids: Collection[int],
    now: datetime,
) -> BulkAct | None:
    """The act about those of these awards that are of the rule, done or going to be; None where none of them is.

    Where the same page has asked already, that act.
    """
    found = [each for each in queries.bulk_acts.light_awards(session, award_ids) if each.rule_id == rule.id]
    return _begin(session, issuers, rule, asked, {each.person_id: each.id for each in found}, now)


def begin_with_hand_awards(
    session: Session,
    issuers: Issuers,
    rule: AwardRule,
    asked: Asked,
    hand_award_ids: Collection[int],
    now: datetime,
) -> BulkAct | None:
    """As `begin_with_awards`, about those of these awards by hand that wait for a second person."""
    people = queries.hand_awards.people_of(session, rule.id, hand_award_ids)
    return _begin(session, issuers, rule, asked, dict.fromkeys(people), now)


def begin_undoing(
    session: Session, issuers: Issuers, act_id: int, asked: Asked, now: datetime
) -> BulkAct | None:
    """The act that undoes another one, as far as it is not undone; None where nothing is left to undo."""
    undone = queries.bulk_acts.bulk_act(session, act_id)
    if undone is None or undone.ended_at is None or UNDONE_BY.get(undone.kind) != asked.kind:
        return None
    people = {each.person_id: each.award_id for each in left_to_undo(session, undone)}
    return _begin(session, issuers, undone.rule, asked, people, now)


def left_to_undo(session: Session, act: BulkAct) -> Sequence[BulkActPerson]:
    """Those to whom the act was done, and for whom that is still so; nobody where it cannot be undone."""
    if UNDONE_BY.get(act.kind) == "mistake":
        return queries.bulk_acts.awards_left(session, act.id)
    return queries.bulk_acts.revocations_left(session, act.id) if act.kind == "revoke" else ()


def _begin(
    session: Session,
    issuers: Issuers,
    rule: AwardRule,
    asked: Asked,
    people: Mapping[int, int | None],
    now: datetime,
) -> BulkAct | None:
    # Of two requests of one page, the second waits here, and finds the act of the first.
    queries.people.lock_course(session, rule.course_id)
    before = queries.bulk_acts.asked_once(session, asked.once)
    if before is not None or not people:
        return before
    act = BulkAct(
        rule=rule,
        kind=asked.kind,
        reason=asked.reason,
        once=asked.once,
        asked_by_id=asked.by.person_id,
        asked_at=now,
    )
    session.add(act)
    session.flush()
    queries.bulk_acts.add_people(session, act.id, dict(sorted(people.items())))
    data = {"act": act.id, "people": len(people)}
    events.record(session, "bulk_act_asked", "rule", rule.id, now, actor=asked.by, why=asked.kind, data=data)
    if len(people) <= AT_ONCE:
        _do_part(session, issuers, act, now)
    else:
        outbox.schedule(session, job_id(act.id), "bulk_act", {"act_id": act.id}, now)
    return act


def do_next_part(store: Store, issuers: Issuers, event_id: str, act_id: int, now: datetime) -> None:
    """Does the act to the next of its people, and has the job done again as long as some are left."""
    with store.begin() as session:
        act = queries.bulk_acts.bulk_act(session, act_id)
        if act is not None:
            # Before the act itself, as everybody does who holds both.
            queries.people.lock_course(session, act.rule.course_id)
            act = queries.bulk_acts.lock(session, act_id)
        if act is not None and _do_part(session, issuers, act, now):
            outbox.reschedule(session, event_id, "bulk_act", {"act_id": act_id}, now)
        else:
            outbox.finish(session, event_id)


def _do_part(session: Session, issuers: Issuers, act: BulkAct, now: datetime) -> bool:
    """Whether some are left once it is done to the next."""
    people = queries.bulk_acts.next_people(session, act.id, PART)
    if people:
        issuer = issuers.of(session, act.rule.course.registration.issuer_id)
        do(Doing(session=session, act=act, issuer=issuer, now=now), people)
    if len(people) == PART:
        return True
    if act.ended_at is None:
        act.ended_at = now
    return False


def progress_of(session: Session, act: BulkAct) -> Progress:
    """How far the act is."""
    has_job = outbox.payload_of(session, job_id(act.id)) is not None
    # Read after the job: both end in one transaction, so what has neither job nor end is stuck.
    session.refresh(act)
    outcomes = queries.bulk_acts.numbers(session, act.id)
    goes_on = act.ended_at is None
    return Progress(
        total=sum(outcomes.values()), outcomes=outcomes, goes_on=goes_on, is_stuck=goes_on and not has_job
    )


def go_on(session: Session, act: BulkAct, now: datetime) -> None:
    """Has an act go on whose job was given up; one that has ended, or goes on, is left as it is."""
    if progress_of(session, act).is_stuck:
        outbox.schedule(session, job_id(act.id), "bulk_act", {"act_id": act.id}, now)


def forget_old(session: Session, now: datetime) -> None:
    """Deletes the acts of which it is known no longer what came out."""
    queries.bulk_acts.delete_asked_before(session, now - KEPT)


def job_id(act_id: int) -> str:
    """The id of the job that does the act."""
    return f"bulk-{act_id}"
