"""What an organisation says is signed by its own keys, serves everybody's verification, and can be withdrawn."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from badges.schemas.rules import find_breach
from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.operators import accounts
from lti_tool.organisations import endorsements, organisations
from lti_tool.organisations.endorsements import Said
from lti_tool.publishing import own_documents
from lti_tool.store import queries
from tests.lti_tool.organisations.conftest import ROOT_ACCOUNT, SAID


def finding(tool, text: str, name: str) -> str:
    report = tool.verify_own(text)
    return {check.name: f"{check.outcome} {check.code}" for check in report.checks}[name]


def test_it_names_the_organisation_and_keeps_the_rules_of_open_badges(tool, sign, row_of, endorsed):
    row = row_of(sign())
    document = json.loads(row.text)
    assert document["issuer"] == {
        "id": row.organisation.did,
        "type": ["Profile"],
        "name": "Baltic Solar",
    }
    assert document["credentialSubject"] == {
        "id": endorsed.subject,
        "type": ["EndorsementSubject"],
        "endorsementComment": SAID.comment,
    }
    assert find_breach(document, "EndorsementCredential") is None
    assert tool.issuer.profile.id not in json.dumps(document["issuer"])


@pytest.mark.parametrize("form", ["text", "jwt"])
def test_both_forms_are_verified_by_what_the_tool_publishes(tool, sign, row_of, form):
    row = row_of(sign())
    text = getattr(row, form)
    assert finding(tool, text, "proof").startswith("passed")
    assert finding(tool, text, "status") == "passed not_revoked"


def test_the_keys_are_the_organisations_alone(tool, sign, row_of):
    row = row_of(sign())
    with tool.store.read() as session:
        own = {each.kid for each in queries.organisations.keys(session, row.organisation_id)}
        issuers = {each.kid for each in tool.issuer.keyring.published_keys(session)}
    method = json.loads(row.text)["proof"][0]["verificationMethod"]
    assert method.partition("#")[0] == row.organisation.did
    assert method.partition("#")[2] in own
    assert not own & issuers


def test_one_that_is_withdrawn_is_revoked_in_the_list_of_the_organisation(tool, sign, row_of, about_issuer):
    withdrawn, kept = row_of(sign()), row_of(sign(about_issuer))
    for later in (0, 1):
        with tool.store.begin() as session:
            row = queries.organisations.endorsement(session, withdrawn.id)
            endorsements.withdraw(session, row, tool.clock() + timedelta(days=later), ROOT_ACCOUNT)
    assert finding(tool, withdrawn.text, "status").startswith("failed")
    assert finding(tool, kept.text, "status") == "passed not_revoked"
    assert row_of(withdrawn.id).withdrawn_at == tool.clock()


def test_nothing_is_served_before_it_is_shown(tool, sign, row_of):
    row = row_of(sign())
    read = own_documents.only_own_documents(tool)
    with pytest.raises(NotFoundError):
        read(endorsements.address(row.organisation, row.id), 1)
    with tool.store.begin() as session:
        endorsements.show(
            session, queries.organisations.endorsement(session, row.id), tool.clock(), ROOT_ACCOUNT
        )
    assert read(endorsements.address(row.organisation, row.id), 1).decode() == row.text


def test_it_says_one_thing_of_the_same_at_a_time(tool, sign, row_of):
    first = sign()
    with pytest.raises(OrganisationError) as refused:
        sign()
    assert refused.value.code == "answered_already"
    with tool.store.begin() as session:
        row = queries.organisations.endorsement(session, first)
        endorsements.withdraw(session, row, tool.clock(), ROOT_ACCOUNT)
    assert sign() != first


def test_nobody_else_signs_for_it(tool, invited, endorsed):
    with tool.store.begin() as session:
        stranger = accounts.make_account(session, "Eve", accounts.new_handle(), tool.clock())
        with pytest.raises(NotFoundError):
            endorsements.sign(session, tool.issuers, invited, stranger.id, endorsed, SAID, tool.clock())


def test_one_that_was_closed_signs_nothing_more(tool, sign, invited, row_of):
    before = row_of(sign())
    with tool.store.begin() as session:
        row = queries.organisations.organisation(session, invited)
        organisations.close(session, row, tool.clock(), ROOT_ACCOUNT)
    with pytest.raises(OrganisationError) as refused:
        sign()
    assert refused.value.code == "closed"
    assert finding(tool, before.text, "proof").startswith("passed")


def test_words_are_needed(sign):
    with pytest.raises(OrganisationError) as refused:
        sign(said=Said(name="Endorsement", comment=" \n"))
    assert refused.value.code == "nothing_said"


def test_that_of_a_domain_signs_only_just_after_it_was_checked(tool, account, sign, clock, row_of):
    with tool.store.begin() as session:
        row = organisations.make_for_domain(session, "school.example", tool.tool_url, clock(), ROOT_ACCOUNT)
        organisations.join(session, row, account, clock())
        of_domain = row.id
    with pytest.raises(OrganisationError) as refused:
        sign(organisation=of_domain)
    assert refused.value.code == "not_proved"
    with tool.store.begin() as session:
        organisations.note_proved(
            session, queries.organisations.organisation(session, of_domain), clock(), ROOT_ACCOUNT
        )
    document = json.loads(row_of(sign(organisation=of_domain)).text)
    assert (document["issuer"]["name"], document["issuer"]["url"]) == (
        "school.example",
        "https://school.example",
    )
    clock.advance(minutes=6)
    with pytest.raises(OrganisationError) as refused:
        sign(organisation=of_domain)
    assert refused.value.code == "not_proved"
