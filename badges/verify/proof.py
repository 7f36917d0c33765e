"""check_proof: whether a proof holds, and with whose key, as a Finding. `signing` does the cryptography."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from badges.foreign_json import as_list, issuer_id
from badges.sd_jwt.claims import as_credential
from badges.verify.files import ParsedFile
from badges.verify.lookups import Lookups
from badges.verify.normalise import normalised
from badges.verify.report import LIMIT_REACHED, Finding, failed, passed, unknown, warning
from signing.document_loader import find_context, pinned_name
from signing.errors import UNKNOWN_PROOFS, DocumentNotPinnedError, ProofError, UnsafeDocumentError
from signing.json_text import Json
from signing.keys import KeyFinder
from signing.safe_mode import MAX_CONTEXT_MENTIONS, MAX_CONTEXTS
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: The codes that prove that a credential was changed after it was signed. All others mean only: not proven.
CHANGED = frozenset({"bad_signature", "foreign_disclosure"})
#: Codes of ProofError that say nothing about the credential, only that its proof could not be checked.
_INCONCLUSIVE = UNKNOWN_PROOFS | {
    "no_proof",
    "no_key_named",
    "wrong_algorithm",
    "unpinned_context",
    "key_not_found",
    "proof_end_unclear",
}
#: JSON-LD expansion of so many characters takes about a second; longer documents are not expanded.
MAX_CHARACTERS = 300_000
#: Parts of the names of proofs that sign the RDF of a document: checking one has expanded every term already.
_RDF_PROOFS = ("-rdfc-", "eddsa-2022", "Ed25519Signature2020", "-sd-")


def check_proof(
    secured: SecuredCredential, lookups: Lookups, find_key: KeyFinder | None = None
) -> tuple[Finding, VerifiedProof | None]:
    """The finding on the proof, and the VerifiedProof where the signature holds, with any key that was found.

    `find_key` replaces that of the lookups. Never raises.
    """
    refusals = lookups.budget.refusals
    finding, proof = _check_proof(secured, lookups, find_key or lookups.find_key)
    if lookups.budget.refusals > refusals:
        # A document that decides whose the key is may not have been fetched, so no answer counts, good or bad.
        return unknown(LIMIT_REACHED), None
    return finding, proof


def _check_proof(
    secured: SecuredCredential, lookups: Lookups, find_key: KeyFinder
) -> tuple[Finding, VerifiedProof | None]:
    try:
        verified = _as_badge(lookups.check_proof(secured, find_key, lookups.now))
    except ProofError as error:
        finding = (unknown if error.code in _INCONCLUSIVE else failed)(error.code, str(error))
        return finding, None
    except Exception as error:  # noqa: BLE001 - a Report is promised for any bytes, and PyLD raises many types
        return unknown("could_not_check", error.__class__.__name__), None
    if verified.missing_claims:
        return warning(
            "claims_left_out", f"{verified.proof_name}: {', '.join(verified.missing_claims)}"
        ), verified
    return passed("signature_holds", verified.proof_name), verified


def _as_badge(verified: VerifiedProof) -> VerifiedProof:
    """The same, of an SD-JWT VC with the credential that its claims stand for; raises ProofError."""
    if "vct" not in verified.credential:
        return verified
    return replace(verified, credential=as_credential(verified.credential))


def is_signed_by_issuer(proof: VerifiedProof | None) -> bool:
    """Whether the key that signed is one that the issuer lists as its own."""
    return proof is not None and proof.verification_method.controller == issuer_id(proof.credential)


def check_terms(file: ParsedFile, proof: VerifiedProof | None) -> Finding:
    """Whether each term is one that the contexts define, so that all readers understand the same by it.

    JSON-LD drops a term that no context defines: an RDF proof would not protect it, and under a JWS, which signs it,
    readers of the JSON would see something that readers of the JSON-LD do not.
    """
    # The only proof has expanded its own terms and those of the credential, but not those of other proofs beside it.
    is_only_proof = file.is_jws or len(as_list(file.document.get("proof"))) == 1
    if proof is not None and is_only_proof and any(name in proof.proof_name for name in _RDF_PROOFS):
        return passed("terms_defined")
    if file.secured is None or len(file.secured.text) > MAX_CHARACTERS:
        return unknown("terms_not_checked", "it is too long")
    return _expand_all_terms(normalised(file.credential if file.is_jws else file.document))


def _expand_all_terms(document: Json) -> Finding:
    # Imported here, because it loads PyLD: slow, and not needed where the proof has expanded the terms.
    from signing.dataset import quads_of
    from signing.expansion import expand

    ambiguity = _find_ambiguity(document)
    if ambiguity is not None:
        return failed("ambiguous_terms", ambiguity)
    contexts = [pinned_name(url) for url in as_list(document.get("@context"))]
    try:
        quads_of(expand(document | {"@context": contexts}, find_context))
    except DocumentNotPinnedError as error:
        return unknown("unknown_context", error.url)
    except UnsafeDocumentError as error:
        return failed("unclear_terms", str(error))
    except Exception as error:  # noqa: BLE001 - as in `check_proof`
        return unknown("terms_not_checked", error.__class__.__name__)
    return passed("terms_defined")


def _find_ambiguity(document: Json) -> str | None:
    """What would let readers of the JSON and readers of the JSON-LD see different things, or None.

    An inline context or a key that is an IRI can give a second meaning to a term, or the same meaning to two.
    """
    contexts: list[str] = []
    for value in _objects(document):
        for name, member in value.items():
            if name == "@context":
                if member is None or not all(isinstance(url, str) for url in as_list(member)):
                    return "it gives words a meaning of its own"
                contexts += as_list(member)
            elif ":" in name or (name.startswith("@") and value.keys() != {"@value", "@language"}):
                return f"the key {name[:80]!r} is not a plain word"
    too_many = len(contexts) > MAX_CONTEXT_MENTIONS or len({*contexts}) > MAX_CONTEXTS
    return "it names too many contexts" if too_many else None


def _objects(document: Any) -> Iterator[Json]:
    """All objects of the document, itself first."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            yield value
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
