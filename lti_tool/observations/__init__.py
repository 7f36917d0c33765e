"""What is known of people and courses, as plain values: who is who, what was observed, what follows from it alone.

Whoever reads an Observation need not know which platform or source it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: A person's standing in the course: `staff`, `learner`, `neither`, or `absent` from the list of members.
ROLE = "role"
#: Whether a link opens for a person: `open`, `closed`, or `absent` where they are no longer a learner of the course.
LINK_ACCESS = "link_access"
#: What one look shows of the restriction of a link, which is about no person; `lti_tool.observations.link_history`
#: has its values. `removed` is a teacher's answer.
RESTRICTION = "restriction"
#: A teacher says that a link is restricted, on a platform that cannot show it: `{"place": ...}`.
RESTRICTION_CONFIRMED = "restriction_confirmed"
#: A person opened a link themselves, in the learner's role: `{"place": ..., "under": ...}`. `place` is where in the
#: course, as far as the platform says, and None for a place that no restriction covers; `under` is the time of the
#: RESTRICTION_CONFIRMED that was in effect, as text.
LINK_OPENED = "link_opened"
#: A result in a link's own line item: `{"score": ..., "points": ..., "maximum": ..., "graded_at": ...}`, numbers as
#: text and `score` from 0 to 1; None once it was cleared.
RESULT = "result"
#: As RESULT, in the line item of an assessment that decides the level of learning outcomes; `column_resource` says of
#: which link and assessment.
ASSESSMENT_RESULT = "assessment_result"
#: The actor says at which levels the person has met learning outcomes of the badge of the link that `resource` names:
#: `{"template_version": ..., "levels": {...}}`, the numbers of levels by those of outcomes, None for no level.
OUTCOME_LEVELS = "outcome_levels"
#: The platform has the person as one who has completed the course: `{"completed_at": ..., "as_of": ..., "waits": ...,
#: "criteria": ..., "activities": ...}`, see `lti_tool.sources.moodle_plugin`. `waits` says why it does not count yet:
#: empty, `hidden` or `stale`. None where the platform no longer says so.
COURSE_COMPLETED = "course_completed"
#: What completing the course asks for, which is about no person: `{"criteria": [{"kind": ..., "activity": ...}],
#: "links": {...}}`; `links` are the resource links of those activities that are links of LTI tools, by their ids.
COMPLETION_CRITERIA = "completion_criteria"
#: The platform has the person as one who has completed an activity of the course, which `resource` names by its id:
#: `{"completed_at": ..., "state": ..., "name": ..., "waits": ...}`. `state`: `complete`, `passed` or `failed`; `name`:
#: what the activity is called there; `waits` as in COURSE_COMPLETED. None where the platform no longer says so.
ACTIVITY_COMPLETED = "activity_completed"
#: The activities of the course whose completion a source can tell, which is about no person: their names by their ids.
ACTIVITIES = "activities"
#: The person's score in the whole course: `{"score": ..., "graded_at": ..., "waits": ...}`, `score` from 0 to 1 as
#: text. `waits` as in COURSE_COMPLETED; with any other word it does not count either. None where there is none.
FINAL_SCORE = "final_score"
#: How many of the requirements of the course the person has met, as the platform counts them, and for which kinds of
#: observations that was looked into: a source asks again only about those in whom something has changed.
REQUIREMENTS_MET = "requirements_met"
#: The person holds a badge of the rule's issuer that is neither revoked nor suspended; `resource` is its template's
#: id: `{"awarded_at": ..., "valid_until": ...}`, the latter None without an end. None once it was revoked or suspended.
BADGE_HELD = "badge_held"
#: What one assessor found of a person's prior learning, for the issuer of an application, which `resource` names by its
#: key: `{"round": ..., "place": ..., "met": [...], "levels": [...], "identity": ...}`, of each learning outcome whether
#: it is met, and the number of its level, or None.
PRIOR_LEARNING_ASSESSED = "prior_learning_assessed"
#: What was decided in the application that `resource` names: `{"template": ..., "round": ..., "outcome": ...,
#: "reference": ...}`, with the outcome `granted` or `refused`.
PRIOR_LEARNING_DECIDED = "prior_learning_decided"
#: Something else of the person counts as the part of a pathway that `resource` names by its id: a badge of another
#: issuer that somebody found equivalent, or one that the person has by another account. Values as of BADGE_HELD, with
#: the `name` of the badge. None once it counts no more.
PART_MET = "part_met"
#: The kinds that are about the course and its activities, whichever links to badges it has.
OF_WHOLE_COURSE = frozenset({COURSE_COMPLETED, ACTIVITY_COMPLETED, FINAL_SCORE})
#: The course was made as a copy of others: `{"origins": [...]}`, the ids that these have on the platform.
COURSE_COPIED = "course_copied"
#: The actor confirms the person: True.
CONFIRMED = "confirmed"
#: The actor has seen that a RESULT changed after the award to the person, and leaves the badge: when the newest of
#: these results was seen, as text.
RESULT_LEFT = "result_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One fact, as a source saw it at `seen_at`: for a look, the time at which the look began.

    `course`, `person`, `actor` and `look` are ids; without a person it is about the course. One outside of courses has
    the `issuer` for whose own rules it was observed, and a person. `resource` is what of the course it is about, such
    as the id of a resource link. `value` is JSON. `actor` is who made it so by their own act.
    """

    course: int | None
    person: int | None
    kind: str
    resource: str = ""
    value: Any
    seen_at: datetime
    source: str
    actor: int | None = None
    look: int | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """A person as the platform described them last, and what was observed of them, in the order of `seen_at`.

    `own` has the ids of neither person nor look: all of whom the same was seen share one value.
    """

    name: str | None = None
    email: str | None = None
    own: Sequence[Observation] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the institution has settled for all its courses.

    `demands_own_opening`: a link's badge needs the learner's own opening. `assistants_may_confirm`: not only teachers
    may confirm learners. `two_award_by_hand`: what somebody awards by hand, a second person has to approve.
    `lists_may_name_others`: an uploaded list may name people who are not learners of the course now, as long as the
    platform has shown them. `reused_domains`: domains, in small letters and ASCII, whose e-mail addresses are given to
    others later.
    """

    demands_own_opening: bool = False
    assistants_may_confirm: bool = True
    two_award_by_hand: bool = False
    lists_may_name_others: bool = False
    reused_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision about one person and one rule may look at, at the time `now`.

    `resource` is the rule's own resource link. `own` are the person's observations, `course` those about the course
    itself; both are in the order of `seen_at`.
    """

    person: int
    resource: str
    own: Sequence[Observation]
    now: datetime
    course: Sequence[Observation] = ()
    policy: Policy = Policy()

    def own_of(self, kind: str, resource: str | None = None) -> tuple[Observation, ...]:
        """The person's observations of a kind, about that resource where one is given."""
        return select(self.own, kind, resource)

    def course_of(self, kind: str, resource: str | None = None) -> tuple[Observation, ...]:
        """The observations of a kind about the course itself."""
        return select(self.course, kind, resource)


