"""Completions as our plugin for Moodle lists them: what is read, what waits, and what is new."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lti_tool.conditions import course_completed
from lti_tool.errors import LaunchError, PlatformError
from lti_tool.observations import (
    ACTIVITIES,
    ACTIVITY_COMPLETED,
    COMPLETION_CRITERIA,
    COURSE_COMPLETED,
    FINAL_SCORE,
    Facts,
    Observation,
)
from lti_tool.platforms.completions import read_page
from lti_tool.sources import moodle_plugin
from lti_tool.sources.found import Asked, LinkAsked, Message
from lti_tool.values import (
    ActivityProgress,
    CompletionCriterion,
    CourseActivity,
    CourseProgress,
    CourseTotal,
    LearnerProgress,
    ProgressPage,
)
from tests.fixtures import NOW
from tests.lti_tool.conditions.simulated_course import LINK, KnownHere
from tests.lti_tool.platforms.test_notices import REGISTRATION, signed

COMPLETED_AT = NOW - timedelta(days=1)
BY_TOTAL = CourseProgress(criteria=(CompletionCriterion(kind="grade"),))
BY_QUIZ = CourseProgress(criteria=(CompletionCriterion(kind="activity", activity="7", needs_pass=True),))
BY_READING = CourseProgress(criteria=(CompletionCriterion(kind="activity", activity="8"),))
ANNA = LearnerProgress(user_id="7", completed_at=COMPLETED_AT)


def look(*learners, course=BY_READING, own=None, as_of=NOW, url="https://moodle.example.org/completions"):
    """What a look finds, by the user_id of whom it is about."""
    pages = [ProgressPage(as_of=as_of, learners=learners, course=course)]
    platform = type("Platform", (), {"completions": lambda self, url: iter(pages)})()
    asked = Asked(
        product="moodle",
        memberships_url=None,
        line_items_url=None,
        completions_url=url,
        links=[LinkAsked(id=LINK, reads=frozenset({COURSE_COMPLETED}))],
    )
    answer = moodle_plugin.look(asked, platform, KnownHere(own=own or {}, course=()))
    assert all(each.resource == "" for each in answer.found)
    assert not answer.trouble
    return {each.user_id: each.value for each in answer.found if each.kind == COURSE_COMPLETED}


def observed(*values):
    """The person's completions as they were told one after the other."""
    return [
        Observation(
            course=1,
            person=1,
            kind=COURSE_COMPLETED,
            value=value,
            seen_at=NOW + timedelta(minutes=number),
            source=moodle_plugin.NAME,
        )
        for number, value in enumerate(values)
    ]


def decided(*values):
    """What the condition comes to for such a person."""
    facts = Facts(person=1, resource=LINK, own=observed(*values), now=NOW + timedelta(days=1))
    return course_completed.Options().holds(facts)


def test_what_completes_a_course_is_kept_as_evidence():
    passed = ActivityProgress(activity="7", state="passed", overridden=True, at=COMPLETED_AT)
    other = ActivityProgress(activity="9", state="complete")
    found = look(replace(ANNA, activities=(passed, other)), course=BY_QUIZ)
    assert found == {
        "7": {
            "completed_at": COMPLETED_AT.isoformat(),
            "as_of": NOW.isoformat(),
            "waits": "",
            "criteria": [{"kind": "activity", "activity": "7"}],
            "activities": [
                {"activity": "7", "state": "passed", "overridden": True, "at": COMPLETED_AT.isoformat()}
            ],
        }
    }
    json.dumps(found)


def test_who_has_overridden_an_activity_is_kept_as_evidence():
    told = {"id": "7", "state": "complete", "overridden": True, "at": None, "overriddenBy": "2"}
    context = {"criteria": [{"type": "activity", "activity": "7"}], "activities": [], "gradeItems": []}
    anna = {"sub": "7", "completedAt": COMPLETED_AT.isoformat(), "activities": [told], "grades": []}
    page = read_page({"asOf": int(NOW.timestamp()), "context": context, "learners": [anna]})
    (value,) = look(*page.learners, course=page.course).values()
    (activity,) = value["activities"]
    assert (activity["overridden"], activity["overridden_by"]) == (True, "2")


