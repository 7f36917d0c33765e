"""unpacked_files: the files in a ZIP or an e-mail, which may hold a badge among others.

Their number and their unpacked bytes are limited, and a ZIP or a mail inside is one file like any other. Time is not
limited: whoever unpacks the files of strangers calls this in a process that can be ended, see Unpacker.

Sources: PKWARE APPNOTE 6.3, "ZIP File Format"; RFC 5322 and RFC 2045 for mail.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from badges.bake import MAX_BYTES
from badges.errors import PictureError

#: A folder with a badge in each of its formats, pictures beside them, and what file managers add.
MAX_FILES = 50
#: Of all files together, unpacked.
MAX_UNPACKED_BYTES = MAX_BYTES
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_ENTRY = b"PK\x01\x02"
_IS_ENCRYPTED = 1
_MAIL_START = re.compile(rb"(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]*:[ \t\r\n]")
_MAIL_HEADER = re.compile(rb"^(?:MIME-Version|Content-Type):", re.IGNORECASE | re.MULTILINE)
#: The headers of a mail that went through many servers have some ten thousand.
_MAX_HEADER_BYTES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackedFile:
    """A file in a ZIP, with its path there, or in an e-mail, without a name."""

    name: str
    content: bytes


#: `unpacked_files`, or a function that does the same within a limit of time.
Unpacker = Callable[[bytes], Sequence[UnpackedFile]]


def looks_like_zip(file: bytes) -> bool:
    return file.startswith(_ZIP_STARTS)


def looks_like_mail(file: bytes) -> bool:
    """Whether the bytes begin with the headers of an e-mail."""
    head = file[:_MAX_HEADER_BYTES].removeprefix(BOM_UTF8)
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return _MAIL_START.match(headers) is not None and _MAIL_HEADER.search(headers) is not None


def unpacked_files(file: bytes) -> tuple[UnpackedFile, ...]:
    """The files in a ZIP or an e-mail, in their order.

    Raises PictureError `too_many_files` for too many or too much, `cannot_unpack` for what is damaged or encrypted.
    """
    unpack = _files_in_zip if looks_like_zip(file) else _files_in_mail
    files, total = [], 0
    try:
        for number, unpacked in enumerate(unpack(file), 1):
            total += len(unpacked.content)
            if number > MAX_FILES or total > MAX_UNPACKED_BYTES:
                raise _too_many_files()
            files.append(unpacked)
    except PictureError:
        raise
    except Exception as error:  # both libraries raise errors of many kinds for damaged files
        raise _cannot_unpack() from error
    return tuple(files)


def _files_in_zip(file: bytes) -> Iterator[UnpackedFile]:
    from zipfile import (
        ZIP_DEFLATED,
        ZIP_STORED,
        ZipFile,
    )  # these libraries only for those who have such a file

    # The library reads the whole table first, however long it is.
    if file.count(_ZIP_ENTRY) > 2 * MAX_FILES:
        raise _too_many_files()
    with ZipFile(BytesIO(file)) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            # What else a ZIP may be packed with takes memory that the entry itself decides on.
            if entry.flag_bits & _IS_ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise _cannot_unpack()
            with archive.open(entry) as opened:
                yield UnpackedFile(name=entry.filename, content=opened.read(MAX_UNPACKED_BYTES + 1))


def _files_in_mail(file: bytes) -> Iterator[UnpackedFile]:
    from email import message_from_bytes

    for part in message_from_bytes(file.removeprefix(BOM_UTF8)).walk():
        if not part.is_multipart():
            content = part.get_payload(decode=True)
            yield UnpackedFile(name="", content=content if isinstance(content, bytes) else b"")


def _too_many_files() -> PictureError:
    return PictureError("too_many_files", "The file holds too many files, or too large ones.")


def _cannot_unpack() -> PictureError:
    return PictureError("cannot_unpack", "The file is damaged, or protected by a password.")
