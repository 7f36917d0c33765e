"""The table of what `doctor` finds in README.md, written anew by `make doctor-table`."""

from __future__ import annotations

import re
from pathlib import Path

from lti_tool.doctor import CHECKS
from lti_tool.plugs import words

BEGIN, END = "<!-- doctor -->\n", "<!-- /doctor -->\n"


def table() -> str:
    """A line for each finding: its code, how bad it is, and its mend; what it names is in capitals."""
    rows = [
        f"| `{code}` | {severity} | {_cell(words(check, 'en')['mend'][code])} |"
        for check in CHECKS.values()
        for code, severity in check.FINDINGS.items()
    ]
    return "\n".join(["| finding | | mend |", "|---|---|---|", *rows, ""])


def _cell(sentence: str) -> str:
    named = re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), sentence)
    return named.replace("|", "\\|").replace("<", "&lt;")


def in_readme(root: Path) -> str:
    """The table as it stands in the README."""
    return (root / "README.md").read_text("utf-8").split(BEGIN)[1].split(END)[0]


def write(root: Path) -> None:
    """Replaces what stands between the two comments in the README."""
    before, rest = (root / "README.md").read_text("utf-8").split(BEGIN)
    (root / "README.md").write_text(before + BEGIN + table() + END + rest.split(END)[1], "utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[2])
