"""Style sheets and `style` of an SVG: drawing programs write colours there. Only what they write is read.

Rules by element, class and id, and nothing that depends on where an element stands. `@import`, `@font-face` and all
other rules with an @ are not among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from badges.errors import PictureError

MAX_RULES = 1_000
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_SELECTOR = re.compile(r"(?P<element>\*|[A-Za-z]+)?(?:\.(?P<class>[\w-]+)|#(?P<id>[\w-]+))?")

Declarations = dict[str, str]


@dataclass(slots=True, kw_only=True)
class _Rule:
    rank: tuple[int, int]
    element: str
    declarations: Declarations


@dataclass(slots=True)
class Rules:
    """The rules of all style sheets, by `.class`, `#id` or element, `*` for all of them.

    `is_whole` is false where a sheet has something that was not read.
    """

    found: dict[str, list[_Rule]] = field(default_factory=dict)
    count: int = 0
    is_whole: bool = True

    def of(self, name: str, classes: str, own_id: str) -> Declarations:
        """What the sheets say of an element, the stronger rules over the weaker."""
        keys = ("*", name, *(f".{each}" for each in dict.fromkeys(classes.split())), f"#{own_id}")
        rules = [rule for key in keys for rule in self.found.get(key, ())]
        merged: Declarations = {}
        for rule in sorted(rules, key=lambda rule: rule.rank):
            if rule.element in ("*", name):
                merged |= rule.declarations
        return merged


def read_sheet(text: str, rules: Rules) -> None:
    """Adds the rules of a sheet. Raises PictureError `svg_too_complex` where there are too many."""
    text = _COMMENT.sub(" ", text).replace("<!--", " ").replace("-->", " ")
    for rule in text.split("}"):
        selectors, brace, body = rule.partition("{")
        if "@" in selectors or ";" in selectors or "{" in body or (selectors.strip() and not brace):
            rules.is_whole = False
            continue
        if not brace:
            continue
        declarations = read_declarations(body)
        for selector in selectors.split(","):
            _add(selector.strip(), declarations, rules)


def read_declarations(text: str) -> Declarations:
    """The properties of a `style`, by their names in small letters."""
    declarations: Declarations = {}
    for declaration in _COMMENT.sub(" ", text).split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            declarations[name.strip().lower()] = value.replace("!important", "").strip()
    return declarations


def _add(selector: str, declarations: Declarations, rules: Rules) -> None:
    parts = _SELECTOR.fullmatch(selector)
    if not selector or parts is None:
        rules.is_whole = False
        return
    rules.count += 1
    if rules.count > MAX_RULES:
        raise PictureError("svg_too_complex", "The SVG has too many rules in its style sheets.")
    element = parts["element"] or "*"
    rank, key = (0 if element == "*" else 1), element
    if parts["class"]:
        rank, key = rank + 10, f".{parts['class']}"
    elif parts["id"]:
        rank, key = rank + 100, f"#{parts['id']}"
    rule = _Rule(rank=(rank, rules.count), element=element, declarations=declarations)
    rules.found.setdefault(key, []).append(rule)
