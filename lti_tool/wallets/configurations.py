"""The forms in which wallets can have a badge, each a credential configuration; an offer names exactly one.

Source: OpenID for Verifiable Credential Issuance 1.0, 12.2.4 and Appendix A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lti_tool.values import Json
from signing.key_proof import KeyProof

#: How the two formats of W3C credentials are called; of others none is offered.
LDP_VC = "ldp_vc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A credential configuration: its id, its `format`, and how it can be bound to a key of the holder's.

    Without `binding_methods` it is bound to nobody: it is the badge's own text.
    """

    id: str
    format: str
    algorithms: tuple[str, ...]
    binding_methods: tuple[str, ...] = ()

    @property
    def is_bound(self) -> bool:
        return bool(self.binding_methods)

    def binds(self, proof: KeyProof) -> bool:
        """Whether the key was shown in one of the ways that this is bound by."""
        method = "jwk" if proof.holder is None else ":".join(proof.holder.split(":")[:2])
        return method in self.binding_methods

    def is_asked_for_by(self, format_name: object, definition: object) -> bool:
        """Whether a request of a draft, by format and types, means this one."""
        types = definition.get("type", definition.get("types")) if isinstance(definition, dict) else None
        return format_name == self.format and (types is None or set(_texts(types)) <= set(TYPES))


#: The types of every badge, as the configurations of W3C credentials name them.
TYPES = ("VerifiableCredential", "OpenBadgeCredential")
CONFIGURATIONS: Mapping[str, Configuration] = {
    each.id: each for each in (Configuration(id="ob3-json", format=LDP_VC, algorithms=("eddsa-rdfc-2022",)),)
}


def definition_of(configuration: Configuration, contexts: tuple[str, ...]) -> Json:
    """What its metadata say of the credential itself, beside the format."""
    if configuration.format == LDP_VC:
        return {"credential_definition": {"@context": list(contexts), "type": list(TYPES)}}
    return {}


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
