"""Whoever begins becomes one person by one address, and never one of somebody else's."""

from threading import Barrier, Thread

import pytest

from lti_tool.errors import PriorLearningError
from lti_tool.people import addresses, learner_sessions, sessions
from lti_tool.prior_learning import applications
from lti_tool.prior_learning.applications import Candidate
from lti_tool.store import events, queries
from lti_tool.store.models import Person, PriorLearningApplication, ProvedAddress
from tests import prior_learning as steps
from tests.fixtures import ANNA, launch_of, publish, register_once, rows


@pytest.fixture
def offer_id(tool):
    return steps.offer(tool, publish(tool))


def begin(tool, offer_id, since=None, reused=(), address=steps.ADDRESS):
    with tool.store.begin() as session:
        row = queries.prior_learning.offer(session, offer_id)
        candidate = Candidate(address=address, since=since or tool.clock(), name=steps.NAME, language="lv")
        return applications.begin(session, row, candidate, reused, tool.clock()).person_id


def code_of(act, *given, **named):
    with pytest.raises(PriorLearningError) as error:
        act(*given, **named)
    return error.value.code


def add_person(tool, **proof):
    with tool.store.begin() as session:
        person = Person(name="Anna Bērziņa", email=None)
        session.add(person)
        session.flush()
        if proof:
            session.add(ProvedAddress(person_id=person.id, **proof))
        return person.id


def test_whoever_proved_the_address_before_applies_as_that_person(tool, offer_id):
    known = add_person(tool, address=steps.ADDRESS, proved_at=tool.clock())
    tool.clock.advance(hours=1)
    assert begin(tool, offer_id) == known
    assert [row.name for row in rows(tool, Person)] == ["Anna Bērziņa"]


def test_a_session_of_before_opens_nobody_who_proved_the_address_later(tool, offer_id):
    since = tool.clock()
    tool.clock.advance(minutes=5)
    add_person(tool, address=steps.ADDRESS, proved_at=tool.clock())
    assert code_of(begin, tool, offer_id, since) == "not_opened"
    assert rows(tool, PriorLearningApplication) == []


def test_whom_the_issuer_was_told_to_award_nothing_is_told_before_they_begin(tool, offer_id):
    with tool.store.begin() as session:
        number = register_once(session, tool.clock())
        person_id = sessions.start_session(session, launch_of(ANNA, number), tool.clock()).row.person_id
        addresses.save_proof(session, person_id, steps.ADDRESS, tool.clock(), events.person(person_id))
        accounts = queries.issuer_erasures.hashes_of(session, person_id)
        queries.issuer_erasures.keep_erased(session, tool.issuer.id, accounts, tool.clock())
    assert code_of(begin, tool, offer_id) == "erased_here"
    assert rows(tool, PriorLearningApplication) == []
    assert begin(tool, offer_id, address="anna@home.example") != person_id


def test_an_address_that_is_given_to_others_later_makes_nobody(tool, offer_id):
    assert code_of(begin, tool, offer_id, reused={"example.org"}) == "reused_domain"
    add_person(tool, address=steps.ADDRESS, proved_at=tool.clock())
    assert code_of(begin, tool, offer_id, reused={"example.org"}) == "not_opened"


def test_what_a_platform_says_of_an_address_joins_nobody(tool, offer_id):
    with tool.store.begin() as session:
        session.add(Person(name="Namesake", email=steps.ADDRESS))
    begin(tool, offer_id)
    assert len(rows(tool, Person)) == 2


def test_a_later_proof_by_somebody_else_gives_them_nothing_of_an_earlier_session(tool, offer_id):
    candidate = begin(tool, offer_id)
    since = tool.clock()
    tool.clock.advance(minutes=5)
    other = add_person(tool)
    with tool.store.begin() as session:
        addresses.save_proof(session, other, steps.ADDRESS, tool.clock(), events.person(other))
        opened = addresses.opened_by(session, steps.ADDRESS, since, ())
    assert list(opened.people) == [candidate]


def test_a_name_is_said_and_waits_for_the_check(tool, offer_id):
    begin(tool, offer_id)
    (person,) = rows(tool, Person)
    assert (person.name, person.stated_name) == (None, steps.NAME)


def test_two_at_once_are_one_person_and_one_application(tool_on_postgres):
    tool = tool_on_postgres
    offer_id = steps.offer(tool, publish(tool))
    with tool.store.begin() as session:
        for _ in range(2):
            learner_sessions.start_session(session, steps.ADDRESS, tool.clock())
    barrier, came = Barrier(2), []

    def try_it():
        barrier.wait()
        try:
            begin(tool, offer_id)
            came.append("begun")
        except PriorLearningError as error:
            came.append(error.code)

    both = [Thread(target=try_it) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(came) == ["begun", "running"]
    assert len(rows(tool, Person)) == len(rows(tool, PriorLearningApplication)) == 1


def test_an_application_is_withdrawn_until_it_is_about_to_be_decided(tool, offer_id):
    application_id = steps.handed_in(tool, offer_id)
    steps.change(tool, application_id, applications.withdraw, tool.clock())
    assert code_of(steps.change, tool, application_id, applications.withdraw, tool.clock()) == "wrong_step"
    tool.clock.advance(hours=1)
    again = steps.assessed(tool, offer_id)
    assert code_of(steps.change, tool, again, applications.withdraw, tool.clock()) == "wrong_step"
