"""attached_text: the credential that is attached to a PDF certificate.

This is not a PDF reader. An attachment is a stream whose dictionary says `/EmbeddedFile`, and a stream is never inside
another object, so searching the bytes finds them all. One that is encrypted, or compressed with anything but Flate, is
not read.

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
#: How far before `stream` its dictionary may begin.
_MAX_DICTIONARY = 2_000
_EMBEDDED = re.compile(rb"/Type\s*/EmbeddedFile\b")
_FILTER = re.compile(rb"/Filter\s*(?:/(\w+)|\[([^\]]*)\])")
_JWS = re.compile(rb"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
_BOM = b"\xef\xbb\xbf"


def looks_like_pdf(file: bytes) -> bool:
    """Whether the header of a PDF is near the beginning of the bytes."""
    return file[:1_024].lstrip().startswith(b"%PDF-")


def attached_text(pdf: bytes) -> BakedText:
    """The only credential among the attachments; equal copies count once.

    Raises PictureError where the PDF is too large or has several credentials, NotBakedError where it has none.
    """
    if len(pdf) > MAX_BYTES:
        raise PictureError("too_large", f"The PDF is larger than {MAX_BYTES // 1_000_000} MB.")
    credentials = {text for text in _attachments(pdf) if _may_be_credential(text)}
    if len(credentials) > 1:
        raise PictureError("two_credentials", "There is more than one credential in the PDF.")
    if not credentials:
        raise NotBakedError("no_credential", "There is no badge attached to this PDF.")
    try:
        return BakedText(text=credentials.pop().decode(), keyword=KEYWORD, plain=True)
    except UnicodeDecodeError as error:
        raise PictureError("bad_text", "The credential in the PDF cannot be read.") from error


def _may_be_credential(text: bytes) -> bool:
    """Whether an attachment looks like a credential: a certificate may have others, such as an invoice."""
    if _JWS.fullmatch(text):
        return True
    return text.startswith(b"{") and b"@context" in text and b"redential" in text


def _attachments(pdf: bytes) -> Iterator[bytes]:
    """The content of each attachment. Raises PictureError for too many streams, or too many bytes in them."""
    streams = attachments = total = 0
    for keyword in _STREAM.finditer(pdf):
        streams += 1
        before = pdf[max(0, keyword.start() - _MAX_DICTIONARY) : keyword.start()]
        dictionary = before[before.rfind(b" obj") + 1 :]
        if streams > MAX_STREAMS:
            raise PictureError("pdf_too_complex", "The PDF has too many parts.")
        if not _EMBEDDED.search(dictionary):
            continue
        attachments += 1
        text = _read_stream(pdf, keyword.end(), dictionary)
        total += len(text)
        if attachments > MAX_ATTACHMENTS or total > 4 * MAX_TEXT_BYTES:
            raise PictureError("pdf_too_complex", "The PDF has too many attachments.")
        yield text.removeprefix(_BOM).strip()


def _read_stream(pdf: bytes, start: int, dictionary: bytes) -> bytes:
    """The bytes of the stream at `start`, decompressed; empty for one that cannot be read, or is too large."""
    filters = _FILTER.search(dictionary)
    if filters is None:
        end = pdf.find(b"endstream", start)
        return b"" if end < 0 or end - start > MAX_TEXT_BYTES else pdf[start:end]
    if (filters[1] or filters[2].strip().removeprefix(b"/")) != b"FlateDecode":
        return b""
    decompressor = zlib.decompressobj()
    try:
        text = decompressor.decompress(memoryview(pdf)[start : start + MAX_TEXT_BYTES], MAX_TEXT_BYTES + 1)
    except zlib.error:
        return b""
    return text if decompressor.eof and len(text) <= MAX_TEXT_BYTES else b""
