"""How many lines of each room the tests have run, printed for `make coverage` from what `coverage combine` has left."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from coverage import Coverage


def room(file: Path) -> str:
    """`signing/proofs/` for signing/proofs/bbs/keys.py, and `signing/` for signing/keys.py."""
    return "/".join(file.parts[:-1][:2]) + "/"


def main() -> None:
    data = Coverage()
    data.load()
    lines: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for source in data.config.source or []:
        for file in sorted(Path(source).rglob("*.py")):
            _, statements, _, missing, _ = data.analysis2(str(file))
            for name in (room(file), "all"):
                lines[name] += len(statements)
                missed[name] += len(missing)
    for name in sorted(lines, key=lambda name: (name == "all", name)):
        if lines[name]:
            print(f"{name:<28}{lines[name]:>7,} lines {1 - missed[name] / lines[name]:>7.1%} run")


if __name__ == "__main__":
    main()
