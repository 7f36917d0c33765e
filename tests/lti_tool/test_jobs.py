"""The work of the outbox: done once, tried again, never lost."""

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from lti_tool import jobs
from lti_tool.awarding import decisions, looks, rule_changes
from lti_tool.awarding.looks import LONGEST_WAIT, next_look
from lti_tool.errors import PlatformError
from lti_tool.issuing import new_credential
from lti_tool.people import sessions
from lti_tool.store import dead_jobs, outbox, queries
from lti_tool.store.models import (
    Award,
    AwardRule,
    Course,
    CredentialRow,
    Delivery,
    ExpiringValue,
    LaunchSession,
    LookRow,
    ObservationRow,
    Outbox,
)
from lti_tool.tasks import Worker
from lti_tool.values import INSTRUCTOR
from lti_tool.wiring import build_tool
from signing.errors import SigningError
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    JANIS,
    NOW,
    PETERIS,
    TOMS,
    ZANE,
    claim_due_jobs,
    complete,
    launch_of,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    run_job,
    settings_for,
)
from tests.running_demo import wait

USUAL = timedelta(minutes=10)


def row(tool, event_id):
    with tool.store.read() as session:
        return session.get_one(Outbox, event_id)


def rule_of(tool, rule_id):
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        assert rule.course
        return rule


def test_a_look_schedules_the_next_one(tool, platform, rule_id, monkeypatch):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    run_job(tool, f"look-{rule_id}")
    assert row(tool, f"look-{rule_id}").due_at == tool.clock() + tool.poll_every
    assert rule_of(tool, rule_id).checked_at == tool.clock()


def opening(tool, person, now):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(person, 1), now)


@pytest.mark.parametrize("person", [ANNA, ZANE], ids=["a learner", "a teacher"])
def test_an_opening_by_anybody_causes_a_look_at_once(tool, platform, rule_id, monkeypatch, clock, person):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    run_job(tool, f"look-{rule_id}")
    opening(tool, person, clock())
    assert row(tool, f"look-{rule_id}").due_at <= clock() + looks.WAIT_AFTER_OPENING


def test_a_class_that_opens_the_link_at_once_causes_one_look(tool, rule_id, clock):
    with tool.store.begin() as session:
        session.delete(session.get_one(Outbox, f"look-{rule_id}"))
    for number in range(30):
        opening(tool, learner(100 + number), clock.advance(seconds=0.05))
    clock.advance(seconds=2)
    assert [job.id for job in outbox.claim(tool.store, outbox.LOOKS, clock(), 9)] == [f"look-{rule_id}"]


def test_a_learner_who_opens_the_link_during_a_look_is_looked_at_again_soon(
    tool, platform, rule_id, monkeypatch, clock
):
    def members(url, resource_link_id=None):
        opening(tool, ANNA, clock.advance(seconds=1))
        return tuple(platform.everyone)

    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    monkeypatch.setattr(platform, "members", members)
    run_job(tool, f"look-{rule_id}")
    assert row(tool, f"look-{rule_id}").due_at <= clock() + looks.WAIT_AFTER_OPENING


def test_a_platform_in_trouble_is_not_looked_at_sooner_for_a_learner(
    tool, platform, rule_id, monkeypatch, clock
):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    platform.trouble = PlatformError(
        "the platform received too many requests and asks the tool to wait", retry_after=1800
    )
    run_job(tool, f"look-{rule_id}")
    opening(tool, ANNA, clock())
    planned = row(tool, f"look-{rule_id}")
    assert planned.due_at == clock() + looks.WAIT_AFTER_OPENING_IN_TROUBLE
    assert planned.payload["failures"] == 1


def test_a_platform_that_does_not_answer_is_asked_less_and_less_often(
    tool, platform, rule_id, monkeypatch, clock
):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    platform.trouble = PlatformError("cannot reach moodle.example.org: because it does not answer")
    waits = []
    for _ in range(20):
        run_job(tool, f"look-{rule_id}")
        waits.append(row(tool, f"look-{rule_id}").due_at - clock())
        clock.now = row(tool, f"look-{rule_id}").due_at
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT
    platform.trouble = None
    run_job(tool, f"look-{rule_id}")
    assert row(tool, f"look-{rule_id}").due_at == clock() + tool.poll_every


