"""A source, a condition and a channel are added by their folders alone: no other file changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE_UP = Path(__file__).parent / "made_up"


def test_a_made_up_source_condition_and_channel_are_walked_end_to_end(tmp_path: Path) -> None:
    """In a copy of the sources: placed, sent a message, decided, shown with its trace, delivered."""
    copy = tmp_path / "copy"
    for name in ("signing", "badges", "config", "lti_tool", "tests"):
        ignored = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for kind in ("sources", "conditions", "deliveries"):
        shutil.copytree(MADE_UP / kind, copy / "lti_tool" / kind, dirs_exist_ok=True)
    command = [sys.executable, "-m", "tests.house.made_up.walk", str(tmp_path)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
