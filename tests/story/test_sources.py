"""The sources by which a platform's completions become awards, each as the people of a course meet it."""

from urllib.parse import urljoin

import pytest

from lti_tool.demo.html_page import read_page
from lti_tool.demo.robot import Robot
from lti_tool.store.models import Award, LookRow
from tests.running_demo import rows, run_demo, wait


@pytest.fixture
def course(moodle, course):
    """As elsewhere, in a Moodle that has our plugin."""
    moodle.campus.has_plugin = True
    yield course
    moodle.campus.has_plugin = False


def test_whoever_completes_the_course_gets_the_badge_and_opens_nothing(course):
    course.place_for_completion()
    course.look()
    assert course.badges() == {}
    course.complete("Anna")
    course.look()
    assert course.badges().keys() == {"Anna"}
    assert course.badges()["Anna"].startswith("Completed the course on ")


def test_a_completion_stays_when_the_grade_falls_later(course):
    course.place_for_completion()
    course.complete("Anna")
    course.robot.type_grades("Data Literacy Fundamentals", "Anna", "1")
    course.look()
    assert course.badges().keys() == {"Anna"}


def test_a_completion_that_rests_on_a_hidden_grade_waits_until_it_is_shown(course):
    course.place_for_completion()
    course.complete("Anna")
    course.campus.course_columns(course.course_id)[0].hidden = True
    course.look()
    assert course.badges() == {}
    course.campus.course_columns(course.course_id)[0].hidden = False
    course.look()
    assert course.badges().keys() == {"Anna"}


def test_whoever_teaches_a_course_earns_nothing_by_completing_it(course):
    course.place_for_completion()
    course.open()
    course.enrol("Kristīne", "assistant")
    course.complete("Anna")
    course.open("Kristīne")
    course.enrol("Kristīne", "learner")
    course.complete("Kristīne")
    course.look()
    assert course.badges().keys() == {"Anna"}


def test_completing_the_course_is_no_choice_where_the_plugin_is_not_installed(course):
    course.campus.has_plugin = False
    assert "course_completed" not in course.ways_offered()
    course.campus.has_plugin = True
    assert "course_completed" in course.ways_offered()


def test_a_plugin_that_was_removed_is_said_on_the_page_and_takes_no_badge_away(course):
    course.place_for_completion()
    course.complete("Anna")
    course.look()
    course.campus.has_plugin = False
    course.complete("Jānis")
    course.look()
    assert course.badges().keys() == {"Anna"}
    assert (
        "nothing in this course tells whether learners have done what the badge asks for" in course.page.text
    )


def test_the_page_of_sources_says_which_are_open_how_they_went_and_what_they_cannot_see(course):
    course.place_for_completion()
    course.look()
    sources = course.sources()
    assert sources["Nozimite plugin in Moodle"].startswith("In use Recommended Who has completed the course")
    assert "Your learning platform last answered" in sources["Nozimite plugin in Moodle"]
    assert sources["The badge's own grade column"].startswith("Available ")
    course.campus.has_plugin = False
    course.look()
    sources = course.sources()
    assert sources["Nozimite plugin in Moodle"].startswith("Not available here ")
    assert (
        "Ask your Moodle administrator to install the Nozimite plugin" in sources["Nozimite plugin in Moodle"]
    )
    assert sources["Lists of members"].startswith("Available Recommended ")


def test_a_notice_becomes_badges_long_before_the_next_poll(tmp_path):
    with run_demo(tmp_path, poll_seconds=3600) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        robot.install_plugin()
        activity = robot.place_badge(
            "Data Literacy", minimum_percent=None, more_fields={"condition": "course_completed"}
        )
        robot.open_activity("Zane", activity)
        wait(lambda: [look for look in rows(demo.tool, LookRow) if look.counts.get("asks_for_notices")])
        assert rows(demo.tool, Award) == []
        robot.give_grades("Data Literacy", complete=12)
        wait(lambda: len(rows(demo.tool, Award)) == 12)


@pytest.fixture
def serviced(moodle, course):
    """A course in a Moodle without our plugin, whose web service is set up."""
    course.campus.has_plugin = False
    course.robot.set_up("web-service")
    assert moodle.campus.web_service_token
    yield course
    if moodle.campus.web_service_token:
        course.robot.set_up("web-service")


