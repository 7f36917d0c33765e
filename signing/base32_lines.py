"""Bytes as numbered lines of letters that a person can copy from paper, each with a check of its own.

The alphabet is Crockford's base32, in which no two characters look alike: o is read as 0, i and l as 1, and small
letters as capitals. A line that was mistyped is named; a slip passes unseen once in a million times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from signing.errors import MistypedError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LINE_BYTES = 25
_GROUP = 5
_CHECK_LETTERS = 4
_LINE = re.compile(r"\s*([0-9]{1,4})\s*/\s*([0-9]{1,4})\s+(\S.*)")
_ALIKE = str.maketrans("OIL", "011", " -\t\r")


def as_letters(data: bytes) -> str:
    """Five bits a letter; zeros fill up the last one."""
    bits = len(data) * 8
    count = -(-bits // 5)
    number = int.from_bytes(data, "big") << count * 5 - bits
    return "".join(ALPHABET[number >> shift & 31] for shift in range((count - 1) * 5, -1, -5))


def from_letters(text: str) -> bytes:
    """Raises MistypedError for a character that none of the letters looks like."""
    letters = text.upper().translate(_ALIKE)
    number = 0
    for letter in letters:
        if letter not in ALPHABET:
            raise MistypedError(f"there is no {letter!r} in what was printed")
        number = number << 5 | ALPHABET.index(letter)
    size = len(letters) * 5 // 8
    return (number >> len(letters) * 5 - size * 8).to_bytes(size, "big")


def as_lines(data: bytes) -> Iterator[str]:
    """`03/12  7QX4M ...  A1B2`: number, the letters in groups, their check."""
    parts = [data[place : place + LINE_BYTES] for place in range(0, len(data), LINE_BYTES)]
    for number, part in enumerate(parts, 1):
        letters = as_letters(part)
        groups = " ".join(letters[place : place + _GROUP] for place in range(0, len(letters), _GROUP))
        yield f"{number:02}/{len(parts):02}  {groups}  {_check(number, part)}"


def from_lines(text: str) -> bytes:
    """The bytes of the numbered lines in a text, in any order among others; raises MistypedError, which names lines."""
    found: dict[int, bytes | None] = {}
    total = 0
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            number, total = int(match[1]), int(match[2])
            found[number] = _read(number, match[3])
    wrong = [number for number in range(1, total + 1) if found.get(number) is None]
    if not total:
        raise MistypedError("there is no numbered line in it")
    if wrong:
        raise MistypedError("look again at these lines: " + ", ".join(f"{number:02}" for number in wrong))
    return b"".join(found[number] or b"" for number in range(1, total + 1))


def _read(number: int, text: str) -> bytes | None:
    try:
        letters = text.upper().translate(_ALIKE)
        part = from_letters(letters[:-_CHECK_LETTERS])
        return part if letters[-_CHECK_LETTERS:] == _check(number, part) else None
    except MistypedError:
        return None


def _check(number: int, part: bytes) -> str:
    return as_letters(sha256(number.to_bytes(2, "big") + part).digest())[:_CHECK_LETTERS]
