"""Every case of ../shared/cases gets its verdict, in the library and on the command line.

The cases were made after the shape of real files that were called forged, with their controls.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from badges.verify import Report, verify
from lti_tool.commands import main
from signing import did
from signing.keys import VerificationMethod
from tests.badges.verify.reports import demand_sentences

CASES = Path(__file__).parents[4] / "shared/cases"
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`pages` is what the network would serve: address -> text. `expected` is a verdict, or "not verified"."""

    name: str
    expected: str
    why: str
    pages: dict[str, str]

    @property
    def file(self) -> Path:
        return CASES / self.name


def cases() -> list[Case]:
    if not CASES.is_dir():
        return []
    return [
        Case(
            name=entry["file"],
            expected=entry["expected"],
            why=entry["why"],
            pages=json.loads((CASES / entry["pages"]).read_text("utf-8")) if entry["pages"] else {},
        )
        for entry in json.loads((CASES / "cases.json").read_text("utf-8"))
    ]


each_case = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)


@pytest.fixture(autouse=True)
def _skip_without_cases(shared: Path) -> None:
    """`shared` says why where the folder is absent."""


def is_right(verdict: str, expected: str) -> bool:
    return verdict != "verified" if expected == "not verified" else verdict == expected


@pytest.fixture
def verify_case() -> Callable[[Case], Report]:
    def report(case: Case) -> Report:
        def served(url: str) -> bytes:
            if url not in case.pages:
                raise TimeoutError(url)
            return case.pages[url].encode()

        def find_key(method: str, issuer: str) -> VerificationMethod:
            return did.find_key(method, issuer, served)

        found = verify(case.file.read_bytes(), find_key, served, NOW, fetch=served)
        demand_sentences(found)
        return found

    return report


@each_case
def test_each_case_gets_its_verdict(verify_case: Callable[[Case], Report], case: Case) -> None:
    report = verify_case(case)
    assert is_right(report.verdict, case.expected), (case.why, report.verdict, report.checks)


@each_case
def test_each_case_gets_its_verdict_on_the_command_line(
    case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pages.json").write_text(json.dumps(case.pages), encoding="utf-8")
    code = main.main(["verify", str(case.file), "--json", "--documents", str(tmp_path)])
    verdict = json.loads(capsys.readouterr().out)["verdict"]
    assert is_right(verdict, case.expected), (case.why, verdict)
    assert (code == 0) == (verdict == "verified")


#: Case -> the verdict that its words must come to, where more than "not verified" matters, and what its proof is.
WORDS = {
    "jwt/02_no_kid_no_jwk.jwt": ("unverifiable", "unknown", "no_key_named"),
    "jwt/16_foreign_iss.jwt": ("wrong_issuer", "failed", "wrong_iss"),
    "jwt/91_none.jwt": ("unsigned", "unknown", "no_proof"),
}


@pytest.mark.parametrize("name", WORDS)
def test_nobody_is_accused_of_a_change_that_is_not_proven(
    verify_case: Callable[[Case], Report], name: str
) -> None:
    (case,) = (case for case in cases() if case.name == name)
    report = verify_case(case)
    (proof,) = (check for check in report.checks if check.name == "proof")
    assert (report.verdict, proof.outcome, proof.code) == WORDS[name]


def test_a_slip_of_form_is_a_remark(verify_case: Callable[[Case], Report]) -> None:
    for name in ("01-credly-ob3-null-alignment/input.json", "04-issuer-image-as-address/input.json"):
        (case,) = (case for case in cases() if case.name == name)
        report = verify_case(case)
        remarks = {check.name: check.code for check in report.checks if check.outcome == "warning"}
        assert remarks == {"schema": "wrong_form", "inline_schemas": "breaks_schema"}
        # The validator of the standard's owner holds the same badge for badly formed.
        assert report.one_ed_tech == "error"
