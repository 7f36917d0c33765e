"""A key is stolen. What it signed before counts where its issuer answers for it; what a thief signs never does."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from badges.verify import verify
from lti_tool.publishing import issuer_documents
from lti_tool.store.models import Award, CredentialRow
from signing import did
from signing.errors import UnusableKeyError
from signing.proofs import PROOFS
from tests.fixtures import ANNA, WITH_TEXTS, complete, rows, run_due_jobs
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict

NAMES = ("eddsa-rdfc-2022", "vc-jwt")


@pytest.fixture
def thief(tool, platform, rule_id, clock):
    """Both keys of the issuer, stolen a day after Anna's badge was issued, and what the thief signs with them."""
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    clock.advance(days=1)
    with tool.store.begin() as session:
        keys = {name: tool.issuer.keyring.signing_key(session, name) for name in NAMES}
        for key in keys.values():
            tool.issuer.keyring.mark_compromised(session, key.kid, clock(), clock())
    clock.advance(days=1)
    return lambda name, document, now: PROOFS[name].secure(document, keys[name], now).text


@pytest.fixture
def credential(tool, thief):
    with tool.store.read() as session:
        return session.query(CredentialRow).options(*WITH_TEXTS).one()


def unsigned(credential):
    document = json.loads(credential.text)
    del document["proof"]
    return document


def proof_of(tool, text, fetch=None):
    report = verify(text.encode(), tool.find_key, tool.find_status, tool.clock(), fetch=fetch or tool.fetch)
    return report.verdict, next(check.code for check in report.checks if check.name == "proof")


def test_a_badge_from_before_counts_while_the_issuer_serves_a_copy(tool, credential):
    for text in (credential.text, credential.jwt):
        assert proof_of(tool, text) == ("verified", "key_revoked_since")


def test_without_the_issuer_it_cannot_be_checked(tool, credential):
    def dead(url):
        raise OSError("no network")

    for text in (credential.text, credential.jwt):
        assert proof_of(tool, text, dead) == ("unverifiable", "key_revoked")
        report = verify(text.encode(), tool.find_key, tool.find_status, tool.clock())
        assert report.verdict == "unverifiable"


@pytest.mark.parametrize("name", NAMES)
def test_a_forged_date_from_before_is_not_accepted(tool, thief, credential, name):
    issued = credential.issued_at
    for change in ({"id": "https://badges.example.org/credentials/no-such"}, {"name": "Doctor"}):
        forged = thief(name, unsigned(credential) | change, issued)
        assert proof_of(tool, forged) == ("unverifiable", "key_revoked")


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_on_the_thiefs_own_page_proves_nothing(tool, thief, credential, name):
    forged = unsigned(credential) | {"id": "https://thief.example/badge.json"}
    served = thief(name, forged, credential.issued_at)

    def fetch(url):
        return served.encode() if url == forged["id"] else tool.fetch(url)

    assert proof_of(tool, served, fetch) == ("unverifiable", "key_revoked")


@pytest.mark.parametrize("name", NAMES)
def test_a_badge_dated_after_the_theft_is_never_accepted(tool, thief, credential, clock, name):
    later = (clock() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = thief(name, unsigned(credential) | {"validFrom": later}, clock())
    assert proof_of(tool, text)[1] == "key_revoked_before"


def test_a_changed_badge_is_not_confirmed_by_the_issuers_copy(tool, credential):
    changed = credential.text.replace("Anna", "Zane", 1)
    assert changed != credential.text
    assert proof_of(tool, changed)[0] == "unverifiable"


@pytest.mark.parametrize("name", NAMES)
def test_the_stolen_key_on_the_thiefs_own_page_is_not_accepted(tool, thief, credential, name):
    """A verifier that asks the thief's page for the key still finds that the issuer has taken it back."""
    slug = tool.issuer.profile.slug
    stolen = next(
        method["publicKeyJwk"]
        for method in issuer_documents.did_document(tool, slug)["verificationMethod"]
        if "revoked" in method and "publicKeyJwk" in method
    )
    page = "https://thief.example/key.json"

    def fetch(url):
        return json.dumps(stolen).encode() if url == page else tool.fetch(url)

    found = did.find_key(page, tool.issuer.profile.id, fetch)
    assert (found.asserts, found.ends is not None) == (False, True)


def test_a_verifier_that_looks_at_assertion_methods_refuses_the_key(tool, thief, credential):
    """openbadgeslib does so for a JWT; in a JSON credential it takes any key of the DID document."""
    documents = {tool.issuer.profile.id: issuer_documents.did_document(tool, tool.issuer.profile.slug)}
    forged = thief("vc-jwt", unsigned(credential) | {"name": "Doctor"}, credential.issued_at)
    assert openbadgeslib_verdict(forged, documents) != VERIFIED


@pytest.mark.parametrize("name", NAMES)
def test_new_badges_are_signed_with_new_keys(tool, credential, name):
    with tool.store.read() as session:
        key = tool.issuer.keyring.signing_key(session, name)
    text = PROOFS[name].secure(unsigned(credential), key, tool.clock()).text
    assert proof_of(tool, text) == ("verified", "signature_holds")


def test_the_pages_say_the_same(tool, thief, credential):
    """They check our own badges by template."""
    assert tool.verify(credential.text.encode()).verdict == "verified"
    forged = thief("eddsa-rdfc-2022", unsigned(credential) | {"name": "Doctor"}, credential.issued_at)
    assert tool.verify(forged.encode()).verdict == "unverifiable"


# --- The device fails


class BrokenDevice:
    """A vault whose device opens what it has, and makes no key while it is `broken`."""

    NAME = "database"

    def __init__(self, vault):
        self.vault, self.broken = vault, True

    def make_key(self, algorithm):
        if self.broken:
            raise UnusableKeyError("the device makes no key")
        return self.vault.make_key(algorithm)

    def open(self, algorithm, vault_data):
        return self.vault.open(algorithm, vault_data)


def test_a_stolen_key_is_withdrawn_though_the_device_makes_no_other_and_awards_wait_for_one(
    tool, platform, rule_id, clock
):
    device = BrokenDevice(tool.issuer.keyring.database_vault)
    keyring = replace(tool.issuer.keyring, device_vault=device)
    with tool.store.begin() as session:
        stolen = keyring.signing_key(session, "eddsa-rdfc-2022").kid
        keyring.mark_compromised(session, stolen, None, clock())
    with tool.store.begin() as session:
        assert keyring.lacking_kinds(session) == ["Ed25519"]
        assert [key.kid for key in keyring.published_keys(session) if key.compromised_at] == [stolen]
        with pytest.raises(LookupError):
            keyring.signing_key(session, "eddsa-rdfc-2022")
        # The next start publishes what was withdrawn, without a key too; only a kind that never was must be made.
        keyring.ensure_keys(session, clock())
        with pytest.raises(UnusableKeyError):
            replace(keyring, proofs=("vc-jwt-rs256",)).ensure_keys(session, clock())
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    (award,) = rows(tool, Award)
    assert (award.status, award.waiting_for) == ("waiting", ["key"]) and not rows(tool, CredentialRow)
    device.broken = False
    with tool.store.begin() as session:
        keyring.make_key(session, "P-256", clock())
        assert keyring.lacking_kinds(session) == ["Ed25519"]
        keyring.make_key(session, "Ed25519", clock())
    run_due_jobs(tool)
    assert [row.award_id for row in rows(tool, CredentialRow)] == [award.id]
