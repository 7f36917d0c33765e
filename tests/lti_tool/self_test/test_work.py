"""A self-test is asked for, made in the background, and kept until the next one; a registration asks for one."""

from __future__ import annotations

import pytest

from lti_tool import jobs
from lti_tool.errors import OutgoingError
from lti_tool.platforms import invitations, registrations, self_tests
from lti_tool.store import events, outbox
from lti_tool.store.models import Event, Outbox, PlatformSelfTest
from tests.fixtures import NEW_REGISTRATION, rows, run_job

ROOT_ACCOUNT = events.operator("account:1")


@pytest.fixture
def ask(tool_there):
    def ask():
        with tool_there.store.begin() as session:
            self_tests.ask(session, 1, tool_there.clock(), ROOT_ACCOUNT)

    return ask


def state(tool):
    with tool.store.read() as session:
        return self_tests.state(session, 1)


def test_it_is_made_and_kept_in_place_of_the_one_before(tool_there, tested, ask, clock):
    assert state(tool_there) == "ended"
    ask()
    ask()
    assert state(tool_there) == "going_on"
    run_job(tool_there, "self-test-1")
    assert state(tool_there) == "ended"
    (kept,) = rows(tool_there, PlatformSelfTest)
    assert kept.is_in_order and kept.tested_at == clock()
    tested.changed[NEW_REGISTRATION.jwks_url] = OutgoingError("{host} cannot be reached", {"host": "x"})
    clock.advance(hours=1)
    with tool_there.store.begin() as session:
        self_tests.schedule(session, 1, clock())
    run_job(tool_there, "self-test-1")
    (kept,) = rows(tool_there, PlatformSelfTest)
    assert not kept.is_in_order and kept.tested_at == clock()
    told = [(row.actor, row.what, row.why) for row in rows(tool_there, Event) if "self_test" in row.what]
    assert told == [
        ("account:1", "self_test_asked", ""),
        ("account:1", "self_test_asked", ""),
        ("", "self_tested", "in_order"),
        ("", "self_tested", "not_in_order"),
    ]


def test_it_waits_beside_looks_and_holds_up_no_badge(tool_there, ask):
    ask()
    (job,) = [row for row in rows(tool_there, Outbox) if row.task == self_tests.TASK]
    assert job.queue == outbox.LOOKS


def test_a_platform_that_was_removed_meanwhile_leaves_nothing(tool_there, ask):
    ask()
    with tool_there.store.begin() as session:
        registrations.remove(session, 1, tool_there.clock())
    run_job(tool_there, "self-test-1")
    assert rows(tool_there, PlatformSelfTest) == [] and state(tool_there) == "ended"


def test_one_that_is_removed_while_it_is_tested_leaves_nothing(tool_there, tested, ask, monkeypatch):
    make = jobs.made_self_test

    def make_and_remove(tool, registration_id):
        made = make(tool, registration_id)
        with tool.store.begin() as session:
            registrations.remove(session, registration_id, tool.clock())
        return made

    monkeypatch.setattr(jobs, "made_self_test", make_and_remove)
    ask()
    run_job(tool_there, "self-test-1")
    assert rows(tool_there, PlatformSelfTest) == []
    # It has not failed on the way: nothing waits to be tried again.
    assert state(tool_there) == "ended"


def test_one_that_was_given_up_is_told_and_begun_anew(tool_there, ask):
    ask()
    outbox.give_up(tool_there.store, "self-test-1", tool_there.clock(), "x")
    assert state(tool_there) == "stuck"
    ask()
    assert state(tool_there) == "going_on"


def test_a_registration_by_an_invitation_asks_for_one(tool):
    with tool.store.begin() as session:
        code = invitations.invite(session, tool.clock())
    invitations.register(tool.store, code, tool.clock, lambda: NEW_REGISTRATION)
    assert state(tool) == "going_on"
