"""How an issuer may name a person: as its own platform does, else as its own badges do, or as somebody is called who
has turned to it themselves.

An issuer that has awarded somebody in a course of another one learns nothing from the platform of that course: neither
a name that its badge was issued without, or that changed since, nor an e-mail address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from lti_tool.issuing.signed_content import signed_content
from lti_tool.store import Session, queries
from lti_tool.store.queries.roster import Named

#: Of how many people badges are read at once.
AT_ONCE = 200


def named(session: Session, issuer_id: str) -> Iterator[Named]:
    """Everybody on the issuer's platforms, then everybody else who has a badge of it, read some at a time.

    Then those who have only applied there for recognition of prior learning, or claimed a part of a pathway.
    """
    yield from queries.issuer_people.named_by_platforms(session, issuer_id)
    others = queries.issuer_people.others_awarded(session, issuer_id)
    for start in range(0, len(others), AT_ONCE):
        badges = queries.issuer_people.badges_of(session, issuer_id, others[start : start + AT_ONCE])
        for person_id, rows in groupby(badges, key=itemgetter(0)):
            yield Named(person_id, _signed_name(text for _, text in rows), None)
    yield from queries.issuer_people.others_asked(session, issuer_id)


def named_person(session: Session, issuer_id: str, person_id: int) -> Named | None:
    """The person of the issuer with that number; None where there is none, or they were erased."""
    person = queries.issuer_people.person(session, issuer_id, person_id)
    if person is None:
        return None
    if is_on_own_platform(session, issuer_id, person_id):
        return Named(person.id, person.name, person.email)
    badges = queries.issuer_people.badges_of(session, issuer_id, [person_id])
    name = _signed_name(text for _, text in badges)
    if name is None and queries.issuer_people.has_asked(session, issuer_id, person_id):
        # They have told it to this issuer themselves.
        name = person.name or person.stated_name
    return Named(person.id, name, None)


def is_on_own_platform(session: Session, issuer_id: str, person_id: int) -> bool:
    """Whether a platform of the issuer names the person."""
    return bool(queries.issuer_people.accounts(session, issuer_id, person_id))


def _signed_name(texts: Iterable[str]) -> str | None:
    return next((name for text in texts if (name := signed_content(text).name)), None)
