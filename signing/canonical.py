"""A JSON-LD document as the one text that is hashed and signed."""

from __future__ import annotations

from signing.dataset import quads_of
from signing.documents import ContextFinder, find_context, pinned_name
from signing.errors import UnsafeDocumentError
from signing.rdfc10 import canonical_nquads
from signing.screen import refuse_uncovered
from signing.secured import Json


def canonicalize(document: Json, find_context: ContextFinder = find_context) -> str:
    """Canonical N-Quads (RDFC-1.0) of a document that holds nothing a proof would not cover.

    Raises UnsafeDocumentError for one that does, DocumentNotPinnedError for a context that is not known.
    """
    # Here, not above: PyLD takes 0.15 s to load and brings an HTTP client along, which only who comes here needs.
    from signing.expansion import expand

    refuse_uncovered(document)
    contexts = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
    named = document | {"@context": [pinned_name(url) for url in contexts]}
    try:
        return canonical_nquads(quads_of(expand(named, find_context)))
    except RecursionError as error:
        raise UnsafeDocumentError("the document is too entangled") from error