def test_a_first_look_that_fails_is_tried_again_within_a_minute(tool, platform, rule_id, monkeypatch, clock):
    monkeypatch.setattr(type(tool), "connect", lambda self, registration: platform)
    platform.trouble = PlatformError("cannot reach moodle.example.org: because it does not answer")
    run_job(tool, f"look-{rule_id}")
    assert row(tool, f"look-{rule_id}").due_at <= clock() + timedelta(minutes=1)


def test_retry_after_is_respected(tool, rule_id):
    course = rule_of(tool, rule_id).course
    trouble = PlatformError("too many requests", retry_after=1800)
    assert next_look(course, trouble, USUAL, 1, NOW) == NOW + timedelta(minutes=30)
    impatient = PlatformError("too many requests", retry_after=10**9)
    assert next_look(course, impatient, USUAL, 1, NOW) == NOW + LONGEST_WAIT


def test_a_course_that_has_ended_is_looked_at_once_a_day(tool, platform, rule_id):
    platform.trouble = PlatformError("the course has ended", permanent=True, concluded=True)
    looks.look(tool.store, platform, rule_id, tool.clock())
    assert next_look(rule_of(tool, rule_id).course, platform.trouble, USUAL, 1, NOW) == NOW + timedelta(
        days=1
    )


def test_a_job_that_fails_is_logged_without_the_text_of_its_error(tool, monkeypatch, capfd):
    with tool.store.begin() as session:
        event_id = outbox.add(session, "issue", {"award_id": 1}, tool.clock())

    def breaks(*_):
        raise ValueError("Anna Bērziņa <anna@example.org>")

    monkeypatch.setitem(jobs.JOBS, "issue", breaks)
    run_job(tool, event_id)
    said = capfd.readouterr()
    assert "ValueError < test_jobs.py" in said.out + said.err
    assert "Anna" not in said.out + said.err
    kept = row(tool, event_id)
    assert (kept.leased_until, kept.attempts, kept.trouble) == (None, 1, "ValueError")


def test_a_job_that_fails_for_the_last_time_is_logged_with_what_it_was_about(tool, monkeypatch, capfd):
    with tool.store.begin() as session:
        event_id = outbox.add(session, "issue", {"award_id": 17}, tool.clock())

    def breaks(*_):
        raise ValueError("Anna Bērziņa <anna@example.org>")

    monkeypatch.setitem(jobs.JOBS, "issue", breaks)
    for _ in range(outbox.MOST_ATTEMPTS):
        assert "work_dead" not in capfd.readouterr().err
        run_job(tool, event_id)
    said = "".join(capfd.readouterr())
    assert "work_dead" in said and "17" in said and "ValueError" in said and "Anna" not in said


def test_a_job_does_not_die_of_a_database_in_trouble_however_long_it_lasts(tool, monkeypatch, clock, capfd):
    with tool.store.begin() as session:
        event_id = outbox.add(session, "issue", {"award_id": 1}, tool.clock())

    def breaks(*_):
        raise OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file"))

    monkeypatch.setitem(jobs.JOBS, "issue", breaks)
    for _ in range(outbox.MOST_ATTEMPTS * 2):
        run_job(tool, event_id)
        clock.advance(seconds=jobs.DATABASE_SECONDS)
    kept = row(tool, event_id)
    assert (kept.died_at, kept.attempts, kept.trouble) == (None, 0, "OperationalError (DiskFull)")
    assert kept.due_at <= clock()
    said = "".join(capfd.readouterr())
    assert "work_without_database" in said and "OperationalError (DiskFull)" in said


@pytest.mark.parametrize(
    ("task", "payload", "cause"),
    [
        ("issue", {"award_id": 999}, "there is no award 999"),
        ("replace", {"award_id": 999, "credential_id": "gone"}, "there is no badge gone"),
        ("deliver", {"award_id": 999, "delivery_id": 998}, "there is no delivery 998"),
        ("notify", {"award_id": 999, "notice_id": 997}, "there is no notice 997"),
        ("of_a_newer_version", {"award_id": 999}, "this version of the tool does not know the task"),
    ],
)
def test_what_can_never_succeed_dies_at_once_and_says_why(tool_on_any_database, capfd, task, payload, cause):
    tool = tool_on_any_database
    with tool.store.begin() as session:
        event_id = outbox.add(session, task, payload, tool.clock())
    run_due_jobs(tool)
    kept = row(tool, event_id)
    assert (kept.died_at, kept.attempts, kept.trouble) == (tool.clock(), 1, cause)
    said = "".join(capfd.readouterr())
    assert "work_dead" in said and cause in said
    tool.clock.advance(days=9)
    assert claim_due_jobs(tool) == []


