"""Who is let in, for how long, and what a first launch makes."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.people import pending_arrivals, sessions
from lti_tool.platforms import registrations
from lti_tool.platforms.launch import Arrival
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import Course, DeploymentRow, Event, Person, PlatformAccount
from lti_tool.values import INSTRUCTOR, LEARNER, TEST_USER, DeepLinkingSettings
from tests.fixtures import ANNA, NEW_REGISTRATION, launch_of, register_once


def all_of(tool, kind):
    with tool.store.read() as session:
        return session.query(kind).all()


def admit(tool, person=ANNA, **changes):
    with tool.store.begin() as session:
        registration_id = register_once(session, tool.clock())
        launch = launch_of(person, registration_id, **changes)
        return sessions.start_session(session, launch, tool.clock()).token


def visit(tool, token):
    with tool.store.begin() as session:
        row = sessions.find_session(session, token, tool.clock())
        if row is not None and sessions.is_use_to_record(row, tool.clock()):
            sessions.record_use(session, row, tool.clock())
        return row


def username_of(tool, person=ANNA):
    with tool.store.read() as session:
        (account,) = queries.people.person_of(session, 1, person.user_id).accounts
        return account.username


def test_a_username_is_kept_as_the_platform_says_it_last(tool, caplog):
    caplog.set_level(0)
    admit(tool)
    assert username_of(tool) is None
    for said, kept in (("anna", "anna"), (None, "anna"), ("anna.ozola", "anna.ozola")):
        admit(tool, username=said)
        assert username_of(tool) == kept
    new = replace(ANNA, user_id="new")
    admit(tool, new, username="new.one")
    assert username_of(tool, new) == "new.one"
    admit(tool, username="somebody.else", acting_for_other=True)
    assert username_of(tool) == "anna.ozola"
    assert "anna" not in caplog.text
    assert "anna" not in str([each.data for each in all_of(tool, Event)])


def test_a_username_goes_with_its_platform(tool):
    admit(tool, username="anna")
    with tool.store.begin() as session:
        registrations.remove(session, 1, tool.clock())
    assert all_of(tool, PlatformAccount) == []


def test_one_platform_may_have_several_clients_and_then_the_client_must_be_named(tool):
    with tool.store.begin() as session:
        registrations.add(session, NEW_REGISTRATION, tool.clock())
        registrations.add(session, replace(NEW_REGISTRATION, client_id="client-2"), tool.clock())
    with tool.store.read() as session:
        iss = NEW_REGISTRATION.platform_id
        assert queries.platforms.find_registration(session, iss, None) is None
        assert queries.platforms.find_registration(session, iss, "client-2").client_id == "client-2"
        assert queries.platforms.find_registration(session, iss, "client-3") is None


def test_a_new_deployment_of_a_known_client_is_stored(tool):
    admit(tool)
    admit(tool, deployment_id="106:8865aa05")
    assert {row.deployment_id for row in all_of(tool, DeploymentRow)} == {"1", "106:8865aa05"}


def test_a_session_ends_two_hours_after_its_last_use_and_twelve_after_the_launch(tool, clock):
    token = admit(tool)
    assert visit(tool, token) is not None
    for _ in range(11):
        clock.advance(minutes=64)
        assert visit(tool, token) is not None
    clock.advance(minutes=30)
    assert visit(tool, token) is None
    token = admit(tool)
    clock.advance(hours=2)
    assert visit(tool, token) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 5000])
def test_a_guessed_token_is_no_session(tool, token):
    admit(tool)
    assert visit(tool, token) is None


def test_who_is_erased_has_no_session_left(tool):
    token, other = admit(tool), admit(tool, replace(ANNA, user_id="8"))
    with tool.store.begin() as session:
        person = queries.people.person_of(session, 1, ANNA.user_id)
        erase_person(session, tool.issuers, person.id, tool.clock(), events.operator("root"))
    assert visit(tool, token) is None and visit(tool, other) is not None


def test_every_session_has_a_token_of_256_random_bits(tool, monkeypatch):
    asked = []
    monkeypatch.setattr("secrets.token_bytes", lambda size: asked.append(size) or os.urandom(size))
    tokens = {admit(tool) for _ in range(20)}
    assert len(tokens) == 20 and asked == [32] * 20


def test_the_token_is_not_in_the_database(tool, tmp_path):
    token = admit(tool)
    tool.store.close()
    assert token.encode() not in (tmp_path / "nozimite.sqlite").read_bytes()


def test_two_courses_in_two_tabs_are_two_sessions(tool):
    one, other = admit(tool), admit(tool, context_id="43", context_title="Another")
    assert visit(tool, one).course.context_id == "42"
    assert visit(tool, other).course.context_id == "43"


def test_an_anonymous_launch_creates_no_learner(tool):
    token = admit(tool, user_id=None, name=None, email=None)
    assert all_of(tool, Person) == []
    assert visit(tool, token).person_id is None


def test_an_administrator_acting_as_a_learner_creates_no_learner(tool):
    token = admit(tool, acting_for_other=True)
    assert all_of(tool, Person) == []
    assert not visit(tool, token).is_learner


@pytest.mark.parametrize(
    ("roles", "learns", "teaches"),
    [
        ((LEARNER,), True, False),
        ((INSTRUCTOR,), False, True),
        ((LEARNER, INSTRUCTOR), False, True),
        ((LEARNER, TEST_USER), False, False),
        ((LEARNER, "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"), True, False),
        (("http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",), False, False),
        ((), False, False),
    ],
)
def test_only_the_roles_in_this_course_decide(roles, learns, teaches):
    launch = launch_of(ANNA, 1, roles=roles)
    assert (launch.is_learner, launch.is_teacher) == (learns, teaches)


def test_a_course_keeps_service_urls_that_a_later_launch_does_not_send(tool):
    admit(tool)
    admit(tool, memberships_url=None, context_title="")
    (course,) = all_of(tool, Course)
    assert course.memberships_url == "https://moodle.example.org/members"
    assert course.title == "Data Literacy Fundamentals"


def test_a_stored_arrival_is_returned_unchanged_and_once(tool):
    linking = DeepLinkingSettings(return_url="https://m.example.org")
    arrival = Arrival(
        launch=launch_of(ANNA, 1, deep_linking=linking, custom={"badge": "b"}),
        state="state-1",
        bound=False,
        storage_target="_parent",
        auth_origin="https://moodle.example.org",
    )
    ticket = pending_arrivals.store_arrival(tool.expiring_values, arrival)
    assert pending_arrivals.take_arrival(tool.expiring_values, ticket) == arrival
    assert pending_arrivals.take_arrival(tool.expiring_values, ticket) is None


def test_a_stored_arrival_expires(tool, clock):
    arrival = Arrival(
        launch=launch_of(ANNA, 1), state="s", bound=False, storage_target=None, auth_origin="https://m"
    )
    ticket = pending_arrivals.store_arrival(tool.expiring_values, arrival, 60)
    clock.now += timedelta(seconds=60)
    assert pending_arrivals.take_arrival(tool.expiring_values, ticket) is None
