"""`python -m lti_tool mail bounce`, as a mail server calls it with a message that came back."""

from __future__ import annotations

import io
import sys

import pytest

from lti_tool.mails.returned import ReturnAddress
from lti_tool.store.models import CredentialRow, Delivery
from tests.bounces import answer_of_somebody_away, delivery_report
from tests.fixtures import rows
from tests.lti_tool.commands.test_commands import badge, environment, run

__all__ = ["badge", "environment", "run"]


@pytest.fixture
def address(environment, badge, tool):
    """The address that the mail with Anna's badge returned to."""
    environment.setenv("BOUNCE_ADDRESS", "bounces@example.org")
    (delivery,) = rows(tool, Delivery)
    (credential,) = rows(tool, CredentialRow)
    return ReturnAddress(mailbox="bounces@example.org", tokens=tool.issuers.mail_tokens).of(
        f"badge-{delivery.id}-{credential.id[:8]}"
    )


@pytest.fixture
def pipe(environment, run):
    """Runs the command with a message on its standard input."""

    def pipe(message, *words):
        environment.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(message)))
        return run("mail", "bounce", *words)

    return pipe


def status(tool):
    (row,) = rows(tool, Delivery)
    return row.status


def test_a_report_makes_the_delivery_failed_and_the_same_again_is_nothing(pipe, address, tool):
    assert pipe(delivery_report(address)) == (0, "", "Recorded.\n")
    assert status(tool) == "failed"
    assert pipe(delivery_report(address)) == (0, "", "Nothing to record.\n")


def test_the_mail_server_may_say_to_whom_it_came(pipe, address, tool):
    assert pipe(delivery_report("bounces@example.org"))[2] == "Nothing to record.\n"
    assert pipe(delivery_report("bounces@example.org"), "--recipient", address)[2] == "Recorded.\n"
    assert status(tool) == "failed"


def test_what_is_no_report_or_of_another_mail_is_left_alone_and_is_no_error(pipe, address, tool):
    others = (
        answer_of_somebody_away(address),
        delivery_report(address, "delayed", "4.4.1"),
        delivery_report(address[::-1]),
        b"\xff" * 1000,
        b"",
    )
    for message in others:
        assert pipe(message)[0] == 0
    assert status(tool) == "sent"


def test_without_a_mailbox_the_command_says_what_is_not_set(pipe, environment, badge):
    code, _output, error = pipe(delivery_report("bounces@example.org"))
    assert code == 2 and "BOUNCE_ADDRESS" in error
