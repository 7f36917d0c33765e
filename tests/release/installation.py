"""The installation whose backup is kept of each release. Its secrets never change, or none could be opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from lti_tool.wiring import Tool, start_tool

RELEASES = Path(__file__).parent / "releases"
BACKUP, JOURNAL, BADGES, MIGRATIONS = "backup.zip", "journal.jsonl", "badges.json", "migrations.json"

#: Of the tests alone, and known to everybody.
SECRET_KEY = "of the backups of releases, and of no installation"
KEY_ENCRYPTION_KEY = b"of the backups of releases alone"


def release_settings(database_url: str, folder: Path, issuer_file: Path, **changes: object) -> Settings:
    """Its settings, with that database and these files."""
    return Settings(
        **(
            {
                "tool_url": "https://badges.example.org",
                "database_url": database_url,
                "broker_url": "memory://",
                "secret_key": SECRET_KEY,
                "key_encryption_key": KEY_ENCRYPTION_KEY,
                "issuer_file": issuer_file,
                "mail_folder": folder / "mail",
                "journal_file": folder / JOURNAL,
            }
            | changes
        )
    )


@contextmanager
def started(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Tool]:
    """The tool as a start makes it, closed at the end."""
    tool = start_tool(settings, clock)
    try:
        yield tool
    finally:
        tool.store.close()


def released() -> Mapping[str, Path]:
    """The folders of the releases by their versions, the oldest first."""
    folders = [path for path in RELEASES.iterdir() if path.is_dir()]
    return {path.name: path for path in sorted(folders, key=lambda path: number(path.name))}


def number(version: str) -> tuple[int, ...]:
    """A version such as 1.2.0 as numbers, to be compared; what follows `.dev` is left off."""
    return tuple(int(part) for part in version.partition(".dev")[0].split("."))
