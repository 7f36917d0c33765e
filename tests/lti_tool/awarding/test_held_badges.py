"""A badge that asks for another badge: awarded once that is held, not while it is revoked, and never in a circle."""

import pytest

from lti_tool.awarding import awards, decisions, looks, placing, rule_changes
from lti_tool.conditions.tree import tree_of
from lti_tool.errors import NotAllowedError
from lti_tool.observations import BADGE_HELD, Policy
from lti_tool.people import sessions
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, ObservationRow, ResourceLink
from tests.fixtures import (
    ANNA,
    JANIS,
    ZANE,
    add_another_issuer,
    complete,
    launch_of,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

BY = events.operator("ieva")
SURE = {"condition": "confirmed"}


def holds(template_id):
    return {"condition": "holds_badge", "badge": template_id, "name": "The first one"}


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def first(tool):
    return publish(tool)


@pytest.fixture
def second(tool):
    return publish(tool, name={"en": "The second one"})


def choose(tool, template_id, *conditions, link="2"):
    """The id of a further rule of the same course."""
    with tool.store.begin() as session:
        registration_id = session.query(ResourceLink).first().course.registration_id
        sessions.start_session(session, launch_of(ZANE, registration_id, resource_link_id=link), tool.clock())
        row = session.query(ResourceLink).filter_by(link_id=link).one()
        template = queries.templates.published_template(session, template_id, registration_id)
        tree = tree_of({"all": list(conditions)} if len(conditions) > 1 else conditions[0])
        by_id = queries.people.person_of(session, registration_id, ZANE.user_id).id
        return placing.choose(session, row, template, tree, by_id=by_id, now=tool.clock()).id


def holders(tool, rule_id):
    with tool.store.read() as session:
        valid = session.query(Award).filter(Award.rule_id == rule_id, Award.status != "revoked")
        return sorted(award.person.name for award in valid)


def look(tool, platform, rule_id):
    with tool.store.read() as session:
        course_id = session.get_one(AwardRule, rule_id).course_id
    looks.look(tool.store, platform, course_id, tool.clock())
    run_due_jobs(tool)


def award_of(session, rule_id):
    return session.query(Award).filter_by(rule_id=rule_id).one()


def test_who_holds_the_first_gets_the_second_also_who_has_had_it_before(tool, platform, first, second):
    rule_id = make_rule(tool, first)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    second_id = choose(tool, second, holds(first))
    look(tool, platform, second_id)
    assert holders(tool, second_id) == [ANNA.name]
    tool.clock.advance(minutes=10)
    complete(tool, platform, rule_id, JANIS)
    run_due_jobs(tool)
    tool.clock.advance(minutes=10)
    look(tool, platform, second_id)
    assert holders(tool, second_id) == [ANNA.name, JANIS.name]
    held = [row for row in rows(tool, ObservationRow) if row.kind == BADGE_HELD]
    assert {row.resource for row in held} == {first} and len(held) == 2


def test_issuing_the_first_has_the_course_looked_at_that_asks_for_it(tool, platform, first, second):
    rule_id = make_rule(tool, first)
    complete(tool, platform, rule_id, ANNA)
    choose(tool, second, holds(first))
    with tool.store.begin() as session:
        award_id = award_of(session, rule_id).id
        assert list(queries.rules.courses_asking_for(session, [award_id])) == [1]
        assert list(queries.rules.courses_asking_for(session, [])) == []
        rule = session.query(AwardRule).order_by(AwardRule.id.desc()).first()
        rule_changes.pause(session, rule, None, tool.clock())
        assert list(queries.rules.courses_asking_for(session, [award_id])) == []


def test_a_revoked_badge_no_longer_counts_even_without_a_look(tool, platform, first, second):
    rule_id = make_rule(tool, first)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    second_id = choose(tool, second, holds(first), SURE)
    look(tool, platform, second_id)
    with tool.store.begin() as session:
        awards.revoke(session, award_of(session, rule_id), "by mistake", tool.clock(), BY)
    tool.clock.advance(minutes=1)
    with tool.store.begin() as session:
        person_id = award_of(session, rule_id).person_id
        rule = session.get_one(AwardRule, second_id)
        queries.people.lock_course(session, rule.course_id)
        standing = decisions.decide_person(session, rule, person_id, Policy(), tool.clock())
        assert [part.code for part in standing.decision.trace.leaves()] == ["no_longer", "not_confirmed"]
        assert standing.decision.outcome == "not_yet"


def test_a_suspended_badge_does_not_count_until_it_is_reinstated(tool, platform, first, second):
    rule_id = make_rule(tool, first)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        award = award_of(session, rule_id)
        award.credential.suspended_at = tool.clock()
    second_id = choose(tool, second, holds(first))
    look(tool, platform, second_id)
    assert holders(tool, second_id) == []
    with tool.store.begin() as session:
        award_of(session, rule_id).credential.suspended_at = None
    tool.clock.advance(minutes=10)
    look(tool, platform, second_id)
    assert holders(tool, second_id) == [ANNA.name]


def test_a_badge_asks_neither_for_itself_nor_in_a_circle(tool, platform, first, second):
    third = publish(tool, name={"en": "The third one"})
    make_rule(tool, first, {"condition": "link_opened_to_them"}, holds(third))
    choose(tool, second, holds(first))
    before = len(rows(tool, AwardRule))
    for template_id, asked in ((first, first), (third, second), (third, third)):
        with pytest.raises(NotAllowedError):
            choose(tool, template_id, holds(asked), link="9")
    assert len(rows(tool, AwardRule)) == before
    choose(tool, third, {"condition": "link_opened_to_them"}, link="3")


def test_no_badge_of_another_issuer_and_none_that_does_not_exist_can_be_asked_for(tool, first):
    make_rule(tool, first)
    other = add_another_issuer(tool)
    for asked in (other.template_id, "no-such-template"):
        with pytest.raises(NotAllowedError):
            choose(tool, first, holds(asked))


def test_a_link_that_asks_for_a_circle_gets_no_rule(tool, first, second):
    make_rule(tool, first, {"condition": "link_opened_to_them"}, holds(second))
    with tool.store.begin() as session:
        registration_id = session.query(ResourceLink).one().course.registration_id
        custom = {"badge": second, "rule": f'{{"condition":"holds_badge","badge":"{first}"}}'}
        launch = launch_of(ZANE, registration_id, resource_link_id="7", custom=custom)
        assert sessions.start_session(session, launch, tool.clock()).row.rule_id is None
    assert len(rows(tool, AwardRule)) == 1
