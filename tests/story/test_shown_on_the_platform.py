"""A badge that is shown where its learner works: in the gradebook of the course, and as a notification of Moodle."""

import re

import pytest

from lti_tool.awarding import awards
from lti_tool.demo.html_page import UnexpectedPageError
from lti_tool.demo.robot import Robot
from lti_tool.store.events import TOOL
from lti_tool.store.models import Award, AwardRule, Delivery, LookRow, ResourceLink
from tests.running_demo import rows, run_demo, wait

COURSE = "Data Literacy"
#: Those to whom the demo gives the highest grades, where it gives them to three.
COMPLETED = {"Anna", "Dace", "Signe"}


class Story:
    """A badge by opening its link, which COMPLETED have got: it is restricted in Moodle, and confirmed."""

    def __init__(self, demo, product):
        self.demo, self.tool, self.robot = demo, demo.tool, Robot(demo.lms_url)
        self.robot.register(demo.registration_url)
        by = {"condition": "link_opened_to_them"}
        self.activity = self.robot.place_badge(COURSE, minimum_percent=60, more_fields=by)
        page = self.robot.open_activity("Zane", self.activity)
        if product == "canvas":
            self._press(page, "/says/link_opened_to_them")
        else:
            wait(lambda: [row for row in rows(self.tool, LookRow) if row.outcome == "answered"])
        self.robot.give_grades(COURSE, complete=len(COMPLETED))
        if product == "canvas":
            for name in COMPLETED:
                self.robot.open_activity(name, self.activity)
        wait(lambda: len(self.issued()) == len(COMPLETED))

    def _press(self, page, action, **values):
        (form,) = [form for form in page.forms if form.action.endswith(action)]
        return self.robot.submit(form, values, referrer=page.url)

    def issued(self):
        return [award for award in rows(self.tool, Award) if award.status == "issued"]

    def switch(self):
        """What the page says once Zane has pressed the button of the gradebook."""
        page = self.robot.open_activity("Zane", self.activity)
        return self._press(page, "/gradebook").text

    def scores(self):
        """The scores in the badge's column, by the given names of the learners; those that are empty are left out."""
        self.robot.become("Zane")
        page = self.robot.open(self.robot.open(self.robot.open_course(COURSE)).link("Gradebook"))
        cells = [
            (label, value)
            for label, value in re.findall(r'aria-label="([^"]*)" value="([^"]*)"', page.html)
            if "Data literacy for decision makers" in label and value
        ]
        return {label.split()[0]: value for label, value in cells}


@pytest.fixture(params=["moodle", "canvas"])
def story(request, tmp_path):
    with run_demo(tmp_path, product=request.param) as demo:
        yield Story(demo, request.param)


def test_the_gradebook_shows_who_has_the_badge_once_a_teacher_wants_that_and_no_more_after_a_revocation(
    story,
):
    assert story.scores() == {}
    assert "The gradebook shows the badge from now on" in story.switch()
    wait(lambda: story.scores() == dict.fromkeys(COMPLETED, "1"))
    # What the tool has written is no observation: nobody has the badge by it, and nothing was asked.
    assert len(rows(story.tool, Award)) == len(COMPLETED)

    with story.tool.store.begin() as session:
        for award in session.query(Award):
            if award.person.name.startswith("Anna"):
                awards.revoke(session, award, "", story.tool.clock(), TOOL)
    wait(lambda: story.scores().keys() == COMPLETED - {"Anna"})

    # A grade that a teacher types stays, whatever the tool writes.
    story.robot.type_grades(COURSE, "Dace", "0", column="Data literacy for decision makers")
    assert "Nozimite writes no more scores" in story.switch()
    assert "The gradebook shows the badge from now on" in story.switch()
    assert story.scores() == {"Dace": "0", "Signe": "1"}


def test_moodle_tells_the_learner_that_the_badge_is_ready_and_where_it_is(tmp_path):
    with run_demo(tmp_path) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        robot.install_plugin()
        fields = {"condition": "course_completed"}
        activity = robot.place_badge(COURSE, minimum_percent=None, more_fields=fields)
        robot.open_activity("Zane", activity)
        robot.give_grades(COURSE, complete=1)

        def told():
            robot.become("Anna")
            return "is ready" in robot.open(robot.open_course(COURSE)).text

        wait(told)

        def sent():
            return sorted(row.channel for row in rows(demo.tool, Delivery) if row.status == "sent")

        wait(lambda: sent() == ["mail_folder", "moodle_notification"])
        page = robot.open_activity("Zane", activity)
        # A score for the badge would be part of the total that completes the course.
        assert "Not possible here: the badge depends on the total grade of the course" in page.text
        robot.become("Jānis")
        assert "is ready" not in robot.open(robot.open_course(COURSE)).text


@pytest.mark.parametrize("product", ["moodle", "canvas"])
def test_a_badge_may_bring_its_column_with_its_link(tmp_path, product):
    """That column is the activity's own, so the activity can be completed by it."""
    with run_demo(tmp_path, product=product) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        fields = {"condition": "link_opened_to_them", "gradebook": "yes"}
        activity = robot.place_badge(COURSE, minimum_percent=60, more_fields=fields)
        page = robot.open_activity("Zane", activity)
        assert "Whoever gets the badge also gets the full score" in page.text
        (rule,) = rows(demo.tool, AwardRule)
        (link,) = rows(demo.tool, ResourceLink)
        assert rule.column_url == link.line_item_url is not None


def test_a_badge_that_its_own_column_decides_brings_none_that_is_written_into(tmp_path):
    with run_demo(tmp_path) as demo:
        robot = Robot(demo.lms_url)
        robot.register(demo.registration_url)
        fields = {"condition": "result_at_least", "result_at_least.minimum": "60", "gradebook": "yes"}
        with pytest.raises(UnexpectedPageError):
            robot.place_badge(COURSE, minimum_percent=None, more_fields=fields)
        robot.place_badge(COURSE, minimum_percent=None, more_fields=fields | {"gradebook": ""})
        assert [rule.column_url for rule in rows(demo.tool, AwardRule)] == []
