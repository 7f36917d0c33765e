"""Each error page leads on: to the platform where it is known, to the start page, to the operator."""

from __future__ import annotations

import re

from tests.fixtures import ANNA
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of

RETURN = {f"{CLAIM}launch_presentation": {"return_url": "https://moodle.example.org/mod/lti/return.php"}}
PLATFORM = '<a class="button" href="https://moodle.example.org" target="_top">'


def test_a_page_that_was_open_too_long_leads_to_the_platform(school, course_rule, clock):
    token = hidden(school.launch(ANNA, **RETURN), "_launch")
    clock.advance(hours=30)
    page = school.browser.post("/lti/app/learner", data={"_launch": token})
    assert page.status_code == 403 and PLATFORM in page.text


def test_a_page_for_others_leads_to_the_platform(school, course_rule):
    token = hidden(school.launch(ANNA, **RETURN), "_launch")
    page = school.browser.post(f"/lti/app/rules/{course_rule}/pause", data={"_launch": token})
    assert page.status_code == 403 and PLATFORM in page.text


def test_a_stranger_learns_no_platform(school, course_rule):
    school.launch(ANNA, **RETURN)
    for token in ("", "gone"):
        page = school.browser.post("/lti/app/learner", data={"_launch": token})
        assert page.status_code == 403 and "moodle.example.org" not in page.text


def test_a_public_error_leads_to_the_start_page_and_to_the_operator(browser):
    page = browser.get("/nowhere")
    assert 'href="/"' in page.text and 'class="button quiet" href="/verify"' in page.text
    number = re.search(r"[0-9A-F]{4}(?:-[0-9A-F]{4}){2}", text_of(page))[0]
    assert re.search(rf'href="mailto:[^"?]+\?subject=Nozimite%20{number}"', page.text)
