"""The credential attached to a PDF is found wherever a PDF may have it; hostile files cost little and are refused."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO

import fpdf
import pypdf
import pytest

from badges.errors import NotBakedError, PictureError
from badges.pdf.attachments import attached_text
from tests.badges.pdf.pdf_files import (
    embedded,
    pdf_file,
    pdf_with_catalog,
    pdf_with_names,
    specification,
    stream,
)

TEXT = b'{"@context": [], "type": ["OpenBadgeCredential"], "name": "\xc4\x80da"}'
OTHER = TEXT.replace(b"\xc4\x80da", b"Anna")
#: A guard against "for ever", not a measurement.
soon = pytest.mark.timeout(60)


def written_by_fpdf2(**encryption: object) -> bytes:
    document = fpdf.FPDF()
    document.add_page()
    document.embed_file(bytes=TEXT, basename="badge.json")
    if encryption:
        document.set_encryption(**encryption)
    return bytes(document.output())


def rewritten_by_pypdf(algorithm: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(pdf_with_names(embedded(TEXT))))
    writer.encrypt(user_password="", owner_password="of the college", algorithm=algorithm)
    return written(writer)


def written(writer: pypdf.PdfWriter) -> bytes:
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def with_object_streams() -> bytes:
    """The catalog and the file specification inside an object stream, as most programs write them today."""
    inside = [
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(badge.json) 4 0 R]>>>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        specification(5),
    ]
    offsets = [sum(len(part) + 1 for part in inside[:number]) for number in range(4)]
    head = b" ".join(b"%d %d" % (number, offset) for number, offset in enumerate(offsets, 1)) + b" "
    packed = stream(head + b" ".join(inside), b"/Type/ObjStm/N 4/First %d" % len(head))
    file, places = b"%PDF-1.7\n", []
    for number, body in ((5, embedded(TEXT)), (6, packed)):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places.append(len(file))
    rows = [(0, 0, 255), *((2, 6, index) for index in range(4)), *((1, place, 0) for place in places)]
    table = b"".join(kind.to_bytes(1) + place.to_bytes(4) + last.to_bytes(1) for kind, place, last in rows)
    xref = stream(table, b"/Type/XRef/Size 8/W[1 4 1]/Root 1 0 R")
    return file + b"7 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (xref, places[-1])


def table_in_levels() -> bytes:
    return pdf_with_catalog(
        b"/Names<</EmbeddedFiles 5 0 R>>",
        embedded(TEXT),
        b"<</Kids[6 0 R 7 0 R]>>",
        b"<</Kids[7 0 R]>>",
        b"<</Limits[(a)(z)]/Names[(badge.json)%s]>>" % specification(4),
    )


READ: dict[str, Callable[[], bytes]] = {
    "with the optional type": lambda: pdf_with_names(embedded(TEXT)),
    "without the optional type": lambda: pdf_with_names(stream(TEXT)),
    "not compressed": lambda: pdf_with_names(stream(TEXT, compress=False)),
    "in another filter": lambda: pdf_with_names(
        b"<</Filter/ASCIIHexDecode/Length %d>>\nstream\n%s>\nendstream"
        % (2 * len(TEXT) + 1, TEXT.hex().encode())
    ),
    "in a table of several levels": table_in_levels,
    "a paper clip on a page": lambda: pdf_with_catalog(
        b"", stream(TEXT), page=b"/Annots[<</Subtype/FileAttachment/Rect[0 0 1 1]/FS%s>>]" % specification(4)
    ),
    "associated with the document": lambda: pdf_with_catalog(b"/AF[%s]" % specification(4), stream(TEXT)),
    "associated with a page": lambda: pdf_with_catalog(b"", stream(TEXT), page=b"/AF[%s]" % specification(4)),
    "in object streams": with_object_streams,
    "by fpdf2": written_by_fpdf2,
    "that may not be printed, RC4": lambda: written_by_fpdf2(
        owner_password="of the college", encryption_method=fpdf.enums.EncryptionMethod.RC4
    ),
    "that may not be printed, AES-128": lambda: written_by_fpdf2(
        owner_password="of the college", encryption_method=fpdf.enums.EncryptionMethod.AES_128
    ),
    "that may not be printed, AES-256": lambda: rewritten_by_pypdf("AES-256"),
    "twice the same": lambda: pdf_with_names(stream(TEXT), embedded(TEXT, compress=False)),
    "beside others": lambda: pdf_with_names(stream(b'{"invoice": 1}'), stream(TEXT), stream(b"\x89PNG")),
    "beside one that is damaged": lambda: pdf_with_names(
        b"<</Filter/FlateDecode/Length 4>>\nstream\noops\nendstream", stream(TEXT)
    ),
    "after a byte order mark": lambda: pdf_with_names(stream(b"\xef\xbb\xbf" + TEXT)),
    "without a table of its objects": lambda: (
        pdf_with_names(stream(TEXT)).partition(b"xref\n0")[0]
        + b"trailer\n<</Root 1 0 R>>\nstartxref\n7\n%%EOF\n"
    ),
}


@soon
@pytest.mark.parametrize("how", READ)
def test_an_attachment_is_read_byte_for_byte(how: str) -> None:
    assert attached_text(READ[how]()).text.encode() == TEXT


def circle_of_tables() -> bytes:
    return pdf_with_catalog(
        b"/Names<</EmbeddedFiles 4 0 R>>", b"<</Kids[5 0 R]>>", b"<</Kids[4 0 R 5 0 R 4 0 R]>>"
    )


def tables_in_tables(depth: int) -> bytes:
    kids = [b"<</Kids[%d 0 R]>>" % (number + 5) for number in range(depth)]
    return pdf_with_catalog(b"/Names<</EmbeddedFiles 4 0 R>>", *kids, b"<</Names[]>>")


def table_of_objects(unpacked: int) -> bytes:
    """A file whose table of objects unpacks to so many bytes."""
    head = b"%PDF-1.7\n"
    table = stream(bytes(unpacked), b"/Type/XRef/Size 90000000/W[1 1 1]/Root 1 0 R")
    return head + b"1 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(head))


def pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    return pdf_file(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count),
            *[b"<</Type/Page/Parent 2 0 R>>"] * count,
        ]
    )


REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing attached": ("no_credential", lambda: pdf_with_names()),
    "only a header": ("no_credential", lambda: b"%PDF-1.7\n"),
    "no catalog": ("no_credential", lambda: pdf_file([b"7"])),
    "a password to open it": (
        "no_credential",
        lambda: written_by_fpdf2(owner_password="of the college", user_password="of Anna"),
    ),
    "two badges": ("two_credentials", lambda: pdf_with_names(stream(TEXT), stream(OTHER))),
    "two badges, one on a page": (
        "two_credentials",
        lambda: pdf_with_catalog(
            b"/AF[%s]" % specification(4), stream(TEXT), stream(OTHER), page=b"/AF[%s]" % specification(5)
        ),
    ),
    "not UTF-8": ("bad_text", lambda: pdf_with_names(stream(TEXT.replace(b"\xc4", b"")))),
    "too large": ("too_large", lambda: b"%PDF-1.7\n" + bytes(10_000_000)),
    "attachments that unpack to too much": (
        "no_credential",
        lambda: pdf_with_names(*[stream(bytes(9_000_000))] * 9),
    ),
    "an attachment packed twice": (
        "no_credential",
        lambda: pdf_with_names(
            b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n%s\nendstream" % (len(TWICE), TWICE)
        ),
    ),
    "large attachments": ("pdf_too_complex", lambda: pdf_with_names(*[stream(b"x" * 3_900_000)] * 6)),
    "many attachments": ("pdf_too_complex", lambda: pdf_with_names(*[stream(b"{}")] * 60)),
    "many pages": ("pdf_too_complex", lambda: pages(3_000)),
    "a circle of tables": ("no_credential", circle_of_tables),
    "tables in tables": ("pdf_too_complex", lambda: tables_in_tables(500)),
    "a page that holds itself": (
        "no_credential",
        lambda: pdf_file([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"]),
    ),
    "a reference to itself": ("no_credential", lambda: pdf_with_catalog(b"/Names 4 0 R", b"4 0 R")),
    "a table of objects that unpacks to too much": ("no_credential", lambda: table_of_objects(60_000_000)),
    "a table of very many objects": ("no_credential", lambda: table_of_objects(9_000_000)),
    "lists in lists": ("no_credential", lambda: pdf_with_catalog(b"/AF " + b"[" * 100_000)),
}
TWICE = zlib.compress(zlib.compress(bytes(90_000_000)))


@soon
@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_reason(case: str) -> None:
    code, file = REFUSED[case]
    with pytest.raises((PictureError, NotBakedError)) as refused:
        attached_text(file())
    assert refused.value.code == code
