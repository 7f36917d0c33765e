"""A badge that asks for a result: a course may ask for more, never for less, and nothing below it is issued."""

import json
from decimal import Decimal

import pytest

from lti_tool.awarding import looks, placing, rule_changes
from lti_tool.conditions.tree import all_of
from lti_tool.errors import NotAllowedError
from lti_tool.issuing import issuance, legal_identity
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event, ResourceLink
from lti_tool.templates import versions
from lti_tool.values import LineItem
from tests.fixtures import (
    ANNA,
    JANIS,
    run_due_jobs,
    template_data,
)
from tests.lti_tool.awarding.test_grades import graded
from tests.lti_tool.awarding.test_placing import versions as versions_of

AT_LEAST_70 = {"condition": "result_at_least", "minimum": "0.7"}
AT_LEAST_80 = {"condition": "result_at_least", "minimum": "0.8"}
AT_LEAST_50 = {"condition": "result_at_least", "minimum": "0.5"}
CONFIRMED = {"condition": "confirmed"}


def publish_asking_for(tool, value, template_id=None):
    with tool.store.begin() as session:
        data = template_data() | {"required_value": value}
        row = versions.add(session, data, tool.clock(), template_id)
        versions.publish(row, tool.issuer.profile, tool.clock())
        legal_identity.confirm(session, tool.issuer, tool.clock())
        return row.template_id


@pytest.fixture
def published(tool):
    return publish_asking_for(tool, 70)


@pytest.fixture
def column(platform):
    item = LineItem(
        id="https://moodle.example.org/items/4",
        label="Badge",
        score_maximum=Decimal(100),
        resource_link_id="1",
    )
    platform.line_items = lambda url: (item,)
    return platform


def asking(custom, *conditions):
    """The custom parameters, as somebody has changed them in the activity."""
    return custom | {"rule": json.dumps(conditions[0] if len(conditions) == 1 else {"all": list(conditions)})}


def acts(tool):
    with tool.store.read() as session:
        return [(event.what, event.why) for event in session.query(Event)]


def why_not(tool, link_id="1"):
    with tool.store.read() as session:
        found = placing.asks_less(session, session.query(ResourceLink).filter_by(link_id=link_id).one())
        return found and (found[0], found[1].code, dict(found[1].values))


@pytest.mark.parametrize("conditions", [[AT_LEAST_70], [AT_LEAST_80], [AT_LEAST_80, CONFIRMED]])
def test_a_placement_may_ask_for_as_much_or_more(conditions, tool, place, launch):
    rule_id = launch(place(*conditions))
    assert [each[:2] for each in versions_of(tool, rule_id)] == [("active", "placed")]


@pytest.mark.parametrize(
    "conditions",
    [[AT_LEAST_50], [AT_LEAST_50, CONFIRMED], [{"condition": "result_at_least", "minimum": "0.6999"}]],
)
def test_no_placement_may_ask_for_less(conditions, place):
    with pytest.raises(NotAllowedError):
        place(*conditions)


def test_no_choice_on_the_page_may_ask_for_less(tool, launch, published, registration_id):
    launch({})
    with tool.store.begin() as session:
        template = queries.templates.published_template(session, published, registration_id)
        link = session.query(ResourceLink).one()
        with pytest.raises(NotAllowedError):
            placing.choose(session, link, template, all_of([AT_LEAST_50]), by_id=None, now=tool.clock())


def test_a_lower_minimum_in_the_activity_proposes_nothing_and_says_why(tool, place, launch):
    custom = place(AT_LEAST_80)
    rule_id = launch(custom)
    assert launch(asking(custom, AT_LEAST_50)) == rule_id
    assert [each[:2] for each in versions_of(tool, rule_id)] == [("active", "placed")]
    assert ("rule_change_refused", "below_required_value") in acts(tool)
    values = {"minimum": "0.5", "required_minimum": "0.7"}
    assert why_not(tool) == ("result_at_least", "below_required", values)
    # Between the two is a change like any other.
    launch(asking(custom, AT_LEAST_70))
    assert versions_of(tool, rule_id)[-1] == ("proposed", "changed", AT_LEAST_70)
    assert why_not(tool) is None
    # And a lower one takes back what was proposed.
    launch(asking(custom, AT_LEAST_50, CONFIRMED))
    assert [each[0] for each in versions_of(tool, rule_id)] == ["active", "withdrawn"]


def test_one_of_two_ways_may_not_ask_for_less_either(tool, place, launch):
    custom = place(AT_LEAST_80)
    rule_id = launch(custom)
    launch(custom | {"rule": json.dumps({"any": [AT_LEAST_80, AT_LEAST_50]})})
    assert [each[0] for each in versions_of(tool, rule_id)] == ["active"]
    assert why_not(tool)


def test_a_copy_with_a_lower_minimum_becomes_no_rule(tool, place, launch, column):
    custom = asking(place(AT_LEAST_80), AT_LEAST_50)
    assert launch(custom, context_id="43", resource_link_id="77") is None
    assert why_not(tool, "77")
    assert launch(asking(custom, AT_LEAST_70), context_id="43", resource_link_id="77") is not None


def test_a_newer_version_that_asks_for_more_raises_the_rule(tool, place, launch, published):
    rule_id = launch(place(AT_LEAST_80, CONFIRMED))
    publish_asking_for(tool, 90, published)
    with tool.store.begin() as session:
        rule_changes.take_newer_version(session, session.get_one(AwardRule, rule_id), None, tool.clock())
    status, _, tree = versions_of(tool, rule_id)[-1]
    assert (status, tree) == ("active", {"all": [{**AT_LEAST_80, "minimum": "0.9"}, CONFIRMED]})


def test_the_credential_has_the_minimum_and_the_result(tool, place, launch, column):
    rule_id = launch(place(AT_LEAST_70))
    column.graded = [graded(ANNA, "0.7"), graded(JANIS, "0.69")]
    assert looks.look(tool.store, column, rule_id, tool.clock()) is None
    run_due_jobs(tool)
    with tool.store.read() as session:
        subject = json.loads(session.query(CredentialRow).one().text)["credentialSubject"]
    assert subject["achievement"]["resultDescription"][0]["requiredValue"] == "70"
    assert subject["result"][0]["value"] == "70"


@pytest.mark.parametrize(
    ("score", "is_issued"), [("0.69", False), ("0.7", True), ("0.6999999999999999", True), (None, True)]
)
def test_a_result_below_is_never_issued_whatever_decided_it(score, is_issued, tool, place, launch, column):
    rule_id = launch(place(AT_LEAST_70))
    column.graded = [graded(ANNA, "0.9")]
    looks.look(tool.store, column, rule_id, tool.clock())
    with tool.store.begin() as session:
        award = session.query(Award).one()
        award.score = score and Decimal(score)
        award_id = award.id
    issuance.issue(tool.store, tool.issuers, [award_id], tool.clock())
    with tool.store.read() as session:
        award = session.get_one(Award, award_id)
        assert (award.status, award.waiting_for) == (
            ("issued", []) if is_issued else ("waiting", ["required_value"])
        )
        assert session.query(CredentialRow).count() == is_issued
