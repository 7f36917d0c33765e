"""Bitstring status lists: one bit for each credential, in compressed form.

Which credential a bit belongs to stands only in that credential. Source: W3C Bitstring Status List v1.0; index 0 is the
leftmost bit of the first byte.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib

from signing.errors import StatusListError
from signing.multibase import base64url, from_base64url

#: Bits of a list that we publish. It is the least that the standard allows, so that one credential is one of many.
LENGTH = 131_072
#: Of `index_of`; a round changes both halves.
_ROUNDS = 4
#: The most bytes that a list of others may decompress to: 32 million credentials.
MAX_BYTES = 4_000_000


def empty() -> bytes:
    """A list of LENGTH bits, none of them set."""
    return bytes(LENGTH // 8)


def bit(bits: bytes, index: int) -> bool:
    """Whether the bit at the index is set; raises StatusListError where the list has no such index."""
    _demand_index(bits, index)
    return bool(bits[index // 8] & _mask(index))


def with_bit_set(bits: bytes, index: int) -> bytes:
    """The list with this bit set; raises StatusListError where the list has no such index."""
    _demand_index(bits, index)
    changed = bytearray(bits)
    changed[index // 8] |= _mask(index)
    return bytes(changed)


def with_bit_cleared(bits: bytes, index: int) -> bytes:
    """The list with this bit cleared; raises StatusListError where the list has no such index."""
    _demand_index(bits, index)
    changed = bytearray(bits)
    changed[index // 8] &= ~_mask(index)
    return bytes(changed)


def index_of(position: int, secret: bytes) -> int:
    """The index of the credential that is the `position`-th in a list, counted from 0.

    Each position has an index of its own, below LENGTH, and without the secret nobody sees from the indexes in which
    order credentials were issued. A Feistel network: each round changes one half of the bits by a hash of the other.
    Raises StatusListError where the list has no such position.
    """
    if not 0 <= position < LENGTH:
        raise StatusListError("the status list is full")
    low_bits = (LENGTH.bit_length() - 1) // 2
    low_mask, high_mask = (1 << low_bits) - 1, LENGTH // (1 << low_bits) - 1
    high, low = position >> low_bits, position & low_mask
    for turn in range(_ROUNDS):
        high ^= _hash(secret, turn, low) & high_mask
        low ^= _hash(secret, turn + _ROUNDS, high) & low_mask
    return high << low_bits | low


def _hash(secret: bytes, turn: int, half: int) -> int:
    digest = hashlib.blake2b(bytes([turn]) + half.to_bytes(4), key=secret, digest_size=4).digest()
    return int.from_bytes(digest)


def encode(bits: bytes) -> str:
    """`encodedList`: multibase base64url of the gzipped list; the same list always gives the same text."""
    # mtime 0: the header of gzip would hold the time otherwise.
    return "u" + base64url(gzip.compress(bits, compresslevel=6, mtime=0))


def decode(text: str, max_bytes: int = MAX_BYTES) -> bytes:
    """The bits of an `encodedList`; raises StatusListError, also for one that is larger than `max_bytes`."""
    if not isinstance(text, str) or not text.startswith("u"):
        raise StatusListError("the status list is not multibase base64url")
    # A few kilobytes of gzip can decompress to gigabytes, so never more than one byte above the limit is produced.
    decompressor = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        bits = decompressor.decompress(from_base64url(text[1:]), max_bytes + 1)
    except (ValueError, zlib.error) as error:
        raise StatusListError("the status list is damaged") from error
    if len(bits) > max_bytes:
        raise StatusListError("the status list unpacks to too much")
    if not decompressor.eof or decompressor.unused_data:
        raise StatusListError("the status list is cut off, or something follows it")
    return bits


def _demand_index(bits: bytes, index: int) -> None:
    if not 0 <= index < len(bits) * 8:
        raise StatusListError("the status list has no such entry")


def _mask(index: int) -> int:
    return 0x80 >> index % 8
