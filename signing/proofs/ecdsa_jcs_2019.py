"""Data Integrity with the cryptosuite ecdsa-jcs-2019: the JSON of the credential, signed with P-256 or P-384.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "ecdsa-jcs-2019".
"""

from __future__ import annotations

from datetime import datetime

from signing import data_integrity
from signing.data_integrity import TYPE, Suite, json_texts
from signing.document_loader import ContextFinder, find_context
from signing.json_text import Json
from signing.keys import KeyFinder, SigningKey
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

NAME = "ecdsa-jcs-2019"
SUITE = Suite(
    name=NAME,
    names={"type": TYPE, "cryptosuite": NAME},
    algorithms=("P-256", "P-384"),
    texts=json_texts,
    repeats_context=True,
)


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    return data_integrity.secure(SUITE, credential, key, now)


def recognises(secured: SecuredCredential) -> bool:
    return data_integrity.recognises(NAME, secured)


def check(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder = find_context
) -> VerifiedProof:
    return data_integrity.check(SUITE, secured, find_key, now, find_context)
