"""Keys of organisations are changed, and withdrawn: what such a one signed counts nowhere until it is signed again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lti_tool.errors import NotFoundError, OrganisationError
from lti_tool.organisations import endorsements, key_changes, keys, organisations
from lti_tool.organisations.signing_again import sign_again
from lti_tool.publishing import organisation_documents, own_documents
from lti_tool.store import queries
from lti_tool.store.models import EndorsementRow, OrganisationKey
from signing.errors import SigningError
from signing.proofs import PROOFS
from tests.fixtures import rows
from tests.organisations import ROOT_ACCOUNT, SAID, about_issuer, invite_employer, show, withdraw


@pytest.fixture
def acts(tool, employer):
    """Functions that change the employer's keys, and withdraw one of an algorithm; how many statements that meant."""

    def rotate():
        with tool.store.begin() as session:
            row = organisations.locked_organisation(session, employer.organisation_id)
            key_changes.rotate(session, tool.issuers, row, tool.clock(), ROOT_ACCOUNT)

    def take_back(kid: str, who: str = employer.organisation_id) -> int:
        with tool.store.begin() as session:
            row = organisations.locked_organisation(session, who)
            return key_changes.withdraw(session, tool.issuers, row, kid, tool.clock(), ROOT_ACCOUNT)

    return rotate, take_back


def kid_of(tool, who: str, algorithm: str) -> str:
    """The key of the algorithm that signs."""
    with tool.store.read() as session:
        row = queries.organisations.organisation(session, who)
        return next(each.kid for each in keys.usable(session, row) if each.algorithm == algorithm)


def outcome(tool, text: str, name: str = "proof") -> str:
    return {check.name: f"{check.outcome} {check.code}" for check in tool.verify_own(text).checks}[name]


def again(tool, endorsement_id: str, account: int) -> EndorsementRow:
    with tool.store.begin() as session:
        made = sign_again(session, tool.issuers, endorsement_id, account, tool.clock())
        session.flush()
        return made


def test_what_a_changed_key_signed_counts_as_before(tool, sign, acts, employer, clock):
    rotate, _ = acts
    before = sign()
    clock.advance(days=400)
    rotate()
    after = sign(about_issuer(tool))
    assert not key_changes.kids_of(before) & key_changes.kids_of(after)
    for text in (before.text, before.jwt, after.text, after.jwt):
        assert outcome(tool, text) == "passed signature_holds"
        assert outcome(tool, text, "status") == "passed not_revoked"
    document = organisation_documents.did_document(tool, employer.organisation_id)
    # Two keys of each algorithm; those of P-256 have two names.
    assert len(document["assertionMethod"]) == len(document["verificationMethod"]) == 6
    assert [row.retired_at for row in rows(tool, OrganisationKey) if row.retired_at] == [clock(), clock()]


def test_an_organisation_that_never_signed_has_no_key_to_change(tool, acts):
    rotate, take_back = acts
    rotate()
    assert rows(tool, OrganisationKey) == []
    with pytest.raises(NotFoundError):
        take_back("z1")


@pytest.mark.parametrize("algorithm", ["Ed25519", "P-256"])
def test_what_a_withdrawn_key_signed_counts_nowhere(tool, sign, acts, employer, algorithm):
    """Whichever of the two forms it signed: of one statement there are not two truths."""
    rotate, take_back = acts
    signed = sign()
    kid = kid_of(tool, employer.organisation_id, algorithm)
    rotate()
    kept = sign(about_issuer(tool))
    assert take_back(kid) == 1
    assert take_back(kid) == 0
    form = signed.text if algorithm == "Ed25519" else signed.jwt
    assert outcome(tool, form).startswith("failed key_revoked")
    assert outcome(tool, kept.text) == outcome(tool, kept.jwt) == "passed signature_holds"
    marked = {row.id: row.key_withdrawn_at is not None for row in rows(tool, EndorsementRow)}
    assert marked == {signed.id: True, kept.id: False}
    document = organisation_documents.did_document(tool, employer.organisation_id)
    lost = [each["id"] for each in document["verificationMethod"] if "revoked" in each]
    assert f"{document['id']}#{kid}" in lost and len(lost) == (1 if algorithm == "Ed25519" else 2)
    assert not set(lost) & set(document["assertionMethod"])
    published = organisation_documents.public_key(tool, employer.organisation_id, kid)
    assert "revoked" in published and "kty" not in published


def test_it_counts_no_more_though_this_site_serves_it(tool, sign, acts, employer, clock):
    """A badge of a revoked key counts where its issuer serves it still; a statement is signed again instead."""
    signed = sign()
    show(tool, signed.id)
    clock.advance(days=1)
    _, take_back = acts
    take_back(kid_of(tool, employer.organisation_id, "Ed25519"))
    read = own_documents.only_own_documents(tool)
    assert read(endorsements.address(signed.organisation, signed.id), 1).decode() == signed.text
    assert outcome(tool, signed.text).startswith("failed key_revoked")


def test_it_is_shown_with_nothing_and_by_nobody(tool, sign, acts, employer, endorsed):
    shown, hidden = sign(), sign(about_issuer(tool))
    show(tool, shown.id)
    _, take_back = acts
    assert take_back(kid_of(tool, employer.organisation_id, "Ed25519")) == 2
    with tool.store.read() as session:
        assert queries.organisations.shown_of_template(session, endorsed.template_version_id) == []
    with pytest.raises(OrganisationError):
        show(tool, hidden.id)


