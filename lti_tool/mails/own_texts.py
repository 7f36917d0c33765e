"""An institution's own paragraphs in the mail that brings a badge: what they may hold, how they are filled in. Pure.

They are plain text on one line. So they cannot hold a header, and every part of a mail is escaped anyhow; a web address
or a mail address is refused, because mail programs make a link of either, which would look like one of the tool's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from badges.readable import readable
from lti_tool.mails.content import one_line

LONGEST = 600
#: What stands in braces for something else: the learner's name, the badge's, the issuer's.
PLACEHOLDERS = ("learner", "badge", "issuer")
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_MARKUP = re.compile(r"[<>]|&#?\w+;|\]\(")
#: What mail programs make a link of: a scheme, an @, or a name with an ending such as riga-college.example.
_ADDRESS = re.compile(r"://|@|\bwww\.|\bmailto:|\btel:|[^\W_]\.[^\W\d_]{2,}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def own_text(typed: str) -> str:
    """The text as it is kept: on one line, without letters that nobody sees."""
    return " ".join(readable(typed).split())


def problem_of(text: str) -> str | None:
    """The code of what keeps a text out of the mails; None where nothing does.

    `not_text`, `markup`, `too_long`, `unknown_placeholder`, `address_in_text`.
    """
    if _CONTROL.search(text):
        return "not_text"
    if _MARKUP.search(text):
        return "markup"
    if len(own_text(text)) > LONGEST:
        return "too_long"
    plain = _IN_BRACES.sub(" ", text)
    if not set(_IN_BRACES.findall(text)) <= set(PLACEHOLDERS) or "{" in plain or "}" in plain:
        return "unknown_placeholder"
    # What comes in place of the braces may be half of an address: "{badge}.example", "riga-college.{badge}".
    if any(_ADDRESS.search(each) for each in (text, own_text(text), _IN_BRACES.sub("xx", text))):
        return "address_in_text"
    return None


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with the words of its placeholders, each on one line and short; braces in them stay as they are."""
    return _IN_BRACES.sub(lambda found: one_line(words.get(found[1], found[0])), text)
