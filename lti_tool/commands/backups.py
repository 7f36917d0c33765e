"""`python -m lti_tool backup` and `restore`: everything in one file, and back into an empty database."""

from __future__ import annotations

import os
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config.settings import Settings, read_settings, secret_key
from config.shown import without_secrets
from lti_tool.commands.shared import FILE, LOOK_AGAIN, note, open_tool, operator, write_bytes
from lti_tool.errors import BackupError, JournalError

if TYPE_CHECKING:
    from lti_tool.backups.archive import Manifest
    from lti_tool.store.database import Store


@click.command()
@click.argument("file", type=FILE, metavar="FILE")
def backup(*, file: Path) -> None:
    """Write everything of the database into FILE, as it is at one moment, while the tool goes on.

    The settings are in it, but no secrets: keep SECRET_KEY and KEY_ENCRYPTION_KEY elsewhere, for without them the file
    cannot be restored. It holds names, addresses and badges of people. What was sent as mail is not in it.
    """
    from lti_tool.backups import archive
    from lti_tool.store import events

    settings, tool = read_settings(os.environ), open_tool()
    manifest = archive.write(
        tool.store,
        file,
        _settings_files(settings),
        settings.tool_url,
        settings.secret_key,
        tool.encrypt,
        tool.clock(),
    )
    with tool.store.begin() as session:
        data = {"rows": manifest.rows}
        events.record(session, "backed_up", "installation", "", tool.clock(), actor=operator(), data=data)
    click.echo(f"{file}: {_described(manifest)}, {file.stat().st_size:,} bytes")


@click.command()
@click.argument("file", type=FILE, metavar="FILE")
@click.option(
    "--settings",
    "folder",
    type=FILE,
    metavar="FOLDER",
    help="Only write the settings of the backup into this folder, which must not exist.",
)
def restore(*, file: Path, folder: Path | None) -> int:
    """Fill the empty database of DATABASE_URL from a backup, of SQLite or of PostgreSQL, this version or an older one.

    It needs the SECRET_KEY and the KEY_ENCRYPTION_KEY of the backup, and the newest copy of JOURNAL_FILE: by that it
    does once more what was erased, revoked or taken from somebody after the backup. Start the tool only when this is
    done: it puts its first rows into an empty database, which is none any more then.
    """
    if folder is not None:
        _write_settings(file, folder)
        return 0
    from lti_tool.backups import archive, restoring
    from lti_tool.privacy.journal_replay import apply_journal
    from lti_tool.store.clock import DatabaseClock
    from lti_tool.wiring import build_tool, key_encryption_key

    settings = read_settings(os.environ)
    with _store_of(settings) as store, archive.opened(file, settings.secret_key) as found:
        now, manifest = DatabaseClock(store.engine)(), found.manifest
        restoring.restore(store, found, key_encryption_key(settings).decrypt, now, operator())
    click.echo(f"Restored: {_described(manifest)}, of {manifest.made_at}")
    if settings.tool_url != manifest.tool_url:
        note(
            f"The backup is of {manifest.tool_url}, TOOL_URL is {settings.tool_url}: "
            "run `python -m lti_tool issuer move`, and then `journal apply`, before the tool is started."
        )
        return 0
    tool = build_tool(settings)
    try:
        click.echo(f"Erased, revoked or taken away once more: {apply_journal(tool)}")
    except JournalError as error:
        note(f"The tool does not start yet: {error}")
        return 1
    finally:
        tool.store.close()
    note(LOOK_AGAIN)
    note("Its keys open, and the tool can be started.")
    return 0


@contextmanager
def _store_of(settings: Settings) -> Iterator[Store]:
    from lti_tool.store.database import Store

    store = Store(settings.database_url)
    try:
        yield store
    finally:
        store.close()


def _described(manifest: Manifest) -> str:
    return f"{manifest.rows:,} rows of {len(manifest.tables)} tables, version {manifest.version}"


def _settings_files(settings: Settings) -> Mapping[str, bytes]:
    """The settings, the issuer's file with its logo, and the institution's vocabularies, by their names in a backup."""
    lines = [f"{name}={shlex.quote(value)}" for name, value in without_secrets(os.environ).items()]
    issuer = settings.issuer_file.read_bytes()
    files = {"nozimite.env": ("\n".join(lines) + "\n").encode(), "issuer.toml": issuer}
    logo = tomllib.loads(issuer.decode()).get("look", {}).get("logo", "")
    if logo:
        files[Path(logo).name] = (settings.issuer_file.parent / logo).read_bytes()
    for path in sorted(settings.vocabularies_folder.glob("*.json")):
        files[f"vocabularies/{path.name}"] = path.read_bytes()
    return files


def _write_settings(file: Path, folder: Path) -> None:
    from lti_tool.backups import archive

    if folder.exists():
        raise BackupError(f"{folder} exists already: the settings replace nothing")
    with archive.opened(file, secret_key(os.environ)) as found:
        for name, content in found.settings().items():
            (folder / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_bytes(folder / name, content)
    click.echo(f"{folder}: the settings without secrets, the issuer's file and the vocabularies")


COMMANDS = (backup, restore)
