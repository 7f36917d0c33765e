"""A teacher places a badge."""

import json

import jwt
import pytest

from tests.fixtures import ANNA, ZANE
from tests.lti_tool.web.conftest import CLAIM, hidden, policy, text_of

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RETURN = "https://moodle.example.org/mod/lti/contentitem_return.php?course=42"
ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
MINIMUM = "result_at_least.minimum"
REQUEST = {
    CLAIM + "message_type": "LtiDeepLinkingRequest",
    CLAIM + "resource_link": None,
    DL + "deep_linking_settings": {
        "deep_link_return_url": RETURN,
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "data": "kept",
    },
}


@pytest.fixture
def choosing(school):
    return school.launch(ZANE, **REQUEST)


@pytest.fixture
def place(school, choosing):
    token = hidden(choosing, "_launch")
    return lambda **form: school.browser.post("/lti/app/place", data={"_launch": token, **form})


def item_of(page):
    message = jwt.decode(hidden(page, "JWT"), options={"verify_signature": False})
    (item,) = message[DL + "content_items"]
    return message, item


def test_the_published_badges_are_offered_with_their_completeness(choosing, school):
    words = text_of(choosing)
    assert "Data literacy for decision makers" in words
    assert "11 of 11 EU elements" in words
    assert "No column is added to the gradebook." in words
    assert f'value="{school.badge}"' in choosing.text


def test_the_chosen_badge_is_returned_to_the_platform_as_a_signed_link(place, school):
    page = place(badge=school.badge, condition="link_opened_to_them")
    assert f'action="{RETURN}"' in page.text
    assert "Back to my course" in text_of(page)  # for whoever runs no scripts
    message, item = item_of(page)
    assert (message["iss"], message["aud"]) == ("client-1", "https://moodle.example.org")
    assert message[DL + "data"] == "kept"
    assert item["url"] == "https://badges.example.org/lti/launch"
    assert item["custom"].keys() == {"badge", "rule", "placed"}
    assert item["custom"]["badge"] == school.badge
    assert json.loads(item["custom"]["rule"]) == {"condition": "link_opened_to_them"}
    assert "lineItem" not in item


def test_learners_may_not_place_badges(school):
    page = school.launch(ANNA, **REQUEST)
    assert page.status_code == 403
    assert 'name="badge"' not in page.text


def test_a_learner_who_comes_from_no_course_places_none_either(school):
    page = school.launch(ANNA, **REQUEST, **{CLAIM + "context": None})
    assert page.status_code == 403
    assert 'name="badge"' not in page.text


def test_an_administrator_without_a_role_in_the_course_may_place_one(school):
    page = school.launch(ZANE, **REQUEST, **{CLAIM + "roles": [ADMINISTRATOR]})
    assert 'name="badge"' in page.text


def test_the_page_may_post_to_the_platform_only(place, school):
    page = place(badge=school.badge, condition="link_opened_to_them")
    assert policy(page)["form-action"] == ["'self'", "https://moodle.example.org"]


@pytest.mark.parametrize(
    ("typed", "minimum"),
    [
        ("62,5", "0.625"),
        ("70", "0.7"),
        ("70%", "0.7"),
        ("70 %", "0.7"),
        ("70,5", "0.705"),
        ("70.5 %", "0.705"),
        ("0,7 %", "0.007"),
        ("0", "0"),
        ("100", "1"),
    ],
)
def test_the_link_has_the_minimum_grade_and_asks_for_confirmation_by_itself(place, school, typed, minimum):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: typed})
    grade = {"condition": "result_at_least", "minimum": minimum}
    assert json.loads(item_of(page)[1]["custom"]["rule"]) == {"all": [grade, {"condition": "confirmed"}]}


@pytest.mark.parametrize(("confirm", "is_asked"), [("", True), ("yes", True), ("no", False)])
def test_a_teacher_may_choose_to_award_grades_at_once(place, school, confirm, is_asked):
    page = place(badge=school.badge, condition="result_at_least", confirm=confirm, **{MINIMUM: "60"})
    assert ("confirmed" in item_of(page)[1]["custom"]["rule"]) == is_asked
    page = place(badge=school.badge, condition="link_opened_to_them", confirm=confirm)
    assert ("confirmed" in item_of(page)[1]["custom"]["rule"]) == (confirm == "yes")


@pytest.mark.parametrize("minimum", ["", "much", "-1", "101", "NaN", "1e9", "1e-999999", "%", "Infinity"])
def test_an_invalid_minimum_is_asked_for_again(place, school, minimum):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: minimum})
    assert "from 0 to 100" in text_of(page) and "JWT" not in page.text


@pytest.mark.parametrize(("typed", "meant"), [("0,7", "70"), ("0.705", "70.5"), ("1", "100")])
def test_a_minimum_that_may_mean_two_things_is_asked_back(place, school, typed, meant):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: typed})
    assert f"Did you mean {meant} %?" in text_of(page) and "JWT" not in page.text


@pytest.mark.parametrize("condition", ["", "confirmed", "no_such_condition"])
def test_what_is_no_occasion_is_asked_for_again(place, school, condition):
    page = place(badge=school.badge, condition=condition)
    assert "Choose when a learner gets the badge." in text_of(page)


@pytest.mark.parametrize("badge", ["", "no-such-badge"])
def test_without_a_chosen_badge_the_choice_is_shown_again(place, badge):
    page = place(badge=badge, condition="link_opened_to_them")
    assert "Choose a badge first." in text_of(page)


def test_a_launch_without_deep_linking_cannot_return_a_link(school, published):
    token = hidden(school.launch(ANNA), "_launch")
    answer = school.browser.post("/lti/app/place", data={"_launch": token, "badge": published})
    assert answer.status_code == 403


def test_without_published_badges_the_page_says_what_to_do(school, web_tool):
    from lti_tool.store.models import TemplateVersion

    with web_tool.store.begin() as session:
        session.query(TemplateVersion).one().status = "draft"
    assert "There is no badge to place yet" in text_of(school.launch(ZANE, **REQUEST))
