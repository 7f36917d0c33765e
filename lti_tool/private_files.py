"""Files that hold secrets or people: made so that only the account which runs the tool can read them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

_OWNER_ONLY = 0o600
#: What a mode has that lets somebody else than the owner in.
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Makes the folder where there is none, for its owner alone. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_empty(file: Path) -> None:
    """Makes an empty file where there is none. Raises OSError."""
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT, _OWNER_ONLY))


def write(file: Path, content: bytes) -> None:
    """Writes the content; a file that was there already is closed to others first. Raises OSError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as stream:
        # Not a pipe or /dev/stdout, nor another account's file, whose mode is not ours to change.
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            with suppress(PermissionError):
                os.fchmod(descriptor, _OWNER_ONLY)
        stream.write(content)


def open_to_others(files: Iterable[Path]) -> Mapping[Path, int]:
    """The modes of those files and folders that more than their owner may read or change. Missing ones are left out."""
    found = {}
    for file in files:
        with suppress(OSError):
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & OTHERS:
                found[file] = mode
    return found
