"""What is done about feedback once a day, at an hour that nothing that anybody does decides."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from lti_tool.feedback import later_mails
from lti_tool.feedback.asking import OPEN_FOR
from lti_tool.feedback.pools import publish_answers
from lti_tool.issuing.issuers import Issuers
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from signing.encryption import KeyEncryptionKey

#: Awards that are marked in one transaction.
AWARDS_AT_ONCE = 5000


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
        closed = queries.feedback.close_first_forms(session, now - OPEN_FOR, AWARDS_AT_ONCE)
        closed += _close_later_forms(session, tool.issuers, now)
        return closed > 0


def _close_later_forms(session: Session, issuers: Issuers, now: datetime) -> int:
    return sum(
        queries.feedback.close_later_forms(
            session, [issuer.id], now - issuer.feedback.later_after - OPEN_FOR, AWARDS_AT_ONCE
        )
        for issuer in issuers.all(session)
        if issuer.feedback.later_after is not None
    )
