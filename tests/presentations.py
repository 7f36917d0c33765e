"""Presentations as the Learner Credential Wallet signs them, for one challenge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from signing.cryptosuite import Cryptosuite
from signing.did import did_key
from signing.document_loader import CREDENTIALS_V2
from signing.json_text import Json, as_plain_text
from signing.keys import PrivateKey
from signing.multibase import base58
from signing.proofs.cryptosuites import ED25519_SIGNATURE_2020
from signing.signatures import sign
from signing.timestamps import as_timestamp

SUITE_CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"


def presentation_of(
    private: PrivateKey,
    challenge: Any,
    now: datetime,
    suite: Cryptosuite = ED25519_SIGNATURE_2020,
    **changes: Any,
) -> Json:
    """The presentation of the key's holder. `changes`: of members of the proof, or of `holder`, before it is signed."""
    holder = did_key(private.public_key())
    document: Json = {
        "@context": [CREDENTIALS_V2, SUITE_CONTEXT],
        "type": ["VerifiablePresentation"],
        "holder": changes.pop("holder", holder),
    }
    proof = {
        **suite.identifying,
        "created": as_timestamp(now),
        "verificationMethod": f"{holder}#{holder.removeprefix('did:key:')}",
        "proofPurpose": "authentication",
        "challenge": challenge,
    } | changes
    proof = {name: value for name, value in proof.items() if value is not None}
    signature = sign(private, suite.signed_bytes(document, proof, "Ed25519"))
    return document | {"proof": proof | {"proofValue": f"z{base58(signature)}"}}


def presented(private: PrivateKey, challenge: Any, now: datetime, **changes: Any) -> str:
    """The same as JSON."""
    return as_plain_text(presentation_of(private, challenge, now, **changes))
