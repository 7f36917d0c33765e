"""Nobody has a part in an application of their own, as far as it can be known: by an address that both have proved."""

from __future__ import annotations

from lti_tool.errors import PriorLearningError
from lti_tool.people.addresses import addresses_of
from lti_tool.store import Session, queries
from lti_tool.store.models import PriorLearningApplication


def is_candidate(session: Session, row: PriorLearningApplication, operator_id: int) -> bool:
    """Whether the operator gets their mails where the candidate does.

    Operators are no people of a platform, and a name is no proof; whoever has given no address is not recognised.
    """
    own = queries.operators.mail_address(session, operator_id)
    if own is None:
        return False
    known = set(addresses_of(session, {row.person_id}))
    if row.person.email:
        known.add(row.person.email.strip().lower())
    return own.address in known


def check_not_candidate(session: Session, row: PriorLearningApplication, operator_id: int) -> None:
    """Raises PriorLearningError, `own_application`, where the operator is the candidate."""
    if is_candidate(session, row, operator_id):
        raise PriorLearningError("own_application", "nobody has a part in an application of their own")
