"""Everything is in a backup, at one moment, and comes back on either database; nothing else is taken for one."""

import json
import tracemalloc
from contextlib import contextmanager
from functools import partial
from zipfile import ZipFile

import pytest
from sqlalchemy import select, text

from lti_tool.awarding import awards
from lti_tool.backups import archive, restoring
from lti_tool.errors import BackupError, SchemaTooNewError
from lti_tool.issuing.baking import bake_badge
from lti_tool.store import events, queries, table_copies
from lti_tool.store.database import Store
from lti_tool.store.models import Award, Base, CredentialRow, Event, Outbox, Person, StatusList
from lti_tool.wiring import build_tool, key_encryption_key
from signing import status
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    SECRETS,
    WITH_TEXTS,
    complete,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)

SECRET_KEY = SECRETS["SECRET_KEY"]
BY = events.operator("root")


@pytest.fixture
def filled(platform, clock):
    """Gives a tool three badges, one of which is revoked and one corrected, and work that is not done yet."""
    return partial(fill, platform=platform, clock=clock)


def fill(tool, platform, clock):
    course = make_rule(tool, publish(tool))
    platform.everyone += [PETERIS, learner(99)]
    complete(tool, platform, course, ANNA, JANIS)
    run_due_jobs(tool)
    clock.advance(hours=1)
    with tool.store.begin() as session:
        anna, janis = session.scalars(select(Award).order_by(Award.id))
        awards.revoke(session, anna, "A mistake", clock(), BY)
        session.get_one(Person, janis.person_id).name = "Jānis Bērzs"
        awards.correct(session, janis, clock(), BY)
    run_due_jobs(tool)
    clock.advance(hours=1)
    complete(tool, platform, course, PETERIS)
    assert [award.status for award in rows(tool, Award)] == ["revoked", "issued", "earned"]
    return tool


@pytest.fixture
def tool(tool, filled):
    return filled(tool)


@pytest.fixture
def empty(tmp_path):
    """The address of an empty database, in another folder than the tool's."""
    return f"sqlite:///{tmp_path / 'bare' / 'nozimite.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def any_empty(request, empty):
    return empty if request.param == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def any_tool(tool_on_any_database, filled):
    return filled(tool_on_any_database)


@pytest.fixture
def backup(tool, tmp_path):
    return write(tool, tmp_path / "backup.zip")


def write(tool, file):
    archive.write(
        tool.store,
        file,
        {"issuer.toml": b'slug = "x"\n'},
        tool.tool_url,
        SECRET_KEY,
        tool.encrypt,
        tool.clock(),
    )
    return file


def restore(file, url, clock, tmp_path, **changes):
    settings = settings_for(url, tmp_path, **changes)
    store = Store(url)
    try:
        with archive.opened(file, settings.secret_key) as found:
            restoring.restore(store, found, key_encryption_key(settings).decrypt, clock(), BY)
    finally:
        store.close()


@contextmanager
def restored(file, url, clock, tmp_path):
    restore(file, url, clock, tmp_path)
    tool = build_tool(settings_for(url, tmp_path), clock)
    try:
        yield tool
    finally:
        tool.store.close()


def content(store):
    """All rows of all tables, as they are copied."""
    with table_copies.snapshot(store) as connection:
        return {copy.name: (copy.columns, list(copy.rows)) for copy in table_copies.copies(connection)}


def badges(tool):
    with tool.store.read() as session:
        found = session.scalars(select(CredentialRow).options(*WITH_TEXTS).order_by(CredentialRow.id)).all()
        return {
            row.id: (row.text, row.jwt, bake_badge(tool.issuers.first(session), row).png) for row in found
        }


