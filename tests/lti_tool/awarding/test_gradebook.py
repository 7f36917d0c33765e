"""When a badge may be shown in the gradebook of its course, and what is written there and taken back."""

from datetime import datetime
from decimal import Decimal

import pytest

from lti_tool.awarding import awards, gradebook
from lti_tool.conditions.tree import tree_of
from lti_tool.deliveries import dispatch
from lti_tool.errors import DeliveryError, NotAllowedError, PlatformError
from lti_tool.privacy import erasure
from lti_tool.store import events
from lti_tool.store.models import Award, AwardRule, Course, Delivery, ObservationRow, Outbox
from lti_tool.values import LineItem
from tests.fixtures import ANNA, JANIS, complete, rows, run_due_jobs

COLUMN = "https://moodle.example.org/lineitems/7"
COMPLETED = {"condition": "course_completed"}
BY_GRADE = {"condition": "result_at_least", "minimum": "0.6"}


class Gradebook:
    """The columns of a platform: what was written into each, by whom it is about."""

    def __init__(self, platform):
        self.platform, self.columns, self.scores, self.trouble = platform, {}, {}, None

    def __call__(self, registration):
        return self

    def __getattr__(self, name):
        return getattr(self.platform, name)

    def line_items(self, url):
        if self.trouble:
            raise self.trouble
        return tuple(self.columns.values())

    def create_line_item(self, url, label, score_maximum, *, tag="", resource_link_id=""):
        made = LineItem(
            id=COLUMN, label=label, score_maximum=score_maximum, resource_link_id=resource_link_id, tag=tag
        )
        self.columns[made.id] = made
        return made

    def write_score(self, line_item_url, user_id, at, *, comment):
        assert isinstance(at, datetime) and comment
        if self.trouble:
            raise self.trouble
        self.scores[line_item_url, user_id] = 1

    def clear_score(self, line_item_url, user_id, at):
        self.scores.pop((line_item_url, user_id), None)


@pytest.fixture
def columns(platform, tool, monkeypatch):
    columns = Gradebook(platform)
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: columns)
    return columns


def switch_on(tool, columns, rule_id):
    return gradebook.switch_on(tool.store, tool.issuers, columns, rule_id, tool.clock(), events.person(1))


def award_of(tool, session, member):
    return next(each for each in session.query(Award) if each.person.name == member.name)


def test_who_has_the_badge_and_who_gets_it_later_is_shown_in_a_column_that_is_made_once(
    tool, platform, rule_id, columns
):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    assert columns.scores == {}
    assert switch_on(tool, columns, rule_id) is None
    assert switch_on(tool, columns, rule_id) is None
    (made,) = columns.columns.values()
    assert (made.score_maximum, made.resource_link_id, made.tag) == (Decimal(1), "1", gradebook.TAG)
    run_due_jobs(tool)
    assert columns.scores == {(COLUMN, ANNA.user_id): 1}
    complete(tool, platform, rule_id, JANIS)
    run_due_jobs(tool)
    assert columns.scores.keys() == {(COLUMN, ANNA.user_id), (COLUMN, JANIS.user_id)}
    assert [row.kind for row in rows(tool, ObservationRow) if row.kind == "result"] == []


def test_the_column_of_the_link_is_used_where_it_has_one(tool, platform, rule_id, columns):
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).link.line_item_url = COLUMN + "1"
    switch_on(tool, columns, rule_id)
    (rule,) = rows(tool, AwardRule)
    assert (rule.column_url, columns.columns) == (COLUMN + "1", {})


def test_a_score_that_the_platform_refuses_is_said_and_one_that_fails_is_tried_again(
    tool, platform, rule_id, columns
):
    switch_on(tool, columns, rule_id)
    complete(tool, platform, rule_id, ANNA)
    columns.trouble = PlatformError("the platform has an internal error (status {status})", {"status": 500})
    run_due_jobs(tool)
    row = next(each for each in rows(tool, Delivery) if each.channel == "gradebook")
    assert (row.status, row.trouble["about"]) == ("pending", {"status": 500})
    with pytest.raises(DeliveryError) as raised:
        dispatch.deliver(tool.store, tool.issuers, columns, row.id, tool.clock())
    assert not raised.value.permanent
    columns.trouble = PlatformError("the platform does not permit the tool to do this", permanent=True)
    dispatch.deliver(tool.store, tool.issuers, columns, row.id, tool.clock())
    row = next(each for each in rows(tool, Delivery) if each.channel == "gradebook")
    assert (row.status, row.trouble["sentence"]) == (
        "failed",
        "the platform does not permit the tool to do this",
    )


