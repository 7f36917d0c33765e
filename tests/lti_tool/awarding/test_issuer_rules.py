"""Rules of an issuer: they award people who are in no course, and no teacher of a course sees anything of it."""

import pytest
from sqlalchemy.exc import IntegrityError

from lti_tool.awarding import awards, decisions, issuer_rules, looks
from lti_tool.conditions.tree import UNREADABLE, tree_of
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.observations import CONFIRMED, Observation, Policy
from lti_tool.people import sessions
from lti_tool.privacy import issuer_share
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, Event, ObservationRow, RuleVersion
from lti_tool.web.visits import rule_of
from tests.fixtures import (
    ANNA,
    ZANE,
    add_another_issuer,
    launch_of,
    make_rule,
    publish,
    register_once,
    rows,
    run_due_jobs,
)

BY = events.operator("ieva")
SURE = {"condition": "confirmed"}


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def template(tool):
    return publish(tool)


def published(session, template_id):
    return queries.templates.institutional_template(session, template_id)


def make(tool, template_id, *conditions):
    """The id of a rule of the template's issuer."""
    with tool.store.begin() as session:
        row = published(session, template_id)
        tree = tree_of({"all": list(conditions or [SURE])})
        return issuer_rules.make_rule(session, row, tree, tool.clock(), BY).id


def arrive(tool, person):
    """The id of somebody who launched a link of the first platform."""
    with tool.store.begin() as session:
        registration_id = register_once(session, tool.clock())
        row = sessions.start_session(session, launch_of(person, registration_id), tool.clock()).row
        return row.person_id


def confirm(tool, rule_id, person_id, actor, issuer_id=None):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        said = Observation(
            course=None,
            issuer=issuer_id or rule.issuer_id,
            person=person_id,
            kind=CONFIRMED,
            resource=decisions.own_resource(rule),
            value=True,
            seen_at=tool.clock(),
            source="test",
            actor=actor,
        )
        queries.observations.add(session, [said])


def decide(tool, rule_id, *people):
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        return [each.id for each in issuer_rules.decide(session, rule, people, Policy(), tool.clock())]


def awarded(tool, template, *, by=ZANE, to=ANNA):
    """The ids of rule, award and learner of an award in no course."""
    rule_id, teacher, anna = make(tool, template), arrive(tool, by), arrive(tool, to)
    confirm(tool, rule_id, anna, teacher)
    (award_id,) = decide(tool, rule_id, anna)
    run_due_jobs(tool)
    return rule_id, award_id, anna


def test_somebody_is_awarded_and_issued_the_badge_in_no_course(tool, template):
    rule_id, award_id, anna = awarded(tool, template)
    (award,) = rows(tool, Award)
    assert (award.id, award.person_id, award.rule_id, award.course_id) == (award_id, anna, rule_id, None)
    assert (award.status, award.trace["outcome"]) == ("issued", "earned")
    assert len(rows(tool, CredentialRow)) == 1
    assert decide(tool, rule_id, anna) == []


def test_nobody_of_whom_nothing_was_observed_for_the_issuer_is_decided(tool, template):
    rule_id, teacher, anna = make(tool, template), arrive(tool, ZANE), arrive(tool, ANNA)
    assert decide(tool, rule_id, anna) == []
    confirm(tool, rule_id, anna, anna)
    assert decide(tool, rule_id, anna) == []
    other = add_another_issuer(tool)
    confirm(tool, rule_id, anna, teacher, issuer_id=other.id)
    assert decide(tool, rule_id, anna) == []
    assert rows(tool, Award) == []


def test_a_confirmation_for_one_rule_counts_for_no_other(tool, template):
    first, second = make(tool, template), make(tool, publish(tool, name={"en": "The second one"}))
    teacher, anna = arrive(tool, ZANE), arrive(tool, ANNA)
    confirm(tool, first, anna, teacher)
    assert decide(tool, second, anna) == []
    assert len(decide(tool, first, anna)) == 1


def test_a_rule_has_a_course_and_a_link_or_neither(tool, template):
    rule_id = make_rule(tool, template)
    for column in ("course_id", "resource_link_id"):
        with pytest.raises(IntegrityError), tool.store.begin() as session:
            setattr(session.get_one(AwardRule, rule_id), column, None)
            session.flush()


def test_no_rule_is_made_of_what_is_not_published_by_that_issuer_or_cannot_be_read(tool, template):
    other = add_another_issuer(tool)
    rule_id = make(tool, template)
    of_course = make_rule_of_course(tool, template)
    with tool.store.begin() as session:
        rule, row = session.get_one(AwardRule, rule_id), published(session, template)
        theirs = published(session, other.template_id)
        tree = tree_of(SURE)
        for args in ((rule, theirs, tree), (rule, row, UNREADABLE)):
            with pytest.raises(NotAllowedError):
                issuer_rules.change_rule(session, *args, tool.clock(), BY)
        with pytest.raises(NotAllowedError):
            issuer_rules.change_rule(
                session, session.get_one(AwardRule, of_course), row, tree, tool.clock(), BY
            )
        row.status = "retired"
        with pytest.raises(NotAllowedError):
            issuer_rules.make_rule(session, row, tree, tool.clock(), BY)
        session.rollback()