def select(
    observations: Sequence[Observation], kind: str, resource: str | None = None
) -> tuple[Observation, ...]:
    """Those of a kind, about that resource where one is given; in their order."""
    return tuple([each for each in observations if each.kind == kind and resource in (None, each.resource)])


def column_resource(link: str, assessment: str) -> str:
    """What an ASSESSMENT_RESULT is about: the assessment of that name, for the badge of that link."""
    return f"{link}/{assessment}"


def happened_by(own: Sequence[Observation], end: datetime) -> tuple[Observation, ...]:
    """The person's observations of what had happened by then, whenever it was seen.

    What a source dates counts by that date, all else by when it was seen. Who the person is in the course, and what a
    teacher says of them, is about what happened before.
    """
    return tuple([each for each in own if each.kind in (ROLE, CONFIRMED) or _happened_at(each) <= end])


def _happened_at(each: Observation) -> datetime:
    return dated(each) or each.seen_at


def dated(each: Observation) -> datetime | None:
    """The date that the source gives to what it observed; None where it gives none."""
    name = _DATED.get(each.kind)
    text = each.value.get(name) if name is not None and each.value is not None else None
    return datetime.fromisoformat(text) if text else None


#: The name of the date in the values of those kinds that have one.
_DATED = {
    COURSE_COMPLETED: "completed_at",
    ACTIVITY_COMPLETED: "completed_at",
    RESULT: "graded_at",
    ASSESSMENT_RESULT: "graded_at",
    FINAL_SCORE: "graded_at",
    BADGE_HELD: "awarded_at",
    PART_MET: "awarded_at",
}


def confirmation(facts: Facts) -> Observation | None:
    """The first confirmation of the person for the rule by somebody else: nobody confirms themselves."""
    return next(iter(confirmations(facts.own, facts.person, facts.resource)), None)


def confirmations(own: Sequence[Observation], person: int, resource: str) -> tuple[Observation, ...]:
    """The confirmations of the person for the rule of that resource link by others, oldest first."""
    return tuple(
        each
        for each in select(own, CONFIRMED, resource)
        if each.value is True and each.actor is not None and each.actor != person
    )


def role_now(own: Sequence[Observation]) -> str | None:
    """What the person is in the course: by its last list of members, by their last launch where no list has them yet.

    None where nothing is known.
    """
    launched = select(own, ROLE)[-1:]
    last = listed_role(own) or next(iter(launched), None)
    return None if last is None else last.value


def listed_role(own: Sequence[Observation]) -> Observation | None:
    """The last ROLE of the person by a list of members, which a launch does not overrule; None where none has them."""
    listed = [role for role in select(own, ROLE) if role.actor is None]
    return listed[-1] if listed else None


def first_seen_as_staff(own: Sequence[Observation]) -> Observation | None:
    """The first observation of the person as staff of the course, by whichever source."""
    return next((each for each in own if each.kind == ROLE and each.value == "staff"), None)
