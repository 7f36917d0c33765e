"""Reviews at a browser: an operator records one and takes the report away; a teacher sees what is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from lti_tool.demo.robot import Robot
from lti_tool.store.models import AwardRule, TemplateVersion
from tests.browser.page_checks import find_faults
from tests.browser.server import run_demo
from tests.browser.test_operators import LANGUAGES, join, with_authenticator
from tests.fixtures import change_issuer, publish, rows
from tests.running_demo import wait

LONG = "Ļ" + "o" * 119


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo that asks the LMS once, so that a state stays as a test sets it."""
    with run_demo(tmp_path_factory.mktemp("demo"), poll_seconds=3600) as demo:
        yield demo


@pytest.fixture(scope="module")
def activity(demo):
    """A badge in a course; its review, and that of another one with the same outcomes, is overdue and stops them."""
    robot = Robot(demo.lms_url)
    robot.register(demo.registration_url)
    activity = robot.place_badge("Data Literacy", "Data literacy")
    robot.open_activity("Zane", activity)
    wait(lambda: [rule.checked_at for rule in rows(demo.tool, AwardRule)].count(None) == 0)
    publish(demo.tool, name={"en": "Twin", "lv": "Dvīnis"}, owner=LONG)
    past = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    with demo.tool.store.begin() as session:
        for row in session.query(TemplateVersion).all():
            row.body = row.body | {"review_date": past}
    change_issuer(demo.tool, reviews={"overdue_stops": True})
    return activity


def test_an_operator_records_a_review_and_takes_the_report(people, demo, activity):
    with people(locale="en-GB", accept_downloads=True) as ieva:
        with_authenticator(ieva)
        page, found = ieva.page, []
        join(ieva, demo, "en", name="Ieva Kalniņa")
        reviews = f"{demo.tool_url}/operator/issuers/riga-college/reviews"
        page.goto(f"{reviews}?lang=en")
        page.get_by_role("link", name="Twin").first.click()
        here = page.url.partition("?")[0]
        for language in LANGUAGES:
            page.goto(f"{demo.tool_url}/operator/issuers/riga-college?lang={language}")
            found += find_faults(ieva, f"operator-home-reviews-{language}")
            page.goto(f"{reviews}?lang={language}")
            found += find_faults(ieva, f"operator-reviews-overdue-{language}")
            page.goto(f"{here}?lang={language}")
            found += find_faults(ieva, f"operator-review-form-{language}")
        page.goto(f"{here}?lang=en")
        page.locator("#answer-achieving").fill("All of them passed.\n" + LONG)
        page.locator("input[name=overlap][value=some]").check()
        page.locator("input[name=conclusion][value=change]").check()
        page.get_by_role("button", name="Record the review").click()
        expect(page.get_by_text("The review is recorded.")).to_be_visible()
        for language in LANGUAGES:
            page.goto(f"{here}?done=yes&lang={language}")
            found += find_faults(ieva, f"operator-review-recorded-{language}")
        with page.expect_download() as download:
            page.locator("a[href*='.pdf']").first.click()
        assert download.value.suggested_filename.endswith(".pdf")
        assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_teacher_sees_that_it_is_overdue_and_awards_go_on(people, demo, activity, language):
    with people() as zane:
        zane.open_activity(activity, "Zane", language)
        expect(
            zane.frame.get_by_text({"en": "goes on awarding", "lv": "turpina piešķirt"}[language])
        ).to_be_visible()
        assert find_faults(zane, f"course-review-overdue-{language}") == []
