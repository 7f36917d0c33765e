"""What a person sees of a text is all that there is of it."""

import unicodedata
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badges.readable import MAX_MARKS, readable, shortened

#: A hidden or turning character, and what is left of a name with it.
UNSEEN = {
    "right-to-left override": ("Riga \u202egelloC", "Riga gelloC"),
    "isolate": ("Riga\u2066 College\u2069", "Riga College"),
    "mark of direction": ("Riga\u200f College", "Riga College"),
    "zero-width space": ("Ri\u200bga", "Riga"),
    "byte order mark": ("\ufeffRiga", "Riga"),
    "soft hyphen": ("Ri\u00adga", "Riga"),
    "word joiner": ("Riga\u2060 College", "Riga College"),
    "tag": ("Riga\U000e0041", "Riga"),
    "Hangul filler": ("Riga\u3164", "Riga"),
    "blank Braille": ("Riga\u2800", "Riga"),
    "escape": ("\x1b[31mRiga", "[31mRiga"),
    "NUL": ("Riga\x00", "Riga"),
    "noncharacter that breaks XML": ("Ri\ufffega\uffff", "Riga"),
    "noncharacter in Arabic forms": ("Ri\ufdd0ga\ufdef", "Riga"),
    "last noncharacter": ("Riga\U0010ffff", "Riga"),
    "lone surrogate": ("Riga\ud800", "Riga"),
    "next line": ("Riga\x85College", "RigaCollege"),
    "joiner in a Latin word": ("Ri\u200dga", "Riga"),
    "joiner at the end": ("Riga\u200d", "Riga"),
    "joiner of nothing": ("\u200c", ""),
}


@pytest.mark.parametrize("text, left", UNSEEN.values(), ids=UNSEEN)
def test_what_is_not_seen_is_left_out(text, left):
    assert readable(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Rīgas koledža, Ķīpsala",
        "می\u200cخواهم",  # Persian: the non-joiner makes it two words' worth of letters
        "क\u094d\u200dष",  # Devanagari: the joiner keeps the half form
        "👩\u200d🎓",
        "שלום",
        "Two lines\nof words",
    ],
)
def test_what_a_language_needs_stays(text):
    assert readable(text) == unicodedata.normalize("NFC", text)


def test_accents_do_not_pile_up():
    assert len(readable("Z" + "\u0335" * 500 + "a")) == 2 + MAX_MARKS


def test_separators_of_lines_are_spaces():
    assert readable("a\tb\u2028c\u2029d") == "a b c d"


@given(st.text())
def test_it_can_stand_in_xml(text):
    """Pictures, feeds and the data of PDFs are XML, which has no way to write some code points, escaped or not."""
    line = readable(text)
    assert ElementTree.fromstring(f"<t>{escape(line)}</t>").text == (line or None)


@given(st.text())
def test_it_is_as_readable_the_second_time(text):
    assert readable(readable(text)) == readable(text)


@pytest.mark.parametrize(
    "text, short",
    [("abc", "abc"), ("abcd", "abc…"[:2] + "…"), ("a" * 5_000_000, "aa…"), ("\u200b" * 100 + "abc", "…")],
)
def test_a_long_text_is_cut(text, short):
    assert shortened(text, 3) == short


@given(st.text(st.characters(max_codepoint=0x24FF)))
def test_common_letters_are_read_as_all_others(text):
    """The quick way for the letters of Europe gives what the long one gives."""
    assert readable(text + "\u05d0").removesuffix("\u05d0") == readable(text)
