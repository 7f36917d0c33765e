"""The short and the long run are of the same tests, which try less or more; the long run tells how much it tried."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.amounts import ASKED, amount

ROOT = Path(__file__).parents[2]
SUITE = """
from tests.amounts import amount

TRIED = amount("attempts", small=3, full=30)

def test_one():
    print(f"tried {TRIED}")

def test_two():
    pass
"""


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "test_suite.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n", encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name != "NOZIMITE_LONG"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist.plugin", "-p", "no:cacheprovider", "-rP", *arguments],
        cwd=folder,
        env=inherited | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_word_a_test_tries_the_small_amount(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert "tried 3\n" in done.stdout, done.stdout + done.stderr
    assert "2 passed" in done.stdout


@pytest.mark.parametrize("workers", [(), ("--numprocesses", "2")], ids=["alone", "on two processors"])
def test_the_long_run_tries_the_full_amount_and_writes_down_what_it_did(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    done = run(tmp_path, "-p", "tests.figures", *workers, NOZIMITE_LONG="1", NOZIMITE_FUZZ="9")
    assert "tried 30\n" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "tests" / "long-results.json").read_text(encoding="utf-8"))
    assert figures["outcomes"] == {"passed": 2}
    assert figures["amounts"]["attempts"] == 30
    assert figures["amounts"]["examples for each fuzzed target"] == 9
    assert sum(room["tests"] for room in figures["rooms"].values()) == 2
    assert f"{30:>9}  attempts" in done.stdout


def test_a_part_of_the_suite_is_not_written_down(tmp_path: Path) -> None:
    done = run(tmp_path, "-p", "tests.figures", "-k", "one", NOZIMITE_LONG="1")
    assert "1 passed" in done.stdout
    assert not (tmp_path / "tests" / "long-results.json").exists()


FAULTS = """
def test_a_fault(record_property):
    record_property("seed", 7)
    record_property("fault", {"a broker that is away": {"awards": 2}})
"""


@pytest.mark.parametrize("workers", [(), ("--numprocesses", "2")], ids=["alone", "on two processors"])
@pytest.mark.parametrize("part", [(), ("tests/faults",)], ids=["all tests", "those of faults"])
def test_the_long_run_writes_down_what_became_of_awards_in_each_fault(
    tmp_path: Path, workers: tuple[str, ...], part: tuple[str, ...]
) -> None:
    (tmp_path / "tests" / "faults").mkdir(parents=True)
    (tmp_path / "tests" / "faults" / "test_broker.py").write_text(FAULTS, encoding="utf-8")
    done = run(tmp_path, "-p", "tests.figures", *workers, *part, NOZIMITE_LONG="1")
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "tests" / "faults" / "results.json").read_text(encoding="utf-8"))
    assert figures["faults"] == {"a broker that is away": {"seed": 7, "awards": 2}}


LOAD = """
def test_launches(record_property):
    record_property("load", {"launches": {"launches a second": 90}})
"""


def test_what_launches_cost_is_written_down_where_nothing_else_ran(tmp_path: Path) -> None:
    (tmp_path / "tests" / "load").mkdir(parents=True)
    (tmp_path / "tests" / "load" / "test_launches.py").write_text(LOAD, encoding="utf-8")
    results = tmp_path / "tests" / "load" / "results.json"
    whole = run(tmp_path, "-p", "tests.figures", NOZIMITE_LONG="1")
    assert whole.returncode == 0 and not results.exists(), whole.stdout + whole.stderr
    figures = json.loads((tmp_path / "tests" / "long-results.json").read_text(encoding="utf-8"))
    assert figures["load"] == {"launches": {"launches a second": 90}}
    run(tmp_path, "-p", "tests.figures", "tests/load", NOZIMITE_LONG="1")
    assert json.loads(results.read_text(encoding="utf-8"))["launches"] == {"launches a second": 90}


def test_two_amounts_have_two_descriptions() -> None:
    for _ in range(2):  # a file may be read twice
        assert amount("a thing of this test", small=1, full=1) == 1
    with pytest.raises(ValueError, match="a thing of this test"):
        amount("a thing of this test", small=2, full=2)
    del ASKED["a thing of this test"]
