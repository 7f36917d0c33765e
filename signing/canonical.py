"""A JSON-LD document as the text that is hashed and signed: safe mode, expansion, RDF, canonical N-Quads."""

from __future__ import annotations

from hashlib import sha256

from signing.dataset import Quad, quads_of
from signing.document_loader import ContextFinder, find_context, pinned_name
from signing.errors import UnsafeDocumentError
from signing.json_text import Json
from signing.rdfc10 import Digest, canonical_nquads
from signing.safe_mode import refuse_uncovered


def canonicalize(document: Json, find_context: ContextFinder = find_context, digest: Digest = sha256) -> str:
    """The canonical N-Quads (RDFC-1.0) of a document.

    Raises UnsafeDocumentError for a document in which something would not be covered by a proof, and
    DocumentNotPinnedError for one with an unknown context.
    """
    # Expansion and labelling are recursive; a document made to that end exhausts the stack in either.
    try:
        return canonical_nquads(statements(document, find_context), digest)
    except RecursionError as error:
        raise UnsafeDocumentError("the document is too entangled") from error


def statements(document: Json, find_context: ContextFinder = find_context) -> set[Quad]:
    """The statements of the document, its blank nodes under arbitrary labels; raises as `canonicalize`."""
    # Imported here: PyLD takes 0.15 s to load and imports an HTTP client, which compiled signing does without.
    from signing.expansion import expand

    refuse_uncovered(document)
    try:
        return quads_of(expand(pinned(document), find_context))
    except RecursionError as error:
        raise UnsafeDocumentError("the document is too entangled") from error


def pinned(document: Json) -> Json:
    """The document with each context under its one name, see `pinned_name`; it has a valid `@context`."""
    contexts = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
    return document | {"@context": [pinned_name(url) for url in contexts]}
