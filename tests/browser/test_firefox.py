"""The main jobs in a Firefox that takes no cookie of another site, so that each launch is confirmed by its person."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lti_tool.demo.robot import Robot
from lti_tool.issuing.baking import bake_badge
from lti_tool.store.models import CredentialRow, ProvedAddress
from tests.browser.firefox import SPACE, running_firefox
from tests.browser.test_my_badges import mailed_code
from tests.fixtures import rows
from tests.running_demo import wait

BADGE = "Data literacy for decision makers"
PRIVATE = "anna@home.example"


def button(words):
    """Behind the words stands, out of sight, which badge the button is about."""
    return f"//button[starts-with(normalize-space(), '{words}')]"


def link(words):
    return f"//main//a[contains(normalize-space(), '{words}')]"


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    program = shutil.which("firefox-esr")
    if program is None:
        pytest.skip("Debian's firefox-esr is not installed")
    with running_firefox(Path(program), tmp_path_factory.mktemp("firefox") / "profile") as firefox:
        yield firefox


def become(firefox, demo, name):
    """Chooses the person at the top of the LMS."""
    firefox.open(demo.lms_url)
    firefox.click(f"//form[@id='who']//option[contains(., '{name}')]")
    firefox.press("//form[@id='who']" + button("Switch"))
    firefox.wait_for(f"//form[@id='who']//option[@selected][contains(., '{name}')]")


def enter_tool(firefox):
    """Says in the tool's frame who one is, once more: nothing that the browser sends does."""
    firefox.in_frame = True
    firefox.press("//button[starts-with(normalize-space(), 'Yes, continue as')]")


@pytest.fixture(scope="module")
def activity(demo, firefox):
    """The address of the activity with the badge, which a teacher has placed with Firefox."""
    Robot(demo.lms_url).register(demo.registration_url)
    become(firefox, demo, "Zane")
    firefox.press(link("Data Literacy"))
    firefox.press(link("select content"))
    enter_tool(firefox)
    firefox.press(f"//label[contains(., '{BADGE}')]//input", SPACE)
    firefox.press(button("Place this badge"))
    firefox.in_frame = False
    firefox.type("//input[@name='minimum_percent']", "60")
    firefox.press(button("Save and display"))
    enter_tool(firefox)
    firefox.press(button("Check now"))
    assert firefox.text("//*[@role='status'][contains(., 'Checked')]") == "Checked just now."
    return firefox.address


@pytest.fixture(scope="module")
def annas(demo, activity):
    """Anna's credential."""
    Robot(demo.lms_url).give_grades("Data Literacy", complete=1)
    wait(lambda: rows(demo.tool, CredentialRow))
    (row,) = rows(demo.tool, CredentialRow)
    return row


def test_a_teacher_places_a_badge_and_the_learner_reads_it(firefox, demo, activity, annas):
    become(firefox, demo, "Anna")
    firefox.open(activity)
    enter_tool(firefox)
    assert firefox.text(f"//h1[contains(., '{BADGE}')]") == BADGE
    assert firefox.text(link("Download the badge (PNG)"))


def test_an_employer_drops_the_file_on_the_verifier(firefox, demo, annas):
    with demo.tool.store.read() as session:
        png = bake_badge(demo.tool.issuer, session.get_one(CredentialRow, annas.id)).png
    firefox.open(f"{demo.tool_url}/verify")
    firefox.drop_file("//*[@data-drop]", "badge.png", png)
    assert firefox.text("//*[contains(@class, 'verdict')]//h1") == "This badge is genuine and valid"


def test_a_learner_signs_in_by_a_code(firefox, demo, annas):
    with demo.tool.store.begin() as session:
        person = session.get_one(CredentialRow, annas.id).award.person
        session.add(ProvedAddress(person_id=person.id, address=PRIVATE, proved_at=demo.tool.clock()))
    firefox.open(f"{demo.tool_url}/my")
    firefox.type("//input[@id='address']", PRIVATE)
    firefox.press("//form[starts-with(@action, '/my/code')]//button")
    firefox.wait_for("//input[@id='code']")
    firefox.type("//input[@id='code']", mailed_code(demo))
    firefox.press("//form[starts-with(@action, '/my/session')]//button")
    assert BADGE in firefox.text("//*[contains(@class, 'shelf')]/li")
