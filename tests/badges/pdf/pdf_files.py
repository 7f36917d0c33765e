"""PDF files put together object by object, also such as no program would write."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def stream(content: bytes, entries: bytes = b"", *, compress: bool = True) -> bytes:
    """A stream object with these further entries."""
    data = zlib.compress(content) if compress else content
    kind = b"/Filter/FlateDecode" if compress else b""
    return b"<<%s%s/Length %d>>\nstream\n%s\nendstream" % (entries, kind, len(data), data)


def embedded(content: bytes, *, compress: bool = True) -> bytes:
    """The stream of an attachment, with all that certificates say about it."""
    entries = b"/Type /EmbeddedFile /Subtype /application#2Fjson /Params <</Size %d>>" % len(content)
    return stream(content, entries, compress=compress)


def pdf_file(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF with these objects, numbered from 1; the first is its catalog."""
    parts, offsets, position = [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"], [], 15
    for number, body in enumerate(objects, 1):
        offsets.append(position)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        position += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return b"".join(
        [
            *parts,
            b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table),
            b"trailer\n<</Root 1 0 R/Size %d%s>>\n" % (len(objects) + 1, trailer),
            b"startxref\n%d\n%%%%EOF\n" % position,
        ]
    )


def specification(number: int) -> bytes:
    """The file specification of the attachment whose stream is this object."""
    return b"<</Type/Filespec/F(badge.json)/EF<</F %d 0 R>>>>" % number


def pdf_with_names(*streams: bytes) -> bytes:
    """A PDF with one empty page, and these streams in its table of embedded files."""
    names = b"".join(b"(%d)%s" % (number, specification(number)) for number in range(4, len(streams) + 4))
    return pdf_with_catalog(b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % names, *streams)


def pdf_with_catalog(entries: bytes, *further: bytes, page: bytes = b"") -> bytes:
    """A PDF with these entries in its catalog and in its only page; the further objects are numbered from 4."""
    return pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R%s>>" % entries,
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]%s>>" % page,
            *further,
        ]
    )
