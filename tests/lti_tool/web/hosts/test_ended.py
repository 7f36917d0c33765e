"""Whatever ends an access here, its host is told afterwards, and of whose it was nothing waits for that."""

from __future__ import annotations

import json

import pytest

from lti_tool.errors import OutgoingError
from lti_tool.hosts import accesses, ended
from lti_tool.people.addresses import remove_proof
from lti_tool.privacy import erasure, issuer_share, journal_replay, stored_secrets
from lti_tool.privacy.journal_file import Line
from lti_tool.store import events, queries
from lti_tool.store.account_hashes import account_hash
from lti_tool.store.models import EndedAccess, HostAccess, JournalEntry, Outbox, ProvedAddress
from signing.encryption import RandomKey
from tests.fake_host import Answer
from tests.fixtures import rows, run_due_jobs, run_job
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.hosts.conftest import ADDRESS


@pytest.fixture
def connected(learner):
    learner.connect()
    return learner


def erase(tool, anna):
    erasure.erase(tool, [anna], events.TOOL)


def erase_for_the_issuer(tool, anna):
    issuer_share.erase(tool, tool.issuer.id, anna, events.TOOL)


def take_the_address_back(tool, anna):
    with tool.store.begin() as session:
        (proof,) = session.query(ProvedAddress)
        remove_proof(session, anna, proof.id, tool.clock(), events.TOOL)


def told(host):
    return host.calls.count("POST /revoke")


def jobs_of(tool):
    return [row for row in rows(tool, Outbox) if row.task == "tell_host"]


@pytest.mark.parametrize("act", [erase, erase_for_the_issuer, take_the_address_back])
def test_the_host_is_told_after_the_commit_by_a_job_that_names_nobody(
    connected, host, web_tool, anna, act, capfd
):
    secrets = [*host.access, *host.refresh, host.clients["client-1"]["client_secret"]]
    act(web_tool, anna)
    assert rows(web_tool, HostAccess) == [] and told(host) == 0
    (row,), (job,) = rows(web_tool, EndedAccess), jobs_of(web_tool)
    assert job.payload == {"ended_id": row.id} and job.award_id is None
    stored = row.encrypted_tokens + row.encrypted_secret + json.dumps(job.payload).encode()
    run_due_jobs(web_tool)
    assert host.access == {} and host.refresh == {} and told(host) == 2
    assert rows(web_tool, EndedAccess) == [] and jobs_of(web_tool) == []
    logged = "".join(capfd.readouterr())
    assert ADDRESS not in logged
    for secret in secrets:
        assert secret not in logged and secret.encode() not in stored


def test_a_silent_host_is_told_some_times_and_then_the_tokens_are_deleted(
    connected, host, web_tool, anna, clock
):
    host.always["/revoke"] = OutgoingError("nobody answers")
    erase(web_tool, anna)
    for attempt in range(ended.ATTEMPTS):
        assert told(host) == attempt
        run_due_jobs(web_tool)
        assert told(host) == attempt + 1
        clock.advance(minutes=59)
        run_due_jobs(web_tool)
        clock.advance(minutes=1)
    assert rows(web_tool, EndedAccess) == [] and jobs_of(web_tool) == []
    assert told(host) == ended.ATTEMPTS


@pytest.mark.parametrize(
    "answer", [Answer(503), Answer(400, {"error": "invalid_client"}), Answer(200, b"<html>")]
)
def test_whatever_the_host_answers_the_job_ends(connected, host, web_tool, anna, clock, answer):
    host.always["/revoke"] = answer
    erase(web_tool, anna)
    for _ in range(ended.ATTEMPTS):
        run_due_jobs(web_tool)
        clock.advance(hours=1)
    assert rows(web_tool, EndedAccess) == [] and jobs_of(web_tool) == []


def test_a_host_that_was_silent_when_a_learner_stopped_is_told_later(connected, host, web_tool, clock):
    host.wrong["/revoke"] = [OutgoingError("slow")]
    page = connected.press("stop")
    assert "has not confirmed" in text_of(page)
    run_due_jobs(web_tool)
    assert told(host) == 1 and len(host.refresh) == 1
    clock.advance(hours=1)
    run_due_jobs(web_tool)
    assert host.refresh == {} and host.access == {} and rows(web_tool, EndedAccess) == []


def test_what_was_stopped_and_confirmed_is_not_told_again(connected, host, web_tool, clock):
    assert accesses.end(web_tool, 1, events.TOOL)
    assert rows(web_tool, EndedAccess) == [] and jobs_of(web_tool) == []
    clock.advance(hours=1)
    run_due_jobs(web_tool)
    assert told(host) == 2


def test_an_erasure_that_is_repeated_after_a_restore_tells_the_host_once_more(
    connected, host, web_tool, anna, clock
):
    """The backup is older than the erasure: its tokens came back with it, and may work."""
    with web_tool.store.begin() as session:
        (account,) = queries.people.people(session, [anna])[anna].accounts
        hashed = account_hash(session, account.registration_id, account.user_id)
        data = {"accounts": [[account.registration_id, hashed]]}
    line = Line(position=1, entry="x", kind="erased", at=clock(), data=data)
    with web_tool.journal.opened() as file:
        file.append([line])
    assert journal_replay.apply_journal(web_tool) == 1
    assert rows(web_tool, HostAccess) == [] and len(rows(web_tool, EndedAccess)) == 1
    run_job(web_tool, "sweep")
    run_due_jobs(web_tool)
    assert host.access == {} and host.refresh == {} and rows(web_tool, EndedAccess) == []


def test_the_tokens_are_encrypted_anew_with_all_other_secrets(connected, host, web_tool, anna):
    erase(web_tool, anna)
    old, new = web_tool.issuers.database_vault.key_encryption_key, RandomKey(key=b"n" * 32)
    with web_tool.store.begin() as session:
        stored_secrets.encrypt_anew(session, old, new, web_tool.clock(), events.TOOL)
        (row,) = session.query(EndedAccess)
        assert json.loads(new.decrypt(row.encrypted_tokens))["refresh"] in host.refresh
        assert new.decrypt(row.encrypted_secret).decode() == host.clients["client-1"]["client_secret"]
        session.rollback()


def test_tokens_that_nobody_can_open_any_more_are_deleted(connected, host, web_tool, anna):
    erase(web_tool, anna)
    with web_tool.store.begin() as session:
        session.query(EndedAccess).one().encrypted_tokens = b"of a key that is lost"
    run_due_jobs(web_tool)
    assert rows(web_tool, EndedAccess) == [] and jobs_of(web_tool) == [] and told(host) == 0


def test_nobody_is_told_where_there_is_nothing_to_tell(connected, host, web_tool, anna):
    """The host has ended it itself, or says of no address that it takes tokens back."""
    with web_tool.store.begin() as session:
        session.query(HostAccess).one().encrypted_tokens = None
    erase(web_tool, anna)
    assert rows(web_tool, EndedAccess) == [] and jobs_of(web_tool) == []
    assert [row.kind for row in rows(web_tool, JournalEntry)].count("erased") == 1
