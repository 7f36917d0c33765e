"""A bitstring status list: one bit per credential, of which nobody but its holder knows which.

Source: W3C Bitstring Status List v1.0. Index 0 is the leftmost bit of the first byte.
"""

from __future__ import annotations

import gzip
import zlib

from signing.errors import StatusListError
from signing.multibase import base64url, from_base64url

#: Bits in a list of ours, and the fewest that the standard allows: so many credentials hide one.
LENGTH = 131_072
#: What a stranger's list may unpack to: 32 million credentials.
MAX_BYTES = 4_000_000


def empty() -> bytes:
    return bytes(LENGTH // 8)


def bit(bits: bytes, index: int) -> bool:
    """Whether the credential at the index has the status; raises StatusListError where the list has no such index."""
    _demand_index(bits, index)
    return bool(bits[index // 8] & _mask(index))


def with_bit(bits: bytes, index: int, on: bool) -> bytes:
    """The list with this one bit on or off; raises StatusListError where the list has no such index."""
    _demand_index(bits, index)
    changed = bytearray(bits)
    changed[index // 8] = bits[index // 8] | _mask(index) if on else bits[index // 8] & ~_mask(index)
    return bytes(changed)


def encode(bits: bytes) -> str:
    """`encodedList`: multibase base64url of the gzipped list; the same list always gives the same text."""
    return "u" + base64url(gzip.compress(bits, compresslevel=6, mtime=0))


def decode(text: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The bits of an `encodedList`; raises StatusListError, also for one that unpacks to more than `max_bytes`."""
    if not isinstance(text, str) or not text.startswith("u"):
        raise StatusListError("the status list is not multibase base64url")
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        bits = unpacking.decompress(from_base64url(text[1:]), max_bytes + 1)
    except (ValueError, zlib.error) as error:
        raise StatusListError("the status list is damaged") from error
    if len(bits) > max_bytes:
        raise StatusListError("the status list unpacks to too much")
    if not unpacking.eof or unpacking.unused_data:
        raise StatusListError("the status list is cut off, or something follows it")
    return bits


def _demand_index(bits: bytes, index: int) -> None:
    if not 0 <= index < len(bits) * 8:
        raise StatusListError("the status list has no such entry")


def _mask(index: int) -> int:
    return 0x80 >> index % 8