def test_whoever_completes_the_course_gets_the_badge_by_the_web_service_alone(serviced):
    serviced.place_for_completion()
    serviced.look()
    assert serviced.badges() == {}
    serviced.complete("Anna")
    serviced.look()
    assert serviced.badges().keys() == {"Anna"}
    assert serviced.badges()["Anna"].startswith("Completed the course on ")
    assert serviced.sources()["Moodle's web service"].startswith("In use Recommended Who has completed")


def test_by_the_web_service_too_a_hidden_grade_waits_until_it_is_shown(serviced):
    serviced.place_for_completion()
    serviced.complete("Anna")
    column = serviced.campus.course_columns(serviced.course_id)[0]
    column.hidden = True
    serviced.look()
    assert serviced.badges() == {}
    column.hidden = False
    serviced.look()
    assert serviced.badges().keys() == {"Anna"}


def test_a_token_that_moodle_no_longer_takes_is_said_with_its_cause_and_takes_no_badge_away(serviced):
    serviced.place_for_completion()
    serviced.complete("Anna")
    serviced.look()
    token, serviced.campus.web_service_token = serviced.campus.web_service_token, "another"
    serviced.complete("Jānis")
    serviced.look()
    assert serviced.badges().keys() == {"Anna"}
    assert "Moodle does not accept the token of its web service any more" in serviced.page.text
    assert serviced.sources()["Moodle's web service"].startswith("Problem ")
    serviced.campus.web_service_token = token
    serviced.look()
    assert serviced.badges().keys() == {"Anna", "Jānis"}


def test_one_way_that_fails_hides_nothing_that_another_tells(serviced):
    serviced.campus.has_plugin = True
    serviced.place_for_completion()
    serviced.campus.web_service_token = "another"
    serviced.complete("Anna")
    serviced.look()
    assert serviced.badges().keys() == {"Anna"}
    assert "does not accept the token" not in serviced.page.text


@pytest.fixture
def sending(course):
    """A course in a Moodle without our plugin, whose logstore_xapi sends to the tool."""
    course.campus.has_plugin = False
    course.robot.set_up("xapi")
    assert course.campus.xapi_endpoint
    yield course
    if course.campus.xapi_endpoint:
        course.robot.set_up("xapi")


def has_badge(course, name):
    course.open()
    return name in course.badges()


def test_a_completion_that_moodle_sends_becomes_a_badge_without_a_look(sending):
    sending.place_for_completion()
    sending.look()
    assert sending.badges() == {}
    sending.complete("Anna")
    wait(lambda: has_badge(sending, "Anna"))
    assert sending.badges()["Anna"].startswith("Completed the course on ")
    assert sending.sources()["Messages of the learning platform (xAPI)"].startswith("In use ")


def test_what_was_not_sent_is_not_known_and_staff_earn_nothing_by_a_message(sending):
    sending.place_for_completion()
    sending.look()
    sending.robot.set_up("xapi")
    sending.complete("Anna")
    sending.robot.set_up("xapi")
    sending.open("Kristīne")
    sending.enrol("Kristīne", "assistant")
    sending.open("Kristīne")
    sending.enrol("Kristīne", "learner")
    sending.complete("Kristīne")
    sending.complete("Jānis")
    wait(lambda: has_badge(sending, "Jānis"))
    assert sending.badges().keys() == {"Jānis"}


def test_an_uploaded_list_is_shown_and_taken_and_becomes_badges(tmp_path):
    with run_demo(tmp_path, poll_seconds=3600) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        robot.set_up("lists")
        activity = robot.place_badge(
            "Data Literacy", minimum_percent=None, more_fields={"condition": "course_completed"}
        )
        robot.open_activity("Zane", activity)
        # People are matched with those whom the platform has listed.
        wait(lambda: [look for look in rows(demo.tool, LookRow) if look.outcome == "answered"])
        page = send(robot, robot.open_activity("Zane", activity), "/course/list")
        (form,) = [form for form in page.forms if form.action.endswith("/course/list/rows")]
        text = "E-pasts;Lietotājvārds;Datums\n;Anna.Berzina;2026-01-15\nnobody@example.org;;2026-01-15\n"
        answer = robot.http.post(
            urljoin(page.url, form.action), data=form.data(), files={"file": ("list.csv", text)}
        )
        shown = read_page(answer.url, answer.status_code, answer.text)
        assert "1 row can be taken." in shown.text and "nobody@example.org" in shown.text
        assert rows(demo.tool, Award) == []
        send(robot, shown, "/course/list/take")
        wait(lambda: len(rows(demo.tool, Award)) == 1)


def send(robot, page, action):
    (form,) = [form for form in page.forms if form.action.endswith(action)]
    return robot.submit(form, referrer=page.url)
