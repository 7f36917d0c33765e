"""Which mails a candidate gets: one at each step, by a job in the transaction of the step."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

from badges.template.model import stored_template, text_in
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.letterheads import letterhead
from lti_tool.language import mail_language
from lti_tool.store import Session, outbox, queries
from lti_tool.store.models import PriorLearningApplication
from lti_tool.values import CandidateMail, Recipient

TASK = "mail_candidate"
Matter = Literal["begun", "advised", "handed_in", "assessed", "granted", "refused", "appealed"]
#: Where the pages of an application are, below the address of the tool.
PAGE = "/my/prior-learning"


class Sends(Protocol):
    """The issuers, and the tool's own address; `lti_tool.wiring.Tool` has them."""

    @property
    def issuers(self) -> Issuers: ...

    @property
    def tool_url(self) -> str: ...


def schedule(session: Session, row: PriorLearningApplication, matter: Matter, now: datetime) -> None:
    """Has the candidate mailed what became of their application."""
    outbox.add(session, TASK, {"application_id": row.id, "matter": matter}, now)


def mail_of(
    session: Session, tool: Sends, application_id: int, matter: str
) -> tuple[Issuer, CandidateMail, str] | None:
    """The mail with its issuer and reference; None where the application is gone, or its person has no address."""
    row = queries.prior_learning.application_with_id(session, application_id)
    if row is None or not row.person.email or row.person.erased_at is not None:
        return None
    issuer = tool.issuers.of(session, row.issuer_id)
    language = mail_language([row.person.language, row.language])
    decision = row.decisions[-1] if row.decisions and matter in ("granted", "refused") else None
    until = row.appeal_until if matter == "refused" else None
    mail = CandidateMail(
        recipient=Recipient(name=row.person.name or "", email=row.person.email, language=language),
        issuer=letterhead(issuer, language),
        matter=matter,
        badge=text_in(stored_template(row.version.body).name, language),
        url=f"{tool.tool_url}{PAGE}/{row.key}",
        reference=decision.reference if decision is not None else "",
        last_day=until.astimezone(issuer.profile.zone).date() if until is not None else None,
    )
    return issuer, mail, f"candidate-{row.id}-{matter}-{row.round}"
