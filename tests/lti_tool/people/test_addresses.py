"""An address is proved by a code of ours, and a code opens the badges of those who proved that very address."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.people import addresses, learner_sessions, sessions
from lti_tool.people.addresses import MOST_ADDRESSES, MOST_TRIES, Asking, comparable_address
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import AddressCode, Event, LearnerSession, Outbox, Person, ProvedAddress
from tests.at_once import all_at_once
from tests.fixtures import ANNA, JANIS, launch_of, make_rule, publish, rows, run_due_jobs

PRIVATE, OTHER = "anna@home.example", "other@home.example"
BY = events.person(1)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def people(tool):
    """The ids of Anna and Jānis."""
    make_rule(tool, publish(tool))
    with tool.store.begin() as session:
        for person in (ANNA, JANIS):
            sessions.start_session(session, launch_of(person, 1), tool.clock())
        return [queries.people.person_of(session, 1, each.user_id).id for each in (ANNA, JANIS)]


def ask(tool, address=PRIVATE, person_id=None):
    with tool.store.begin() as session:
        asking = Asking(person_id=person_id, issuer_id=tool.issuer.id, language="en")
        return addresses.ask_code(session, address, asking, tool.clock())


def newest_code(tool):
    return addresses.code_of(rows(tool, AddressCode)[-1], tool.secret_key)


def try_code(tool, ticket, code, person_id=None):
    return addresses.proved_by(tool.store, ticket, code, person_id, tool.secret_key, tool.clock())


def prove(tool, person_id, address=PRIVATE):
    with tool.store.begin() as session:
        addresses.save_proof(session, person_id, address, tool.clock(), BY)


def opened(tool, address, reused=()):
    with tool.store.read() as session:
        found = addresses.opened_by(session, address, tool.clock(), reused)
        return list(found.people), list(found.unconfirmed)


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        (" Anna@Home.Example ", PRIVATE),
        ("anna@bērziņi.lv", "anna@xn--brzii-iza47a.lv"),
        ("ā@x.lv", "ā@x.lv"),
        ("anna", None),
        ("anna@home", None),
        ("a b@home.example", None),
        ("a@b@home.example", None),
        ("anna@home.example\nBcc: x@x.lv", None),
        ("a" * 250 + "@home.example", None),
        ("anna@.example", None),
        ("anna@" + "a" * 80 + ".lv", None),
    ],
)
def test_an_address_is_compared_in_one_form(typed, compared):
    assert comparable_address(typed) == compared


def test_the_right_code_proves_the_address_once(tool, people):
    ticket = ask(tool, person_id=people[0])
    code = newest_code(tool)
    assert len(code) == 8 and code.isdecimal()
    assert try_code(tool, ticket, f"{code[:4]} {code[4:]}", people[0]) == PRIVATE
    assert try_code(tool, ticket, code, people[0]) is None


def test_a_code_is_worth_nothing_to_another_browser_or_person(tool, people):
    anna, janis = people
    ticket = ask(tool, person_id=anna)
    code = newest_code(tool)
    for person_id in (janis, None):
        assert try_code(tool, ticket, code, person_id) is None
    assert try_code(tool, ask(tool, OTHER, anna), code, anna) is None
    assert try_code(tool, "", code, anna) is None
    assert try_code(tool, ticket, code, anna) == PRIVATE


def test_a_code_expires_after_ten_minutes(tool, people):
    ticket, code = ask(tool, person_id=people[0]), newest_code(tool)
    tool.clock.advance(minutes=10)
    assert try_code(tool, ticket, code, people[0]) is None


def test_a_code_can_be_tried_five_times(tool, people):
    ticket, code = ask(tool, person_id=people[0]), newest_code(tool)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for typed in ("", wrong, code[:7], code + "0", "not a number"):
        assert try_code(tool, ticket, typed, people[0]) is None
    assert try_code(tool, ticket, code, people[0]) is None
    (row,) = rows(tool, AddressCode)
    assert row.tries == MOST_TRIES


def test_tries_at_the_same_moment_are_counted_too(tool_on_postgres):
    tool = tool_on_postgres
    ticket, code = ask(tool), newest_code(tool)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    all_at_once(*[lambda: try_code(tool, ticket, wrong)] * 8)
    assert rows(tool, AddressCode)[0].tries == MOST_TRIES
    assert try_code(tool, ticket, code) is None


def test_neither_codes_nor_tickets_nor_addresses_are_stored_beside_their_row(tool, people):
    ticket, code = ask(tool, person_id=people[0]), newest_code(tool)
    try_code(tool, ticket, code, people[0])
    ask(tool)
    prove(tool, people[0])
    stored = str([vars(row) for kind in (AddressCode, Outbox, Event) for row in rows(tool, kind)])
    assert ticket not in stored and code not in stored and newest_code(tool) not in stored
    assert PRIVATE not in str([vars(row) for kind in (Outbox, Event) for row in rows(tool, kind)])


def mails(tool):
    return sorted(each.read_text(encoding="utf-8") for each in (tool_folder(tool)).glob("code-*.eml"))


def tool_folder(tool):
    from pathlib import Path

    return Path(tool.mail_folder)


def test_a_code_from_outside_is_mailed_only_to_a_proved_address(tool, people):
    ask(tool, PRIVATE)
    run_due_jobs(tool)
    assert not tool_folder(tool).exists() or mails(tool) == []
    prove(tool, people[0])
    ask(tool, PRIVATE)
    code = newest_code(tool)
    run_due_jobs(tool)
    (mail,) = mails(tool)
    assert code in mail and f"To: {PRIVATE}" in mail and "Anna" not in mail
    assert [row.task for row in rows(tool, Outbox) if row.task == "mail_code"] == []


def test_a_code_is_mailed_in_the_language_of_whoever_asks_inside_a_platform(tool, people):
    anna, janis = people
    for person_id, known in ((anna, "el-GR"), (janis, "bg")):
        with tool.store.begin() as session:
            session.get(Person, person_id).language = known
        ask(tool, person_id=person_id)
    ask(tool)
    assert [row.language for row in rows(tool, AddressCode)] == ["el", "en", "en"]


def test_a_code_that_has_expired_is_not_mailed(tool, people):
    ask(tool, PRIVATE, people[0])
    tool.clock.advance(minutes=11)
    run_due_jobs(tool)
    assert not tool_folder(tool).exists() or mails(tool) == []


def test_what_a_platform_claims_opens_nothing(tool, people):
    """Whoever administers a platform can say that its people have any address."""
    assert opened(tool, ANNA.email) == ([], [])


def test_a_code_opens_those_who_proved_this_address_and_nobody_beyond(tool, people):
    anna, janis = people
    prove(tool, anna)
    prove(tool, janis, PRIVATE)
    prove(tool, janis, OTHER)
    assert opened(tool, PRIVATE) == ([anna, janis], [])
    assert opened(tool, OTHER) == ([janis], [])


def test_a_session_does_not_open_what_was_proved_after_it_began(tool, people):
    anna, janis = people
    prove(tool, anna)
    since = tool.clock()
    tool.clock.advance(minutes=1)
    prove(tool, janis)
    with tool.store.read() as session:
        assert addresses.opened_by(session, PRIVATE, since, ()).people == [anna]


def test_at_a_reused_domain_staff_confirm_first(tool, people):
    anna, _ = people
    prove(tool, anna)
    reused = ("home.example",)
    assert opened(tool, PRIVATE, reused) == ([], [anna])
    assert opened(tool, PRIVATE, ("example", "other.example")) == ([anna], [])
    with tool.store.begin() as session:
        addresses.confirm_address(session, anna, PRIVATE, tool.clock(), events.operator("root"))
    assert opened(tool, PRIVATE, reused) == ([anna], [])
    tool.clock.advance(days=7)
    assert opened(tool, PRIVATE, reused) == ([], [anna])
    with tool.store.begin() as session, pytest.raises(NotFoundError):
        addresses.confirm_address(session, anna, OTHER, tool.clock(), events.operator("root"))


def test_a_removed_address_opens_nothing_and_ends_its_sessions(tool, people):
    anna, janis = people
    prove(tool, anna)
    with tool.store.begin() as session:
        learner_sessions.start_session(session, PRIVATE, tool.clock())
    (row,) = rows(tool, ProvedAddress)
    with tool.store.begin() as session, pytest.raises(NotFoundError):
        addresses.remove_proof(session, janis, row.id, tool.clock(), BY)
    with tool.store.begin() as session:
        addresses.remove_proof(session, anna, row.id, tool.clock(), BY)
    assert opened(tool, PRIVATE) == ([], []) and rows(tool, LearnerSession) == []


def test_a_person_proves_a_few_addresses_and_no_more(tool, people):
    for number in range(MOST_ADDRESSES):
        prove(tool, people[0], f"anna{number}@home.example")
    prove(tool, people[0], "anna0@home.example")
    with pytest.raises(NotAllowedError):
        prove(tool, people[0])


def test_nothing_is_proved_by_somebody_who_was_erased(tool, people):
    anna, janis = people
    prove(tool, anna)
    prove(tool, anna, OTHER)
    prove(tool, janis, OTHER)
    ask(tool, PRIVATE, anna)
    with tool.store.begin() as session:
        for address in (PRIVATE, OTHER):
            learner_sessions.start_session(session, address, tool.clock())
        erase_person(session, tool.issuers, anna, tool.clock(), events.operator("root"))
    assert [(row.person_id, row.address) for row in rows(tool, ProvedAddress)] == [(janis, OTHER)]
    assert [row.address for row in rows(tool, LearnerSession)] == [OTHER]
    assert rows(tool, AddressCode) == []
    with pytest.raises(NotAllowedError):
        prove(tool, anna)


def find(tool, token):
    with tool.store.read() as session:
        return learner_sessions.find_session(session, token, tool.clock())


def start(tool, address=PRIVATE):
    with tool.store.begin() as session:
        return learner_sessions.start_session(session, address, tool.clock())


def test_a_session_ends_when_it_is_idle_old_or_ended(tool, people):
    prove(tool, people[0])
    token = start(tool)
    assert find(tool, token).address == PRIVATE and find(tool, "") is None
    tool.clock.advance(minutes=30)
    assert find(tool, token) is None
    first, second, other = start(tool), start(tool), start(tool, OTHER)
    with tool.store.begin() as session:
        learner_sessions.end_session(session, find(tool, first), tool.clock())
    with tool.store.begin() as session:
        learner_sessions.end_all_sessions(session, PRIVATE, tool.clock())
    assert find(tool, second) is None and find(tool, other) is not None
    with tool.store.begin() as session:
        for row in session.query(LearnerSession):
            row.last_used_at = tool.clock() + timedelta(hours=9)
    tool.clock.advance(hours=4)
    assert find(tool, other) is None
    with tool.store.begin() as session:
        learner_sessions.delete_ended(session, tool.clock())
    assert rows(tool, LearnerSession) == []