def test_everything_comes_back_on_either_database_and_every_badge_verifies(
    any_tool, any_empty, clock, tmp_path
):
    tool, backup = any_tool, write(any_tool, tmp_path / "backup.zip")
    before, as_issued = content(tool.store), badges(tool)
    verdicts = {name: tool.verify(png).verdict for name, (_, _, png) in as_issued.items()}
    assert sorted(verdicts.values()) == ["revoked", "revoked", "verified"]
    with restored(backup, any_empty, clock, tmp_path) as again:
        after = content(again.store)
        assert {event.what for event in rows(again, Event)} - {event.what for event in rows(tool, Event)} == {
            "restored"
        }
        for name, (columns, values) in before.items():
            assert after[name][0] == columns
            if name == "status_list":
                # Closed for further badges, and else as it was.
                taken = list(columns).index("taken")
                values = [[*row[:taken], status.LENGTH, *row[taken + 1 :]] for row in values]
            # The event and the mark of the restoration itself, and what a start schedules.
            known = (
                [row for row in after[name][1] if row in values]
                if name in ("event", "installation_setting", "outbox")
                else after[name][1]
            )
            assert known == values, name
        assert badges(again) == as_issued
        assert {name: again.verify(png).verdict for name, (_, _, png) in as_issued.items()} == verdicts


def test_a_restoration_that_ends_half_way_is_known_as_one(backup, empty, clock, tmp_path, monkeypatch):
    """Else it would start without the journal, and whoever was erased after the backup would be back."""

    def stops(_engine):
        raise RuntimeError

    monkeypatch.setattr(restoring, "bring_up_to_date", stops)
    with pytest.raises(RuntimeError):
        restore(backup, empty, clock, tmp_path)
    store = Store(empty)
    with store.read() as session:
        assert queries.journal.was_restored(session)
    store.close()


def test_work_goes_on_where_it_was_and_no_number_is_given_twice(any_tool, any_empty, clock, tmp_path):
    tool = any_tool
    with tool.store.begin() as session:
        last = Person(name="Gone")
        session.add(last)
        session.flush()
        gone = last.id
        session.delete(last)
    file = write(tool, tmp_path / "later.zip")
    with restored(file, any_empty, clock, tmp_path) as again:
        run_due_jobs(again)
        peteris = rows(again, Award)[-1]
        assert peteris.status == "issued"
        with again.store.begin() as session:
            new = Person(name="New")
            session.add(new)
            session.flush()
            assert new.id == gone + 1
        places = [(row.status_list_id, row.status_index) for row in rows(again, CredentialRow)]
        assert len(set(places)) == len(places) == 4
    run_due_jobs(tool)
    assert rows(tool, Award)[-1].status == "issued"


def test_no_place_in_a_status_list_that_was_given_out_after_the_backup_is_given_out_again(
    any_tool, any_empty, platform, clock, tmp_path
):
    """Else revoking a badge of either time would revoke one of the other."""
    tool, file = any_tool, write(any_tool, tmp_path / "early.zip")
    inside = list(platform.inside)
    platform.everyone += [learner(42), learner(43), learner(44)]
    complete(tool, platform, 1, learner(42))
    run_due_jobs(tool)
    with tool.store.begin() as session:
        # A list of its own too, as if many were awarded since.
        old = session.scalars(select(StatusList)).first()
        session.add(
            StatusList(
                issuer_id=old.issuer_id, address_id=old.address_id, purpose=old.purpose, bits=status.empty()
            )
        )
    clock.advance(hours=1)
    complete(tool, platform, 1, learner(43))
    run_due_jobs(tool)
    known = {(row.status_list_id, row.status_index) for row in rows(tool, CredentialRow)}
    lost = {row.id for row in rows(tool, StatusList)}
    with restored(file, any_empty, clock, tmp_path) as again:
        before = {(row.status_list_id, row.status_index) for row in rows(again, CredentialRow)}
        platform.inside = inside
        complete(again, platform, 1, learner(42), learner(43))
        run_due_jobs(again)
        new = {(row.status_list_id, row.status_index) for row in rows(again, CredentialRow)} - before
    assert len(known) == 6 and len(before) == 3 and len(new) == 3
    assert lost.isdisjoint(list_id for list_id, _ in new)


