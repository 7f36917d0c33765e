"""What a long run did: a table at its end, tests/long-results.json, and results.json in tests/faults and tests/load.

`make test-long` loads this with `-p tests.figures`. The files are meant to be committed before an issue is closed. The
first is written only where the whole suite was asked for: a part of it would say too little. The second says what
became of awards in each fault that was caused; `make test-long ARGS=tests/faults` writes it too. The third says what
launches cost, and is written by `make test-long ARGS=tests/load` alone: beside other tests it would be about those.
"""

from __future__ import annotations

import json
import os
import platform
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.amounts import ASKED

RESULTS = "tests/long-results.json"
FAULTS = "tests/faults"
FAULT_RESULTS = "tests/faults/results.json"
LOAD = "tests/load"
LOAD_RESULTS = "tests/load/results.json"


class Figures:
    """Counts tests and seconds in the process that reports; the amounts come from those that ran the tests."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.outcomes: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.amounts = dict(ASKED)
        self.faults: dict[str, Any] = {}
        self.load: dict[str, Any] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        room = "/".join(report.nodeid.split("/")[:2])
        self.seconds[room] += report.duration
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.outcome] += 1
            self.tests[room] += 1
        if report.when == "call" and room == FAULTS:
            told = dict(report.user_properties)
            seed = {"seed": told["seed"]} if "seed" in told else {}
            self.faults |= {fault: seed | figures for fault, figures in told.get("fault", {}).items()}
        if report.when == "call" and room == LOAD:
            self.load |= dict(report.user_properties).get("load", {})

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome != "passed":
            self.outcomes[report.outcome] += 1

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.amounts |= getattr(node, "workeroutput", {}).get("amounts", {})

    def run(self) -> dict[str, Any]:
        """When the run was, on what, and how long it took."""
        return {
            "date": datetime.now(UTC).date().isoformat(),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "seconds": round(time.monotonic() - self.began),
        }

    def as_json(self) -> dict[str, Any]:
        return {
            **self.run(),
            "outcomes": dict(sorted(self.outcomes.items())),
            "amounts": dict(sorted((self.amounts | ASKED).items())),
            **({"load": self.load} if self.load else {}),
            "rooms": {
                room: {"tests": self.tests[room], "seconds": round(self.seconds[room])}
                for room in sorted(self.seconds)
            },
        }

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        figures = self.as_json()
        terminalreporter.section("figures of the long run")
        for name, number in figures["amounts"].items():
            terminalreporter.line(f"{number:>9,}  {name}")
        for room, row in figures["rooms"].items():
            terminalreporter.line(f"{row['tests']:>9,}  tests in {row['seconds']:,} s in {room}")
        if is_whole(config):
            write(terminalreporter, config.rootpath / RESULTS, figures)
        if self.load and is_alone(config, LOAD):
            write(terminalreporter, config.rootpath / LOAD_RESULTS, {**self.run(), **self.load})
        if self.faults and (is_whole(config) or is_alone(config, FAULTS)):
            faults = {**self.run(), "faults": dict(sorted(self.faults.items()))}
            write(terminalreporter, config.rootpath / FAULT_RESULTS, faults)


def write(terminalreporter: Any, file: Path, figures: dict[str, Any]) -> None:
    file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    terminalreporter.line(f"written to {file}, to be committed")


def is_whole(config: pytest.Config) -> bool:
    """Whether the whole suite was asked for."""
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not is_filtered(config)


def is_alone(config: pytest.Config, room: str) -> bool:
    """Whether all tests of that room were asked for, and no others."""
    return config.args == [room] and not is_filtered(config)


def is_filtered(config: pytest.Config) -> bool:
    """Whether some tests were left out."""
    option = config.option
    return bool(option.keyword or option.markexpr or option.deselect or option.maxfail)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Figures())


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist sends the amounts of the tests it has collected."""
    if hasattr(session.config, "workerinput"):
        session.config.workeroutput["amounts"] = ASKED
