"""`sessions list` and `sessions revoke`: who has pages open, and that these end at once."""

from __future__ import annotations

import json
import os
import pwd
from datetime import UTC, datetime, timedelta

import pytest

from lti_tool.operators import accounts
from lti_tool.operators import sessions as of_accounts
from lti_tool.people import operator_sessions, sessions
from tests.fixtures import ANNA, JANIS, ZANE, launch_of, register_once
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]

OPERATOR = f"operator:{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture
def open_session(environment, tool, clock):
    """The token of a session that a launch begins."""
    clock.now = datetime.now(UTC)

    def open_session(person, **changes):
        with tool.store.begin() as session:
            launch = launch_of(person, register_once(session, clock()), **changes)
            return sessions.start_session(session, launch, clock()).token

    return open_session


@pytest.fixture
def is_open(tool, clock):
    def is_open(token):
        with tool.store.read() as session:
            return sessions.find_session(session, token, clock()) is not None

    return is_open


@pytest.fixture
def listed(run):
    """The lines of `sessions list`, in words."""

    def listed(*words):
        code, output, error = run("sessions", "list", *words)
        assert (code, error) == (0, "")
        return [line.split("\t") for line in output.splitlines()]

    return listed


def test_the_open_sessions_are_listed_without_names(open_session, listed, run, clock, tool):
    open_session(ANNA)
    clock.advance(seconds=1)
    open_session(ZANE, context_id="43")
    clock.advance(seconds=1)
    open_session(ANNA, user_id=None, name=None, email=None, roles=())
    clock.advance(seconds=1)
    open_session(JANIS, context_id=None)
    token = operator_sessions.start_operator_session(
        tool.expiring_values, operator_sessions.invite_operator(tool.expiring_values, "ieva")
    )
    assert [line[1:5] for line in listed()] == [
        ["person:1", "learner", "course:1", "platform:1"],
        ["person:2", "teacher", "course:2", "platform:1"],
        ["unknown", "other", "course:1", "platform:1"],
        ["person:3", "learner", "course:-", "platform:1"],
        ["operator:ieva", "operator"],
    ]
    assert all(datetime.fromisoformat(at).utcoffset() for line in listed()[:4] for at in line[5:])
    assert len({line[0] for line in listed()}) == 5
    printed = run("sessions", "list")[1]
    for secret in ("Anna", "Zane", "@", token, "Data Literacy"):
        assert secret not in printed


def test_the_list_can_be_of_one_person_course_or_platform(open_session, listed):
    open_session(ANNA)
    open_session(ZANE, context_id="43")
    assert [line[1] for line in listed("--person", "1")] == ["person:1"]
    assert [line[1] for line in listed("--course", "2")] == ["person:2"]
    assert len(listed("--platform", "1")) == 2
    assert listed("--platform", "2") == []


def test_what_has_ended_is_not_listed(open_session, listed, clock):
    now = clock.now
    clock.now = now - timedelta(hours=2, seconds=1)
    open_session(ANNA)
    clock.now = now
    assert listed() == []


def test_a_session_is_ended_by_its_name(open_session, is_open, listed, run):
    anna, zane = open_session(ANNA), open_session(ZANE)
    (name,) = [line[0] for line in listed() if line[2] == "teacher"]
    assert run("sessions", "revoke", name) == (0, "1 session was ended.\n", "")
    assert (is_open(anna), is_open(zane)) == (True, False)
    assert [line[2] for line in listed()] == ["learner"]
    code, output, error = run("sessions", "revoke", name)
    assert (code, output) == (2, "")
    assert f"no open session is called {name}" in error


def test_nothing_is_ended_where_one_name_is_wrong(open_session, is_open, listed, run):
    anna = open_session(ANNA)
    assert run("sessions", "revoke", listed()[0][0], "f" * 12)[0] == 2
    assert is_open(anna)


def test_the_sessions_of_operators_are_listed_and_ended_with_the_others(
    listed, run, environment, tool, clock
):
    clock.now = datetime.now(UTC)
    with tool.store.begin() as session:
        row = accounts.make_account(session, "Ieva Kalniņa", accounts.new_handle(), clock())
        shown = of_accounts.Shown(how="passkey", at=clock())
        tokens = [of_accounts.start_session(session, row, shown, clock()) for _ in range(3)]
    lines = listed()
    assert [line[1:3] for line in lines] == [["operator:account:1", "operator"]] * 3
    assert "Ieva" not in str(lines)
    assert run("sessions", "revoke", lines[0][0]) == (0, "1 session was ended.\n", "")
    assert run("sessions", "revoke", "--all")[1] == "2 sessions were ended.\n"
    with tool.store.read() as session:
        assert [of_accounts.find_session(session, token, clock()) for token in tokens] == [None] * 3


@pytest.mark.parametrize(
    ("words", "left"),
    [
        (("--person", "1"), {"person:2"}),
        (("--course", "2"), {"person:1"}),
        (("--platform", "1"), set()),
        (("--all",), set()),
        (("--person", "77"), {"person:1", "person:2"}),
    ],
)
def test_sessions_are_ended_together(open_session, listed, run, words, left):
    open_session(ANNA)
    open_session(ZANE, context_id="43")
    code, output, _ = run("sessions", "revoke", *words)
    assert (code, output) == (
        0,
        f"{2 - len(left)} sessions were ended.\n".replace("1 sessions were", "1 session was"),
    )
    assert {line[1] for line in listed()} == left


def test_each_end_is_an_event_without_names(open_session, listed, run):
    open_session(ANNA)
    name = listed()[0][0]
    run("sessions", "revoke", "--all")
    (event,) = [
        json.loads(line) for line in run("events", "--json", "--what", "session_revoked")[1].splitlines()
    ]
    event.pop("at"), event.pop("id")
    assert event == {
        "actor": OPERATOR,
        "what": "session_revoked",
        "about": f"session:{name}",
        "why": "by_operator",
        "data": {"person": 1, "course": 1, "registration": 1},
    }


def test_a_session_of_an_operator_is_ended_too(open_session, tool, listed, run):
    by_all, by_name = (
        operator_sessions.start_operator_session(
            tool.expiring_values, operator_sessions.invite_operator(tool.expiring_values, account)
        )
        for account in ("ieva", "root")
    )
    (name,) = [line[0] for line in listed() if line[1] == "operator:root"]
    assert run("sessions", "revoke", name)[0] == 0
    assert operator_sessions.operator_of(tool.expiring_values, by_name) is None
    assert operator_sessions.operator_of(tool.expiring_values, by_all) is not None
    assert run("sessions", "revoke", "--all")[0] == 0
    assert operator_sessions.operator_of(tool.expiring_values, by_all) is None
    assert run("events", "--what", "session_revoked")[1].count("session:") == 2


@pytest.mark.parametrize(
    "words", [(), ("--all", "--person", "1"), ("abc", "--all"), ("--person", "1", "--course", "1")]
)
def test_what_is_to_be_ended_must_be_said_in_one_way(open_session, run, words):
    open_session(ANNA)
    assert run("sessions", "revoke", *words)[0] == 2
