"""A minimum in the custom parameters of a link that cannot be read never counts as none."""

import json
from decimal import Decimal

import pytest

from lti_tool.awarding import looks
from lti_tool.store.models import Award, RuleVersion
from lti_tool.values import LineItem, LineItemResult
from tests.fixtures import ANNA, JANIS, ZANE
from tests.lti_tool.web.conftest import CLAIM, text_of

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COLUMN = "https://moodle.example.org/items/4"
GRADE = {"condition": "result_at_least", "minimum": "0.6"}


def with_minimum(written):
    """The conditions of a link whose minimum is this JSON."""
    return f'{{"condition":"result_at_least","minimum":{written}}}'


READABLE = with_minimum('"0"')
#: By name: the changes of the custom parameters that the tool has put into the link; None takes one away.
UNREADABLE = {
    "70%": {"rule": with_minimum('"70%"')},
    "70 %": {"rule": with_minimum('"70 %"')},
    "0,7": {"rule": with_minimum('"0,7"')},
    "seventy": {"rule": with_minimum("70")},
    "NaN": {"rule": with_minimum("NaN")},
    "a text NaN": {"rule": with_minimum('"NaN"')},
    "Infinity": {"rule": with_minimum("-Infinity")},
    "a variable in the rule": {"rule": with_minimum('"$Canvas.assignment.pointsPossible"')},
    "a variable for the rule": {"rule": "$Rule.conditions"},
    "an empty text": {"rule": with_minimum('""')},
    "null": {"rule": with_minimum("null")},
    "true": {"rule": with_minimum("true")},
    "a list": {"rule": with_minimum("[]")},
    "no minimum": {"rule": '{"condition":"result_at_least"}'},
    "no rule": {"rule": None},
    "an empty rule": {"rule": ""},
    "an empty object": {"rule": "{}"},
    "half a rule": {"rule": '{"condition":"result_at_least","minimum":"0.6'},
    "any of nothing": {"rule": '{"any":[]}'},
    "another name": {"rule": '{"condition":"result_at_least","minimum_score":"0.6"}'},
    "in one of two ways": {"rule": f'{{"any":[{READABLE},{with_minimum("NaN")}]}}'},
    "the parameters of an older link": {"rule": None, "trigger": "grade", "minimum_score": "70%"},
}


@pytest.fixture
def services(web_tool, platform, monkeypatch):
    """Anna and Jānis have 0 of 100 in the badge's own column."""
    monkeypatch.setattr(type(web_tool), "connect", lambda self, registration: platform)
    item = LineItem(id=COLUMN, label="Badge", score_maximum=Decimal(100), resource_link_id="1")
    platform.line_items = lambda url: (item,)
    platform.inside = list(platform.everyone)
    zero = {"score": Decimal(0), "points": Decimal(0), "maximum": Decimal(100)}
    platform.graded = [LineItemResult(user_id=each.user_id, **zero) for each in (ANNA, JANIS)]
    return platform


def launch(school, person, custom, changes):
    sent = {name: value for name, value in {**custom, **changes}.items() if value is not None}
    return school.launch(person, **{CLAIM + "custom": sent, AGS: {"lineitem": COLUMN, "lineitems": COLUMN}})


def statuses(tool):
    with tool.store.read() as session:
        return [(each.status, each.reason) for each in session.query(RuleVersion).order_by(RuleVersion.id)]


def awards(tool, services):
    """The awards after two looks."""
    for _ in range(2):
        looks.look(tool.store, services, 1, tool.clock())
    with tool.store.read() as session:
        return session.query(Award).all()


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_a_new_link_with_an_unreadable_minimum_stands_still_and_says_so(
    school, web_tool, place, services, changes
):
    words = text_of(launch(school, ZANE, place(GRADE), changes))
    assert "The conditions of this badge cannot be read" in words
    assert "It awards nothing." in words
    assert "Confirm these conditions" not in words
    learners = text_of(launch(school, ANNA, place(GRADE), changes))
    assert "Your teacher has to confirm the conditions of this badge first." in learners
    assert awards(web_tool, services) == []
    assert "active" not in {status for status, _ in statuses(web_tool)}


@pytest.mark.parametrize("changes", UNREADABLE.values(), ids=UNREADABLE)
def test_a_link_whose_minimum_was_changed_to_an_unreadable_one_stands_still_too(
    school, web_tool, place, services, changes
):
    custom = place({**GRADE, "minimum": "0"})  # by which both would have it
    launch(school, ZANE, custom, {})
    assert statuses(web_tool) == [("active", "placed")]
    launch(school, ANNA, custom, changes)
    words = text_of(launch(school, ZANE, custom, changes))
    assert "The conditions of this badge cannot be read" in words
    assert statuses(web_tool) == [("active", "placed"), ("proposed", "unreadable")]
    assert awards(web_tool, services) == []


def test_a_minimum_of_zero_that_a_teacher_has_chosen_is_a_minimum(school, web_tool, place, services):
    """So the tests above would see awards."""
    custom = place({**GRADE, "minimum": "0"})
    launch(school, ZANE, custom, {})
    assert json.loads(custom["rule"])["minimum"] == "0"
    assert len(awards(web_tool, services)) == 2
