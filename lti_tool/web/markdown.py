"""narrative_as_html: the Markdown of a narrative, as the little HTML that a stranger's words may have on our pages.

Paragraphs, line ends, lists, emphasis and code are shown as such, and a heading as a strong line: a stranger adds no
heading to a page of ours. Everything else stays as it was written, so that nothing is hidden: HTML, pictures, tables,
and character references such as `&#x202e;`. The address of a link is text beside its words, and leads nowhere.

Source: CommonMark 0.31.2; Open Badges 3.0 allows Markdown in the narratives of criteria, evidence and subjects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

# `zero` knows paragraphs only, so a version of the library that knows more does not show more.
_PARSER = MarkdownIt("zero").enable(
    ["heading", "list", "hr", "newline", "escape", "backticks", "emphasis", "link"]
)


def narrative_as_html(text: str, language: str | None = None) -> Markup:
    """The narrative as paragraphs and lists; its words stand in a <bdi>, with their language where one is given."""
    begin = Markup('<bdi lang="{}">').format(language) if language else Markup("<bdi>")
    return Markup("").join(_blocks(_PARSER.parse(text), begin))


def _blocks(tokens: Sequence[Token], begin: Markup) -> Iterator[Markup]:
    for token in tokens:
        match token.type:
            case "inline":
                yield begin + Markup("").join(_inline(token.children or [])) + Markup("</bdi>")
            case "heading_open":
                yield Markup("<p><strong>")
            case "heading_close":
                yield Markup("</strong></p>")
            case "ordered_list_open":
                yield Markup('<ol start="{}">').format(token.attrs.get("start", 1))
            case "bullet_list_open" | "list_item_open":
                yield Markup("<{}>").format(token.tag)
            case "bullet_list_close" | "ordered_list_close" | "list_item_close":
                yield Markup("</{}>").format(token.tag)
            case "paragraph_open" if not token.hidden:
                yield Markup("<p>")
            case "paragraph_close" if not token.hidden:
                yield Markup("</p>")


def _inline(tokens: Sequence[Token]) -> Iterator[Markup]:
    address = ""
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield Markup("<br>")
            case "em_open" | "strong_open":
                yield Markup("<{}>").format(token.tag)
            case "em_close" | "strong_close":
                yield Markup("</{}>").format(token.tag)
            case "code_inline":
                yield Markup("<code>{}</code>").format(token.content)
            case "link_open":
                address = " ".join(
                    str(token.attrs[name]) for name in ("href", "title") if name in token.attrs
                )
            case "link_close":
                yield escape(f" ({address})")
            case _:
                yield escape(token.content)
