"""The third step: two assessors, each without knowing what the other says, and a third where they differ.

What an assessor says stays sealed until all who are needed have said it; then it is revealed together, and becomes
observations in the ledger. The issuer appoints: nobody assesses where they counsel, and a later round has others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.conditions.prior_learning_recognised import ASSESSORS
from lti_tool.errors import PriorLearningError
from lti_tool.observations import PRIOR_LEARNING_ASSESSED, Observation
from lti_tool.operators import accounts
from lti_tool.prior_learning import mails, operator_mails
from lti_tool.prior_learning.agreement import IDENTITIES, Found, agree, is_complete, stored_found
from lti_tool.prior_learning.applications import lock, name_of
from lti_tool.prior_learning.own_part import check_not_candidate
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import (
    OperatorRow,
    PriorLearningApplication,
    PriorLearningAssessment,
)

SOURCE = "prior_learning"
LONGEST_WORDS = 5000


def free_place(row: PriorLearningApplication) -> int | None:
    """The place for which an assessor can be appointed now: 1 or 2, or 3 once the two differ; None for none."""
    own = of_round(row)
    taken = {each.place for each in own}
    for place in range(1, ASSESSORS + 1):
        if place not in taken:
            return place
    return ASSESSORS + 1 if len(own) == ASSESSORS and _differ(own) else None


def of_round(row: PriorLearningApplication) -> Sequence[PriorLearningAssessment]:
    """The assessments of the application's round, by place."""
    return [each for each in row.assessments if each.round == row.round]


def appoint(
    session: Session, row: PriorLearningApplication, assessor: OperatorRow, now: datetime, by: Actor
) -> None:
    """Appoints an operator, who is an assessor of the issuer, for the free place.

    Raises PriorLearningError: `wrong_step` before the portfolio is handed in, `no_place`, `is_counsellor`, `appointed`
    where they are already, or were in an earlier round, `not_assessor`, `own_application`.
    """
    lock(session, row, "assessment")
    if not is_assessor(assessor, row.issuer_id):
        raise PriorLearningError("not_assessor", "the operator is no assessor of the issuer")
    check_not_candidate(session, row, assessor.id)
    if assessor.id == row.counsellor_id:
        raise PriorLearningError("is_counsellor", "nobody assesses where they counselled")
    if any(each.operator_id == assessor.id for each in row.assessments):
        raise PriorLearningError("appointed", "they assess this already, or did in the round before")
    place = free_place(row)
    if place is None:
        raise PriorLearningError("no_place", "nobody else is needed")
    session.add(
        PriorLearningAssessment(
            application_id=row.id, round=row.round, place=place, operator_id=assessor.id, appointed_at=now
        )
    )
    row.changed_at = now
    session.flush()
    session.expire(row, ["assessments"])
    _record(session, row, "prior_learning_assessor_appointed", now, by, {"operator": assessor.id})
    operator_mails.schedule_for(session, row, assessor.id, now)


def is_assessor(operator: OperatorRow, issuer_id: str) -> bool:
    """Whether the operator, whose account is not disabled, has the role at the issuer."""
    roles = {each.role for each in operator.roles if each.issuer_id == issuer_id}
    return operator.disabled_at is None and "assessor" in roles


def dismiss(
    session: Session, row: PriorLearningApplication, assessment_id: int, now: datetime, by: Actor
) -> None:
    """Takes an appointment back, where nothing was said yet. Raises PriorLearningError, `wrong_step`, `decided`."""
    lock(session, row, "assessment")
    found = next((each for each in of_round(row) if each.id == assessment_id), None)
    if found is None or found.decided_at is not None:
        raise PriorLearningError("decided", "there is no such appointment any more, or they have assessed")
    data = {"operator": found.operator_id}
    queries.prior_learning.delete_assessment(session, found)
    row.changed_at = now
    _record(session, row, "prior_learning_assessor_dismissed", now, by, data)


def assess(
    session: Session, row: PriorLearningApplication, operator_id: int, found: Found, now: datetime
) -> None:
    """Keeps what the appointed assessor says, once; revealed with that of the others when all is said.

    Raises PriorLearningError: `wrong_step`, `not_appointed`, `decided`, `answers` where not each learning outcome is
    judged in words, `identity`, `name_changed` where the candidate has meanwhile stated another name,
    `own_application`.
    """
    template = lock(session, row, "assessment")
    own = next((each for each in of_round(row) if each.operator_id == operator_id), None)
    if own is None:
        raise PriorLearningError("not_appointed", "they are not appointed")
    check_not_candidate(session, row, operator_id)
    if own.decided_at is not None:
        raise PriorLearningError("decided", "they have assessed already")
    if len(found.outcomes) != len(template.learning_outcomes) or not all(
        each.words for each in found.outcomes
    ):
        raise PriorLearningError("answers", "each learning outcome is judged, with reasons")
    known = range(1, len(template.outcome_levels) + 1)
    if not all(each.level is None or (each.met and each.level in known) for each in found.outcomes):
        raise PriorLearningError("answers", "a level is one of the template, of an outcome that was met")
    if found.identity not in IDENTITIES:
        raise PriorLearningError("identity", "how the identity was checked is said")
    if found.identity != "none" and found.name != name_of(row.person):
        raise PriorLearningError(
            "name_changed", "the name that was checked is not the one that they have now"
        )
    own.sealed, own.decided_at, row.changed_at = found.as_json(), now, now
    session.flush()
    # What was said is not in the event: events can be read before all have said theirs.
    _record(session, row, "prior_learning_assessed", now, accounts.actor_of(operator_id), {})
    said = [stored_found(each.sealed) for each in of_round(row) if each.sealed]
    if is_complete(said):
        _reveal(session, row, now)
    elif free_place(row) == ASSESSORS + 1:
        operator_mails.schedule(session, row, "third_needed", now)


def _reveal(session: Session, row: PriorLearningApplication, now: datetime) -> None:
    for each in of_round(row):
        if each.sealed is not None:
            each.found, each.sealed, each.revealed_at = each.sealed, None, now
    row.state, row.assessed_at = "certification", now
    session.flush()
    queries.observations.add(session, [_observation(row, each) for each in of_round(row) if each.found])
    mails.schedule(session, row, "assessed", now)
    operator_mails.schedule(session, row, "assessed", now)


def _observation(row: PriorLearningApplication, each: PriorLearningAssessment) -> Observation:
    found = stored_found(each.found or {})
    return Observation(
        course=None,
        issuer=row.issuer_id,
        person=row.person_id,
        kind=PRIOR_LEARNING_ASSESSED,
        resource=row.key,
        value={
            "round": each.round,
            "place": each.place,
            "met": [one.met for one in found.outcomes],
            "levels": [one.level for one in found.outcomes],
            "identity": found.identity,
        },
        seen_at=each.decided_at or row.changed_at,
        source=SOURCE,
    )


def _differ(own: Sequence[PriorLearningAssessment]) -> bool:
    said = [stored_found(each.sealed) for each in own if each.sealed]
    return len(said) == len(own) and not agree(said)


def _record(
    session: Session, row: PriorLearningApplication, what: str, now: datetime, by: Actor, data: dict[str, int]
) -> None:
    events.record(session, what, "prior_learning", row.id, now, actor=by, data=data)
