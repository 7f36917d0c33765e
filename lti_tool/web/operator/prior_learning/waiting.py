"""What of an application waits for the operator who looks: for lists, so that nobody has to open each."""

from __future__ import annotations

from lti_tool.issuing.issuer import Issuer
from lti_tool.prior_learning.assessments import free_place
from lti_tool.store.models import PriorLearningApplication
from lti_tool.web.operator.prior_learning.parts import parts_of
from lti_tool.web.operator.visits import OperatorVisit
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l


def waits_for(visit: OperatorVisit, issuer: Issuer, row: PriorLearningApplication) -> Sentence | None:
    """What they can do now; None where it waits for somebody else, or for nobody."""
    parts = parts_of(visit, issuer, row)
    if row.state == "assessment":
        if parts.assesses_now and parts.own is not None and parts.own.decided_at is None:
            return _l("Waits for your assessment")
        return _l("Waits for an assessor to be appointed") if parts.manages and free_place(row) else None
    if row.state == "certification":
        before = {row.counsellor_id, *(each.operator_id for each in row.decisions)}
        may_decide = parts.certifies and parts.own is None and visit.operator.id not in before
        return _l("Waits for your decision") if may_decide else None
    if row.help_asked_at is not None and parts.counsels and row.counsellor_id is None:
        return _l("Asks for advice")
    return None
