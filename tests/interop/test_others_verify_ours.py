"""Other verifiers accept what we issue, and refuse what is revoked, changed or signed with another key."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest

from signing.keys import generate
from tests.badges.test_credential import RECOGNISED

EMBEDDED = ("eddsa-rdfc-2022", "ecdsa-sd-2023")
TOKENS = ("vc-jwt", "vc-jwt-rs256")
#: Which verifier knows which proofs. verifier-core has the one with which Open Badges are certified.
VERIFIERS = [
    *(("digitalbazaarVerifies", proof) for proof in EMBEDDED),
    ("verifierCoreVerifies", "eddsa-rdfc-2022"),
]


@pytest.fixture
def verify(others, site):
    """A function that gives the answer of a verifier about a badge, with what Riga College publishes at hand."""

    def verify(verifier: str, text: str) -> dict[str, Any]:
        name = "token" if verifier == "joseVerifies" else "credential"
        return others(verifier, pages=site.pages, **{name: text})

    return verify


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_accept_our_badge(verify, site, credential, verifier, proof):
    answer = verify(verifier, site.secure(credential, proof).text)
    assert answer == {"verified": True, "message": answer["message"]}


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_accept_a_badge_by_prior_learning(verify, site, built, solar, verifier, proof):
    credential = built(solar, score=None, prior_learning=RECOGNISED)
    assert verify(verifier, site.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_accept_our_badge_while_another_one_is_revoked(verify, site, credential, index, verifier, proof):
    site.publish_status_list(index + 1)
    assert verify(verifier, site.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_see_that_our_badge_is_revoked(verify, site, credential, index, verifier, proof):
    site.publish_status_list(index)
    assert not verify(verifier, site.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize("verifier", ["digitalbazaarVerifies", "verifierCoreVerifies"])
def test_they_do_not_call_a_badge_valid_whose_status_list_is_missing(verify, site, credential, verifier):
    text = site.secure(credential, "eddsa-rdfc-2022").text
    del site.pages[credential["credentialStatus"]["statusListCredential"]]
    assert not verify(verifier, text)["verified"]


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_accept_a_badge_that_cannot_be_revoked(verify, site, credential, verifier, proof):
    del credential["credentialStatus"]
    assert verify(verifier, site.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_refuse_our_badge_that_was_changed(verify, site, credential, verifier, proof):
    text = site.secure(credential, proof).text
    document = json.loads(text)
    document["credentialSubject"]["achievement"]["name"] += "!"
    assert not verify(verifier, json.dumps(document))["verified"]


@pytest.mark.parametrize(("verifier", "proof"), VERIFIERS)
def test_they_refuse_our_badge_signed_with_another_key(verify, site, credential, verifier, proof):
    other_key = replace(site.keys[proof], private=generate(site.keys[proof].algorithm))
    site.keys = site.keys | {proof: other_key}
    assert not verify(verifier, site.secure(credential, proof).text)["verified"]


# --- tokens


@pytest.mark.parametrize("proof", TOKENS)
def test_jose_accepts_our_token_and_reads_our_claims(verify, site, credential, proof):
    answer = verify("joseVerifies", site.secure(credential, proof).text)
    assert answer["verified"], answer["message"]
    payload = answer["payload"]
    assert payload["iss"] == site.id
    assert payload["jti"] == credential["id"]
    assert {name: payload[name] for name in credential} == credential


@pytest.mark.parametrize("proof", TOKENS)
def test_jose_refuses_our_token_that_was_changed(verify, site, credential, proof):
    head, body, signature = site.secure(credential, proof).text.split(".")
    payload = json.loads(urlsafe_b64decode(body + "==="))
    payload["credentialSubject"]["achievement"]["name"] += "!"
    changed = urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    assert not verify("joseVerifies", f"{head}.{changed}.{signature}")["verified"]


@pytest.mark.parametrize("proof", TOKENS)
def test_jose_refuses_our_token_signed_with_another_key(verify, site, credential, proof):
    other_key = replace(site.keys[proof], private=generate(site.keys[proof].algorithm))
    site.keys = site.keys | {proof: other_key}
    assert not verify("joseVerifies", site.secure(credential, proof).text)["verified"]
