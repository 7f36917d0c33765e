"""What Canvas itself has as completed, and its scores, by its REST API, in the name of a teacher who permitted that.

What it cannot see: a course without requirements in its modules is never completed, and a section that the teacher does
not see is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from lti_tool.errors import PlatformError
from lti_tool.observations import (
    ACTIVITIES,
    ACTIVITY_COMPLETED,
    COURSE_COMPLETED,
    FINAL_SCORE,
    REQUIREMENTS_MET,
    KnownPerson,
    Observation,
    select,
)
from lti_tool.platforms import consent
from lti_tool.platforms.canvas_rest import (
    SCOPES,
    CanvasCourse,
    Enrollment,
    Module,
    ModuleState,
    Progress,
    client,
)
from lti_tool.platforms.claims import MAX_NUMBER_LENGTH
from lti_tool.platforms.consent import Client, Consent, ConsentRequest
from lti_tool.platforms.services import Connection
from lti_tool.sources import _canvas
from lti_tool.sources.found import NOBODY, Answer, Asked, Found, Known, in_parts, is_new
from lti_tool.sources.set_up import Setting, https_url
from lti_tool.values import Access, Decrypt, Given, Member

NAME = "canvas_rest"
GIVES = frozenset({COURSE_COMPLETED, ACTIVITY_COMPLETED, FINAL_SCORE})
RANK = 1
PRODUCTS = frozenset({"canvas"})

#: Of how many learners the modules are read at most in one look, a call for each: the next look goes on.
MOST_STATES = 200
#: What a look tells by the progress of learners.
BY_PROGRESS = frozenset({COURSE_COMPLETED, ACTIVITY_COMPLETED})


def canvas_site(text: str) -> str:
    """The address of a Canvas. Raises ValueError for one that is none, and for a copy that is there to try things in.

    Such a copy has the courses, people and ids of the real one.
    """
    url = https_url(text)
    host = urlsplit(url).hostname or ""
    if host.endswith((".beta.instructure.com", ".test.instructure.com")):
        raise ValueError(f"{text} is a test copy of Canvas: badges are awarded by the real one only")
    return url


def client_number(text: str) -> str:
    """The id of a developer key, which Canvas counts. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_NUMBER_LENGTH):
        raise ValueError(
            f"{text} is no client id: Canvas shows it in the list of developer keys, as a number"
        )
    return text


SET_UP = (
    Setting(name="site", read=canvas_site),
    Setting(name="client_id", read=client_number),
    Setting(name="client_secret", is_secret=True),
)


def is_open(asked: Asked) -> bool:
    """Whether a teacher has let the tool read the course."""
    site = consent_site(asked)
    if site is None:
        return False
    # What was granted by one Canvas, or to one key, is sent to no other.
    given = asked.access[NAME].settings
    return (given.get("granted_site"), given.get("granted_client")) == (site, given["client_id"])


def consent_site(asked: Asked) -> str | None:
    """The address of the Canvas that asks a teacher; None where no operator has set it up."""
    access = asked.access.get(NAME)
    return access.settings.get("site") if asked.product == "canvas" and access is not None else None


def consent_url(access: Access, decrypt: Decrypt, request: ConsentRequest) -> str:
    """Where Canvas asks a teacher whether the tool may read the course."""
    return consent.consent_url(_client(access, decrypt), request, SCOPES)


def given_by(access: Access, connection: Connection, given: Consent) -> Given:
    """What a teacher's consent gives the source for the course. Raises PlatformError.

    It has to be the person who pressed the button in the course: a teacher could send the address of Canvas's page to
    somebody who may see more than they.
    """
    granted = consent.exchange(connection, _client(access, connection.decrypt), given)
    expected = given.api_id.rpartition(":")[2]
    if expected and granted.user_id != expected:
        _end(connection, access, granted.access_token)
        raise PlatformError(
            "you are logged in to Canvas as somebody else than in the course. Log in there as yourself, and try again",
            permanent=True,
        )
    return Given(
        settings={
            "granted_at": connection.clock().isoformat(),
            "granted_site": access.settings["site"],
            "granted_client": access.settings["client_id"],
        },
        secrets={"refresh_token": granted.refresh_token or ""},
    )


def withdraw(access: Access, connection: Connection) -> None:
    """Ends at Canvas what a teacher let the tool do. Raises PlatformError where Canvas could not be told."""
    refresh_token = access.secrets(connection.decrypt).get("refresh_token")
    if not refresh_token:
        return
    own = _client(access, connection.decrypt)
    try:
        consent.withdraw(connection, own, consent.access_token(connection, own, refresh_token))
    except consent.ConsentLostError:
        return
    finally:
        connection.user_tokens.drop(refresh_token)


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """What is new in the progress and the scores of the course. Raises PlatformError.

    Of the two each may be unreadable by itself: then the links that need it are in trouble, and no others.
    """
    wanted = frozenset().union(*(link.reads for link in asked.links)) & GIVES
    reading = _Reading(asked, connection, known, wanted)
    trouble: dict[frozenset[str], PlatformError] = {}
    for kinds, read in ((BY_PROGRESS, reading.progress), (frozenset({FINAL_SCORE}), reading.scores)):
        if not wanted & kinds:
            continue
        try:
            read()
        except PlatformError as error:
            trouble[kinds & wanted] = error
    if trouble and frozenset().union(*trouble) == wanted:
        raise next(iter(trouble.values()))
    return Answer(
        found=reading.found,
        members=list(reading.learnt.values()),
        counts=reading.counts,
        trouble={
            link.id: error for kinds, error in trouble.items() for link in asked.links if link.reads & kinds
        },
    )


