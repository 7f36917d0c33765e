"""The profile that a program writes: of the right types, and of nobody who is gone."""

from __future__ import annotations

import pytest

from lti_tool.backpack import accesses, profile
from lti_tool.errors import NotFoundError
from lti_tool.privacy.erasure import erase
from lti_tool.store import events
from lti_tool.store.models import KeptProfile
from tests.fixtures import rows


@pytest.fixture
def visit(inside, web_tool, clock):
    with web_tool.store.read() as session:
        return accesses.find_visit(session, inside.tokens["access_token"], (), clock())


def write(session, visit, tool, **members):
    own = {"id": profile.profile_id(visit.address, tool.secret_key), "type": ["Profile"]}
    by = events.person(visit.people[-1])
    return profile.write_profile(session, visit, own | members, tool.secret_key, tool.clock(), by)


def test_nothing_is_written_of_somebody_who_was_erased_meanwhile(visit, anna, web_tool):
    erase(web_tool, [anna], events.TOOL)
    with web_tool.store.begin() as session, pytest.raises(NotFoundError):
        write(session, visit, web_tool, phone="1")
    assert rows(web_tool, KeptProfile) == []


def test_the_person_is_locked_before_it_is_seen_whether_there_is_a_profile(visit, web_tool, monkeypatch):
    order = []

    def noted(module, name):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given: order.append(name) or real(*given))

    noted(profile.queries.people, "lock_person")
    noted(profile.queries.backpack, "profile")
    with web_tool.store.begin() as session:
        assert write(session, visit, web_tool, phone="1")
    assert order[0] == "lock_person"


@pytest.mark.parametrize(
    "members",
    [
        {"image": 5},
        {"image": {"id": 5}},
        {"address": [1]},
        {"address": {"type": "Address"}},
        {"otherIdentifier": "x"},
        {"parentOrg": {"id": 1}},
        {"endorsementJwt": ["not one"]},
        {"dateOfBirth": "yesterday"},
        {"name": "a\u0000b"},
        {"more": {"deep": ["a\u0000b"]}},
        {"a\u0000b": 1},
    ],
)
def test_what_is_of_a_wrong_type_or_cannot_be_stored_is_refused(inside, members):
    answer = inside.call("PUT", "profile", json=inside.call("GET", "profile").json | members)
    assert answer.status_code == 400 and "wrong_profile" in answer.text
    assert inside.call("GET", "profile").status_code == 200


def test_what_the_standard_has_is_taken(inside):
    members = {
        "image": {"id": "https://home.example/me.png", "type": "Image", "caption": "Me"},
        "address": {
            "type": ["Address"],
            "addressCountry": "LV",
            "geo": {"type": "GeoCoordinates", "latitude": 57.0, "longitude": 24.1},
        },
        "dateOfBirth": "2001-02-03",
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": "x", "identifierType": "nationalIdentityNumber"}
        ],
        "endorsementJwt": ["a.b.c"],
        "own": {"of the program": [1, None, "\\u0000"]},
    }
    body = inside.call("GET", "profile").json | members
    answer = inside.call("PUT", "profile", json=body)
    assert answer.status_code == 200 and inside.call("GET", "profile").json == body
