"""Renewal: a new award for a new occasion in the last part of a validity, on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from lti_tool.awarding import awards, decisions, looks, placing
from lti_tool.conditions.tree import all_of
from lti_tool.issuing.signed_content import signed_content
from lti_tool.people import sessions
from lti_tool.store import queries
from lti_tool.store.models import Award, AwardRule, CredentialRow, ResourceLink
from lti_tool.values import INSTRUCTOR, LineItemResult
from tests.fixtures import (
    ANNA,
    NOW,
    OPENED_TO_THEM,
    ZANE,
    FakePlatform,
    complete,
    launch_of,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

OPENED_THEMSELVES = {"condition": "opened_it_themselves"}
AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}
YEAR = {"months": 12}


@pytest.fixture
def tool(tool_that_suspends):
    return tool_that_suspends


@pytest.fixture
def rule_id(tool):
    return make_rule(tool, publish(tool, validity=YEAR))


def awarded(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    return award


def look(tool, platform, rule_id):
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))


def out_and_in(tool, platform, rule_id):
    platform.inside.remove(ANNA)
    look(tool, platform, rule_id)
    platform.inside.append(ANNA)
    look(tool, platform, rule_id)


def test_out_and_in_shortly_before_the_end_is_a_new_award(tool, platform, rule_id, clock):
    old = awarded(tool, platform, rule_id)
    clock.advance(days=340)
    look(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1
    out_and_in(tool, platform, rule_id)
    run_due_jobs(tool)
    before, new = rows(tool, Award)
    assert (before.id, before.why_ended, before.status) == (old.id, "renewed", "issued")
    assert (new.renews_id, new.ended_at, new.status) == (old.id, None, "issued")
    assert new.earned_at - old.earned_at > timedelta(days=340)
    assert new.trace != before.trace
    first, second = (
        json.loads(row.text) for row in sorted(rows(tool, CredentialRow), key=lambda row: row.issued_at)
    )
    assert second["awardedDate"] > first["awardedDate"]
    assert second["validUntil"] > first["validUntil"]
    assert "replaces" not in second
    assert second["credentialSubject"]["id"] != first["credentialSubject"]["id"]
    # The old one is not taken away: it ends by itself.
    assert [tool.verify(row.text.encode()).verdict for row in rows(tool, CredentialRow)] == ["verified"] * 2
    look(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 2


def test_a_suspended_badge_is_renewed_only_once_it_is_reinstated(tool, platform, rule_id, clock):
    award = awarded(tool, platform, rule_id)
    with tool.store.begin() as session:
        awards.suspend(session, session.get_one(Award, award.id), "an inquiry", clock())
    clock.advance(days=340)
    out_and_in(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1
    with tool.store.begin() as session:
        awards.reinstate(session, session.get_one(Award, award.id), clock())
    look(tool, platform, rule_id)
    assert [row.why_ended for row in rows(tool, Award)] == ["renewed", None]


def test_the_renewed_badge_names_its_learner_as_they_are_called_then(tool, platform, rule_id, clock):
    awarded(tool, platform, rule_id)
    clock.advance(days=340)
    married = replace(ANNA, name="Anna Kalniņa")
    platform.everyone[platform.everyone.index(ANNA)] = married
    platform.inside.remove(ANNA)
    look(tool, platform, rule_id)
    platform.inside.append(married)
    look(tool, platform, rule_id)
    run_due_jobs(tool)
    signed = [signed_content(row.text).name for row in sorted(rows(tool, CredentialRow), key=issued_at)]
    assert signed == ["Anna Bērziņa", "Anna Kalniņa"]


def issued_at(row):
    return row.issued_at


def test_an_expired_badge_is_renewed_too_and_not_by_what_was_there_before(tool, platform, rule_id, clock):
    awarded(tool, platform, rule_id)
    clock.advance(days=400)
    look(tool, platform, rule_id)
    look(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1
    out_and_in(tool, platform, rule_id)
    assert [row.why_ended for row in rows(tool, Award)] == ["renewed", None]


def test_out_and_in_long_before_the_end_renews_nothing(tool, platform, rule_id, clock):
    awarded(tool, platform, rule_id)
    clock.advance(days=100)
    out_and_in(tool, platform, rule_id)
    clock.advance(days=240)
    look(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1


def test_who_has_opened_the_link_before_renews_by_out_and_in_and_not_by_opening_it_again(
    tool, platform, clock
):
    """That they open it once more is not recorded: it is nothing new. So the first time counts, once they were out."""

    def open_link():
        with tool.store.begin() as session:
            sessions.start_session(session, launch_of(ANNA, 1), clock())
        look(tool, platform, rule_id)
        run_due_jobs(tool)

    rule_id = make_rule(tool, publish(tool, validity=YEAR), OPENED_THEMSELVES)
    complete(tool, platform, rule_id, ANNA)
    assert rows(tool, Award) == []
    open_link()
    assert len(rows(tool, Award)) == 1
    clock.advance(days=340)
    open_link()
    assert len(rows(tool, Award)) == 1
    out_and_in(tool, platform, rule_id)
    assert [row.why_ended for row in rows(tool, Award)] == ["renewed", None]


def test_a_badge_that_does_not_expire_is_never_renewed(tool, platform, clock):
    rule_id = make_rule(tool, publish(tool))
    awarded(tool, platform, rule_id)
    clock.advance(days=4000)
    out_and_in(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1


def test_a_revoked_badge_is_not_renewed_and_nobody_is_asked_about_it(tool, platform, rule_id, clock):
    award = awarded(tool, platform, rule_id)
    with tool.store.begin() as session:
        awards.revoke(session, session.get_one(Award, award.id), "by mistake", clock())
    clock.advance(days=340)
    out_and_in(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        version = decisions.version_that_awards(session, rule)
        policy = tool.issuer.policy
        undecided = decisions.undecided_in_course(session, rule, version, policy, clock())
    assert award.person_id not in {each.person_id for each in undecided}


def test_somebody_who_became_staff_is_not_renewed_by_what_they_can_open(tool, platform, rule_id, clock):
    awarded(tool, platform, rule_id)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(ANNA, 1, roles=(INSTRUCTOR,)), clock())
    clock.advance(days=340)
    out_and_in(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1


def result(score, days=None):
    stamp = NOW + timedelta(days=days) if days is not None else None
    return LineItemResult(
        user_id=ANNA.user_id,
        score=Decimal(score) / 100,
        points=Decimal(score),
        maximum=Decimal(100),
        timestamp=stamp,
    )


@pytest.mark.parametrize(("again", "renewed"), [((80, 345), True), ((80, 200), False), ((50, 345), False)])
def test_a_newer_result_renews_and_a_late_copy_of_an_old_one_does_not(tool, platform, clock, again, renewed):
    changes = {"line_item_url": "https://moodle.example.org/lineitems/1"}
    rule_id = make_rule(tool, publish(tool, validity=YEAR), AT_LEAST_60, **changes)
    platform.graded = [result(70, 0)]
    look(tool, platform, rule_id)
    run_due_jobs(tool)
    assert len(rows(tool, Award)) == 1
    platform.graded = [result(75, 20)]  # a correction
    clock.advance(days=20)
    look(tool, platform, rule_id)
    clock.advance(days=330)
    look(tool, platform, rule_id)
    assert len(rows(tool, Award)) == 1
    platform.graded = [result(*again)]
    look(tool, platform, rule_id)
    run_due_jobs(tool)
    found = rows(tool, Award)
    assert [row.score for row in found] == [Decimal("0.7"), Decimal("0.8")][: 1 + renewed]


def test_two_courses_that_renew_at_once_make_one_award(tool, platform, rule_id, clock):
    awarded(tool, platform, rule_id)
    with tool.store.begin() as session:
        launch = launch_of(ZANE, 1, context_id="43", resource_link_id="2")
        sessions.start_session(session, launch, tool.clock())
        course = queries.people.course_of(session, 1, "43")
        (template_id,) = {award.template_id for award in session.query(Award)}
        placing.choose(
            session,
            session.query(ResourceLink).filter_by(course_id=course.id).one(),
            queries.templates.published_template(session, template_id, 1),
            all_of([OPENED_TO_THEM]),
            by_id=queries.people.person_of(session, 1, ZANE.user_id).id,
            now=tool.clock(),
        )
        second = course.id
    clock.advance(days=340)
    other = FakePlatform()
    for course_id, each in ((rule_id, platform), (second, other)):
        each.inside = [person for person in each.inside if person is not ANNA]
        look(tool, each, course_id)
        each.inside.append(ANNA)
    clock.advance(minutes=10)
    ready = Barrier(2)

    def look_at(course_and_platform):
        course_id, each = course_and_platform
        ready.wait(10)
        return looks.look(tool.store, each, course_id, clock.now)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(look_at, [(rule_id, platform), (second, other)])) == [None, None]
    assert [row.why_ended for row in rows(tool, Award)] == ["renewed", None]
