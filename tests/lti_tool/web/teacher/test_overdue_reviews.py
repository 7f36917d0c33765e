"""A teacher sees that a review is overdue, cannot choose the badge where that stops it, and goes on awarding it."""

from __future__ import annotations

import pytest

from lti_tool.store.models import Award, AwardRule, CredentialRow, TemplateVersion
from lti_tool.templates import versions
from tests.fixtures import ANNA, JANIS, ZANE, complete, publish, rows, run_due_jobs, template_data
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of
from tests.lti_tool.web.teacher.test_changes import press
from tests.lti_tool.web.teacher.test_placement import REQUEST
from tests.reviews import let_stop, make_overdue, record_review

CANNOT = "This badge cannot be chosen at the moment: its review is overdue."
OPENED = {"condition": "link_opened_to_them"}


@pytest.fixture
def overdue(school, web_tool):
    make_overdue(web_tool, school.badge)
    return school.badge


@pytest.fixture
def stopped(overdue, web_tool):
    let_stop(web_tool)
    return overdue


def test_it_is_marked_and_can_be_chosen_where_nothing_stops(school, overdue):
    page = school.launch(ZANE, **REQUEST)
    assert "Its review is overdue. It can be chosen all the same." in text_of(page)
    form = {"_launch": hidden(page, "_launch"), "badge": overdue, **OPENED}
    assert 'name="JWT"' in school.browser.post("/lti/app/place", data=form).text


@pytest.mark.parametrize(
    "way", [{"path": "place"}, {"path": "parts", "do": "build"}, {"path": "parts", "do": "who"}]
)
def test_what_is_stopped_is_not_placed_until_a_review_is_recorded(school, stopped, web_tool, way):
    page = school.launch(ZANE, **REQUEST)
    assert "so it cannot be chosen at the moment" in text_of(page)
    form = {"_launch": hidden(page, "_launch"), "badge": stopped, **OPENED, **way}
    path = f"/lti/app/{form.pop('path')}"
    refused = school.browser.post(path, data=form)
    assert CANNOT in text_of(refused) and 'name="JWT"' not in refused.text
    record_review(web_tool, stopped)
    assert CANNOT not in text_of(school.browser.post(path, data=form))


def test_a_badge_that_is_not_stopped_stays_chosen_beside_one_that_is(school, stopped, web_tool):
    other = publish(web_tool, name={"en": "Another"}, in_language="en")
    page = school.launch(ZANE, **REQUEST)
    form = {"_launch": hidden(page, "_launch"), "badge": other, **OPENED}
    assert 'name="JWT"' in school.browser.post("/lti/app/place", data=form).text


def test_a_link_without_a_badge_does_not_get_one_that_is_stopped(school, stopped, web_tool):
    page = school.launch(ZANE, **{CLAIM + "custom": {}})
    page = press(school, page, "link/choose")
    assert CANNOT in text_of(press(school, page, "link/badge", badge=stopped, **OPENED))
    assert CANNOT in text_of(press(school, page, "parts", badge=stopped, do="build", **OPENED))
    assert rows(web_tool, AwardRule) == []
    record_review(web_tool, stopped)
    assert "This link awards the badge from now on" in text_of(
        press(school, page, "link/badge", badge=stopped, **OPENED)
    )


def test_a_course_that_has_it_goes_on_awarding_and_says_so(school, course_rule, web_tool, platform, clock):
    make_overdue(web_tool, school.badge)
    let_stop(web_tool)
    words = text_of(school.launch(ZANE))
    assert "The review of this badge is overdue" in words and "It was due on 20 November 2026." in words
    assert "This course goes on awarding the badge, so learners miss nothing." in words
    assert "It cannot be chosen for further courses until somebody records a review." in words
    assert "Nothing needs you at the moment." not in words
    clock.advance(hours=1)
    complete(web_tool, platform, course_rule, ANNA, JANIS)
    run_due_jobs(web_tool)
    assert len(rows(web_tool, Award)) == 2 and len(rows(web_tool, CredentialRow)) == 2
    record_review(web_tool, school.badge)
    assert "The review of this badge is overdue" not in text_of(school.launch(ZANE))


def test_a_course_with_an_older_version_is_told_of_the_template_and_not_of_that_version(
    school, course_rule, web_tool
):
    make_overdue(web_tool, school.badge)
    with web_tool.store.begin() as session:
        row = versions.next_version(session, versions.find(session, school.badge), web_tool.clock())
        versions.save_draft(row, template_data() | {"review_date": "2026-12-01"}, web_tool.clock())
        versions.publish(row, web_tool.issuer.profile, web_tool.clock())
    assert "The review of this badge is overdue" not in text_of(school.launch(ZANE))
    with web_tool.store.begin() as session:
        for row in session.query(TemplateVersion).all():
            row.status = "retired"
    assert "The review of this badge is overdue" not in text_of(school.launch(ZANE))


def test_nobody_outside_reads_that_it_is_overdue(school, annas_badge, stopped, browser):
    for address in (f"/achievements/{stopped}/1", f"/credentials/{annas_badge}"):
        page = browser.get(address, headers={"Accept": "text/html"}, follow_redirects=True)
        assert page.status_code == 200 and "overdue" not in text_of(page).casefold()
    assert "overdue" not in text_of(school.launch(ANNA)).casefold()
