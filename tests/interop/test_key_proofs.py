"""Another library judges key proofs as ours does, and reads what wallets are given before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from openvc.did.did_jwk import DidJwkResolver
from openvc.did.did_key import DidKeyResolver
from openvc.errors import OpenvcError
from openvc.openid4vci import (
    parse_credential_issuer_metadata,
    parse_credential_offer,
    verify_credential_request_proofs,
)

from lti_tool.issuing.issuer import Issuer
from lti_tool.store.models import WalletOffer
from lti_tool.wallets.configurations import CONFIGURATIONS
from lti_tool.wallets.metadata import issuer_metadata
from lti_tool.wallets.offers import offer_document
from lti_tool.wiring import build_tool
from signing.errors import ProofError
from signing.key_proof import MAX_AGE, MAX_AHEAD, KeyProof, verify_key_proof
from signing.keys import generate
from tests.fixtures import Clock, settings_for
from tests.signing.test_key_proof import ISSUER, NOW, OTHER_CLAIMS, STRANGE_HEADERS, key_proof


def resolve(kid: str) -> Any:
    """The key that the DID spells, by the library's own reader."""
    resolver = DidKeyResolver() if kid.startswith("did:key:") else DidJwkResolver()
    return resolver.resolve(kid.partition("#")[0]).verification_methods[0].public_key_jwk


def theirs(text: str) -> Any:
    """What it finds in the proof; None where it refuses it."""
    try:
        (found,) = verify_credential_request_proofs(
            {"credential_configuration_id": "x", "proofs": {"jwt": [text]}},
            credential_issuer=ISSUER,
            check_nonce=lambda _nonce: True,
            resolve_proof_key=resolve,
            now=NOW,
            # It adds the leeway to the age.
            max_age_s=int((MAX_AGE - MAX_AHEAD).total_seconds()),
            leeway_s=int(MAX_AHEAD.total_seconds()),
        )
    except (OpenvcError, ValueError):
        return None
    return found


def ours(text: str) -> KeyProof | None:
    try:
        return verify_key_proof(text, ISSUER, NOW)
    except ProofError:
        return None


@pytest.mark.parametrize("named", ["jwk", "did:key", "did:jwk"])
@pytest.mark.parametrize("algorithm", ["P-256", "Ed25519"])
def test_both_find_the_same_key(algorithm, named):
    text = key_proof(generate(algorithm), named=named)
    mine, other = ours(text), theirs(text)
    assert mine is not None and other is not None
    assert mine.key == {name: other.public_jwk[name] for name in mine.key}
    assert mine.nonce == other.nonce


REFUSED: dict[str, Callable[[], str]] = {
    **{
        f"header {number}": partial(key_proof, header=header)
        for number, (header, _) in enumerate(STRANGE_HEADERS)
    },
    **{
        f"claims {number}": partial(key_proof, claims=claims)
        for number, (claims, _) in enumerate(OTHER_CLAIMS)
    },
    "another key": lambda: key_proof(other=generate("P-256")),
    "cut off": lambda: key_proof()[:-8],
    "no token": lambda: "a.b",
}


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse_the_same(name):
    text = REFUSED[name]()
    assert ours(text) is None
    assert theirs(text) is None


def test_it_reads_our_metadata_and_our_offers(tmp_path):
    tool = build_tool(settings_for(f"sqlite:///{tmp_path / 'tool.sqlite'}", tmp_path), Clock())
    issuer: Issuer = tool.issuer
    metadata = parse_credential_issuer_metadata(issuer_metadata(issuer, CONFIGURATIONS.values()))
    assert metadata.credential_issuer == issuer.addresses.issuer
    assert set(metadata.credential_configurations_supported) == set(CONFIGURATIONS)
    offer = WalletOffer(configuration="ob3-json", seed="0" * 32, asks_code=True)
    read = parse_credential_offer(offer_document(offer, issuer.addresses.issuer, "secret", "digits"))
    assert read.credential_issuer == issuer.addresses.issuer
    tool.store.close()