def test_it_is_the_database_of_one_moment_while_others_write(any_tool):
    tool = any_tool
    with table_copies.snapshot(tool.store) as connection:
        copies = table_copies.copies(connection)
        first = next(copies)
        list(first.rows)
        with tool.store.begin() as session:
            session.add(Person(name="Came in meanwhile"))
            events.record(session, "work_dropped", "work", "x", tool.clock(), actor=BY)
        copied = {copy.name: list(copy.rows) for copy in copies}
    assert len(copied["person"]) == len(rows(tool, Person)) - 1
    assert len(copied["event"]) == len(rows(tool, Event)) - 1


def test_neither_a_backup_nor_its_restoration_holds_a_table_in_memory(tool, empty, clock, tmp_path):
    """Credentials that replace another too: the reference is put in last, and nothing else is kept for that."""
    # A restoration takes some 14 MB whatever the table: the migrations are most of it.
    rows_of, size = 4_000, 6_000
    award = rows(tool, Award)[0]
    with tool.store.engine.begin() as connection:
        columns = [column.name for column in CredentialRow.__table__.columns]
        changed = {
            "id": "printf('made-up-%d', n)",
            "status_index": "-n",
            "replaces_id": "CASE WHEN n > 1 THEN printf('made-up-%d', n - 1) END",
            "packed": f"randomblob({size})",
            "replaced_at": "credential.issued_at",
        }
        connection.exec_driver_sql(
            f"WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rows_of}) "
            f"INSERT INTO credential ({', '.join(columns)}) "
            f"SELECT {', '.join(changed.get(name, f'credential.{name}') for name in columns)} FROM counted, credential "
            f"WHERE credential.award_id = {award.id}"
        )
    peaks = []
    for step in (
        lambda: write(tool, tmp_path / "large.zip"),
        lambda: restore(tmp_path / "large.zip", empty, clock, tmp_path),
    ):
        tracemalloc.start()
        step()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert max(peaks) < rows_of * size * 0.9, peaks


def test_no_secret_is_in_it_and_nobody_else_reads_it(tool, backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    with ZipFile(backup) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
    for name, secret in SECRETS.items():
        assert secret.encode() not in everything, name
    assert b"PRIVATE KEY" not in everything and b'"d":' not in everything


def test_sessions_and_codes_are_not_in_it(tool, backup):
    with ZipFile(backup) as opened:
        tables = {name.removeprefix("tables/").removesuffix(".jsonl") for name in opened.namelist()}
    assert tables.isdisjoint(table_copies.LEFT_OUT)
    assert tables >= Base.metadata.tables.keys() - table_copies.LEFT_OUT
    assert Base.metadata.tables.keys() >= table_copies.LEFT_OUT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"secret_key": "another secret of the tests alone, and of no other"}, "another SECRET_KEY"),
        ({"key_encryption_key": b"9876543210: known to every test!"}, "KEY_ENCRYPTION_KEY does not open"),
    ],
)
def test_without_its_secrets_it_is_not_restored(backup, empty, clock, tmp_path, changes, words):
    with pytest.raises(BackupError, match=words):
        restore(backup, empty, clock, tmp_path, **changes)
    restore(backup, empty, clock, tmp_path)


def changed(file, name, new):
    """The same archive with one of its files changed."""
    other = file.with_name("changed.zip")
    with ZipFile(file) as old, ZipFile(other, "w") as out:
        for each in old.namelist():
            out.writestr(each, new(old.read(each)) if each == name else old.read(each))
    return other


