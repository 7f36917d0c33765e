"""SdJwtProof: an SD-JWT as a proof type, in its two forms for credentials.

`vc+sd-jwt` has the whole credential of VCDM 2.0 as its payload, `dc+sd-jwt` claims of a type that it names (`vct`), as
plain JSON. Before it got that name, the second was called as the first is now; `vct` tells them apart.

Sources: RFC 9901, "Verification of the SD-JWT"; W3C Securing Verifiable Credentials using JOSE and COSE, "Securing with
SD-JWT"; SD-JWT-based Verifiable Digital Credentials (draft).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from signing.binding import demand_text, issuer_id
from signing.document_loader import ContextFinder, find_context
from signing.errors import ProofError
from signing.issuer_jws import check_signed_by, demand_securable, read_signed
from signing.json_text import MAX_CHARACTERS, Json
from signing.jws import REFUSED_MEMBERS, algorithm_of, type_of
from signing.jwt_claims import REGISTERED, compare_w3c, present_claims
from signing.keys import Algorithm, KeyFinder, SigningKey
from signing.sd_jwt.compact import split
from signing.sd_jwt.issuing import Form, issue
from signing.sd_jwt.processing import processed
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

_FORMS: tuple[Form, ...] = ("vc+sd-jwt", "dc+sd-jwt")
#: What may not be disclosed, because a holder who leaves it out would change what the credential is, or how long it is
#: valid. The first are of SD-JWT VC, the next of VC-JOSE-COSE. By the last a badge is judged, too: the data model 1.1
#: has other names for the two moments, and a newer badge is found by `refreshService`.
_NEVER_HIDDEN = frozenset(
    "iss nbf exp cnf vct vct#integrity aka_vcts status "
    "@context type credentialStatus credentialSchema relatedResource validFrom validUntil "
    "issuanceDate expirationDate refreshService".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SdJwtProof:
    """A ProofType: `jws` is the name of its algorithm in JOSE (`alg`), `key` the algorithm of its keys."""

    name: str
    jws: str
    key: Algorithm
    media_type: str = "application/vc+sd-jwt"

    def secure(self, credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:  # noqa: ARG002
        """The credential as `vc+sd-jwt`, of which nothing can be left out; see `issue` for others.

        `now` is not used: when the credential is valid stands in it. Raises UnusableKeyError for a key of another
        algorithm, UnsafeDocumentError for a credential that has a proof or claims already.
        """
        demand_securable(credential, key, self.name, self.key)
        return issue(credential, "vc+sd-jwt", (), key)

    def recognises(self, secured: SecuredCredential) -> bool:
        text = secured.text.lstrip()
        if text.startswith("{") or len(text) > MAX_CHARACTERS or "~" not in text:
            return False
        return algorithm_of(text) == self.jws

    def check(
        self,
        secured: SecuredCredential,
        find_key: KeyFinder,
        now: datetime,
        find_context: ContextFinder = find_context,  # noqa: ARG002  a ProofType; a JWS signs bytes, not meanings
    ) -> VerifiedProof:
        """What is shown of the credential, if the signature holds and all that is shown was signed.

        Of `dc+sd-jwt` the claims, all of them. Who shows it is not checked: see `key_binding`. Raises ProofError.
        """
        sd_jwt = split(secured.text)
        header, payload = read_signed(sd_jwt.jwt, self.jws)
        is_plain = _is_plain(header, payload)
        issuer = demand_text(payload.get("iss"), "iss") if is_plain else issuer_id(payload)
        found = check_signed_by(sd_jwt.jwt, header, issuer, self.key, find_key, now)
        # Only now can it be said of a disclosure that the issuer signed none like it.
        shown = processed(payload, sd_jwt.disclosures)
        if any(shown.claims.get(name) != payload.get(name) for name in _NEVER_HIDDEN):
            raise ProofError("malformed", "the SD-JWT lets its holder hide what may not be hidden")
        return VerifiedProof(
            credential=shown.claims if is_plain else _credential(shown.claims, now),
            proof_name=self.name,
            verification_method=found,
            hidden=shown.hidden,
            confirmation=_confirmation(payload),
        )


def _is_plain(header: Json, payload: Json) -> bool:
    """Whether the payload is claims as plain JSON, and not a credential of VCDM 2.0.

    Raises ProofError `malformed` for an SD-JWT of another kind, or with a member that changes what is signed;
    `key_not_found` for one whose key is in a certificate.
    """
    form = type_of(header)
    if form not in _FORMS:
        raise ProofError("malformed", "the SD-JWT is of another type than a credential")
    if "x5c" in header:
        # Whether its authority is to be trusted is on no list here, which says nothing about the credential.
        raise ProofError("key_not_found", "keys in certificates are not looked up here")
    if header.keys() & REFUSED_MEMBERS or {"vc", "vp"} & payload.keys():
        raise ProofError("malformed", "the SD-JWT has members that it may not have")
    is_plain = "vct" in payload and "@context" not in payload
    if form == "dc+sd-jwt" and not is_plain:
        raise ProofError("malformed", "the SD-JWT does not say of which type its claims are")
    return is_plain


def _credential(shown: Json, now: datetime) -> Json:
    """The credential of VCDM 2.0 without what is only about the token; raises ProofError as `compare_w3c` does."""
    claims = {name: shown[name] for name in REGISTERED & shown.keys()}
    credential = {name: part for name, part in shown.items() if name not in REGISTERED | {"cnf", "aud"}}
    compare_w3c(present_claims(claims), credential, now)
    return credential


def _confirmation(payload: Json) -> Json | None:
    """The claim `cnf`; raises ProofError `malformed`."""
    confirmation = payload.get("cnf")
    if confirmation is not None and not isinstance(confirmation, dict):
        raise ProofError("malformed", "`cnf` is not an object")
    return confirmation
