"""The journal's file: a line an entry, each with a MAC over itself and the line before it. It is only ever appended to.

It is kept apart from the database and its backups. A line that was begun when the machine stopped is cut off before
the next is written; what it said is still unwritten in the database.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedRandom
from pathlib import Path

from lti_tool import private_files
from lti_tool.errors import JournalError
from lti_tool.values import Json

_PURPOSE = b"nozimite: journal, v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the journal: its number in the file, from 1, and the entry that stands in it."""

    position: int
    entry: str
    kind: str
    at: datetime
    data: Json


class JournalFile:
    """The file at a path, by the key of the installation's hashes. There may be none yet."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = hmac.digest(key, _PURPOSE, "sha256")

    @contextmanager
    def opened(self) -> Iterator[OpenJournal]:
        """The file, opened to append to it; no other process of this machine has it open meanwhile. Raises OSError."""
        private_files.make_folder(self._path.parent)
        private_files.make_empty(self._path)
        with self._path.open("r+b") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield OpenJournal(stream, self._key)

    @property
    def exists(self) -> bool:
        """Whether there is a file, even an empty one."""
        return self._path.exists()

    def lines(self) -> Sequence[Line]:
        """All its lines; none where there is no file. Raises JournalError where one was changed, OSError."""
        if not self.exists:
            return []
        with self.opened() as journal:
            return journal.lines


class OpenJournal:
    """The opened file, read to its end. Raises JournalError where a line was changed, taken out or put in."""

    def __init__(self, stream: BufferedRandom, key: bytes) -> None:
        self._stream = stream
        self._key = key
        self.lines: list[Line] = []
        self._mac = ""
        self._end = 0
        for raw in stream:
            if not raw.endswith(b"\n"):
                # Begun, and not ended: the machine stopped.
                break
            self._read(raw)
            self._end += len(raw)

    def append(self, entries: Sequence[Line]) -> None:
        """Appends these lines, whose numbers follow that of the last; they are on the disk when this returns."""
        self._stream.seek(self._end)
        self._stream.truncate()
        for line in entries:
            text = _text(line)
            self._mac = self._mac_of(text)
            self._end += self._stream.write(f"{self._mac} {text}\n".encode())
            self.lines.append(line)
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _read(self, raw: bytes) -> None:
        number = len(self.lines) + 1
        try:
            mac, _, text = raw.decode().rstrip("\n").partition(" ")
            if not hmac.compare_digest(mac, self._mac_of(text)):
                raise JournalError(
                    f"line {number} of JOURNAL_FILE is not the one that was written, or the file is that of another "
                    "installation"
                )
            read = json.loads(text)
            line = Line(
                position=read["position"],
                entry=read["entry"],
                kind=read["kind"],
                at=datetime.fromisoformat(read["at"]),
                data=read["data"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise JournalError(f"line {number} of JOURNAL_FILE cannot be read") from error
        self._mac = mac
        self.lines.append(line)

    def _mac_of(self, text: str) -> str:
        """The MAC of a line: over the one before it too, so that none can be taken out or put in."""
        return hmac.digest(self._key, f"{self._mac} {text}".encode(), "sha256").hex()


def _text(line: Line) -> str:
    written = {
        "position": line.position,
        "entry": line.entry,
        "kind": line.kind,
        "at": line.at.isoformat(),
        "data": line.data,
    }
    return json.dumps(written, separators=(",", ":"), ensure_ascii=True)
