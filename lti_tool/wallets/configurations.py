"""The forms in which wallets can have a badge, each a credential configuration; an offer names exactly one.

Source: OpenID for Verifiable Credential Issuance 1.0, 12.2.4 and Appendix A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from badges.credential import contexts
from lti_tool.addresses import Addresses
from lti_tool.issuing import bound, sd_jwt_forms
from lti_tool.issuing.bound import Form
from lti_tool.issuing.issuer import Issuer
from lti_tool.store import Session
from lti_tool.values import Json
from signing.json_text import as_plain_text
from signing.key_proof import KeyProof
from signing.proofs import EDDSA_RDFC_2022, SD_JWT

#: The types of every badge, as the configurations of W3C credentials name them.
TYPES = ("VerifiableCredential", "OpenBadgeCredential")

Format = Literal["ldp_vc", "dc+sd-jwt", "vc+sd-jwt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A credential configuration: its id, its `format`, and by which `algorithms` the issuer signs.

    `form` is what is made for the key of a holder, which is shown in one of the `binding_methods`. Without it the badge
    is bound to nobody: it is the one that the award has.
    """

    id: str
    format: Format
    algorithms: tuple[str, ...]
    form: Form | None = None
    binding_methods: tuple[str, ...] = ()

    def binds(self, proof: KeyProof) -> bool:
        """Whether the key was shown in one of the ways that this is bound by."""
        method = "jwk" if proof.holder is None else ":".join(proof.holder.split(":")[:2])
        return method in self.binding_methods

    def as_json(self, text: str) -> str:
        """The text of such a credential as it stands in JSON: an object as it is, a compact text in quotes."""
        return text if self.format == "ldp_vc" else as_plain_text(text)

    def definition(self, addresses: Addresses) -> Json:
        """What its metadata say of the credential itself, beside the format."""
        match self.format:
            case "ldp_vc":
                named = {"@context": list(contexts(addresses.extension_context)), "type": list(TYPES)}
                return {"credential_definition": named}
            case "vc+sd-jwt":
                return {"credential_definition": {"type": list(TYPES)}}
            case "dc+sd-jwt":
                return {"vct": addresses.badge_type}

    def is_asked_for_by(self, format_name: object, definition: object) -> bool:
        """Whether a request of a draft, by format and types, means this one."""
        types = definition.get("type", definition.get("types")) if isinstance(definition, dict) else None
        return format_name == self.format and (types is None or set(_texts(types)) <= set(TYPES))


#: The badge as it is, bound to nobody.
COPY = "ob3-json"
#: The last two are for wallets that hold SD-JWTs: of the kind that EUDI wallets take, and of the one that Credo takes.
CONFIGURATIONS: Mapping[str, Configuration] = {
    each.id: each
    for each in (
        Configuration(id=COPY, format="ldp_vc", algorithms=(EDDSA_RDFC_2022.name,)),
        Configuration(
            id="ob3-json-bound",
            format="ldp_vc",
            algorithms=(EDDSA_RDFC_2022.name,),
            form=bound.JSON,
            binding_methods=("did:key", "did:jwk"),
        ),
        Configuration(
            id="ob3-sdjwt",
            format="dc+sd-jwt",
            algorithms=(SD_JWT.jws,),
            form=sd_jwt_forms.DC_SD_JWT,
            binding_methods=("jwk",),
        ),
        Configuration(
            id="ob3-w3c-sdjwt",
            format="vc+sd-jwt",
            algorithms=(SD_JWT.jws,),
            form=sd_jwt_forms.VC_SD_JWT,
            binding_methods=("did:jwk", "did:key"),
        ),
    )
}


def offered_by(session: Session, issuer: Issuer) -> Mapping[str, Configuration]:
    """The configurations that the issuer has keys for now: one that signs with RS256 may have none on a curve.

    Where it lacks a key that all badges need, nothing is signed, so nothing can be bound.
    """
    binds = not issuer.keyring.lacking_kinds(session)
    return {
        name: each
        for name, each in CONFIGURATIONS.items()
        if each.form is None
        or (binds and any(issuer.keyring.can_sign(session, proof) for proof in each.form.proofs))
    }


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
