"""`python -m lti_tool events`, and who acts by a command."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys

import pytest

from lti_tool.commands import shared
from lti_tool.commands.main import READER_GONE
from lti_tool.store.models import Event
from tests.lti_tool.commands.test_commands import ROOT, TEMPLATE, badge, environment, run

__all__ = ["badge", "environment", "run"]

OPERATOR = f"operator:{pwd.getpwuid(os.getuid()).pw_name}"


@pytest.fixture
def listed(environment, run):
    """The events that the command prints as JSON."""

    def listed(*words):
        code, output, error = run("events", "--json", *words)
        assert (code, error) == (0, "")
        return [json.loads(line) for line in output.splitlines()]

    return listed


def test_each_event_is_a_line(environment, run, listed):
    run("keys", "make", "P-256")
    made = listed("--what", "key_made")[-1]
    code, output, error = run("events", "--what", "key_made")
    assert (code, error) == (0, "")
    at, actor, what, about, why = output.splitlines()[-1].split("\t")
    assert (actor, what, about, why) == (OPERATOR, "key_made", made["about"], "P-256")
    assert made.items() >= {"actor": OPERATOR, "what": "key_made", "why": "P-256", "data": {}}.items()
    assert at[-6:] in ("+02:00", "+03:00"), "in the issuer's timezone"


def test_events_are_filtered(environment, run, listed):
    run("platforms", "invite")
    run("keys", "rotate", "P-256")
    assert {each["what"] for each in listed("--actor", OPERATOR)} == {
        "platform_invited",
        "key_retired",
        "key_made",
    }
    assert {each["actor"] for each in listed("--actor", "tool")} == {"tool"}
    (invited,) = listed("--about", "invitation")
    assert listed("--about", invited["about"]) == [invited]
    assert listed("--since", "2999-01-01") == []
    assert len(listed("--since", "2020-01-01T00:00")) == len(listed())
    assert run("events", "--since", "yesterday")[0] == 2


#: Commands that act, the event of each, and what it is about.
COMMANDS = [
    (("keys", "make", "Ed25519"), "key_made"),
    (("keys", "rotate", "lti"), "key_made"),
    (("keys", "recovery-sheet"), "recovery_sheet_made"),
    (("issuer", "confirm"), "issuer_confirmed"),
    (("platforms", "invite"), "platform_invited"),
    (("templates", "edit"), "operator_invited"),
    (("templates", "add", str(TEMPLATE)), "template_imported"),
]


@pytest.mark.parametrize(("words", "what"), COMMANDS, ids=[" ".join(words[:2]) for words, _ in COMMANDS])
def test_the_actor_of_a_command_is_the_account_of_the_operating_system(listed, run, words, what):
    code, output, error = run(*words)
    assert code == 0
    assert what not in output + error, "what a command prints is for people and pipes, not the log"
    assert [each["what"] for each in listed("--actor", OPERATOR)] == [what]


def test_revoking_and_exporting_by_a_command_are_events(listed, run, badge, tmp_path):
    credential = json.loads((badge / "badge.json").read_text(encoding="utf-8"))["id"]
    assert run("europass", "--out", tmp_path / "europass.zip")[0] in (0, 1)
    assert run("badges", "revoke", credential, "Anna asked for it")[0] == 0
    assert [each["what"] for each in listed("--actor", OPERATOR)] == ["exported", "revoked"]
    assert "Anna" not in json.dumps(listed())


def test_a_file_that_cannot_be_written_was_not_exported(listed, run, tmp_path):
    run("templates", "add", TEMPLATE)
    template = listed("--what", "template_imported")[0]["about"].partition(":")[2]
    assert run("templates", "export", template, "--out", tmp_path / "no" / "folder.json")[0] == 2
    assert listed("--what", "exported") == []


def test_a_zip_file_that_cannot_be_written_was_not_exported_either(listed, run, tmp_path):
    code, _, error = run("europass", "--out", tmp_path / "no" / "europass.zip")
    assert (code, "cannot be written" in error) == (2, True)
    assert listed("--what", "exported") == []


def test_an_account_without_a_name_is_a_number(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    assert shared.operator().id == "4000000001"


def test_a_reader_who_has_seen_enough_is_no_error(tool, environment):
    """`events | head -1`, of a list that is longer than what a pipe holds."""
    with tool.store.begin() as session:
        moment = tool.clock()
        session.add_all(
            Event(at=moment, actor_kind="tool", what="looked", about_kind="course", about=str(number))
            for number in range(5000)
        )
    command = [sys.executable, "-m", "lti_tool", "events"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert "\ttool\t" in process.stdout.readline()
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == ("", READER_GONE)
