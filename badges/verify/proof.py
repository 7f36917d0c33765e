"""prove: does the proof hold, and whose is the key? The libraries below say it; here it becomes a Finding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from badges.verify.files import Opened
from badges.verify.foreign_json import as_list, issuer_id
from badges.verify.lookups import Lookups
from badges.verify.report import Finding, failed, passed, unknown, warning
from signing.document_loader import find_context, pinned_name
from signing.errors import DocumentNotPinnedError, ProofError, UnsafeDocumentError
from signing.json_text import Json
from signing.keys import KeyFinder
from signing.safe_mode import MAX_CONTEXTS, MAX_CONTEXT_MENTIONS
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

#: What a proof that does not hold says about the credential; all other codes mean: we cannot tell.
CHANGED = frozenset({"bad_signature", "claims_disagree", "malformed", "differs_from_hosted"})
_CANNOT_TELL = frozenset(
    {"no_proof", "unknown_proof", "wrong_algorithm", "unpinned_context", "key_not_found"}
)
#: To read every word takes a second for so many characters.
MAX_CHARACTERS = 300_000
#: Proofs of these sign what the words mean, so one that holds has read every word.
_READ_EVERY_WORD = ("-rdfc-", "eddsa-2022", "Ed25519Signature2020", "-sd-")


def check_proof(
    secured: SecuredCredential, outside: Lookups, find_key: KeyFinder | None = None
) -> tuple[Finding, VerifiedProof | None]:
    try:
        proven = outside.check_proof(secured, find_key or outside.find_key, outside.now)
    except ProofError as error:
        finding = (unknown if error.code in _CANNOT_TELL else failed)(error.code, str(error))
        return finding, None
    except Exception as error:  # a Report is promised for any bytes, and libraries fail in ways of their own
        return unknown("could_not_check", error.__class__.__name__), None
    if proven.missing_claims:
        return warning("claims_left_out", f"{proven.proof_name}: {', '.join(proven.missing_claims)}"), proven
    return passed("signature_holds", proven.proof_name), proven


def is_bound(proven: VerifiedProof | None) -> bool:
    """Whether the key that signed is one that the issuer says is theirs."""
    return proven is not None and proven.verification_method.controller == issuer_id(proven.credential)


def terms(opened: Opened, proven: VerifiedProof | None) -> Finding:
    """Whether each word is one that the contexts define, so that all readers read the same."""
    # A proof reads its own words and those of the credential, not those of other proofs beside it.
    alone = opened.is_jws or len(as_list(opened.document.get("proof"))) == 1
    if proven is not None and alone and any(name in proven.proof_name for name in _READ_EVERY_WORD):
        return passed("terms_defined")
    if opened.secured is None or len(opened.secured.text) > MAX_CHARACTERS:
        return unknown("terms_not_checked", "it is too long")
    return _read_every_word(opened.credential if opened.is_jws else opened.document)


def _read_every_word(document: Json) -> Finding:
    # Here, not above: it loads PyLD, which a badge whose proof has read every word does not need.
    from signing.dataset import quads_of
    from signing.expansion import expand

    problem = _ambiguity(document)
    if problem is not None:
        return failed("ambiguous_terms", problem)
    outer = [pinned_name(url) for url in as_list(document.get("@context"))]
    try:
        quads_of(expand(document | {"@context": outer}, find_context))
    except DocumentNotPinnedError as error:
        return unknown("unknown_context", error.url)
    except UnsafeDocumentError as error:
        return failed("unclear_terms", str(error))
    except Exception as error:  # as above
        return unknown("terms_not_checked", error.__class__.__name__)
    return passed("terms_defined")


def _ambiguity(document: Json) -> str | None:
    """What makes that readers of the JSON and readers of its meaning may see different things."""
    contexts: list[str] = []
    for value in _objects(document):
        for name, part in value.items():
            if name == "@context":
                if not all(isinstance(url, str) for url in as_list(part)):
                    return "it gives words a meaning of its own"
                contexts += as_list(part)
            elif ":" in name or (name.startswith("@") and value.keys() != {"@value", "@language"}):
                return f"the key {name[:80]!r} is not a plain word"
    too_many = len(contexts) > MAX_CONTEXT_MENTIONS or len({*contexts}) > MAX_CONTEXTS
    return "it names too many contexts" if too_many else None


def _objects(value: Any) -> Iterator[Json]:
    """All objects in the document, that itself first."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