def test_a_job_whose_learner_is_erased_while_it_is_done_ends_quietly(tool, capfd):
    gone = outbox.Job(id="gone", task="issue", payload={"award_id": 999}, attempts=0)
    jobs.run(tool, gone)
    assert "work_dead" not in "".join(capfd.readouterr())


def test_jobs_that_name_no_award_hold_up_none_of_the_others(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    with tool.store.begin() as session:
        event_id = outbox.add(session, "issue", {}, tool.clock())
    run_due_jobs(tool)
    assert count(tool, CredentialRow) == 1
    assert row(tool, event_id).trouble == "KeyError"


@pytest.fixture
def dead_issue(tool_on_any_database, platform):
    """A tool in which Anna's award could not be issued, and the id of its rule and course."""
    tool = tool_on_any_database
    platform.everyone += [PETERIS]
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA)

    def breaks(*_):
        raise SigningError("a device that is away")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_credential, "secured", breaks)
        for _ in range(outbox.MOST_ATTEMPTS):
            run_due_jobs(tool)
            tool.clock.advance(hours=12)
    run_due_jobs(tool)
    assert (count(tool, Award), count(tool, CredentialRow)) == (1, 0)
    assert [each.task for each in rows(tool, Outbox) if each.died_at] == ["issue"]
    return tool, rule_id


def test_the_visit_of_its_learner_revives_a_dead_issue(dead_issue):
    tool, _ = dead_issue
    opening(tool, JANIS, tool.clock())
    run_due_jobs(tool)
    assert count(tool, CredentialRow) == 0
    all_at_once(*[lambda: opening(tool, ANNA, tool.clock())] * 2)
    run_due_jobs(tool)
    assert count(tool, CredentialRow) == 1


def test_a_new_observation_of_its_learner_revives_a_dead_issue(dead_issue, platform):
    tool, rule_id = dead_issue
    looks.look(tool.store, platform, rule_id, tool.clock())
    run_due_jobs(tool)
    assert count(tool, CredentialRow) == 0  # nothing new was seen
    platform.inside.remove(ANNA)
    looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
    run_due_jobs(tool)
    assert count(tool, CredentialRow) == 1


def test_a_new_start_revives_a_dead_issue_and_a_command_does_not(
    dead_issue, any_database_url, tmp_path, clock
):
    tool, _ = dead_issue
    build_tool(settings_for(any_database_url, tmp_path), clock).store.close()
    assert [each.task for each in rows(tool, Outbox) if each.died_at] == ["issue"]
    worker = Worker(tool, "memory://")
    worker.start()
    wait(lambda: count(tool, CredentialRow) == 1)
    worker.stop()


def test_a_new_start_does_not_revive_what_can_never_succeed(tool):
    with tool.store.begin() as session:
        outbox.add(session, "issue", {"award_id": 999}, tool.clock())
    run_due_jobs(tool)
    with tool.store.begin() as session:
        dead_jobs.revive_all_issuing(session, tool.clock())
    assert [each.task for each in rows(tool, Outbox) if each.died_at] == ["issue"]


def test_a_dead_issue_has_no_second_beside_it_when_its_award_is_tried_again(dead_issue):
    tool, _ = dead_issue
    with tool.store.begin() as session:
        award = session.query(Award).one()
        award.status, award.waiting_for = "waiting", ["learner"]
    opening(tool, ANNA, tool.clock())
    assert len([each for each in rows(tool, Outbox) if each.task == "issue"]) == 1


def test_the_sweep_deletes_what_has_expired(tool, clock):
    tool.expiring_values.put("state", {}, 60)
    clock.advance(minutes=5)
    run_job(tool, "sweep")
    assert tool.expiring_values.peek("state") is None
    assert row(tool, "sweep").due_at == clock() + timedelta(hours=1)


def test_the_sweep_deletes_sessions_that_have_ended_and_changes_no_decision(tool, platform, rule_id, clock):
    outside = replace(TOMS, roles=(INSTRUCTOR,))
    opening(tool, outside, clock())
    opening(tool, ANNA, clock())
    clock.advance(hours=2)
    opening(tool, JANIS, clock())
    run_job(tool, "sweep")
    assert count(tool, LaunchSession) == 1
    platform.inside = []
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside = [TOMS, ANNA]
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    assert count(tool, Award) == 1


