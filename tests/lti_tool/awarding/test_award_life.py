"""The life of an award: one for each learner and achievement, revoked and awarded again, on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from badges.errors import MissingElementsError
from lti_tool.awarding import awards, looks, placing
from lti_tool.conditions.tree import all_of
from lti_tool.errors import AwardStateError, NotAllowedError
from lti_tool.issuing import new_credential
from lti_tool.people import sessions
from lti_tool.store import events, queries
from lti_tool.store.models import Award, Course, CredentialRow, Event, ObservationRow, ResourceLink
from tests.fixtures import (
    ANNA,
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

TEACHER = events.person(10_000)


@pytest.fixture
def tool(tool_that_suspends):
    return tool_that_suspends


@pytest.fixture
def template_id(tool):
    return publish(tool)


@pytest.fixture
def rule_id(tool, template_id):
    return make_rule(tool, template_id)


@pytest.fixture
def second_course(tool, template_id, rule_id):
    """The id of another course of the platform, with a link for the same template."""
    with tool.store.begin() as session:
        launch = launch_of(ZANE, 1, context_id="43", context_title="Statistics", resource_link_id="2")
        sessions.start_session(session, launch, tool.clock())
        course = queries.people.course_of(session, 1, "43")
        rule = placing.choose(
            session,
            session.query(ResourceLink).filter_by(course_id=course.id).one(),
            queries.templates.published_template(session, template_id, 1),
            all_of([OPENED_TO_THEM]),
            by_id=queries.people.person_of(session, 1, ZANE.user_id).id,
            now=tool.clock(),
        )
        return rule.course_id


def all_at_once(*deeds):
    """What each deed returned, or the error that it raised; they start in the same moment."""
    ready = Barrier(len(deeds))

    def do(deed):
        ready.wait(10)
        try:
            return deed()
        except (AwardStateError, NotAllowedError) as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def on_award(tool, act, *words, by=TEACHER):
    """Does it with the newest award, at the tool's time."""

    def do():
        with tool.store.begin() as session:
            award = session.query(Award).order_by(Award.id.desc()).first()
            return act(session, award, *words, tool.clock(), by)

    return do


