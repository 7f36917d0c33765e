"""The style sheets hold nothing that no page uses: what a page no longer has is taken out of them too."""

from __future__ import annotations

import re
from pathlib import Path

WEB = Path(__file__).parents[2] / "lti_tool" / "web"
SHEETS = sorted((WEB / "static").glob("*.css"))
#: What is written into a class attribute, with the expressions of Jinja in it.
_CLASSES = re.compile(r"""class=\\?"((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)""", re.DOTALL)
#: Strings of expressions, which macros and scripts write into such an attribute.
_IN_JINJA = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
_STRING = re.compile(r"""(?<!_\()["']([a-z][a-z0-9 -]*)["']""")
_WORD = re.compile(r"[a-z][a-z0-9-]*")


def test_each_class_of_the_sheets_stands_in_a_page() -> None:
    used = {word for text in _class_texts() for word in _WORD.findall(text)}
    assert {"sheet", "narrow", "shelf"} <= used
    assert _classes_of_sheets() - used == set()


def test_each_token_is_used() -> None:
    text = "".join(path.read_text() for path in SHEETS)
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert len(defined) > 20
    assert defined - set(re.findall(r"var\((--[\w-]+)", text)) == set()


def test_each_icon_is_drawn_somewhere() -> None:
    drawn = set(re.findall(r'^  "(\w+)": ', (WEB / "pages" / "_icons.html").read_text(), re.MULTILINE))
    pages = "".join(path.read_text() for path in _pages())
    named = set(re.findall(r'icon\("(\w+)"\)', pages))
    # Those of the lights are named by what each light says.
    assert drawn == named | {"yes", "no", "unsure", "off"}


def _classes_of_sheets() -> set[str]:
    text = re.sub(r"/\*.*?\*/", "", "".join(path.read_text() for path in SHEETS), flags=re.DOTALL)
    selectors = re.findall(r"([^{};]+)\{", text)
    found = {name for each in selectors for name in re.findall(r"\.([a-z][\w-]*)", each)}
    assert len(found) > 50
    return found


def _class_texts() -> list[str]:
    texts = []
    for path in _pages():
        text = path.read_text()
        texts += _CLASSES.findall(text)
        texts += [string for tag in _IN_JINJA.findall(text) for string in _STRING.findall(tag)]
    for path in (WEB / "static").glob("*.js"):
        texts += _STRING.findall(path.read_text())
    for path in WEB.rglob("*.py"):
        texts += _CLASSES.findall(path.read_text())
    return texts


def _pages() -> list[Path]:
    """Those of the plugs too, which stand in pages of the tool; the demo's LMS has a sheet of its own."""
    found = [path for path in WEB.parent.rglob("*.html") if "demo" not in path.parts]
    assert {"web", "conditions"} <= {path.relative_to(WEB.parent).parts[0] for path in found}
    return sorted(found)
