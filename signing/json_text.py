"""JSON text as we read it and as we write it."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from signing.errors import ProofError

#: A JSON object, such as an unsecured credential.
Json = dict[str, Any]

#: A credential of ours has 6 to 20 thousand characters; a full status list 200 thousand.
MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 64
# The end may be missing and nothing is tried twice: else a text made to that end would take quadratic time.
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_STRINGS_WITHOUT_ESCAPES = re.compile(r'"[^"]*"?')
_SURROGATE = re.compile(r"\\u[dD]")
_ESCAPED_CHARACTERS = re.compile(r"\\.", re.DOTALL)
_NO_BRACKETS, _NO_BRACES = (bytes({*range(256)} - {*kept}) for kept in (b'"[]{}', b'"{}'))
#: Wallets that look for braces in a picture, and pages that show the text, must not stumble over a learner's name.
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "&<>{}"})
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def as_text(document: Json) -> str:
    """Compact ASCII JSON; `&`, `<`, `>`, `{` and `}` inside strings are written as `\\uXXXX`."""
    return escaped(as_plain_text(document))


def as_plain_text(document: Any) -> str:
    """Compact ASCII JSON, with nothing in its strings escaped that need not be. Raises ValueError or TypeError."""
    return _ENCODER.encode(document)


def escaped(text: str) -> str:
    """The same compact JSON, or a part of it that is cut between strings, with its strings as `as_text` has them."""
    # These three stand in strings only; braces have to be looked at.
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    # A string without braces leaves nothing but its two quotes.
    if '"' in _bare(text, _NO_BRACES).replace('""', ""):
        text = _STRINGS.sub(lambda string: string[0].translate(_ESCAPES), text)
    return text


def read_object(text: str) -> Json:
    """The one JSON object that the text is; raises ProofError `unreadable`.

    A name that stands twice, NaN, half a surrogate pair, and a text too long or too deep are refused: readers differ
    on them, or break.
    """
    if len(text) > MAX_CHARACTERS:
        raise ProofError("unreadable", "the text is too long")
    if _is_too_deep(text):
        raise ProofError("unreadable", "the JSON is nested too deeply")
    try:
        document = _DECODER.decode(text)
        text.encode()
        if _SURROGATE.search(text):
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ProofError("unreadable", "the text is not JSON that all readers agree on") from error
    if not isinstance(document, dict):
        raise ProofError("unreadable", "the JSON is not an object")
    return document


def _is_too_deep(text: str) -> bool:
    """Whether brackets outside strings stand in more than MAX_DEPTH others; of what is no JSON nothing is promised."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    structure = _bare(text, _NO_BRACKETS).replace('""', "")
    if '"' in structure:
        structure = _STRINGS_WITHOUT_ESCAPES.sub("", _bare(text, _NO_BRACKETS))
    for _ in range(MAX_DEPTH):
        if not structure:
            return False
        structure = structure.replace("{}", "").replace("[]", "")
    return bool(structure)


def _bare(text: str, dropped: bytes) -> str:
    """The JSON without what is escaped in it, and without the characters that do not matter."""
    return _ESCAPED_CHARACTERS.sub("", text).encode(errors="replace").translate(None, dropped).decode()


def _without_doubles(pairs: list[tuple[str, Any]]) -> Json:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_without_doubles, parse_constant=_refuse_constant)
