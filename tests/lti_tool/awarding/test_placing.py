"""The rule of a link: as it was placed, copied with a course, or changed in the activity."""

import json

import pytest
from sqlalchemy.exc import IntegrityError

from lti_tool.awarding import awards, looks, permissions, placing, rule_changes
from lti_tool.conditions.tree import tree_of
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.people import sessions
from lti_tool.platforms import registrations
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, Event, Outbox, Question, ResourceLink, RuleVersion
from tests.fixtures import (
    ANNA,
    NEW_REGISTRATION,
    NOW,
    OPENED_TO_THEM,
    ZANE,
    add_another_issuer,
    complete,
    launch_of,
    place_badge,
    publish,
)

AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}


def versions(tool, rule_id):
    """The versions of a rule: status, reason, conditions."""
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        return [(each.status, each.reason, json.loads(each.tree)) for each in rule.versions]


def settle(tool, rule_id, change=rule_changes.confirm_change):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        proposed = queries.rules.proposed_version(session, rule_id)
        change(session, rule, proposed.id, None, tool.clock())


def confirm_each(tool, rule_id):
    """A teacher's choice on the page: they confirm each learner."""
    with tool.store.begin() as session:
        demands = [{"condition": "confirmed"}]
        rule_changes.set_demands(session, session.get_one(AwardRule, rule_id), demands, None, tool.clock())


def test_what_a_teacher_places_is_active_at_the_first_launch(tool, place, launch):
    custom = place(AT_LEAST_60, {"condition": "confirmed"})
    rule_id = launch(custom)
    assert launch(custom) == rule_id
    assert versions(tool, rule_id) == [
        ("active", "placed", {"all": [AT_LEAST_60, {"condition": "confirmed"}]})
    ]
    with tool.store.read() as session:
        assert session.get_one(Outbox, "look-1").due_at == tool.clock()


def test_a_copy_of_a_course_brings_the_whole_rule_and_stands_still_until_it_is_confirmed(
    tool, place, launch, platform
):
    custom = place(AT_LEAST_60)
    original = launch(custom)
    with tool.store.begin() as session:
        demands = [{"condition": "confirmed"}, {"condition": "not_before", "at": NOW.isoformat()}]
        rule_changes.set_demands(session, session.get_one(AwardRule, original), demands, None, tool.clock())
    copied = launch(custom, context_id="43", resource_link_id="77")
    ((status, reason, tree),) = versions(tool, copied)
    assert (status, reason) == ("proposed", "copied")
    assert tree == versions(tool, original)[-1][2]
    assert {"condition": "confirmed"} in tree["all"]
    assert {"condition": "not_before", "at": NOW.isoformat()} in tree["all"]
    settle(tool, copied)
    assert versions(tool, copied)[0][0] == "active"


def test_a_copy_awards_nothing_before_it_is_confirmed(tool, place, launch, platform):
    custom = place()
    launch(custom)
    copied = launch(custom, resource_link_id="77")
    complete(tool, platform, 1, ANNA)
    with tool.store.read() as session:
        assert {award.rule_id for award in session.query(Award)} == {1}
    assert versions(tool, copied)[0][0] == "proposed"


def test_a_link_restored_from_elsewhere_stands_still_too(tool, place, launch):
    custom = place() | {"placed": "6c1f7e5e-0000-4000-8000-000000000000"}
    assert [each[:2] for each in versions(tool, launch(custom))] == [("proposed", "copied")]


def test_a_rule_typed_into_the_activity_is_no_placement(tool, place, launch):
    custom = place(AT_LEAST_60) | {"rule": json.dumps({"condition": "result_at_least", "minimum": "0.1"})}
    assert [each[:2] for each in versions(tool, launch(custom))] == [("proposed", "changed")]


@pytest.mark.parametrize("minimum", ["NaN", "$Minimum", None, "70", "-1", "Infinity", ""])
def test_a_minimum_that_cannot_be_read_stands_still_and_awards_nobody(tool, place, launch, platform, minimum):
    custom = place(AT_LEAST_60)
    rule = json.dumps({"condition": "result_at_least", "minimum": minimum})
    rule_id = launch(custom | {"rule": rule})
    assert [each[:2] for each in versions(tool, rule_id)] == [("proposed", "unreadable")]
    complete(tool, platform, 1, ANNA)
    with tool.store.begin() as session:
        assert session.query(Award).all() == []
        with pytest.raises(NotAllowedError):
            version = queries.rules.proposed_version(session, rule_id)
            rule_changes.confirm_change(session, session.get_one(AwardRule, rule_id), version.id, None, NOW)


