"""Messages that platforms send to a source: what they tell is appended to the ledger, and decided."""

from __future__ import annotations

from datetime import timedelta

from lti_tool.awarding import copies
from lti_tool.awarding.decisions import decide_course
from lti_tool.awarding.ledger import Seen, append
from lti_tool.awarding.looks import is_looked_at, look_soon
from lti_tool.errors import NotFoundError
from lti_tool.observations import Policy
from lti_tool.sources import SOURCES
from lti_tool.sources.found import Message, Reply, differing
from lti_tool.store import queries
from lti_tool.store.database import Store

#: How often it is noted that a message was refused.
REFUSALS_NOTED_EVERY = timedelta(minutes=1)


def methods_of(name: str) -> frozenset[str]:
    """By which methods the source takes messages. Raises NotFoundError where no source of that name takes any."""
    source = SOURCES.get(name)
    if not hasattr(source, "receive"):
        raise NotFoundError("no source takes messages here")
    return frozenset(getattr(source, "METHODS", {"POST"}))


def receive(store: Store, source: str, message: Message, policy: Policy) -> Reply:
    """The source's reply. Raises NotFoundError where no source of that name takes messages.

    A source checks for itself who sent the message. What it finds about courses or people that no launch and no list
    has shown yet is left out.
    """
    methods_of(source)
    reply: Reply = SOURCES[source].receive(message)
    if message.access is not None and reply.status not in (429, 503):
        _note(store, source, message, is_refused=reply.status >= 400)
    with store.begin() as session:
        for context_id in reply.changed:
            course = queries.people.course_of(session, message.registration.id, context_id)
            if course is not None and is_looked_at(session, course):
                look_soon(session, course.id, message.received_at)
    for copy in reply.copies:
        with store.begin() as session:
            copies.note(session, message.registration.id, copy, source, message.received_at)
    for context_id, found in reply.found.items():
        with store.begin() as session:
            course = queries.people.course_of(session, message.registration.id, context_id)
            if course is None:
                continue
            course = queries.people.lock_course(session, course.id)
            user_ids = [each.user_id for each in found if each.user_id is not None]
            people = queries.people.people_of(session, message.registration.id, user_ids)
            ids = {user_id: person.id for user_id, person in people.items()}
            names = {person_id: user_id for user_id, person_id in ids.items()}
            known = queries.observations.of_people(session, course.id, names)
            own = {names.get(person_id) if person_id else None: seen for person_id, seen in known.items()}
            new = differing(found, own, source)
            append(session, course, new, Seen(source=source, at=message.received_at), ids)
        decide_course(store, course.id, policy, message.received_at)
    return reply


def _note(store: Store, source: str, message: Message, *, is_refused: bool) -> None:
    """Notes whether the platform's messages are accepted, so that an operator can see that none gets through.

    Anybody may send one, so a refusal is stored once a minute at most.
    """
    now = message.received_at
    with store.begin() as session:
        refused_at = now if is_refused else None
        queries.platforms.note_message(
            session, message.registration.id, source, refused_at, now - REFUSALS_NOTED_EVERY
        )
