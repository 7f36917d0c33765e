"""place_for_seal: a finished PDF with a signature field, whose seal (PAdES) is filled in when it has been made.

The field is added as PDF lets a file be added to: what stands there stays, byte for byte, and after it come the objects
that are new or different, with a table of their own. Only files of PdfDocument are added to: their table of objects is
plain, and no object is packed.

Source: ISO 32000-1, 7.5.6 (incremental updates), 12.7.4.5 and 12.8.1 (signature fields); ETSI EN 319 142-1, 6.3;
ISO 19005-3, 6.3.2 and 6.4.3 (PDF/A-3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

#: The parts of a file of PdfDocument that are read.
_TABLE = re.compile(rb"startxref\n(\d+)\n%%EOF\s*\Z")
_SIZE = re.compile(rb"/Size (\d+)")
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_PAGES = re.compile(rb"/Pages (\d+) 0 R")
_FIRST_PAGE = re.compile(rb"/Kids \[(\d+) 0 R")
_IDENTIFIER = re.compile(rb"/ID \[<([0-9A-F]+)>")
_LINE = re.compile(rb"\A(\d{10}) 00000 n \n\Z")
_DICTIONARY = re.compile(rb"\A\d+ 0 obj\n(<<\n.*\n>>)\Z", re.DOTALL)

#: The four numbers of a /ByteRange have so many places together, filled up with spaces after them.
_RANGE_PLACES = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceForSeal:
    """A PDF up to the seal and after it, and how many bytes the seal may have."""

    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    size: int

    @property
    def sealed(self) -> bytes:
        """What the seal is of: the whole file but for its own place."""
        return self.before + self.after

    def filled(self, seal: bytes) -> bytes:
        """The PDF with that seal in DER. Raises ValueError for one that is larger than its place."""
        if len(seal) > self.size:
            raise ValueError("the seal is larger than its place")
        return self.before + b"<%s>" % seal.ljust(self.size, b"\0").hex().encode() + self.after


def place_for_seal(pdf: bytes, size: int, now: datetime) -> PlaceForSeal:
    """The PDF of a PdfDocument with an invisible signature field of that moment, for a seal of `size` bytes at most.

    The same PDF gives the same bytes. Raises ValueError for any other PDF.
    """
    table = int(_found(_TABLE, pdf))
    trailer = pdf[pdf.index(b"trailer\n", table) :]
    count, root = int(_found(_SIZE, trailer)), int(_found(_ROOT, trailer))
    catalog = _object(pdf, table, root)
    page = int(_found(_FIRST_PAGE, _object(pdf, table, int(_found(_PAGES, catalog)))))
    signature, widget = count, count + 1
    changed = {
        root: _with_entry(catalog, b"/AcroForm <</Fields [%d 0 R] /SigFlags 3>>" % widget),
        page: _with_annotation(_object(pdf, table, page), widget),
        widget: _widget(page, signature),
    }
    content, offsets = pdf.rstrip() + b"\n", {}
    for number, body in changed.items():
        offsets[number] = len(content)
        content += _numbered(number, body) + b"\nendobj\n"
    offsets[signature] = len(content)
    content += _numbered(signature, _signature(now)) + b"/ByteRange "
    begins = len(content) + _RANGE_PLACES + len(b"\n/Contents ")
    ends = begins + 2 * size + 2
    closing = b"\n>>\nendobj\n"
    after = closing + _table(offsets)
    # The second half of the identifier tells this file from the one without the field.
    identifiers = (
        _found(_IDENTIFIER, trailer),
        sha256(content).hexdigest()[:32].upper().encode(),
    )
    after += b"trailer\n<<\n/Size %d\n/Root %d 0 R\n/Prev %d\n" % (count + 2, root, table)
    after += b"/ID [<%s><%s>]\n>>\nstartxref\n%d\n%%%%EOF\n" % (*identifiers, ends + len(closing))
    covered = b"[0 %d %d %d]" % (begins, ends, len(after))
    return PlaceForSeal(
        before=content + covered.ljust(_RANGE_PLACES) + b"\n/Contents ", after=after, size=size
    )


def _widget(page: int, signature: int) -> bytes:
    """The field and its annotation. PDF/A asks one without a size for no appearance, and for /F: printed, locked."""
    field_of = b"<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T (Seal)\n/F 132\n/Rect [0 0 0 0]\n"
    return field_of + b"/P %d 0 R\n/V %d 0 R\n>>" % (page, signature)


def _signature(now: datetime) -> bytes:
    """The signature dictionary up to its /ByteRange."""
    moment = now.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ").encode()
    return b"<<\n/Type /Sig\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.CAdES.detached\n/M (%s)\n" % moment


def _numbered(number: int, body: bytes) -> bytes:
    return b"%d 0 obj\n%s" % (number, body)


def _table(offsets: Mapping[int, int]) -> bytes:
    """The cross-reference table of these objects, each in a section of its own."""
    # Some readers take it that a table begins with the object 0.
    return b"xref\n0 1\n0000000000 65535 f \n" + b"".join(
        b"%d 1\n%010d 00000 n \n" % each for each in sorted(offsets.items())
    )


def _object(pdf: bytes, table: int, number: int) -> bytes:
    """The dictionary that is the object of that number. Raises ValueError where the table does not lead to one."""
    # Lines of 20 bytes, after one that says which object is the first, which is 0, and how many there are.
    first = pdf.index(b"\n", table + len(b"xref\n")) + 1
    line = pdf[first + 20 * number : first + 20 * (number + 1)]
    start = int(_found(_LINE, line))
    body = pdf[start : pdf.index(b"\nendobj", start)]
    if not body.startswith(b"%d 0 obj\n" % number):
        raise ValueError("the table of the PDF leads to another object")
    return _found(_DICTIONARY, body)


def _with_entry(dictionary: bytes, entry: bytes) -> bytes:
    return b"<<\n" + entry + dictionary.removeprefix(b"<<")


def _with_annotation(page: bytes, number: int) -> bytes:
    """The page with one annotation more: PdfDocument writes those that it has into the page itself."""
    annotation = b"%d 0 R" % number
    if b"\n/Annots [" in page:
        return page.replace(b"\n/Annots [", b"\n/Annots [%s " % annotation, 1)
    return _with_entry(page, b"/Annots [%s]" % annotation)


def _found(pattern: re.Pattern[bytes], text: bytes) -> bytes:
    """What the pattern's group is in the text. Raises ValueError where it is not there."""
    found = pattern.search(text)
    if found is None:
        raise ValueError("the PDF has not the form in which PdfDocument writes one")
    return bytes(found[1])
