"""Certificates of many learners as one ZIP, made while it is sent: never more than one of them is in memory."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from lti_tool.errors import NotFoundError, RevokedError
from lti_tool.publishing.pdf_documents import certificate_of
from lti_tool.publishing.publisher import Publisher
from lti_tool.publishing.zip_stream import Outlet
from lti_tool.store.queries.credentials import NamedCredential

#: How much of a name stands in the name of a file, in bytes: file systems take 255.
MAX_NAME_BYTES = 120


def archive_of(
    publisher: Publisher, credentials: Iterable[NamedCredential], language: str, now: datetime
) -> Iterator[bytes]:
    """The ZIP with the certificate of each, piece by piece.

    Left out is a badge that was erased, revoked or suspended since it was chosen, by when its turn comes.
    """
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w") as archive:
        for each in credentials:
            try:
                pdf = certificate_of(publisher, each.credential_id, language)
            except (NotFoundError, RevokedError):
                continue
            # A PDF is compressed already.
            archive.writestr(zipfile.ZipInfo(file_name(each), now.timetuple()[:6]), pdf, zipfile.ZIP_STORED)
            yield outlet.take()
    yield outlet.take()


def file_name(credential: NamedCredential) -> str:
    """A name for the file: of letters and digits in whichever script, and of one badge only.

    Its end is that of the badge's id, which also keeps it from being a name that a system has reserved.
    """
    letters = "-".join(re.findall(r"\w+", unicodedata.normalize("NFC", credential.name or "")))
    short = letters.encode()[:MAX_NAME_BYTES].decode(errors="ignore").strip("-")
    return f"{short or 'learner'}-{credential.credential_id[-12:]}.pdf"
