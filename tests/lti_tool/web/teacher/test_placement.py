"""A teacher places a badge."""

import json
import re
from decimal import Decimal

import jwt
import pytest
from markupsafe import escape

from lti_tool.store.models import RuleVersion
from tests.fixtures import ANNA, ZANE
from tests.lti_tool.web.conftest import CLAIM, hidden, policy, text_of

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
RETURN = "https://moodle.example.org/mod/lti/contentitem_return.php?course=42"
ADMINISTRATOR = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
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


MINIMUM, MEANT = "result_at_least.minimum", "result_at_least.meant"
EACH = "confirmed.each"
DAY = "not_before.day"
LAST_OF_JUNE = {"condition": "not_before", "at": "2027-06-30T00:00:00+03:00"}


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
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: "60", EACH: confirm})
    assert ("confirmed" in item_of(page)[1]["custom"]["rule"]) == is_asked
    page = place(badge=school.badge, condition="link_opened_to_them", **{EACH: confirm})
    assert ("confirmed" in item_of(page)[1]["custom"]["rule"]) == (confirm == "yes")


@pytest.mark.parametrize(
    "minimum",
    (
        *(
            "",
            "much",
            "-1",
            "-0",
            "101",
            "100.00001",
            "NaN",
            "1e9",
            "1e-999999",
            "%",
            "Infinity",
            "7_0",
            "7 0",
        ),
        *("70 percent", "70%%", "%70", "70.", ",5", "0x46", "33.3333333", "$Minimum"),
        "\N{ARABIC-INDIC DIGIT SEVEN}0",
    ),
)
def test_an_invalid_minimum_is_refused_at_its_field_with_what_to_type(place, school, minimum):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: minimum})
    assert "JWT" not in page.text
    field = re.search(r'<input[^>]*id="result_at_least.minimum"[^>]*>', page.text)[0]
    assert 'aria-invalid="true"' in field and 'aria-describedby="result_at_least.minimum-wrong"' in field
    said = re.search(r'id="result_at_least.minimum-wrong"[^>]*>(.*?)</p>', page.text)[1]
    assert said == "Enter a number from 0 to 100, such as 70 or 70.5, with at most five decimals."
    assert f'value="{escape(minimum)}"' in field  # what was typed is still there
    assert f'<a href="#result_at_least.minimum">{said}</a>' in page.text


ASKED_BACK = [
    ("0,7", ["70 %", "0.7 %"], ["0.7", "0.007"]),
    ("0.705", ["70.5 %", "0.705 %"], ["0.705", "0.00705"]),
    ("1", ["100 %", "1 %"], ["1", "0.01"]),
]


@pytest.mark.parametrize(("typed", "words", "minimums"), ASKED_BACK)
def test_a_minimum_that_may_mean_two_things_is_asked_back_and_chosen_by_one_press(
    place, school, typed, words, minimums
):
    form = {"badge": school.badge, "condition": "result_at_least", EACH: "no", MINIMUM: typed}
    page = place(**form)
    assert f"Did you mean {words[0]} or {words[1]}?" in text_of(page) and "JWT" not in page.text
    buttons = re.findall(
        r'<button[^>]*name="result_at_least.meant" value="([^"]*)">([^<]*)</button>', page.text
    )
    assert [label for _, label in buttons] == words
    for (value, _), minimum in zip(buttons, minimums, strict=True):
        chosen = {"condition": "result_at_least", "minimum": minimum}
        assert json.loads(item_of(place(**form, **{MEANT: value}))[1]["custom"]["rule"]) == chosen


def test_enter_in_the_field_that_was_corrected_chooses_none_of_the_two_meanings(place, school):
    """A browser presses the first button of the form at Enter."""
    form = {"badge": school.badge, "condition": "result_at_least", EACH: "no"}
    page = place(**form, **{MINIMUM: "0,7"})
    meant = re.search(r'name="result_at_least.meant" value="([^"]*)"', page.text)[1]
    rule = json.loads(item_of(place(**form, **{MINIMUM: "60", MEANT: meant}))[1]["custom"]["rule"])
    assert rule["minimum"] == "0.6"


def test_the_two_meanings_are_asked_in_the_language_of_the_page(school):
    page = school.launch(ZANE, **REQUEST | {CLAIM + "launch_presentation": {"locale": "lv"}})
    token = hidden(page, "_launch")
    form = {"badge": school.badge, "condition": "result_at_least", MINIMUM: "0,7"}
    page = school.browser.post("/lti/app/place", data={"_launch": token, **form})
    assert "Vai domājāt 70 % vai 0,7 %?" in text_of(page)


@pytest.mark.parametrize("typed", ["70,5", "66.66667 %", "0,00001 %", "100"])
def test_the_custom_parameters_carry_the_minimum_to_the_rule_without_loss(place, school, web_tool, typed):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: typed, EACH: "no"})
    custom = item_of(page)[1]["custom"]
    assert school.launch(ZANE, **{CLAIM + "custom": custom}).status_code == 200
    with web_tool.store.read() as session:
        version = session.query(RuleVersion).one()
        assert (version.status, version.tree) == ("active", custom["rule"])
        expected = Decimal(typed.replace(",", ".").removesuffix(" %")) / 100
        assert Decimal(json.loads(version.tree)["minimum"]) == expected


@pytest.mark.parametrize(
    ("form", "demands"),
    [
        ({EACH: "no", DAY: "2027-06-30"}, [LAST_OF_JUNE]),
        ({EACH: "", DAY: "2027-06-30"}, [{"condition": "confirmed"}, LAST_OF_JUNE]),
        ({EACH: "yes", DAY: "2027-06-30"}, [{"condition": "confirmed"}, LAST_OF_JUNE]),
        ({EACH: "yes", DAY: ""}, [{"condition": "confirmed"}]),
        ({}, [{"condition": "confirmed"}]),
        ({EACH: "no"}, []),
    ],
)
def test_a_grade_is_confirmed_by_default_and_may_be_awarded_at_once_or_from_a_date_on(
    place, school, form, demands
):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: "60"}, **form)
    rule = json.loads(item_of(page)[1]["custom"]["rule"])
    assert rule.get("all", [rule])[1:] == demands


@pytest.mark.parametrize("day", ["30.06.2027", "2027-02-30"])
def test_a_date_that_cannot_be_read_is_refused_at_its_field(place, school, day):
    page = place(badge=school.badge, condition="result_at_least", **{MINIMUM: "60", EACH: "no", DAY: day})
    assert "JWT" not in page.text
    assert "Enter the date as year-month-day, such as 2027-06-30." in text_of(page)
    field = re.search(r'<input[^>]*id="not_before.day"[^>]*>', page.text)[0]
    assert 'aria-describedby="not_before.day-wrong"' in field and f'value="{day}"' in field
    assert 'id="not_before.day-wrong"' in page.text and 'href="#not_before.day"' in page.text
    assert re.search(r'name="confirmed.each" value="no" checked', page.text)


def test_what_each_choice_means_for_hidden_grades_stands_beside_it(choosing):
    words = text_of(choosing)
    assert "You see each grade before the badge is awarded." in words
    assert "After that day a hidden grade earns the badge too." in words
    assert "can tell that they have passed, even if their grade is still hidden." in words


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
