"""A recognition pack that somebody hands in: whether its issuer signed it, and the report on each badge in it."""

from __future__ import annotations

from contextlib import suppress

from flask import Response

from badges.errors import NotBakedError, PictureError
from badges.recognition_pack.seal import check_pack_seal
from badges.recognition_pack.signed import (
    FILE_NAME,
    ReadPack,
    looks_like_pack,
    looks_like_pdf_with_pack,
    read_pack,
)
from lti_tool import bounded_process
from lti_tool.web.current import current_tool
from lti_tool.web.limits import waiting_for_strangers
from lti_tool.web.public import batch
from lti_tool.web.public.batch import CheckedPack, HandedIn


def pack_in(file: bytes) -> ReadPack | None:
    """The pack that the file is, or that is attached to it; None where there is none. Raises BusyError for a PDF."""
    if looks_like_pack(file):
        with suppress(UnicodeDecodeError):
            return read_pack(file.decode())
    if not looks_like_pdf_with_pack(file):
        return None
    with waiting_for_strangers():
        try:
            attached = bounded_process.attached_text(file, current_tool().new_budget().seconds_left())
        except (PictureError, NotBakedError):
            return None
    return read_pack(attached.text)


def check(pack: ReadPack) -> Response:
    """The page with the reports on the badges of the pack, or the same as JSON. Raises BusyError."""
    tool = current_tool()
    with waiting_for_strangers():
        outcome = tool.check_pack(pack)
    seal = check_pack_seal(pack, tool.clock()) if pack.sealed else None
    files = [
        HandedIn(name=f"{FILE_NAME} ({number})", content=text.encode())
        for number, text in enumerate(pack.credentials, 1)
    ]
    is_own = tool.issuers.is_own(pack.issuer_id)
    return batch.check_together(
        files,
        CheckedPack(outcome=outcome, issuer_name=pack.issuer_name, is_own=is_own, seal=seal),
    )
