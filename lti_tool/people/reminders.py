"""Reminders that a person refuses by the link in one, or by the button of their mail program (RFC 8058).

A refusal takes nothing else away: the badge stays, and so do the mails about it that are no reminders.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.errors import NotFoundError
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Person


def are_refused(session: Session, reminded: RemindedPerson) -> bool:
    """Whether the person gets no more such reminders. Raises NotFoundError where they are gone."""
    _demand_person(session, reminded)
    return queries.mails.has_refused(session, reminded.person_id, reminded.kind)


def refuse(session: Session, reminded: RemindedPerson, now: datetime) -> bool:
    """No more such reminders from now on; whether that is new. Raises NotFoundError where the person is gone."""
    _demand_person(session, reminded)
    is_new = queries.mails.refuse(session, reminded.person_id, reminded.kind, now)
    if is_new:
        _record(session, "reminders_refused", reminded, now)
    return is_new


def accept(session: Session, reminded: RemindedPerson, now: datetime) -> None:
    """Such reminders again from now on. Raises NotFoundError where the person is gone."""
    _demand_person(session, reminded)
    if queries.mails.take_back_refusal(session, reminded.person_id, reminded.kind):
        _record(session, "reminders_accepted", reminded, now)


def _record(session: Session, what: str, reminded: RemindedPerson, now: datetime) -> None:
    actor = events.person(reminded.person_id)
    # Only who has been answered can refuse to be told: an issuer that reads its events is not to learn that.
    why = "" if reminded.kind == "answers" else reminded.kind
    events.record(session, what, "person", reminded.person_id, now, actor=actor, why=why)


def _demand_person(session: Session, reminded: RemindedPerson) -> None:
    person = session.get(Person, reminded.person_id)
    if person is None or person.erased_at is not None:
        raise NotFoundError("there is no such person any more")
