"""What `doctor` can find: each code once, in the README, planted by a test, with a mend that can be done."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import click
import pytest

from lti_tool import doctor, plugs
from lti_tool.commands.main import command_line
from lti_tool.doctor import CHECKS
from tests.house.doctor_table import in_readme, table

ROOT = Path(__file__).parents[2]
CODES = [code for each in (doctor, *CHECKS.values()) for code in each.FINDINGS]


def mends() -> list[tuple[str, str]]:
    return [
        (f"{language} {code}", sentence)
        for check in (doctor, *CHECKS.values())
        for language in plugs.LANGUAGES
        for code, sentence in plugs.words(check, language)["mend"].items()
    ]


def test_a_code_is_that_of_one_finding() -> None:
    assert [code for code, number in Counter(CODES).items() if number > 1] == []


def test_the_readme_has_each_with_its_mend() -> None:
    assert in_readme(ROOT) == table(), "run `make doctor-table`"


def test_each_is_planted_by_a_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests/lti_tool/doctor").glob("test_*.py"))
    assert [code for code in CODES if f'"{code}"' not in tests] == []


@pytest.mark.parametrize(("name", "mend"), mends(), ids=lambda value: value.partition(".")[0][:40])
def test_a_command_that_a_mend_names_exists(name: str, mend: str) -> None:
    for words in re.findall(r"python -m lti_tool((?: [a-z][a-z-]*)+)", mend):
        command: click.Command = command_line
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            assert word in command.commands, f"{name}: {words}"
            command = command.commands[word]
        assert not isinstance(command, click.Group), f"{name}: {words} is only a group"


@pytest.mark.parametrize(("name", "mend"), mends(), ids=lambda value: value.partition(".")[0][:40])
def test_a_setting_that_a_mend_names_exists(name: str, mend: str) -> None:
    example = (ROOT / "config" / "example.env").read_text("utf-8") + "WEB_CONCURRENCY="
    for setting in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", mend):
        assert f"{setting}=" in example or f"{setting}_FILE=" in example, f"{name}: {setting}"
