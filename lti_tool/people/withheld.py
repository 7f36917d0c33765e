"""What learners do not want in their badges: their name, or the hash of their e-mail address."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from lti_tool.errors import NotAllowedError
from lti_tool.store import Session, dead_jobs, events, journal, queries
from lti_tool.store.events import Actor

NAME, EMAIL = "name", "email"
CHOICES = (NAME, EMAIL)


def change(session: Session, person_id: int, choices: Collection[str], now: datetime, by: Actor) -> None:
    """Keeps what the person does not want in their badges, and has those that they have replaced.

    Raises NotAllowedError for both at once: a badge in which nothing says whose it is proves nothing.
    """
    chosen = [each for each in CHOICES if each in choices]
    if len(chosen) == len(CHOICES):
        raise NotAllowedError("a badge without the name and without the e-mail address would be nobody's")
    person = queries.people.lock_person(session, person_id)
    if person.erased_at is not None or person.withheld == chosen:
        return
    left = {NAME: person.name, EMAIL: person.email}
    if not any(value for name, value in left.items() if name not in chosen):
        raise NotAllowedError("the platform tells nothing else by which the badge would be somebody's")
    person.withheld = chosen
    accounts = queries.issuer_erasures.hashes_of(session, person_id)
    note = {"accounts": [list(each) for each in accounts], "withheld": chosen}
    journal.note(session, "details_withheld", note, now)
    payloads = [
        {"award_id": row.award_id, "credential_id": row.id}
        for row in queries.credentials.credentials_of_learner(session, person_id)
        if not row.has_expired(now)
    ]
    dead_jobs.add_or_revive(session, "replace", payloads, now)
    data = {"withheld": chosen, "credentials": len(payloads)}
    events.record(session, "details_withheld", "person", person_id, now, actor=by, data=data)
