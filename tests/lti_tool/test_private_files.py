"""Files with secrets or people are made for their owner alone, and looser ones are named at the start."""

import io
import json
import os
import stat
import subprocess
import sys

import pytest

from config.settings import ENVIRONMENT_FILE, private_paths
from lti_tool import private_files
from lti_tool.commands import demo_server
from lti_tool.commands.main import main
from lti_tool.deliveries import mail_folder
from lti_tool.store.database import Store
from lti_tool.values import BadgeNotice, Recipient
from tests.deliveries import RIGA_COLLEGE
from tests.fixtures import ROOT, SECRETS, settings_for


@pytest.fixture(autouse=True)
def loose_umask():
    """The worst that an account can have: what is made for all is for all."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return f"{stat.S_IMODE(path.stat().st_mode):04o}"


def test_a_database_of_sqlite_is_its_owners_alone(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'var' / 'nozimite.sqlite'}")
    with store.begin() as session:
        session.connection().exec_driver_sql("CREATE TABLE people (name TEXT)")
        files = sorted((tmp_path / "var").iterdir())
        assert len(files) == 3
        assert {mode(file) for file in files} == {"0600"}
    store.close()
    assert mode(tmp_path / "var") == "0700"


def test_a_database_that_is_there_stays_as_it_is(tmp_path):
    file = tmp_path / "nozimite.sqlite"
    file.touch(mode=0o640)
    Store(f"sqlite:///{file}").close()
    assert mode(file) == "0640"


def test_the_mails_of_the_folder_are_their_owners_alone(tmp_path):
    notice = BadgeNotice(
        kind="revoked",
        badge="Data literacy",
        issuer=RIGA_COLLEGE,
        page_url="https://badges.example.org/badges/1",
        picture_url="",
    )
    recipient = Recipient(name="Anna Bērziņa", email="anna@example.org", language="en")
    options = mail_folder.Options(folder=tmp_path / "mail", sender="badges@example.org")
    mail_folder.tell(notice, recipient, options, "1@badges.example.org")
    assert mode(tmp_path / "mail") == "0700"
    assert [mode(file) for file in (tmp_path / "mail").iterdir()] == ["0600"]


def test_what_a_command_writes_is_its_owners_alone(sqlite_url, tmp_path, monkeypatch):
    for name, value in {
        "TOOL_URL": "https://badges.example.org",
        "DATABASE_URL": sqlite_url,
        **SECRETS,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
    }.items():
        monkeypatch.setenv(name, value)
    sheet = tmp_path / "sheet.txt"
    for _ in range(2):
        sheet.touch()
        sheet.chmod(0o666)
        assert main(["keys", "recovery-sheet", "--out", str(sheet)]) == 0
        assert mode(sheet) == "0600"


def test_the_secrets_of_the_demo_are_their_owners_alone(tmp_path):
    sockets = demo_server.open_sockets(0, 0)
    demo_server._settings(tmp_path / "demo", sockets, None, {})
    for each in sockets:
        each.close()
    assert mode(tmp_path / "demo") == "0700"
    assert mode(tmp_path / "demo" / "secrets.json") == "0600"


def test_a_pipe_keeps_its_mode(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o644)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    private_files.write(pipe, b"the sheet")
    assert os.read(reader, 100) == b"the sheet"
    os.close(reader)
    assert mode(pipe) == "0644"


def test_every_file_that_holds_secrets_or_people_is_watched(tmp_path):
    settings = settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}?timeout=5", tmp_path)
    environment = {
        "SECRET_KEY_FILE": str(tmp_path / "secret"),
        "KEY_ENCRYPTION_KEY_FILE": "/run/secrets/key_encryption_key",
        "PKCS11_PIN_FILE": str(tmp_path / "pin"),
    }
    assert private_paths(settings, environment) == [
        ENVIRONMENT_FILE,
        tmp_path / "secret",
        tmp_path / "pin",
        tmp_path / "nozimite.sqlite",
        tmp_path / "mail",
        tmp_path / "journal.jsonl",
    ]
    assert ENVIRONMENT_FILE == ROOT / "config" / "nozimite.env"
    in_postgres = settings_for("postgresql://zane@localhost/nozimite", tmp_path)
    assert private_paths(in_postgres, {}) == [
        ENVIRONMENT_FILE,
        tmp_path / "mail",
        tmp_path / "journal.jsonl",
    ]


@pytest.mark.parametrize(("given", "is_open"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_file_is_open_to_others_by_its_mode(given, is_open, tmp_path):
    file = tmp_path / "secret"
    file.touch()
    file.chmod(given)
    assert bool(private_files.open_to_others([file, tmp_path / "missing"])) == is_open


def test_a_start_with_looser_modes_warns_of_each(sqlite_url, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRETS["SECRET_KEY"], encoding="utf-8")
    secret.chmod(0o644)
    (tmp_path / "mail").mkdir(mode=0o755)
    environment = os.environ | {
        "TOOL_URL": "https://badges.example.org",
        "DATABASE_URL": sqlite_url,
        "SECRET_KEY_FILE": str(secret),
        "KEY_ENCRYPTION_KEY": SECRETS["KEY_ENCRYPTION_KEY"],
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(tmp_path / "mail"),
        "JOURNAL_FILE": str(tmp_path / "journal.jsonl"),
    }
    done = subprocess.run(
        [sys.executable, "-c", "import lti_tool.wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in io.StringIO(done.stderr) if "file_open_to_others" in line]
    found = {line["file"]: (line["level"], line["mode"], line["chmod"]) for line in lines}
    # The environment file of whoever runs the tests is none of theirs.
    found.pop(str(ENVIRONMENT_FILE), None)
    assert found == {
        str(secret): ("warning", "0644", "0600"),
        str(tmp_path / "mail"): ("warning", "0755", "0700"),
    }