def make_rule_of_course(tool, template):
    with tool.store.begin() as session:
        registration_id = register_once(session, tool.clock())
        sessions.start_session(session, launch_of(ZANE, registration_id), tool.clock())
        _, rule = queries.rules.link_and_rule(session, 1, "1")
        link = queries.rules.lock_link_of(session, 1, "1")
        if rule is None:
            rule = AwardRule(issuer_id=tool.issuer.id, course_id=1, link=link, created_at=tool.clock())
            session.add(rule)
            session.flush()
        return rule.id


def test_a_changed_rule_awards_by_its_new_version_and_a_stopped_one_nothing(tool, template):
    rule_id, teacher, anna = make(tool, template), arrive(tool, ZANE), arrive(tool, ANNA)
    confirm(tool, rule_id, anna, teacher)
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        tree = tree_of({"condition": "holds_badge", "badge": template, "name": "Itself"})
        issuer_rules.change_rule(session, rule, published(session, template), tree, tool.clock(), BY)
    assert [each.status for each in rows(tool, RuleVersion)] == ["replaced", "active"]
    assert decide(tool, rule_id, anna) == []
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        issuer_rules.change_rule(session, rule, published(session, template), tree_of(SURE), tool.clock(), BY)
        issuer_rules.stop_rule(session, rule, tool.clock(), BY)
    assert decide(tool, rule_id, anna) == []
    named = [(each.what, each.actor) for each in rows(tool, Event) if each.about_kind == "rule"]
    assert named[-1] == ("rule_removed", "ieva") and ("rule_changed", "ieva") in named


def test_no_page_of_a_course_has_anything_of_it(tool, template, visit_of):
    rule_id, award_id, anna = awarded(tool, template)
    with tool.store.begin() as session:
        assert queries.rules.rules_of(session, 1) == []
        assert queries.awards.awards_in_course(session, 1, anna) == []
        assert queries.rules.courses_with_rules(session) == []
        assert queries.rules.courses_asking_for(session, [award_id]) == []
        assert queries.people.courses_with(session, anna) == [1]
        for course_id in (1, None):
            with pytest.raises(NotFoundError):
                rule_of(session, visit_of(course_id), rule_id)


@pytest.fixture
def visit_of():
    class Visit:
        def __init__(self, course_id):
            self.course_id = course_id

    return Visit


def test_its_learner_and_its_issuer_see_it_and_another_issuer_does_not(tool, template):
    _, award_id, anna = awarded(tool, template)
    other = add_another_issuer(tool)
    with tool.store.read() as session:
        assert [each.id for each in queries.awards.awards_of_people(session, [anna])] == [award_id]
        assert queries.issuer_people.award_ids(session, tool.issuer.id, anna) == [award_id]
        assert queries.issuer_people.award_ids(session, other.id, anna) == []
        assert queries.issuer_people.person(session, other.id, anna) is None
        assert queries.operator_home.numbers(session, tool.issuer.id, tool.clock()).issued == 1


def test_it_is_revoked_and_awarded_again_as_any_other(tool, template):
    _, award_id, _ = awarded(tool, template)
    with tool.store.begin() as session:
        award = session.get_one(Award, award_id)
        awards.revoke(session, award, "by mistake", tool.clock(), BY)
        awards.award_again(session, award, "it was none", tool.clock(), BY)
    run_due_jobs(tool)
    assert [each.status for each in rows(tool, Award)] == ["issued"]


def test_a_look_at_a_course_decides_no_rule_of_an_issuer(tool, platform, template):
    make_rule(tool, template)
    rule_id = make(tool, publish(tool, name={"en": "Another"}))
    looks.look(tool.store, platform, 1, tool.clock())
    assert [each.checked_at for each in rows(tool, AwardRule) if each.id == rule_id] == [None]


def test_what_was_observed_for_an_issuer_is_exported_by_it_and_erased_with_its_awards(tool, template):
    other = add_another_issuer(tool)
    rule_id, _, anna = awarded(tool, template)
    foreign = make(tool, other.template_id)
    confirm(tool, foreign, anna, 1)
    decide(tool, foreign, anna)
    run_due_jobs(tool)
    resources = {tool.issuer.id: f"rule:{rule_id}", other.id: f"rule:{foreign}"}
    with tool.store.read() as session:
        for issuer_id, resource in resources.items():
            only = queries.personal_data.OfIssuer(
                issuer_id=issuer_id, path="course_id.registration_id.issuer_id or issuer_id"
            )
            found = queries.personal_data.rows_about(
                session, "observation", "person_id", ["kind", "resource"], anna, only
            )
            assert [each["resource"] for each in found if each["kind"] == CONFIRMED] == [resource]
    with tool.store.begin() as session:
        issuer_share.erase_share(session, tool.issuers, other.id, anna, tool.clock(), BY)
    left = {each.resource for each in rows(tool, ObservationRow) if each.kind == CONFIRMED}
    assert left == {resources[tool.issuer.id]}


def test_what_was_observed_outside_of_courses_is_deleted_by_its_age(tool, template):
    awarded(tool, template)
    with tool.store.begin() as session:
        assert queries.retention.delete_old_outside(session, tool.clock(), most=10) == 0
    tool.clock.advance(days=1)
    with tool.store.begin() as session:
        assert queries.retention.delete_old_outside(session, tool.clock(), most=10) == 1
    assert {each.course_id for each in rows(tool, ObservationRow)} == {1}
