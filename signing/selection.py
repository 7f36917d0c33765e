"""Parts of a credential, chosen by JSON pointers, and the statements that each part makes.

To know which statements a part makes, each nameless node gets a name of its own first. The statements are told apart by
their lines in the canonical order of the whole, under labels that the caller gives to nameless nodes.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "Selective Disclosure Functions". Here the names are written into
the JSON as it is, where the standard expands, names and compacts it: the statements are the same, and a list of one
member stays a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

from signing.canonical import pinned, statements
from signing.dataset import RDF, Quad
from signing.document_loader import ContextFinder
from signing.errors import UnsafeDocumentError
from signing.json_text import Json
from signing.rdfc10 import Labels, canonical_labels, nquads

_NAME = "urn:bnid:"
_FIRST, _REST, _NIL = (f"<{RDF}{name}>" for name in ("first", "rest", "nil"))


class Grouped:
    """A credential's statements, `lines` of them in order, and which of them a selection makes."""

    def __init__(self, credential: Json, label: Callable[[str], str], find_context: ContextFinder) -> None:
        """`label` gives a nameless node its label, from the canonical one (`c14n0`)."""
        self._find_context = find_context
        self._named = _with_names(credential, find_context)
        quads = _statements(self._named, find_context)
        self.labels: Labels = {
            blank: label(canonical.removeprefix("_:")) for blank, canonical in canonical_labels(quads).items()
        }
        self.lines = nquads(quads, self.labels)
        self._numbers = {line: number for number, line in enumerate(self.lines)}

    def quads(self, pointers: Iterable[str]) -> set[Quad]:
        return _statements(select(self._named, pointers), self._find_context)

    def numbers(self, pointers: Iterable[str]) -> list[int]:
        """Which lines the selection makes; raises UnsafeDocumentError where it makes others, such as half a list."""
        pointers = tuple(pointers)
        if not pointers:
            return []
        try:
            return sorted(self._numbers[line] for line in nquads(self.quads(pointers), self.labels))
        except KeyError as error:
            raise UnsafeDocumentError("a part of an ordered list cannot be shown alone") from error


def select(document: Json, pointers: Iterable[str]) -> Json:
    """The part of the document that the pointers name, with the id and the types of each object on the way.

    Raises UnsafeDocumentError for a pointer to nothing.
    """
    selection = _beginning(document)
    for pointer in pointers:
        if not pointer:
            return document
        _add(document, _path(pointer), selection)
    return {"@context": document["@context"], **_dense(selection)}


def _add(document: Json, path: list[str], selection: Any) -> None:
    value: Any = document
    selected: Any = selection
    for step in path:
        parent, source, value = selected, value, _member(value, step)
        if parent is source:
            return  # All of it is chosen already.
        key = int(step) if isinstance(parent, _Sparse) else step
        if key not in parent:
            parent[key] = _Sparse() if isinstance(value, list) else _beginning(value)
        selected = parent[key]
    parent[key] = value


class _Sparse(dict[int, Any]):
    """A list of which some places are chosen."""


def _beginning(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {
        name: value[name]
        for name in ("id", "type")
        if name in value and not (name == "id" and str(value[name]).startswith("_:"))
    }


def _member(value: Any, step: str) -> Any:
    try:
        return value[int(step)] if isinstance(value, list) and step.isdecimal() else value[step]
    except (KeyError, IndexError, TypeError) as error:
        raise UnsafeDocumentError(f"there is nothing at {step[:80]!r}") from error


def _path(pointer: str) -> list[str]:
    """Source: RFC 6901."""
    start, *steps = pointer.split("/")
    if start:
        raise UnsafeDocumentError(f"{pointer[:80]!r} is no JSON pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _dense(value: Any) -> Any:
    if isinstance(value, _Sparse):
        return [_dense(value[place]) for place in sorted(value)]
    if isinstance(value, dict):
        return {name: _dense(part) for name, part in value.items()}
    return value


# --- names for nameless nodes ----------------------------------------------------------------------------------------


def _with_names(credential: Json, find_context: ContextFinder) -> Json:
    """A copy in which every node has an id."""
    from signing.expansion import language_maps

    copied: Json = json.loads(json.dumps(credential))
    no_nodes = {id(part) for part in language_maps(pinned(copied), find_context)}
    waiting: list[Any] = [copied]
    count = 0
    while waiting:
        value = waiting.pop()
        waiting.extend(
            value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        )
        if (
            isinstance(value, dict)
            and "id" not in value
            and "@value" not in value
            and id(value) not in no_nodes
        ):
            value["id"] = f"{_NAME}{count}"
            count += 1
    return copied


def _statements(document: Json, find_context: ContextFinder) -> set[Quad]:
    """The statements, the names taken away again; the cells of a list are labelled by whose list it is."""
    quads = {
        tuple(
            f"_:b{term.removeprefix(f'<{_NAME}')[:-1]}" if term.startswith(f"<{_NAME}") else term
            for term in quad
        )
        for quad in statements(document, find_context)
    }
    rest = {subject: value for subject, predicate, value, _ in quads if predicate == _REST}
    cells: Labels = {}
    for subject, predicate, value, _ in quads:
        if value in rest and predicate != _REST:
            owner = sha256(f"{subject} {predicate}".encode()).hexdigest()
            place, cell = 0, value
            while cell != _NIL:
                cells[cell] = f"_:l{owner}{place}"
                place, cell = place + 1, rest[cell]
    if len({*cells.values()}) < len(cells):
        raise UnsafeDocumentError("one property has several ordered lists")
    return {tuple(cells.get(term, term) for term in quad) for quad in quads}  # type: ignore[misc] # still of four
