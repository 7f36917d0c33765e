"""Expanded JSON-LD as an RDF dataset: the statements that are signed.

A statement is a Quad: four terms in canonical N-Quads form (`<address>`, `_:label`, `"text"@en`), the last one the
graph, `""` for the default graph. What the JSON-LD algorithm would drop in silence (a relative address, an unknown
keyword) is refused here, since it would stand in the JSON without being signed.

Sources: JSON-LD 1.1 Processing Algorithms and API, "Deserialize JSON-LD to RDF Algorithm"; RDF 1.1 N-Quads.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from signing.errors import UnsafeDocumentError
from signing.json_text import Json

Quad = tuple[str, str, str, str]

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MAX_QUADS = 50_000

#: No spaces, quotes or brackets: with `>` in an address, the rest of it would read as further terms and statements.
_IRI = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|\\^`]*')
_PLAIN = re.compile(r'[^\x00-\x1f\x7f"\\]*')
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPES = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord(character): escape
    for character, escape in zip(
        '\b\t\n\f\r"\\', ("\\b", "\\t", "\\n", "\\f", "\\r", '\\"', "\\\\"), strict=True
    )
}


def quads_of(expanded: list[Json]) -> set[Quad]:
    """The statements of the expanded nodes; raises UnsafeDocumentError for what would not be signed as it stands."""
    statements = _Statements()
    for node in expanded:
        statements.add_node(node, "")
    return statements.quads


class _Statements:
    """Collects statements. Blank nodes get labels in the order in which they are met: `_:g1`, `_:g2` ..."""

    def __init__(self) -> None:
        self.quads: set[Quad] = set()
        self._blank_count = 0
        self._labels: dict[str, str] = {}

    def add_node(self, node: Json, graph: str) -> str:
        """Adds all statements about the node to the graph, and returns its term."""
        subject = self._resource(node["@id"]) if "@id" in node else self._blank()
        for key, values in node.items():
            if key == "@type":
                for name in values:
                    self._add(subject, f"<{RDF}type>", self._resource(name), graph)
            elif key == "@graph":
                for inner in values:
                    self.add_node(inner, subject)
            elif key.startswith("@"):
                if key != "@id":
                    raise UnsafeDocumentError(f"{key} would not be signed")
            else:
                predicate = _predicate(key)
                for value in values:
                    self._add(subject, predicate, self._object(value, graph), graph)
        return subject

    def _object(self, value: Json, graph: str) -> str:
        if "@value" in value:
            return _literal(value)
        if "@list" in value:
            return self._list(value["@list"], graph)
        if "@graph" in value:
            name = self._resource(value["@id"]) if "@id" in value else self._blank()
            for inner in value["@graph"]:
                self.add_node(inner, name)
            return name
        return self.add_node(value, graph)

    def _list(self, items: list[Json], graph: str) -> str:
        """The first cell of an RDF collection, linked from its last item to its first."""
        rest = f"<{RDF}nil>"
        for item in reversed(items):
            cell = self._blank()
            self._add(cell, f"<{RDF}first>", self._object(item, graph), graph)
            self._add(cell, f"<{RDF}rest>", rest, graph)
            rest = cell
        return rest

    def _add(self, subject: str, predicate: str, value: str, graph: str) -> None:
        if len(self.quads) >= MAX_QUADS:
            raise UnsafeDocumentError("the document says too much")
        self.quads.add((subject, predicate, value, graph))

    def _resource(self, name: Any) -> str:
        """The term of an address, or of a blank node that the document itself labels."""
        if isinstance(name, str) and name.startswith("_:"):
            if name not in self._labels:
                self._labels[name] = self._blank()
            return self._labels[name]
        return iri(name)

    def _blank(self) -> str:
        self._blank_count += 1
        return f"_:g{self._blank_count}"


@lru_cache(maxsize=4096)
def _predicate(name: str) -> str:
    return iri(name)


def iri(name: Any) -> str:
    """The term of an absolute address; raises UnsafeDocumentError for anything else."""
    if not isinstance(name, str) or not _IRI.fullmatch(name):
        raise UnsafeDocumentError(
            f"{str(name)[:80]!r} is no absolute address, nor a word that a context defines"
        )
    return f"<{name}>"


def _literal(value: Json) -> str:
    if "@direction" in value or value.get("@type") == "@json":
        raise UnsafeDocumentError(
            "a text with a direction, or JSON as a value, would not be signed alike by all"
        )
    content, datatype = value["@value"], value.get("@type")
    if isinstance(content, bool):
        content, datatype = ("true" if content else "false"), datatype or XSD + "boolean"
    elif not isinstance(content, str):
        content, datatype = number_text(content, datatype)
    text = f'"{literal_text(content)}"'
    if "@language" in value:
        if not _LANGUAGE.fullmatch(value["@language"]):
            raise UnsafeDocumentError(f"{value['@language'][:80]!r} is no language")
        return f"{text}@{value['@language'].lower()}"
    if datatype is None or datatype == XSD + "string":
        return text
    return f"{text}^^{iri(datatype)}"


def literal_text(text: str) -> str:
    """The text between the quotes of a literal, escaped as canonical N-Quads demand."""
    return text if _PLAIN.fullmatch(text) else text.translate(_ESCAPES)


def number_text(value: float, datatype: str | None) -> tuple[str, str]:
    """The canonical lexical form of a number (`3`, `2.5E0`), and its datatype: that of the context, if it gives one.

    Source: JSON-LD 1.1 API, "Data Round Tripping".
    """
    if datatype == XSD + "double" or value % 1 or abs(value) >= 1e21:
        mantissa, exponent = f"{value:.15E}".split("E")
        mantissa = mantissa.rstrip("0")
        mantissa += "0" if mantissa.endswith(".") else ""
        return f"{mantissa}E{int(exponent)}", datatype or XSD + "double"
    return str(int(value)), datatype or XSD + "integer"
