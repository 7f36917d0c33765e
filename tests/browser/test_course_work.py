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
    """The addresses of the activities of two badges, which nobody has opened yet."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    data = robot.place_badge("Data Literacy", "Data literacy")
    return data, robot.place_badge("Saules", "solar")


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
        expect(zane.frame.locator("#said")).not_to_be_empty()
        checked = [rule.checked_at for rule in rows(demo.tool, AwardRule)]
        assert any(checked)
        expect(warnings).to_have_count(0)
        assert found == []


COUNTED = {"en": "12 of 30 people read.", "lv": "Nolasīti: 12 no 30 dalībniekiem."}
