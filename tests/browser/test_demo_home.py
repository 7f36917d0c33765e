"""The home page of the demo: what each role sees of the course in full swing is one click away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from lti_tool.commands import demo_server
from tests.browser.page_checks import find_faults


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with demo_server.demo_in_folder(folder, demo_server.open_sockets(0, 0), {}) as demo:
        demo_server.fill_course(demo, folder)
        assert demo.lms.campus.example is not None
        yield demo


@pytest.mark.parametrize(
    ("button", "shown"),
    [
        ("As Zane: the badges of the course", re.compile("Confirm . learners")),
        ("As Anna: a badge", "Download the badge"),
        (re.compile(r"As .+: waiting for Zane"), "Your teacher has to confirm"),
        (re.compile(r"As .+: not there yet"), re.compile("60.%")),
    ],
)
def test_people_of_the_course_are_one_click_away(people, button, shown):
    with people() as visitor:
        visitor.open_lms()
        visitor.page.get_by_role("button", name=button).click()
        # Why somebody has no badge yet is folded.
        expect(visitor.frame.get_by_text(shown).first).to_be_attached()


@pytest.mark.parametrize(
    ("button", "heading"),
    [
        ("Check Anna’s badge", re.compile("valid|genuine|verified", re.IGNORECASE)),
        ("Check a revoked one", re.compile("revoked", re.IGNORECASE)),
        ("Open the editor", re.compile("Badge templates of")),
    ],
)
def test_who_has_no_place_in_the_lms_is_one_click_away(people, demo, button, heading):
    with people() as visitor:
        visitor.open_lms()
        visitor.page.get_by_role("button", name=button).click()
        expect(visitor.page.get_by_role("heading", name=heading).first).to_be_visible()
        assert visitor.page.url.startswith(demo.tool_url)


def test_the_operator_reads_the_record_and_the_pages_have_no_faults(people):
    with people() as visitor:
        visitor.open_lms()
        assert find_faults(visitor, "demo-home-en") == []
        visitor.page.get_by_role("link", name="Open the record").click()
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(
            "What the operator of the tool reads"
        )
        assert find_faults(visitor, "demo-operator-en") == []


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("Ieva", re.compile("Overview|Riga College")),
        ("Oskars", "Events"),
        ("Līga", re.compile("not.*operator|no role", re.IGNORECASE)),
    ],
)
def test_an_operator_signs_in_at_the_college(people, who, shown):
    with people() as visitor:
        visitor.open_lms()
        visitor.page.get_by_role("link", name="Sign in as an operator").click()
        assert find_faults(visitor, "demo-college-sign-in-en") == []
        visitor.expects_http_errors = who == "Līga"
        visitor.page.get_by_role("button", name=f"I am {who}").click()
        expect(visitor.page.get_by_text(shown).first).to_be_visible()


def test_the_file_that_an_employer_gets_is_the_badge(people, demo):
    with people() as visitor:
        visitor.open_lms()
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("link", name="this picture").click()
        assert demo.tool.verify(download.value.path().read_bytes()).verdict == "verified"
