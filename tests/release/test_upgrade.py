"""Every release can be upgraded to this version: its data stay what they are, its badges verify, its work goes on.

Of each a backup is kept, as it was made on its day: see `make`. To that a migration is added that there is not, because
the newest release may have all there are; it is refused again by those that do not know it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from config.errors import SettingsError
from config.settings import Settings
from lti_tool.backups import archive, restoring
from lti_tool.store import migrations, table_copies
from lti_tool.store.database import Store
from lti_tool.store.models import Award, Base, CredentialRow, Delivery
from lti_tool.web import create_app
from lti_tool.wiring import key_encryption_key
from tests.fixtures import NOW, Clock, rows, run_due_jobs
from tests.release.installation import (
    BACKUP,
    BADGES,
    JOURNAL,
    SECRET_KEY,
    release_settings,
    released,
    started,
)

#: A column for which each row gets a value of its own, and a table that refers to the older ones.
MADE_UP = """
from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String, Text

revision, down_revision = {revision!r}, {before!r}


def upgrade() -> None:
    with op.batch_alter_table("award") as batch:
        batch.add_column(Column("shelf", String(40), nullable=False, server_default=""))
    op.execute("UPDATE award SET shelf = 'of ' || subject_id")
    op.create_table(
        "made_up",
        Column("id", Integer, primary_key=True),
        Column("award_id", Integer, ForeignKey("award.id"), nullable=False, index=True),
        Column("words", Text, nullable=False),
    )
    op.execute("INSERT INTO made_up (award_id, words) SELECT id, status FROM award")
"""


@dataclass(frozen=True, kw_only=True)
class OldInstallation:
    """The database of a release as it was on its day, with the settings that belong to it."""

    settings: Settings
    badges: dict[str, dict[str, str]]
    clock: Clock

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        store = Store(self.settings.database_url)
        with store.engine.connect() as connection:
            found = connection.execute(text(statement)).all()
        store.close()
        return [tuple(row) for row in found]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> str:
    """A database without any table."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'nozimite.sqlite'}"


@pytest.fixture(params=list(released()))
def old(request, database_url, tmp_path) -> OldInstallation:
    folder = released()[request.param]
    shutil.copyfile(folder / JOURNAL, tmp_path / JOURNAL)
    (tmp_path / JOURNAL).chmod(0o600)
    with archive.opened(folder / BACKUP, SECRET_KEY) as backup:
        (tmp_path / "issuer.toml").write_bytes(backup.settings()["issuer.toml"])
        settings = release_settings(database_url, tmp_path, tmp_path / "issuer.toml")
        store = Store(database_url)
        restoring.fill(store, backup, key_encryption_key(settings).decrypt, NOW)
        store.close()
    badges = json.loads((folder / BADGES).read_text("utf-8"))
    return OldInstallation(settings=settings, badges=badges, clock=Clock(NOW + timedelta(days=2)))


@pytest.fixture
def later_version(tmp_path, monkeypatch) -> Callable[[], AbstractContextManager[str]]:
    """Within it there is a migration after all others; it gives the revision of that one."""
    before = migrations.newest_revision()
    revision = f"{int(before) + 1:04}"
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, folder)
    written = MADE_UP.format(revision=revision, before=before)
    (folder / "versions" / f"{revision}_made_up.py").write_text(written, encoding="utf-8")

    @contextmanager
    def later() -> Iterator[str]:
        with monkeypatch.context() as patched:
            patched.setattr(migrations, "_FOLDER", folder)
            yield revision

    return later


def test_an_older_installation_goes_on_after_an_upgrade(old, later_version):
    awards = old.execute("SELECT id, subject_id, status FROM award ORDER BY id")
    with later_version() as revision, started(old.settings, old.clock) as tool:
        # What the migration did to the rows that were there, on this database.
        assert old.execute("SELECT version_num FROM alembic_version") == [(revision,)]
        assert old.execute("SELECT shelf FROM award ORDER BY id") == [
            (f"of {subject_id}",) for _, subject_id, _ in awards
        ]
        assert old.execute("SELECT award_id, words FROM made_up ORDER BY id") == [
            (award_id, status) for award_id, _, status in awards
        ]
        kept = {row.id: row for row in rows(tool, CredentialRow)}
        for badge_id, about in old.badges.items():
            signed = kept[badge_id].text.encode()
            assert hashlib.sha256(signed).hexdigest() == about["sha256"]
            assert tool.verify(signed).verdict == about["verdict"]
        browser = create_app(tool).test_client()
        pages = ("/readyz", "/verify", "/issuers/riga-college", *(f"/badges/{each}" for each in kept))
        assert {page: browser.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)
        _issue_what_waits(tool)


def _issue_what_waits(tool) -> None:
    (waiting,) = [award.id for award in rows(tool, Award) if award.status == "earned"]
    run_due_jobs(tool)
    (credential,) = [row for row in rows(tool, CredentialRow) if row.award_id == waiting]
    assert tool.verify(credential.text.encode()).verdict == "verified"
    (delivery,) = [row for row in rows(tool, Delivery) if row.award_id == waiting]
    assert delivery.status == "sent"


def test_an_older_version_refuses_the_database_of_a_later_one_and_changes_nothing(old, later_version):
    with later_version() as revision, started(old.settings, old.clock):
        pass
    before = _content(old.settings)
    with (
        pytest.raises(SettingsError, match=rf"newer version of Nozimite \(schema {revision}\)"),
        started(old.settings, old.clock),
    ):
        pass
    assert _content(old.settings) == before


def _content(settings) -> dict[str, list[object]]:
    store = Store(settings.database_url)
    with table_copies.snapshot(store) as connection:
        found = {copy.name: list(copy.rows) for copy in table_copies.copies(connection)}
    store.close()
    return found


@pytest.mark.parametrize("folder", released().values(), ids=list(released()))
def test_a_backup_of_a_release_has_rows_of_every_table_of_its_day(folder):
    with archive.opened(folder / BACKUP, SECRET_KEY) as backup:
        manifest = backup.manifest
    assert manifest.version.partition(".dev")[0] == folder.name
    assert [name for name, number in manifest.tables.items() if number == 0] == []
    if manifest.revision == migrations.newest_revision():
        tables = Base.metadata.tables.keys() - table_copies.LEFT_OUT
        assert manifest.tables.keys() == tables, "run `make release-data`, while it is not published yet"
