"""What was erased or revoked after a backup is done once more after it is restored, and nothing starts before that."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace

import pytest

from config.errors import SettingsError
from lti_tool.awarding import awards, looks
from lti_tool.errors import JournalError
from lti_tool.privacy import journal
from lti_tool.privacy.erasure import erase_person
from lti_tool.privacy.journal_replay import apply_journal
from lti_tool.store import events, queries
from lti_tool.store.models import Award, CredentialRow, JournalEntry, Person
from lti_tool.wiring import build_tool, start_tool
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    ZANE,
    complete,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
    settings_for,
)

OPERATOR = events.operator("root")


@pytest.fixture
def settings(tmp_path):
    return settings_for(f"sqlite:///{tmp_path / 'nozimite.sqlite'}", tmp_path)


@pytest.fixture
def tool(settings, clock):
    tool = build_tool(settings, clock)
    yield tool
    tool.store.close()


@pytest.fixture
def badges(tool, platform):
    """Anna's and Jānis's badges: the course with them, and their credentials."""
    rule_id = make_rule(tool, publish(tool))
    complete(tool, platform, rule_id, ANNA, JANIS)
    run_due_jobs(tool)
    return rule_id


def backup(tool, tmp_path):
    """A copy of the database as it is now, and a function that puts it back."""
    copy = tmp_path / "backup.sqlite"
    with (
        closing(sqlite3.connect(tmp_path / "nozimite.sqlite")) as source,
        closing(sqlite3.connect(copy)) as to,
    ):
        source.backup(to)

    def restore():
        tool.store.close()
        for path in tmp_path.glob("nozimite.sqlite*"):
            path.unlink()
        shutil.copy(copy, tmp_path / "nozimite.sqlite")

    return restore


def erase(tool, member=ANNA):
    with tool.store.begin() as session:
        person = queries.people.person_of(session, 1, member.user_id).id
        erase_person(session, tool.issuers, person, tool.clock(), OPERATOR)


def revoke(tool, member=JANIS):
    with tool.store.begin() as session:
        person = queries.people.person_of(session, 1, member.user_id).id
        award = session.query(Award).filter_by(person_id=person).one()
        tool.clock.advance(seconds=1)
        awards.revoke(session, award, "typed by somebody", tool.clock(), OPERATOR)


def test_an_erasure_and_a_revocation_are_in_the_file_by_hashes_and_ids_only(tool, badges, settings):
    erase(tool)
    revoke(tool)
    assert not settings.journal_file.exists()
    run_due_jobs(tool)
    text = settings.journal_file.read_text()
    assert [line.kind for line in tool.journal.lines()] == ["erased", "status_set"]
    for word in ("Anna", "anna@", "typed", '"7"', "Jānis"):
        assert word not in text
    assert stat.S_IMODE(settings.journal_file.stat().st_mode) == 0o600
    assert [row.position for row in rows(tool, JournalEntry)] != [None, None]
    run_due_jobs(tool)
    assert journal.write_journal(tool) == 0 and len(tool.journal.lines()) == 2


def test_after_a_restored_backup_nothing_starts_until_the_journal_was_applied(
    tool, badges, settings, tmp_path, clock, platform
):
    (annas, janis) = rows(tool, CredentialRow)
    restore = backup(tool, tmp_path)
    erase(tool)
    revoke(tool)
    # Somebody whom the backup does not know of.
    late = learner(55, name="Late Arrival")
    platform.everyone.append(late)
    looks.look(tool.store, platform, badges, clock.advance(minutes=10))
    erase(tool, late)
    run_due_jobs(tool)
    restore()
    with pytest.raises(SettingsError, match="older than JOURNAL_FILE"):
        start_tool(settings, clock)
    again = build_tool(settings, clock)
    assert "Anna" in str([row.name for row in rows(again, Person)])
    assert apply_journal(again) == 3
    assert "Anna" not in str([(row.name, row.email) for row in rows(again, Person)])
    assert again.verify(annas.text.encode()).verdict == "verified"
    assert again.verify(janis.text.encode()).verdict == "revoked"
    (award,) = rows(again, Award)
    assert (award.status, award.why_ended) == ("revoked", "revoked")
    assert apply_journal(again) == 0
    again.store.close()
    # The next look brings none of them back, not even who came after the backup.
    started = start_tool(settings, clock)
    platform.inside = [ZANE, ANNA, JANIS, late]
    looks.look(started.store, platform, badges, clock.advance(minutes=10))
    looks.look(started.store, platform, badges, clock.advance(minutes=10))
    run_due_jobs(started)
    names = {row.name for row in rows(started, Person)}
    assert PETERIS.name in names and not names & {ANNA.name, late.name}
    assert len(rows(started, Award)) == 1
    started.store.close()


def test_after_a_copy_of_the_database_was_put_back_no_place_is_given_out_again(
    tool, badges, settings, tmp_path, clock, platform
):
    """By whichever tool it was copied: two badges in one place would be revoked together."""
    restore = backup(tool, tmp_path)
    late = learner(55, name="Late Arrival")
    platform.everyone.append(late)
    complete(tool, platform, badges, late)
    run_due_jobs(tool)
    (lost,) = {row.status_list_id for row in rows(tool, CredentialRow)}
    restore()
    again = build_tool(settings, clock)
    assert apply_journal(again) == 0
    platform.inside.remove(late)
    complete(again, platform, badges, late)
    run_due_jobs(again)
    assert [row.status_list_id == lost for row in rows(again, CredentialRow)].count(False) == 1
    again.store.close()


def test_a_badge_that_was_replaced_after_the_backup_is_replaced_once_more(
    tool, badges, settings, tmp_path, clock
):
    (annas, _) = rows(tool, CredentialRow)
    restore = backup(tool, tmp_path)
    clock.advance(hours=1)
    with tool.store.begin() as session:
        awards.correct(session, session.get_one(Award, annas.award_id), clock(), OPERATOR)
    run_due_jobs(tool)
    restore()
    again = build_tool(settings, clock)
    assert apply_journal(again) == 1
    run_due_jobs(again)
    (new,) = [
        row for row in rows(again, CredentialRow) if row.award_id == annas.award_id and row.id != annas.id
    ]
    assert again.verify(annas.text.encode()).verdict == "revoked"
    assert again.verify(new.text.encode()).verdict == "verified"
    again.store.close()


def look_twice(tool, platform, rule_id):
    for _ in range(2):
        looks.look(tool.store, platform, rule_id, tool.clock.advance(minutes=10))
        run_due_jobs(tool)


def test_a_badge_that_was_replaced_and_then_revoked_after_the_backup_stays_revoked(
    tool, badges, settings, tmp_path, clock
):
    """The backup has only the one that was replaced."""
    (annas, _) = rows(tool, CredentialRow)
    restore = backup(tool, tmp_path)
    clock.advance(hours=1)
    with tool.store.begin() as session:
        awards.correct(session, session.get_one(Award, annas.award_id), clock(), OPERATOR)
    run_due_jobs(tool)
    revoke(tool, ANNA)
    journal.write_journal(tool)
    restore()
    again = build_tool(settings, clock)
    assert apply_journal(again) == 2
    run_due_jobs(again)
    assert [row.id for row in rows(again, CredentialRow) if row.award_id == annas.award_id] == [annas.id]
    assert again.verify(annas.text.encode()).verdict == "revoked"
    assert {row.id: row.status for row in rows(again, Award)}[annas.award_id] == "revoked"
    again.store.close()


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "first named later"])
def test_what_was_awarded_and_revoked_after_the_backup_is_not_awarded_again(
    tool, badges, settings, tmp_path, clock, platform, is_known
):
    late = learner(55, name="Late Arrival")
    platform.everyone.append(late)
    if is_known:
        looks.look(tool.store, platform, badges, clock.advance(minutes=10))
    restore = backup(tool, tmp_path)
    complete(tool, platform, badges, late)
    run_due_jobs(tool)
    revoke(tool, late)
    journal.write_journal(tool)
    restore()
    again = build_tool(settings, clock)
    assert apply_journal(again) == 1
    look_twice(again, platform, badges)
    with again.store.read() as session:
        person = queries.people.person_of(session, 1, late.user_id)
        theirs = [row for row in rows(again, Award) if row.person_id == person.id]
        assert (person.name, [account.user_id for account in person.accounts]) == (late.name, [late.user_id])
    assert [(row.status, row.why_ended) for row in theirs] == [("revoked", "revoked")]
    assert len(rows(again, CredentialRow)) == 2
    again.store.close()


def test_what_ended_after_the_backup_is_not_noted_of_whom_was_erased_then(
    tool, badges, settings, tmp_path, clock, platform
):
    """Both are in the journal: whoever was erased has no award, not even one that has ended."""
    restore = backup(tool, tmp_path)
    late = learner(55, name="Late Arrival")
    platform.everyone.append(late)
    complete(tool, platform, badges, late)
    run_due_jobs(tool)
    revoke(tool, late)
    clock.advance(seconds=1)
    erase(tool, late)
    journal.write_journal(tool)
    restore()
    again = build_tool(settings, clock)
    assert apply_journal(again) == 2
    look_twice(again, platform, badges)
    assert late.name not in {row.name for row in rows(again, Person)} and len(rows(again, Award)) == 2
    again.store.close()


def test_a_file_with_other_entries_is_of_another_history(tool, badges, settings):
    erase(tool)
    journal.write_journal(tool)
    (line,) = tool.journal.lines()
    settings.journal_file.unlink()
    with tool.journal.opened() as file:
        file.append([replace(line, entry="of another history")])
    with pytest.raises(JournalError, match="another history"):
        journal.check_journal(tool)


def test_a_replay_that_is_interrupted_goes_on_where_it_was(
    tool, badges, settings, tmp_path, clock, monkeypatch
):
    restore = backup(tool, tmp_path)
    erase(tool)
    run_due_jobs(tool)
    revoke(tool)
    run_due_jobs(tool)
    restore()
    again = build_tool(settings, clock)
    lines = journal.lines_to_apply(again)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "lines_to_apply", lambda _tool: lines[:1])
        with pytest.raises(JournalError):
            apply_journal(again)
    assert [line.kind for line in journal.lines_to_apply(again)] == ["status_set"]
    assert apply_journal(again) == 1
    again.store.close()


def test_a_process_that_dies_between_file_and_database_neither_loses_nor_doubles(tool, badges, monkeypatch):
    erase(tool)

    class Died(Exception):
        pass

    def append_and_die(file, entries):
        file.append([journal._line(row, len(file.lines) + n) for n, row in enumerate(entries, 1)])
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_append", append_and_die)
        with pytest.raises(Died):
            journal.write_journal(tool)
    assert len(tool.journal.lines()) == 1 and [row.position for row in rows(tool, JournalEntry)] == [None]
    journal.check_journal(tool)
    revoke(tool)
    assert journal.write_journal(tool) == 1
    assert [line.kind for line in tool.journal.lines()] == ["erased", "status_set"]
    assert sorted(row.position for row in rows(tool, JournalEntry)) == [1, 2]


def test_a_line_that_was_only_begun_is_cut_off(tool, badges, settings):
    erase(tool)
    journal.write_journal(tool)
    with settings.journal_file.open("ab") as file:
        file.write(b"0123 {half of a li")
    revoke(tool)
    journal.write_journal(tool)
    assert [line.kind for line in tool.journal.lines()] == ["erased", "status_set"]


def test_a_lost_or_older_file_stops_the_start_and_can_be_written_anew(tool, badges, settings, clock):
    erase(tool)
    journal.write_journal(tool)
    older = settings.journal_file.read_bytes()
    revoke(tool)
    journal.write_journal(tool)
    whole = settings.journal_file.read_bytes()
    for content in (b"", older):
        settings.journal_file.write_bytes(content)
        with pytest.raises(SettingsError, match="journal rebuild"):
            start_tool(settings, clock)
    with pytest.raises(JournalError, match="move it away"):
        journal.rebuild(tool)
    settings.journal_file.unlink()
    assert journal.rebuild(tool) == 2
    assert settings.journal_file.read_bytes() == whole
    start_tool(settings, clock).store.close()


@pytest.mark.parametrize("order", [(1,), (1, 0), (0, 0)], ids=str)
def test_lines_that_were_taken_out_or_changed_are_found(tool, badges, settings, clock, order):
    erase(tool)
    revoke(tool)
    journal.write_journal(tool)
    lines = settings.journal_file.read_bytes().splitlines(keepends=True)
    settings.journal_file.write_bytes(b"".join(lines[number] for number in order))
    with pytest.raises(SettingsError, match="JOURNAL_FILE"):
        start_tool(settings, clock)


def test_the_file_of_another_installation_is_refused(tool, badges, settings, tmp_path, clock):
    erase(tool)
    journal.write_journal(tool)
    other = settings_for(f"sqlite:///{tmp_path / 'other.sqlite'}", tmp_path)
    with pytest.raises(SettingsError, match="another installation"):
        start_tool(other, clock)
