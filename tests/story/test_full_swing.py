"""The course that the demo begins with is what its home page promises, and the other one is empty."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from lti_tool.commands import demo_server
from lti_tool.demo import saved_state
from lti_tool.demo.full_swing import COMPLETE, WAITING, YEARLY
from lti_tool.demo.robot import Robot
from lti_tool.store.models import Award
from tests.running_demo import rows, run_demo, wait


@pytest.fixture(scope="module", params=["moodle", "canvas"])
def full(request, tmp_path_factory):
    """The demo in full swing, and its folder."""
    folder = tmp_path_factory.mktemp("demo")
    with run_demo(folder, request.param) as demo:
        demo_server.fill_course(demo, folder)
        # Read before any visitor has changed something, which saves all of it too.
        campus, _keys = saved_state.load(folder / "lms.json")
        assert campus.example == demo.lms.campus.example
        yield demo, folder


@pytest.fixture
def example(full):
    demo, _folder = full
    assert demo.lms.campus.example is not None
    return demo.lms.campus.example


@pytest.fixture
def robot(full):
    demo, _folder = full
    return Robot(demo.lms_url)


def open_as(robot, demo, person_id, example):
    return robot.open_activity(demo.lms.campus.people[person_id].name, demo.lms_url + example.activity)


def test_of_thirty_most_have_the_badge_some_wait_one_is_revoked_and_one_ends_soon(full, example, robot):
    demo, _folder = full
    assert len(demo.lms.campus.learners(example.course_id)) == 30
    # All are issued: the last ones may still be on their way.
    counts = wait(
        lambda: (
            found
            if (found := Counter((each.status, each.rule_id) for each in rows(demo.tool, Award)))
            and not any(status in ("earned", "waiting") for status, _rule in found)
            else None
        )
    )
    assert sorted(counts.values()) == [1, 1, COMPLETE - WAITING - 1]
    page = robot.open_activity("Zane", demo.lms_url + example.activity)
    assert f"Confirm {WAITING} learners" in page.text
    assert YEARLY["en"] in page.text and "1 badge ends within 90 days" in page.text


def test_learners_see_what_they_have_wait_for_or_lack(full, example, robot):
    demo, _folder = full
    assert "Download the badge" in open_as(robot, demo, example.holder_id, example).text
    assert "Zane" not in open_as(robot, demo, example.waiting_id, example).text
    waiting = open_as(robot, demo, example.waiting_id, example).text
    missing = open_as(robot, demo, example.other_id, example).text
    assert "teacher" in waiting and "60 %" in missing
    assert "Download the badge" not in waiting + missing


def test_a_trace_says_the_grade_and_when_it_was_confirmed(full, example, robot):
    demo, _folder = full
    course = robot.open_activity("Zane", demo.lms_url + example.activity)
    page = robot.press(course, "/people", {"roster_show": "have"})
    assert re.search(r"Grade of \d+ % in the badge's grade column", page.text)
    assert re.search(r"column, read on [^.]+\.[^.]*Confirmed by a teacher on \d+ ", page.text)


def test_an_employer_s_files_are_verified_and_revoked(full, example):
    demo, _folder = full
    assert demo.tool.verify(example.badge.text.encode()).verdict == "verified"
    assert demo.tool.verify(example.revoked.text.encode()).verdict == "revoked"


def test_the_other_course_is_empty(full, example):
    campus = full[0].lms.campus
    (other,) = [course for course in campus.courses.values() if course.id != example.course_id]
    assert campus.course_links(other.id) == []
    home = Robot(full[0].lms_url).open(full[0].lms_url).text
    assert "Done: Nozimite" in home and home.count("Done:") == 1
    assert {column.course_id for column in campus.columns.values() if column.tool_id} == {example.course_id}
    assert not [
        grade for grade in campus.grades.values() if campus.columns[grade.column_id].course_id == other.id
    ]


def test_what_was_taught_is_not_taught_again(full, example, capsys):
    demo, folder = full
    demo_server.fill_course(demo, folder)
    assert capsys.readouterr() == ("", "") and demo.lms.campus.example == example


def test_the_editor_opens_once_and_the_operator_reads_what_was_done(full, robot):
    demo, _folder = full
    home = robot.open(demo.lms_url)
    (editor,) = [form for form in home.forms if form.action.endswith("/editor")]
    entry = robot.submit(editor)
    assert robot.press(entry, "/lti/editor").status == 200
    record = robot.open(home.link("Open the record"))
    assert all(what in record.text for what in ("revoked", "approved", "signed_in"))
    assert not any(person.name in record.text for person in demo.lms.campus.learners("3"))


def test_a_demo_that_begins_empty_has_neither(tmp_path):
    with run_demo(tmp_path) as demo:
        home = Robot(demo.lms_url).open(demo.lms_url)
    assert "full swing" not in home.text and demo.lms.campus.example is None
