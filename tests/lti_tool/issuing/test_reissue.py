"""After a key was stolen all that it has signed is signed once more; an interruption loses and doubles nothing."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing.reissue import badges_to_reissue, reissue
from lti_tool.store import events
from lti_tool.store.models import Award, CredentialRow, Delivery, Event, Outbox
from tests.fixtures import (
    NOW,
    ROOT,
    SECRETS,
    change_issuer,
    complete,
    learner,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

CLASS = [learner(number) for number in range(200, 212)]
OPERATOR = events.operator("root")


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def stolen(tool, platform):
    """The id of a key that has signed the badges of a class, and was stolen."""
    platform.everyone += CLASS
    complete(tool, platform, make_rule(tool, publish(tool)), *CLASS)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        kid = tool.issuer.keyring.signing_key(session, "eddsa-rdfc-2022").kid
        tool.clock.advance(days=1)
        tool.issuer.keyring.mark_compromised(session, kid, None, tool.clock())
    return kid


def begin(tool, kid):
    return badges_to_reissue(tool.store, tool.issuer, kid, tool.clock(), OPERATOR)


def check_all_reissued_once(tool, stolen):
    by_award = {}
    for row in rows(tool, CredentialRow):
        by_award.setdefault(row.award_id, []).append(row)
    assert len(by_award) == len(CLASS)
    for both in by_award.values():
        old, new = sorted(both, key=lambda row: row.issued_at)
        assert stolen in old.signed_with and stolen not in new.signed_with
        assert (old.revoked_as, new.why, new.replaces_id) == ("reissued", "reissued", old.id)
        assert (
            json.loads(new.text)["awardedDate"]
            == json.loads(old.text)["awardedDate"]
            == "2026-11-21T09:00:00Z"
        )
    assert {row.status for row in rows(tool, Award)} == {"issued"}


def test_all_badges_of_the_key_are_signed_with_another(tool, stolen):
    ids = begin(tool, stolen)
    steps = list(reissue(tool.store, tool.issuers, ids, tool.clock))
    assert [step.credential_id for step in steps] == ids and len(ids) == len(CLASS)
    assert not any(step.was_bound for step in steps)
    check_all_reissued_once(tool, stolen)
    run_due_jobs(tool)
    assert {row.status for row in rows(tool, Delivery)} == {"sent"}
    new = next(row for row in rows(tool, CredentialRow) if row.why == "reissued")
    assert tool.verify(new.text.encode()).verdict == tool.verify(new.jwt.encode()).verdict == "verified"
    assert begin(tool, stolen) == []
    assert [row.data for row in rows(tool, Event) if row.what == "reissue_begun"] == [
        {"badges": 12},
        {"badges": 0},
    ]


def test_an_interruption_loses_and_doubles_nothing(tool, stolen):
    going = reissue(tool.store, tool.issuers, begin(tool, stolen), tool.clock)
    for _ in range(5):
        next(going)
    going.close()
    rest = begin(tool, stolen)
    assert len(rest) == len(CLASS) - 5
    list(reissue(tool.store, tool.issuers, rest, tool.clock))
    check_all_reissued_once(tool, stolen)


def test_two_operators_at_once_reissue_each_badge_once(tool, stolen):
    ids = begin(tool, stolen)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda some: list(reissue(tool.store, tool.issuers, some, tool.clock)), [ids, ids]))
    check_all_reissued_once(tool, stolen)


def test_what_was_revoked_is_not_reissued(tool, stolen):
    with tool.store.begin() as session:
        award = session.query(Award).first()
        awards.revoke(session, award, "by mistake", tool.clock())
        revoked = award.id
    ids = begin(tool, stolen)
    assert len(ids) == len(CLASS) - 1
    list(reissue(tool.store, tool.issuers, ids, tool.clock))
    assert [row.why for row in rows(tool, CredentialRow) if row.award_id == revoked] == ["first"]


def test_a_key_that_still_signs_or_is_unknown_reissues_nothing(tool, stolen):
    with tool.store.read() as session:
        (current, *_) = tool.issuer.keyring.current_kids(session)
    with pytest.raises(NotAllowedError, match="still signs"):
        begin(tool, current)
    with pytest.raises(NotFoundError):
        begin(tool, "no-such-key")


def test_an_issuer_who_is_not_confirmed_begins_nothing(tool, stolen):
    change_issuer(tool, legal_name={"en": "Riga University"})
    with pytest.raises(NotAllowedError, match="confirmed"):
        begin(tool, stolen)
    assert [row for row in rows(tool, Event) if row.what == "reissue_begun"] == []


@pytest.mark.parametrize("any_database_url", ["sqlite"], indirect=True)
def test_the_command_that_was_killed_goes_on_with_the_rest(tool, stolen, tmp_path, any_database_url):
    environment = os.environ | {
        "TOOL_URL": "https://badges.example.org",
        "DATABASE_URL": any_database_url,
        **SECRETS,
        "ISSUER_FILE": str(ROOT / "config" / "issuer.example.toml"),
        "MAIL_FOLDER": str(tmp_path / "mail"),
        "JOURNAL_FILE": str(tmp_path / "journal.jsonl"),
    }
    command = [sys.executable, "-m", "lti_tool", "badges", "reissue", "--signed-with", stolen]
    first = subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    said = first.stderr.readline()
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert said == "1 of 12\n"
    done = len([row for row in rows(tool, CredentialRow) if row.why == "reissued"])
    assert 1 <= done <= len(CLASS)
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert again.stdout == f"Badges issued again: {len(CLASS) - done}\n"
    check_all_reissued_once(tool, stolen)
    # Those of the first credentials have gone out, so their jobs are no more.
    deliveries = [row for row in rows(tool, Outbox) if row.task == "deliver"]
    assert len(deliveries) == len({row.payload["delivery_id"] for row in deliveries}) == len(CLASS)
    assert max(row.issued_at for row in rows(tool, CredentialRow)) > NOW
