"""What is done about feedback once a day, at an hour that nothing that anybody does decides."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from lti_tool.feedback import later_mails
from lti_tool.feedback.asking import OPEN_FOR
from lti_tool.feedback.pools import publish_answers
from lti_tool.issuing.issuers import Issuers
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.queries.feedback import Opened
from signing.encryption import KeyEncryptionKey

#: Awards that are marked in one transaction.
AWARDS_AT_ONCE = 5000
#: What was over so long ago was marked then; so not all awards of all years are read.
LOOKED_BACK = timedelta(days=366)


class Asks(Protocol):
    """The database, the issuers and the key of stored secrets; `lti_tool.wiring.Tool` has them."""

    @property
    def store(self) -> Store: ...
    @property
    def issuers(self) -> Issuers: ...
    @property
    def stored_secrets_key(self) -> KeyEncryptionKey: ...


def do_daily(tool: Asks, now: datetime) -> None:
    """Publishes what waits, marks the forms that are over as closed, whoever answered, and plans the mails that ask."""
    with tool.store.begin() as session:
        publish_answers(session, tool.stored_secrets_key)
    while _is_more_to_close(tool, now):
        pass
    with tool.store.begin() as session:
        later_mails.plan(session, tool.issuers, now)


def _is_more_to_close(tool: Asks, now: datetime) -> bool:
    with tool.store.begin() as session:
        over = _over(now - OPEN_FOR)
        closed = queries.feedback.close_first_forms(session, over, AWARDS_AT_ONCE)
        closed += _close_later_forms(session, tool.issuers, over)
        return closed > 0


def _close_later_forms(session: Session, issuers: Issuers, over: Opened) -> int:
    found = [(each.id, each.feedback.later_after) for each in issuers.all(session)]
    return sum(
        queries.feedback.close_later_forms(session, issuer_id, _over(over.until - later), AWARDS_AT_ONCE)
        for issuer_id, later in found
        if later is not None
    )


def _over(until: datetime) -> Opened:
    return Opened(after=until - LOOKED_BACK, until=until)
