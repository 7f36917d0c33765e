"""bake and unbake: a secured credential into a PNG and out of it again; the picture itself is never encoded anew.

Source: Open Badges 3.0, "Baked Badge Specification", PNG: one uncompressed iTXt chunk `openbadgecredential`. We write
that and nothing else; we read what others wrote too: compressed, with a language, as tEXt or zTXt, under the keywords
of Open Badges 2.0 and of the Comprehensive Learner Record.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

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
#: What the text of one chunk may unpack to. A credential with its evidence has 20 thousand bytes.
MAX_TEXT_BYTES = 4_000_000
_TEXT_KINDS = (b"iTXt", b"tEXt", b"zTXt")


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of a PNG; `raw` is the whole of it as it stood in the file, with length and checksum."""

    kind: bytes
    data: bytes
    raw: bytes

    @property
    def keyword(self) -> bytes:
        """The keyword of a text chunk; empty for any other."""
        return self.data.split(b"\0", 1)[0] if self.kind in _TEXT_KINDS else b""


def bake(png: bytes, secured: SecuredCredential) -> bytes:
    """The PNG with the credential in it, in place of one baked in before; every other byte is as it was.

    Raises PictureError when the bytes are not a sound PNG.
    """
    header, *rest = read_chunks(png)
    text = KEYWORD + b"\0\0\0\0\0" + secured.text.encode()
    kept = (chunk.raw for chunk in rest if chunk.keyword != KEYWORD)
    return b"".join((SIGNATURE, header.raw, _chunk(b"iTXt", text), *kept))


def unbake(png: bytes) -> SecuredCredential:
    """The credential baked into the PNG, byte for byte; raises PictureError or NotBakedError."""
    found = baked_text(png)
    if found.keyword == LEGACY_KEYWORD:
        raise NotBakedError("open_badges_2", "The badge in the picture is of an older standard.")
    return secured_from(found.text)


@dataclass(frozen=True, slots=True)
class BakedText:
    """What stands in a picture. `plain`: written as Open Badges 3.0 demands, so every reader finds it."""

    text: str
    keyword: bytes
    plain: bool


def baked_text(png: bytes) -> BakedText:
    """The text baked into the PNG, of whatever standard; raises PictureError or NotBakedError.

    Where there are badges of several standards in one picture, the newest counts.
    """
    chunks = read_chunks(png)
    for keyword in (KEYWORD, CLR_KEYWORD, LEGACY_KEYWORD):
        baked = [chunk for chunk in chunks if chunk.keyword == keyword]
        if len(baked) > 1:
            raise PictureError("two_credentials", "There is more than one credential in the picture.")
        if baked:
            chunk = baked[0]
            plain = chunk.kind == b"iTXt" and chunk.data.startswith(keyword + b"\0\0\0\0\0")
            return BakedText(_text(chunk), keyword, plain)
    raise NotBakedError("no_credential", "There is no badge in this picture.")


def secured_from(text: str) -> SecuredCredential:
    """The text as a SecuredCredential: what begins with a brace is JSON, all else is taken for a compact JWS."""
    return SecuredCredential(text, JSON_TYPE if text.lstrip().startswith("{") else JWS_TYPE)


def read_chunks(png: bytes) -> tuple[Chunk, ...]:
    """All chunks of a PNG, from IHDR to IEND, each with the right checksum; raises PictureError otherwise."""
    if not png.startswith(SIGNATURE):
        raise PictureError("not_a_png", "The file is not a PNG picture.")
    if len(png) > MAX_BYTES:
        raise PictureError("too_large", f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
    chunks = tuple(_walk(png))
    if chunks[0].kind != b"IHDR" or len(chunks[0].data) != 13:
        raise PictureError("bad_order", "The PNG does not begin with its header.")
    kinds = [chunk.kind for chunk in chunks]
    if kinds.count(b"IHDR") != 1 or b"IDAT" not in kinds:
        raise PictureError("bad_order", "The PNG does not have one header and a picture.")
    return chunks


def _walk(png: bytes) -> Iterator[Chunk]:
    """The chunks as they follow each other, until IEND, after which nothing may stand."""
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        length = int.from_bytes(png[position : position + 4])
        end = position + 12 + length
        if end > len(png):
            raise PictureError("truncated", "The PNG breaks off in the middle.")
        kind, data = png[position + 4 : position + 8], png[position + 8 : end - 4]
        if crc32(png[position + 4 : end - 4]) != int.from_bytes(png[end - 4 : end]):
            raise PictureError("bad_checksum", "The PNG is damaged: a checksum is wrong.")
        yield Chunk(kind, data, png[position:end])
        position = end
        if kind == b"IEND":
            if position != len(png):
                raise PictureError("after_end", "Something stands behind the end of the PNG.")
            return
    raise PictureError("too_many_chunks", f"The PNG has more than {MAX_CHUNKS} parts.")


def _text(chunk: Chunk) -> str:
    """The text of a text chunk: Latin-1 in a tEXt or zTXt, says PNG; UTF-8, say the badges out there."""
    try:
        _, rest = chunk.data.split(b"\0", 1)
        match chunk.kind:
            case b"iTXt":  # compression flag and method, language, 0, translated keyword, 0, text
                compressed, (_, _, text) = rest[:2], rest[2:].split(b"\0", 2)
                if compressed not in (b"\0\0", b"\1\0"):
                    raise ValueError("a compression that PNG does not have")
                return (text if compressed == b"\0\0" else _unpacked(text)).decode()
            case b"zTXt":
                text = _unpacked(rest[1:])
            case _:
                text = rest
        try:
            return text.decode()
        except UnicodeDecodeError:
            return text.decode("latin-1")
    except (ValueError, zlib.error) as error:
        raise PictureError("bad_text", "The credential in the picture cannot be read.") from error


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(data, MAX_TEXT_BYTES + 1)
    if len(text) > MAX_TEXT_BYTES:
        raise PictureError("text_too_large", "The credential in the picture unpacks to too much.")
    if not unpacking.eof:
        raise ValueError("the compressed text breaks off")
    return text


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)
