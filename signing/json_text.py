"""JSON text: strict reading, and compact writing in ASCII."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any, NoReturn

from signing.errors import ProofError

#: A JSON object, such as an unsecured credential.
Json = dict[str, Any]

#: A credential of ours has 6 to 20 thousand characters, a full status list 200 thousand.
MAX_CHARACTERS = 2_000_000
MAX_DEPTH = 64
# The closing quote may be missing, and the repetition is possessive (`*+`): with backtracking, a text made to that end
# would take quadratic time.
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_STRINGS_WITHOUT_ESCAPES = re.compile(r'"[^"]*"?')
_SURROGATE = re.compile(r"\\u[dD]")
#: Tables for `bytes.translate`: what to delete so that only quotes and brackets, or quotes and braces, are left.
_ALL_BUT_BRACKETS, _ALL_BUT_BRACES = (bytes({*range(256)} - {*kept}) for kept in (b'"[]{}', b'"{}'))
#: Escaped in strings: some wallets look for the first and last brace in a picture, and pages show the text as HTML.
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "&<>{}"})
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def as_text(document: Json) -> str:
    """Compact ASCII JSON; `&`, `<`, `>`, `{` and `}` inside strings are written as `\\uXXXX`.

    Raises ValueError for NaN and infinite numbers, TypeError for what is not JSON.
    """
    return escaped(as_plain_text(document))


def as_plain_text(document: Any) -> str:
    """Compact ASCII JSON, with nothing in its strings escaped that need not be; raises as `as_text`."""
    return _ENCODER.encode(document)


def escaped(text: str) -> str:
    """Compact JSON with its strings escaped as `as_text` has them; also a part of such JSON, cut between strings."""
    # These three occur only inside strings. Braces occur outside too, so where they are has to be found out.
    text = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    # With all but quotes and braces deleted, strings without braces are pairs of quotes. If none other is left, there
    # is nothing to escape, as in nearly every credential; that is much faster than the regular expression.
    if '"' in _bare(text, _ALL_BUT_BRACES).replace('""', ""):
        text = _STRINGS.sub(lambda string: string[0].translate(_ESCAPES), text)
    return text


def read_object(text: str, max_characters: int = MAX_CHARACTERS) -> Json:
    """The one JSON object that the text is; raises ProofError `unreadable`, as `_read` does."""
    value = _read(text, max_characters)
    if not isinstance(value, dict):
        raise ProofError("unreadable", "the JSON is not an object")
    return value


def read_list(text: str) -> list[Any]:
    """The JSON list that the text is; raises ProofError `unreadable`, as `_read` does."""
    value = _read(text)
    if not isinstance(value, list):
        raise ProofError("unreadable", "the JSON is not a list")
    return value


def _read(text: str, max_characters: int = MAX_CHARACTERS) -> Any:
    """The JSON value that the text is; raises ProofError `unreadable`.

    Refused is what readers treat differently, or break on: a name that occurs twice in an object, NaN, a number beyond
    all bounds, half a surrogate pair, a text that is too long or too deep.
    """
    if len(text) > max_characters:
        raise ProofError("unreadable", "the text is too long")
    if _is_too_deep(text):
        raise ProofError("unreadable", "the JSON is nested too deeply")
    try:
        value = _DECODER.decode(text)
        text.encode()
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ProofError("unreadable", "the text is not JSON that all readers agree on") from error
    return value


def _is_too_deep(text: str) -> bool:
    """Whether brackets outside strings are nested in more than MAX_DEPTH others; for a text that is not JSON, either.

    The decoder of Python is recursive, so this has to be known before. Each round removes the innermost brackets.
    """
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return False
    structure = _bare(text, _ALL_BUT_BRACKETS).replace('""', "")
    if '"' in structure:
        structure = _STRINGS_WITHOUT_ESCAPES.sub("", _bare(text, _ALL_BUT_BRACKETS))
    for _ in range(MAX_DEPTH):
        if not structure:
            return False
        structure = structure.replace("{}", "").replace("[]", "")
    return bool(structure)


def _bare(text: str, deleted: bytes) -> str:
    """The JSON without escaped quotes, and without the characters that are to be deleted."""
    if '\\"' in text:
        # Backslashes in pairs first: the one that then is left before a quote escapes it.
        text = text.replace("\\\\", "").replace('\\"', "")
    return text.encode(errors="replace").translate(None, deleted).decode()


def _refuse_duplicate_names(pairs: list[tuple[str, Any]]) -> Json:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"{text[:20]} is beyond all bounds")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_refuse_duplicate_names, parse_float=_finite, parse_constant=_refuse_constant
)
