"""DER (X.690), as far as seals need it: elements written, and the elements of bytes told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def element(tag: int, *contents: bytes) -> bytes:
    """The element of that tag, with the contents one after the other."""
    content = b"".join(contents)
    return bytes([tag]) + _length(len(content)) + content


def sequence(*members: bytes) -> bytes:
    """The SEQUENCE of these elements."""
    return element(0x30, *members)


def set_of(members: Iterable[bytes]) -> bytes:
    """The SET OF these elements, in the order that DER asks for (X.690, 11.6)."""
    return element(0x31, *sorted(members))


def explicit(number: int, content: bytes) -> bytes:
    """The element inside the context tag of that number; also the implicit form of a SET or SEQUENCE's content."""
    return element(0xA0 + number, content)


def integer(value: int) -> bytes:
    """The INTEGER of a number that is not negative."""
    return element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(content: bytes) -> bytes:
    """The OCTET STRING of these bytes."""
    return element(0x04, content)


def null() -> bytes:
    """NULL."""
    return element(0x05)


def identifier(dotted: str) -> bytes:
    """The OBJECT IDENTIFIER that is written so with dots."""
    first, second, *rest = map(int, dotted.split("."))
    return element(0x06, *(_base_128(each) for each in (40 * first + second, *rest)))


def elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """The tag and the content of each element, one after the other. Raises ValueError where one is cut off."""
    while der:
        if len(der) < 2:
            raise ValueError("an element without a length")
        tag, length, start = der[0], der[1], 2
        if length >= 0x80:
            start += length - 0x80
            # No certificate has an element of 2^32 bytes, and 0x80 alone has no length at all.
            if not 2 < start <= 6:
                raise ValueError("a length that is no length")
            length = int.from_bytes(der[2:start], "big")
        if len(der) < start + length:
            raise ValueError("an element that is cut off")
        yield tag, der[start : start + length]
        der = der[start + length :]


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    size = (length.bit_length() + 7) // 8
    return bytes([0x80 + size]) + length.to_bytes(size, "big")


def _base_128(number: int) -> bytes:
    """Seven bits a byte, the highest first; all but the last have their eighth bit set."""
    found = [number & 0x7F]
    while number := number >> 7:
        found.append(number & 0x7F | 0x80)
    return bytes(reversed(found))