def decisions_of(tool, rule_id):
    """What the rule comes to for everybody in its course."""
    with tool.store.read() as session:
        rule = session.get_one(AwardRule, rule_id)
        version = queries.rules.active_version(session, rule_id)
        return decisions.undecided_in_course(session, rule, version, tool.issuer.policy, tool.clock())


def test_the_sweep_deletes_looks_of_long_ago_that_saw_nothing_new(tool, platform, rule_id, clock):
    complete(tool, platform, rule_id, ANNA)
    for hours in (1, 6 * 24):
        clock.advance(hours=hours)
        looks.look(tool.store, platform, rule_id, clock())
    every = rows(tool, LookRow)
    run_job(tool, "sweep")
    assert len(rows(tool, LookRow)) == len(every)
    clock.advance(days=2)
    seen = {observation.look_id for observation in rows(tool, ObservationRow)}
    recent = {look.id for look in every if look.began_at >= clock() - looks.KEPT}
    assert seen - {None} and recent and {look.id for look in every} - seen - recent
    run_job(tool, "sweep")
    assert {look.id for look in rows(tool, LookRow)} == (seen - {None}) | recent


def test_everybody_is_decided_alike_before_and_after_the_sweep(tool, platform, rule_id, clock):
    """One who was inside from the first and opened the link, an assistant, one who is outside, and one who came in."""
    platform.everyone += [PETERIS, learner(91)]
    platform.inside += [ANNA]
    opening(tool, ANNA, clock())
    opening(tool, replace(TOMS, roles=(INSTRUCTOR,)), clock())
    with tool.store.begin() as session:
        demands = [{"condition": "confirmed"}]
        rule_changes.set_demands(session, session.get_one(AwardRule, rule_id), demands, None, clock())
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside += [JANIS]
    looks.look(tool.store, platform, rule_id, clock.advance(minutes=10))
    tool.expiring_values.put("arrival", {}, 60)
    clock.advance(hours=13)
    before = decisions_of(tool, rule_id)
    assert count(tool, LaunchSession) > 0
    assert {each.decision.outcome for each in before} == {"question", "not_yet"}
    run_job(tool, "sweep")
    assert count(tool, LaunchSession) == count(tool, ExpiringValue) == 0
    assert decisions_of(tool, rule_id) == before


def count(tool, kind):
    with tool.store.read() as session:
        return session.query(kind).count()


def test_a_full_disk_loses_no_completion(tool, platform, rule_id):
    looks.look(tool.store, platform, rule_id, tool.clock())
    platform.inside.append(ANNA)
    with tool.store.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    def fill(connection, *_):
        connection.execute(f"PRAGMA max_page_count={pages}")

    tool.store.engine.dispose()
    event.listen(tool.store.engine, "connect", fill)
    with pytest.raises(OperationalError, match="full"):
        for _ in range(50):  # until the last free bytes of the last page are written
            with tool.store.begin() as session:
                outbox.add(session, "sweep", {"padding": "x" * 1000}, NOW + timedelta(days=9))
    awarded = 0
    try:
        looks.look(tool.store, platform, rule_id, tool.clock())
        awarded = count(tool, Award)
        run_due_jobs(tool)
    except OperationalError:
        pass
    assert count(tool, CredentialRow) == 0

    tool.store.engine.dispose()
    event.remove(tool.store.engine, "connect", fill)
    with tool.store.engine.begin() as connection:
        connection.execute(text("PRAGMA max_page_count=1073741823"))
    looks.look(tool.store, platform, rule_id, tool.clock())
    tool.clock.advance(hours=1)
    run_due_jobs(tool)
    assert awarded <= count(tool, Award) == count(tool, CredentialRow) == 1


def test_a_database_that_drops_every_connection_loses_no_completion(postgres_url, platform, tmp_path, clock):
    tool = build_tool(settings_for(postgres_url, tmp_path), clock)
    rule_id = make_rule(tool, publish(tool))
    looks.look(tool.store, platform, rule_id, clock())
    platform.inside.append(ANNA)
    looks.look(tool.store, platform, rule_id, clock())
    claimed = claim_due_jobs(tool)

    def drop():
        address = postgres_url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(address, autocommit=True) as connection:
            # It waits until they are gone: what ends in the middle of a statement is another test.
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    drop()
    for job in claimed:
        drop()
        jobs.run(tool, job)
    clock.advance(hours=1)
    drop()
    run_due_jobs(tool)
    assert count(tool, CredentialRow) == 1
    tool.store.close()


