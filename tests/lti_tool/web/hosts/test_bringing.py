"""Badges on their way to a host: renewed access, waits, hosts that fail, badges that are replaced or revoked."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from lti_tool.awarding import awards
from lti_tool.errors import OutgoingError
from lti_tool.issuing import issuance
from lti_tool.privacy import access_replay
from lti_tool.store import events
from lti_tool.store.models import (
    Award,
    BadgeHost,
    BroughtBadge,
    CredentialRow,
    Event,
    HostAccess,
    JournalEntry,
    Outbox,
)
from tests.backpack import add_host_access
from tests.fake_host import API, Answer
from tests.fixtures import rows, run_due_jobs
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.hosts.conftest import ADDRESS

CREDENTIALS = f"{API}/credentials"


@pytest.fixture
def connected(learner):
    """A learner who has connected the host."""
    assert "The place is connected." in text_of(learner.connect())
    return learner


def bring(learner, tool):
    """Has the badge brought, and does what is due: the row after that."""
    with tool.store.read() as session:
        award = session.query(Award).order_by(Award.id).first().id
    assert learner.press("bring", badge=award).status_code == 200
    return work(tool)


def work(tool):
    run_due_jobs(tool)
    with tool.store.read() as session:
        return session.query(BroughtBadge).order_by(BroughtBadge.id).first()


def waits(tool):
    """For how long the only job about a host waits; None where there is none."""
    found = [row for row in rows(tool, Outbox) if row.task == "bring_to_host"]
    assert all(row.died_at is None for row in found)
    return found[0].due_at - tool.clock() if found else None


def test_an_expired_token_is_renewed_and_stored_before_it_is_used(connected, host, web_tool, clock):
    before = rows(web_tool, HostAccess)[0].encrypted_tokens
    clock.advance(hours=2)
    # The page's session is over; whoever asked before is still served.
    with web_tool.store.begin() as session:
        access = session.query(HostAccess).one()
        access.brings_new = True
    with web_tool.store.read() as session:
        credential = session.query(CredentialRow).one().id
    issuance.replace_credential(web_tool.store, web_tool.issuers, credential, "reissued", clock())
    row = work(web_tool)
    assert row.status == "brought" and len(host.badges) == 1
    assert host.calls[-2:] == ["POST /refresh", "POST /credentials"]
    after = rows(web_tool, HostAccess)[0]
    assert after.encrypted_tokens != before and after.renewed_until is None
    kept = json.loads(web_tool.decrypt(after.encrypted_tokens))
    assert kept["refresh"] in host.refresh and kept["access"] in host.access


def test_a_token_that_is_refused_is_renewed_once(connected, host, web_tool):
    host.access.clear()
    assert bring(connected, web_tool).status == "brought"
    assert host.calls[-3:] == ["POST /credentials", "POST /refresh", "POST /credentials"]
    host.always[CREDENTIALS] = Answer(401, {})
    row = bring(connected, web_tool)
    assert (row.status, row.trouble) == ("failed", "lost") and waits(web_tool) is None
    assert host.calls[-3:] == ["POST /credentials", "POST /refresh", "POST /credentials"]
    access = rows(web_tool, HostAccess)[0]
    assert access.lost_at is not None and access.encrypted_tokens is None
    page = connected.browser.get("/my/places/1")
    assert "The place no longer takes badges from here. Connect it again." in text_of(page)
    assert "It no longer takes badges from here." in text_of(connected.browser.get("/my/places"))
    # Once it is connected again, what was left is brought.
    del host.always[CREDENTIALS]
    connected.connect()
    assert work(web_tool).status == "brought"


def test_two_workers_do_not_both_show_a_refresh_token(connected, host, web_tool, clock):
    with web_tool.store.begin() as session:
        access = session.query(HostAccess).one()
        access.renewed_until, access.usable_until = clock() + timedelta(seconds=60), clock()
    row = bring(connected, web_tool)
    assert (row.status, row.attempts) == ("pending", 0) and "POST /refresh" not in host.calls
    assert waits(web_tool) == timedelta(seconds=15)
    # Whoever held it has died: after a minute another one asks.
    clock.advance(minutes=1)
    assert work(web_tool).status == "brought"


def test_a_host_that_fails_is_asked_twice_more_and_then_the_learner_is_told(connected, host, web_tool, clock):
    host.always[CREDENTIALS] = Answer(500, b"<html>")
    row = bring(connected, web_tool)
    assert (row.status, row.trouble, row.attempts) == ("pending", "unreachable", 1)
    assert waits(web_tool) == timedelta(minutes=30)
    page = connected.browser.get("/my/places/1")
    assert "Being brought The place does not answer. It is tried again by itself." in text_of(page)
    for attempts, status in ((2, "pending"), (3, "failed")):
        clock.advance(minutes=15)
        assert work(web_tool).attempts == attempts - 1
        clock.advance(minutes=15)
        row = work(web_tool)
        assert (row.status, row.attempts) == (status, attempts)
    assert waits(web_tool) is None and host.calls.count("POST /credentials") == 3
    assert rows(web_tool, Award)[0].brought_at is None
    assert [each.why for each in rows(web_tool, Event) if each.what == "badge_not_brought"] == ["unreachable"]


def test_a_host_that_keeps_a_badge_and_answers_500_is_asked_until_it_says_so(
    connected, host, web_tool, clock
):
    host.wrong[CREDENTIALS] = [lambda _: Answer(500, b"", {"Retry-After": "90"})]
    row = bring(connected, web_tool)
    assert row.status == "pending" and len(host.badges) == 1
    assert waits(web_tool) == timedelta(seconds=90)
    clock.advance(seconds=90)
    assert work(web_tool).status == "brought" and len(host.badges) == 1


@pytest.mark.parametrize(
    ("answer", "trouble", "words"),
    [
        (Answer(413), "too_large", "This badge is too large for the place."),
        (Answer(400, {}), "refused", "The place does not take this badge."),
        (Answer(201, {"id": "x"}), "altered", "The place changed the badge"),
        (OutgoingError("x", permanent=True), "refused_address", "The address of the place cannot be used"),
    ],
)
def test_what_no_attempt_would_change_is_told_at_once(connected, host, web_tool, answer, trouble, words):
    host.wrong[CREDENTIALS] = [answer]
    row = bring(connected, web_tool)
    assert (row.status, row.trouble) == ("failed", trouble) and waits(web_tool) is None
    page = connected.browser.get("/my/places/1")
    assert words in text_of(page) and "Bring it again" in text_of(page)
    assert bring(connected, web_tool).status == "brought"


def test_a_host_that_asks_to_wait_is_left_alone_and_no_attempt_is_counted(connected, host, web_tool, clock):
    host.always[CREDENTIALS] = Answer(429, {}, {"Retry-After": "600"})
    row = bring(connected, web_tool)
    assert (row.status, row.trouble, row.attempts) == ("pending", "busy", 0)
    assert waits(web_tool) == timedelta(minutes=10)
    calls = len(host.calls)
    # Others who have badges there wait, too, without a call.
    with web_tool.store.begin() as session:
        for job in session.query(Outbox).filter_by(task="bring_to_host"):
            job.due_at = clock()
    assert work(web_tool).status == "pending" and len(host.calls) == calls
    assert waits(web_tool) == timedelta(minutes=10)
    for _ in range(5):
        clock.advance(minutes=10)
        assert work(web_tool).attempts == 0
    clock.advance(days=3)
    row = work(web_tool)
    assert (row.status, row.trouble) == ("failed", "busy")


def test_a_replaced_badge_is_brought_anew_and_new_ones_only_where_that_is_wanted(
    connected, host, web_tool, clock
):
    assert bring(connected, web_tool).status == "brought"
    (first,) = host.badges
    with web_tool.store.read() as session:
        credential = session.query(CredentialRow).one().id
    issuance.replace_credential(web_tool.store, web_tool.issuers, credential, "replaced", clock())
    row = work(web_tool)
    assert row.status == "brought" and row.credential_id != credential
    assert len(host.badges) == 2 and first in host.badges
    page = connected.press("new", new="yes")
    assert "From now on, new badges are brought there by themselves." in text_of(page)
    assert rows(web_tool, HostAccess)[0].brings_new
    assert "no longer brought" in text_of(connected.press("new", new="no"))
    assert not rows(web_tool, HostAccess)[0].brings_new


def test_a_badge_that_is_replaced_while_it_is_brought_is_brought_once_more(connected, host, web_tool, clock):
    with web_tool.store.read() as session:
        credential = session.query(CredentialRow).one().id

    def replaced_meanwhile(answer):
        issuance.replace_credential(web_tool.store, web_tool.issuers, credential, "replaced", clock())
        return answer

    host.wrong[CREDENTIALS] = [replaced_meanwhile]
    row = bring(connected, web_tool)
    with web_tool.store.read() as session:
        current = session.query(CredentialRow).filter_by(replaced_at=None).one()
        assert (row.status, row.credential_id) == ("brought", current.id)
        assert current.text in host.badges.values()


def test_a_revoked_badge_is_brought_nowhere(connected, host, web_tool, clock):
    with web_tool.store.begin() as session:
        award = session.query(Award).one()
        award_id = award.id
    connected.press("bring", badge=award_id)
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "cheating", clock(), events.TOOL)
    run_due_jobs(web_tool)
    assert host.badges == {} and rows(web_tool, BroughtBadge) == []
    assert connected.press("bring", badge=award_id).status_code == 404
    assert "You have no badge yet." in text_of(connected.browser.get("/my/places/1"))


def test_nothing_is_brought_once_the_address_is_theirs_no_more(connected, host, web_tool, anna):
    """Taken back by its learner, for example because somebody else reads its mail now."""
    from lti_tool.store.queries import proved_addresses

    with web_tool.store.begin() as session:
        award = session.query(Award).one().id
    connected.press("bring", badge=award)
    with web_tool.store.begin() as session:
        for row in proved_addresses.of_person(session, anna):
            session.delete(row)
    run_due_jobs(web_tool)
    assert host.badges == {} and rows(web_tool, BroughtBadge) == []


def test_a_secret_that_has_ended_is_registered_anew(learner, host, web_tool, clock):
    host.secret_ends_at = int((clock() + timedelta(days=1)).timestamp())
    learner.connect()
    learner.connect()
    assert len(host.clients) == 1
    clock.advance(days=2)
    host.secret_ends_at = 0
    with web_tool.store.begin() as session:
        award = session.query(Award).one().id
    from lti_tool.issuing import hosts_to_bring

    with web_tool.store.begin() as session:
        hosts_to_bring.bring(session, 1, [award], clock())
    # Its tokens are those of the client that is over.
    row = work(web_tool)
    assert (row.status, row.trouble) == ("failed", "lost")


def test_a_host_that_knows_the_client_no_more_gets_a_new_one(connected, host, web_tool):
    host.clients.clear()
    page = connected.back(
        "https://badges.example.org/my/places/back/" + rows(web_tool, BadgeHost)[0].return_key + "?state=x"
    )
    assert "This answer does not fit what was asked." in text_of(page)
    host.access.clear()
    assert bring(connected, web_tool).trouble == "lost"
    assert rows(web_tool, BadgeHost)[0].client_id is None
    connected.connect()
    assert len(host.clients) == 1 and work(web_tool).status == "brought"


def test_stopping_takes_the_tokens_back_and_leaves_nothing(connected, host, web_tool):
    assert bring(connected, web_tool).status == "brought"
    page = connected.press("stop")
    assert "Nothing is brought there any more." in text_of(page) and "has not confirmed" not in text_of(page)
    assert host.access == {} and host.refresh == {}
    assert rows(web_tool, HostAccess) == [] and rows(web_tool, BroughtBadge) == []
    assert len(host.badges) == 1
    assert connected.press("stop").status_code == 404
    # A backup from before is restored, and the journal after it.
    (note,) = [row for row in rows(web_tool, JournalEntry) if row.kind == "host_access_ended"]
    with web_tool.store.begin() as session:
        restored = add_host_access(session, ADDRESS, datetime.fromisoformat(note.data["given_at"]))
        restored.host_id = session.query(BadgeHost).filter_by(url=note.data["host"]).one().id
        session.flush()
        access_replay.end_host_access(session, note.data)
    assert rows(web_tool, HostAccess) == []


def test_a_host_that_does_not_take_tokens_back_is_left_all_the_same(connected, host, web_tool):
    with web_tool.store.begin() as session:
        award = session.query(Award).one().id
    connected.press("bring", badge=award)
    host.always["/revoke"] = OutgoingError("slow")
    page = connected.press("stop")
    assert "The place has not confirmed that it takes nothing from here any more." in text_of(page)
    assert rows(web_tool, HostAccess) == []
    # What was on its way has nothing to do any more.
    run_due_jobs(web_tool)
    assert host.badges == {} and waits(web_tool) is None
