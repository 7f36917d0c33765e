"""Links and columns that the platform no longer has: told from trouble, looked at no more, revived by a launch."""

from decimal import Decimal

import pytest

from lti_tool.awarding import looks, rule_changes
from lti_tool.errors import NotAllowedError, PlatformError
from lti_tool.people import sessions
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.store.models import AwardRule, Event, Outbox
from lti_tool.values import LineItem, LineItemResult
from tests.fixtures import ANNA, ZANE, FakePlatform, launch_of, make_rule

COLUMN = "https://moodle.example.org/items/4"


class Missing(FakePlatform):
    """A platform that answers 404 for what is in `gone`: the ids of links, addresses of columns, None for the course.

    `asked` are the same of all that was asked for.
    """

    def __init__(self, *gone):
        super().__init__()
        self.gone, self.asked, self.columns = set(gone), [], []

    def members(self, url, resource_link_id=None):
        self._answer(resource_link_id)
        return super().members(url, resource_link_id)

    def line_items(self, url):
        self._answer(url)
        return tuple(
            LineItem(id=each, label="Badge", score_maximum=Decimal(100), resource_link_id="1")
            for each in self.columns
        )

    def results(self, url):
        self._answer(url)
        return super().results(url)

    def _answer(self, what):
        self.asked.append(what)
        if self.trouble:
            raise self.trouble
        if what in self.gone:
            raise NotOnPlatformError("it no longer exists", permanent=True)


def look(tool, platform, times=1):
    return [looks.look(tool.store, platform, 1, tool.clock()) for _ in range(times)][-1]


def rule(tool):
    """Why its link is missed, its trouble, and whether looks leave it out."""
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, 1)
        trouble = rule.trouble["sentence"] if rule.trouble else None
        return rule.link.missing_in, trouble, looks.is_gone(rule.link)


def launch(tool, person=ZANE, **changes):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(person, 1, **changes), tool.clock())


def remove(tool):
    with tool.store.begin() as session:
        rule_changes.remove(session, session.get_one(AwardRule, 1), None, tool.clock())


@pytest.fixture
def grade_rule(tool, published):
    return make_rule(
        tool, published, {"condition": "result_at_least", "minimum": "0.6"}, line_item_url=COLUMN
    )


def test_a_link_missed_by_three_looks_running_is_gone_and_no_trouble(tool, rule_id):
    platform = Missing("1")
    look(tool, platform, times=2)
    assert rule(tool) == ("member_lists", "it no longer exists", False)
    look(tool, platform)
    assert rule(tool) == ("member_lists", None, True)
    with tool.store.read() as session:
        gone = [(event.about, event.why) for event in session.query(Event).filter_by(what="link_gone")]
    assert gone == [("1", "member_lists")]
    asked = len(platform.asked)
    look(tool, platform)
    assert len(platform.asked) == asked


def test_a_link_found_again_in_between_is_not_gone(tool, rule_id):
    platform = Missing("1")
    look(tool, platform, times=2)
    platform.gone.clear()
    look(tool, platform)
    platform.gone.add("1")
    look(tool, platform, times=2)
    assert not rule(tool)[-1]


def test_where_the_course_is_not_found_either_nothing_is_gone_and_it_is_trouble(tool, rule_id):
    platform = Missing("1", None)
    assert isinstance(look(tool, platform, times=5), NotOnPlatformError)
    assert rule(tool) == ("", "it no longer exists", False)


def test_a_launch_revives_a_link_that_was_gone_and_prompts_a_look(tool, rule_id):
    platform = Missing("1")
    look(tool, platform, times=3)
    with tool.store.begin() as session:
        session.delete(session.get_one(Outbox, "look-1"))
    platform.gone.clear()
    launch(tool, ANNA)
    with tool.store.read() as session:
        assert session.get_one(Outbox, "look-1").due_at <= tool.clock() + looks.WAIT_AFTER_OPENING
    look(tool, platform)
    assert platform.asked[-2:] == ["1", None]
    assert rule(tool) == ("", None, False)


def test_a_column_missed_by_three_looks_running_is_gone(tool, grade_rule):
    platform = Missing(COLUMN)
    look(tool, platform, times=2)
    assert rule(tool) == (
        "line_item_results",
        "the badge's grade column is no longer in the gradebook",
        False,
    )
    look(tool, platform)
    assert rule(tool) == ("line_item_results", None, True)
    asked = len(platform.asked)
    look(tool, platform)
    assert len(platform.asked) == asked
    launch(tool, line_item_url=COLUMN)
    look(tool, platform)
    assert COLUMN in platform.asked[asked:]


def test_launches_of_a_link_without_its_column_do_not_keep_the_column_from_being_gone(tool, grade_rule):
    platform = Missing(COLUMN)
    for _ in range(3):
        launch(tool, ANNA)
        look(tool, platform)
    assert rule(tool) == ("line_item_results", None, True)
    for _ in range(2):
        launch(tool)
        assert rule(tool) == ("line_item_results", None, True)
        look(tool, platform)
    assert rule(tool) == ("line_item_results", None, True)
    with tool.store.read() as session:
        assert session.query(Event).filter_by(what="link_gone").count() == 1


def test_a_column_made_anew_is_found_by_the_look_after_a_launch_that_does_not_name_it(tool, grade_rule):
    # Moodle names the column of a link no more once that was deleted and made anew.
    platform = Missing(COLUMN)
    look(tool, platform, times=3)
    platform.columns.append("https://moodle.example.org/items/5")
    look(tool, platform)
    assert rule(tool) == ("line_item_results", None, True)
    launch(tool)
    look(tool, platform)
    assert rule(tool) == ("", None, False)
    assert platform.asked[-1] == "https://moodle.example.org/items/5"


@pytest.mark.parametrize("gone", [[COLUMN, None], [COLUMN, "https://moodle.example.org/lineitems"]])
def test_where_the_course_or_its_gradebook_is_not_found_either_the_column_is_not_gone(tool, grade_rule, gone):
    look(tool, Missing(*gone), times=5)
    assert rule(tool) == ("", "it no longer exists", False)


def test_a_column_that_was_made_anew_is_found(tool, grade_rule):
    platform = Missing(COLUMN)
    platform.columns = ["https://moodle.example.org/items/9"]
    platform.graded = [LineItemResult(user_id=ANNA.user_id, score=Decimal("0.9"))]
    assert look(tool, platform) is None
    assert rule(tool) == ("", None, False)
    look(tool, platform)
    assert platform.asked[-1] == "https://moodle.example.org/items/9"


def test_a_platform_that_does_not_answer_for_a_while_deletes_nothing(tool, rule_id):
    platform = Missing()
    platform.trouble = PlatformError("it does not answer")
    look(tool, platform, times=5)
    assert rule(tool) == ("", "it does not answer", False)


def test_only_what_is_gone_can_be_removed_and_a_launch_brings_it_back(tool, rule_id):
    with pytest.raises(NotAllowedError):
        remove(tool)
    platform = Missing("1")
    look(tool, platform, times=3)
    remove(tool)
    remove(tool)  # twice, from an old page
    launch(tool, ANNA)
    platform.gone.clear()
    asked = len(platform.asked)
    look(tool, platform)
    assert platform.asked[asked:] == ["1", None]
    with tool.store.read() as session:
        assert session.get_one(AwardRule, 1).removed_at is None
        told = [event.what for event in session.query(Event).filter_by(about_kind="rule").order_by(Event.id)]
    assert told == ["rule_changed", "link_gone", "rule_removed", "rule_restored"]
