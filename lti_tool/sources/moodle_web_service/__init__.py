"""What Moodle has as completed, by its own web service: the same as our plugin tells, where none may be installed.

Moodle has no function that lists who has completed a course, so each learner is asked about alone: AT_MOST calls in one
look, going round those who have not completed, who was asked longest ago first. A course of 3,000 is gone round in 15
looks. Who has completed is not asked about again.

What it cannot see: who has completed since it was last their turn; hidden grades of activities that the user of the
token may not open, and activities that it may not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.observations import (
    ACTIVITIES,
    ACTIVITY_COMPLETED,
    COMPLETION_CRITERIA,
    COURSE_COMPLETED,
    FINAL_SCORE,
    ROLE,
    KnownPerson,
    Observation,
    role_now,
    select,
)
from lti_tool.platforms.moodle_web_service import (
    ACTIVITY_STATES,
    COMPLETION,
    CONTENTS,
    GRADES,
    MoodleWebService,
    UnknownCodeError,
)
from lti_tool.platforms.services import Connection
from lti_tool.sources.completion_values import completion_value, is_news
from lti_tool.sources.found import Answer, Asked, Found, Known, differs, in_parts
from lti_tool.sources.set_up import Setting, https_url
from lti_tool.values import ActivityProgress, CourseActivity, CourseProgress, GradeItem

NAME = "moodle_web_service"
GIVES = frozenset({COURSE_COMPLETED, ACTIVITY_COMPLETED, FINAL_SCORE})
RANK = 1
#: Who registers a Moodle by hand may leave out what it is.
PRODUCTS = frozenset({"moodle", ""})
SET_UP = (Setting(name="address", read=https_url), Setting(name="token", is_secret=True))

#: How many calls about single learners one look makes; one takes 25 to 75 ms.
AT_MOST = 200
#: After so many errors and no answer there is no use in asking on.
MOST_UNREAD = 20
#: What each kind is asked with.
_FUNCTIONS = {
    COURSE_COMPLETED: (COMPLETION, GRADES),
    ACTIVITY_COMPLETED: (ACTIVITY_STATES, GRADES),
    FINAL_SCORE: (GRADES,),
}
#: How an activity can be done with.
_DONE = frozenset({"complete", "passed", "failed"})


def is_open(asked: Asked) -> bool:
    """Whether an operator has set it up for the platform, and the course has an id that Moodle's own can be."""
    return NAME in asked.access and asked.context_id.isdecimal()


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """What is new of those who learn in the course. Raises PlatformError.

    Where a part of the answers could be read it is kept, and the others are the trouble of the links that wait for
    them: so one answer that never comes stops nobody else.
    """
    service = _service(asked, connection)
    reads = GIVES & frozenset().union(*(link.reads for link in asked.links))
    offered = service.check(asked.platform_id, {name for kind in reads for name in _FUNCTIONS[kind]})
    this = _Look(
        asked=asked,
        service=service,
        connection=connection,
        reads=reads,
        learners=_learners(known, reads),
        about_course=known.course,
    )
    if CONTENTS in offered:
        this.read_contents()
    if FINAL_SCORE in reads:
        this.read_scores()
    if reads & {COURSE_COMPLETED, ACTIVITY_COMPLETED}:
        this.go_round(known.counts(NAME).get("asked_up_to", 0))
    return this.answer()


def activities(asked: Asked, connection: Connection) -> Mapping[str, str]:
    """The names of the activities whose completion Moodle tracks, by their ids. Raises PlatformError."""
    service = _service(asked, connection)
    service.check(asked.platform_id, {CONTENTS})
    return {each.id: each.name for each in service.contents(asked.context_id)}


def _service(asked: Asked, connection: Connection) -> MoodleWebService:
    access = asked.access[NAME]
    token = access.secrets(connection.decrypt)["token"]
    return MoodleWebService(access.settings["address"], token, connection)


def _learners(known: Known, reads: frozenset[str]) -> Mapping[str, KnownPerson]:
    """Those who learn in the course by what is known, by their ids in Moodle, in ascending order."""
    found: dict[str, KnownPerson] = {}
    for part in in_parts(known.everybody(ROLE)):
        people = known.people(part, reads | {ROLE})
        found |= {
            user_id: person
            for user_id, person in people.items()
            if user_id.isdecimal() and role_now(person.own) == "learner"
        }
    return {user_id: found[user_id] for user_id in sorted(found, key=int)}


