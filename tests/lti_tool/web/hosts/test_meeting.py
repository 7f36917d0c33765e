"""What ends an access, and what is done by it, in the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import OperationalError

from lti_tool.hosts import accesses, giving
from lti_tool.hosts.client import Tokens
from lti_tool.issuing import hosts_to_bring
from lti_tool.people.addresses import remove_proof
from lti_tool.privacy import erasure
from lti_tool.store import events, queries
from lti_tool.store.models import Award, BadgeHost, BroughtBadge, HostAccess, ProvedAddress
from tests.at_once import all_at_once, impatient, until_one_waits
from tests.fake_host import API, Answer
from tests.fixtures import rows, run_due_jobs
from tests.lti_tool.web.hosts.conftest import ADDRESS

COPIED = (
    "address",
    "since",
    "given_at",
    "client_id",
    "brings_new",
    "encrypted_tokens",
    "usable_until",
)
CREDENTIALS = f"{API}/credentials"


@pytest.fixture
def tool(tool_on_postgres):
    """On PostgreSQL, where two transactions write at a time."""
    return tool_on_postgres


@pytest.fixture
def connected(learner):
    learner.connect()
    return learner


def award_of(tool):
    return rows(tool, Award)[0].id


def ask(tool, session):
    hosts_to_bring.bring(session, 1, [award_of(tool)], tool.clock())


def test_a_badge_that_is_asked_for_while_its_access_ends_holds_up_nobody(connected, web_tool):
    with ThreadPoolExecutor(1) as pool:
        with web_tool.store.begin() as asking:
            ask(web_tool, asking)
            ended = pool.submit(accesses.end, web_tool, 1, events.TOOL)
            until_one_waits(web_tool.store)
        assert ended.result(30)
    assert rows(web_tool, HostAccess) == [] and rows(web_tool, BroughtBadge) == []


def test_of_an_access_that_is_being_ended_nothing_is_asked_any_more(connected, web_tool):
    with web_tool.store.begin() as ending:
        queries.hosts.delete_accesses(ending, [1])
        with pytest.raises(OperationalError), web_tool.store.begin() as asking:
            ask(web_tool, impatient(asking))
    with web_tool.store.begin() as asking:
        ask(web_tool, asking)
    assert rows(web_tool, BroughtBadge) == []


@pytest.mark.parametrize(
    "answer", [None, Answer(403, b"", {"WWW-Authenticate": 'error="insufficient_scope"'}), Answer(429)]
)
def test_what_ends_while_a_badge_is_brought_is_not_written_again(connected, host, web_tool, answer):
    """Whatever the host answers: that it has the badge, that it takes none any more, that it is busy."""
    with web_tool.store.begin() as session:
        ask(web_tool, session)

    def ended_meanwhile(right):
        assert accesses.end(web_tool, 1, events.TOOL)
        return answer or right

    host.wrong[CREDENTIALS] = [ended_meanwhile]
    run_due_jobs(web_tool)
    assert rows(web_tool, HostAccess) == [] and rows(web_tool, BroughtBadge) == []
    assert rows(web_tool, Award)[0].brought_at is None
    assert host.access == {} and host.refresh == {}


def test_tokens_that_come_once_the_access_has_ended_are_taken_back(connected, host, web_tool, clock):
    with web_tool.store.begin() as session:
        ask(web_tool, session)
    clock.advance(hours=2)
    with web_tool.store.begin() as session:
        session.query(HostAccess).one().usable_until = clock()

    def ended_meanwhile(right):
        accesses.end(web_tool, 1, events.TOOL)
        return right

    host.wrong["/refresh"] = [ended_meanwhile]
    run_due_jobs(web_tool)
    assert "POST /refresh" in host.calls and host.access == {} and host.refresh == {}
    assert rows(web_tool, HostAccess) == [] and host.badges == {}


@pytest.mark.parametrize("refused", [CREDENTIALS, "/refresh"])
def test_an_access_that_is_given_anew_meanwhile_is_not_lost_by_what_is_said_of_the_old_one(
    connected, host, web_tool, clock, refused
):
    with web_tool.store.begin() as session:
        ask(web_tool, session)
    if refused == "/refresh":
        with web_tool.store.begin() as session:
            session.query(HostAccess).one().usable_until = clock()

    def given_anew_meanwhile(_):
        clock.advance(seconds=1)
        connected.connect()
        return Answer(400, {"error": "invalid_grant"}) if refused == "/refresh" else Answer(401)

    host.wrong[refused] = [given_anew_meanwhile, Answer(400, {"error": "invalid_grant"})]
    run_due_jobs(web_tool)
    (row,) = rows(web_tool, HostAccess)
    assert row.lost_at is None and row.encrypted_tokens is not None
    clock.advance(minutes=1)
    host.wrong.clear()
    run_due_jobs(web_tool)
    assert rows(web_tool, BroughtBadge)[0].status == "brought"


def test_fresh_tokens_of_an_access_that_is_given_anew_do_not_take_its_place(connected, host, web_tool, clock):
    with web_tool.store.begin() as session:
        ask(web_tool, session)
        session.query(HostAccess).one().usable_until = clock()

    def given_anew_meanwhile(right):
        clock.advance(seconds=1)
        connected.connect()
        return right

    host.wrong["/refresh"] = [given_anew_meanwhile]
    run_due_jobs(web_tool)
    (row,) = rows(web_tool, HostAccess)
    assert accesses.tokens_of(web_tool, row).access in host.access
    clock.advance(minutes=1)
    run_due_jobs(web_tool)
    assert rows(web_tool, BroughtBadge)[0].status == "brought"
    # Those of the renewal are worth nothing any more.
    assert len(host.refresh) == 1


def erase(tool, anna):
    erasure.erase(tool, [anna], events.TOOL)


def take_the_address_back(tool, anna):
    with tool.store.begin() as session:
        remove_proof(session, anna, session.query(ProvedAddress).one().id, tool.clock(), events.TOOL)


@pytest.mark.parametrize("act", [erase, take_the_address_back])
def test_who_is_erased_while_they_let_the_tool_in_leaves_no_access(learner, host, web_tool, anna, act):
    def gone_meanwhile(right):
        act(web_tool, anna)
        return right

    host.wrong["/token"] = [gone_meanwhile]
    assert learner.connect().status_code == 403
    assert rows(web_tool, HostAccess) == [] and host.access == {} and host.refresh == {}


@pytest.mark.parametrize("act", [erase, take_the_address_back])
def test_an_erasure_waits_for_an_access_that_is_being_given_and_deletes_it(connected, web_tool, anna, act):
    with ThreadPoolExecutor(1) as pool:
        with web_tool.store.begin() as giving_session:
            (known,) = giving_session.query(HostAccess)
            host = BadgeHost(
                url="https://x.example",
                described={},
                fresh_until=known.since,
                return_key="x",
                used_at=known.since,
            )
            giving_session.add(host)
            giving_session.flush()
            copied = {name: getattr(known, name) for name in COPIED}
            giving._put(giving_session, HostAccess(host_id=host.id, **copied))
            done = pool.submit(act, web_tool, anna)
            until_one_waits(web_tool.store)
        done.result(30)
    assert rows(web_tool, HostAccess) == []


def test_a_place_that_two_browsers_connect_at_once_is_connected_once(learner, web_tool):
    learner.way()
    (known,) = rows(web_tool, BadgeHost)

    def give(number):
        tokens = Tokens(access=f"access-{number}", refresh=None, ends_at=web_tool.clock())
        about = (known.id, ADDRESS, web_tool.clock(), known.client_id, tokens, events.TOOL)
        return lambda: giving.give(web_tool, *about)

    assert len(set(all_at_once(*map(give, range(4))))) == 1
    assert len(rows(web_tool, HostAccess)) == 1


def done_while_it_ends(tool, act):
    """What the act comes to that begins while an access is ended, and goes on once that is committed."""
    with ThreadPoolExecutor(1) as pool:
        with tool.store.begin() as ending:
            queries.hosts.delete_accesses(ending, [row.id for row in ending.query(HostAccess)])
            done = pool.submit(act)
            until_one_waits(tool.store)
        return done.result(30)


def test_an_access_is_not_changed_any_more_that_is_being_ended(connected, web_tool):
    page = done_while_it_ends(web_tool, lambda: connected.press("new", new="yes"))
    assert page.status_code == 404 and rows(web_tool, HostAccess) == []


def test_an_access_that_is_given_anew_while_it_ends_is_there_afterwards(connected, host, web_tool):
    back = host.let_in(connected.way())
    assert done_while_it_ends(web_tool, lambda: connected.back(back)).status_code == 200
    (row,) = rows(web_tool, HostAccess)
    assert accesses.tokens_of(web_tool, row).access in host.access