def issued_award(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    return award


def test_a_second_course_awards_nothing_new(tool, platform, rule_id, second_course):
    award = issued_award(tool, platform, rule_id)
    complete(tool, FakePlatform(), second_course, ANNA)
    run_due_jobs(tool)
    assert [row.id for row in rows(tool, Award)] == [award.id]
    assert len(rows(tool, CredentialRow)) == 1


def test_two_courses_that_decide_at_once_award_once(tool, rule_id, second_course):
    looking = []
    for course_id in (rule_id, second_course):
        platform = FakePlatform()
        looks.look(tool.store, platform, course_id, tool.clock())
        platform.inside.append(ANNA)
        looking.append(
            lambda platform=platform, course_id=course_id: looks.look(
                tool.store, platform, course_id, tool.clock.now
            )
        )
    tool.clock.advance(minutes=10)
    assert all_at_once(*looking) == [None, None]
    assert len(rows(tool, Award)) == 1


def test_after_a_revocation_no_course_awards_by_itself(tool, platform, rule_id, second_course, clock):
    issued_award(tool, platform, rule_id)
    on_award(tool, awards.revoke, "issued in error")()
    for each in (platform, elsewhere := FakePlatform()):
        each.inside = [person for person in each.inside if person is not ANNA]
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    complete(tool, elsewhere, second_course, ANNA)
    platform.inside.append(ANNA)
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    assert [row.status for row in rows(tool, Award)] == ["revoked"]


def test_a_badge_whose_observations_are_gone_is_not_awarded_anew(tool, platform, rule_id, clock):
    award = issued_award(tool, platform, rule_id)
    with tool.store.begin() as session:
        session.query(ObservationRow).filter_by(person_id=award.person_id).delete()
    platform.inside.remove(ANNA)
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    platform.inside.append(ANNA)
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    assert len(rows(tool, Award)) == 1


def test_a_mistaken_revocation_is_repaired_by_awarding_again(tool, platform, rule_id, clock):
    award = issued_award(tool, platform, rule_id)
    on_award(tool, awards.revoke, "the wrong Anna")()
    clock.advance(days=3)
    on_award(tool, awards.award_again, "it was the right Anna")()
    run_due_jobs(tool)
    (again,) = rows(tool, Award)
    assert (again.status, again.ended_at, again.again_reason) == ("issued", None, "it was the right Anna")
    old, new = sorted(rows(tool, CredentialRow), key=lambda row: row.issued_at)
    assert (new.replaces_id, old.revoked_at is not None, new.revoked_at) == (old.id, True, None)
    assert json.loads(new.text)["awardedDate"] == json.loads(old.text)["awardedDate"]
    assert again.earned_at == award.earned_at
    verdicts = [tool.verify(row.text.encode()).verdict for row in (old, new)]
    assert verdicts[1] == "verified" != verdicts[0]


def test_an_award_that_is_revoked_while_its_credential_is_made_does_not_come_to_wait(
    tool, platform, rule_id, monkeypatch
):
    def revoked_meanwhile(*_):
        on_award(tool, awards.revoke, "issued in error")()
        raise MissingElementsError(("learner",))

    monkeypatch.setattr(new_credential, "secured", revoked_meanwhile)
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    assert [row.status for row in rows(tool, Award)] == ["revoked"]


def test_two_teachers_who_award_again_at_once_make_one_credential(tool, platform, rule_id):
    issued_award(tool, platform, rule_id)
    on_award(tool, awards.revoke, "issued in error")()
    again = on_award(tool, awards.award_again, "it was right")
    outcomes = all_at_once(again, again)
    assert sorted(type(each).__name__ for each in outcomes) == ["AwardStateError", "NoneType"]
    run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == 2
    assert [row.what for row in rows(tool, Event)].count("awarded_again") == 1


def test_nobody_awards_their_own_badge_again_nor_somebody_unknown(tool, platform, rule_id):
    award = issued_award(tool, platform, rule_id)
    on_award(tool, awards.revoke, "issued in error")()
    for by in (events.person(award.person_id), events.UNKNOWN, events.TOOL):
        with pytest.raises(NotAllowedError):
            on_award(tool, awards.award_again, "it was right", by=by)()
    assert [row.status for row in rows(tool, Award)] == ["revoked"]


@pytest.mark.parametrize(
    ("before", "act", "code"),
    [
        (["revoke"], "revoke", "revoked"),
        (["revoke"], "reinstate", "revoked"),
        (["revoke"], "suspend", "revoked"),
        (["suspend"], "suspend", "suspended"),
        ([], "reinstate", "not_suspended"),
        ([], "award_again", "not_revoked"),
    ],
)
def test_what_cannot_be_done_says_the_true_reason(tool, platform, rule_id, before, act, code):
    issued_award(tool, platform, rule_id)
    for name in before:
        on_award(tool, getattr(awards, name), "a reason")()
    words = [] if act == "reinstate" else ["a reason"]
    with pytest.raises(AwardStateError) as raised:
        on_award(tool, getattr(awards, act), *words)()
    assert raised.value.code == code


def test_the_course_of_an_award_has_no_other_award_of_it(tool, platform, rule_id, second_course):
    """The rule of the second course knows who was awarded elsewhere, to say so."""
    issued_award(tool, platform, rule_id)
    complete(tool, FakePlatform(), second_course, ANNA)
    with tool.store.read() as session:
        course = session.get_one(Course, second_course)
        (rule,) = queries.rules.rules_of(session, course.id)
        newest = queries.awards.newest_awards(
            session, rule.versions[0].template_version, [award.person_id for award in rows(tool, Award)]
        )
        assert [award.course_id for award in newest.values()] == [rule_id]
