"""What Prometheus reads: right whichever process answers, for monitors alone, and at the same cost for ever."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, text

from lti_tool.store import events, outbox, queries
from lti_tool.web import create_app, rate_limits
from lti_tool.wiring import Tool, build_tool
from tests.fixtures import (
    ANNA,
    JANIS,
    Clock,
    FakePlatform,
    complete,
    make_rule,
    publish,
    run_due_jobs,
    settings_for,
)
from tests.lti_tool.web.conftest import browser_of

TOKEN = "the token of the monitor of these tests"
MONITOR = {"Authorization": f"Bearer {TOKEN}"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def watched(any_database_url: str, tmp_path: Path) -> Iterator[Tool]:
    tool = build_tool(settings_for(any_database_url, tmp_path, metrics_token=TOKEN), Clock())
    yield tool
    tool.store.close()


@pytest.fixture
def monitor(watched: Tool) -> FlaskClient:
    return browser_of(create_app(watched))


def samples(browser: FlaskClient) -> Samples:
    answer = browser.get("/metrics", headers=MONITOR)
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_without_a_token_in_the_settings_there_is_no_such_page(tool: Tool) -> None:
    browser = browser_of(create_app(tool))
    for headers in ({}, MONITOR, {"Authorization": "Bearer "}):
        assert browser.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN])
def test_without_the_token_nobody_reads_it(monitor: FlaskClient, given: str) -> None:
    answer = monitor.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert "nozimite_" not in answer.text


def test_whoever_guesses_is_stopped_and_the_monitor_is_not(watched: Tool) -> None:
    app = create_app(watched)
    browser = browser_of(app)
    answers = [
        browser.get("/metrics", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(130)
    ]
    assert answers[0] == 401 and answers[-1] == 429
    assert browser.get("/metrics", headers=MONITOR).status_code == 200
    assert rate_limits.REFUSALS.amount == 120


def test_awards_and_what_became_of_them_are_counted_once(watched: Tool, monitor: FlaskClient) -> None:
    make_rule(watched, publish(watched))
    complete(watched, FakePlatform(), 1, ANNA, JANIS)
    run_due_jobs(watched)
    watched.clock.advance(seconds=61)  # type: ignore[attr-defined]
    for _ in range(2):
        found = samples(monitor)
        assert value(found, "nozimite_events_total", what="issued") == 2
        with watched.store.read() as session:
            counted = {act.what for act in queries.events.events(session)}
    assert {dict(labels)["what"] for name, labels in found if name == "nozimite_events_total"} == counted
    assert value(found, "nozimite_looks_last_hour", registration="1", outcome="answered") == 2
    assert value(found, "nozimite_last_answered_look_seconds", registration="1") == 61


def test_an_event_of_a_transaction_that_is_still_open_is_not_missed(
    watched: Tool, monitor: FlaskClient
) -> None:
    """Ids are given before the commit, so a later one may be seen first."""
    begun = watched.clock()
    samples(monitor)
    watched.clock.advance(seconds=30)  # type: ignore[attr-defined]
    with watched.store.begin() as session:
        events.record(session, "revoked", "award", 2, watched.clock())
    assert value(samples(monitor), "nozimite_events_total", what="revoked") is None
    with watched.store.begin() as session:
        events.record(session, "revoked", "award", 1, begun)
    watched.clock.advance(seconds=61)  # type: ignore[attr-defined]
    assert value(samples(monitor), "nozimite_events_total", what="revoked") == 2


def test_the_queues_are_seen_by_task(watched: Tool, monitor: FlaskClient) -> None:
    now = watched.clock()
    with watched.store.begin() as session:
        for minutes in (3, 1):
            outbox.add(session, "deliver", {"delivery_id": minutes}, now - timedelta(minutes=minutes))
        dead = outbox.add(session, "issue", {"award_id": 1}, now)
        outbox.add(session, "look", {"course_id": 1}, now + timedelta(minutes=5))
    outbox.give_up(watched.store, dead, now, "a test")
    found = samples(monitor)
    of = {"queue": "deliveries", "task": "deliver"}
    assert value(found, "nozimite_jobs_waiting", **of) == 2
    assert value(found, "nozimite_jobs_oldest_seconds", **of) == 180
    assert value(found, "nozimite_jobs_dead", queue="awards", task="issue") == 1
    assert value(found, "nozimite_jobs_waiting", queue="looks", task="look") is None


def test_requests_launches_and_verifications_are_counted(monitor: FlaskClient) -> None:
    monitor.get("/healthz")
    monitor.get("/nothing/there")
    monitor.post("/lti/launch", data={"state": "", "id_token": "x"})
    monitor.post("/verify", data={"text": "{}"})
    found = samples(monitor)
    requests = "nozimite_request_seconds_count"
    assert value(found, requests, endpoint="health.health", status="2xx") == 1
    assert value(found, requests, endpoint="none", status="4xx") == 1
    assert value(found, "nozimite_launches_total", outcome="missing_state") == 1
    assert sum(number for (name, _), number in found.items() if name == "nozimite_verifications_total") == 1


def test_it_says_so_where_the_database_does_not_answer(watched: Tool, monitor: FlaskClient) -> None:
    def refuse(*_: object) -> None:
        from sqlalchemy.exc import OperationalError

        raise OperationalError("", {}, Exception())

    monitor.get("/healthz")
    event.listen(watched.store.engine, "before_cursor_execute", refuse)
    try:
        found = samples(monitor)
    finally:
        event.remove(watched.store.engine, "before_cursor_execute", refuse)
    assert value(found, "nozimite_database_up") == 0
    assert value(found, "nozimite_request_seconds_count", endpoint="health.health", status="2xx") == 1


def test_it_asks_as_little_whatever_there_is(watched: Tool, monitor: FlaskClient) -> None:
    """No statement names awards, observations, credentials or people: these tables grow for ever."""
    asked: list[str] = []
    event.listen(
        watched.store.engine,
        "before_cursor_execute",
        lambda *given: asked.append(re.sub(r"\s+", " ", given[2])),
    )
    samples(monitor)
    samples(monitor)
    asked.clear()
    samples(monitor)
    few = len(asked)
    make_rule(watched, publish(watched))
    complete(watched, FakePlatform(), 1, ANNA, JANIS)
    run_due_jobs(watched)
    watched.clock.advance(seconds=61)  # type: ignore[attr-defined]
    asked.clear()
    samples(monitor)
    # One more: the counts of events are other ones now.
    assert len(asked) <= few + 1 <= 9
    for statement in asked:
        assert not re.search(r"\b(award|observation|credential|delivery|person)\b", statement), statement


def test_postgresql_reads_only_what_is_new(tool_on_postgres: Tool) -> None:
    """By its own plans, without an index that is made for them."""
    asked: list[Any] = []
    tool = tool_on_postgres
    event.listen(
        tool.store.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3]))
    )
    with tool.store.begin() as session:
        session.execute(
            text(
                "INSERT INTO event (at, actor_kind, actor, what, about_kind, about, why, data) "
                "SELECT '2026-11-20'::timestamptz, 'tool', '', 'issued', 'award', n, '', '{}' "
                "FROM generate_series(1, 20000) AS n"
            )
        )
        queries.monitoring.count_events(session, tool.clock())
        session.execute(text("ANALYZE event"))
        asked.clear()
        queries.monitoring.count_events(session, tool.clock())
        queries.monitoring.recent_looks(session, tool.clock())
        plans = []
        for statement, values in list(asked):
            if "FROM event" in statement:
                rows = session.connection().exec_driver_sql(f"EXPLAIN {statement}", values).scalars()
                plans.append("\n".join(rows))
    assert plans
    for plan in plans:
        assert "Seq Scan on event" not in plan, plan


def test_several_processes_count_together_and_one_that_ended_is_not_lost(
    watched: Tool, tmp_path: Path, new_process: Callable[[str], list[str]]
) -> None:
    """Three processes, one after the other and at once, that each answer a request; the last reads the numbers."""
    numbers = [json.loads(line) for line in new_process(TOGETHER)]
    assert numbers == [{"answers": 5, "files": 2}]


#: The second process runs beside the first and takes another place; the third takes that of the second.
TOGETHER = """
import json, os, sys
from pathlib import Path
from prometheus_client.parser import text_string_to_metric_families
from lti_tool.web import create_app
from lti_tool.wiring import build_tool
from tests.fixtures import settings_for
from tests.lti_tool.web.conftest import browser_of

folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])

def serve(requests):
    tool = build_tool(settings_for(sys.argv[1], folder.parent, metrics_token=sys.argv[2]))
    browser = browser_of(create_app(tool, folder))
    for _ in range(requests):
        browser.get("/healthz")
    return browser

def in_another(requests):
    if os.fork() == 0:
        serve(requests)
        os._exit(0)
    os.wait()

read_end, write_end = os.pipe()
first = os.fork()
if first == 0:
    serve(1)
    os.write(write_end, b"x")
    os.read(os.pipe()[0], 1)  # holds its place until it is killed
os.read(read_end, 1)
in_another(2)
browser = serve(2)
text = browser.get("/metrics", headers={"Authorization": f"Bearer {sys.argv[2]}"}).text
answers = sum(
    sample.value
    for family in text_string_to_metric_families(text)
    for sample in family.samples
    if sample.name == "nozimite_request_seconds_count" and sample.labels["endpoint"] == "health.health"
)
files = len(list(folder.glob("histogram_*.db")))
print(json.dumps({"answers": int(answers), "files": files}))
os.kill(first, 9)
"""


@pytest.fixture
def new_process(sqlite_url: str, tmp_path: Path) -> Callable[[str], list[str]]:
    import os
    import subprocess
    import sys

    from tests.fixtures import ROOT

    def run(code: str) -> list[str]:
        folder = tmp_path / "counted"
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-c", code, sqlite_url, TOKEN],
            cwd=ROOT,
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def test_how_many_jobs_wait_is_told_to_monitors_alone(watched: Tool, monitor: FlaskClient) -> None:
    with watched.store.begin() as session:
        outbox.add(session, "issue", {"award_id": 1}, watched.clock() - timedelta(minutes=10))
    stranger = monitor.get("/workz")
    assert (stranger.status_code, stranger.json) == (503, {"status": "late", "broker": "ok"})
    told = monitor.get("/workz", headers=MONITOR)
    assert told.status_code == 503
    assert told.json["queues"]["awards"]["oldest_seconds"] == 600
    assert {name: queue["status"] for name, queue in told.json["queues"].items()} == {
        "awards": "late",
        "looks": "ok",
        "deliveries": "ok",
    }
