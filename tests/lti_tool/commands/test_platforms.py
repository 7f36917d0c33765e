"""`python -m lti_tool platforms ...` and `keys ... lti`, as an operator types them."""

from __future__ import annotations

import io
import os
import pty
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from lti_tool.sources import SOURCES
from lti_tool.sources.set_up import Setting, https_url
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, complete, make_rule, publish, run_due_jobs, settings_for
from tests.lti_tool.commands.test_commands import ROOT, environment, run

__all__ = ["environment", "run"]

ADD = (
    *("platforms", "add", "--issuer", "https://moodle.example.org", "--client-id", "client-1"),
    *("--auth-url", "https://moodle.example.org/auth", "--token-url", "https://moodle.example.org/token"),
    *("--jwks-url", "https://moodle.example.org/jwks", "--deployment-id", "1", "--name", "Riga College"),
)


@pytest.fixture
def number(run, environment):
    """The number of a platform that was added by hand."""
    code, output, _ = run(*ADD)
    assert code == 0
    return output.split("number ")[1].split(".")[0]


def test_a_platform_that_is_registered_is_not_added_again_and_the_command_is_named(run, number):
    code, output, error = run(*ADD, "--product", "moodle")
    assert (code, output) == (2, "")
    assert f"`platforms update {number}`" in error
    assert len(run("platforms", "list")[1].splitlines()) == 1


def test_a_platform_is_updated_by_its_number(run, number):
    assert run("platforms", "update", number, "--name", "New College", "--product", "moodle")[0] == 0
    line = f"{number}\tmoodle\thttps://moodle.example.org\tclient-1\tNew College\tenabled\n"
    assert run("platforms", "list")[1] == line
    assert run("platforms", "update", number, "--token-audience", "https://a.example.org")[0] == 0
    assert run("platforms", "update", number, "--token-audience", "")[0] == 0
    for words in ((number,), (number, "--jwks-url", ""), ("99", "--name", "x")):
        assert run("platforms", "update", *words)[0] == 2


def test_a_platform_is_disabled_enabled_and_removed(run, number):
    code, output, _ = run("platforms", "disable", number)
    assert (code, f"platforms enable {number}" in output) == (0, True)
    assert run("platforms", "list")[1].endswith("\tdisabled\n")
    assert run("platforms", "enable", number)[0] == 0
    assert run("platforms", "list")[1].endswith("\tenabled\n")
    assert run("platforms", "remove", number)[0] == 0
    assert run("platforms", "list")[1] == ""
    assert run("platforms", "remove", number)[0] == 2


