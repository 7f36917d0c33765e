"""A badge brought to a host by a job, and what is done where that fails.

A host may keep the badge and fail to say so: bringing it again changes nothing then (304), so whatever is not known to
have worked is simply done once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lti_tool.deliveries.recording import record
from lti_tool.errors import HostError
from lti_tool.hosts import telling
from lti_tool.hosts.accesses import MARGIN, lose, opened_by, renewed, tokens_of
from lti_tool.hosts.client import Tokens
from lti_tool.hosts.connecting import Calls
from lti_tool.hosts.upsert import push
from lti_tool.issuing.hosts_to_bring import TASK
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.models import BroughtBadge
from lti_tool.values import Json

#: As certification asks for it: two more attempts, half an hour apart where the host does not say when.
ATTEMPTS = 3
WAIT = timedelta(minutes=30)
#: The least that a host is left alone that asks for it.
LEAST_WAIT = 5.0
#: A host that asks to wait again and again is asked no longer than this.
PATIENCE = timedelta(days=3)
#: What no further attempt would change.
PERMANENT = frozenset(
    {"lost", "refused", "too_large", "altered", "refused_address", "other_host", "takes_none"}
)

#: The domains whose addresses are given to other people later, see `people.addresses.opened_by`.
ReusedDomains = Callable[[Session], Collection[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """A badge that is to be brought now, or once `quiet_until` has passed."""

    brought_id: int
    access_id: int
    host_id: int
    base: str
    given_at: datetime
    credential_id: str
    text: str = field(repr=False)
    tokens: Tokens
    quiet_until: datetime | None


def bring(tool: Calls, reused_domains: ReusedDomains, job_id: str, payload: Json) -> None:
    """Brings the badge of a job, and ends the job or has it done later. Raises nothing of the host."""
    brought_id, now = payload["brought_id"], tool.clock()
    with tool.store.begin() as session:
        order = _order(tool, session, brought_id, reused_domains)
        if order is None:
            outbox.finish(session, job_id)
            return
        if order.quiet_until is not None and order.quiet_until > now:
            outbox.reschedule(session, job_id, TASK, payload, order.quiet_until)
            return
    try:
        _bring(tool, order)
    except HostError as error:
        trouble = error
        record(tool.store, lambda session: _fail(session, order, trouble, job_id, payload, tool.clock()))
    else:
        record(tool.store, lambda session: _succeed(session, order, job_id, tool.clock()))


def _bring(tool: Calls, order: _Order) -> None:
    tokens = order.tokens
    if tokens.ends_at - MARGIN <= tool.clock():
        tokens = renewed(tool, order.access_id, tokens)
    try:
        push(tool.verifier_outgoing, order.base, tokens.access, order.text, tool.clock())
    except HostError as error:
        if error.code != "token":
            raise
        # Once: a host that takes no new token either takes none of this learner.
        tokens = renewed(tool, order.access_id, tokens)
        try:
            push(tool.verifier_outgoing, order.base, tokens.access, order.text, tool.clock())
        except HostError as again:
            raise HostError("lost") if again.code == "token" else again from error


def _order(tool: Calls, session: Session, brought_id: int, reused_domains: ReusedDomains) -> _Order | None:
    """What is to be brought; None where nothing is any more, which the row says then."""
    row = queries.hosts.lock_brought(session, brought_id)
    if row is None or row.status != "pending":
        return None
    access, award = row.access, row.award
    credential = award.credential
    is_theirs = award.person_id in opened_by(session, access, reused_domains(session), tool.clock())
    if credential is None or credential.revoked_at is not None or not is_theirs:
        # What is revoked is brought nowhere anew: whoever has it already sees that in the status list.
        _leave(session, row)
        return None
    if access.lost_at is not None:
        row.status, row.trouble = "failed", "lost"
        return None
    return _Order(
        brought_id=brought_id,
        access_id=access.id,
        host_id=access.host_id,
        base=access.host.url,
        given_at=access.given_at,
        credential_id=credential.id,
        text=credential.text,
        tokens=tokens_of(tool, access),
        quiet_until=access.host.quiet_until,
    )


def _leave(session: Session, row: BroughtBadge) -> None:
    if row.brought_at is None:
        session.delete(row)
    else:
        row.status, row.trouble = "brought", None


def _succeed(session: Session, order: _Order, job_id: str, now: datetime) -> None:
    row = queries.hosts.lock_brought(session, order.brought_id)
    outbox.finish(session, job_id)
    if row is None or row.status != "pending":
        return
    current = row.award.credential
    if current is not None and current.id == order.credential_id:
        row.status = "brought"
    # Else it was replaced while this one was brought, and the job is done once more.
    row.trouble, row.brought_at, row.credential_id = None, now, order.credential_id
    row.award.brought_at = row.award.brought_at or now
    host = queries.hosts.lock_host(session, order.host_id)
    if host is not None:
        host.used_at, host.quiet_until = now, None
    data = {"access": order.access_id, "credential": order.credential_id}
    events.record(session, "badge_brought", "award", row.award_id, now, data=data)


def _fail(
    session: Session, order: _Order, error: HostError, job_id: str, payload: Json, now: datetime
) -> None:
    # The access before the badge, as whoever ends it locks them.
    access = queries.hosts.lock_access(session, order.access_id)
    row = queries.hosts.lock_brought(session, order.brought_id)
    if access is None or row is None or row.status != "pending":
        outbox.finish(session, job_id)
        return
    if access.given_at != order.given_at:
        # It was given anew meanwhile: what the host says of the old tokens is over.
        outbox.reschedule(session, job_id, TASK, payload, now)
        return
    row.trouble = error.code
    if error.code == "lost":
        lose(session, access, order.given_at, now)
    if error.code != "busy":
        row.attempts += 1
    is_over = error.code in PERMANENT or row.attempts >= ATTEMPTS or now - row.asked_at >= PATIENCE
    if is_over:
        row.status = "failed"
        data = {"access": order.access_id}
        events.record(session, "badge_not_brought", "award", row.award_id, now, why=error.code, data=data)
        telling.plan(session, access, row.award_id, error.code, now)
        outbox.finish(session, job_id)
        return
    seconds = WAIT.total_seconds() if error.retry_after is None else max(error.retry_after, LEAST_WAIT)
    due_at = now + timedelta(seconds=seconds)
    host = queries.hosts.lock_host(session, order.host_id)
    if host is not None and error.code in ("busy", "unreachable"):
        # One learner's badges, or many learners', do not each hold up a worker to learn the same.
        host.quiet_until = max(due_at, host.quiet_until or due_at)
    outbox.reschedule(session, job_id, TASK, payload, due_at)
