"""`python -m lti_tool backup` and `restore`, as an operator types them on the old machine and on a bare one."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from config.settings import ENVIRONMENT_FILE, read_settings
from lti_tool.privacy.journal import write_journal
from lti_tool.store.models import Award
from lti_tool.wiring import build_tool
from tests.fixtures import SECRETS, rows, settings_for
from tests.lti_tool.commands.test_commands import badge, environment, run

__all__ = ["badge", "environment", "run"]


@pytest.fixture
def backup(environment, run, badge, tmp_path):
    environment.setenv("SMTP_URL", "smtp://badges:a-password-of-the-tests@mail.example.org")
    environment.setenv("POLL_SECONDS", "77")
    vocabularies = tmp_path / "vocabularies"
    vocabularies.mkdir()
    (vocabularies / "orientations.json").write_text("{}")
    environment.setenv("VOCABULARIES_FOLDER", str(vocabularies))
    file = tmp_path / "backup.zip"
    code, output, error = run("backup", str(file))
    assert (code, error) == (0, "")
    assert output.startswith(f"{file}: ") and "rows of" in output
    environment.delenv("SMTP_URL")
    shutil.rmtree(vocabularies)
    return file


def test_a_bare_machine_gets_the_settings_first_and_then_everything(
    backup, environment, run, tool, clock, tmp_path, badge
):
    folder, database = tmp_path / "bare", f"sqlite:///{tmp_path / 'new' / 'nozimite.sqlite'}"
    for name in ("TOOL_URL", "ISSUER_FILE", "KEY_ENCRYPTION_KEY", "POLL_SECONDS"):
        environment.delenv(name)
    assert run("restore", str(backup), "--settings", str(folder))[0] == 0
    written = (folder / "nozimite.env").read_text()
    assert "TOOL_URL=https://badges.example.org\n" in written and "POLL_SECONDS=77\n" in written
    assert "a-password-of-the-tests" not in written and not any(each in written for each in SECRETS.values())
    assert (folder / "vocabularies" / "orientations.json").read_text() == "{}"
    assert (folder / "nozimite.env").stat().st_mode & 0o777 == 0o600
    environment.setenv("ISSUER_FILE", str(folder / "issuer.toml"))
    environment.setenv("TOOL_URL", "https://badges.example.org")
    environment.setenv("DATABASE_URL", database)
    environment.setenv("KEY_ENCRYPTION_KEY", SECRETS["KEY_ENCRYPTION_KEY"])
    code, output, error = run("restore", str(backup))
    assert (code, output[:10]) == (0, "Restored: ") and "the tool can be started" in error
    again = build_tool(settings_for(database, tmp_path), clock)
    assert again.verify((badge / "badge.png").read_bytes()).verdict == "verified"
    assert len(rows(again, Award)) == 1
    again.store.close()
    (event,) = [json.loads(line) for line in run("events", "--json", "--what", "restored")[1].splitlines()]
    assert event["actor"].startswith("operator:") and "made_at" in event["data"]


def test_who_was_erased_after_the_backup_is_erased_once_more(backup, environment, run, tmp_path):
    """And without the journal nothing starts."""
    assert run("people", "erase", "anna@example.org", "--yes")[0] == 0
    assert run("journal", "check")[0] == 0
    journal = tmp_path / "journal.jsonl"
    kept = tmp_path / "kept-apart.jsonl"
    tool = build_tool(read_settings(os.environ))
    assert write_journal(tool) == 1
    tool.store.close()
    journal.rename(kept)
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'nozimite.sqlite'}")
    code, _, error = run("restore", str(backup))
    assert code == 1 and "JOURNAL_FILE is not there" in error
    assert run("issuer", "show")[0] == 2
    kept.rename(journal)
    code, output, error = run("journal", "apply")
    assert (code, output) == (0, "Done once more: 1\n") and error.startswith("Look again at what else")
    assert run("people", "erase", "anna@example.org", "--yes")[0] == 2
    assert run("issuer", "show")[0] == 0


def test_a_moved_tool_is_told_to_move_its_issuers(backup, environment, run, tmp_path):
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'nozimite.sqlite'}")
    environment.setenv("TOOL_URL", "https://moved.example.org")
    code, _, error = run("restore", str(backup))
    assert code == 0 and "issuer move" in error
    assert run("issuer", "move")[0] == 0
    assert run("issuer", "show")[0] == 0


def test_what_cannot_be_done_is_said_in_one_sentence(backup, run, tmp_path):
    for words in (
        ("backup", str(backup)),
        ("restore", str(backup)),
        ("restore", str(tmp_path / "nothing.zip")),
        ("restore", str(ENVIRONMENT_FILE.parent / "example.env")),
        ("restore", str(backup), "--settings", str(tmp_path)),
    ):
        code, output, error = run(*words)
        assert (code, output, len(error.splitlines())) == (2, "", 1), words
