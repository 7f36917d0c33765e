"""The proof types that are a VcJwt, a row each.

Open Badges 3.0 requires every reader to accept RS256, and we issue ES256. EdDSA and ES384 are issued by others; the
1EdTech validator does not accept them.

Sources: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)"; RFC 7518; RFC 8037.
"""

from __future__ import annotations

from signing.jose import VcJwt
from signing.proof_type import ProofType

VC_JWT = VcJwt(name="vc-jwt", jws="ES256", key="P-256")
VC_JWT_RS256 = VcJwt(name="vc-jwt-rs256", jws="RS256", key="RSA")
VC_JWT_EDDSA = VcJwt(name="vc-jwt-eddsa", jws="EdDSA", key="Ed25519")
VC_JWT_ES384 = VcJwt(name="vc-jwt-es384", jws="ES384", key="P-384")

PROOF_TYPES: tuple[ProofType, ...] = (VC_JWT, VC_JWT_RS256, VC_JWT_EDDSA, VC_JWT_ES384)
