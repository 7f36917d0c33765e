"""attached_text: the credential attached to a PDF, as certificates carry it.

Not a PDF reader: an attachment is a stream whose dictionary says `/EmbeddedFile`, and streams always stand in the file
itself, so they are found by looking for them. What is encrypted, or packed in any other way than Flate, is not read.

Source: ISO 32000, "Embedded file streams".
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from badges.bake import KEYWORD, MAX_BYTES, MAX_TEXT_BYTES, BakedText
from badges.errors import NotBakedError, PictureError

MAX_ATTACHMENTS = 50
MAX_STREAMS = 100_000
_STREAM = re.compile(rb"stream\r?\n")
_LONGEST_DICTIONARY = 2_000
_EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile\b")
_FILTER = re.compile(rb"/Filter\s*(?:/(\w+)|\[([^\]]*)\])")
_JWS = re.compile(rb"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
_BOM = b"\xef\xbb\xbf"


def looks_like_pdf(file: bytes) -> bool:
    return file[:1_024].lstrip().startswith(b"%PDF-")


def attached_text(pdf: bytes) -> BakedText:
    """The one credential among the attachments; raises PictureError or NotBakedError."""
    if len(pdf) > MAX_BYTES:
        raise PictureError("too_large", f"The PDF is larger than {MAX_BYTES // 1_000_000} MB.")
    found = {text for text in _attachments(pdf) if _is_credential(text)}
    if len(found) > 1:
        raise PictureError("two_credentials", "There is more than one credential in the PDF.")
    if not found:
        raise NotBakedError("no_credential", "There is no badge attached to this PDF.")
    try:
        return BakedText(found.pop().decode(), KEYWORD, True)
    except UnicodeDecodeError as error:
        raise PictureError("bad_text", "The credential in the PDF cannot be read.") from error


def _is_credential(text: bytes) -> bool:
    """Whether an attachment may be one: a certificate may carry its invoice, too."""
    if _JWS.fullmatch(text):
        return True
    return text.startswith(b"{") and b"@context" in text and b"redential" in text


def _attachments(pdf: bytes) -> Iterator[bytes]:
    streams = attachments = total = 0
    for start in _STREAM.finditer(pdf):
        streams += 1
        before = pdf[max(0, start.start() - _LONGEST_DICTIONARY) : start.start()]
        dictionary = before[before.rfind(b" obj") + 1 :]
        if streams > MAX_STREAMS:
            raise PictureError("pdf_too_complex", "The PDF has too many parts.")
        if not _EMBEDDED.search(dictionary):
            continue
        attachments += 1
        text = _content(pdf, start.end(), dictionary)
        total += len(text)
        if attachments > MAX_ATTACHMENTS or total > 4 * MAX_TEXT_BYTES:
            raise PictureError("pdf_too_complex", "The PDF has too many attachments.")
        yield text.removeprefix(_BOM).strip()


def _content(pdf: bytes, start: int, dictionary: bytes) -> bytes:
    """The bytes of the stream, unpacked; nothing for a stream that cannot be a credential."""
    filters = _FILTER.search(dictionary)
    if filters is None:
        end = pdf.find(b"endstream", start)
        return b"" if end < 0 or end - start > MAX_TEXT_BYTES else pdf[start:end]
    if (filters[1] or filters[2].strip().removeprefix(b"/")) != b"FlateDecode":
        return b""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(memoryview(pdf)[start : start + MAX_TEXT_BYTES], MAX_TEXT_BYTES + 1)
    except zlib.error:
        return b""
    return text if unpacking.eof and len(text) <= MAX_TEXT_BYTES else b""