@pytest.mark.parametrize(
    ("course", "hidden", "waits"),
    [
        (BY_READING, True, ""),
        (BY_QUIZ, True, "hidden"),
        (BY_QUIZ, False, ""),
        (BY_TOTAL, True, "hidden"),
        (BY_TOTAL, False, ""),
        (replace(BY_TOTAL, is_total_stale=True), False, "stale"),
        (replace(BY_TOTAL, is_total_stale=True), True, "hidden"),
        (replace(BY_READING, is_total_stale=True), False, ""),
    ],
)
def test_a_completion_waits_for_what_it_rests_on(course, hidden, waits):
    found = look(replace(ANNA, has_hidden_grade=hidden), course=course)
    assert found["7"]["waits"] == waits
    assert decided(found["7"]).state == ("not_yet" if waits else "met")
    assert decided(found["7"]).code == (waits or "completed")


def test_a_second_look_finds_only_what_is_different():
    (first,) = look(ANNA).values()
    known = {"7": observed(first)}
    assert look(ANNA, own=known, as_of=NOW + timedelta(hours=1)) == {}
    moved = replace(ANNA, completed_at=NOW)
    assert look(moved, own=known)["7"]["completed_at"] == NOW.isoformat()
    assert look(replace(ANNA, completed_at=None), own=known) == {"7": None}
    assert look(own=known) == {}
    assert look(replace(ANNA, completed_at=None)) == {}


def test_the_first_date_counts_and_what_moodle_forgets_takes_nothing_away():
    (first,) = look(ANNA).values()
    later = first | {"completed_at": NOW.isoformat()}
    assert decided(first, None, later).at == COMPLETED_AT
    assert decided(first, None).state == "met"
    assert decided(first | {"waits": "hidden"}, None).state == "not_yet"
    assert decided(first | {"waits": "hidden"}, later).at == COMPLETED_AT
    assert decided(first, first | {"waits": "hidden"}).state == "met"
    assert decided(None).code == decided().code == "not_completed"


def page(**changes):
    context = {"id": "2", "criteria": [], "activities": [], "gradeItems": []}
    return {"asOf": 1_795_857_412, "context": context, "learners": []} | changes


@pytest.mark.parametrize(
    "unreadable",
    [
        None,
        [],
        {},
        page(asOf=None),
        page(asOf=True),
        page(asOf="1795857412"),
        page(asOf=-1),
        page(asOf=10**20),
        page(learners=None),
        page(learners={}),
        page(learners=["7"]),
        page(learners=[{"sub": "7"}]),
        page(context={}),
    ],
)
def test_what_is_no_list_is_an_error_and_no_empty_list(unreadable):
    with pytest.raises(PlatformError):
        read_page(unreadable)


@pytest.mark.parametrize(
    ("grade", "hidden"),
    [({"hidden": False}, False), ({"hidden": True}, True), ({"hidden": 0}, True), ({}, True)],
)
def test_a_grade_that_is_not_said_to_be_shown_is_hidden(grade, hidden):
    listed = [{"sub": 7, "completedAt": "2026-11-28T09:02:36Z", "activities": [], "grades": [grade]}]
    (learner,) = read_page(page(learners=listed)).learners
    assert (learner.user_id, learner.has_hidden_grade) == ("7", hidden)
    assert learner.completed_at == datetime(2026, 11, 28, 9, 2, 36, tzinfo=UTC)


@pytest.mark.parametrize(("site", "listed", "completed"), [("moodle", 10, 6), ("moodle51", 8, 1)])
def test_recorded_answers_of_running_sites_are_read(shared, site, listed, completed):
    file = shared / "data" / "moodle" / "plugin" / f"record-completions-{site}.test.json"
    read = read_page(json.loads(file.read_text(encoding="utf-8"))["body"])
    assert read.course.criteria == (CompletionCriterion(kind="activity", activity="1", needs_pass=True),)
    assert not read.course.is_total_stale
    assert "Final assignment" in {each.name for each in read.course.activities}
    assert any(learner.total is not None for learner in read.learners)
    assert len(read.learners) == listed
    assert sum(learner.completed_at is not None for learner in read.learners) == completed
    assert all(
        activity.state in ("incomplete", "complete", "passed", "failed")
        for learner in read.learners
        for activity in learner.activities
    )


@pytest.mark.parametrize(("body", "status"), [(b"{}", 401), (b'{"notices":[]}', 204)])
def test_what_is_no_notice_is_refused(body, status):
    assert reply_to(body).status == status


