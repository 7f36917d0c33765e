"""narrative_as_html: the Markdown of a narrative, as the little HTML that a stranger's words may have on our pages.

Paragraphs, line ends, lists, emphasis and code are shown as such, and a heading as a strong line: a stranger adds no
heading to a page of ours. Everything else stays as it was written, so that nothing is hidden: HTML, pictures, tables,
and character references such as `&#x202e;`. The address of a link is text beside its words, and leads nowhere.

Source: CommonMark 0.31.2, of which this is a part; Open Badges 3.0 allows Markdown in the narratives of criteria,
evidence and subjects. The time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from markupsafe import Markup, escape

_HEADING = re.compile(r" {0,3}#{1,6}[ ]+(.*)")
_RULE = re.compile(r" {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})")
_BULLET = re.compile(r" *[-*+] +(.*)")
#: A number of more digits would be no number of an item in HTML.
_NUMBER = re.compile(r" *([0-9]{1,9})[.)] +(.*)", re.ASCII)

_TOKEN = re.compile(
    r"\\([!-/:-@\[-`{-~])"  # an escaped sign
    r"|`([^`\n]+)`"
    r"|!?\[([^\[\]\n]{1,500})\]\(<?([^()<>\s]{1,1000})>?\)"
    r"|\*{1,3}|_{1,3}"
)
#: Begin and end of the emphasis of one, two and three signs.
_EMPHASIS = {
    1: (Markup("<em>"), Markup("</em>")),
    2: (Markup("<strong>"), Markup("</strong>")),
    3: (Markup("<strong><em>"), Markup("</em></strong>")),
}


@dataclass(kw_only=True, slots=True)
class _Block:
    """Lines that belong together. Items that follow each other are one list; `number` is that of an item."""

    kind: Literal["p", "heading", "ul", "ol"]
    lines: list[str] = field(default_factory=list)
    number: int = 0


def narrative_as_html(text: str, language: str | None = None) -> Markup:
    """The narrative as paragraphs and lists; each stands in a <bdi>, with its language where one is given."""
    begin = Markup('<bdi lang="{}">').format(language) if language else Markup("<bdi>")
    parts = []
    for kind, blocks in groupby(_blocks(text), key=lambda block: block.kind):
        shown = [(block, begin + _inline("\n".join(block.lines)) + Markup("</bdi>")) for block in blocks]
        match kind:
            case "p":
                parts += [Markup("<p>{}</p>").format(words) for _, words in shown]
            case "heading":
                parts += [Markup("<p><strong>{}</strong></p>").format(words) for _, words in shown]
            case "ul":
                items = Markup("").join(Markup("<li>{}</li>").format(words) for _, words in shown)
                parts.append(Markup("<ul>{}</ul>").format(items))
            case "ol":
                items = Markup("").join(
                    Markup('<li value="{}">{}</li>').format(block.number, words) for block, words in shown
                )
                parts.append(Markup("<ol>{}</ol>").format(items))
    return Markup("").join(parts)


def _blocks(text: str) -> Iterator[_Block]:
    """The blocks of the text; items within items are items of the same list."""
    open_block: _Block | None = None
    for line in text.splitlines():
        begun = _begun_block(line, open_block)
        if not line.strip() or _RULE.fullmatch(line) or begun:
            if open_block:
                yield open_block
            open_block = begun
        elif open_block is None:
            open_block = _Block(kind="p", lines=[line.strip()])
        else:
            open_block.lines.append(line.strip())
        if open_block and open_block.kind == "heading":
            yield open_block
            open_block = None
    if open_block:
        yield open_block


def _begun_block(line: str, open_block: _Block | None) -> _Block | None:
    """The block that a line begins with its signs; None for words, and for a line that is nothing else than signs."""
    if _RULE.fullmatch(line):
        return None
    if heading := _HEADING.fullmatch(line):
        return _Block(kind="heading", lines=[heading[1].rstrip("# ")])
    if bullet := _BULLET.fullmatch(line):
        return _Block(kind="ul", lines=[bullet[1].strip()])
    number = _NUMBER.fullmatch(line)
    # Inside a paragraph only a list that begins with 1 is meant: a line may begin with a year.
    is_inside_paragraph = open_block is not None and open_block.kind == "p"
    if number and (int(number[1]) == 1 or not is_inside_paragraph):
        return _Block(kind="ol", lines=[number[2].strip()], number=int(number[1]))
    return None


def _inline(text: str) -> Markup:
    """The text with emphasis, code, line ends, and the addresses of links beside their words."""
    pieces: list[Markup] = []
    #: The signs of emphasis that are open, each with its place among the pieces; of each sign at most one is.
    opened: dict[str, int] = {}
    position = 0
    for token in _TOKEN.finditer(text):
        pieces.append(_as_written(text[position : token.start()]))
        position = token.end()
        escaped, code, words, address = token.groups()
        if escaped:
            pieces.append(_as_written(escaped))
        elif code:
            pieces.append(Markup("<code>{}</code>").format(code))
        elif words:
            pieces.append(_as_written(words if words == address else f"{words} ({address})"))
        else:
            _emphasize(pieces, opened, token)
    pieces.append(_as_written(text[position:]))
    return Markup("").join(pieces)


def _emphasize(pieces: list[Markup], opened: dict[str, int], token: re.Match[str]) -> None:
    """Adds what the sign of a token means: the begin or the end of emphasis, or itself."""
    sign = token[0]
    before = token.string[max(token.start() - 1, 0) : token.start()]
    after = token.string[token.end() : token.end() + 1]
    inside_word = sign[0] == "_"
    closes = before.strip() and not (inside_word and after.isalnum())
    opens = after.strip() and not (inside_word and before.isalnum())
    if closes and sign in opened:
        begin = opened[sign]
        # What was opened since then, and is not closed, was no emphasis.
        for other in [one for one, place in opened.items() if place >= begin]:
            del opened[other]
        pieces[begin], end = _EMPHASIS[len(sign)]
        pieces.append(end)
        return
    if opens and sign not in opened:
        opened[sign] = len(pieces)
    pieces.append(_as_written(sign))


def _as_written(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))