def test_awards_are_issued_together_in_a_few_statements(tool_on_any_database, platform):
    """However many they are: else what each costs beside its own rows would be the larger part of it."""
    tool = tool_on_any_database
    learners = [learner(1000 + number) for number in range(30)]
    platform.everyone = [ZANE, *learners, learner(99)]
    rule_id = make_rule(tool, publish(tool))
    counted = []
    for some in (learners[:5], learners[5:]):
        complete(tool, platform, rule_id, *some)
        claimed = claim_due_jobs(tool)
        statements = []

        def count(*arguments, statements=statements):
            # SQLite inserts rows with numbers of its own one by one; nothing waits for it.
            if not (arguments[2].startswith("INSERT") and tool.store.engine.name == "sqlite"):
                statements.append(arguments[2])

        event.listen(tool.store.engine, "before_cursor_execute", count)
        ended = [*jobs.run_all(tool, claimed)]
        event.remove(tool.store.engine, "before_cursor_execute", count)
        assert ended == [[job.id for job in claimed]]
        counted.append(len(statements))
        run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == len(rows(tool, Delivery)) == 30
    assert counted[1] <= counted[0]


def test_an_award_that_cannot_be_issued_holds_up_none_of_the_others(tool, platform, monkeypatch, capfd):
    learners = [learner(1000 + number) for number in range(5)]
    platform.everyone = [ZANE, *learners, learner(99)]
    complete(tool, platform, make_rule(tool, publish(tool)), *learners)
    build = new_credential.secured

    def refuse_one(new, *arguments):
        if new.learner.name == learners[2].name:
            raise SigningError("a value that cannot be signed")
        return build(new, *arguments)

    monkeypatch.setattr(new_credential, "secured", refuse_one)
    run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == 4
    (left,) = [row for row in rows(tool, Outbox) if row.task == "issue"]
    assert (left.attempts, left.trouble) == (1, "SigningError")
    monkeypatch.undo()
    tool.clock.advance(minutes=1)
    run_due_jobs(tool)
    assert len(rows(tool, CredentialRow)) == 5


@pytest.mark.parametrize(
    ("quiet_for", "ends_in", "wait"),
    [
        (timedelta(hours=1), None, timedelta(minutes=10)),
        (timedelta(days=6), None, timedelta(minutes=10)),
        (timedelta(days=7), None, timedelta(hours=1)),
        (timedelta(days=30), None, timedelta(hours=6)),
        (timedelta(days=30), timedelta(days=3), timedelta(hours=6)),
        (timedelta(days=30), timedelta(hours=23), timedelta(minutes=2)),
        (timedelta(hours=1), timedelta(0), timedelta(minutes=2)),
        (timedelta(hours=1), timedelta(minutes=-1), timedelta(minutes=10)),
    ],
)
def test_a_quiet_course_is_looked_at_less_often_and_one_that_ends_more_often(
    tool, rule_id, clock, quiet_for, ends_in, wait
):
    with tool.store.begin() as session:
        course = session.get_one(Course, 1)
        session.query(ObservationRow).update({"seen_at": clock() - quiet_for})
        course.ends_at = None if ends_in is None else clock() + ends_in
        assert looks.interval(session, course, timedelta(minutes=10), clock()) == wait


def test_a_quiet_course_is_looked_at_when_time_alone_decides_something(tool, platform, published, clock):
    day = clock() + timedelta(hours=3)
    options = {"condition": "not_before", "at": day.isoformat()}
    rule_id = make_rule(tool, published, {"condition": "link_opened_to_them"}, options)
    looks.look(tool.store, platform, rule_id, clock())
    with tool.store.begin() as session:
        session.query(ObservationRow).update({"seen_at": clock() - timedelta(days=40)})
        course = session.get_one(Course, 1)
        assert looks.interval(session, course, timedelta(minutes=10), clock()) == timedelta(hours=3)


def test_a_short_interval_of_the_operator_is_made_no_longer_near_the_end(tool, rule_id, clock):
    with tool.store.begin() as session:
        course = session.get_one(Course, 1)
        course.ends_at = clock() + timedelta(hours=1)
        assert looks.interval(session, course, timedelta(seconds=60), clock()) == timedelta(seconds=60)
