"""A teacher sees how far the work in their course is; the page shows the course by itself when it is over."""

import threading

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.sources import member_lists
from lti_tool.store.models import AwardRule, LookRow
from tests.browser.page_checks import find_faults
from tests.browser.people import SETTLED
from tests.browser.server import run_demo
from tests.fixtures import rows
from tests.running_demo import wait


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def activities(demo):
    """The addresses of the activities of three badges, which nobody has opened yet."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    data = robot.place_badge("Data Literacy", "Data literacy")
    solar = robot.place_badge("Saules", "solar")
    return data, solar, robot.place_badge("Data Literacy", "solar")


@pytest.fixture
def held(monkeypatch):
    """Holds a look while it asks the platform, as a slow one does, until it is let go."""
    go_on, look = threading.Event(), member_lists.look

    def look_when_let_go(*arguments):
        assert go_on.wait(120)
        return look(*arguments)

    monkeypatch.setattr(member_lists, "look", look_when_let_go)
    yield go_on
    go_on.set()


def note_progress(demo):
    """Notes of the look that is held how far it is once it stores what it was answered."""
    with demo.tool.store.begin() as session:
        session.query(LookRow).filter_by(outcome="begun").update({"counts": {"read": 12, "members": 30}})


@pytest.mark.parametrize("language", ["en", "lv"])
def test_the_first_sight_of_a_course_counts_and_warns_of_nothing(people, demo, activities, held, language):
    activity = activities[language == "lv"]
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        work = zane.frame.locator("#work")
        expect(work).to_be_visible()
        warnings = zane.frame.locator(".notice.unsure, .notice.no, .tag.unsure, .tag.no")
        expect(warnings).to_have_count(0)
        zane.take_screenshot(f"teacher-first-sight-{language}")
        wait(lambda: [row for row in rows(demo.tool, LookRow) if row.outcome == "begun"])
        note_progress(demo)
        expect(work.locator("progress")).to_have_attribute("value", "12")
        expect(work.locator("#reading")).to_have_text(COUNTED[language])
        found = find_faults(zane, f"teacher-first-look-{language}")
        held.set()
        expect(work).to_have_count(0)
        expect(zane.frame.locator(SETTLED).first).to_be_visible()
        expect(zane.frame.get_by_role("status")).to_have_text(OVER[language])
        checked = [rule.checked_at for rule in rows(demo.tool, AwardRule)]
        assert any(checked)
        expect(warnings).to_have_count(0)
        assert found == []


def test_what_somebody_has_ticked_is_kept_until_they_show_the_course(people, demo, activities, held):
    with people() as zane:
        zane.open_activity(activities[2], "Zane")
        zane.frame.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
        tick = zane.frame.locator("input[type=checkbox]").last
        tick.check()
        tick.blur()
        held.set()
        show = zane.frame.get_by_role("button", name="Show the course")
        expect(show).to_be_visible()
        expect(zane.frame.get_by_role("status")).to_have_text(OVER["en"])
        expect(tick).to_be_checked()
        show.click()
        expect(zane.frame.locator("#work")).to_have_count(0)


OVER = {
    "en": "Done: the course is read, and its badges are made.",
    "lv": "Pabeigts: kurss ir nolasīts, un nozīmītes ir izgatavotas.",
}
COUNTED = {"en": "12 of 30 people read.", "lv": "Nolasīti: 12 no 30 dalībniekiem."}
