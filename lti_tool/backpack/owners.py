"""Who of the people whose badges a session or a program opens reads the mail today."""

from __future__ import annotations

from collections.abc import Sequence

from lti_tool.errors import NotFoundError
from lti_tool.store import Session, queries
from lti_tool.store.models import Person


def owner_of(people: Sequence[int]) -> int:
    """The last of those who have proved the address, in the order in which they did.

    Two accounts of one person prove it, or it was given to somebody else: then it is only the last who reads its mail.
    """
    return people[-1]


def lock_owner(session: Session, people: Sequence[int]) -> int:
    """The owner, locked: so nothing is kept for anybody after their erasure.

    Raises NotFoundError once they are erased.
    """
    if people:
        person: Person = queries.people.lock_person(session, owner_of(people))
        if person.erased_at is None:
            return person.id
    raise NotFoundError("there is nobody to keep it for")
