"""What people can do in the LMS, through its own pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lti_tool.demo.campus import create_campus
from lti_tool.demo.lms import create_lms

LMS = "http://lms.localhost:8001"


def test_the_home_page_says_that_it_is_a_demonstration(moodle: Any) -> None:
    page = moodle.app.test_client().get("/").text
    assert "This is a demonstration" in page
    assert "Saules paneļu sistēmu droša montāža" in page


def test_the_class_has_thirty_learners_with_real_names_and_anna_first() -> None:
    campus = create_campus()
    learners = campus.learners("3")
    assert len({person.given for person in learners}) == 30
    assert learners[0].name == "Anna Bērziņa"
    assert learners[0].email == "anna.berzina@example.org"
    assert all(person.email.isascii() for person in campus.people.values())


def test_a_course_has_the_address_that_it_has_in_moodle(moodle: Any) -> None:
    answer = moodle.app.test_client().get("/course/view.php?id=3", follow_redirects=True)
    assert "Data Literacy Fundamentals" in answer.text
    assert moodle.app.test_client().get("/course/view.php?id=//evil.example").location.startswith("/courses/")


@pytest.mark.parametrize("size", [1, 31, 90, 200])
def test_a_class_of_any_size_has_its_own_addresses(size: int) -> None:
    learners = create_campus(learners=size).learners("2")
    assert len({person.email for person in learners}) == size


@pytest.mark.parametrize("complete", [0, 1, 12, 29, 30])
def test_as_many_complete_as_asked(moodle: Any, complete: int) -> None:
    moodle.place_badge(minimum_percent=60)
    moodle.robot.give_grades("Data Literacy", complete=complete)
    campus = moodle.lms.campus
    inside = [person.given for person in campus.learners("3") if campus.may_open(person, moodle.link)]
    assert len(inside) == complete
    assert complete == 0 or inside[0] == "Anna"


def test_work_not_graded_is_left_out_of_the_total(moodle: Any) -> None:
    moodle.robot.type_grades("Data Literacy", "Anna", "15", column="Quiz")
    campus = moodle.lms.campus
    anna, janis = campus.learners("3")[:2]
    assert campus.total_percent(anna, "3") == 75
    assert campus.total_percent(janis, "3") is None


def test_an_unchanged_grade_keeps_its_time(moodle: Any) -> None:
    moodle.robot.type_grades("Data Literacy", "Anna", "15", column="Quiz")
    (grade,) = moodle.lms.campus.grades.values()
    moodle.clock.advance(60)
    moodle.robot.type_grades("Data Literacy", "Jānis", "9", column="Quiz")
    assert grade.changed_at < moodle.clock()
    assert len(moodle.lms.campus.grades) == 2


def test_a_hidden_grade_is_not_shown_to_anna(moodle: Any) -> None:
    moodle.robot.type_grades("Data Literacy", "Anna", "13", column="Quiz")
    quiz = next(column for column in moodle.lms.campus.columns.values() if "Quiz" in column.label)
    moodle.robot.become("Anna")
    assert ">13<" in moodle.robot.open(f"{LMS}/courses/3/grades").html
    quiz.hidden = True
    assert ">13<" not in moodle.robot.open(f"{LMS}/courses/3/grades").html


def test_learners_cannot_do_what_teachers_do(moodle: Any) -> None:
    activity = moodle.place_badge()
    moodle.robot.become("Anna")
    for method, path in (
        ("GET", "/admin/tools"),
        ("GET", "/courses/3/select/1"),
        ("GET", "/launch/select/3/1"),
        ("POST", "/courses/3/grades"),
        ("POST", "/courses/3/grades/everybody"),
        ("POST", activity.removeprefix(LMS) + "/restrict"),
        ("POST", "/admin/keys"),
    ):
        assert moodle.robot.http.request(method, LMS + path).status_code == 403, path


def test_an_activity_is_saved_restricted_and_deleted(moodle: Any) -> None:
    activity = moodle.place_badge(minimum_percent=75, text="Well done")
    assert (moodle.link.minimum_percent, moodle.link.description) == (75, "Well done")
    assert moodle.link.custom == {"badge": "b1"}
    moodle.robot.restrict(activity, None)
    assert moodle.link.minimum_percent is None
    moodle.robot.become("Zane")
    moodle.robot.http.post(f"{activity}/delete")
    assert not moodle.lms.campus.links


def test_saving_an_activity_makes_moodle_fetch_its_address(moodle: Any, canvas: Any) -> None:
    moodle.place_badge()
    canvas.place_badge()
    assert moodle.tool.visits == ["MoodleBot/4.5"]
    assert canvas.tool.visits == []


def test_a_column_is_made_for_an_item_with_a_line_item_alone(moodle: Any) -> None:
    before = len(moodle.lms.campus.columns)
    moodle.place_badge()
    assert len(moodle.lms.campus.columns) == before
    moodle.place_badge(lineItem={"scoreMaximum": 50})
    assert len(moodle.lms.campus.columns) == before + 1


def test_a_deep_linking_response_must_be_signed_by_the_tool_and_fresh(moodle: Any) -> None:
    moodle.tool.items = [{"type": "ltiResourceLink", "title": "Badge"}]
    moodle.robot.become("Zane")
    session = list(moodle.lms.sessions.values())[-1]
    where = f"{LMS}/mod/lti/contentitem_return.php?course=3&id=1&sesskey={session.sesskey}"
    client_id = moodle.tool.registration["client_id"]
    now = int(moodle.clock().timestamp())
    good = {"iss": client_id, "iat": now, "exp": now + 60}
    for claims in ({**good, "iss": "other"}, {**good, "exp": now}, {**good, "iat": now + 5}):
        answer = moodle.robot.http.post(where, data={"JWT": moodle.tool.sign(claims)})
        assert answer.status_code == 400, claims
    assert moodle.robot.http.post(where, data={"JWT": "x.y.z"}).status_code == 400
    assert moodle.robot.http.post(where, data={"JWT": moodle.tool.sign(good)}).status_code == 200
    stolen = where.replace(session.sesskey, "guessed")
    assert moodle.robot.http.post(stolen, data={"JWT": moodle.tool.sign(good)}).status_code == 400


def test_a_course_can_be_in_latvian_and_tools_too(moodle: Any) -> None:
    activity = moodle.place_badge(minimum_percent=None)
    moodle.robot.become("Anna", locale="lv")
    moodle.robot.enter_frame(moodle.robot.open(activity))
    session = list(moodle.lms.sessions.values())[-1]
    assert session.locale == "lv"


@pytest.mark.parametrize(
    ("name", "back", "arrives"),
    [
        ("Anna", "//evil.example", "/"),
        ("Anna", "https://evil.example/", "/"),
        ("Anna", "/admin/tools", "/"),
        ("Ieva", "/admin/tools", "/admin/tools"),
        ("Anna", "/courses/3/select/1", "/courses/3"),
        ("Zane", "/courses/3/select/1", "/courses/3/select/1"),
        ("Anna", "/courses/3/grades", "/courses/3/grades"),
        ("Anna", "/courses/99", "/"),
    ],
)
def test_switching_the_person_stays_on_a_page_they_may_open(
    moodle: Any, name: str, back: str, arrives: str
) -> None:
    person = next(person for person in moodle.lms.campus.people.values() if person.given == name)
    answer = moodle.app.test_client().post("/who", data={"person": person.id, "back": back})
    assert answer.headers["Location"] == arrives


def test_a_restarted_lms_has_its_state_again(moodle: Any, tmp_path: Path) -> None:
    file = tmp_path / "lms.json"
    first = create_lms(url=LMS, state_file=file, http=moodle.http)
    first.test_client().post("/courses/3/grades/everybody", data={"complete": "5"})
    second = create_lms(url=LMS, state_file=file, http=moodle.http)
    one, other = first.extensions["lms"], second.extensions["lms"]
    assert len(other.campus.grades) == 90
    assert other.campus == one.campus
    assert other.keys == one.keys
    assert file.stat().st_mode & 0o077 == 0


def test_changes_at_the_same_time_are_all_saved(moodle: Any, tmp_path: Path) -> None:
    file = tmp_path / "lms.json"
    app = create_lms(url=LMS, state_file=file, http=moodle.http)
    columns = [column.id for column in app.extensions["lms"].campus.course_columns("3")]
    learners = [person.id for person in app.extensions["lms"].campus.learners("3")]

    def grade(learner: str) -> int:
        cells = {f"grade-{column}-{learner}": "7" for column in columns}
        return app.test_client().post("/courses/3/grades", data=cells).status_code

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(grade, learners)) == {302}
    restarted = create_lms(url=LMS, state_file=file, http=moodle.http).extensions["lms"]
    assert len(restarted.campus.grades) == 90
