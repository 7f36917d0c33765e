"""`python -m lti_tool people erase`, as an operator types it."""

from __future__ import annotations

import io
import json
import stat
import sys
import zipfile

import pytest

from lti_tool.language import LANGUAGES
from lti_tool.people.addresses import save_proof
from lti_tool.store import events
from lti_tool.store.models import Award, CredentialRow, Person, ProvedAddress
from tests.fixtures import ROOT, rows
from tests.lti_tool.commands.test_commands import badge, environment, run

__all__ = ["badge", "environment", "run"]


@pytest.mark.parametrize("who", ["anna@example.org", "ANNA@example.org", "number"])
def test_an_operator_sees_whom_it_is_about_and_erases_them(run, environment, badge, tool, monkeypatch, who):
    (anna,) = [row for row in rows(tool, Person) if row.email == "anna@example.org"]
    person = str(anna.id) if who == "number" else who
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    code, output, error = run("people", "erase", person)
    assert (code, output) == (1, "")
    assert f"{anna.id}\tAnna Bērziņa\tanna@example.org\tregistration 1: 7\tbadges: 1" in error
    assert "Nothing was erased." in error and len(rows(tool, Award)) == 1
    code, output, error = run("people", "erase", person, "--yes")
    assert (code, output) == (0, f"Erased: {anna.id}\n")
    assert "downloaded live on" in error and "JOURNAL_FILE" in error
    assert rows(tool, Award) == []
    assert run("people", "erase", person, "--yes")[0] == 2
    (erased,) = [json.loads(line) for line in run("events", "--json", "--what", "erased")[1].splitlines()]
    assert (erased["about"], erased["actor"].partition(":")[0]) == (f"person:{anna.id}", "operator")


def test_nobody_else_is_erased(run, environment, badge, tool):
    for person in ("nobody@example.org", "99", "9" * 30):
        assert run("people", "erase", person, "--yes")[0] == 2, person
    assert len(rows(tool, Award)) == 1


def test_an_operator_confirms_an_address_of_a_reused_domain(run, environment, badge, tool):
    (anna,) = [row for row in rows(tool, Person) if row.email == "anna@example.org"]
    assert run("people", "confirm", str(anna.id), "Anna@Home.example")[0] == 2
    with tool.store.begin() as session:
        save_proof(session, anna.id, "anna@home.example", tool.clock(), events.person(anna.id))
    assert run("people", "confirm", str(anna.id), "Anna@Home.example")[0] == 0
    assert rows(tool, ProvedAddress)[0].confirmed_until is not None
    (confirmed,) = [
        json.loads(line) for line in run("events", "--json", "--what", "address_confirmed")[1].splitlines()
    ]
    assert confirmed["about"] == f"person:{anna.id}" and "home" not in str(confirmed)


def test_badges_are_revoked_where_the_person_asks_for_it(run, environment, badge, tool):
    (credential,) = rows(tool, CredentialRow)
    assert run("people", "erase", "anna@example.org", "--yes", "--revoke")[0] == 0
    assert tool.verify(credential.text.encode()).verdict == "revoked"


def test_a_badge_that_a_law_keeps_is_a_reason_that_is_told(run, environment, badge, tool, tmp_path):
    file = tmp_path / "issuer.toml"
    privacy = '[privacy]\nawards_years = 40\nawards_kept_by_law = "Act on Education, section 5"\n'
    file.write_text(f"{(ROOT / 'config' / 'issuer.example.toml').read_text()}\n{privacy}")
    environment.setenv("ISSUER_FILE", str(file))
    for more in ((), ("--revoke",)):
        code, _, error = run("people", "erase", "anna@example.org", "--yes", *more)
        assert code == 2 and "Act on Education, section 5" in error
    assert [row.status for row in rows(tool, Award)] == ["issued"]


def test_an_operator_exports_a_person_and_that_is_recorded(run, environment, badge, tool, tmp_path):
    out = tmp_path / "anna.zip"
    assert run("people", "export", "anna@example.org", "--out", str(out))[0] == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "data.json" in zipfile.ZipFile(out).namelist()
    (told,) = [json.loads(line) for line in run("events", "--json", "--what", "exported")[1].splitlines()]
    assert told["why"] == "person" and told["about"].startswith("person:")
    assert run("people", "export", "nobody@example.org", "--out", str(out))[0] == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_privacy_report_is_a_sheet_with_what_holds_and_how_much_there_is(
    run, environment, badge, tool, language
):
    environment.setenv("KEEP_MEMBERS_DAYS", "77")
    code, output, _ = run("privacy", "report", "--language", language)
    assert code == 0 and output.startswith("# ")
    assert "77" in output and "credential (1)" in output
    assert "Anna" not in output and "{" not in output
    assert "6(1), point e" in output or "e apakšpunkts" in output
