"""bake and unbake: a secured credential into a PNG and out of it again, without re-encoding the picture.

Source: Open Badges 3.0, "Baked Badge Specification", PNG: one uncompressed iTXt chunk `openbadgecredential`. Only that
is written. What other tools write is read too: compressed, with a language, as tEXt or zTXt, under the keywords of
Open Badges 2.0 and of the Comprehensive Learner Record.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from isal.isal_zlib import crc32

from badges.errors import NotBakedError, PictureError
from signing.secured import SecuredCredential

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
LEGACY_KEYWORD = b"openbadges"
CLR_KEYWORD = b"clrcredential"
JSON_TYPE = "application/vc+ld+json"
JWS_TYPE = "application/jwt"
MAX_BYTES = 10_000_000
MAX_CHUNKS = 20_000
#: The limit against decompression bombs: a credential with its evidence has about 20 thousand bytes.
MAX_TEXT_BYTES = 4_000_000
_TEXT_KINDS = (b"iTXt", b"tEXt", b"zTXt")
#: Length, kind and checksum of a chunk have 12 bytes, the content of IHDR has 13.
_HEADER_END = len(SIGNATURE) + 12 + 13
_LENGTH_AND_KIND, _CHECKSUM = Struct(">I4s"), Struct(">I")


class TextChunk(NamedTuple):
    """A text chunk of a PNG: its keyword, the bytes after it, and the offsets of the chunk in the file."""

    kind: bytes
    keyword: bytes
    rest: bytes
    start: int
    end: int


def bake(png: bytes, secured: SecuredCredential) -> bytes:
    """The PNG with the credential in it, in place of an earlier one; every other byte stays the same.

    Raises PictureError where the bytes are not a sound PNG.
    """
    view, position = memoryview(png), _HEADER_END
    other_chunks = []
    for chunk in text_chunks(png):
        if chunk.keyword == KEYWORD:
            other_chunks.append(view[position : chunk.start])
            position = chunk.end
    # After the keyword: its 0, not compressed, compression method 0, an empty language, an empty translated keyword.
    text = KEYWORD + b"\0\0\0\0\0" + secured.text.encode()
    return b"".join((view[:_HEADER_END], _chunk(b"iTXt", text), *other_chunks, view[position:]))


def unbake(png: bytes) -> SecuredCredential:
    """The credential baked into the PNG, byte for byte.

    Raises PictureError where the PNG is not sound, NotBakedError where it has no badge, or one of Open Badges 2.0.
    """
    baked = baked_text(png)
    if baked.keyword == LEGACY_KEYWORD:
        raise NotBakedError("open_badges_2", "The badge in the picture is of an older standard.")
    return secured_from(baked.text)


class BakedText(NamedTuple):
    """The text baked into a picture. `plain`: as Open Badges 3.0 demands, so every reader finds it."""

    text: str
    keyword: bytes
    plain: bool


def baked_text(png: bytes) -> BakedText:
    """The text baked into the PNG, of whatever standard; of several standards, the newest.

    Raises PictureError where the PNG is not sound or has two badges of one standard, NotBakedError where it has none.
    """
    chunks = text_chunks(png)
    for keyword in (KEYWORD, CLR_KEYWORD, LEGACY_KEYWORD):
        baked = [chunk for chunk in chunks if chunk.keyword == keyword]
        if len(baked) > 1:  # readers take the first or the last, so people could be shown either
            raise PictureError("two_credentials", "There is more than one credential in the picture.")
        if baked:
            kind, _, rest, *_ = baked[0]
            is_plain = kind == b"iTXt" and rest.startswith(b"\0\0\0\0")
            return BakedText(text=_decode_text(kind, rest), keyword=keyword, plain=is_plain)
    raise NotBakedError("no_credential", "There is no badge in this picture.")


def secured_from(text: str) -> SecuredCredential:
    """The text as a SecuredCredential: JSON where it begins with a brace, else a compact JWS. Does not check either."""
    return SecuredCredential(text, JSON_TYPE if text.lstrip().startswith("{") else JWS_TYPE)


def text_chunks(png: bytes) -> list[TextChunk]:
    """The text chunks of a PNG. Raises PictureError unless it is sound from IHDR to IEND, with every checksum right."""
    if not png.startswith(SIGNATURE):
        raise PictureError("not_a_png", "The file is not a PNG picture.")
    if len(png) > MAX_BYTES:
        raise PictureError("too_large", f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
    spans = list(_spans(png))
    kinds = [kind for kind, _, _ in spans]
    if kinds[0] != b"IHDR" or spans[0][2] != _HEADER_END:
        raise PictureError("bad_order", "The PNG does not begin with its header.")
    if kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise PictureError("bad_order", "The PNG does not have one header and a picture.")
    texts = []
    for kind, start, end in spans:
        if kind in _TEXT_KINDS:
            keyword, _, rest = png[start + 8 : end - 4].partition(b"\0")
            texts.append(TextChunk(kind, keyword, rest, start, end))
    return texts


def _spans(png: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of each chunk, up to IEND. Raises PictureError for damage, and for bytes after IEND.

    Bytes after IEND are refused because a second file can hide there, which other programs would open.
    """
    view, size, start = memoryview(png), len(png), len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if start + 12 > size:
            break
        length, kind = _LENGTH_AND_KIND.unpack_from(png, start)
        end = start + 12 + length
        if end > size:
            break
        if crc32(view[start + 4 : end - 4]) != _CHECKSUM.unpack_from(png, end - 4)[0]:
            raise PictureError("bad_checksum", "The PNG is damaged: a checksum is wrong.")
        yield kind, start, end
        if kind == b"IEND":
            if end != size:
                raise PictureError("after_end", "Something stands behind the end of the PNG.")
            return
        start = end
    else:
        raise PictureError("too_many_chunks", f"The PNG has more than {MAX_CHUNKS} parts.")
    raise PictureError("truncated", "The PNG breaks off in the middle.")


def _decode_text(kind: bytes, rest: bytes) -> str:
    """The text of a text chunk. Raises PictureError where it cannot be read.

    In a tEXt or zTXt chunk PNG demands Latin-1, but most badges have UTF-8 there; so UTF-8 is tried first.
    """
    try:
        match kind:
            case b"iTXt":  # compression flag and method, language, 0, translated keyword, 0, text
                compression, (_, _, text) = rest[:2], rest[2:].split(b"\0", 2)
                if compression not in (b"\0\0", b"\1\0"):
                    raise ValueError("a compression that PNG does not have")
                return (text if compression == b"\0\0" else _decompress(text)).decode()
            case b"zTXt":
                text = _decompress(rest[1:])
            case _:
                if not rest:
                    raise ValueError("a keyword without a text")
                text = rest
        try:
            return text.decode()
        except UnicodeDecodeError:
            return text.decode("latin-1")
    except (ValueError, zlib.error) as error:
        raise PictureError("bad_text", "The credential in the picture cannot be read.") from error


def _decompress(data: bytes) -> bytes:
    """The bytes that zlib packed. Raises PictureError for too many, ValueError or zlib.error for damaged data."""
    decompressor = zlib.decompressobj()
    text = decompressor.decompress(data, MAX_TEXT_BYTES + 1)
    if len(text) > MAX_TEXT_BYTES:
        raise PictureError("text_too_large", "The credential in the picture unpacks to too much.")
    if not decompressor.eof:
        raise ValueError("the compressed text breaks off")
    return text


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)