def test_the_plugin_is_to_send_again_what_could_not_be_checked():
    def find_key(kid):
        raise LaunchError("key_set_unreachable", "no answer")

    body = json.dumps({"notices": [{"jwt": signed()}]}).encode()
    assert reply_to(body, find_key).status == 503
    assert reply_to(body, lambda kid: None).status == 401


def reply_to(body, find_key=None):
    message = Message(
        registration=REGISTRATION,
        path="",
        headers={},
        body=body,
        received_at=NOW,
        find_key=find_key,
        access=None,
        decrypt=bytes,
    )
    return moodle_plugin.receive(message)


def test_what_completes_the_course_is_known_and_told_once():
    course = CourseProgress(
        criteria=(CompletionCriterion(kind="activity", activity="9"), CompletionCriterion(kind="grade")),
        activities=(CourseActivity(id="9", name="Badge", link=LINK), ESSAY),
    )
    pages = [ProgressPage(as_of=NOW, learners=(ANNA,), course=course)]
    platform = type("Platform", (), {"completions": lambda self, url: iter(pages)})()
    asked = Asked(
        product="moodle",
        memberships_url=None,
        line_items_url=None,
        completions_url="https://moodle.example.org/completions",
        links=[LinkAsked(id=LINK, reads=frozenset({COURSE_COMPLETED}))],
    )
    (about,) = criteria_in(moodle_plugin.look(asked, platform, KnownHere(own={}, course=())))
    assert about.value == {
        "criteria": [{"kind": "activity", "activity": "9"}, {"kind": "grade"}],
        "links": {"9": LINK},
    }
    known = Observation(
        course=1, person=None, kind=about.kind, value=about.value, seen_at=NOW, source=moodle_plugin.NAME
    )
    again = moodle_plugin.look(asked, platform, KnownHere(own={}, course=(known,)))
    assert criteria_in(again) == []


def criteria_in(answer):
    return [each for each in answer.found if each.kind == COMPLETION_CRITERIA]


READS_ALL = frozenset({COURSE_COMPLETED, ACTIVITY_COMPLETED, FINAL_SCORE})
ESSAY = CourseActivity(id="7", name="Essay", needs_pass=True)
READING = CourseActivity(id="8", name="Reading")
WITH_ACTIVITIES = replace(BY_READING, activities=(ESSAY, READING))


def look_for(reads, *learners, course=WITH_ACTIVITIES, activities=(), own=None, known=()):
    """What a look finds for a rule that reads these kinds, by user_id, kind and resource."""
    pages = [ProgressPage(as_of=NOW, learners=learners, course=course)]
    platform = type("Platform", (), {"completions": lambda self, url: iter(pages)})()
    asked = Asked(
        product="moodle",
        memberships_url=None,
        line_items_url=None,
        completions_url="https://moodle.example.org/completions",
        links=[
            LinkAsked(id=LINK, reads=frozenset(reads), resources={ACTIVITY_COMPLETED: frozenset(activities)})
        ],
    )
    answer = moodle_plugin.look(asked, platform, KnownHere(own=own or {}, course=known))
    return {
        (each.user_id, each.kind, each.resource): each.value
        for each in answer.found
        if each.kind != COMPLETION_CRITERIA
    }


def doing(*states, **changes):
    """A learner with these activities: each is its id and its state."""
    listed = tuple(
        ActivityProgress(activity=number, state=state, at=COMPLETED_AT) for number, state in states
    )
    return LearnerProgress(user_id="7", completed_at=None, activities=listed, **changes)


def test_only_what_rules_read_is_found_of_an_activity_and_of_a_total():
    anna = doing(("7", "passed"), ("8", "complete"), total=CourseTotal(score=Decimal("0.66"), graded_at=NOW))
    assert look_for({COURSE_COMPLETED}, anna) == {}
    assert look_for({FINAL_SCORE}, anna) == {
        ("7", FINAL_SCORE, ""): {"score": "0.66", "graded_at": NOW.isoformat(), "waits": ""}
    }
    assert look_for({ACTIVITY_COMPLETED}, anna, activities=["7"]) == {
        ("7", ACTIVITY_COMPLETED, "7"): {
            "completed_at": COMPLETED_AT.isoformat(),
            "state": "passed",
            "name": "Essay",
            "waits": "",
        },
        (None, ACTIVITIES, ""): {"7": "Essay", "8": "Reading"},
    }


