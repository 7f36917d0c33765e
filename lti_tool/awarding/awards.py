"""The life of an award: earned once by a decision, later revoked, or suspended and reinstated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lti_tool.conditions.decide import Decision
from lti_tool.errors import NotAllowedError
from lti_tool.issuing.status_lists import clear_status, set_status
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import Award, AwardRule, CredentialRow, RuleVersion


def award(
    session: Session, rule: AwardRule, version: RuleVersion, person_id: int, decision: Decision, now: datetime
) -> Award | None:
    """The award of a person for whom the rule's version came to `earned`; None where they have one already.

    Issuing is only scheduled here, in the caller's transaction: an award that is committed will be issued.
    """
    template_id = version.template_version.template_id
    fresh = Award(
        issuer_id=version.template_version.issuer_id,
        course_id=rule.course_id,
        template_id=template_id,
        person_id=person_id,
        rule=rule,
        rule_version_id=version.id,
        template_version_id=version.template_version_id,
        score=decision.score,
        trace=decision.as_json(),
        completed_at=decision.completed_at or now,
        earned_at=now,
    )
    # Two workers may decide the same at once. The unique constraint (course, template, person) lets one insert
    # succeed; the savepoint keeps the failure of the other from undoing the rest of its transaction.
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        return None
    outbox.add(session, "issue", {"award_id": fresh.id}, now)
    events.record(session, "awarded", "award", fresh.id, now, data={"person": person_id, "rule": rule.id})
    return fresh


def revoke(session: Session, award: Award, reason: str, now: datetime, by: Actor = TOOL) -> None:
    """Revokes the award for good, and its credential, if there is one, with the reason that its page shows.

    A revoked award stays as it is.
    """
    # `issue` locks the award too before it stores a credential: either it sees that the award is revoked, or this
    # function sees the credential. Without the lock a credential could be stored that nobody revokes.
    queries.awards.lock_award(session, award)
    if award.status == "revoked":
        return
    award.status = "revoked"
    # The reason is what somebody typed, so it stays with the credential; events hold ids and codes only.
    events.record(session, "revoked", "award", award.id, now, actor=by)
    credential = award.credential
    if credential is None:
        return
    credential.revoked_at, credential.revocation_reason = now, reason
    set_status(session, credential)


def suspend(session: Session, award: Award, reason: str, now: datetime, by: Actor = TOOL) -> None:
    """Suspends the credential of an issued award until `reinstate`; what is suspended already stays as it is.

    Raises NotAllowedError where the award has no credential, or one that can only be revoked.
    """
    credential = _suspendable(session, award)
    if credential.suspended_at is None:
        credential.suspended_at, credential.suspension_reason = now, reason
        events.record(session, "suspended", "award", award.id, now, actor=by)
        set_status(session, credential)


def reinstate(session: Session, award: Award, now: datetime, by: Actor = TOOL) -> None:
    """Ends a suspension; raises NotAllowedError as `suspend` does."""
    credential = _suspendable(session, award)
    if credential.suspended_at is not None:
        credential.suspended_at, credential.suspension_reason = None, None
        events.record(session, "reinstated", "award", award.id, now, actor=by)
        clear_status(session, credential)


def _suspendable(session: Session, award: Award) -> CredentialRow:
    queries.awards.lock_award(session, award)
    credential = award.credential
    if award.status != "issued" or credential is None or credential.status_list.purpose != "suspension":
        raise NotAllowedError(
            "the badge cannot be suspended: STATUS_PURPOSE was not suspension when it was issued"
        )
    return credential