def test_the_list_is_signed_with_another_key_at_once(tool, sign, acts, employer):
    signed = sign()
    list_id = signed.status_list_id
    old = organisation_documents.status_list(tool, employer.organisation_id, list_id)
    _, take_back = acts
    kid = kid_of(tool, employer.organisation_id, "Ed25519")
    take_back(kid)
    new = organisation_documents.status_list(tool, employer.organisation_id, list_id)
    assert kid in old.text and kid not in new.text
    assert organisation_documents.status_list(tool, employer.organisation_id, list_id).text == new.text


def test_the_same_is_signed_again_and_shown_as_before(tool, sign, acts, employer, endorsed):
    signed = sign(said=replace(SAID, answer={"kind": "exempts"}))
    show(tool, signed.id)
    _, take_back = acts
    take_back(kid_of(tool, employer.organisation_id, "P-256"))
    made = again(tool, signed.id, employer.account)
    before, after = json.loads(signed.text), json.loads(made.text)
    same = ("name", "credentialSubject", "issuer", "credentialSchema")
    assert [before[each] for each in same] == [after[each] for each in same]
    assert (made.answer, made.shown_at) == (signed.answer, tool.clock())
    assert list(made.in_languages) == list(signed.in_languages)
    assert outcome(tool, made.text) == outcome(tool, made.jwt) == "passed signature_holds"
    assert outcome(tool, signed.text, "status").startswith("failed")
    with tool.store.read() as session:
        found = queries.organisations.shown_of_template(session, endorsed.template_version_id)
        assert [each.id for each in found] == [made.id]
    # Pressed twice it is signed once.
    with pytest.raises(NotFoundError):
        again(tool, signed.id, employer.account)
    assert len(rows(tool, EndorsementRow)) == 2


def test_only_what_a_withdrawn_key_signed_is_signed_again_and_by_its_own(tool, sign, acts, employer):
    signed = sign()
    with pytest.raises(NotFoundError):
        again(tool, signed.id, employer.account)
    _, take_back = acts
    take_back(kid_of(tool, employer.organisation_id, "Ed25519"))
    with pytest.raises(NotFoundError):
        again(tool, signed.id, invite_employer(tool, "Other").account)
    withdraw(tool, signed.id)
    with pytest.raises(NotFoundError):
        again(tool, signed.id, employer.account)


def test_nobody_withdraws_the_key_of_another(tool, sign, acts, employer):
    sign()
    other = invite_employer(tool, "Other")
    _, take_back = acts
    with pytest.raises(NotFoundError):
        take_back(kid_of(tool, employer.organisation_id, "Ed25519"), other.organisation_id)
    assert [row.compromised_at for row in rows(tool, OrganisationKey)] == [None, None]


def test_whoever_has_the_key_signs_nothing_that_counts_whatever_its_date(
    tool, sign, acts, employer, endorsed, clock
):
    """Not even in the name of a place in the list that nobody took."""
    signed = sign()
    with tool.store.begin() as session:
        row = queries.organisations.organisation(session, employer.organisation_id)
        stolen = keys.made_key(session, tool.issuers, row, keys.JSON_PROOF)
        document = json.loads(signed.text) | {"id": f"{tool.tool_url}/endorsements/1", "name": "Forged"}
    del document["proof"]
    forged = PROOFS[keys.JSON_PROOF].secure(document, stolen, clock()).text
    assert outcome(tool, forged) == "passed signature_holds"
    _, take_back = acts
    take_back(stolen.kid)
    assert outcome(tool, forged).startswith("failed key_revoked")


class BrokenDevice:
    """A device that makes no keys."""

    NAME = "broken"

    def make_key(self, algorithm):
        raise SigningError("the device is away")


def test_a_key_is_withdrawn_also_where_the_device_makes_no_other(tool, sign, employer):
    signed = sign()
    kid = kid_of(tool, employer.organisation_id, "Ed25519")
    broken = replace(tool.issuers, device_vault=BrokenDevice())
    with tool.store.begin() as session:
        row = organisations.locked_organisation(session, employer.organisation_id)
        assert key_changes.withdraw(session, broken, row, kid, tool.clock(), ROOT_ACCOUNT) == 1
    assert outcome(tool, signed.text).startswith("failed key_revoked")
    # The list cannot be signed until there is one, which the next that asks for it makes.
    with pytest.raises(NotFoundError):
        organisation_documents.status_list_text(tool, employer.organisation_id, signed.status_list_id)
    organisation_documents.status_list(tool, employer.organisation_id, signed.status_list_id)
    assert organisation_documents.status_list_text(tool, employer.organisation_id, signed.status_list_id)


def test_keys_are_all_changed_or_none(tool, sign, employer):
    sign()
    broken = replace(tool.issuers, device_vault=BrokenDevice())
    with pytest.raises(SigningError), tool.store.begin() as session:
        row = organisations.locked_organisation(session, employer.organisation_id)
        key_changes.rotate(session, broken, row, tool.clock(), ROOT_ACCOUNT)
    assert [row.retired_at for row in rows(tool, OrganisationKey)] == [None, None]
