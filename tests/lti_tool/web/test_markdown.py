"""The Markdown of a narrative: a little HTML, and everything else as it was written."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.web.markdown import narrative_as_html

ALLOWED = {"p", "ul", "ol", "li", "strong", "em", "code", "br", "bdi"}


def html(text: str) -> str:
    return str(narrative_as_html(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("One.", "<p><bdi>One.</bdi></p>"),
        ("One.\n\n\nTwo.", "<p><bdi>One.</bdi></p><p><bdi>Two.</bdi></p>"),
        ("One\ntwo", "<p><bdi>One<br>two</bdi></p>"),
        ("- a\n- b", "<ul><li><bdi>a</bdi></li><li><bdi>b</bdi></li></ul>"),
        (
            "Do:\n\n7. a\n8. b",
            '<p><bdi>Do:</bdi></p><ol start="7"><li><bdi>a</bdi></li><li><bdi>b</bdi></li></ol>',
        ),
        ("- a\n  more\n  - b", "<ul><li><bdi>a<br>more</bdi><ul><li><bdi>b</bdi></li></ul></li></ul>"),
        ("# Title #\nWords", "<p><strong><bdi>Title</bdi></strong></p><p><bdi>Words</bdi></p>"),
        ("a\n---\nb", "<p><bdi>a</bdi></p><p><bdi>b</bdi></p>"),
        ("no\n2026. gada maijā", "<p><bdi>no<br>2026. gada maijā</bdi></p>"),
        (
            "*a* **b** ***c*** _d_ __e__",
            "<p><bdi><em>a</em> <strong>b</strong> <em><strong>c</strong></em> <em>d</em> <strong>e</strong></bdi></p>",
        ),
        ("**bold and *both***", "<p><bdi><strong>bold and <em>both</em></strong></bdi></p>"),
        ("**bold *both* bold**", "<p><bdi><strong>bold <em>both</em> bold</strong></bdi></p>"),
        ("5 * 3 * 2, snake_case_word, a*", "<p><bdi>5 * 3 * 2, snake_case_word, a*</bdi></p>"),
        ("`a *b* <i>`", "<p><bdi><code>a *b* &lt;i&gt;</code></bdi></p>"),
        ("\\*a\\*", "<p><bdi>*a*</bdi></p>"),
        ("[the course](https://a.example/1)", "<p><bdi>the course (https://a.example/1)</bdi></p>"),
        ("![picture](https://a.example/1.png)", "<p><bdi>!picture (https://a.example/1.png)</bdi></p>"),
        ('[a](https://a.example "b")', "<p><bdi>a (https://a.example b)</bdi></p>"),
        ("[a](javascript:alert(1))", "<p><bdi>[a](javascript:alert(1))</bdi></p>"),
        ("[x]: https://a.example\n[y][x]", "<p><bdi>[x]: https://a.example<br>[y][x]</bdi></p>"),
        ("<script>alert(1)</script>", "<p><bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi></p>"),
        ("</bdi><h1>&#x202e;", "<p><bdi>&lt;/bdi&gt;&lt;h1&gt;&amp;#x202e;</bdi></p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_markdown_is_shown_as_it_was_meant(text: str, shown: str) -> None:
    assert html(text) == shown


def test_each_block_says_its_language() -> None:
    page = str(narrative_as_html('a\n\n- b"', 'lv"'))
    assert page == '<p><bdi lang="lv&#34;">a</bdi></p><ul><li><bdi lang="lv&#34;">b&#34;</bdi></li></ul>'


class _Tags(HTMLParser):
    """Demands that only what is allowed is opened, that it is closed in its order, and that no <bdi> is in another."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.opened: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED and (not attrs or (tag == "ol" and [name for name, _ in attrs] == ["start"]))
        assert tag != "bdi" or "bdi" not in self.opened
        if tag != "br":
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "bdi" in self.opened
        self.words += data


@given(
    st.lists(
        st.sampled_from(
            [*"*_`[]()!#<>&\\-+1.\n ab\t", "**", "***", "__", "](https://a)", "\n\n", "\n- ", "\n1. ", "<b>"]
        ),
        max_size=40,
    ).map("".join)
    | st.text(max_size=40)
)
def test_nothing_gets_out_and_no_word_is_lost(text: str) -> None:
    parser = _Tags()
    parser.feed(html(text))
    parser.close()
    assert parser.opened == []
    letters = re.compile(r"[^\W\d_]")
    assert letters.findall(parser.words) == letters.findall(text)


@pytest.mark.parametrize(
    "part", ["*", "_", "**a", "[", "[a](", "`", "![a](b", "- ", "a* ", "\\", "<", "> ", "1. \n"]
)
def test_signs_without_end_are_shown_as_they_are(part: str) -> None:
    parser = _Tags()
    parser.feed(html(part * 2000))
    parser.close()
    assert parser.opened == []
