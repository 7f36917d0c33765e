"""What operators' pages ask the database, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.operators import accounts, passkeys, sessions
from lti_tool.store import dead_jobs, events, outbox, queries
from lti_tool.store.models import AwardRule, Outbox
from lti_tool.store.queries.events import Wanted
from lti_tool.wiring import build_tool
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    TOMS,
    ZANE,
    FakePlatform,
    complete,
    make_rule,
    publish,
    run_due_jobs,
    settings_for,
)


@pytest.fixture
def tool(any_database_url, tmp_path, clock):
    tool = build_tool(settings_for(any_database_url, tmp_path), clock)
    yield tool
    tool.store.close()


def test_the_overview_counts_what_there_is(tool, clock):
    since = clock() - timedelta(weeks=12)
    issuer_id = tool.issuer.id
    with tool.store.read() as session:
        assert set(queries.operator_home.numbers(session, issuer_id, since)) == {0}
        assert queries.operator_home.awarded_since(session, issuer_id, since) == []
    rule_id = make_rule(tool, publish(tool))
    platform = FakePlatform(everyone=[ZANE, TOMS, ANNA, JANIS, PETERIS])
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.begin() as session:
        session.get_one(AwardRule, rule_id).trouble = {"sentence": "x", "about": {}}
        award_id = session.query(queries.operator_home.Award).one().id
        for payload in (
            {"award_id": award_id},
            {"course_id": session.get_one(AwardRule, rule_id).course_id},
            {},
        ):
            outbox.add(session, "look", payload, clock())
        session.flush()
        session.query(Outbox).update({"died_at": clock(), "trouble": "x"})
    with tool.store.read() as session:
        numbers = queries.operator_home.numbers(session, issuer_id, since)
        assert (numbers.awarded, numbers.issued, numbers.claimed, numbers.delivered) == (1, 1, 0, 1)
        (counted,) = queries.operator_home.awarded_since(session, issuer_id, since)
        assert counted.awarded == 1 and counted.began_at % 900 == 0
        (trouble,) = queries.operator_home.platforms_in_trouble(session, issuer_id)
        assert trouble.courses == 1
        jobs = dead_jobs.dead(session)
        owners = queries.operator_home.owners_of_jobs(session, jobs)
        assert {owners.get(job.id) for job in jobs} == {issuer_id, None}
        assert queries.operator_home.platforms_in_trouble(session, "none") == []


def test_events_are_found_in_parts(tool, clock):
    with tool.store.begin() as session:
        for number in range(5):
            events.record(
                session, "x", "person", number, clock(), actor=events.person(4), issuer_id=tool.issuer.id
            )
    wanted = Wanted(
        issuer_id=tool.issuer.id, what="x", person_id=4, since=clock(), until=clock.advance(days=1)
    )
    with tool.store.read() as session:
        newest = queries.events.newest_events(session, wanted, None, 2)
        assert [act.about for act in newest] == ["person:4", "person:3"]
        older = queries.events.newest_events(session, wanted, newest[-1].id, 9)
        assert [act.about for act in older] == ["person:2", "person:1", "person:0"]
        assert len(list(queries.events.wanted_events(session, wanted))) == 5


def test_an_account_with_all_that_belongs_to_it(tool, clock):
    issuer_id = tool.issuer.id
    with tool.store.begin() as session:
        row = accounts.make_account(session, "Ieva", accounts.new_handle(), clock())
        accounts.give_role(session, row, issuer_id, "owner", clock(), events.TOOL)
        key = passkeys.Registered(
            credential_id="x" * 1364, public_key=b"1", sign_count=2**32 - 1, transports=["usb"]
        )
        passkeys.add(session, row, key, "", clock())
        token = sessions.start_session(session, row, sessions.Shown(how="passkey", at=clock()), clock())
    with tool.store.read() as session:
        found = sessions.find_session(session, token, clock())
        assert accounts.as_operator(found.operator, found.how).roles == {issuer_id: {"owner"}}
        assert [each.id for each in queries.operators.operators_of(session, issuer_id)] == [found.operator_id]
        assert queries.operators.passkey(session, "x" * 1364).sign_count == 2**32 - 1
    with tool.store.begin() as session:
        sessions.delete_ended(session, clock.advance(hours=9))
        assert queries.operators.sessions(session) == []


def test_checks_are_counted_by_day_and_issuer(tool):
    issuer_id = tool.issuer.id
    for day in ("2026-11-30", "2026-11-29", "2026-11-30", "2026-01-01"):
        with tool.store.begin() as session:
            queries.verifications.count_one(session, issuer_id, day)
    with tool.store.read() as session:
        found = queries.verifications.verified_since(session, issuer_id, "2026-11-01")
        assert [tuple(each) for each in found] == [("2026-11-29", 1), ("2026-11-30", 2)]
        assert queries.verifications.verified_since(session, "another", "2026-11-01") == []
        assert queries.verifications.issuer_with_did(session, tool.issuer.profile.id) == issuer_id
        assert queries.verifications.issuer_with_did(session, "did:web:x") is None
