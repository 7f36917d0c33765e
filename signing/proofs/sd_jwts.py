"""The proof types that are an SdJwtProof, a row each.

We issue ES256, which every wallet for this format takes; the others are read.

Sources: RFC 9901; RFC 7518; RFC 8037.
"""

from __future__ import annotations

from signing.proof_type import ProofType
from signing.sd_jwt.proof import SdJwtProof

SD_JWT = SdJwtProof(name="sd-jwt", jws="ES256", key="P-256")
SD_JWT_EDDSA = SdJwtProof(name="sd-jwt-eddsa", jws="EdDSA", key="Ed25519")
SD_JWT_ES384 = SdJwtProof(name="sd-jwt-es384", jws="ES384", key="P-384")
SD_JWT_RS256 = SdJwtProof(name="sd-jwt-rs256", jws="RS256", key="RSA")

PROOF_TYPES: tuple[ProofType, ...] = (SD_JWT, SD_JWT_EDDSA, SD_JWT_ES384, SD_JWT_RS256)