def test_a_rule_that_the_platform_did_not_expand_stands_still(tool, place, launch):
    custom = {name: value for name, value in place(AT_LEAST_60).items() if name != "rule"}
    assert [each[:2] for each in versions(tool, launch(custom))] == [("proposed", "unreadable")]


@pytest.mark.parametrize(
    "tree",
    [
        '{"condition":"result_at_least","minimum":null}',
        '{"condition":"result_at_least"}',
        '{"all":[{"condition":"confirmed"},{"condition":"x","options":null}]}',
    ],
)
def test_the_table_takes_no_active_rule_that_lacks_a_value(tool_on_any_database, tree):
    tool = tool_on_any_database
    template_id = publish(tool)
    with tool.store.begin() as session:
        registration = registrations.add(session, NEW_REGISTRATION, tool.clock())
        custom = place_badge(session, tool, registration.id, template_id)
        sessions.start_session(session, launch_of(ZANE, registration.id, custom=custom), tool.clock())
        version = session.query(RuleVersion).one()
        version.tree = '{"condition":"result_at_least","minimum":"0.6"}'
        session.flush()
        with pytest.raises(IntegrityError), session.begin_nested():
            version.tree = tree
            session.flush()


def test_another_badge_chosen_in_the_activity_waits_for_a_teacher(tool, place, launch, platform, published):
    rule_id = launch(place())
    other = publish(tool)
    with tool.store.begin() as session:
        custom = place_badge(session, tool, 1, other, AT_LEAST_60)
    assert launch(custom, ANNA) == rule_id  # a learner's launch shows it just as well
    assert [each[:2] for each in versions(tool, rule_id)] == [("active", "placed"), ("proposed", "changed")]
    complete(tool, platform, 1, ANNA)
    with tool.store.read() as session:
        assert session.query(Award).all() == []
    settle(tool, rule_id)
    assert [each[0] for each in versions(tool, rule_id)] == ["replaced", "active"]
    with tool.store.read() as session:
        assert queries.rules.active_version(session, rule_id).template_version.template_id == other


def test_a_change_that_is_declined_leaves_the_rule_as_it_was(tool, place, launch, platform):
    rule_id = launch(place())
    custom = place(AT_LEAST_60)
    launch(custom)
    settle(tool, rule_id, rule_changes.decline_change)
    launch(custom)  # the same again is no new change
    assert [each[0] for each in versions(tool, rule_id)] == ["active", "declined"]
    with tool.store.begin() as session, pytest.raises(NotFoundError):
        rule_changes.confirm_change(session, session.get_one(AwardRule, rule_id), 2, None, tool.clock())


def test_a_change_back_needs_no_answer(tool, place, launch):
    first = place()
    rule_id = launch(first)
    launch(place(AT_LEAST_60))
    launch(first)
    assert [each[0] for each in versions(tool, rule_id)] == ["active", "withdrawn"]
    with tool.store.read() as session:
        assert session.query(Event).filter_by(what="rule_change_withdrawn", about=str(rule_id)).count() == 1


def test_a_change_back_needs_no_answer_where_the_page_has_changed_the_rule_since(tool, place, launch):
    first = place()
    rule_id = launch(first)
    confirm_each(tool, rule_id)
    launch(place(AT_LEAST_60))
    launch(first)
    assert [each[0] for each in versions(tool, rule_id)] == ["replaced", "active", "withdrawn"]


def test_a_change_that_comes_again_after_a_change_back_is_asked_about_again(tool, place, launch):
    first, second = place(), place(AT_LEAST_60)
    rule_id = launch(first)
    launch(second)
    settle(tool, rule_id, rule_changes.decline_change)
    launch(first)
    launch(second)
    assert [each[0] for each in versions(tool, rule_id)] == ["active", "declined", "proposed"]


