"""The examination always ends, changes nothing, tells no secret, and says in a number how bad it is."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import MetaData, select

from lti_tool.commands.doctor import EXIT_CODES, status
from lti_tool.doctor import CHECKS, examine
from lti_tool.doctor.findings import BROKEN, WARNING, Diagnosis, Finding, finding
from lti_tool.doctor.installation import Installation, World, found_installation
from tests.fixtures import ROOT
from tests.lti_tool.doctor.conftest import Examined


def nothing() -> Installation:
    return found_installation({}, World())


class Check:
    """Beside one that is there: its words are those of the issuer's check."""

    NAME = "made_up"
    FINDINGS: ClassVar = {"issuer_not_confirmed": BROKEN}
    __file__ = CHECKS["issuer"].__file__  # type: ignore[attr-defined]


class Hangs(Check):
    def check(self, installation: Installation) -> Iterator[Finding]:
        yield finding("issuer_not_confirmed", slug="riga-college")
        threading.Event().wait(60)


class Fails(Check):
    def check(self, installation: Installation) -> Iterator[Finding]:
        yield finding("issuer_not_confirmed", slug="riga-college")
        raise ValueError("redis://:a-password@localhost")


def test_a_check_that_hangs_holds_nothing_up_and_is_named() -> None:
    found = examine(nothing(), {"made_up": Hangs()}, seconds=0.2)
    assert [(each.code, each.severity) for each in found] == [
        ("issuer_not_confirmed", "broken"),
        ("check_not_ended", "warning"),
    ]
    assert "made_up" in found[1].what


def test_a_check_that_fails_is_a_finding_without_the_text_of_its_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = examine(nothing(), {"made_up": Fails(), "settings": CHECKS["settings"]})
    assert [each.code for each in found if each.check == "made_up"] == [
        "issuer_not_confirmed",
        "check_failed",
    ]
    assert "setting_refused" in {each.code for each in found}
    output = capsys.readouterr()
    assert "a-password" not in str(found) + output.out + output.err


def test_a_database_that_never_answers_holds_nothing_up(examined: Examined) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        environment = examined.environment | {
            "DATABASE_URL": f"postgresql+psycopg://nozimite:a-password@{address}/nozimite"
        }
        installation = found_installation(environment, examined.world, opening_seconds=0.5)
        found = examine(installation)
    assert [each.code for each in found] == ["database_unreachable"]
    assert "a-password" not in str(found)


def test_what_is_broken_comes_first(examined: Examined) -> None:
    examined.environment.pop("TRUSTED_PROXIES")
    examined.environment["SMTP_URL"] = "smtp://127.0.0.1:9"
    assert [each.severity for each in examined.diagnoses()] == ["broken", "warning"]


def test_it_speaks_latvian(examined: Examined) -> None:
    examined.environment.pop("SMTP_URL")
    (found,) = examined.diagnoses(language="lv")
    assert found.what == (
        f"SMTP_URL ir tukšs: vēstules raksta mapē {examined.environment['MAIL_FOLDER']}, un neviens tās nesaņem."
    )


def test_it_changes_nothing(examined: Examined) -> None:
    def everything() -> tuple[dict[str, object], object]:
        tables = MetaData()
        tables.reflect(examined.tool.store.engine)
        with examined.tool.store.read() as session:
            rows = {name: session.execute(select(table)).all() for name, table in tables.tables.items()}
        files = {path: path.stat().st_mtime_ns for path in examined.folder.rglob("*")}
        return rows, files

    rows, files = everything()
    assert examined.diagnoses() == []
    rows_after, files_after = everything()
    # A status list that is fetched is signed anew by the web process once it is old, whoever fetches it.
    assert {name for name in rows if rows_after[name] != rows[name]} <= {"status_list"}
    assert files_after == files


def test_it_makes_no_database(tmp_path: Path, examined: Examined) -> None:
    file = tmp_path / "none" / "nozimite.sqlite"
    examined.environment["DATABASE_URL"] = f"sqlite:///{file}"
    assert examined.codes() == {"database_missing"}
    assert not file.parent.exists()


def test_it_asks_the_platform_for_each_scope(examined: Examined) -> None:
    assert examined.codes() == set()
    asked = {scope.rpartition("/")[2] for scope in examined.site.platform.asked}
    assert asked == {"contextmembership.readonly", "lineitem.readonly", "result.readonly", "score"}


def diagnosis(severity: str) -> Diagnosis:
    return Diagnosis(check="mail", code="x", severity=severity, what="", mend="")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("severities", "code"), [([], 0), ([WARNING], 1), ([WARNING, BROKEN], 2), ([BROKEN], 2)]
)
def test_the_exit_code_says_how_bad_it_is(severities: list[str], code: int) -> None:
    assert EXIT_CODES[status([diagnosis(severity) for severity in severities])] == code


def test_the_command_prints_it_for_people_and_for_programs(examined: Examined) -> None:
    """Of the world outside of these tests only what is broken anyway is asked here."""
    environment = {**os.environ, **examined.environment, "SECRET_KEY": "short"}
    command = [sys.executable, "-m", "lti_tool", "doctor"]
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100)
    assert told.returncode == 2
    assert "BROKEN   setting_refused" in told.stdout
    assert "  -> Correct SECRET_KEY in config/nozimite.env" in told.stdout
    printed = subprocess.run(
        [*command, "--json"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100
    )
    assert printed.returncode == 2
    report = json.loads(printed.stdout)
    assert report["status"] == "broken"
    assert report["findings"][0].keys() == {"check", "code", "severity", "what", "mend"}
