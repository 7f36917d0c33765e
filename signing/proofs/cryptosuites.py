"""The proof types that are a Cryptosuite, a row each.

Sources: W3C Data Integrity EdDSA Cryptosuites v1.0 and its drafts of 2022 and 2023 (eddsa-2022); W3C Data Integrity
ECDSA Cryptosuites v1.0; W3C Community Group, Ed25519Signature2020.
"""

from __future__ import annotations

from signing.cryptosuite import Cryptosuite, HashedTexts, json_texts, rdf_texts
from signing.data_integrity import TYPE
from signing.keys import Algorithm
from signing.proof_type import ProofType

_ED25519: tuple[Algorithm, ...] = ("Ed25519",)
_ECDSA: tuple[Algorithm, ...] = ("P-256", "P-384")


def _cryptosuite(name: str, algorithms: tuple[Algorithm, ...], texts: HashedTexts) -> Cryptosuite:
    return Cryptosuite(
        name=name,
        identifying={"type": TYPE, "cryptosuite": name},
        algorithms=algorithms,
        hashed_texts=texts,
        # Canonical JSON does not say what its terms mean; so the standard binds the contexts to the proof.
        repeats_context=texts is json_texts,
    )


EDDSA_RDFC_2022 = _cryptosuite("eddsa-rdfc-2022", _ED25519, rdf_texts)
EDDSA_JCS_2022 = _cryptosuite("eddsa-jcs-2022", _ED25519, json_texts)
#: The draft that became eddsa-rdfc-2022.
EDDSA_2022 = _cryptosuite("eddsa-2022", _ED25519, rdf_texts)
ECDSA_RDFC_2019 = _cryptosuite("ecdsa-rdfc-2019", _ECDSA, rdf_texts)
ECDSA_JCS_2019 = _cryptosuite("ecdsa-jcs-2019", _ECDSA, json_texts)
#: As badges of the data model 1.1 have it: a type of its own in place of a cryptosuite, signed in the same way.
ED25519_SIGNATURE_2020 = Cryptosuite(
    name="Ed25519Signature2020",
    identifying={"type": "Ed25519Signature2020"},
    algorithms=_ED25519,
    hashed_texts=rdf_texts,
)

PROOF_TYPES: tuple[ProofType, ...] = (
    EDDSA_RDFC_2022,
    EDDSA_JCS_2022,
    EDDSA_2022,
    ECDSA_RDFC_2019,
    ECDSA_JCS_2019,
    ED25519_SIGNATURE_2020,
)
