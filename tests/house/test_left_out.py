"""A test that is left out is named with its reason; where nothing may be left out, it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NO_RECORDINGS

ROOT = Path(__file__).parents[2]
SKIPPING = """
import pytest

def test_without_a_browser():
    pytest.skip("Debian's chromium is not installed")

def test_without_recordings():
    from conftest import NO_RECORDINGS
    pytest.skip(NO_RECORDINGS)

@pytest.mark.parametrize("number", range(5))
def test_without_vectors(number):
    from conftest import NO_RECORDINGS
    pytest.skip(NO_RECORDINGS)

@pytest.mark.skip(reason="not today")
def test_with_a_mark():
    pass
"""


@pytest.fixture(params=[(), ("--numprocesses", "2")], ids=["alone", "on two processors"])
def workers(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return tuple(request.param)


def run(folder: Path, workers: tuple[str, ...], **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_skipping.py").write_text(SKIPPING, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name != "NOZIMITE_NO_SKIPS"}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "xdist.plugin",
            "-p",
            "conftest",
            "-p",
            "no:cacheprovider",
            "-rs",
            *workers,
        ],
        cwd=folder,
        env=inherited
        | {
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)]),
        }
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_test_left_out_is_named_with_its_reason(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, workers)
    assert done.returncode == 0
    assert "Debian's chromium is not installed" in done.stdout
    assert "8 skipped" in done.stdout


def test_all_that_lack_what_no_registry_has_are_one_line(tmp_path: Path, workers: tuple[str, ...]) -> None:
    lines = [line for line in run(tmp_path, workers).stdout.splitlines() if NO_RECORDINGS in line]
    assert len(lines) == 1
    assert lines[0].startswith("SKIPPED [6] ")


def test_where_nothing_may_be_left_out_it_fails(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, workers, NOZIMITE_NO_SKIPS="1")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "left out, and NOZIMITE_NO_SKIPS is set: Debian's chromium is not installed" in done.stdout
    assert "1 failed, 6 skipped, 1 error" in done.stdout


def test_a_file_left_out_fails_too(tmp_path: Path, workers: tuple[str, ...]) -> None:
    (tmp_path / "test_file.py").write_text(
        "import pytest\npytest.importorskip('no_such_module')\n", encoding="utf-8"
    )
    assert run(tmp_path, workers).returncode == 0
    done = run(tmp_path, workers, NOZIMITE_NO_SKIPS="1")
    assert done.returncode != 0
    assert "could not import 'no_such_module'" in done.stdout
