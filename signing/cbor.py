"""The part of CBOR that selective disclosure proofs use: unsigned numbers, bytes, texts, lists and maps.

Source: RFC 8949. Tag 64 (RFC 8746), which some implementations put before bytes, is read and dropped.
"""

from __future__ import annotations

from typing import Any

#: Major types: the first three bits of an item.
_NUMBER, _BYTES, _TEXT, _LIST, _MAP, _TAG = 0, 2, 3, 4, 5, 6
_BYTES_TAG = 64
#: Numbers below 24 are written in the first byte itself; these values say how many bytes follow with the number.
_LENGTHS = {24: 1, 25: 2, 26: 4, 27: 8}
MAX_DEPTH = 4


def encode(value: Any) -> bytes:
    """The CBOR of an unsigned number, bytes, a text, a dictionary or a list; raises ValueError from 2**64 on."""
    if isinstance(value, int):
        return _head(_NUMBER, value)
    if isinstance(value, bytes):
        return _head(_BYTES, len(value)) + value
    if isinstance(value, str):
        data = value.encode()
        return _head(_TEXT, len(data)) + data
    if isinstance(value, dict):
        return _head(_MAP, len(value)) + b"".join(encode(part) for pair in value.items() for part in pair)
    return _head(_LIST, len(value)) + b"".join(map(encode, value))


def decode(data: bytes) -> Any:
    """The one value that the bytes are; raises ValueError for anything else."""
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise ValueError("something follows the CBOR")
    return value


def _head(kind: int, number: int) -> bytes:
    """The beginning of an item: its major type, and its value, its length or the number of its members."""
    if number < 24:
        return bytes([kind << 5 | number])
    for short, length in _LENGTHS.items():
        if number < 256**length:
            return bytes([kind << 5 | short]) + number.to_bytes(length, "big")
    raise ValueError("a number is too large for CBOR")


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    """The value that begins at the offset, and the offset of its end."""
    kind, number, at = _read_head(data, at)
    if depth > MAX_DEPTH:
        raise ValueError("the CBOR is nested too deeply")
    if kind == _NUMBER:
        return number, at
    if kind in (_BYTES, _TEXT):
        content = _slice(data, at, number)
        return (content if kind == _BYTES else content.decode()), at + number
    if kind == _TAG and number == _BYTES_TAG:
        return _value(data, at, depth + 1)
    # Each member takes a byte at least: a list that claims more members than there are bytes is not even begun.
    if kind not in (_LIST, _MAP) or number > len(data):
        raise ValueError("not the CBOR of a proof")
    parts = []
    for _ in range(number if kind == _LIST else 2 * number):
        part, at = _value(data, at, depth + 1)
        parts.append(part)
    if kind == _LIST:
        return parts, at
    keys = parts[::2]
    if not all(isinstance(key, (int, str)) for key in keys) or len({*keys}) < len(keys):
        raise ValueError("a key of the CBOR occurs twice, or is no number or text")
    return dict(zip(keys, parts[1::2], strict=True)), at


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    first = _slice(data, at, 1)[0]
    kind, number, at = first >> 5, first & 31, at + 1
    if number < 24:
        return kind, number, at
    if number not in _LENGTHS:
        raise ValueError("not the CBOR of a proof")
    length = _LENGTHS[number]
    return kind, int.from_bytes(_slice(data, at, length), "big"), at + length


def _slice(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise ValueError("the CBOR is cut off")
    return data[at : at + length]
