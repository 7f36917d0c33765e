"""Signed texts in a few hundred bytes, from which each is restored byte for byte.

The credentials of one achievement differ in a few values. What they share stands once in a dictionary, by which zlib
(raw deflate) packs each of them; without that dictionary none can be read, so it is in the same database and backup.
"""

from __future__ import annotations

import zlib

from signing.multibase import base64url, from_base64url

#: The most that is unpacked: more than any credential of ours has.
MOST_BYTES = 4_000_000
#: The first byte of a packed JWT: whether header and payload are decoded, or it is kept as it is.
_DECODED, _AS_IT_IS = b"\x01", b"\x00"


def pack(text: str, dictionary: bytes) -> bytes:
    """The text, packed by the dictionary."""
    return _deflate(text.encode(), dictionary)


def unpack(packed: bytes, dictionary: bytes) -> str:
    """The text that was packed by this dictionary. Raises ValueError where it was another, or something is damaged."""
    return _inflate(packed, dictionary).decode()


def pack_jwt(jwt: str, dictionary: bytes) -> bytes:
    """A compact JWS, packed by the dictionary; base64url alone would hide that most of its payload is there too."""
    parts = jwt.split(".")
    decoded = [_decoded(part) for part in parts]
    if len(parts) != 3 or any(base64url(raw) != part for raw, part in zip(decoded, parts, strict=True)):
        return _AS_IT_IS + _deflate(jwt.encode(), dictionary)
    header, payload, signature = decoded
    lengths = len(header).to_bytes(4) + len(signature).to_bytes(4)
    return _DECODED + lengths + signature + _deflate(header + payload, dictionary)


def unpack_jwt(packed: bytes, dictionary: bytes) -> str:
    """The JWT that was packed by this dictionary. Raises ValueError as `unpack` does."""
    if packed[:1] == _AS_IT_IS:
        return _inflate(packed[1:], dictionary).decode()
    of_header, of_signature = int.from_bytes(packed[1:5]), int.from_bytes(packed[5:9])
    signature, rest = packed[9 : 9 + of_signature], packed[9 + of_signature :]
    both = _inflate(rest, dictionary)
    return ".".join(base64url(part) for part in (both[:of_header], both[of_header:], signature))


def _deflate(data: bytes, dictionary: bytes) -> bytes:
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS, zdict=dictionary)
    return packer.compress(data) + packer.flush()


def _inflate(packed: bytes, dictionary: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=dictionary)
    try:
        data = unpacker.decompress(packed, MOST_BYTES)
    except zlib.error as error:
        raise ValueError("a packed text is damaged") from error
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("a packed text is cut off, too long, or something follows it")
    return data


def _decoded(part: str) -> bytes:
    try:
        return from_base64url(part)
    except ValueError:
        return b""
