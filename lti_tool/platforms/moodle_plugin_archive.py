"""The plugin for Moodle as an administrator installs it: a ZIP of the folder `moodle_plugin`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

FOLDER = Path(__file__).with_name("moodle_plugin")
#: Moodle takes the name of the plugin from the one folder at the top.
NAME = "nozimite"

#: The same files make the same bytes on every machine and day; a ZIP knows no earlier moment.
_DATE = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


def moodle_plugin_archive() -> bytes:
    """A ZIP whose bytes depend on nothing but the plugin's files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(each for each in FOLDER.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(f"{NAME}/{path.relative_to(FOLDER).as_posix()}", _DATE)
            entry.create_system = _UNIX
            entry.external_attr = _REGULAR_FILE
            # Not compressed: what compression gives differs between versions of zlib.
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_STORED)
    return content.getvalue()
