"""OWASP ASVS 5.0, levels 1 and 2: asvs.toml has each requirement once, and what it points to is there."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from typing import Any

import pytest

from tests.fixtures import ROOT

#: How many requirements of levels 1 and 2 each section of 5.0.0 has; a section numbers those of all levels together.
REQUIREMENTS = {
    1: """
    1.2: 1 2 3 4 5; 1.3: 1 2; 1.5: 1; 2.1: 1; 2.2: 1 2; 2.3: 1; 3.2: 1 2; 3.3: 1; 3.4: 1 2; 3.5: 1 2 3;
    4.1: 1; 4.4: 1; 5.2: 1 2; 5.3: 1 2; 6.1: 1; 6.2: 1 2 3 4 5 6 7 8; 6.3: 1 2; 6.4: 1 2; 7.2: 1 2 3 4;
    7.4: 1 2; 8.1: 1; 8.2: 1 2; 8.3: 1; 9.1: 1 2 3; 9.2: 1; 10.4: 1 2 3 4 5; 11.3: 1 2; 11.4: 1; 12.1: 1;
    12.2: 1 2; 13.4: 1; 14.2: 1; 14.3: 1; 15.1: 1; 15.2: 1; 15.3: 1
    """,
    2: """
    1.1: 1 2; 1.2: 6 7 8 9; 1.3: 3 4 5 6 7 8 9 10 11; 1.4: 1 2 3; 1.5: 2; 2.1: 2 3; 2.2: 3; 2.3: 2 3 4;
    2.4: 1; 3.3: 2 3 4; 3.4: 3 4 5 6; 3.5: 4 5; 3.7: 1 2; 4.1: 2 3; 4.2: 1; 4.3: 1 2; 4.4: 2 3 4; 5.1: 1;
    5.2: 3; 5.4: 1 2 3; 6.1: 2 3; 6.2: 9 10 11 12; 6.3: 3 4; 6.4: 3 4; 6.5: 1 2 3 4 5; 6.6: 1 2 3;
    6.8: 1 2 3 4; 7.1: 1 2 3; 7.3: 1 2; 7.4: 3 4 5; 7.5: 1 2; 7.6: 1 2; 8.1: 2; 8.2: 3; 8.4: 1; 9.2: 2 3 4;
    10.1: 1 2; 10.2: 1 2; 10.3: 1 2 3 4; 10.4: 6 7 8 9 10 11; 10.5: 1 2 3 4 5; 10.6: 1 2; 10.7: 1 2 3;
    11.1: 1 2; 11.2: 1 2 3; 11.3: 3; 11.4: 2 3 4; 11.5: 1; 11.6: 1; 12.1: 2 3; 12.3: 1 2 3 4; 13.1: 1;
    13.2: 1 2 3 4 5; 13.3: 1 2; 13.4: 2 3 4 5; 14.1: 1 2; 14.2: 2 3 4; 14.3: 2 3; 15.1: 2 3; 15.2: 2 3;
    15.3: 2 3 4 5 6 7; 16.1: 1; 16.2: 1 2 3 4 5; 16.3: 1 2 3 4; 16.4: 1 2 3; 16.5: 1 2 3; 17.1: 1;
    17.2: 1 2 3 4; 17.3: 1 2
    """,
}
#: What is not met. Whoever mends one takes it out here; whoever adds one says so in a review.
OPEN: list[str] = []
#: What is not met in full, by a decision that a stranger would accept. Only the maintainers change these.
REASONED = """
    3.3.4 3.4.1 6.3.3 6.5.5 6.8.4 7.2.4 7.5.1 7.5.2 11.2.3 11.5.1 12.3.1 12.3.3 12.3.4 13.2.1 13.2.2 13.2.4 13.3.1
    14.2.1 14.3.1 15.2.3 16.4.2 16.4.3
""".split()

ENTRIES: dict[str, dict[str, Any]] = tomllib.loads(
    (ROOT / "tests" / "attacks" / "asvs.toml").read_text(encoding="utf-8")
)


def requirements() -> dict[str, int]:
    """The level of each requirement of the standard, by its id."""
    return {
        f"{section.strip()}.{number}": level
        for level, sections in REQUIREMENTS.items()
        for section, _, numbers in (each.partition(":") for each in sections.split(";"))
        for number in numbers.split()
    }


@cache
def names_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_each_requirement_is_there_once() -> None:
    assert {name: entry["level"] for name, entry in ENTRIES.items()} == requirements()
    assert len(ENTRIES) == 70 + 183


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_one_thing(name: str) -> None:
    entry = ENTRIES[name]
    kinds = entry.keys() - {"level", "about"}
    # A decision says what holds all the same, by a test or a document.
    held = kinds & {"tests", "documents"}
    assert kinds == held | {"reason"} if "reason" in kinds else kinds in (held, {"not_here"}, {"open"})
    assert held or kinds <= {"not_here", "open"}
    assert len(entry["about"]) > 3
    for kind in kinds & {"not_here", "open", "reason"}:
        assert re.fullmatch(r"[A-Z].{10,}\.", entry[kind]), "a reason is a sentence"


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if "reason" in entry])
def test_a_decision_says_who_bears_what(name: str) -> None:
    reason = ENTRIES[name]["reason"]
    assert len(reason) > 80 or "12.3.1" in reason
    assert not re.search(r"\b(yet|later|todo|planned|not done)\b", reason, re.IGNORECASE), "that is open"


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if "tests" in entry])
def test_what_holds_it_is_a_test(name: str) -> None:
    named = ENTRIES[name]["tests"]
    assert named and len(set(named)) == len(named)
    for each in named:
        file, _, test = each.partition("::")
        assert test.startswith("test_") and test in names_in(file), each


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if "documents" in entry])
def test_what_is_written_down_is_there(name: str) -> None:
    for each in ENTRIES[name]["documents"]:
        file, _, words = each.partition(": ")
        assert words and words in (ROOT / file).read_text(encoding="utf-8"), each


def test_what_is_open_is_known() -> None:
    assert [name for name, entry in ENTRIES.items() if "open" in entry] == OPEN
    assert [name for name, entry in ENTRIES.items() if "reason" in entry] == REASONED
