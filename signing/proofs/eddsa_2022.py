"""Data Integrity with the cryptosuite eddsa-2022, the draft that became eddsa-rdfc-2022.

Source: W3C Data Integrity EdDSA Cryptosuites, drafts of 2022 and 2023.
"""

from __future__ import annotations

from datetime import datetime

from signing import data_integrity
from signing.data_integrity import TYPE, Suite, rdf_texts
from signing.document_loader import ContextFinder, find_context
from signing.json_text import Json
from signing.keys import KeyFinder, SigningKey
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

NAME = "eddsa-2022"
SUITE = Suite(name=NAME, names={"type": TYPE, "cryptosuite": NAME}, algorithms=("Ed25519",), texts=rdf_texts)


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    return data_integrity.secure(SUITE, credential, key, now)


def recognises(secured: SecuredCredential) -> bool:
    return data_integrity.recognises(NAME, secured)


def check(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder = find_context
) -> VerifiedProof:
    return data_integrity.check(SUITE, secured, find_key, now, find_context)
