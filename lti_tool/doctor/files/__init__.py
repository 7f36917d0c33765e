"""Files and folders: secrets and people are open to nobody else, what is written can be written, the disk has room."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings, private_paths
from lti_tool import private_files
from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation

NAME = "files"
FINDINGS: Mapping[str, Severity] = {
    "file_open_to_others": WARNING,
    "folder_not_writable": BROKEN,
    "disk_nearly_full": WARNING,
    "own_authority_ended": BROKEN,
    "own_authority_ends": WARNING,
}
#: Less than this is soon used up by the log, the database and the mails.
FEWEST_FREE_BYTES = 500_000_000
#: A certificate authority is exchanged in more places than this tool.
AUTHORITY_ENDS_SOON_DAYS = 30


def check(installation: Installation) -> Iterator[Finding]:
    """A finding for each file and folder that is not as it should be."""
    settings = installation.settings
    if settings is None:
        return
    open_files = private_files.open_to_others(private_paths(settings, installation.environment))
    for file, mode in open_files.items():
        wanted = mode & ~private_files.OTHERS
        yield finding("file_open_to_others", file=str(file), mode=f"{mode:04o}", chmod=f"{wanted:04o}")
    for folder in _written(settings):
        if not os.access(folder, os.W_OK | os.X_OK):
            yield finding("folder_not_writable", folder=str(folder))
        elif (free := installation.world.free_bytes(folder)) < FEWEST_FREE_BYTES:
            yield finding("disk_nearly_full", folder=str(folder), megabytes=free // 1_000_000)
    if settings.ca_bundle is not None:
        yield from _of_authorities(settings.ca_bundle, installation.world.clock())


def _written(settings: Settings) -> Sequence[Path]:
    """The folders in which the tool writes, as far as they are there: others are made by the first start."""
    database = settings.database_url.partition("?")[0].removeprefix("sqlite:///")
    folders = [Path(database).parent] if settings.database_url.startswith("sqlite:") else []
    folders.append(settings.journal_file.parent)
    if settings.smtp_url is None:
        folders.append(settings.mail_folder)
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _of_authorities(bundle: Path, now: datetime) -> Iterator[Finding]:
    """What ends of the certificate authorities of CA_BUNDLE."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with suppress(OSError, ValueError):  # the settings say so where it cannot be read
        context.load_verify_locations(cafile=bundle)
    for certificate in context.get_ca_certs():
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
        days = (ends - now).days
        if days < AUTHORITY_ENDS_SOON_DAYS:
            code = "own_authority_ended" if days < 0 else "own_authority_ends"
            number = str(certificate["serialNumber"])
            yield finding(code, file=str(bundle), number=number, on=f"{ends:%Y-%m-%d}")
