"""Templates that should have been reviewed, and reviews of them."""

from __future__ import annotations

from datetime import date

from lti_tool.reviews import recording
from lti_tool.reviews.recording import Findings
from lti_tool.store.models import OperatorRow, TemplateVersion
from lti_tool.wiring import Tool
from tests.fixtures import change_issuer

#: The day before today in the tests' usual time.
YESTERDAY = "2026-11-20"
STOPS = {"overdue_stops": True}
FOUND = Findings(
    conclusion="goes_on",
    answers={"achieving": "All of them passed.", "no-gaps": "None was found."},
    overlap="none",
    next_day=date(2027, 11, 1),
    after=0,
)


def make_overdue(tool: Tool, template_id: str, day: str = YESTERDAY) -> None:
    """Its published versions were to be reviewed by that day."""
    with tool.store.begin() as session:
        for row in session.query(TemplateVersion).filter_by(template_id=template_id).all():
            row.body = row.body | {"review_date": day}


def let_stop(tool: Tool) -> None:
    """The first issuer wants nobody to begin with what is overdue."""
    change_issuer(tool, reviews=STOPS)


def record_review(tool: Tool, template_id: str, findings: Findings = FOUND, issuer_id: str = "") -> None:
    """Somebody of the issuer records a review."""
    with tool.store.begin() as session:
        reviewer = OperatorRow(
            handle=f"reviewer {template_id} {findings.after}", name="Ieva", created_at=tool.clock()
        )
        session.add(reviewer)
        session.flush()
        issuer = tool.issuers.of(session, issuer_id or tool.issuer.id)
        recording.record(session, issuer, template_id, findings, tool.clock(), reviewer.id)
