"""`work list`, `retry` and `drop`: background jobs that were given up, as an operator types it."""

from __future__ import annotations

import io
import json
import sys

import pytest

from lti_tool.store import dead_jobs, outbox
from lti_tool.store.models import Outbox
from tests.fixtures import NOW, rows
from tests.lti_tool.commands.test_commands import environment, run
from tests.lti_tool.commands.test_sessions import OPERATOR

__all__ = ["environment", "run"]


@pytest.fixture
def given_up(environment, tool):
    """The ids of two jobs that were given up."""
    ids = []
    for task, payload in (
        ("deliver", {"award_id": 17, "delivery_id": 3}),
        ("mail_teacher", {"person_id": 4}),
    ):
        with tool.store.begin() as session:
            ids.append(outbox.add(session, task, payload, NOW))
        outbox.give_up(tool.store, ids[-1], tool.clock.advance(minutes=1), "the mail server does not answer")
    return ids


def dead(tool):
    with tool.store.read() as session:
        return [job.id for job in dead_jobs.dead(session)]


def events(run, what):
    found = [json.loads(line) for line in run("events", "--json", "--what", what)[1].splitlines()]
    return [(each["actor"], each["about"]) for each in found]


def test_the_jobs_that_were_given_up_are_listed_by_numbers(run, given_up):
    code, output, error = run("work", "list")
    assert (code, error) == (0, "")
    first, second = (line.split("\t") for line in output.splitlines())
    why = "the mail server does not answer"
    assert first == [given_up[0], "deliver", "award:17 delivery:3", "1", first[4], why]
    assert second == [given_up[1], "mail_teacher", "person:4", "1", second[4], why]
    assert first[4].endswith("+02:00")
    shown = json.loads(run("work", "list", "--json")[1].splitlines()[0])
    assert shown["about"] == {"award": 17, "delivery": 3}
    assert (shown["id"], shown["task"], shown["attempts"], shown["why"]) == (given_up[0], "deliver", 1, why)


def test_jobs_are_tried_again_by_id_or_all(run, given_up, tool):
    first, second = given_up
    assert run("work", "retry", first) == (0, "1 job is tried again.\n", "")
    assert dead(tool) == [second]
    code, _, error = run("work", "retry", first)
    assert code == 2 and first in error and "work list" in error
    assert run("work", "retry", "--all") == (0, "1 job is tried again.\n", "")
    assert dead(tool) == []
    assert events(run, "work_retried") == [(OPERATOR, "award:17"), (OPERATOR, f"job:{second}")]
    assert run("work", "retry")[0] == run("work", "retry", first, "--all")[0] == 2


def test_a_job_is_dropped_after_a_confirmation(run, given_up, tool, monkeypatch):
    first, second = given_up
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, output, error = run("work", "drop", first)
    assert (code, output) == (1, "") and "award:17 delivery:3" in error
    assert "Nothing was dropped." in error and dead(tool) == given_up
    code, output, _ = run("work", "drop", first, "--yes")
    assert (code, output, dead(tool)) == (0, "1 job was dropped.\n", [second])
    assert events(run, "work_dropped") == [(OPERATOR, "award:17")]
    assert run("work", "drop", "sweep", "--yes")[0] == 2  # it is not given up
    assert "sweep" in {row.id for row in rows(tool, Outbox)}
