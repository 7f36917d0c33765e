"""Badges that learners bring, and programs for them: kept, replaced, verified again, removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from badges.verify import Report
from lti_tool.backpack.incoming import Incoming, report_to_keep
from lti_tool.backpack.owners import lock_owner
from lti_tool.errors import BackpackError, NotFoundError
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor
from lti_tool.store.models import KeptBadge

#: Of one learner. More is nothing that somebody has learned, and would be a store of files for strangers.
MOST_BADGES = 500
MOST_BYTES = 50_000_000
#: So often what is kept is verified again. One sweep, which is every hour, begins so many at most, so far apart: a
#: badge may name hosts that use up the whole of its time, and the queue has looks at courses to do.
CHECKED_EVERY = timedelta(days=1)
CHECKS_AT_ONCE, APART = 120, timedelta(seconds=30)
TASK = "check_kept_badge"

UNPROVEN = "unverifiable"
#: Which verdict is better, of those that are proven.
_GOODNESS = {"revoked": 1, "suspended": 2, "expired": 3, "not_yet_valid": 3, "verified": 4}

Outcome = Literal["created", "replaced", "unchanged"]


class Verifies(Protocol):
    """The database, the clock and the verifier; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...

    def clock(self) -> datetime: ...

    def verify(self, file: bytes) -> Report: ...


def keep(
    session: Session,
    people: Sequence[int],
    badge: Incoming,
    now: datetime,
    by: Actor,
    brought_by: str | None = None,
) -> Outcome:
    """Keeps the badge for whoever of these people reads the mail today, unless another of them has it.

    Of one issuer and id there is one. Another text replaces it that is newer by its `validFrom`, or of the same day and
    as good; a proven one replaces whatever is not. `brought_by`: the client_id of a program.

    Raises BackpackError with the code `unproven` for a text that proves nothing where another one is kept that was
    judged, and `too_many`; NotFoundError where there is nobody any more.
    """
    owner = lock_owner(session, people)
    found = queries.backpack.kept_with_identity(session, people, badge.identity)
    row = next((each for each in found if each.person_id == owner), found[0] if found else None)
    if row is not None and not _replaces(badge, row):
        return "unchanged"
    count, size = queries.backpack.kept_sizes(session, people)
    if row is None and count >= MOST_BADGES:
        raise BackpackError("too_many", f"{MOST_BADGES} badges are kept already")
    if size - (row.size if row is not None else 0) + len(badge.text.encode()) > MOST_BYTES:
        raise BackpackError("too_many", f"{MOST_BYTES} bytes are kept already")
    what: Outcome = "created" if row is None else "replaced"
    if row is None:
        row = KeptBadge(person_id=owner, identity=badge.identity, kept_at=now)
        session.add(row)
    _write(row, badge, now, brought_by)
    session.flush()
    data = {"program": brought_by} if brought_by else {}
    if what == "created":
        events.record(session, "badge_kept", "kept_badge", row.id, now, actor=by, data=data)
    else:
        events.record(session, "kept_badge_replaced", "kept_badge", row.id, now, actor=by, data=data)
    return what


def remove(session: Session, row: KeptBadge, now: datetime, by: Actor) -> None:
    """Keeps the badge no more."""
    events.record(session, "kept_badge_removed", "kept_badge", row.id, now, actor=by)
    session.delete(row)


def schedule_checks(session: Session, now: datetime) -> None:
    """Has what was verified longest ago verified again."""
    oldest = queries.backpack.kept_checked_before(session, now - CHECKED_EVERY, CHECKS_AT_ONCE)
    for number, kept_id in enumerate(oldest):
        due_at = now + number * APART
        outbox.schedule_if_absent(session, f"kept-{kept_id}", TASK, {"kept_id": kept_id}, due_at)


def check_again(tool: Verifies, kept_id: int) -> Report:
    """The Report on a kept badge as of now, which is kept in the place of the one before.

    Raises NotFoundError where it is kept no more.
    """
    with tool.store.read() as session:
        row = queries.backpack.kept(session, kept_id)
        if row is None:
            raise NotFoundError(f"the kept badge {kept_id} is there no more")
        text = row.text
    # Other sites are asked: no transaction is open meanwhile.
    report = tool.verify(text.encode())
    with tool.store.begin() as session:
        row = queries.backpack.kept(session, kept_id)
        # It may have been replaced meanwhile, and removed.
        if row is not None and row.text == text:
            row.verdict, row.report = report.verdict, report_to_keep(report)
            row.checked_at = tool.clock()
    return report


def _write(row: KeptBadge, badge: Incoming, now: datetime, brought_by: str | None) -> None:
    row.form, row.text, row.size = badge.form, badge.text, len(badge.text.encode())
    row.name, row.issuer, row.subject = badge.name, badge.issuer, badge.subject
    row.valid_from, row.valid_until = badge.valid_from, badge.valid_until
    row.verdict, row.report = badge.verdict, badge.report
    row.checked_at = row.changed_at = now
    row.brought_by = brought_by


def _replaces(badge: Incoming, row: KeptBadge) -> bool:
    if row.text == badge.text:
        return False
    if badge.verdict == UNPROVEN and row.verdict != UNPROVEN:
        # Anybody can write a text with the issuer and the id of another one.
        raise BackpackError("unproven", "it could not be checked, and the one that is kept was")
    new, old = _goodness(badge.verdict), _goodness(row.verdict)
    if new > 0 and old == 0:
        return True
    if badge.valid_from is not None and row.valid_from is not None and badge.valid_from != row.valid_from:
        return badge.valid_from > row.valid_from
    return new >= old


def _goodness(verdict: str) -> int:
    """0 for what is not proven, or was found to be forged."""
    return _GOODNESS.get(verdict, 0)
