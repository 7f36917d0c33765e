"""`operators invite`, `list`, `role`, `disable`, `enable`: the first operator, and who may do what."""

from __future__ import annotations

import os
import pwd
from datetime import UTC, datetime

import pytest

from lti_tool.operators import accounts, invitations, sessions
from lti_tool.store.models import (
    Event,
    OperatorIdentity,
    OperatorPasskey,
    OperatorRole,
    OperatorRow,
    OperatorSession,
)
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]

ACCOUNT = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def ieva(environment, tool, clock):
    """The number of an account with a session."""
    clock.now = datetime.now(UTC)
    with tool.store.begin() as session:
        row = accounts.make_account(session, "Ieva", accounts.new_handle(), clock())
        sessions.start_session(session, row, sessions.Shown(how="passkey", at=clock()), clock())
        return row.id


def test_an_address_is_printed_that_makes_an_owner(environment, run, tool):
    code, output, error = run("operators", "invite")
    address, _, secret = output.strip().partition("?code=")
    assert (code, address) == (0, "https://badges.example.org/operator/invitation")
    assert "It works once, within 15 minutes." in error
    invitation = invitations.of_code(tool.expiring_values, secret)
    assert (invitation.role, invitation.issuer_id) == ("owner", tool.issuer.id)
    (event,) = [row for row in rows(tool, Event) if row.what == "operator_invited"]
    assert (event.actor, event.issuer_id, event.data) == (ACCOUNT, tool.issuer.id, {"role": "owner"})
    assert secret not in str(vars(event))


def test_the_role_and_the_issuer_can_be_others(environment, run, tool):
    other = add_another_issuer(tool)
    _, output, _ = run("operators", "invite", "--role", "auditor", "--issuer", "daugava-school")
    invitation = invitations.of_code(tool.expiring_values, output.strip().rpartition("=")[2])
    assert (invitation.role, invitation.issuer_id) == ("auditor", other.id)
    assert run("operators", "invite", "--role", "emperor")[0] == 2
    assert run("operators", "invite", "--issuer", "none")[0] == 2


def test_an_account_gets_a_new_way_in(ieva, run, tool):
    _, output, _ = run("operators", "invite", "--for", ieva)
    invitation = invitations.of_code(tool.expiring_values, output.strip().rpartition("=")[2])
    assert (invitation.operator_id, invitation.role, invitation.issuer_id) == (ieva, "", "")
    code, output, error = run("operators", "invite", "--for", 9)
    assert (code, output) == (2, "")
    assert "there is no operator with number 9" in error


def test_operators_are_listed_with_their_roles(ieva, run, tool):
    assert run("operators", "role", ieva, "approver")[1] == f"The role was given to operator {ieva}.\n"
    assert run("operators", "role", ieva, "approver")[1] == "Nothing was changed.\n"
    (line,) = run("operators", "list")[1].splitlines()
    assert line.split("\t") == [
        str(ieva),
        "Ieva",
        "active",
        "passkeys:0",
        "identities:0",
        "approver:riga-college",
    ]
    assert run("operators", "role", ieva, "approver", "--take")[1] == (
        f"The role was taken from operator {ieva}.\n"
    )
    assert rows(tool, OperatorRole) == []
    acts = [(row.what, row.actor) for row in rows(tool, Event) if row.what.startswith("role_")]
    assert acts == [("role_given", ACCOUNT), ("role_taken", ACCOUNT)]


def test_what_is_kept_of_an_operator_who_left_is_erased(ieva, run, tool):
    assert run("operators", "erase", ieva)[0] == 2
    run("operators", "disable", ieva)
    assert run("operators", "erase", ieva) == (0, f"Operator {ieva} is erased.\n", "")
    (row,) = rows(tool, OperatorRow)
    assert (row.name, str(row.id)) == ("", str(ieva))
    for kind in (OperatorIdentity, OperatorPasskey, OperatorRole, OperatorSession):
        assert rows(tool, kind) == [], kind
    assert [(each.what, each.about) for each in rows(tool, Event)][-1] == ("erased", str(ieva))


def test_a_disabled_operator_has_no_session_until_they_come_back(ieva, run, tool, clock):
    assert run("operators", "disable", ieva)[0] == 0
    with tool.store.read() as session:
        assert sessions.running(session, clock()) == []
    assert "disabled" in run("operators", "list")[1]
    assert run("operators", "disable", ieva)[0] == 2
    assert run("operators", "invite", "--for", ieva)[0] == 2
    assert run("operators", "enable", ieva)[0] == 0
    assert run("operators", "enable", ieva)[0] == 2
    assert [row.what for row in rows(tool, Event)][-2:] == ["operator_disabled", "operator_enabled"]
