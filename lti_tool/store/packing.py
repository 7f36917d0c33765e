"""Signed texts in a few hundred bytes, from which each is restored byte for byte.

The credentials of one achievement differ in a few values. What they share stands once in a dictionary, by which zlib
(raw deflate) packs each of them; without that dictionary none can be read, so it is in the same database and backup.
Deflate finds what is at most 32 KiB back: a credential of more than that takes more than a few hundred bytes.
"""

from __future__ import annotations

import zlib

from signing.multibase import base64url, from_base64url

#: The most that is unpacked: more than any credential of ours has.
MOST_BYTES = 4_000_000
#: The first byte of two packed texts, by what else is packed of the JWT beside its header: what its payload has beyond
#: the JSON, the whole payload, or nothing, because the JWT is kept as it is.
_CLAIMS, _PAYLOAD, _AS_IT_IS = b"\x01", b"\x02", b"\x00"
#: What stands between a credential and its proof in the JSON, and what the JSON writes for some characters of texts.
_PROOF = ',"proof":'
_ESCAPES = (("\\u0026", "&"), ("\\u003c", "<"), ("\\u003e", ">"), ("\\u007b", "{"), ("\\u007d", "}"))


def pack(text: str, dictionary: bytes) -> bytes:
    """The text, packed by the dictionary."""
    return _deflate(text.encode(), dictionary)


def unpack(packed: bytes, dictionary: bytes) -> str:
    """The text that was packed by this dictionary. Raises ValueError where it was another, or something is damaged."""
    return _inflate(packed, dictionary).decode()


def pack_both(text: str, jwt: str, dictionary: bytes) -> bytes:
    """A credential as JSON and as a compact JWS, packed by the dictionary.

    The payload of our JWS is the JSON without its proof, and some claims behind it: then only those are packed.
    """
    parts = jwt.split(".")
    decoded = [_decoded(part) for part in parts]
    if len(parts) == 3 and all(base64url(raw) == part for raw, part in zip(decoded, parts, strict=True)):
        kind, (header, payload, signature) = _PAYLOAD, decoded
        if payload.startswith(shared := _without_proof(text)):
            kind, payload = _CLAIMS, payload[len(shared) :]
    else:
        kind, (header, payload, signature) = _AS_IT_IS, (jwt.encode(), b"", b"")
    json = text.encode()
    lengths = b"".join(len(part).to_bytes(4) for part in (json, header, signature))
    return kind + lengths + signature + _deflate(json + header + payload, dictionary)


def unpack_both(packed: bytes, dictionary: bytes) -> tuple[str, str]:
    """The JSON and the JWS that were packed by this dictionary. Raises ValueError as `unpack` does."""
    kind = packed[:1]
    of_json, of_header, of_signature = (int.from_bytes(packed[at : at + 4]) for at in (1, 5, 9))
    signature, rest = packed[13 : 13 + of_signature], packed[13 + of_signature :]
    unpacked = _inflate(rest, dictionary)
    text, header = unpacked[:of_json].decode(), unpacked[of_json : of_json + of_header]
    payload = unpacked[of_json + of_header :]
    if kind == _AS_IT_IS:
        return text, header.decode()
    if kind == _CLAIMS:
        payload = _without_proof(text) + payload
    return text, ".".join(base64url(part) for part in (header, payload, signature))


def _without_proof(text: str) -> bytes:
    """The JSON of a credential up to its proof, with the characters that it escapes.

    What is stored is read by this: it must never change. Where it is not what the JWS has, it is not used.
    """
    credential, _, _ = text.rpartition(_PROOF)
    for escape, character in _ESCAPES:
        credential = credential.replace(escape, character)
    return credential.encode()


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
