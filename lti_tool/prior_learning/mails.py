"""Which mails a candidate gets: one at each step, by a job in the transaction of the step."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lti_tool.store import Session, outbox
from lti_tool.store.models import PriorLearningApplication

TASK = "mail_candidate"
Matter = Literal["begun", "advised", "handed_in", "assessed", "granted", "refused", "appealed"]


def schedule(session: Session, row: PriorLearningApplication, matter: Matter, now: datetime) -> None:
    """Has the candidate mailed what became of their application."""
    outbox.add(session, TASK, {"application_id": row.id, "matter": matter}, now)
