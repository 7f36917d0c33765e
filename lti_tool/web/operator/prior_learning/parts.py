"""Which parts an operator has in an application, and so what they see of it.

* Who manages sees steps and dates, appoints assessors, and sees whether they have assessed; what they said, when all
  who are needed have.
* An assessor sees the portfolio of what they are appointed for, and what they said themselves.
* A counsellor sees the portfolio of whoever has asked for help, until another one has given advice, or it is handed in
  without any.
* Of what was withdrawn nobody gets the files any more.
* Who certifies sees what was found once that is revealed, and the list of what was handed in, without the files.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.issuing.issuer import Issuer
from lti_tool.operators.permissions import may
from lti_tool.store.models import PriorLearningApplication, PriorLearningAssessment
from lti_tool.web.operator.visits import OperatorVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which parts an operator has in an application. `own` is their assessment, where they are appointed;
    `assesses_now`: in the round that goes on.
    """

    manages: bool
    counsels: bool
    certifies: bool
    own: PriorLearningAssessment | None
    assesses_now: bool
    is_withdrawn: bool
    is_handed_in: bool

    @property
    def has_any(self) -> bool:
        """Whether they see the application at all."""
        return self.manages or self.counsels or self.certifies or self.own is not None

    @property
    def identifies(self) -> bool:
        """Whether they may check who the candidate is: whoever decides, or has assessed it in this round."""
        return self.certifies or self.assesses_now

    @property
    def sees_portfolio(self) -> bool:
        """Whether they see who the candidate is, and what stands in the portfolio: a draft is the candidate's alone."""
        return self.sees_files or (self.certifies and self.is_handed_in and not self.is_withdrawn)

    @property
    def sees_files(self) -> bool:
        """Whether they get the files of the portfolio."""
        return not self.is_withdrawn and (self.counsels or self.own is not None)


def parts_of(visit: OperatorVisit, issuer: Issuer, row: PriorLearningApplication) -> Parts:
    """The operator's parts now: a role that was taken from them takes its part, too."""
    operator = visit.operator
    own = next((each for each in row.assessments if each.operator_id == operator.id), None)
    asks = row.help_asked_at is not None and row.state in ("identification", "documentation")
    is_free = row.counsellor_id == operator.id or (asks and row.counsellor_id is None)
    return Parts(
        manages=may(operator, issuer.id, "manage_prior_learning"),
        counsels=is_free and own is None and may(operator, issuer.id, "counsel_prior_learning"),
        certifies=may(operator, issuer.id, "certify_prior_learning"),
        own=own if may(operator, issuer.id, "assess_prior_learning") else None,
        assesses_now=own is not None
        and own.round == row.round
        and may(operator, issuer.id, "assess_prior_learning"),
        is_withdrawn=row.state == "withdrawn",
        is_handed_in=row.handed_in_at is not None,
    )
