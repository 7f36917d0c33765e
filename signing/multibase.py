"""Bytes as text: base58btc (multibase letter `z`) and base64url without padding (letter `u`).

Source: W3C Controlled Identifiers v1.0, "Multibase". All decoders raise ValueError.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_DIGITS = {digit: value for value, digit in enumerate(ALPHABET)}
#: Decoding base58 takes quadratic time; keys and signatures have at most 90 digits.
MAX_BASE58 = 512


def base58(data: bytes) -> str:
    """The bytes in base58btc, without the multibase letter."""
    # Ten digits at a time: a signature takes 9 divisions of a long number instead of 88.
    number = int.from_bytes(data, "big")
    blocks: list[str] = []
    while number:
        number, block = divmod(number, 58**10)
        pairs: list[str] = []
        for _ in range(5):
            block, pair = divmod(block, 58**2)
            pairs.append(_PAIRS[pair])
        blocks.extend(pairs)
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(blocks)).lstrip("1")


def from_base58(text: str) -> bytes:
    """The bytes of a text in base58btc; raises ValueError."""
    if len(text) > MAX_BASE58:
        raise ValueError("too long for base58")
    number = 0
    for character in text:
        if character not in _DIGITS:
            raise ValueError("not a base58 digit")
        number = number * 58 + _DIGITS[character]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base64url(data: bytes) -> str:
    """The bytes in base64url without padding."""
    base64 = b2a_base64(data, newline=False).rstrip(b"=")
    return base64.replace(b"+", b"-").replace(b"/", b"_").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a text in base64url; raises ValueError, also for padding, whitespace and the other alphabet."""
    try:
        data = text.encode("ascii")
        if len(data) % 4 == 1 or b"+" in data or b"/" in data or b"=" in data:
            raise ValueError("not the alphabet, or not the length, of base64url")
        base64 = data.replace(b"-", b"+").replace(b"_", b"/") + b"=" * (-len(data) % 4)
        # The strict mode of this function is slower by half. Without it, characters that are no digits are skipped:
        # the result is then shorter than it must be.
        decoded = a2b_base64(base64)
        if len(decoded) != len(data) * 3 // 4:
            raise ValueError("a character that is no digit")
        return decoded
    except ValueError as error:
        raise ValueError("not base64url") from error


def from_multibase(text: str) -> bytes:
    """The bytes of a `z…` or `u…` text; raises ValueError."""
    if text.startswith("z"):
        return from_base58(text[1:])
    if text.startswith("u"):
        return from_base64url(text[1:])
    raise ValueError("not multibase in base58btc or base64url")