def activities(asked: Asked, connection: Connection) -> Mapping[str, str]:
    """The names of the modules that can be completed, by their ids as activities. Raises PlatformError."""
    return _names(_course(asked, connection).modules())


def module_id(number: str) -> str:
    """The id of a module as an activity: assignments have numbers of their own."""
    return f"module:{number}"


class _Reading:
    """One look at a course: what was found so far, and whose number was learnt."""

    def __init__(self, asked: Asked, connection: Connection, known: Known, wanted: frozenset[str]) -> None:
        self._asked = asked
        self._connection = connection
        self._known = known
        self._wanted = wanted
        self._course = _course(asked, connection)
        self.found: list[Found] = []
        self.learnt: dict[str, Member] = {}
        self.counts: dict[str, int] = {}

    def progress(self) -> None:
        """Who has completed the course or a module of it."""
        listed = list(self._course.progress())
        people = self._people([each.user_id for each in listed])
        modules = self._course.modules() if ACTIVITY_COMPLETED in self._wanted else None
        if modules is not None:
            names = Found(user_id=None, kind=ACTIVITIES, value=_names(modules))
            self.found += [names] if is_new(names, self._known.course, NAME) else []
        theirs = {people[each.user_id]: each for each in listed if each.user_id in people}
        changed = [
            _Learner(user_id=user_id, progress=theirs[user_id], before=before)
            for part in in_parts(theirs)
            for user_id, before in self._before(part).items()
            if not self._is_told(theirs[user_id], before)
        ]
        told = 0
        for learner in changed:
            states: Mapping[str, ModuleState] | None = None
            if learner.progress.met == 0 and learner.progress.completed_at is None:
                states = {}
            elif self._needs_states(learner.progress):
                if told >= MOST_STATES or self._course.is_to_wait:
                    continue
                told += 1
                modules = self._course.modules() if modules is None else modules
                states = self._course.module_states(learner.progress.user_id)
            self.found += self._told(learner, modules or (), states)
        self.counts |= {
            "learners": len(listed),
            "unknown": len(listed) - len(theirs),
            "module_states": told,
            "completed": sum(each.completed_at is not None for each in listed),
        }

    def scores(self) -> None:
        """Who has which score in the whole course."""
        listed = list(self._course.enrollments())
        if listed and not any(each.tells_score for each in listed):
            raise PlatformError(
                "the person who let Nozimite read this course may not see there what it needs. Somebody who sees all "
                "grades of the course has to do it",
                permanent=True,
            )
        people = self._people([each.user_id for each in listed])
        theirs: dict[str, list[Enrollment]] = {}
        for each in listed:
            if each.user_id in people:
                theirs.setdefault(people[each.user_id], []).append(each)
        for part in in_parts(theirs):
            before = self._known.people(part, frozenset({FINAL_SCORE}))
            for user_id in part:
                found = Found(user_id=user_id, kind=FINAL_SCORE, value=_final_score(theirs[user_id]))
                own = before.get(user_id, NOBODY).own
                if is_new(found, own, NAME) and (own or found.value is not None):
                    self.found.append(found)
        self.counts["scores"] = len(theirs)

    def _people(self, numbers: Sequence[str]) -> Mapping[str, str]:
        found = _canvas.people(self._asked, self._connection, self._known, set(numbers))
        self.learnt |= {each.user_id: each for each in found.learnt}
        return found.user_ids

    def _before(self, user_ids: Sequence[str]) -> Mapping[str, KnownPerson]:
        known = self._known.people(user_ids, BY_PROGRESS | {REQUIREMENTS_MET})
        return {user_id: known.get(user_id, NOBODY) for user_id in user_ids}

    def _is_told(self, progress: Progress, before: KnownPerson) -> bool:
        """Whether all that is asked for was told of the person when they were just as far."""
        own = _own(before, REQUIREMENTS_MET)
        last = own[-1].value if own else None
        return (
            last is not None
            and set(last["told"]) >= self._wanted & BY_PROGRESS
            and last == _requirements(progress, last["told"])
        )

    def _needs_states(self, progress: Progress) -> bool:
        """Whether the counts alone do not say what the person has completed."""
        is_doubtful = progress.completed_at is not None and progress.met != progress.asked
        return ACTIVITY_COMPLETED in self._wanted or is_doubtful

    def _told(
        self, learner: _Learner, modules: Sequence[Module], states: Mapping[str, ModuleState] | None
    ) -> Iterator[Found]:
        """What is new of one learner, and last how far they are: whoever is interrupted before begins anew."""
        if COURSE_COMPLETED in self._wanted:
            value = _completion(learner.progress, modules, states, self._connection.clock())
            yield from _if_other(learner, COURSE_COMPLETED, "", value)
        if ACTIVITY_COMPLETED in self._wanted and states is not None:
            for module in modules:
                if module.has_requirements:
                    value = _activity(module, states.get(module.id))
                    yield from _if_other(learner, ACTIVITY_COMPLETED, module_id(module.id), value)
        told = sorted(self._wanted & BY_PROGRESS)
        yield Found(
            user_id=learner.user_id, kind=REQUIREMENTS_MET, value=_requirements(learner.progress, told)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Learner:
    user_id: str
    progress: Progress
    before: KnownPerson


def _requirements(progress: Progress, told: Iterable[str]) -> Mapping[str, Any]:
    return {
        "met": progress.met,
        "asked": progress.asked,
        "completed_at": progress.completed_at.isoformat() if progress.completed_at else None,
        "told": list(told),
    }


def _completion(
    progress: Progress,
    modules: Sequence[Module],
    states: Mapping[str, ModuleState] | None,
    as_of: datetime,
) -> Mapping[str, Any] | None:
    """The completion of the course as an observation; None where the person has not completed it.

    Canvas looks only at the modules in which it has a row for the person, so its date alone proves nothing: either all
    requirements are met, or every module that has some is completed. Where one of several requirements is enough, the
    first never becomes true.
    """
    if progress.completed_at is None or progress.asked < 1:
        return None
    asked_for = [module for module in modules if module.has_requirements]
    all_met = progress.met == progress.asked
    if not all_met and not (
        states is not None
        and asked_for
        and all((state := states.get(module.id)) and state.is_completed for module in asked_for)
    ):
        return None
    return {
        "completed_at": progress.completed_at.isoformat(),
        "as_of": as_of.astimezone(UTC).isoformat(),
        "waits": "",
        "criteria": [{"kind": "requirements"}],
        "activities": [
            {"activity": module_id(module.id), "state": "complete", "overridden": False, "at": at}
            for module in asked_for
            if states is not None and (state := states.get(module.id)) and state.is_completed
            for at in [state.completed_at.isoformat() if state.completed_at else None]
        ],
    }


def _activity(module: Module, state: ModuleState | None) -> Mapping[str, Any] | None:
    if state is None or not state.is_completed:
        return None
    return {
        "completed_at": state.completed_at.isoformat() if state.completed_at else None,
        "state": "complete",
        "name": module.name,
        "waits": "",
    }


def _final_score(enrollments: Sequence[Enrollment]) -> Mapping[str, Any] | None:
    """The score of somebody who may be enrolled in several sections: the lowest of those that go on.

    Only posted grades are in it. One that cannot be read is not known to be higher than the others.
    """
    going_on = [each for each in enrollments if each.is_active] or enrollments
    scores = [each.score for each in going_on if each.score is not None]
    if not scores or len(scores) < len(going_on):
        return None
    lowest: Decimal = min(scores)
    return {"score": format(lowest.normalize(), "f"), "graded_at": None, "waits": ""}


def _if_other(
    learner: _Learner, kind: str, resource: str, value: Mapping[str, Any] | None
) -> Sequence[Found]:
    """The observation, where it differs from the last that the source knew in anything but its `as_of`."""
    own = _own(learner.before, kind, resource)
    before = own[-1].value if own else None
    if value is None or before is None:
        is_other = value is not before
    else:
        is_other = value != before | ({"as_of": value["as_of"]} if "as_of" in value else {})
    return [Found(user_id=learner.user_id, kind=kind, resource=resource, value=value)] if is_other else []


def _own(person: KnownPerson, kind: str, resource: str = "") -> Sequence[Observation]:
    return [each for each in select(person.own, kind, resource) if each.source == NAME]


def _names(modules: Sequence[Module]) -> Mapping[str, str]:
    return {module_id(each.id): each.name for each in modules if each.has_requirements}


def _course(asked: Asked, connection: Connection) -> CanvasCourse:
    access = asked.access[NAME]
    return CanvasCourse(
        connection,
        access.settings["site"],
        _client(access, connection.decrypt),
        access.secrets(connection.decrypt)["refresh_token"],
        asked.context_id,
    )


def _client(access: Access, decrypt: Decrypt) -> Client:
    given = access.settings
    return client(given["site"], given["client_id"], access.secrets(decrypt)["client_secret"])


def _end(connection: Connection, access: Access, token: str) -> None:
    """Ends a token that is not wanted, as far as Canvas can be told."""
    try:
        consent.withdraw(connection, _client(access, connection.decrypt), token)
    except PlatformError:
        return
