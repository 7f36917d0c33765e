"""Which statements the parts of a credential make that JSON pointers select.

Blank nodes are what makes this hard: a part of a document, expanded alone, has other blank node labels than the whole.
So each node without an id is first given one (`urn:bnid:0`); the statements of the whole and of a part then have the
same names, and only afterwards are the names turned into blank nodes again.

Source: W3C Data Integrity ECDSA Cryptosuites v1.0, "Selective Disclosure Functions" (skolemization). The standard
expands, names and compacts the JSON; here the names are written into the JSON as it is, which makes the same statements
and leaves a list of one member a list.
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
#: How `signing.dataset` labels what has no name.
_UNNAMED = "_:g"
_REST, _NIL = f"<{RDF}rest>", f"<{RDF}nil>"


class SelectableStatements:
    """The statements of a credential: `lines` has them all in their order, `labels` the label of each blank node."""

    def __init__(self, credential: Json, label: Callable[[str], str], find_context: ContextFinder) -> None:
        """`label` gives the label of a blank node, from its canonical one (`c14n0`); the lines are sorted with it.

        Raises UnsafeDocumentError or DocumentNotPinnedError as `statements` does.
        """
        self._find_context = find_context
        self._named = _with_names(credential, find_context)
        quads = _statements(self._named, find_context)
        self.labels: Labels = {
            blank: label(canonical.removeprefix("_:")) for blank, canonical in canonical_labels(quads).items()
        }
        self.lines = nquads(quads, self.labels)
        self._indexes = {line: index for index, line in enumerate(self.lines)}

    def quads(self, pointers: Iterable[str]) -> set[Quad]:
        """The statements of the selected parts; raises UnsafeDocumentError for a pointer to nothing."""
        return _statements(select(self._named, pointers), self._find_context)

    def indexes(self, pointers: Iterable[str]) -> list[int]:
        """Where in `lines` the statements of the selected parts are, in ascending order.

        Raises UnsafeDocumentError for a pointer to nothing, and for parts that make statements which the whole does
        not make, such as half of an ordered list.
        """
        pointers = tuple(pointers)
        if not pointers:
            return []
        try:
            return sorted(self._indexes[line] for line in nquads(self.quads(pointers), self.labels))
        except KeyError as error:
            raise UnsafeDocumentError("a part of an ordered list cannot be shown alone") from error


def select(document: Json, pointers: Iterable[str]) -> Json:
    """The parts of the document at the JSON pointers, with the id and the types of each object on the way to them.

    Raises UnsafeDocumentError for a pointer to nothing.
    """
    selection = _empty_part(document)
    for pointer in pointers:
        if not pointer:
            return document
        _add(document, _steps(pointer), selection)
    return {"@context": document["@context"], **_without_gaps(selection)}


class _Sparse(dict[int, Any]):
    """The selected members of a list, by their index in it."""


def _add(document: Json, steps: list[str], selection: Any) -> None:
    """Adds what is at the end of the steps, with the objects and lists on the way, to the selection."""
    value: Any = document
    selected: Any = selection
    for step in steps:
        parent, source, value = selected, value, _member(value, step)
        if parent is source:
            return  # An earlier pointer has selected all of it.
        key = int(step) if isinstance(parent, _Sparse) else step
        if key not in parent:
            parent[key] = _Sparse() if isinstance(value, list) else _empty_part(value)
        selected = parent[key]
    parent[key] = value


def _empty_part(value: Any) -> Any:
    """Of an object what stays of it in any part: its id, unless that is a blank node's, and its types."""
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


def _steps(pointer: str) -> list[str]:
    """The member names and indexes in a JSON pointer (RFC 6901)."""
    start, *steps = pointer.split("/")
    if start:
        raise UnsafeDocumentError(f"{pointer[:80]!r} is no JSON pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _without_gaps(value: Any) -> Any:
    if isinstance(value, _Sparse):
        return [_without_gaps(value[index]) for index in sorted(value)]
    if isinstance(value, dict):
        return {name: _without_gaps(part) for name, part in value.items()}
    return value


# --- names for blank nodes -------------------------------------------------------------------------------------------


def _with_names(credential: Json, find_context: ContextFinder) -> Json:
    """A copy in which every node has an id."""
    # Imported here: PyLD takes 0.15 s to load, see `canonical.statements`.
    from signing.expansion import language_maps

    copied: Json = json.loads(json.dumps(credential))
    # A language map looks like a node in the JSON; an id in it would be taken for a language.
    not_nodes = {id(part) for part in language_maps(pinned(copied), find_context)}
    pending: list[Any] = [copied]
    count = 0
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
            if "id" not in value and "@value" not in value and id(value) not in not_nodes:
                value["id"] = f"{_NAME}{count}"
                count += 1
    return copied


def _statements(document: Json, find_context: ContextFinder) -> set[Quad]:
    """The statements of a document in which every node has an id, its names turned into blank nodes again.

    The cells of RDF lists cannot be named in the JSON. Each is labelled by the property whose list it is, and by its
    index in that list, so that it has the same label in the whole and in a part. For graphs see `_graph_labels`.
    """
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
            index, cell = 0, value
            while cell != _NIL:
                cells[cell] = f"_:l{owner}{index}"
                index, cell = index + 1, rest[cell]
    if len({*cells.values()}) < len(cells):
        raise UnsafeDocumentError("one property has several ordered lists")
    labels = cells | _graph_labels(quads)
    return {tuple(labels.get(term, term) for term in quad) for quad in quads}  # type: ignore[misc] # still four terms each


def _graph_labels(quads: Iterable[tuple[str, ...]]) -> Labels:
    """A label for each graph without a name, which is the same in the whole and in a part: by what the graph is about.

    The proof of an endorsement inside the credential stands in such a graph. It is about the one node in it to which
    no other there leads; that node is in every part that has anything of the graph.
    """
    subjects: dict[str, set[str]] = {}
    values: dict[str, set[str]] = {}
    for subject, _, value, graph in quads:
        if graph.startswith(_UNNAMED):
            subjects.setdefault(graph, set()).add(subject)
            values.setdefault(graph, set()).add(value)
    about = {graph: found - values[graph] for graph, found in subjects.items()}
    labels = {
        graph: f"_:a{sha256(min(nodes, default='').encode()).hexdigest()}" for graph, nodes in about.items()
    }
    if any(len(nodes) != 1 for nodes in about.values()) or len({*labels.values()}) < len(labels):
        raise UnsafeDocumentError("a graph inside the document is about several things")
    return labels