def test_a_platform_with_badges_is_not_removed_and_the_command_is_named(
    run, environment, sqlite_url, tmp_path, platform, clock
):
    tool = build_tool(settings_for(sqlite_url, tmp_path), clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    tool.store.close()
    code, output, error = run("platforms", "remove", "1")
    assert (code, output) == (2, "")
    assert "awards: 1" in error and "`platforms disable 1`" in error


def test_deployments_are_listed_and_restricted(run, number):
    code, output, error = run("platforms", "deployments", number)
    assert (code, output.split("\t")[0], "any deployment" in error) == (0, "1", True)
    code, output, error = run("platforms", "deployments", number, "--allow", "2", "--only-listed")
    assert (code, "from these only" in error) == (0, True)
    assert [line.split("\t")[0] for line in output.splitlines()] == ["1", "2"]
    output = run("platforms", "deployments", number, "--unlist", "1")[1]
    assert [line.split("\t")[0] for line in output.splitlines()] == ["2"]
    assert "any deployment" in run("platforms", "deployments", number, "--any")[2]
    assert run("platforms", "deployments", number, "--unlist", "1")[0] == 2
    assert run("platforms", "deployments", "99")[0] == 2


def lti_keys(run):
    """The state of each LTI key by its id, newest first."""
    lines = [line.split("\t") for line in run("keys", "list")[1].splitlines()]
    return {line[2]: line[-1] for line in lines if line[0] == "lti"}


def test_the_lti_key_is_rotated_retired_and_withdrawn(run, environment):
    (first,) = lti_keys(run)
    code, second, _ = run("keys", "rotate", "lti")
    second = second.strip()
    assert (code, lti_keys(run)) == (0, {second: "current", first: "published"})
    code, output, _ = run("keys", "retire", "lti")
    assert (code, output.startswith(first)) == (0, True)
    assert lti_keys(run) == {second: "current", first: "retired"}
    code, _, error = run("keys", "retire", second)
    assert (code, "keys rotate lti" in error) == (2, True)
    code, output, _ = run("keys", "compromised", "lti", "--since", "2026-11-01")
    assert (code, output.startswith(f"{second} is withdrawn")) == (0, True)
    assert "usually nothing has to be done there" in output
    third, *others = lti_keys(run).items()
    assert third[1] == "current"
    assert others == [(second, "compromised since 2026-11-01"), (first, "retired")]
    assert run("keys", "compromised", first)[0] == 0
    assert lti_keys(run)[first].startswith("compromised")


@pytest.mark.parametrize("command", ["retire", "compromised"])
def test_the_id_of_a_key_may_begin_with_a_hyphen(run, environment, command):
    """One in 64 does."""
    for key in ("-xY0", "-hY0"):
        code, _, error = run("keys", command, key)
        assert (code, key in error, "option" in error) == (2, True, False)
    assert run("keys", command, "--help")[0] == 0


@pytest.fixture
def printed(run, environment, tmp_path):
    """A recovery sheet, its code and the key that signs, on the eve of a restoration elsewhere."""
    code = run("keys", "recovery-sheet", "--out", tmp_path / "sheet.txt")[2].split()[-1]
    lines = [line.split("\t") for line in run("keys", "list")[1].splitlines()]
    kid = next(line[2] for line in lines if line[1] == "Ed25519")
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bare.sqlite'}")
    return tmp_path / "sheet.txt", code, kid


def typed(environment, code):
    environment.setattr(sys, "stdin", io.StringIO(code + "\n"))


def states(run):
    return {
        line.split("\t")[2]: line.split("\t")[-1]
        for line in run("keys", "list")[1].splitlines()
        if line.startswith("badges")
    }


@pytest.mark.parametrize(
    "answers",
    [
        (),
        ("--compromised", "none"),
        ("--revoked", "none"),
        ("--compromised", "key-1", "--revoked", "none"),
        ("--compromised", "=2026-11-28", "--revoked", "none"),
        ("--compromised", "none", "--compromised", "key=2026-11-28", "--revoked", "none"),
        ("--compromised", "none", "--revoked", "the first one"),
        ("--compromised", "none", "--revoked", "77#1"),
        ("--compromised", "key-of-nobody=2026-11-28", "--revoked", "none"),
    ],
)
def test_nothing_is_restored_until_it_is_said_what_happened(run, environment, printed, answers):
    sheet, code, kid = printed
    typed(environment, code)
    exit_code, output, error = run("keys", "restore", sheet, *answers)
    assert (exit_code, output, "Traceback" in error) == (2, "", False)
    assert kid not in states(run)


def test_a_stolen_key_is_not_restored_as_trusted(run, environment, printed):
    sheet, code, kid = printed
    day = (datetime.now(UTC) + timedelta(days=-3)).date().isoformat()
    typed(environment, code)
    assert run("keys", "restore", sheet, "--compromised", f"{kid}={day}", "--revoked", "none")[0] == 0
    found = states(run)
    assert found[kid] == f"compromised since {day}"
    assert list(found.values()).count("current") == 2


def test_at_a_terminal_it_is_asked_what_happened(printed, environment):
    sheet, code, kid = printed
    day = (datetime.now(UTC) + timedelta(days=-3)).date().isoformat()
    said = at_terminal([code, f"{kid}={day}", ""], sheet)
    assert "Keys that somebody else may have had since 20" in said
    assert "Nothing was restored" in said
    said = at_terminal([code, f"{kid}={day}", "none"], sheet)
    assert "Badges revoked since 20" in said
    assert "Restored: 2 keys" in said


def at_terminal(answers, sheet):
    """What `keys restore` shows at a terminal at which a person types these answers, each when it is asked."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-m", "lti_tool", "keys", "restore", str(sheet)])
    said = ""
    waiting = list(answers)
    while True:
        try:
            part = os.read(terminal, 4096).decode()
        except OSError:  # the other end is closed
            break
        if not part:
            break
        said += part
        if waiting and said.endswith(": "):
            os.write(terminal, (waiting.pop(0) + "\n").encode())
    os.waitpid(child, 0)
    os.close(terminal)
    return said


@pytest.fixture
def bell(monkeypatch):
    """A made-up source that is set up with an address, a token and a password of the tool's making."""
    settings = (
        Setting(name="site", read=https_url),
        Setting(name="token", is_secret=True),
        Setting(name="password", is_made=True),
    )
    made_up = SimpleNamespace(NAME="bell", GIVES=frozenset(), RANK=9, SET_UP=settings, receive=None)
    monkeypatch.setitem(SOURCES, "bell", made_up)


def test_a_source_is_set_up_shown_without_its_secrets_and_taken_away(run, number, bell, monkeypatch):
    line = f"bell\tnot set up\tsite=\ttoken (secret)\tpassword (secret)\thttps://badges.example.org/sources/bell/{number}/"
    assert line in run("platforms", "source", "list", number)[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("gaisma\n"))
    code, output, _ = run("platforms", "source", "set", number, "bell", "--set", "site=https://a.example.org")
    password = output.partition("password\t")[2].strip()
    assert (code, len(password) >= 43) == (0, True)
    _, listed, _ = run("platforms", "source", "list", number)
    assert "bell\tset up\tsite=https://a.example.org\ttoken (secret)" in listed
    assert "gaisma" not in listed and password not in listed
    assert run("platforms", "source", "remove", number, "bell")[0] == 0
    assert line in run("platforms", "source", "list", number)[1]
    assert run("platforms", "source", "remove", number, "bell")[0] == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("bell",), "site is missing"),
        (("bell", "--set", "site=ftp://a"), "no address that begins with https://"),
        (("bell", "--set", "site=https://a.example.org", "--set", "x=y"), "it has no setting x"),
        (("launches",), "launches is no source that is set up; these are: "),
        (("whistle",), "whistle is no source that is set up"),
    ],
)
def test_a_source_is_not_set_up_with_what_it_cannot_use(run, number, bell, monkeypatch, words, sentence):
    monkeypatch.setattr("sys.stdin", io.StringIO("gaisma\n"))
    code, _, error = run("platforms", "source", "set", number, *words)
    assert (code, sentence in error) == (2, True)
    assert run("platforms", "source", "set", "99", *words)[0] == 2
