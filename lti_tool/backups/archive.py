"""The file of a backup."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from lti_tool import __version__, private_files
from lti_tool.errors import BackupError
from lti_tool.store import table_copies
from lti_tool.store.database import Store
from lti_tool.store.migrations import newest_revision
from lti_tool.store.table_copies import Kind, TableCopy
from lti_tool.values import Json

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.hmac"
_PURPOSE = b"nozimite: seal of a backup, v1"
_READ_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup is. `tables` are the numbers of rows by table, in the order in which they are restored.

    `columns` are the kinds of values by table and column. `numbers` are the last numbers given to rows. `files` are the
    SHA-256 of everything else in the archive. `encrypted` is a text encrypted by KEY_ENCRYPTION_KEY.
    """

    format: int
    version: str
    revision: str
    made_at: str
    tool_url: str
    tables: Mapping[str, int]
    columns: Mapping[str, Mapping[str, Kind]]
    numbers: Mapping[str, int]
    files: Mapping[str, str]
    encrypted: str

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(self.tables.values())


def write(
    store: Store,
    file: Path,
    settings: Mapping[str, bytes],
    tool_url: str,
    secret_key: str,
    encrypt: Callable[[bytes], bytes],
    now: datetime,
) -> Manifest:
    """Writes the backup of the database, as it is at one moment; `settings` are files that go with it, by name.

    Others go on writing meanwhile. The file is for its owner alone, and is there only once it is whole. Raises
    BackupError where it exists already or cannot be written.
    """
    if file.exists():
        raise BackupError(f"{file} exists already: a backup replaces no other")
    unfinished = file.with_name(file.name + ".part")
    try:
        private_files.write(unfinished, b"")
        with unfinished.open("r+b") as stream:
            manifest = _write(store, stream, settings, tool_url, secret_key, encrypt, now)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.rename(file)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def _write(
    store: Store,
    stream: IO[bytes],
    settings: Mapping[str, bytes],
    tool_url: str,
    secret_key: str,
    encrypt: Callable[[bytes], bytes],
    now: datetime,
) -> Manifest:
    files: dict[str, str] = {}
    tables: dict[str, int] = {}
    columns: dict[str, Mapping[str, Kind]] = {}
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive, table_copies.snapshot(store) as connection:
        for copy in table_copies.copies(connection):
            name, columns[copy.name] = _file_of(copy.name), copy.columns
            with archive.open(name, "w", force_zip64=True) as out:
                tables[copy.name], files[name] = _write_rows(out, copy)
        for name, content in settings.items():
            archive.writestr(f"settings/{name}", content)
            files[f"settings/{name}"] = hashlib.sha256(content).hexdigest()
        manifest = Manifest(
            format=FORMAT,
            version=__version__,
            revision=newest_revision(),
            made_at=now.isoformat(),
            tool_url=tool_url,
            tables=tables,
            columns=columns,
            numbers=table_copies.numbers_given(connection),
            files=files,
            encrypted=encrypt(b"Nozimite").decode(),
        )
        text = json.dumps(asdict(manifest), indent=1).encode()
        archive.writestr(MANIFEST, text)
        archive.writestr(SEAL, _seal(text, secret_key))
    return manifest


def _write_rows(out: IO[bytes], copy: TableCopy) -> tuple[int, str]:
    """How many they are, and the SHA-256 of what was written."""
    number, digest = 0, hashlib.sha256()
    for row in copy.rows:
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        digest.update(line)
        out.write(line)
        number += 1
    return number, digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was opened and checked: sealed by this tool's SECRET_KEY, and whole."""

    manifest: Manifest
    archive: ZipFile

    def tables(self) -> Iterator[TableCopy]:
        """The tables in the order in which they are filled."""
        for name in self.manifest.tables:
            yield TableCopy(name=name, columns=self.manifest.columns[name], rows=self._rows(name))

    def settings(self) -> Mapping[str, bytes]:
        """The files of the settings, by name."""
        names = [name for name in self.manifest.files if name.startswith("settings/")]
        return {name.removeprefix("settings/"): self.archive.read(name) for name in names}

    def _rows(self, table: str) -> Iterator[Sequence[Any]]:
        with self.archive.open(_file_of(table)) as lines:
            for line in lines:
                yield json.loads(line)


@contextmanager
def opened(file: Path, secret_key: str) -> Iterator[Backup]:
    """The backup in the file. Raises BackupError where it cannot be read, or is damaged, or is not this tool's."""
    try:
        with ZipFile(file) as archive:
            yield _checked(archive, secret_key)
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror}") from error
    except (BadZipFile, KeyError, EOFError) as error:
        raise BackupError(f"{file} is no backup, or is damaged") from error


def _checked(archive: ZipFile, secret_key: str) -> Backup:
    text = archive.read(MANIFEST)
    if not hmac.compare_digest(archive.read(SEAL), _seal(text, secret_key)):
        raise BackupError(
            "the backup was made with another SECRET_KEY, or was changed: restore with the SECRET_KEY of its day"
        )
    content: Json = json.loads(text)
    if content.get("format") != FORMAT:
        raise BackupError(f"the backup has format {content.get('format')}: this version reads {FORMAT}")
    manifest = Manifest(**content)
    for name, sha256 in manifest.files.items():
        if _sha256_of(archive, name) != sha256:
            raise BackupError(f"the backup is damaged: {name} is not what was written")
    return Backup(manifest=manifest, archive=archive)


def _sha256_of(archive: ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as content:
        while part := content.read(_READ_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _seal(manifest: bytes, secret_key: str) -> bytes:
    key = hmac.digest(secret_key.encode(), _PURPOSE, "sha256")
    return hmac.new(key, manifest, "sha256").hexdigest().encode()


def _file_of(table: str) -> str:
    return f"tables/{table}.jsonl"
