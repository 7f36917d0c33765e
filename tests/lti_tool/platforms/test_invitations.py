"""An invitation registers one platform, whatever happens at once or in between; a registration is never replaced."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest

from lti_tool.errors import AlreadyRegisteredError, RegistrationError
from lti_tool.platforms import invitations, registrations
from lti_tool.store.models import RegistrationRow
from tests.fixtures import NEW_REGISTRATION

ROOT = Path(__file__).parents[3]
AT_ONCE = 6


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def code(tool):
    return invited(tool)


def invited(tool):
    with tool.store.begin() as session:
        return invitations.invite(session, tool.clock())


def register(tool, code, ask_platform=lambda: NEW_REGISTRATION):
    return invitations.register(tool.store, code, tool.clock, ask_platform)


def why(tool, code, ask_platform=lambda: NEW_REGISTRATION):
    """The code of the error that registering ends with, or "registered"."""
    try:
        register(tool, code, ask_platform)
    except RegistrationError as error:
        return error.code
    return "registered"


def clients(tool):
    with tool.store.read() as session:
        return sorted(row.client_id for row in session.query(RegistrationRow))


def is_open(tool, code):
    with tool.store.read() as session:
        return invitations.is_invitation_open(session, code, tool.clock())


def at_once(act):
    """The results of act(0) to act(5), which begin at the same time in a thread each."""
    ready = Barrier(AT_ONCE)

    def begin(number):
        ready.wait()
        return act(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(begin, range(AT_ONCE)))


def test_an_invitation_registers_one_platform_once(tool, code):
    register(tool, code)
    assert why(tool, code, lambda: replace(NEW_REGISTRATION, client_id="other")) == "bad_code"
    assert clients(tool) == ["client-1"]


def test_an_invitation_expires_after_a_week_and_a_guessed_code_is_refused(tool, code, clock):
    assert is_open(tool, code)
    assert not is_open(tool, code + "x")
    assert why(tool, code + "x") == "bad_code"
    clock.now += invitations.INVITATION_LIFE
    assert not is_open(tool, code)
    assert why(tool, code) == "bad_code"


def test_one_code_posted_six_times_at_once_calls_the_platform_once_and_registers_once(tool, code):
    called = []

    def ask(number):
        called.append(number)
        return replace(NEW_REGISTRATION, client_id=f"client-{number}")

    results = at_once(lambda number: why(tool, code, lambda: ask(number)))
    assert results.count("registered") == 1
    assert set(results) <= {"registered", "in_progress", "bad_code"}
    assert len(called) == 1
    assert clients(tool) == [f"client-{called[0]}"]


def test_one_client_registered_by_six_codes_at_once_is_registered_once_and_the_codes_are_given_back(tool):
    codes = [invited(tool) for _ in range(AT_ONCE)]
    everybody = Barrier(AT_ONCE)

    def ask(number):
        everybody.wait()
        return replace(NEW_REGISTRATION, jwks_url=f"https://{number}.example.org/jwks")

    results = at_once(lambda number: why(tool, codes[number], lambda: ask(number)))
    assert sorted(results) == ["already_registered"] * (AT_ONCE - 1) + ["registered"]
    winner = results.index("registered")
    with tool.store.read() as session:
        (row,) = session.query(RegistrationRow)
        assert row.jwks_url == f"https://{winner}.example.org/jwks"
    assert [is_open(tool, each) for each in codes] == [result != "registered" for result in results]


def test_while_the_platform_is_called_the_invitation_is_claimed(tool, code):
    during = []

    def ask():
        during.extend([why(tool, code), is_open(tool, code)])
        return NEW_REGISTRATION

    assert register(tool, code, ask) == NEW_REGISTRATION
    assert during == ["in_progress", False]


@pytest.mark.parametrize("failure", [RegistrationError("refused"), RuntimeError("a bug"), SystemExit(1)])
def test_where_nothing_was_registered_the_invitation_is_given_back(tool, code, failure):
    def ask():
        raise failure

    with pytest.raises(type(failure)):
        register(tool, code, ask)
    assert is_open(tool, code)
    assert clients(tool) == []
    register(tool, code)
    assert clients(tool) == ["client-1"]


KILLED = """
import os, signal, sys
from datetime import datetime
from lti_tool.platforms import invitations
from lti_tool.store.database import Store
now = datetime.fromisoformat(sys.argv[3])
invitations.register(
    Store(sys.argv[1]), sys.argv[2], lambda: now, lambda: os.kill(os.getpid(), signal.SIGKILL)
)
"""


def test_when_its_process_dies_meanwhile_the_invitation_can_be_used_five_minutes_later(
    tool, code, clock, any_database_url
):
    command = [sys.executable, "-c", KILLED, any_database_url, code, clock().isoformat()]
    died = subprocess.run(command, cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert why(tool, code) == "in_progress"
    clock.now += invitations.CLAIM_LIFE - timedelta(seconds=1)
    assert why(tool, code) == "in_progress"
    clock.advance(seconds=1)
    assert why(tool, code) == "registered"


def test_who_comes_back_from_the_platform_after_the_claim_has_ended_registers_nothing(tool, code, clock):
    called, answered = Event(), Event()

    def ask_slowly():
        called.set()
        assert answered.wait(30)
        return replace(NEW_REGISTRATION, client_id="slow")

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(why, tool, code, ask_slowly)
        assert called.wait(30)
        clock.now += invitations.CLAIM_LIFE
        assert why(tool, code) == "registered"
        answered.set()
        assert slow.result(30) == "bad_code"
    assert clients(tool) == ["client-1"]
    assert why(tool, code) == "bad_code"


def test_who_comes_back_in_vain_does_not_give_back_the_claim_of_another(tool, code, clock):
    called, answered = Event(), Event()

    def fail_slowly():
        called.set()
        assert answered.wait(30)
        raise RegistrationError("refused")

    during = []

    def ask_meanwhile():
        answered.set()
        assert slow.result(30) == "refused"
        during.append(why(tool, code))
        return NEW_REGISTRATION

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(why, tool, code, fail_slowly)
        assert called.wait(30)
        clock.now += invitations.CLAIM_LIFE
        register(tool, code, ask_meanwhile)
    assert during == ["in_progress"]


def test_a_registration_is_never_replaced_and_the_refusal_names_the_command(tool, clock):
    theirs = replace(NEW_REGISTRATION, jwks_url="https://evil.example.org/jwks")
    with tool.store.begin() as session:
        number = registrations.add(session, NEW_REGISTRATION, clock()).id
    with (
        pytest.raises(AlreadyRegisteredError, match=f"`platforms update {number}`") as caught,
        tool.store.begin() as session,
    ):
        registrations.add(session, theirs, clock())
    assert caught.value.registration_id == number
    with tool.store.read() as session:
        (row,) = session.query(RegistrationRow)
        assert row.jwks_url == NEW_REGISTRATION.jwks_url