@pytest.mark.parametrize(
    ("name", "new", "words"),
    [
        ("tables/award.jsonl", lambda old: old.replace(b"revoked", b"issued!"), "is damaged"),
        ("tables/award.jsonl", lambda old: old.split(b"\n", 1)[1], "is damaged"),
        ("tables/award.jsonl", lambda old: old + old, "is damaged"),
        ("settings/issuer.toml", lambda old: old + b"#", "is damaged"),
        (
            "manifest.json",
            lambda old: old.replace(b"badges.example.org", b"badges.example.com"),
            "was changed",
        ),
        ("manifest.hmac", lambda old: old[:-1], "was changed"),
    ],
    ids=["a value", "a row less", "rows twice", "a setting", "the manifest", "the seal"],
)
def test_what_was_changed_or_damaged_is_refused_and_leaves_the_database_empty(
    backup, empty, clock, tmp_path, name, new, words
):
    with pytest.raises(BackupError, match=words):
        restore(changed(backup, name, new), empty, clock, tmp_path)
    restore(backup, empty, clock, tmp_path)


@pytest.mark.parametrize("cut", [0, 10, 1000, -30])
def test_half_a_file_is_refused(backup, empty, clock, tmp_path, cut):
    whole = backup.read_bytes()
    backup.write_bytes(whole[:cut])
    with pytest.raises(BackupError, match="no backup, or is damaged"):
        restore(backup, empty, clock, tmp_path)


def test_a_restoration_that_fails_halfway_leaves_the_database_empty(
    backup, any_empty, clock, tmp_path, monkeypatch
):
    empty = any_empty
    with monkeypatch.context() as patched:
        patched.setattr(table_copies, "set_numbers_given", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restore(backup, empty, clock, tmp_path)
    restore(backup, empty, clock, tmp_path)


def test_a_database_that_has_tables_is_not_touched(tool, backup, clock, tmp_path):
    before = content(tool.store)
    url = tool.store.engine.url.render_as_string(hide_password=False)
    with pytest.raises(BackupError, match="restore into an empty one"):
        restore(backup, url, clock, tmp_path)
    assert content(tool.store) == before


def test_a_backup_replaces_no_file_and_leaves_none_unfinished(tool, backup, tmp_path):
    before = backup.read_bytes()
    with pytest.raises(BackupError, match="exists already"):
        write(tool, backup)
    assert backup.read_bytes() == before
    with pytest.raises(BackupError, match="cannot be written: No such file"):
        write(tool, tmp_path / "nowhere" / "backup.zip")
    assert list(tmp_path.glob("**/*.part")) == []


def test_what_a_newer_version_made_is_refused_by_this_one(tool, empty, clock, tmp_path, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(archive, "newest_revision", lambda: "9999")
        file = write(tool, tmp_path / "newer.zip")
    with pytest.raises(BackupError, match="newer than this one"):
        restore(file, empty, clock, tmp_path)


def test_a_null_of_json_and_the_null_of_sql_stay_what_they_are(any_tool, any_empty, clock, tmp_path):
    tool, empty = any_tool, any_empty
    with tool.store.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outbox (id, queue, task, payload, attempts, due_at, created_at) "
                "SELECT 'x', queue, task, 'null', 0, due_at, created_at FROM outbox LIMIT 1"
            )
        )
    file = write(tool, tmp_path / "nulls.zip")
    with ZipFile(file) as opened:
        lines = [json.loads(line) for line in opened.read("tables/outbox.jsonl").splitlines()]
    assert "null" in next(line for line in lines if line[0] == "x") and len(lines) == len(rows(tool, Outbox))
    with restored(file, empty, clock, tmp_path) as again, again.store.engine.connect() as connection:
        stored = connection.execute(text("SELECT CAST(payload AS TEXT) FROM outbox WHERE id = 'x'")).scalar()
    assert stored == "null"


def test_a_database_of_a_newer_version_is_left_alone(tool, tmp_path):
    url = tool.store.engine.url.render_as_string(hide_password=False)
    with tool.store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    from config.errors import SettingsError

    with pytest.raises(
        SettingsError, match=r"DATABASE_URL: .* newer version of Nozimite \(schema 9999\)"
    ) as caught:
        build_tool(settings_for(url, tmp_path))
    assert isinstance(caught.value.__cause__, SchemaTooNewError)
    with tool.store.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
