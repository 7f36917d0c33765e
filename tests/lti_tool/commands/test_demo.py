"""The demo: what an operator gives it is used, or refused with a sentence that names it."""

import json
import socket
import sqlite3
from contextlib import closing

import pytest

from lti_tool.catalogue import listing
from lti_tool.commands import main
from lti_tool.commands.demo_offers import offer_courses
from lti_tool.commands.demo_server import CHOSEN, refused_settings
from lti_tool.store.events import TOOL
from lti_tool.store.models import CredentialRow
from signing.multibase import from_base64url
from tests.fixtures import ANNA, FakePlatform, complete, make_rule, publish, rows, run_due_jobs
from tests.running_demo import run_demo


@pytest.fixture
def run(capsys):
    """A function that runs a command and gives its exit code and standard error."""

    def run(*words):
        code = main.main([str(word) for word in words])
        return code, capsys.readouterr().err

    return run


def test_demo_once_uses_the_ports_the_folder_and_the_settings_it_is_given(
    run, tmp_path, monkeypatch, free_port
):
    monkeypatch.setenv("JWT_ALGORITHM", "RS256")
    monkeypatch.setenv("SELECTIVE_DISCLOSURE", "yes")
    monkeypatch.setenv("STATUS_PURPOSE", "suspension")
    out, folder, port = tmp_path / "out", tmp_path / "data", free_port()
    options = ("--folder", folder, "--tool-port", port, "--lms-port", free_port(), "--listen", "0.0.0.0")
    code, error = run("demo", "--once", "--out", out, *options)
    assert (code, error) == (0, "")
    badge = json.loads((out / "badge-01.json").read_text(encoding="utf-8"))
    assert badge["id"].startswith(f"http://tool.localhost:{port}/")
    assert [proof["cryptosuite"] for proof in badge["proof"]] == ["eddsa-rdfc-2022"]
    with closing(sqlite3.connect(folder / "nozimite.sqlite")) as database:
        assert database.execute(
            "SELECT count(*) FROM credential WHERE packed_base_text IS NULL"
        ).fetchone() == (0,)
    assert badge["credentialStatus"]["statusPurpose"] == "suspension"
    token = (out / "badge-01.jwt").read_text(encoding="utf-8")
    assert json.loads(from_base64url(token.partition(".")[0]))["alg"] == "RS256"
    assert (folder / "nozimite.sqlite").exists()


def test_the_demo_offers_its_courses_once_and_leaves_what_somebody_took_out(tmp_path):
    with run_demo(tmp_path, poll_seconds=3600) as demo:
        tool = demo.tool
        offer_courses(tool)
        with tool.store.begin() as session:
            offered = listing.candidates(session, tool.issuer, tool.clock())
            assert [(one.is_shown, list(one.missing), one.row.version) for one in offered] == [
                (True, [], 2)
            ] * 2
            listing.take_out(session, tool.issuer, offered[0].row.template_id, tool.clock(), TOOL)
        offer_courses(tool)
        with tool.store.read() as session:
            again = listing.candidates(session, tool.issuer, tool.clock())
            assert [(one.is_shown, one.row.version) for one in again] == [(False, 2), (True, 2)]


def test_demo_once_starts_from_nothing(run, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lms.json").write_text("{}", encoding="utf-8")
    code, error = run("demo", "--once", "--out", tmp_path / "out", "--folder", tmp_path / "data")
    assert (code, "--folder" in error) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_port_that_is_taken_is_named(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for option in ("--tool-port", "--lms-port"):
            code, error = run("demo", "--once", "--out", tmp_path, option, port)
            assert (code, str(port) in error, option in error) == (2, True, True)
    code, error = run("demo", "--once", "--out", tmp_path, "--listen", "192.0.2.1")
    assert (code, "--listen" in error) == (2, True)


@pytest.mark.parametrize("name", CHOSEN)
def test_a_setting_that_the_demo_chooses_itself_is_refused(run, tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, "something")
    for words in (("demo",), ("demo", "--once", "--out", tmp_path / "out")):
        code, error = run(*words)
        assert (code, name in error) == (2, True)
    assert not (tmp_path / "out").exists()


def test_an_empty_setting_and_one_of_another_program_are_not_refused():
    assert refused_settings({"TOOL_URL": " ", "PATH": "/bin", "JWT_ALGORITHM": "RS256"}) == ()


def test_a_wrong_setting_is_named_by_the_demo_too(run, tmp_path, monkeypatch):
    monkeypatch.setenv("JWT_ALGORITHM", "HS256")
    code, error = run("demo", "--once", "--out", tmp_path / "out")
    assert (code, "JWT_ALGORITHM" in error) == (2, True)


def test_out_is_for_once(run, tmp_path):
    assert "--once" in run("demo", "--out", tmp_path)[1]
    assert "--out" in run("demo", "--once")[1]


def test_a_demo_at_another_port_moves_by_itself_and_its_old_badges_verify(tmp_path):
    with run_demo(tmp_path) as demo:
        old = demo.tool
    # Its worker has stopped: beside it, the worker's look at the made-up platform could overtake the test's.
    complete(old, FakePlatform(), make_rule(old, publish(old)), ANNA)
    run_due_jobs(old)
    [first] = rows(old, CredentialRow)
    old_url = old.issuer.addresses.tool_url
    with run_demo(tmp_path) as demo:
        assert demo.tool_url != old_url and old_url in first.text
        assert demo.tool.issuer.addresses.tool_url == demo.tool_url
        assert demo.tool.verify(first.text.encode()).verdict == "verified"
