"""All badges of a learner as files in a ZIP, which is made while it is sent: those of this site and those they keep."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain

from lti_tool.issuing.baking import bake_badge
from lti_tool.publishing.publisher import Publisher
from lti_tool.publishing.zip_stream import Outlet
from lti_tool.store import queries

_ENDINGS = {"json": "json", "jwt": "jwt", "other": "txt"}


def all_badges(publisher: Publisher, people: Sequence[int], now: datetime) -> Iterator[bytes]:
    """The ZIP, piece by piece. What is kept is in it as it came, byte for byte; one badge is in memory."""
    outlet = Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in chain(_issued(publisher, people), kept_files(publisher, people)):
            _write(archive, name, content, now)
            yield outlet.take()
    yield outlet.take()


def file_name(kept_id: int, form: str) -> str:
    """The name of the file of a kept badge: in ASCII, for some wallets read no other."""
    return f"kept-badge-{kept_id}.{_ENDINGS[form]}"


def _issued(publisher: Publisher, people: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    with publisher.store.read() as session:
        ids = [each.credential_id for each in queries.backpack.issued_held(session, people)]
    for credential_id in ids:
        with publisher.store.read() as session:
            row = queries.credentials.credential(session, credential_id or "")
            if row is None:
                continue
            png = bake_badge(publisher.issuers.of(session, row.issuer_id), row).png
            files = [(f"{row.id}.json", row.text.encode()), (f"{row.id}.png", png)]
        yield from files


def kept_files(publisher: Publisher, people: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """What these people keep, each as a file: its name, and the badge byte for byte."""
    with publisher.store.read() as session:
        ids = [row.id for row in queries.backpack.kept_badges(session, people)]
    for kept_id in ids:
        with publisher.store.read() as session:
            row = queries.backpack.kept(session, kept_id)
            if row is not None:
                found = file_name(row.id, row.form), row.text.encode()
        if row is not None:
            yield found


def _write(archive: zipfile.ZipFile, name: str, content: bytes, now: datetime) -> None:
    info = zipfile.ZipInfo(name, now.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content, zipfile.ZIP_DEFLATED)
