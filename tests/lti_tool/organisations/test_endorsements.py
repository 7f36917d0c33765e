"""What an organisation says is signed by its own keys, stands everybody's verification, and can be withdrawn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from badges.schemas.rules import find_breach
from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.operators import accounts
from lti_tool.organisations import endorsements, organisations
from lti_tool.organisations.endorsements import Said
from lti_tool.publishing import own_documents
from lti_tool.store import queries
from tests.organisations import ROOT_ACCOUNT, SAID, Employer, about_issuer, show, withdraw


def finding(tool, text: str, name: str) -> str:
    report = tool.verify_own(text)
    return {check.name: f"{check.outcome} {check.code}" for check in report.checks}[name]


def code_of(act, *arguments, **named) -> str:
    """The code with which an organisation is refused."""
    with pytest.raises(OrganisationError) as refused:
        act(*arguments, **named)
    return refused.value.code


def test_it_names_the_organisation_and_keeps_the_rules_of_open_badges(tool, sign, endorsed):
    row = sign()
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


@pytest.mark.parametrize("form", ["text", "jwt"])
def test_both_forms_are_verified_by_what_the_tool_publishes(tool, sign, form):
    text = getattr(sign(), form)
    assert finding(tool, text, "proof").startswith("passed")
    assert finding(tool, text, "status") == "passed not_revoked"


def test_the_keys_are_the_organisations_alone(tool, sign):
    row = sign()
    with tool.store.read() as session:
        own = {each.kid for each in queries.organisations.keys(session, row.organisation_id)}
        issuers = {each.kid for each in tool.issuer.keyring.published_keys(session)}
    did, _, name = json.loads(row.text)["proof"][0]["verificationMethod"].partition("#")
    assert did == row.organisation.did and name in own
    assert not own & issuers


def test_two_organisations_have_no_key_in_common(tool, sign):
    from tests.organisations import invite_employer

    first, second = sign(), sign(by=invite_employer(tool, "Other"))
    assert first.organisation.did != second.organisation.did
    with tool.store.read() as session:
        kids = [
            {each.kid for each in queries.organisations.keys(session, row.organisation_id)}
            for row in (first, second)
        ]
    assert not kids[0] & kids[1]


def test_one_that_is_withdrawn_is_revoked_in_the_list_of_the_organisation(tool, sign, clock):
    withdrawn, kept = sign(), sign(about_issuer(tool))
    at = clock()
    withdraw(tool, withdrawn.id)
    clock.advance(days=1)
    withdraw(tool, withdrawn.id)
    assert finding(tool, withdrawn.text, "status").startswith("failed")
    assert finding(tool, kept.text, "status") == "passed not_revoked"
    with tool.store.read() as session:
        assert queries.organisations.endorsement(session, withdrawn.id).withdrawn_at == at


def test_nothing_is_served_before_it_is_shown(tool, sign):
    row = sign()
    read = own_documents.only_own_documents(tool)
    address = endorsements.address(row.organisation, row.id)
    with pytest.raises(NotFoundError):
        read(address, 1)
    show(tool, row.id)
    assert read(address, 1).decode() == row.text


def test_it_says_one_thing_of_the_same_at_a_time(tool, sign):
    first = sign()
    assert code_of(sign) == "answered_already"
    withdraw(tool, first.id)
    assert sign().id != first.id


def test_nobody_else_signs_for_it(tool, sign, employer):
    with tool.store.begin() as session:
        stranger = accounts.make_account(session, "Eve", accounts.new_handle(), tool.clock())
    with pytest.raises(NotFoundError):
        sign(by=Employer(organisation_id=employer.organisation_id, account=stranger.id))


def test_one_that_was_closed_signs_nothing_more(tool, sign, employer):
    before = sign()
    with tool.store.begin() as session:
        row = queries.organisations.organisation(session, employer.organisation_id)
        organisations.close(session, row, tool.clock(), ROOT_ACCOUNT)
    assert code_of(sign, about_issuer(tool)) == "closed"
    assert finding(tool, before.text, "proof").startswith("passed")


def test_two_of_one_domain_do_not_contradict_each_other(tool, employer, sign, clock):
    """On pages both are whoever controls it; of another domain somebody says what they like."""
    schools = []
    with tool.store.begin() as session:
        for domain in ("school.example", "school.example", "other.example"):
            row = organisations.make_for_domain(session, domain, tool.tool_url, clock(), ROOT_ACCOUNT)
            organisations.join(session, row, employer.account, clock())
            organisations.note_proved(session, row, clock(), ROOT_ACCOUNT)
            schools.append(replace(employer, organisation_id=row.id))
    first, second, other = schools
    said = sign(by=first)
    assert code_of(sign, by=second) == "answered_by_domain"
    assert code_of(sign, by=first) == "answered_already"
    assert sign(by=other) and sign(about_issuer(tool), by=second)
    withdraw(tool, said.id)
    assert sign(by=second).organisation_id == second.organisation_id


def test_words_are_needed(sign):
    assert code_of(sign, said=Said(name="Endorsement", comment=" \n")) == "nothing_said"


def test_that_of_a_domain_signs_only_just_after_it_was_checked(tool, employer, sign, clock):
    with tool.store.begin() as session:
        row = organisations.make_for_domain(session, "school.example", tool.tool_url, clock(), ROOT_ACCOUNT)
        organisations.join(session, row, employer.account, clock())
    school = replace(employer, organisation_id=row.id)
    assert code_of(sign, by=school) == "not_proved"
    with tool.store.begin() as session:
        found = queries.organisations.organisation(session, row.id)
        organisations.note_proved(session, found, clock(), ROOT_ACCOUNT)
    named = json.loads(sign(by=school).text)["issuer"]
    assert (named["name"], named["url"]) == ("school.example", "https://school.example")
    clock.advance(seconds=timedelta(minutes=6).total_seconds())
    assert code_of(sign, about_issuer(tool), by=school) == "not_proved"
