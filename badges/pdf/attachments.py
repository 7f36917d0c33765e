"""attached_text: the credential that is attached to a PDF certificate, read by the library pypdf.

An attachment may stand in the document's table of embedded files, be associated with the document or a page, or be a
paper clip on a page. Files that only forbid to print or copy are opened with their empty password.

Bytes, objects, pages and attachments are limited. Time is not: whoever reads the files of strangers calls this in a
process that can be ended, see PdfReader in `badges.verify.files`.

Source: ISO 32000-2, 7.11.4 "Embedded file streams", 14.13 "Associated files", 12.5.6.15 "File attachment annotations".
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from badges.bake import KEYWORD, MAX_BYTES, MAX_TEXT_BYTES, BakedText
from badges.errors import NotBakedError, PictureError

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_ATTACHMENTS = 50
MAX_OBJECTS = 20_000
MAX_PAGES = 2_000
#: Unpacked bytes of one table of objects; far more than a certificate of 10 MB needs.
MAX_TABLE_BYTES = 16_000_000
_MAX_DEPTH = 50
_OUTPUT_LIMITS = (
    "array_based_stream_maximum_output_length",
    "brotli_maximum_output_length",
    "jbig2_maximum_output_length",
    "lzw_maximum_output_length",
    "run_length_maximum_output_length",
    "zlib_maximum_output_length",
)
_JWS = re.compile(rb"[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")


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


def _attachments(pdf: bytes) -> list[bytes]:
    """The content of each attachment. Raises PictureError for too many of anything, NotBakedError for no sound PDF."""
    from pypdf import PdfReader, apply_configuration  # 29 MB, for those alone who have a PDF
    from pypdf.errors import LimitReachedError

    limits: dict[str, Any] = dict.fromkeys(_OUTPUT_LIMITS, MAX_TABLE_BYTES) | {
        "maximum_declared_stream_length": MAX_BYTES,
        "array_maximum_element_count": MAX_OBJECTS,
        "dictionary_maximum_element_count": MAX_OBJECTS,
        "page_tree_maximum_entries": MAX_PAGES,
        "page_tree_maximum_depth": _MAX_DEPTH,
        "jbig2dec_binary": None,
        "disable_legacy_handling": True,
    }
    try:
        with apply_configuration(**limits):
            reader = PdfReader(BytesIO(pdf), xref_stream_maximum_entries=10 * MAX_OBJECTS)
            return list(_contents(reader))
    except (LimitReachedError, RecursionError, MemoryError) as error:
        raise PictureError("pdf_too_complex", "The PDF has too many parts.") from error
    except PictureError:
        raise
    except Exception as error:  # pypdf has no base class for all that a damaged file makes it raise
        raise NotBakedError("no_credential", "The PDF cannot be read.") from error


def _contents(reader: PdfReader) -> Iterator[bytes]:
    """The content of each attachment, unpacked; empty for one that cannot be read, or is too large."""
    total = 0
    for number, stream in enumerate(_streams(reader), 1):
        content = _unpacked(stream)
        total += len(content)
        if number > MAX_ATTACHMENTS or total > 4 * MAX_TEXT_BYTES:
            raise PictureError("pdf_too_complex", "The PDF has too many attachments.")
        yield content.removeprefix(BOM_UTF8).strip()


def _unpacked(stream: Any) -> bytes:
    from pypdf import apply_configuration

    limits: dict[str, Any] = dict.fromkeys(_OUTPUT_LIMITS, MAX_TEXT_BYTES)
    try:
        with apply_configuration(**limits):
            content: bytes = stream.get_data()
    except Exception:  # noqa: BLE001 - a damaged stream makes pypdf raise errors of many kinds
        return b""
    return content if len(content) <= MAX_TEXT_BYTES else b""


def _streams(reader: PdfReader) -> Iterator[Any]:
    """The stream of each file specification, once, although several lists may name it."""
    seen: set[int] = set()
    for number, specification in enumerate(_specifications(reader)):
        if number > MAX_OBJECTS or len(reader.resolved_objects) > MAX_OBJECTS:
            raise PictureError("pdf_too_complex", "The PDF has too many parts.")
        for stream in _dictionary(_dictionary(specification).get("/EF")).values():
            found = _resolved(stream)
            # The reader keeps what it has resolved, so no two streams have one id.
            if hasattr(found, "get_data") and id(found) not in seen:
                seen.add(id(found))
                yield found


def _specifications(reader: PdfReader) -> Iterator[Any]:
    """Every file specification: of the table of embedded files, of associated files, of annotations."""
    catalog = reader.root_object
    yield from _named(_dictionary(catalog.get("/Names")).get("/EmbeddedFiles"), depth=0, seen=set())
    yield from _items(catalog.get("/AF"))
    for page in reader.pages:
        yield from _items(page.get("/AF"))
        for annotation in _items(page.get("/Annots")):
            yield _dictionary(annotation).get("/FS")


def _named(node: Any, *, depth: int, seen: set[int]) -> Iterator[Any]:
    """The values of a name tree. A node that is reached twice, as in a circle, counts once."""
    found = _dictionary(node)
    if id(found) in seen:
        return
    seen.add(id(found))
    if depth > _MAX_DEPTH or len(seen) > MAX_OBJECTS:
        raise PictureError("pdf_too_complex", "The PDF has too many parts.")
    yield from _items(found.get("/Names"))[1::2]
    for kid in _items(found.get("/Kids")):
        yield from _named(kid, depth=depth + 1, seen=seen)


def _resolved(value: Any) -> Any:
    """The object that a reference refers to; any other value itself. What is damaged or missing is None."""
    return value.get_object() if hasattr(value, "get_object") else value


def _dictionary(value: Any) -> dict[str, Any]:
    found = _resolved(value)
    return found if isinstance(found, dict) else {}


def _items(value: Any) -> list[Any]:
    found = _resolved(value)
    return found if isinstance(found, list) else []
