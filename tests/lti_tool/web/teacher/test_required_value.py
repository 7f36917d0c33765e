"""The minimum result of a badge, where a teacher places it and where the activity asks for less."""

import json
from decimal import Decimal
from io import BytesIO

import pytest

from lti_tool.awarding import looks
from lti_tool.store.models import CredentialRow
from lti_tool.values import LineItem, LineItemResult
from tests.fixtures import ANNA, ZANE, rows, run_due_jobs
from tests.lti_tool.awarding.test_required_value import AT_LEAST_50, AT_LEAST_80, publish_asking_for
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.teacher.test_placement import MINIMUM, REQUEST, item_of

TOO_LOW = "This badge asks for at least 70 %: it cannot be awarded for 50 %."


@pytest.fixture
def published(tool):
    return publish_asking_for(tool, 70)


@pytest.fixture
def choosing(school):
    return school.launch(ZANE, **REQUEST)


@pytest.fixture
def place_form(school, choosing):
    token = hidden(choosing, "_launch")
    form = {"badge": school.badge, "condition": "result_at_least"}
    return lambda **typed: school.browser.post("/lti/app/place", data={"_launch": token, **form, **typed})


def test_the_form_shows_the_minimum_and_suggests_it(choosing):
    assert "Minimum result: 70 %." in text_of(choosing)
    assert 'name="result_at_least.minimum" inputmode="decimal" value="70 %"' in choosing.text


def test_deep_linking_takes_no_lower_minimum_and_says_why_at_the_field(place_form):
    page = place_form(**{MINIMUM: "50"})
    assert 'name="JWT"' not in page.text
    assert TOO_LOW in text_of(page)
    assert 'id="result_at_least.minimum-wrong"' in page.text and 'value="50"' in page.text
    rule = json.loads(item_of(place_form(**{MINIMUM: "70"}))[1]["custom"]["rule"])
    assert rule["all"][0] == {"condition": "result_at_least", "minimum": "0.7"}


def test_nor_does_the_page_of_a_link_without_a_badge(school):
    """That page offers no grade column; its form may be posted all the same."""
    page = school.launch(ZANE, **{"https://purl.imsglobal.org/spec/lti/claim/custom": {}})
    form = {
        "_launch": hidden(page, "_launch"),
        "badge": school.badge,
        "condition": "result_at_least",
        MINIMUM: "50",
    }
    answer = school.browser.post("/lti/app/link/badge", data=form)
    assert "Saved." not in text_of(answer)


def test_the_course_page_says_why_a_change_of_the_activity_does_not_count(school, place):
    custom = place(AT_LEAST_80)
    school.custom = custom
    school.launch(ZANE)
    school.custom = custom | {"rule": json.dumps(AT_LEAST_50)}
    words = text_of(school.launch(ZANE))
    assert "The change in the activity does not count" in words and TOO_LOW in words
    assert "when they reach 80 %" in words
    school.custom = custom
    assert "does not count" not in text_of(school.launch(ZANE))


def test_a_copied_link_with_a_lower_minimum_says_why_it_has_no_badge(school, place):
    school.custom = place(AT_LEAST_80) | {"rule": json.dumps(AT_LEAST_50), "placed": ""}
    words = text_of(school.launch(ZANE))
    assert "This link has no badge" in words and TOO_LOW in words


def test_whoever_opens_or_verifies_the_badge_sees_the_minimum_and_the_result(
    school, place, web_tool, platform
):
    item = LineItem(id="https://m.example/4", label="Badge", score_maximum=Decimal(100), resource_link_id="1")
    platform.line_items = lambda url: (item,)
    platform.graded = [LineItemResult(user_id=ANNA.user_id, score=Decimal("0.9"))]
    school.custom = place(AT_LEAST_80)
    school.launch(ZANE)
    assert looks.look(web_tool.store, platform, 1, web_tool.clock()) is None
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    page = school.browser.get(f"/badges/{credential.id}")
    file = {"file": (BytesIO(credential.text.encode()), "badge.json")}
    for shown in (page, school.browser.post("/verify", data=file)):
        assert "90 % (at least 70 % needed)" in text_of(shown)
        assert "The result has to be at least 70 %." in text_of(shown)
