"""Badges are revoked, suspended and reinstated; the list that says so is signed no more often than asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import pytest

from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError
from lti_tool.issuing.status_lists import allocate_entries
from lti_tool.publishing import issuer_documents, status_lists
from lti_tool.store.models import Award, CredentialRow, StatusList
from lti_tool.wiring import build_tool
from signing import status
from signing.status import bit, decode
from tests.at_once import all_at_once
from tests.fixtures import (
    ANNA,
    JANIS,
    WITH_TEXTS,
    complete,
    learner,
    make_rule,
    publish,
    run_due_jobs,
    settings_for,
)
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict


@pytest.fixture
def suspending(sqlite_url, tmp_path, clock):
    tool = build_tool(settings_for(sqlite_url, tmp_path, status_purpose="suspension"), clock)
    yield tool
    tool.store.close()


def give(tool, platform, *people):
    platform.everyone += [*people, learner(99)]
    complete(tool, platform, make_rule(tool, publish(tool)), *people)
    run_due_jobs(tool)
    return rows(tool)


def rows(tool):
    with tool.store.read() as session:
        return session.query(CredentialRow).options(*WITH_TEXTS).order_by(CredentialRow.award_id).all()


def act(tool, credential, deed, *words):
    with tool.store.begin() as session:
        deed(session, session.get_one(Award, credential.award_id), *words)


def verdict(tool, credential):
    return verify(credential.text.encode(), tool.find_key, tool.find_status, tool.clock()).verdict


def listed(tool, list_id):
    return json.loads(status_lists.status_list(tool, list_id).text)


def test_a_badge_is_suspended_reinstated_and_withdrawn(suspending, platform):
    (credential,) = give(suspending, platform, ANNA)
    assert json.loads(credential.text)["credentialStatus"]["statusPurpose"] == "suspension"
    assert verdict(suspending, credential) == "verified"
    act(suspending, credential, awards.suspend, "an inquiry", suspending.clock())
    assert verdict(suspending, credential) == "suspended"
    assert rows(suspending)[0].suspension_reason == "an inquiry"
    act(suspending, credential, awards.reinstate, suspending.clock())
    assert verdict(suspending, credential) == "verified"
    assert rows(suspending)[0].suspended_at is None
    act(suspending, credential, awards.revoke, "issued in error", suspending.clock())
    assert verdict(suspending, credential) == "suspended"
    with pytest.raises(NotAllowedError):
        act(suspending, credential, awards.reinstate, suspending.clock())


def test_a_badge_that_can_only_be_revoked_is_not_suspended(tool, platform):
    (credential,) = give(tool, platform, ANNA)
    for deed, words in ((awards.suspend, ("an inquiry", tool.clock())), (awards.reinstate, (tool.clock(),))):
        with pytest.raises(NotAllowedError, match="STATUS_PURPOSE"):
            act(tool, credential, deed, *words)
    assert verdict(tool, credential) == "verified"


def test_each_purpose_has_a_list_of_its_own(tool, suspending):
    with tool.store.begin() as session:
        places = [
            allocate_entries(session, tool.issuer.id, tool.issuer.address_id, purpose, 1)[0]
            for purpose in ("revocation", "suspension")
        ]
        (again,) = allocate_entries(session, tool.issuer.id, tool.issuer.address_id, "revocation", 1)
    assert places[0].list_id == again.list_id != places[1].list_id
    for place, purpose in zip(places, ("revocation", "suspension"), strict=True):
        assert listed(tool, place.list_id)["credentialSubject"]["statusPurpose"] == purpose


def test_the_next_list_is_opened_when_half_of_one_is_taken(tool, platform, monkeypatch):
    monkeypatch.setattr(status, "LENGTH", 8)
    credentials = give(tool, platform, *(learner(number) for number in range(10, 16)))
    lists = [row.status_list_id for row in credentials]
    assert sorted(lists.count(number) for number in {*lists}) == [2, 4]
    assert len({(row.status_list_id, row.status_index) for row in credentials}) == 6


def test_badges_issued_at_once_share_one_list(tool_on_any_database):
    """A list of one badge would name its holder to whoever asks for it."""
    tool = tool_on_any_database

    found = all_at_once(*[partial(allocate, tool)] * 6)
    assert len({entry.list_id for entry in found}) == 1
    assert len({entry.index for entry in found}) == 6


def allocate(tool):
    with tool.store.begin() as session:
        (entry,) = allocate_entries(session, tool.issuer.id, tool.issuer.address_id, "revocation", 1)
    return entry


def test_the_next_list_is_opened_once_however_many_need_it(tool_on_any_database, monkeypatch):
    tool = tool_on_any_database
    first = allocate(tool)
    monkeypatch.setattr(status, "LENGTH", 8)
    with tool.store.begin() as session:
        session.get_one(StatusList, first.list_id).taken = 2
    following = [entry.list_id for entry in all_at_once(*[partial(allocate, tool)] * 6)]
    assert sorted(following.count(number) for number in {*following}) == [2, 4]
    assert following.count(first.list_id) == 2


def test_several_revocations_are_signed_once_when_the_list_is_requested(tool, platform, clock):
    first, second = give(tool, platform, ANNA, JANIS)
    before = status_lists.status_list(tool, first.status_list_id)
    for credential in (first, second):
        clock.advance(seconds=10)
        act(tool, credential, awards.revoke, "issued in error", clock())
        with tool.store.read() as session:
            assert session.get_one(StatusList, first.status_list_id).text is None
    clock.advance(seconds=10)
    after = status_lists.status_list(tool, first.status_list_id)
    assert listed(tool, first.status_list_id)["proof"][0]["created"] == "2026-11-21T09:00:30Z"
    clock.advance(seconds=10)
    assert status_lists.status_list(tool, first.status_list_id).text == after.text != before.text
    bits = decode(json.loads(after.text)["credentialSubject"]["encodedList"])
    assert sum(byte.bit_count() for byte in bits) == 2
    assert all(bit(bits, row.status_index) for row in (first, second))


def test_a_badge_revoked_while_its_list_is_signed_is_revoked_in_the_next_one(tool, platform):
    """The list that was signed without it is given to whoever asked, and not kept."""
    (credential,) = give(tool, platform, ANNA)

    def address_while_somebody_revokes(list_id):
        act(tool, credential, awards.revoke, "issued in error", tool.clock())
        return tool.addresses.status_list(list_id)

    issuer = SimpleNamespace(
        profile=tool.issuer.profile,
        keyring=tool.issuer.keyring,
        addresses=SimpleNamespace(status_list=address_while_somebody_revokes),
    )
    slow = SimpleNamespace(store=tool.store, issuers=SimpleNamespace(at=lambda *_: issuer), clock=tool.clock)
    signed_before = json.loads(status_lists.status_list(slow, credential.status_list_id).text)
    for listing, revoked in ((signed_before, False), (listed(tool, credential.status_list_id), True)):
        bits = decode(listing["credentialSubject"]["encodedList"])
        assert bit(bits, credential.status_index) is revoked


def test_the_list_and_its_max_age_agree(tool, platform):
    (credential,) = give(tool, platform, ANNA)
    found = status_lists.status_list(tool, credential.status_list_id)
    listing = json.loads(found.text)
    assert listing["credentialSubject"]["ttl"] == found.max_age * 1000
    assert listing["validUntil"] > listing["validFrom"]
    entry = json.loads(credential.text)["credentialStatus"]
    assert entry["statusListIndex"] == str(credential.status_index)
    assert entry["statusListCredential"] == listing["id"]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_the_list_is_served_as_json_and_as_a_jwt(sqlite_url, tmp_path, clock, platform, algorithm):
    # openbadgeslib reads the clock of the machine, and a list is valid for days only.
    clock.now = datetime.now(UTC)
    tool = build_tool(settings_for(sqlite_url, tmp_path, jwt_algorithm=algorithm), clock)
    first, second = give(tool, platform, ANNA, JANIS)
    act(tool, first, awards.revoke, "issued in error", clock())
    found = status_lists.status_list(tool, first.status_list_id)
    document = issuer_documents.did_document(tool, tool.issuer.profile.slug)
    address = json.loads(first.text)["credentialStatus"]["statusListCredential"]
    for credential, verdict in ((first, "revoked"), (second, "verified")):
        for text in (found.text, found.jwt):
            ask = {address: text.encode()}.__getitem__
            for badge in (credential.text, credential.jwt):
                assert verify(badge.encode(), tool.find_key, ask, clock()).verdict == verdict
        said = openbadgeslib_verdict(credential.jwt, {tool.issuer.profile.id: document}, {address: found.jwt})
        assert (said == VERIFIED) == (verdict == "verified"), said
    tool.store.close()
