"""The table of a template's fields in badges/README.md, written anew by `make fields`."""

from __future__ import annotations

from pathlib import Path

from badges.template.reference import fields_table

README = Path("badges", "README.md")
BEGIN, END = "<!-- fields -->\n", "<!-- /fields -->\n"


def in_readme(root: Path) -> str:
    """The table as it stands in the README."""
    return (root / README).read_text("utf-8").split(BEGIN)[1].split(END)[0]


def write(root: Path) -> None:
    """Replaces what stands between the two comments in the README."""
    before, rest = (root / README).read_text("utf-8").split(BEGIN)
    (root / README).write_text(before + BEGIN + fields_table() + END + rest.split(END)[1], "utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[2])