def test_a_teacher_cannot_confirm_what_the_activity_no_longer_asks_for(tool, place, launch):
    rule_id = launch(place())
    launch(place(AT_LEAST_60))
    launch(place({"condition": "result_at_least", "minimum": "0.9"}))
    with tool.store.begin() as session, pytest.raises(NotFoundError):
        rule = session.get_one(AwardRule, rule_id)
        rule_changes.confirm_change(session, rule, rule.versions[1].id, None, tool.clock())


@pytest.mark.parametrize("custom", [{}, {"badge": "no such badge"}])
def test_an_activity_that_no_longer_names_a_badge_stands_still_until_a_teacher_answers(
    tool, place, launch, platform, custom
):
    rule_id = launch(place())
    launch(custom, ANNA)
    assert [each[:2] for each in versions(tool, rule_id)] == [("active", "placed"), ("proposed", "no_badge")]
    complete(tool, platform, 1, ANNA)
    with tool.store.read() as session:
        assert session.query(Award).all() == []
    settle(tool, rule_id, rule_changes.decline_change)
    launch(custom)  # the same again is no new change
    assert [each[0] for each in versions(tool, rule_id)] == ["active", "declined"]


def test_a_question_closes_while_a_change_waits_and_is_asked_anew_after_it(tool, place, launch, platform):
    rule_id = launch(place())
    platform.inside = list(platform.everyone)
    looks.look(tool.store, platform, 1, tool.clock())
    launch(place(AT_LEAST_60))
    looks.look(tool.store, platform, 1, tool.clock())
    settle(tool, rule_id, rule_changes.decline_change)
    looks.look(tool.store, platform, 1, tool.clock())
    with tool.store.read() as session:
        closed = [row.why_closed for row in session.query(Question).order_by(Question.id)]
    assert closed == ["changed", ""]


def test_the_parameters_of_a_submission_review_change_nothing(tool, place, launch):
    rule_id = launch(place())
    launch({}, message_type="LtiSubmissionReviewRequest")
    assert [each[0] for each in versions(tool, rule_id)] == ["active"]


def test_a_copy_brings_the_rule_that_its_activity_had_not_a_later_one(tool, place, launch):
    first = place()
    original = launch(first)
    confirm_each(tool, original)
    launch(place(AT_LEAST_60))
    settle(tool, original)
    copied = launch(first, context_id="43", resource_link_id="77")
    assert [each[2] for each in versions(tool, copied)] == [
        {"all": [OPENED_TO_THEM, {"condition": "confirmed"}]}
    ]


def test_a_copy_whose_activity_says_something_else_is_what_it_says(tool, place, launch):
    custom = place(AT_LEAST_60)
    launch(custom)
    typed = {"condition": "result_at_least", "minimum": "0.9"}
    copied = launch(custom | {"rule": json.dumps(typed)}, resource_link_id="77")
    assert versions(tool, copied) == [("proposed", "copied", typed)]


def test_a_badge_chosen_again_for_its_link_belongs_to_it_and_copies_of_it_wait(tool, place, launch):
    rule_id = launch(place())
    again = place(AT_LEAST_60)
    launch(again)
    settle(tool, rule_id)
    copied = launch(again, resource_link_id="77")
    assert [each[:2] for each in versions(tool, copied)] == [("proposed", "copied")]


def test_a_copy_that_is_opened_before_its_original_does_not_take_its_place(tool, place, launch):
    custom = place()
    copied = launch(custom, context_id="43", resource_link_id="77")
    original = launch(custom)
    assert [each[:2] for each in versions(tool, copied)] == [("proposed", "copied")]
    assert [each[:2] for each in versions(tool, original)] == [("active", "placed")]


def test_a_copy_brings_no_awards(tool, place, launch, platform):
    custom = place()
    launch(custom)
    complete(tool, platform, 1, ANNA)
    copied = launch(custom, context_id="43", resource_link_id="77")
    settle(tool, copied)
    with tool.store.read() as session:
        assert queries.awards.awards_of_rule(session, copied) == []
        assert len(queries.awards.awards_of_rule(session, 1)) == 1