@dataclass(kw_only=True)
class _Look:
    """One look at a course, with what it has found so far. `is_read`: something could be read.

    `trouble` is why a kind could not be read, or not whole.
    """

    asked: Asked
    service: MoodleWebService
    connection: Connection
    reads: frozenset[str]
    learners: Mapping[str, KnownPerson]
    about_course: Sequence[Observation]
    contents: Mapping[str, CourseActivity] | None = None
    grades: Mapping[str, Sequence[GradeItem]] | None = None
    is_read: bool = False
    found: list[Found] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    trouble: dict[str, PlatformError] = field(default_factory=dict)

    def answer(self) -> Answer:
        """What was found. Raises PlatformError where nothing could be read at all."""
        if self.trouble and not self.is_read:
            raise next(iter(self.trouble.values()))
        return Answer(
            found=self.found,
            counts={"learners": len(self.learners), **self.counts},
            trouble={
                link.id: self.trouble[kind]
                for kind in self.trouble
                for link in self.asked.links_reading(frozenset({kind}))
            },
        )

    def read_contents(self) -> None:
        """Takes the names of the activities, where the web service offers them; nothing that decides rests on them."""
        with suppress(PlatformError):
            listed = self.service.contents(self.asked.context_id)
            self.contents = {each.id: each for each in listed}
        if self.contents is not None and ACTIVITY_COMPLETED in self.reads:
            self._tell_course(ACTIVITIES, {each.id: each.name for each in self.contents.values()})

    def _tell_course(self, kind: str, value: Mapping[str, Any]) -> None:
        if is_news(value, select(self.about_course, kind), NAME):
            self.found.append(Found(user_id=None, kind=kind, value=value))

    def read_scores(self) -> None:
        """Takes the course totals, which come for all in one answer."""
        try:
            self.grades = self.service.grades(self.asked.context_id)
        except PlatformError as error:
            self.trouble[FINAL_SCORE] = error
            return
        self.is_read = True
        listed = [user_id for user_id in self.learners if user_id in self.grades]
        self.counts["graded"] = len(listed)
        if self.learners and not listed:
            self.trouble[FINAL_SCORE] = PlatformError(
                "Moodle's web service shows the grades of none of these learners: its user needs to see all groups",
                permanent=True,
            )
        for user_id in listed:
            value = _score(self.grades[user_id])
            own = self.learners[user_id].own
            is_said = value is not None or bool(select(own, FINAL_SCORE))
            if is_said and differs(value, own, FINAL_SCORE, "", NAME):
                self.found.append(Found(user_id=user_id, kind=FINAL_SCORE, value=value))

    def go_round(self, asked_up_to: int) -> None:
        """Asks about the learners whose turn it is: those whose ids come after the last who was asked before."""
        kinds = self.reads & {COURSE_COMPLETED, ACTIVITY_COMPLETED}
        waiting = [
            user_id
            for user_id, person in self.learners.items()
            if ACTIVITY_COMPLETED in self.reads or not _has_completed(person)
        ]
        turn = [each for each in waiting if int(each) > asked_up_to]
        turn += [each for each in waiting if int(each) <= asked_up_to]
        turn = turn[: AT_MOST // len(kinds)]
        told = nobody = failed = unread = 0
        trouble: PlatformError | None = None
        seen: set[str] = set()
        for user_id in turn:
            try:
                activities = self._ask_about(user_id)
            except PlatformError as error:
                # It may be about this person alone, and the others are asked all the same: or nobody who comes after
                # somebody whom Moodle cannot tell of would ever be asked.
                trouble, unread = error, unread + 1
                failed += not isinstance(error, UnknownCodeError)
                if error.permanent or failed == 2 or (unread == MOST_UNREAD and not told):
                    break
                continue
            failed, asked_up_to = 0, int(user_id)
            told, nobody = told + 1, nobody + (activities is None)
            seen |= {each.activity for each in activities or ()}
        if trouble is not None and (trouble.permanent or failed == 2 or not told):
            self.trouble |= dict.fromkeys(kinds, trouble)
        if told:
            self.is_read = True
        self.counts |= {"asked": told, "asked_up_to": asked_up_to} | ({"unread": unread} if unread else {})
        if told and nobody == told and not any(map(_was_told, self.learners.values())):
            self.trouble |= dict.fromkeys(
                kinds,
                PlatformError(
                    "Moodle follows the completion of none of these learners in this course", permanent=True
                ),
            )
        elif ACTIVITY_COMPLETED in kinds and told > nobody:
            self._check_activities(seen)

    def _ask_about(self, user_id: str) -> Sequence[ActivityProgress] | None:
        """The activities of the person, as far as they are asked for; None for who is none of Moodle's learners."""
        own, found = self.learners[user_id].own, list[Found]()
        course_id = self.asked.context_id
        if COURSE_COMPLETED in self.reads and not _has_completed(self.learners[user_id]):
            completion = self.service.completion(course_id, user_id)
            if completion is None:
                return None
            course, learner = completion
            self._tell_criteria(course)
            waits = self._waits(course, user_id) if learner.completed_at is not None else ""
            value = completion_value(course, learner, self.connection.clock(), waits)
            if is_news(value, select(own, COURSE_COMPLETED), NAME):
                found.append(Found(user_id=user_id, kind=COURSE_COMPLETED, value=value))
        activities: Sequence[ActivityProgress] | None = ()
        if ACTIVITY_COMPLETED in self.reads:
            activities = self.service.activities(course_id, user_id)
            asked_for = self.asked.resources(ACTIVITY_COMPLETED)
            for each in activities or ():
                if each.activity in asked_for:
                    found += self._told_of(user_id, each)
        # Of one person all at once: a part of it could decide otherwise than the whole.
        self.found += found
        return activities

    def _told_of(self, user_id: str, progress: ActivityProgress) -> Sequence[Found]:
        """What is new of a person's activity; nothing for who has not begun it."""
        activity, own = progress.activity, self.learners[user_id].own
        before = [each for each in select(own, ACTIVITY_COMPLETED, activity) if each.source == NAME]
        last = before[-1].value if before else None
        name = self.contents[activity].name if self.contents and activity in self.contents else ""
        value = _activity(progress, name)
        # A grade that was shown once counts, so it is asked for only as long as it was not.
        if value is not None and value != last:
            value["waits"] = self._waits_for(user_id, activity)
        if (value is None and not before) or value == last:
            return ()
        return [Found(user_id=user_id, kind=ACTIVITY_COMPLETED, resource=activity, value=value)]

    def _waits_for(self, user_id: str, activity: str) -> str:
        """Why the completion of an activity does not count yet: its grade is hidden."""
        items = self._items(user_id)
        mine = [each for each in items if each.activity == activity and each.score is not None]
        return "hidden" if any(each.is_hidden for each in mine) else ""

    def _items(self, user_id: str) -> Sequence[GradeItem]:
        items = (self.grades or {}).get(user_id)
        return self.service.grades_of(self.asked.context_id, user_id) if items is None else items

    def _tell_criteria(self, course: CourseProgress) -> None:
        """Tells what completing the course asks for, where it is known which activities are links of tools."""
        if self.contents is None:
            return
        named = ({"kind": each.kind, "activity": each.activity} for each in course.criteria)
        value = {
            "criteria": [{name: text for name, text in each.items() if text} for each in named],
            "links": {each.id: each.link for each in self.contents.values() if each.link},
        }
        if not any(each.kind == COMPLETION_CRITERIA for each in self.found):
            self._tell_course(COMPLETION_CRITERIA, value)

    def _waits(self, course: CourseProgress, user_id: str) -> str:
        """Why a completion does not count yet: a grade that it may rest on is hidden, or the total is out of date.

        Which activities have to be graded Moodle says in words only, so a hidden grade of any that is asked for counts;
        the total is shown to learners also where a grade in it is hidden.
        """
        by_total = any(each.kind == "grade" for each in course.criteria)
        activities = {each.activity for each in course.criteria if each.kind == "activity"}
        if not by_total and not activities:
            return ""
        items = self._items(user_id)
        every = by_total or None in activities
        asked_for = [each for each in items if every or each.activity in activities]
        if any(each.is_hidden and each.score is not None for each in asked_for):
            return "hidden"
        return "stale" if by_total and any(each.is_stale for each in _totals(items)) else ""

    def _check_activities(self, seen: set[str]) -> None:
        """Notes as trouble what is silently left out: activities that rules ask for."""
        self.counts["activities"] = len(seen)
        if self.asked.resources(ACTIVITY_COMPLETED) - seen:
            self.trouble[ACTIVITY_COMPLETED] = PlatformError(
                "Moodle's web service does not show activities that the badge may ask for: its user has to be allowed "
                "to see them",
                permanent=True,
            )


def _has_completed(person: KnownPerson) -> bool:
    """Whether any source has told a completion that counts: it is never taken back."""
    told = select(person.own, COURSE_COMPLETED)
    return any(each.value is not None and not each.value["waits"] for each in told)


def _was_told(person: KnownPerson) -> bool:
    return any(each.source == NAME and each.kind != FINAL_SCORE for each in person.own)


def _activity(progress: ActivityProgress, name: str) -> dict[str, Any] | None:
    if progress.state not in _DONE:
        return None
    return {
        "completed_at": progress.at.isoformat() if progress.at else None,
        "state": progress.state,
        "name": name,
        "waits": "",
    }


def _score(items: Sequence[GradeItem]) -> Mapping[str, Any] | None:
    """The course total; None while there is none. Any hidden grade that is in it makes it wait."""
    total = next(iter(_totals(items)), None)
    if total is None or total.score is None:
        return None
    is_hidden = any(each.is_hidden and each.score is not None for each in items)
    return {
        "score": str(total.score),
        "graded_at": total.graded_at.isoformat() if total.graded_at else None,
        "waits": "hidden" if is_hidden else "stale" if total.is_stale else "",
    }


def _totals(items: Sequence[GradeItem]) -> Sequence[GradeItem]:
    return [each for each in items if each.kind == "course"]
