"""Which files a portfolio takes, told by their first bytes and never by a name or what a browser says.

Nothing here opens a file: no archive is unpacked, no picture drawn. Files are given out as attachments, as they came.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.errors import PriorLearningError


@dataclass(frozen=True, slots=True, kw_only=True)
class FileType:
    """A media type, and how the names of its files end."""

    media_type: str
    ending: str


PDF = FileType(media_type="application/pdf", ending=".pdf")
PNG = FileType(media_type="image/png", ending=".png")
JPEG = FileType(media_type="image/jpeg", ending=".jpg")
WEBP = FileType(media_type="image/webp", ending=".webp")
TEXT = FileType(media_type="text/plain", ending=".txt")
DOCX = FileType(
    media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document", ending=".docx"
)
ODT = FileType(media_type="application/vnd.oasis.opendocument.text", ending=".odt")

JSON = FileType(media_type="application/json", ending=".json")
ALL = (PDF, PNG, JPEG, WEBP, TEXT, DOCX, ODT, JSON)

_BEGINNINGS = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_ZIP = b"PK\x03\x04"
#: The name of the first file in the archive stands there; an OpenDocument begins with its type, not packed.
_NAME_AT = 30
_ODT_HEAD = b"mimetype" + ODT.media_type.encode()
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f") | {127}


def type_of(content: bytes) -> FileType:
    """What the file is. Raises PriorLearningError, `file_type`, for any other, and `empty`."""
    if not content:
        raise PriorLearningError("empty", "the file is empty")
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            return found
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(_ZIP):
        return _type_of_archive(content)
    if _is_text(content):
        return TEXT
    raise PriorLearningError("file_type", "a file of this kind is not taken")


def _type_of_archive(content: bytes) -> FileType:
    if content[_NAME_AT:].startswith(_ODT_HEAD):
        return ODT
    if b"[Content_Types].xml" in content and b"word/document.xml" in content:
        return DOCX
    raise PriorLearningError("file_type", "an archive is taken only where it is a document")


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return _CONTROLS.isdisjoint(content)
