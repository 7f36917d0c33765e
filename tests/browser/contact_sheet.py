"""All screenshots of a folder on one page, a row for each page and state: `make shots` writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path

#: The columns: languages, and the ways in which a page is looked at, as page_checks names its files.
LANGUAGES = ("en", "lv")
KINDS = ("phone", "tablet", "desktop", "dark")
_STYLE = """
html { color-scheme: light; } body { font: 15px/1.5 sans-serif; margin: 1rem; background: #777; color: #fff; }
section { margin-bottom: 2rem; } div { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start; }
figure { margin: 0; flex: none; } figcaption { font-size: 13px; } a { color: inherit; }
img { display: block; width: 280px; max-height: 700px; object-fit: cover; object-position: top; background: #fff; }
.tablet img { width: 420px; } .desktop img { width: 600px; }
"""


def sheet(names: Iterable[str], folder: str) -> str:
    """The page; `names` are those of files in `folder`, which is beside it."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(names, key=_order):
        page, view = _parts(name)
        rows.setdefault(page, []).append((view, name))
    sections = (
        f'<section id="{escape(page)}"><h2>{escape(page)}</h2><div>{_figures(shown, folder)}</div></section>'
        for page, shown in rows.items()
    )
    links = " · ".join(f'<a href="#{escape(page)}">{escape(page)}</a>' for page in rows)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>'
        f"<style>{_STYLE}</style><h1>Every page and state ({len(rows)})</h1><p>{links}</p>{''.join(sections)}</html>\n"
    )


def _figures(shown: Iterable[tuple[str, str]], folder: str) -> str:
    return "".join(_figure(escape(view), f"{folder}/{escape(name)}") for view, name in shown)


def _figure(view: str, address: str) -> str:
    picture = f'<a href="{address}"><img loading="lazy" src="{address}" alt="{address}"></a>'
    return f'<figure class="{view}">{picture}<figcaption>{view}</figcaption></figure>'


def _parts(name: str) -> tuple[str, str]:
    """The page with its state, and how it is seen: `badge-lv-phone.png` is the page `badge` as `lv phone`."""
    words = name.removesuffix(".png").split("-")
    view = [words.pop()] if words[-1] in KINDS else []
    if len(words) > 1 and words[-1] in LANGUAGES:
        view.insert(0, words.pop())
    return "-".join(words), " ".join(view)


def _order(name: str) -> tuple[str, int, int, str]:
    page, view = _parts(name)
    words = view.split()
    language = next((LANGUAGES.index(word) for word in words if word in LANGUAGES), 0)
    kind = next((KINDS.index(word) for word in words if word in KINDS), 0)
    return page, language, kind, name


def main(out: Path) -> None:
    """Writes `index.html` in the folder, of the pictures in its folder `shots`."""
    names = [picture.name for picture in (out / "shots").glob("*.png")]
    (out / "index.html").write_text(sheet(names, "shots"), encoding="utf-8")
    print(f"{len(names)} pictures: {out / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
