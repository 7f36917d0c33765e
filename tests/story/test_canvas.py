"""Canvas does not show who may open a link: an opening counts from the module item that a teacher confirmed."""

from urllib.parse import urljoin, urlsplit

import pytest

from lti_tool.demo.html_page import UnexpectedPageError
from lti_tool.demo.robot import Robot
from lti_tool.store.models import Award, AwardRule, LookRow, ObservationRow
from tests.fixtures import rows
from tests.running_demo import run_demo, wait

COURSE = "Data Literacy"
BY_GRADE = {"condition": "result_at_least", "result_at_least.minimum": "60"}


@pytest.fixture
def demo(tmp_path):
    with run_demo(tmp_path, product="canvas") as demo:
        yield demo


@pytest.fixture
def robot(demo):
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    return robot


def launch(robot, person, address, road=""):
    """The tool's page for a person who opens the link by that road."""
    robot.become(person)
    query = f"?road={road}" if road else ""
    page = robot.follow(robot.open(f"{address}{query}", destination="iframe"))
    if page.status != 200:
        raise UnexpectedPageError(f"{page.status} {page.text[:200]}")
    return page


def address_of(robot, activity):
    """Where the module item of an activity launches the tool."""
    robot.become("Zane")
    return urljoin(activity, robot.open(activity).frames[0])


def press(robot, page, action):
    (form,) = [form for form in page.forms if form.action.endswith(action)]
    return robot.submit(form, referrer=page.url)


def places(tool):
    """From where the link was opened, as far as Canvas says, one after the other."""
    return [row.value["place"] for row in rows(tool, ObservationRow) if row.kind == "link_opened"]


def awarded(tool):
    with tool.store.read() as session:
        return {award.person.name for award in session.query(Award)}


def test_an_opening_counts_only_from_the_module_item_that_a_teacher_confirmed(demo, robot):
    tool = demo.tool
    item = address_of(robot, robot.place_badge(COURSE, minimum_percent=60))
    robot.give_grades(COURSE, complete=12)
    with pytest.raises(UnexpectedPageError):
        launch(robot, "Jānis", item)  # the prerequisites are not met
    launch(robot, "Anna", item)
    assert awarded(tool) == set()  # nobody has said yet that the item is restricted

    # A teacher's launch from a page of the course shows no item that could be confirmed.
    refused = press(robot, launch(robot, "Zane", item, "page"), "/says/link_opened_to_them")
    assert "Open the badge from its restricted place in the course first" in refused.text
    page = press(robot, launch(robot, "Zane", item), "/says/link_opened_to_them")
    assert "Saved. From now on, learners who open the link get the badge." in page.text

    # The prerequisites lock the item only: Jānis reaches the same link by every other road.
    before = len(places(tool))
    for road in ("page", "other_item"):
        page = launch(robot, "Jānis", item, road)
        assert "You opened this badge from another place in the course." in page.text
    from_page, from_other_item = places(tool)[before:]
    assert from_page is None and from_other_item.startswith("module ")
    assert awarded(tool) == set()

    launch(robot, "Anna", item)
    wait(lambda: awarded(tool) == {"Anna Bērziņa"}, 5)
    (award,) = rows(tool, Award)
    assert award.trace["code"] == "opened_while_confirmed"


def test_the_navigation_of_the_course_is_none_of_its_links(demo, robot):
    item = address_of(robot, robot.place_badge(COURSE, minimum_percent=60))
    press(robot, launch(robot, "Zane", item), "/says/link_opened_to_them")
    select = urlsplit(robot.open(robot.open_course(COURSE)).link("select content")).path
    course_id, tool_id = select.removeprefix("/courses/").split("/select/")
    page = launch(robot, "Jānis", f"{demo.lms_url}/launch/navigation/{course_id}/{tool_id}")
    assert "Data literacy" not in page.text
    assert len(rows(demo.tool, AwardRule)) == 1
    assert awarded(demo.tool) == set()


def test_a_teacher_who_moved_the_item_is_told_and_can_confirm_its_new_place(demo, robot):
    item = address_of(robot, robot.place_badge(COURSE, minimum_percent=None))
    page = press(robot, launch(robot, "Zane", item), "/says/link_opened_to_them")
    assert "another place" not in page.text
    # Until the platform was asked, the page does not know that it shows nobody's access.
    wait(lambda: [row for row in rows(demo.tool, LookRow) if row.outcome == "answered"])
    page = launch(robot, "Zane", item, "other_item")
    assert "You opened this badge from another place than the one that was confirmed" in page.text
    launch(robot, "Anna", item, "other_item")
    assert awarded(demo.tool) == set()
    page = press(robot, launch(robot, "Zane", item, "other_item"), "/says/link_opened_to_them")
    assert "another place" not in page.text
    launch(robot, "Jānis", item)  # the old place counts no longer
    launch(robot, "Anna", item, "other_item")
    assert awarded(demo.tool) == {"Anna Bērziņa"}
    page = launch(robot, "Zane", item, "page")
    assert "You opened this badge from a place that no restriction covers" in page.text
    assert not [form for form in page.forms if form.action.endswith("/says/link_opened_to_them")]


def test_an_assignment_is_no_item_of_a_module_whatever_its_address_names(demo, robot):
    """It is not locked, and its address may name the confirmed item of another badge."""
    gated = address_of(robot, robot.place_badge(COURSE, minimum_percent=60))
    press(robot, launch(robot, "Zane", gated), "/says/link_opened_to_them")
    assignment = address_of(
        robot,
        robot.place_badge(
            COURSE,
            minimum_percent=60,
            more_fields=BY_GRADE,
        ),
    )
    item_number = int(urlsplit(gated).path.split("/")[-1]) + 1000
    launch(robot, "Jānis", f"{assignment}?module_item_id={item_number}")
    assert places(demo.tool) == [None]
    assert awarded(demo.tool) == set()


def test_the_teacher_of_a_copied_course_is_offered_its_badges_and_nothing_is_awarded_there(demo, robot):
    activity = robot.place_badge(COURSE, minimum_percent=None, more_fields=BY_GRADE)
    launch(robot, "Zane", address_of(robot, activity))
    wait(lambda: [look for look in rows(demo.tool, LookRow) if "looks_since_asked" in look.counts])
    copy = robot.copy_course(COURSE)
    wait(lambda: [each for each in rows(demo.tool, ObservationRow) if each.kind == "course_copied"])
    course_id, tool_id = (
        urlsplit(copy.link("select content")).path.removeprefix("/courses/").split("/select/")
    )
    page = launch(robot, "Zane", f"{demo.lms_url}/launch/navigation/{course_id}/{tool_id}")
    assert "This course is a copy of one with badges" in page.text
    assert "None of them is awarded here until you decide so." in page.text
    assert len(rows(demo.tool, AwardRule)) == 1
    assert rows(demo.tool, Award) == []
