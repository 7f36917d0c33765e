"""Results of the bench, written to results.json and to the table in the README."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from signing.json_text import Json
from tests.bench.measuring import Row
from tests.bench.other_libraries import INTEROP

README = Path(__file__).parents[2] / "README.md"
RESULTS = Path(__file__).parent / "results.json"
BEGIN, END = "<!-- make bench writes what follows -->\n", "<!-- until here -->\n"


def not_measured(work: str, against: str, goal: float, why: str) -> Row:
    """A line for what could not be measured here."""
    return Row(work=work, against=against, ours=None, result=None, unit="x", goal=goal, why_not=why)


def as_json(*, machine: str, versions: Json, credential: Json, rows: Sequence[Row]) -> Json:
    """The results as results.json has them."""
    return {
        "machine": machine,
        "versions": versions,
        "credential": credential,
        "rows": [asdict(row) | {"met": row.met} for row in rows],
    }


def node_versions() -> Json:
    """The versions of Node and of @digitalbazaar/vc; empty where they are not installed."""
    node, vc = shutil.which("node"), INTEROP / "node_modules/@digitalbazaar/vc/package.json"
    if node is None or not vc.is_file():
        return {}
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"node": printed.removeprefix("v"), "@digitalbazaar/vc": json.loads(vc.read_text())["version"]}


def table(results: Json) -> str:
    """The results for people to read, in Markdown."""
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    size = results["credential"]
    return "\n".join(
        [
            f"Measured on {results['machine']}, with {versions}; a credential of {size['json_bytes']:,} bytes, whose "
            f"statements have {size['statement_bytes']:,}. A result is the median of all rounds; the spread goes "
            "from the first to the last decile of them.",
            "",
            "| work | beside | ours | theirs | result | spread | goal | met |",
            "|---|---|---:|---:|---:|---:|---:|---|",
            *map(_line, results["rows"]),
            "",
        ]
    )


def in_readme() -> str:
    """The part of the README that `write` replaces."""
    return README.read_text("utf-8").split(BEGIN)[1].split(END)[0]


def write(results: Json) -> None:
    """Writes results.json, and the table between the two comments in the README."""
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    before, rest = README.read_text("utf-8").split(BEGIN)
    README.write_text(before + BEGIN + table(results) + END + rest.split(END)[1], "utf-8")


def _line(row: Json) -> str:
    unit = "x" if row["unit"] == "x" else f" {row['unit']}"
    result = row["why_not"] or f"{_number(row['result'])}{unit}"
    met = {True: "yes", False: "**no**", None: ""}[row["met"]]
    ours, theirs = (_time(row[name]) if row["against"] else "" for name in ("ours", "others"))
    spread = "" if row["low"] is None else f"{_number(row['low'])}-{_number(row['high'])}"
    cells = (row["work"], row["against"] or "", ours, theirs, result, spread, f"{row['goal']:g}{unit}", met)
    return f"| {' | '.join(cells)} |"


def _time(microseconds: float | None) -> str:
    if microseconds is None:
        return ""
    if microseconds < 1000:
        return f"{_number(microseconds)} us"
    return f"{_number(microseconds / 1000)} ms"


def _number(value: float) -> str:
    """The value with three significant digits, without exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
