"""The life of an award: earned once by a decision, later revoked and awarded again, or suspended and reinstated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from lti_tool.conditions.decide import Decision
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.issuing import bound_statuses, notices
from lti_tool.issuing.status_lists import clear_status, set_status
from lti_tool.store import Session, dead_jobs, events, outbox, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import Award, AwardRule, CredentialRow, RuleVersion
from lti_tool.values import StatedLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """A person for whom a rule came to `earned`, or who is awarded by hand, with what was given as `evidence`.

    `levels`: at which of them single outcomes were met; `wait`: for how long the badge waits for further ones.

    `renews`: the id of the award of theirs that ends with the new one.
    """

    person_id: int
    decision: Decision
    renews: int | None = None
    evidence: Sequence[dict[str, str]] = ()
    levels: Sequence[StatedLevel] = ()
    wait: timedelta = timedelta(0)


def award(
    session: Session, rule: AwardRule, version: RuleVersion, earned: Sequence[Earned], now: datetime
) -> Sequence[int]:
    """The ids of the new awards of people for whom the rule's version came to `earned`.

    Whoever has one already, or was erased, by this issuer or wholly, gets none. The credential of an award that is
    renewed stays valid to its own end. Issuing is only scheduled here, in the caller's transaction: an award that is
    committed will be issued.
    """
    issuer_id = version.template_version.issuer_id
    kept = queries.people.not_erased(session, [each.person_id for each in earned])
    kept -= queries.issuer_erasures.whom_it_erased(session, issuer_id, kept)
    # In one order in all transactions, which wait for each other where they award the same to the same people.
    to = sorted((each for each in earned if each.person_id in kept), key=lambda each: each.person_id)
    first = [_row(rule, version, each, now) for each in to if each.renews is None]
    new = queries.awards.add_new(session, first)
    renewed = {each.person_id: each.renews for each in to if each.renews is not None}
    for each in to:
        if each.renews is not None and (award_id := _renew(session, rule, version, each, now)) is not None:
            new[each.person_id] = award_id
    waits = {each.person_id: each.wait for each in to}
    for person_id, award_id in new.items():
        outbox.add(session, "issue", {"award_id": award_id}, now + waits[person_id])
        data = {"person": person_id, "rule": rule.id}
        data |= {"renews": renewed[person_id]} if person_id in renewed else {}
        events.record(session, "awarded", "award", award_id, now, data=data, issuer_id=issuer_id)
    return list(new.values())


def _row(rule: AwardRule, version: RuleVersion, earned: Earned, now: datetime) -> dict[str, Any]:
    decision = earned.decision
    return {
        "issuer_id": version.template_version.issuer_id,
        "course_id": rule.course_id,
        "template_id": version.template_version.template_id,
        "person_id": earned.person_id,
        "rule_id": rule.id,
        "rule_version_id": version.id,
        "template_version_id": version.template_version_id,
        "score": decision.score,
        "trace": decision.as_json(),
        "assessed_at": decision.assessed_at,
        "completed_at": decision.completed_at or now,
        "earned_at": now,
        "renews_id": earned.renews,
        "evidence": list(earned.evidence),
        "outcome_levels": [each.as_json() for each in earned.levels],
    }


def _renew(
    session: Session, rule: AwardRule, version: RuleVersion, earned: Earned, now: datetime
) -> int | None:
    """The id of the award that takes the place of the one that it renews; None where that has ended otherwise."""
    fresh = Award(**_row(rule, version, earned, now))
    # The savepoint keeps the end of the one and the beginning of the other together.
    try:
        with session.begin_nested():
            if earned.renews is None or not _end(session, earned.renews, "renewed", now):
                return None
            session.add(fresh)
    except IntegrityError:
        return None
    return fresh.id


def _end(session: Session, award_id: int, why: str, now: datetime) -> bool:
    """Ends a running award; False where somebody else has ended it meanwhile."""
    award = queries.awards.lock_running_award(session, award_id)
    if award is None:
        return False
    award.ended_at, award.why_ended = now, why
    session.flush()
    return True


def revoke(session: Session, award: Award, reason: str, now: datetime, by: Actor = TOOL) -> None:
    """Revokes the award for good, and its credential, if there is one, with the reason that its page shows.

    Raises AwardStateError where it is revoked already.
    """
    if not _revoke(session, award, "revoked", reason, now, by):
        raise AwardStateError("revoked", "the badge is revoked already")


def revoke_mistake(session: Session, award: Award, now: datetime, by: Actor) -> bool:
    """Revokes the award as issued by mistake; False where it is revoked already."""
    return _revoke(session, award, "mistake", None, now, by)


def _revoke(
    session: Session, award: Award, revoked_as: str, reason: str | None, now: datetime, by: Actor
) -> bool:
    # `issue` locks the award too before it stores a credential: either it sees that the award is revoked, or this
    # function sees the credential. Without the lock a credential could be stored that nobody revokes.
    queries.awards.lock_award(session, award)
    if award.status == "revoked":
        return False
    award.status = "revoked"
    award.ended_at, award.why_ended = award.ended_at or now, "revoked"
    # The reason is what somebody typed, so it stays with the credential; events hold ids and codes only.
    events.record(session, "revoked", "award", award.id, now, actor=by, why=revoked_as)
    credential = award.credential
    if credential is not None:
        credential.revoked_at, credential.revoked_as, credential.revocation_reason = now, revoked_as, reason
        set_status(session, credential, now)
        bound_statuses.revoke_bound(session, award, revoked_as, reason, now)
        notices.plan(session, credential, revoked_as, now)
    if award.rule.column_url is not None:
        for delivery in award.deliveries:
            payload = {"award_id": award.id, "delivery_id": delivery.id}
            outbox.add(session, "take_back", payload, now)
    return True


def award_again(session: Session, award: Award, reason: str, now: datetime, by: Actor) -> None:
    """Makes a revoked award valid again: it is issued once more, as a further credential with the same awardedDate.

    Only a person decides this, never a rule. Raises AwardStateError where the award is not revoked, the learner has the
    badge by another award, or the course may no longer award for its issuer; NotAllowedError where nobody is known to
    decide it, or it is the learner themselves.
    """
    if by.kind not in ("person", "operator"):
        raise NotAllowedError("the platform does not say who you are, so you cannot decide this")
    if by.person_id == award.person_id:
        raise NotAllowedError("nobody decides about their own badge")
    is_of_course = award.rule.is_of_course
    course = queries.people.lock_course(session, award.rule.course_id) if is_of_course else None
    queries.awards.lock_award(session, award)
    if award.status != "revoked":
        raise AwardStateError("not_revoked", "the badge is not revoked, so it cannot be awarded again")
    if course is not None and not queries.issuers.may_award(session, course, award.issuer_id):
        raise AwardStateError("not_permitted", "the course may no longer award badges of this issuer")
    if award.credential is not None:
        # It stays revoked, for whoever has it. From here on the award has no credential, so `issue` makes one.
        award.credential.replaced_at = now
        bound_statuses.end_bound(award, now)
    try:
        with session.begin_nested():
            award.ended_at, award.why_ended, award.status = None, None, "earned"
            award.again_reason = reason
    except IntegrityError as error:
        raise AwardStateError("held", "the learner has this badge by another award") from error
    session.expire(award)
    dead_jobs.add_or_revive(session, "issue", [{"award_id": award.id}], now)
    events.record(session, "awarded_again", "award", award.id, now, actor=by)


def correct(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """Schedules a new credential of the award, made of the learner's data as they are now; the old one is revoked.

    Raises AwardStateError where the award is revoked, not issued yet, or has expired, NotAllowedError for the learner's
    own act.
    """
    if by.person_id == award.person_id:
        raise NotAllowedError("nobody decides about their own badge")
    queries.awards.lock_award(session, award)
    credential = award.credential
    if award.status == "revoked":
        raise AwardStateError("revoked", "the badge is revoked for good")
    if credential is None:
        raise AwardStateError("not_issued", "the badge is not issued yet")
    if credential.has_expired(now):
        raise AwardStateError("expired", "the badge has expired")
    payload = {"award_id": award.id, "credential_id": credential.id}
    dead_jobs.add_or_revive(session, "replace", [payload], now)
    events.record(session, "corrected", "award", award.id, now, actor=by)


def try_again(session: Session, award: Award, now: datetime, by: Actor) -> None:
    """Has what was given up be tried again: issuing or replacing the credential, and delivering it.

    Raises AwardStateError where nothing was given up.
    """
    if not dead_jobs.retry_award(session, award.id, now, by):
        raise AwardStateError("nothing_dead", "nothing about the badge has to be tried again")


def suspend(session: Session, award: Award, reason: str, now: datetime, by: Actor = TOOL) -> None:
    """Suspends the credential of an issued award until `reinstate`.

    Raises AwardStateError where it is revoked or suspended already, not issued yet, or can only be revoked.
    """
    credential = _suspendable(session, award)
    if credential.suspended_at is not None:
        raise AwardStateError("suspended", "the badge is suspended already")
    credential.suspended_at, credential.suspension_reason = now, reason
    events.record(session, "suspended", "award", award.id, now, actor=by)
    set_status(session, credential, now)
    bound_statuses.suspend_bound(session, award, reason, now)
    notices.plan(session, credential, "suspended", now)


def reinstate(session: Session, award: Award, now: datetime, by: Actor = TOOL) -> None:
    """Ends a suspension; raises AwardStateError as `suspend` does, and where the badge is not suspended."""
    credential = _suspendable(session, award)
    if credential.suspended_at is None:
        raise AwardStateError("not_suspended", "the badge is not suspended")
    credential.suspended_at, credential.suspension_reason = None, None
    # What was seen while it was suspended may renew it now.
    award.rule.decided = None
    events.record(session, "reinstated", "award", award.id, now, actor=by)
    clear_status(session, credential, now)
    bound_statuses.reinstate_bound(session, award, now)
    notices.plan(session, credential, "reinstated", now)


def _suspendable(session: Session, award: Award) -> CredentialRow:
    queries.awards.lock_award(session, award)
    credential = award.credential
    if award.status == "revoked":
        raise AwardStateError("revoked", "the badge is revoked for good")
    if credential is None:
        raise AwardStateError("not_issued", "the badge is not issued yet")
    if credential.status_list.purpose != "suspension":
        raise AwardStateError(
            "cannot_suspend",
            "the badge cannot be suspended: STATUS_PURPOSE was not suspension when it was issued",
        )
    return credential
