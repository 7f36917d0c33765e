"""Which operators are mailed that something in an application waits for them, by a job in the transaction of the step.

Whoever has proved no address on the page of their account gets none. Where that is so of all who could do it, the
issuer's own address gets the mail, so that no candidate waits for somebody who was never told. A mail is only sent
while it is still so: until then somebody else may have done it, or a role may be taken.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from badges.template.model import stored_template, text_in
from lti_tool.conditions.prior_learning_recognised import ASSESSORS
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import best_language
from lti_tool.operators.accounts import as_operator
from lti_tool.operators.permissions import Permission, may
from lti_tool.prior_learning.mails import Sends
from lti_tool.prior_learning.own_part import is_candidate
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import OperatorRow, PriorLearningApplication
from lti_tool.values import OperatorMail, Recipient

TASK = "mail_prior_learning_operator"
Matter = Literal["help_asked", "handed_in", "third_needed", "appealed", "assessed", "appointed"]
#: What whoever is mailed has to be permitted.
_PERMISSIONS: dict[str, Permission] = {
    "help_asked": "counsel_prior_learning",
    "handed_in": "manage_prior_learning",
    "third_needed": "manage_prior_learning",
    "appealed": "manage_prior_learning",
    "assessed": "certify_prior_learning",
    "appointed": "assess_prior_learning",
}


def schedule(session: Session, row: PriorLearningApplication, matter: Matter, now: datetime) -> None:
    """Has all mailed who can do what waits now; the issuer where none of them has an address."""
    able = [
        each
        for each in queries.operators.operators_of(session, row.issuer_id)
        if _is_for(session, row, each, matter)
    ]
    reached = [each.id for each in able if queries.operators.mail_address(session, each.id) is not None]
    for operator_id in reached:
        _add(session, row, matter, operator_id, now)
    if not reached:
        _add(session, row, matter, None, now)


def schedule_for(session: Session, row: PriorLearningApplication, operator_id: int, now: datetime) -> None:
    """Has an assessor mailed that they are appointed."""
    _add(session, row, "appointed", operator_id, now)


def _add(
    session: Session, row: PriorLearningApplication, matter: Matter, operator_id: int | None, now: datetime
) -> None:
    payload = {"application_id": row.id, "matter": matter, "operator_id": operator_id, "round": row.round}
    outbox.add(session, TASK, payload, now)


def mail_of(
    session: Session, tool: Sends, application_id: int, matter: str, operator_id: int | None, round_: int
) -> tuple[Issuer, OperatorMail, str] | None:
    """The mail with its issuer and reference; None where it is not so any more, or nobody is to be mailed."""
    row = queries.prior_learning.application_with_id(session, application_id)
    if row is None or row.round != round_ or not _waits(row, matter):
        return None
    issuer = tool.issuers.of(session, row.issuer_id)
    recipient = (
        Recipient(name="", email=issuer.profile.email, language=best_language([row.language]))
        if operator_id is None
        else _recipient(session, row, operator_id, matter)
    )
    if recipient is None or not recipient.email:
        return None
    slug, account = issuer.profile.slug, f"{tool.tool_url}/operator/account"
    mail = OperatorMail(
        recipient=recipient,
        issuer=letterhead(issuer, recipient.language),
        matter=matter,
        badge=text_in(stored_template(row.version.body).name, recipient.language),
        url=f"{tool.tool_url}/operator/issuers/{slug}/prior-learning/applications/{row.key}",
        account_url="" if operator_id is None else account,
    )
    return issuer, mail, f"operator-{operator_id or 0}-{row.id}-{matter}-{row.round}"


def _recipient(
    session: Session, row: PriorLearningApplication, operator_id: int, matter: str
) -> Recipient | None:
    operator = queries.operators.operator(session, operator_id)
    address = queries.operators.mail_address(session, operator_id)
    if operator is None or address is None or not _is_for(session, row, operator, matter):
        return None
    return Recipient(name=operator.name, email=address.address, language=best_language([address.language]))


def _waits(row: PriorLearningApplication, matter: str) -> bool:
    """Whether that still waits for anybody."""
    taken = [each for each in row.assessments if each.round == row.round]
    match matter:
        case "help_asked":
            return row.state in ("identification", "documentation") and row.counsellor_id is None
        case "handed_in" | "appealed":
            return row.state == "assessment" and len(taken) < ASSESSORS
        case "third_needed":
            # All have said theirs, and it was not enough.
            return (
                row.state == "assessment" and len(taken) == ASSESSORS and all(each.sealed for each in taken)
            )
        case "appointed":
            return row.state == "assessment"
        case "assessed":
            return row.state == "certification"
        case _other:
            return False


def _is_for(session: Session, row: PriorLearningApplication, operator: OperatorRow, matter: str) -> bool:
    """Whether it is the operator who can do what waits: they have the role, and no other part that excludes them."""
    permission = _PERMISSIONS.get(matter)
    if permission is None or operator.disabled_at is not None:
        return False
    if not may(as_operator(operator, "openid"), row.issuer_id, permission):
        return False
    own = [each for each in row.assessments if each.operator_id == operator.id]
    if matter == "appointed" and not any(each.round == row.round and each.decided_at is None for each in own):
        return False
    before = {row.counsellor_id, *(each.operator_id for each in row.decisions)}
    if matter == "assessed" and (own or operator.id in before):
        return False
    return not is_candidate(session, row, operator.id)
