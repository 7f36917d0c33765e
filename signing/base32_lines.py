"""Bytes as numbered lines of base32 that a person can type from paper, each with a checksum.

The alphabet is Crockford's base32, in which no two characters look alike: o is read as 0, i and l as 1, lower case as
upper case. A line with a mistake is named; one mistake in a million is not noticed (a checksum has 20 bits).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from signing.errors import MistypedError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LINE_BYTES = 25
_GROUP = 5
_CHECKSUM_LETTERS = 4
_LINE = re.compile(r"\s*([0-9]{1,4})\s*/\s*([0-9]{1,4})\s+(\S.*)")
_ALIKE = str.maketrans("OIL", "011", " -\t\r")


def as_letters(data: bytes) -> str:
    """The bytes in base32: five bits a letter, the last one filled up with zeros."""
    bits = len(data) * 8
    count = -(-bits // 5)
    number = int.from_bytes(data, "big") << count * 5 - bits
    return "".join(ALPHABET[number >> shift & 31] for shift in range((count - 1) * 5, -1, -5))


def from_letters(text: str) -> bytes:
    """The bytes that `as_letters` gave the letters of; raises MistypedError for a character that is none of them."""
    letters = text.upper().translate(_ALIKE)
    number = 0
    for letter in letters:
        if letter not in ALPHABET:
            raise MistypedError(f"there is no {letter!r} in what was printed")
        number = number << 5 | ALPHABET.index(letter)
    size = len(letters) * 5 // 8
    return (number >> len(letters) * 5 - size * 8).to_bytes(size, "big")


def as_lines(data: bytes) -> Iterator[str]:
    """Lines such as `03/12  7QX4M ...  A1B2`: the number of the line, the letters in groups, their checksum."""
    parts = [data[start : start + LINE_BYTES] for start in range(0, len(data), LINE_BYTES)]
    for number, part in enumerate(parts, 1):
        letters = as_letters(part)
        groups = " ".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))
        yield f"{number:02}/{len(parts):02}  {groups}  {_checksum(number, part)}"


def from_lines(text: str) -> bytes:
    """The bytes of the numbered lines in a text; they may be in any order, and have other lines between them.

    Raises MistypedError, which names the lines that are missing or do not match their checksum.
    """
    parts: dict[int, bytes | None] = {}
    total = 0
    for line in text.splitlines():
        if match := _LINE.fullmatch(line):
            number, total = int(match[1]), int(match[2])
            parts[number] = _read(number, match[3])
    wrong = [number for number in range(1, total + 1) if parts.get(number) is None]
    if not total:
        raise MistypedError("there is no numbered line in it")
    if wrong:
        raise MistypedError("look again at these lines: " + ", ".join(f"{number:02}" for number in wrong))
    return b"".join(parts[number] or b"" for number in range(1, total + 1))


def _read(number: int, text: str) -> bytes | None:
    """The bytes of a line; None where they do not match its checksum."""
    try:
        letters = text.upper().translate(_ALIKE)
        part = from_letters(letters[:-_CHECKSUM_LETTERS])
        return part if letters[-_CHECKSUM_LETTERS:] == _checksum(number, part) else None
    except MistypedError:
        return None


def _checksum(number: int, part: bytes) -> str:
    """Over the number too: a line that was typed under another number does not match."""
    return as_letters(sha256(number.to_bytes(2, "big") + part).digest())[:_CHECKSUM_LETTERS]