def test_a_revoked_badge_is_taken_back_and_one_that_is_awarded_again_is_not(tool, platform, rule_id, columns):
    switch_on(tool, columns, rule_id)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        awards.revoke(session, award_of(tool, session, ANNA), "", tool.clock(), events.person(1))
    run_due_jobs(tool)
    assert columns.scores == {}
    with tool.store.begin() as session:
        awards.award_again(session, award_of(tool, session, ANNA), "", tool.clock(), events.person(1))
    run_due_jobs(tool)
    assert columns.scores == {(COLUMN, ANNA.user_id): 1}
    delivery = next(each for each in rows(tool, Delivery) if each.channel == "gradebook")
    dispatch.take_back(tool.store, columns, delivery.id, tool.clock())
    assert columns.scores == {(COLUMN, ANNA.user_id): 1}


def erase(tool, member):
    with tool.store.begin() as session:
        person = award_of(tool, session, member).person_id
        erasure.revoke_all(session, tool.issuers, person, tool.clock(), events.operator("root"))
    return erasure.erase(tool, [person], events.operator("root"))


def test_an_erasure_that_revokes_takes_the_badge_back_first(tool, platform, rule_id, columns):
    """Afterwards nobody knows by what the platform calls them."""
    switch_on(tool, columns, rule_id)
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    assert erase(tool, ANNA).still_shown == []
    assert columns.scores.keys() == {(COLUMN, JANIS.user_id)}
    assert [row for row in rows(tool, Outbox) if row.task == "take_back"] == []


def test_a_platform_that_does_not_answer_holds_up_no_erasure_and_is_named(tool, platform, rule_id, columns):
    switch_on(tool, columns, rule_id)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    asked = []

    def clear_score(*about):
        asked.append(about)
        raise PlatformError("the platform does not answer")

    columns.clear_score = clear_score
    assert erase(tool, ANNA).still_shown == ["Data Literacy Fundamentals"]
    assert len(asked) == 1 and rows(tool, Award) == []
    assert [row for row in rows(tool, Outbox) if row.task == "take_back"] == []


def test_what_is_revoked_while_it_is_written_is_taken_back(tool, platform, rule_id, columns):
    switch_on(tool, columns, rule_id)
    complete(tool, platform, rule_id, ANNA)
    write = columns.write_score

    def write_late(*about, **comment):
        with tool.store.begin() as session:
            awards.revoke(session, award_of(tool, session, ANNA), "", tool.clock(), events.person(1))
        run_due_jobs(tool)
        write(*about, **comment)

    columns.write_score = write_late
    run_due_jobs(tool)
    run_due_jobs(tool)
    assert columns.scores == {}
    assert rows(tool, Outbox) == [] or {each.task for each in rows(tool, Outbox)} <= {"sweep", "look"}


def test_what_is_switched_off_is_written_no_more(tool, platform, rule_id, columns):
    switch_on(tool, columns, rule_id)
    complete(tool, platform, rule_id, ANNA)
    with tool.store.begin() as session:
        gradebook.switch_off(session, session.get_one(AwardRule, rule_id), tool.clock(), events.person(1))
    run_due_jobs(tool)
    assert columns.scores == {}


@pytest.mark.parametrize(
    ("tree", "criteria", "why"),
    [
        ({"condition": "link_opened_to_them"}, None, None),
        (BY_GRADE, None, "decided_by_column"),
        ({"any": [BY_GRADE, COMPLETED]}, None, "decided_by_column"),
        ({"condition": "final_score_at_least", "minimum": "0.6"}, None, "decided_by_total"),
        (COMPLETED, None, None),
        (COMPLETED, [{"kind": "activity", "activity": "8"}], None),
        (COMPLETED, [{"kind": "grade"}], "decided_by_total"),
        (COMPLETED, [{"kind": "activity", "activity": "9"}], "completed_by_itself"),
        ({"condition": "activity_completed", "activity": "9"}, [], "completed_by_itself"),
        ({"condition": "activity_completed", "activity": "8"}, [{"kind": "grade"}], None),
    ],
)
def test_a_badge_is_not_shown_where_it_would_wait_for_itself(tool, rule_id, tree, criteria, why):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        if criteria is not None:
            session.add(
                ObservationRow(
                    course_id=rule.course_id,
                    kind="completion_criteria",
                    value={"criteria": criteria, "links": {"8": "7", "9": "1"}},
                    seen_at=tool.clock(),
                    source="moodle_plugin",
                )
            )
            session.flush()
        assert gradebook.refusal(session, rule, tree_of(tree)) == why


def test_without_a_gradebook_or_a_rule_that_awards_nothing_is_switched_on(tool, rule_id, columns):
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).paused = True
    with pytest.raises(NotAllowedError):
        switch_on(tool, columns, rule_id)
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).paused = False
        session.query(Course).one().line_items_url = None
    with pytest.raises(NotAllowedError):
        switch_on(tool, columns, rule_id)
    assert columns.columns == {}


def test_a_platform_that_makes_no_column_leaves_it_switched_off(tool, rule_id, columns):
    columns.trouble = PlatformError("the platform does not permit the tool to do this", permanent=True)
    assert switch_on(tool, columns, rule_id) is columns.trouble
    assert rows(tool, AwardRule)[0].column_url is None