def test_a_confirmed_rule_for_another_issuers_badge_awards_nobody_again_after_a_revocation(
    tool, launch, registration_id, platform
):
    another = add_another_issuer(tool)
    with tool.store.begin() as session:
        permissions.permit(session, tool.issuers.of(session, another.id), registration_id, None, tool.clock())
        custom = place_badge(session, tool, registration_id, another.template_id)
    launch(custom)
    copied = launch(custom, context_id="43", resource_link_id="77")
    settle(tool, copied)
    complete(tool, platform, 2, ANNA)
    with tool.store.begin() as session:
        (award,) = session.query(Award)
        awards.revoke(session, award, "it was a mistake", tool.clock())
    looks.look(tool.store, platform, 2, tool.clock())
    with tool.store.read() as session:
        assert [award.status for award in session.query(Award)] == ["revoked"]


def test_a_badge_chosen_on_the_page_is_what_the_link_awards(tool, launch, published):
    assert launch({}) is None
    with tool.store.begin() as session:
        template = queries.templates.published_template(session, published, 1)
        (link,) = session.query(ResourceLink)
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        placing.choose(session, link, template, tree_of(OPENED_TO_THEM), by_id=zane, now=tool.clock())
    rule_id = launch({}, ANNA)
    assert versions(tool, rule_id) == [("active", "chosen", OPENED_TO_THEM)]
    with tool.store.read() as session:
        (changed,) = session.query(Event).filter_by(what="rule_changed")
        assert (changed.actor_kind, changed.actor) == ("person", str(zane))


def test_what_is_chosen_on_the_page_settles_that_the_activity_names_no_badge(tool, place, launch, published):
    rule_id = launch(place())
    launch({})
    with tool.store.begin() as session:
        template = queries.templates.published_template(session, published, 1)
        (link,) = session.query(ResourceLink)
        placing.choose(session, link, template, tree_of(AT_LEAST_60), by_id=None, now=tool.clock())
    assert launch({}) == rule_id
    assert [each[:2] for each in versions(tool, rule_id)] == [
        ("replaced", "placed"),
        ("withdrawn", "no_badge"),
        ("active", "chosen"),
    ]


def test_what_a_teacher_changes_on_the_page_is_not_undone_by_the_next_launch(tool, place, launch):
    custom = place()
    rule_id = launch(custom)
    confirm_each(tool, rule_id)
    launch(custom)
    assert [each[0] for each in versions(tool, rule_id)] == ["replaced", "active"]
    assert versions(tool, rule_id)[-1][2] == {"all": [OPENED_TO_THEM, {"condition": "confirmed"}]}


@pytest.mark.parametrize("custom", [{}, {"badge": "no such badge"}, {"rule": "{}"}])
def test_a_link_without_a_badge_has_no_rule_and_is_remembered(tool, launch, published, custom):
    assert launch(custom) is None
    with tool.store.read() as session:
        assert session.query(AwardRule).all() == []
        assert [link.link_id for link in session.query(ResourceLink)] == ["1"]


def test_the_link_in_a_courses_navigation_is_no_link_to_a_badge(tool, launch, published):
    assert launch({}, resource_link_id="42", product="canvas") is None
    with tool.store.read() as session:
        assert session.query(ResourceLink).all() == []


def test_a_link_with_the_number_of_its_course_is_a_link_in_moodle(place, launch):
    # Moodle counts courses and links each from 1.
    assert launch(place(), resource_link_id="42", context_id="42", product="moodle") is not None


def test_each_change_of_a_rule_is_an_event(tool, place, launch):
    rule_id = launch(place())
    launch(place(AT_LEAST_60))
    settle(tool, rule_id)
    with tool.store.read() as session:
        of_rules = session.query(Event).filter_by(about_kind="rule").order_by(Event.id)
        events = [(event.what, event.why) for event in of_rules]
    assert events == [("rule_changed", "placed"), ("rule_change_proposed", "changed"), ("rule_changed", "")]


def test_looks_leave_out_what_waits_for_a_teacher(tool, place, launch, platform):
    custom = place()
    launch(custom)
    launch(place(AT_LEAST_60))
    platform.members = None  # asking would fail
    assert looks.look(tool.store, platform, 1, tool.clock()) is None