@pytest.mark.parametrize(
    ("state", "activity", "hidden", "waits"),
    [
        ("passed", "7", True, "hidden"),
        ("complete", "7", True, "hidden"),
        ("failed", "8", True, "hidden"),
        ("complete", "8", True, ""),
        ("passed", "7", False, ""),
    ],
)
def test_an_activity_waits_where_a_grade_that_it_may_rest_on_is_hidden(state, activity, hidden, waits):
    anna = doing((activity, state), has_hidden_grade=hidden)
    found = look_for({ACTIVITY_COMPLETED}, anna, activities=[activity])
    assert found["7", ACTIVITY_COMPLETED, activity]["waits"] == waits


@pytest.mark.parametrize(
    ("hidden", "stale", "waits"),
    [(False, False, ""), (True, False, "hidden"), (False, True, "stale"), (True, True, "hidden")],
)
def test_a_total_waits_while_it_is_hidden_or_out_of_date(hidden, stale, waits):
    anna = doing(total=CourseTotal(score=Decimal(1), graded_at=None), has_hidden_grade=hidden)
    found = look_for({FINAL_SCORE}, anna, course=replace(WITH_ACTIVITIES, is_total_stale=stale))
    assert found["7", FINAL_SCORE, ""] == {"score": "1", "graded_at": None, "waits": waits}


def test_what_is_not_done_or_removed_is_told_only_to_whom_it_was_done():
    kinds = {ACTIVITY_COMPLETED, FINAL_SCORE}
    assert look_for(kinds, doing(("7", "incomplete"), ("8", "odd")), activities=["7", "8", "9"]) == {
        (None, ACTIVITIES, ""): {"7": "Essay", "8": "Reading"}
    }
    listed = look_for(kinds, doing(("7", "passed")), activities=["7"])
    own = {
        "7": [
            Observation(
                course=1,
                person=1,
                kind=kind,
                resource=resource,
                value=value,
                seen_at=NOW,
                source="moodle_plugin",
            )
            for (user_id, kind, resource), value in listed.items()
            if user_id
        ]
    }
    again = look_for(kinds, doing(("7", "passed")), activities=["7"], own=own)
    assert ("7", ACTIVITY_COMPLETED, "7") not in again
    gone = look_for(kinds, doing(), activities=["7"], own=own, course=BY_READING)
    assert gone["7", ACTIVITY_COMPLETED, "7"] is None


def test_the_activities_are_told_to_whoever_builds_a_rule():
    pages = [ProgressPage(as_of=NOW, learners=(), course=WITH_ACTIVITIES)]
    platform = type("Platform", (), {"completions": lambda self, url: iter(pages)})()
    asked = Asked(product="", memberships_url=None, line_items_url=None, completions_url="x", links=())
    assert moodle_plugin.activities(asked, platform) == {"7": "Essay", "8": "Reading"}
    with pytest.raises(PlatformError):
        moodle_plugin.activities(replace(asked, completions_url=None), platform)


@pytest.mark.parametrize(
    ("grade", "score"),
    [
        ({"id": 1, "score": 66, "maximum": 100}, "0.66"),
        ({"id": "1", "score": "66", "maximum": "100"}, "0.66"),
        ({"id": "1", "score": 166, "maximum": 100}, "1"),
        ({"id": "1", "score": -3, "maximum": 100}, "0"),
        ({"id": "1", "score": 66, "maximum": 0}, None),
        ({"id": "1", "score": None, "maximum": 100}, None),
        ({"id": "1", "score": 1}, None),
        ({"id": "1", "score": True, "maximum": 100}, None),
        ({"id": "2", "score": 66, "maximum": 100}, None),
    ],
)
def test_the_grade_of_the_course_is_its_total_on_every_page(grade, score):
    context = page()["context"] | {"gradeItems": [{"id": 1, "kind": "course", "stale": False}]}
    listed = [{"sub": 7, "activities": [], "grades": [grade]}]
    first = read_page(page(context=context, learners=listed))
    second = read_page(
        {name: value for name, value in page(learners=listed).items() if name != "context"}, first.course
    )
    for read in (first, second):
        (learner,) = read.learners
        assert (None if learner.total is None else str(learner.total.score)) == score
