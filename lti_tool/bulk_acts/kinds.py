"""What each kind of bulk act does to some of its people, and what comes out for each of them, as a code.

Each person is done by the function of the single act, in a savepoint: who cannot be done leaves nothing behind, and
holds nobody else up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from lti_tool.awarding import awards, by_hand, confirmations
from lti_tool.deliveries import dispatch
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session, dead_jobs, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, AwardRule, BulkAct, BulkActPerson, HandAward

#: Those that begin in the list, and those that undo one of them.
Kind = Literal["confirm", "award", "approve", "decline", "resend", "revoke", "mistake", "again"]
KINDS: frozenset[str] = frozenset(get_args(Kind))
#: These need a reason.
WITH_REASON: frozenset[str] = frozenset({"award", "revoke", "again"})
#: By which kind one is undone.
UNDONE_BY: Mapping[str, Kind] = {
    "confirm": "mistake",
    "award": "mistake",
    "approve": "mistake",
    "revoke": "again",
}
#: What comes out where it was done: wholly; confirmed, while something else is missing for the badge; or asked, where a
#: second person has to approve.
DONE = frozenset({"done", "confirmed", "asked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A part of an act that is being done: in whose name, by which issuer's settings, when."""

    session: Session
    act: BulkAct
    issuer: Issuer
    now: datetime

    @property
    def rule(self) -> AwardRule:
        return self.act.rule

    @property
    def actor(self) -> Actor:
        """Who asked for the act."""
        return events.person(self.act.asked_by_id)


def do(doing: Doing, people: Sequence[BulkActPerson]) -> None:
    """Does the act to these of its people, and notes with each what came out. The caller holds the course."""
    if not _may_still(doing):
        for each in people:
            each.outcome = "not_allowed"
    elif doing.act.kind == "confirm":
        _confirm(doing, people)
    else:
        do_to_one = _SINGLE[doing.act.kind]
        # All at once and in one order: whoever does the same to one of them, or to others, waits, and no two for each
        # other.
        found = queries.bulk_acts.lock_awards(doing.session, people)
        for each in people:
            each.outcome = _outcome(doing, do_to_one, each, found)


def _may_still(doing: Doing) -> bool:
    """Whether who asked may do it now: they may have left the course, and the platform may have been disabled."""
    by_id, rule = doing.act.asked_by_id, doing.rule
    if rule.course.registration.disabled_at is not None:
        return False
    if by_id is None:
        return True
    own = queries.observations.of_people(doing.session, rule.course_id, [by_id]).get(by_id, ())
    return not confirmations.has_left(own)


def _confirm(doing: Doing, people: Sequence[BulkActPerson]) -> None:
    act, ids = doing.act, [each.person_id for each in people]
    try:
        confirmed = confirmations.confirm_learners(
            doing.session, doing.rule, ids, act.asked_by_id, doing.issuer.policy, doing.now
        )
    except NotAllowedError:
        for each in people:
            each.outcome = "not_allowed"
        return
    new = {award.person_id: award.id for award in confirmed.awards}
    for each in people:
        each.award_id = new.get(each.person_id)
        refused = confirmed.refused.get(each.person_id)
        each.outcome = refused or ("done" if each.award_id is not None else "confirmed")


#: Does it to one person; returns the code of what came out.
Single = Callable[[Doing, BulkActPerson, Award | None], str]


def _outcome(doing: Doing, do_to_one: Single, person: BulkActPerson, found: Mapping[int, Award]) -> str:
    award = found.get(person.award_id) if person.award_id is not None else None
    try:
        with doing.session.begin_nested():
            return do_to_one(doing, person, award)
    except AwardStateError as error:
        return error.code
    except NotAllowedError:
        return "self" if person.person_id == doing.act.asked_by_id else "not_allowed"


def _award(doing: Doing, person: BulkActPerson, _: Award | None) -> str:
    act = doing.act
    made = by_hand.award_by_hand(
        doing.session,
        doing.rule,
        person.person_id,
        act.reason,
        [],
        act.asked_by_id,
        doing.issuer.policy,
        doing.now,
    )
    if not isinstance(made, Award):
        return "asked"
    person.award_id = made.id
    return "done"


def _approve(doing: Doing, person: BulkActPerson, _: Award | None) -> str:
    waiting = _shown_waiting(doing, person)
    if waiting is None:
        return "settled"
    made = by_hand.approve(doing.session, waiting, doing.act.asked_by_id, doing.issuer.policy, doing.now)
    person.award_id = made.id
    return "done"


def _decline(doing: Doing, person: BulkActPerson, _: Award | None) -> str:
    waiting = _shown_waiting(doing, person)
    if waiting is None:
        return "settled"
    by_hand.decline(doing.session, waiting, doing.act.asked_by_id, doing.issuer.policy, doing.now)
    return "done"


def _shown_waiting(doing: Doing, person: BulkActPerson) -> HandAward | None:
    """What waits about the person, where it is what was shown: not what somebody has asked for since."""
    waiting = queries.hand_awards.waiting_for(doing.session, doing.rule.id, person.person_id)
    return waiting if waiting is not None and waiting.asked_at <= doing.act.asked_at else None


def _resend(doing: Doing, _: BulkActPerson, award: Award | None) -> str:
    if award is None or award.credential is None:
        return "not_issued"
    if award.status == "revoked":
        return "revoked"
    if not award.person.email:
        return "no_address"
    dead = dead_jobs.dead_of_awards(doing.session, [award.id]).deliveries
    if any(each.status == "pending" and each.id not in dead for each in award.deliveries):
        return "being_sent"
    dispatch.resend(doing.session, doing.issuer, award, doing.now, doing.actor)
    return "done"


def _revoke(doing: Doing, _: BulkActPerson, award: Award | None) -> str:
    if award is None:
        return "not_issued"
    awards.revoke(doing.session, award, doing.act.reason, doing.now, doing.actor)
    return "done"


def _revoke_mistake(doing: Doing, person: BulkActPerson, award: Award | None) -> str:
    if award is not None:
        return "done" if awards.revoke_mistake(doing.session, award, doing.now, doing.actor) else "revoked"
    waiting = queries.hand_awards.waiting_for(doing.session, doing.rule.id, person.person_id)
    if waiting is None:
        return "settled"
    by_hand.decline(doing.session, waiting, doing.act.asked_by_id, doing.issuer.policy, doing.now)
    return "done"


def _award_again(doing: Doing, _: BulkActPerson, award: Award | None) -> str:
    if award is None:
        return "not_revoked"
    confirmations.award_again(
        doing.session, award, doing.act.reason, doing.issuer.policy, doing.now, doing.actor
    )
    return "done"


_SINGLE: Mapping[str, Single] = {
    "award": _award,
    "approve": _approve,
    "decline": _decline,
    "resend": _resend,
    "revoke": _revoke,
    "mistake": _revoke_mistake,
    "again": _award_again,
}
