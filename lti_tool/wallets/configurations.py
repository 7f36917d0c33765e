"""The forms in which wallets can have a badge, each a credential configuration; an offer names exactly one.

Source: OpenID for Verifiable Credential Issuance 1.0, 12.2.4 and Appendix A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lti_tool.issuing import bound
from lti_tool.issuing.bound import Form
from lti_tool.values import Json
from signing.json_text import as_plain_text
from signing.key_proof import KeyProof
from signing.proofs import EDDSA_RDFC_2022

#: How the two formats of W3C credentials are called; of others none is offered.
LDP_VC = "ldp_vc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A credential configuration: its id, its `format`, and by which `algorithms` the issuer signs.

    `form` is what is made for the key of a holder, which is shown in one of the `binding_methods`. Without it the badge
    is bound to nobody: it is the one that the award has.
    """

    id: str
    format: str
    algorithms: tuple[str, ...]
    form: Form | None = None
    binding_methods: tuple[str, ...] = ()

    def binds(self, proof: KeyProof) -> bool:
        """Whether the key was shown in one of the ways that this is bound by."""
        method = "jwk" if proof.holder is None else ":".join(proof.holder.split(":")[:2])
        return method in self.binding_methods

    def as_json(self, text: str) -> str:
        """The text of such a credential as it stands in JSON: an object as it is, a compact text in quotes."""
        return text if self.format == LDP_VC else as_plain_text(text)

    def is_asked_for_by(self, format_name: object, definition: object) -> bool:
        """Whether a request of a draft, by format and types, means this one."""
        types = definition.get("type", definition.get("types")) if isinstance(definition, dict) else None
        return format_name == self.format and (types is None or set(_texts(types)) <= set(TYPES))


#: The types of every badge, as the configurations of W3C credentials name them.
TYPES = ("VerifiableCredential", "OpenBadgeCredential")
CONFIGURATIONS: Mapping[str, Configuration] = {
    each.id: each
    for each in (
        Configuration(id="ob3-json", format=LDP_VC, algorithms=(EDDSA_RDFC_2022.name,)),
        Configuration(
            id="ob3-json-bound",
            format=LDP_VC,
            algorithms=(EDDSA_RDFC_2022.name,),
            form=bound.JSON,
            binding_methods=("did:key", "did:jwk"),
        ),
    )
}


def definition_of(configuration: Configuration, contexts: tuple[str, ...]) -> Json:
    """What its metadata say of the credential itself, beside the format."""
    if configuration.format == LDP_VC:
        return {"credential_definition": {"@context": list(contexts), "type": list(TYPES)}}
    return {}


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
