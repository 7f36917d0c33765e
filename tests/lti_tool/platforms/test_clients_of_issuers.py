"""No issuer gets a registration with the client id of another issuer's: it would be given that one's access tokens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from lti_tool.errors import AlreadyRegisteredError, ClientOfAnotherIssuerError
from lti_tool.platforms import invitations, registrations
from lti_tool.store.models import RegistrationRow
from tests.fixtures import NEW_REGISTRATION, add_another_issuer, register_once, rows

#: What would be posted an assertion that the platform of NEW_REGISTRATION accepts.
THEIRS = replace(
    NEW_REGISTRATION,
    platform_id="https://evil.example",
    auth_login_url="https://evil.example/auth",
    auth_token_url="https://evil.example/token",
    jwks_url="https://evil.example/jwks",
)


@pytest.fixture
def tool(tool_on_any_database):
    return tool_on_any_database


@pytest.fixture
def other(tool):
    return add_another_issuer(tool)


@pytest.fixture
def known(tool, other):
    """The number of the first issuer's registration."""
    with tool.store.begin() as session:
        return register_once(session, tool.clock())


def add(tool, new, issuer_id):
    with tool.store.begin() as session:
        return registrations.add(session, new, tool.clock(), issuer_id=issuer_id).id


def refused(tool, known, change):
    before = len(rows(tool, RegistrationRow))
    with pytest.raises(ClientOfAnotherIssuerError, match=f"`platforms remove {known}`") as caught:
        change()
    assert caught.value.registration_id == known
    assert len(rows(tool, RegistrationRow)) == before


@pytest.mark.parametrize(
    "changes",
    [{"token_audience": NEW_REGISTRATION.auth_token_url}, {}, {"client_id": "CLIENT-1"}],
    ids=["audience", "nothing more", "capitals"],
)
def test_it_is_refused_whatever_the_audience(tool, other, known, changes):
    refused(tool, known, lambda: add(tool, replace(THEIRS, **changes), other.id))


def test_an_invited_platform_cannot_choose_it_and_the_invitation_is_given_back(tool, other, known):
    ask = lambda: replace(THEIRS, token_audience=NEW_REGISTRATION.auth_token_url)  # noqa: E731
    refused(tool, known, lambda: invitations.register(tool.store, other.code, tool.clock, ask))
    with tool.store.read() as session:
        assert invitations.is_invitation_open(session, other.code, tool.clock())


def test_a_registration_is_not_changed_to_it(tool, other, known):
    number = add(tool, replace(THEIRS, client_id="client-2"), other.id)

    def change(**changes):
        with tool.store.begin() as session:
            registrations.update(session, number, changes, tool.clock())

    refused(tool, known, lambda: change(client_id="client-1"))
    change(client_id="client-3", name="x")
    change(client_id="client-3", token_audience="https://x.example")


def test_whoever_comes_later_is_told_what_stands_in_the_way(tool, other):
    number = add(tool, THEIRS, other.id)
    refused(tool, number, lambda: add(tool, NEW_REGISTRATION, tool.issuer.id))


def test_one_issuer_may_have_it_twice_and_two_schools_are_on_hosted_canvas(tool, other, known):
    add(tool, THEIRS, tool.issuer.id)
    canvas = replace(THEIRS, platform_id="https://canvas.instructure.com", product="canvas")
    add(tool, replace(canvas, client_id="12340000000000125"), tool.issuer.id)
    add(tool, replace(canvas, client_id="56780000000000125"), other.id)
    with pytest.raises(AlreadyRegisteredError):
        add(tool, THEIRS, tool.issuer.id)


def test_of_two_issuers_at_once_one_gets_it(tool, other):
    ready = Barrier(2)

    def take(new, issuer_id):
        ready.wait()
        try:
            return add(tool, new, issuer_id)
        except ClientOfAnotherIssuerError:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        took = [pool.submit(take, *each) for each in ((NEW_REGISTRATION, tool.issuer.id), (THEIRS, other.id))]
        assert [each.result() for each in took].count("refused") == 1
