"""Makes what is kept of a release, `make release-data`: a backup with every table, its journal, badges, migrations.

From then on every later version has to take that backup, and to leave those migrations as they are: see `test_upgrade`
and `test_versions`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

from lti_tool import __version__
from lti_tool.backups import archive
from lti_tool.store import migrations, table_copies
from lti_tool.store.models import CredentialRow
from lti_tool.wiring import Tool
from tests.fixtures import ROOT, Clock, rows
from tests.release.installation import (
    BACKUP,
    BADGES,
    JOURNAL,
    MIGRATIONS,
    RELEASES,
    SECRET_KEY,
    release_settings,
    started,
)
from tests.release.made_up_rows import fill_empty_tables
from tests.release.story import Story

ISSUER_FILE = ROOT / "config" / "issuer.example.toml"


def make(folder: Path) -> list[str]:
    """Writes the files of this version into the folder; the tables of which the rows mean nothing."""
    clock = Clock()
    story = Story(clock)
    with tempfile.TemporaryDirectory() as made:
        settings = release_settings(f"sqlite:///{made}/nozimite.sqlite", Path(made), ISSUER_FILE)
        with started(settings, clock) as tool:
            story.with_revocation(tool)
        with started(
            release_settings(settings.database_url, Path(made), ISSUER_FILE, status_purpose="suspension"),
            clock,
        ) as tool:
            story.with_suspension(tool)
            with tool.store.engine.begin() as connection:
                made_up = fill_empty_tables(connection, clock(), table_copies.LEFT_OUT)
            _write(tool, folder)
        shutil.copyfile(settings.journal_file, folder / JOURNAL)
    return list(made_up)


def _write(tool: Tool, folder: Path) -> None:
    (folder / BACKUP).unlink(missing_ok=True)
    settings = {"issuer.toml": ISSUER_FILE.read_bytes()}
    archive.write(
        tool.store, folder / BACKUP, settings, tool.tool_url, SECRET_KEY, tool.encrypt, tool.clock()
    )
    # Git keeps no other mode, and nobody's secret is in it.
    (folder / BACKUP).chmod(0o644)
    badges = {
        row.id: {
            "sha256": hashlib.sha256(row.text.encode()).hexdigest(),
            "verdict": tool.verify(row.text.encode()).verdict,
        }
        for row in rows(tool, CredentialRow)
    }
    (folder / BADGES).write_text(json.dumps(badges, indent=1) + "\n", encoding="utf-8")
    (folder / MIGRATIONS).write_text(json.dumps(migration_hashes(), indent=1) + "\n", encoding="utf-8")


def migration_hashes() -> dict[str, str]:
    """The SHA-256 of each migration, by the name of its file."""
    files = sorted((Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def main() -> None:
    """Makes the files of this version anew, unless it is a release that has them."""
    folder = RELEASES / __version__.partition(".dev")[0]
    is_release = ".dev" not in __version__
    if is_release and (folder / BACKUP).is_file():
        with archive.opened(folder / BACKUP, SECRET_KEY) as found:
            if found.manifest.version == __version__:
                sys.exit(
                    f"{folder} has the files of {__version__}. They are never made again once it is published; "
                    "until then, remove the folder and make them anew."
                )
    folder.mkdir(parents=True, exist_ok=True)
    made_up = make(folder)
    print(f"{folder}: made. Of no meaning are the rows of: {', '.join(made_up) or 'none'}")


if __name__ == "__main__":
    main()
