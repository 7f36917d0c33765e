"""Completions as our plugin for Moodle lists them: what is read, what waits, and what is new."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.conditions import course_completed
from lti_tool.errors import LaunchError, PlatformError
from lti_tool.observations import COURSE_COMPLETED, Facts, Observation
from lti_tool.platforms.completions import read_page
from lti_tool.sources import moodle_plugin
from lti_tool.sources.found import Asked, LinkAsked, Message
from lti_tool.values import (
    ActivityProgress,
    CompletionCriterion,
    CourseProgress,
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
    assert read.course == CourseProgress(
        criteria=(CompletionCriterion(kind="activity", activity="1", needs_pass=True),)
    )
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
    own_link = CompletionCriterion(kind="activity", activity="9", link=LINK)
    course = CourseProgress(criteria=(own_link, CompletionCriterion(kind="grade")))
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
    assert about.value == [{"kind": "activity", "activity": "9", "link": LINK}, {"kind": "grade"}]
    known = Observation(
        course=1, person=None, kind=about.kind, value=about.value, seen_at=NOW, source=moodle_plugin.NAME
    )
    again = moodle_plugin.look(asked, platform, KnownHere(own={}, course=(known,)))
    assert criteria_in(again) == []


def criteria_in(answer):
    return [each for each in answer.found if each.user_id is None]
