"""A JSON-LD document as the one text that is hashed and signed."""

from __future__ import annotations

from hashlib import sha256

from signing.dataset import Quad, quads_of
from signing.document_loader import ContextFinder, find_context, pinned_name
from signing.errors import UnsafeDocumentError
from signing.json_text import Json
from signing.rdfc10 import Digest, canonical_nquads
from signing.safe_mode import refuse_uncovered


def canonicalize(document: Json, find_context: ContextFinder = find_context, digest: Digest = sha256) -> str:
    """Canonical N-Quads (RDFC-1.0) of a document that holds nothing a proof would not cover.

    Raises UnsafeDocumentError for one that does, DocumentNotPinnedError for a context that is not known.
    """
    try:
        return canonical_nquads(statements(document, find_context), digest)
    except RecursionError as error:
        raise UnsafeDocumentError("the document is too entangled") from error


def statements(document: Json, find_context: ContextFinder = find_context) -> set[Quad]:
    """What the document says, its nameless nodes under any labels; raises as `canonicalize`."""
    # Here, not above: PyLD takes 0.15 s to load and brings an HTTP client along, which only who comes here needs.
    from signing.expansion import expand

    refuse_uncovered(document)
    try:
        return quads_of(expand(pinned(document), find_context))
    except RecursionError as error:
        raise UnsafeDocumentError("the document is too entangled") from error


def pinned(document: Json) -> Json:
    """The document, with the one name of each of its contexts."""
    contexts = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
    return document | {"@context": [pinned_name(url) for url in contexts]}
