"""What we issue, verifiers that are not ours accept; what is revoked, tampered with or a stranger's, they refuse."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest

from signing.keys import generate
from signing.proof_set import alone, combined
from signing.proofs import PROOFS
from tests.interop.conftest import NOW

EMBEDDED = ("eddsa-rdfc-2022", "ecdsa-sd-2023")
TOKENS = ("vc-jwt", "vc-jwt-rs256")
#: Who reads which proofs. verifier-core knows the one with which Open Badges are certified.
READERS = [
    *(("digitalbazaarVerifies", proof) for proof in EMBEDDED),
    ("verifierCoreVerifies", "eddsa-rdfc-2022"),
]


@pytest.fixture
def ask(others, world):
    """The answer of one of them about a badge, with all that Riga College serves at hand."""

    def about(reader: str, text: str) -> dict[str, Any]:
        name = "token" if reader == "joseVerifies" else "credential"
        return others(reader, pages=world.pages, **{name: text})

    return about


@pytest.mark.parametrize(("reader", "proof"), READERS)
def test_they_accept_our_badge(ask, world, credential, reader, proof):
    answer = ask(reader, world.secure(credential, proof).text)
    assert answer == {"verified": True, "says": answer["says"]}


@pytest.mark.parametrize(("reader", "proof"), READERS)
def test_they_accept_our_badge_while_another_one_is_revoked(ask, world, credential, index, reader, proof):
    world.publish_list(index + 1)
    assert ask(reader, world.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize(("reader", "proof"), READERS)
def test_they_see_that_our_badge_is_revoked(ask, world, credential, index, reader, proof):
    world.publish_list(index)
    assert not ask(reader, world.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize("reader", ["digitalbazaarVerifies", "verifierCoreVerifies"])
def test_they_do_not_call_a_badge_valid_whose_list_is_gone(ask, world, credential, reader):
    text = world.secure(credential, "eddsa-rdfc-2022").text
    del world.pages[credential["credentialStatus"]["statusListCredential"]]
    assert not ask(reader, text)["verified"]


@pytest.mark.parametrize(("reader", "proof"), READERS)
def test_they_accept_a_badge_that_cannot_be_revoked(ask, world, credential, reader, proof):
    del credential["credentialStatus"]
    assert ask(reader, world.secure(credential, proof).text)["verified"]


@pytest.mark.parametrize(("reader", "proof"), READERS)
def test_they_refuse_our_badge_with_another_word_in_it(ask, world, credential, reader, proof):
    text = world.secure(credential, proof).text
    document = json.loads(text)
    document["credentialSubject"]["achievement"]["name"] += "!"
    assert not ask(reader, json.dumps(document))["verified"]


@pytest.mark.parametrize(("reader", "proof"), READERS)
def test_they_refuse_our_badge_signed_by_a_stranger(ask, world, credential, reader, proof):
    stranger = replace(world.keys[proof], private=generate(world.keys[proof].algorithm))
    world.keys = world.keys | {proof: stranger}
    assert not ask(reader, world.secure(credential, proof).text)["verified"]


# --- tokens


@pytest.mark.parametrize("proof", TOKENS)
def test_jose_accepts_our_token_and_reads_our_claims(ask, world, credential, proof):
    answer = ask("joseVerifies", world.secure(credential, proof).text)
    assert answer["verified"], answer["says"]
    payload = answer["payload"]
    assert payload["iss"] == world.id
    assert payload["jti"] == credential["id"]
    assert {name: payload[name] for name in credential} == credential


@pytest.mark.parametrize("proof", TOKENS)
def test_jose_refuses_our_token_with_another_word_in_it(ask, world, credential, proof):
    head, body, signature = world.secure(credential, proof).text.split(".")
    payload = json.loads(urlsafe_b64decode(body + "==="))
    payload["credentialSubject"]["achievement"]["name"] += "!"
    changed = urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip("=")
    assert not ask("joseVerifies", f"{head}.{changed}.{signature}")["verified"]


@pytest.mark.parametrize("proof", TOKENS)
def test_jose_refuses_our_token_signed_by_a_stranger(ask, world, credential, proof):
    stranger = replace(world.keys[proof], private=generate(world.keys[proof].algorithm))
    world.keys = world.keys | {proof: stranger}
    assert not ask("joseVerifies", world.secure(credential, proof).text)["verified"]


# --- several proofs in one credential


@pytest.fixture
def both(world, credential):
    """As the product issues it where a learner may show a part: the proof that all know first."""
    return combined([PROOFS[name].secure(credential, world.keys[name], NOW) for name in EMBEDDED])


@pytest.mark.parametrize("reader", ["digitalbazaarVerifies", "verifierCoreVerifies"])
def test_they_accept_the_first_of_two_proofs_taken_out_alone(ask, both, reader):
    assert ask(reader, alone(both, "eddsa-rdfc-2022").text)["verified"]


@pytest.mark.parametrize("reader", ["digitalbazaarVerifies", "verifierCoreVerifies"])
def test_they_accept_both_proofs_together_and_refuse_a_change(ask, both, reader):
    assert ask(reader, both.text)["verified"]
    document = json.loads(both.text)
    document["credentialSubject"]["achievement"]["name"] += "!"
    assert not ask(reader, json.dumps(document))["verified"]
