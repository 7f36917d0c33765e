"""The ledger of a course: what is known of it, and what sources find, appended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from lti_tool.observations import KnownPerson, Observation
from lti_tool.sources.found import Found
from lti_tool.store import Session, queries
from lti_tool.store.database import Store
from lti_tool.store.models import Course


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Who saw it, when, in which look; `actor` is the person by whose own act it came about."""

    source: str
    at: datetime
    look: int | None = None
    actor: int | None = None


class Ledger:
    """What is known of a course, for a source that compares with it: a `lti_tool.sources.found.Known`.

    Each question is a session of its own for reading: a source asks between two pages of its platform, which may take
    a minute each. A look is overtaken by any later one, so nothing that it compares with changes meanwhile.
    """

    def __init__(self, store: Store, registration_id: int, course_id: int) -> None:
        self._store = store
        self._registration_id = registration_id
        self._course_id = course_id
        #: Those who were asked about and were erased: nothing is recorded of them.
        self.erased: set[str] = set()

    @cached_property
    def course(self) -> Sequence[Observation]:
        """What was observed of the course itself."""
        with self._store.read() as session:
            return queries.observations.about_course(session, self._course_id)

    @cached_property
    def api_ids(self) -> Mapping[str, str]:
        """The ids that the platform's own API has of the people of the course, by their user_ids, as far as known."""
        with self._store.read() as session:
            return queries.people.api_ids_in(session, self._registration_id, self._course_id)

    @cached_property
    def usernames(self) -> Mapping[str, str]:
        """By what the people of the course log in, by their user_ids, as far as known."""
        return {user_id: name for user_id, (_, name) in self._observed.items() if name is not None}

    @cached_property
    def _observed(self) -> Mapping[str, tuple[int, str | None]]:
        """The ids and usernames, by user_id, of all of whom anything was observed in the course.

        Nearly all who are asked about are among them. In a large database it is much less work to find them by the
        course than by their user_ids, which are next to each other in no index.
        """
        with self._store.read() as session:
            return queries.people.accounts_in(session, self._registration_id, self._course_id)

    def people(self, user_ids: Sequence[str], kinds: frozenset[str]) -> Mapping[str, KnownPerson]:
        """Those of these people who are known, by user_id, with their observations of these kinds in the course."""
        ids = {user_id: self._observed[user_id][0] for user_id in user_ids if user_id in self._observed}
        new = [user_id for user_id in user_ids if user_id not in ids]
        with self._store.read() as session:
            if new:
                ids |= queries.people.person_ids(session, self._registration_id, new)
            known = queries.observations.known_people(session, self._course_id, ids.values(), kinds)
        self.erased.update(user_id for user_id, person_id in ids.items() if person_id not in known)
        return {user_id: known[person_id] for user_id, person_id in ids.items() if person_id in known}

    def everybody(self, kind: str | None = None) -> Iterable[str]:
        """The user_ids of all of whom anything, or anything of this kind, was observed in the course."""
        if kind is None:
            return self._observed
        with self._store.read() as session:
            return queries.people.observed_in(session, self._registration_id, self._course_id, kind)

    def counts(self, source: str) -> Mapping[str, int]:
        """The counts of the source's last look at the course that was answered; empty where there was none."""
        with self._store.read() as session:
            looks = queries.observations.last_looks(session, self._course_id).get(source)
        return looks.counts if looks is not None else {}


def append(
    session: Session, course: Course, found: Iterable[Found], seen: Seen, people: Mapping[str, int]
) -> None:
    """Appends what was found; `people` are the person ids by user_id, and who is not among them is left out."""
    queries.observations.add(
        session,
        (
            Observation(
                course=course.id,
                person=None if each.user_id is None else people[each.user_id],
                kind=each.kind,
                resource=each.resource,
                value=each.value,
                seen_at=seen.at,
                source=seen.source,
                actor=seen.actor,
                look=seen.look,
            )
            for each in found
            if each.user_id is None or each.user_id in people
        ),
    )
