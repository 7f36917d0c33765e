"""Retention deletes what is no longer kept, says how much, and changes no decision about anybody who is enrolled."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from lti_tool.awarding import looks
from lti_tool.people import sessions
from lti_tool.privacy import retention
from lti_tool.privacy.periods import Periods
from lti_tool.privacy.person_facts import facts_of
from lti_tool.store import queries
from lti_tool.store.models import (
    Award,
    Course,
    CredentialRow,
    Event,
    MailedMatter,
    Notice,
    ObservationRow,
    Outbox,
    Person,
    PlatformAccount,
    Question,
    RemovedCredential,
)
from lti_tool.wiring import build_tool
from tests.amounts import amount
from tests.fixtures import (
    ANNA,
    INSTRUCTOR,
    JANIS,
    PETERIS,
    ZANE,
    Clock,
    FakePlatform,
    change_issuer,
    complete,
    launch_of,
    learner,
    make_rule,
    publish,
    results,
    rows,
    run_due_jobs,
    run_job,
    settings_for,
)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def rule_id(tool, platform):
    """A rule by which Anna has a badge, without an end."""
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    return rule_id


def pass_over_everybody(tool):
    """What one pass deletes, now."""
    return dict(retention.retain(tool, {}, tool.clock()).counts)


def end_course(tool):
    with tool.store.begin() as session:
        session.query(Course).one().concluded_at = tool.clock()


def names(tool):
    return {row.name for row in rows(tool, Person) if row.name}


def test_the_issuer_is_asked_once_however_many_awards_there_are(tool, platform):
    course_id = make_rule(tool, publish(tool))
    platform.everyone += [PETERIS, learner(99)]

    def statements(*members):
        tool.clock.advance(minutes=10)
        complete(tool, platform, course_id, *members)
        seen = []

        def count(*args):
            seen.append(args[2])

        people = {row.id for row in rows(tool, Person)}
        with tool.store.read() as session:
            # Built once a process.
            tool.issuers.first(session)
        event.listen(tool.store.engine, "before_cursor_execute", count)
        with tool.store.read() as session:
            facts = facts_of(session, tool.issuers, people, tool.clock())
        event.remove(tool.store.engine, "before_cursor_execute", count)
        return sum(len(each.awards) for each in facts), len(seen)

    (one, for_one), (three, for_three) = statements(ANNA), statements(JANIS, PETERIS)
    assert (one, three) == (1, 3) and for_one == for_three


def test_members_without_a_badge_go_and_who_has_one_stays(tool, platform, rule_id):
    end_course(tool)
    tool.clock.advance(days=89)
    assert pass_over_everybody(tool) == {}
    tool.clock.advance(days=1)
    counts = pass_over_everybody(tool)
    assert counts["people"] == 2 and names(tool) == {ANNA.name, ZANE.name}
    numbers = {row.id for row in rows(tool, Person) if row.name}
    assert {row.person_id for row in rows(tool, PlatformAccount)} == numbers
    assert {row.person_id for row in rows(tool, ObservationRow)} - {None} == numbers
    # A teacher goes later; what they decided names them by a number.
    tool.clock.advance(days=275)
    counts = pass_over_everybody(tool)
    assert counts["people"] == 1 and names(tool) == {ANNA.name}
    assert counts["observations"] > 0 and len(rows(tool, Award)) == 1
    assert {row.person_id for row in rows(tool, ObservationRow)} == {None}


def test_the_numbers_are_an_event_that_names_nobody(tool, platform, rule_id):
    end_course(tool)
    tool.clock.advance(days=90)
    run_job(tool, "sweep")
    (told,) = [row for row in rows(tool, Event) if row.what == "no_longer_kept"]
    assert told.data["people"] == 2 and "Jānis" not in str(told.data)
    # Once a day, not every hour.
    tool.clock.advance(hours=2)
    run_job(tool, "sweep")
    assert len([row for row in rows(tool, Event) if row.what == "no_longer_kept"]) == 1


def test_a_large_pass_is_done_in_parts_and_goes_on_where_it_was(tool, platform, rule_id, monkeypatch):
    end_course(tool)
    tool.clock.advance(days=90)
    monkeypatch.setattr(retention, "PEOPLE_AT_ONCE", 2)
    monkeypatch.setattr(retention, "PARTS_AT_ONCE", 1)
    kept = {}
    for _ in range(20):
        progress = retention.retain(tool, kept, tool.clock())
        kept = progress.as_json()
        if progress.is_over:
            break
    assert progress.is_over and kept["counts"]["people"] == 2


def test_awards_go_after_the_issuers_years_and_their_files_verify_for_ever(tool, platform, rule_id):
    (credential,) = rows(tool, CredentialRow)
    change_issuer(tool, privacy={"awards_years": 5})
    end_course(tool)
    tool.clock.advance(days=5 * 365)
    pass_over_everybody(tool)
    assert len(rows(tool, Award)) == 1
    tool.clock.advance(days=2)
    assert pass_over_everybody(tool)["people"] == 1
    assert rows(tool, Award) == rows(tool, CredentialRow) == [] and names(tool) == set()
    (stays,) = rows(tool, RemovedCredential)
    assert (stays.id, stays.why) == (credential.id, "ended")
    assert tool.verify(credential.text.encode()).verdict == "verified"


def test_whoever_comes_back_after_they_were_forgotten_is_somebody_new(tool, platform, rule_id):
    platform.everyone.remove(JANIS)
    looks.look(tool.store, platform, rule_id, tool.clock.advance(days=1))
    tool.clock.advance(days=90)
    assert pass_over_everybody(tool) == {"people": 1}
    assert JANIS.name not in names(tool)
    platform.everyone.append(JANIS)
    looks.look(tool.store, platform, rule_id, tool.clock.advance(days=1))
    assert JANIS.name in names(tool)


def test_a_launch_says_that_somebody_is_still_there(tool, platform, rule_id):
    end_course(tool)
    tool.clock.advance(days=60)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(JANIS, 1), tool.clock())
    end_course(tool)
    tool.clock.advance(days=60)
    pass_over_everybody(tool)
    assert JANIS.name in names(tool)


def test_old_events_jobs_and_mails_go_by_their_own_age(tool, platform, rule_id):
    with tool.store.begin() as session:
        award = session.query(Award).one()
        credential = award.credential
        session.add(
            Notice(
                credential_id=credential.id,
                kind="revoked",
                about_at=tool.clock(),
                channel="email",
                status="sent",
                sent_at=tool.clock(),
            )
        )
        dead = {"queue": "awards", "payload": {}, "attempts": 12, "created_at": tool.clock()}
        for name, award_id in (("without", None), ("with", award.id)):
            session.add(
                Outbox(
                    id=name,
                    task="x",
                    due_at=tool.clock(),
                    died_at=tool.clock(),
                    award_id=award_id,
                    **dead,
                )
            )
        session.add(
            Question(
                rule_id=rule_id,
                kind="x",
                people=["1"],
                asked_at=tool.clock(),
                closed_at=tool.clock(),
                mailed_to=[1],
            )
        )
        session.add(
            MailedMatter(rule_id=rule_id, person_id=award.person_id, kind="unread", mailed_at=tool.clock())
        )
    tool.clock.advance(days=366)
    before = len(rows(tool, Event))
    pass_over_everybody(tool)
    assert rows(tool, Notice) == []
    assert {row.id for row in rows(tool, Outbox)} >= {"with"} and "without" not in {
        row.id for row in rows(tool, Outbox)
    }
    assert [row.people for row in rows(tool, Question)] == [[]]
    # While the course goes on, what keeps a teacher from being mailed twice stays.
    assert len(rows(tool, MailedMatter)) == 1
    assert len(rows(tool, Event)) == before + 1
    tool.clock.advance(days=730)
    pass_over_everybody(tool)
    assert {row.what for row in rows(tool, Event)} == {"no_longer_kept"}


# --- retention between any two looks changes no decision

STEPS = amount("steps of a course between which something is deleted", small=8, full=60)
COURSES = amount("courses that run with and without retention", small=6, full=400)
PEOPLE = [learner(number) for number in range(101, 105)]
KINDS = {
    "opened": [{"condition": "link_opened_to_them"}],
    "graded": [{"condition": "result_at_least", "minimum": "0.5"}],
    "confirmed": [{"condition": "result_at_least", "minimum": "0.5"}, {"condition": "confirmed"}],
}
SHORT = Periods(
    members=timedelta(days=30),
    observations=timedelta(days=30),
    mails=timedelta(days=30),
    bulk_acts=timedelta(days=5),
    events=timedelta(days=5),
    jobs=timedelta(days=5),
)
#: Nobody is away for as long as SHORT keeps members: who is, comes back as somebody new.
LONGEST_ABSENCE = 2
step = st.fixed_dictionaries(
    {
        "days": st.sampled_from([1, 13, 40, 120]),
        "away": st.sets(st.integers(0, 3), max_size=2),
        "inside": st.sets(st.integers(0, 3)),
        "staff": st.sets(st.integers(0, 3), max_size=1),
        "grades": st.dictionaries(st.integers(0, 3), st.sampled_from(["10", "60", "90", None]), max_size=3),
    }
)


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    """For each kind of rule a database with a course, whose badges end after three months and are kept for a year."""
    found = {}
    for name, conditions in KINDS.items():
        folder = tmp_path_factory.mktemp(name)
        clock = Clock()
        tool = build_tool(settings_for(f"sqlite:///{folder / 'course.sqlite'}", folder), clock)
        change_issuer(tool, privacy={"awards_years": 1})
        make_rule(tool, publish(tool, validity={"months": 3}), *conditions)
        tool.store.close()
        found[name] = folder / "course.sqlite"
    return found


def opened(courses, kind, folder, name):
    shutil.copy(courses[kind], folder / name)
    clock = Clock()
    return build_tool(settings_for(f"sqlite:///{folder / name}", folder), clock)


def decided(tool):
    """What was decided about whom, by what they are called on the platform: awards with their traces, and questions."""
    with tool.store.read() as session:
        names = {row.person_id: row.user_id for row in session.query(PlatformAccount)}
        awards = sorted(
            (names[row.person_id], str(row.earned_at), row.status, str(row.ended_at), str(row.trace))
            for row in session.query(Award)
        )
        question = queries.rules.open_question(session, 1)
        asked = sorted(names[int(each)] for each in question.people) if question is not None else []
    return awards, asked


@settings(
    max_examples=COURSES,
    deadline=None,
    # An example takes seconds, and a shorter one would say little more.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(kind=st.sampled_from(sorted(KINDS)), steps=st.lists(step, min_size=4, max_size=STEPS))
def test_retention_between_any_two_looks_changes_no_decision(courses, tmp_path_factory, kind, steps):
    folder = tmp_path_factory.mktemp("both")
    plain, pruned = (opened(courses, kind, folder, name) for name in ("plain.sqlite", "pruned.sqlite"))
    short = SimpleNamespace(store=pruned.store, issuers=pruned.issuers, periods=SHORT)
    platform, away = FakePlatform(everyone=[], inside=[]), dict.fromkeys(range(4), 0)
    try:
        for each in steps:
            now = plain.clock.advance(days=each["days"])
            pruned.clock.now = now
            may_be_away = each["days"] <= 13
            away = {
                n: away[n] + 1 if may_be_away and n in each["away"] and away[n] < LONGEST_ABSENCE else 0
                for n in away
            }
            present = [n for n in away if not away[n]]
            people = {
                n: replace(PEOPLE[n], roles=(INSTRUCTOR,)) if n in each["staff"] else PEOPLE[n]
                for n in present
            }
            platform.everyone = [ZANE, PETERIS, *people.values()]
            platform.inside = [ZANE, *(people[n] for n in present if n in each["inside"])]
            platform.graded = results(*((PEOPLE[n], points) for n, points in each["grades"].items()))
            for tool in (plain, pruned):
                looks.look(tool.store, platform, 1, now)
                run_due_jobs(tool)
            retention.retain(short, {}, now)
            assert decided(pruned) == decided(plain)
    finally:
        plain.store.close()
        pruned.store.close()
