"""Who the candidate is, checked once more before the decision: no assessor has, or they have another name since.

Every check is of one round and of the name that was shown with it. "Not checked" is no check, whoever says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lti_tool.errors import PriorLearningError
from lti_tool.operators import accounts
from lti_tool.prior_learning.agreement import CHECKED, Identity, stored_found
from lti_tool.prior_learning.applications import lock, name_of
from lti_tool.prior_learning.assessments import of_round
from lti_tool.prior_learning.own_part import check_not_candidate
from lti_tool.store import Session, events
from lti_tool.store.models import PriorLearningApplication, PriorLearningIdentityCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """That an operator has checked who the candidate is, by a method of CHECKED; `name`: as it was shown to them."""

    operator_id: int
    method: str
    name: str


def check(session: Session, row: PriorLearningApplication, checked: Checked, now: datetime) -> None:
    """Records a check that was made now, in the round that waits for its decision.

    Raises PriorLearningError: `wrong_step`, `method` for none of CHECKED, `name_changed` where the name that was shown
    is not the candidate's any more, `own_application`, `is_counsellor`.
    """
    lock(session, row, "certification")
    check_not_candidate(session, row, checked.operator_id)
    if checked.operator_id == row.counsellor_id:
        raise PriorLearningError("is_counsellor", "nobody checks whom they have helped")
    if checked.method not in CHECKED:
        raise PriorLearningError("method", "how the identity was checked is said")
    if not checked.name or checked.name != name_of(row.person):
        raise PriorLearningError(
            "name_changed", "the name that was checked is not the one that they have now"
        )
    session.add(
        PriorLearningIdentityCheck(
            application_id=row.id,
            round=row.round,
            operator_id=checked.operator_id,
            method=checked.method,
            name=checked.name,
            checked_at=now,
        )
    )
    row.changed_at = now
    session.flush()
    session.expire(row, ["identity_checks"])
    by = accounts.actor_of(checked.operator_id)
    events.record(
        session,
        "prior_learning_identity_checked",
        "prior_learning",
        row.id,
        now,
        actor=by,
        why=checked.method,
    )


def confirmed_by(row: PriorLearningApplication) -> Identity | None:
    """How it was checked in this round that the candidate has the name that they have now; None where nobody has.

    The last check counts; before any, that of the first assessor who has made one.
    """
    name = name_of(row.person)
    later = [each for each in row.identity_checks if each.round == row.round and each.name == name]
    if later:
        return next((each for each in CHECKED if each == later[-1].method), None)
    found = (stored_found(each.found) for each in of_round(row) if each.found)
    return next((each.identity for each in found if each.identity in CHECKED and each.name == name), None)
