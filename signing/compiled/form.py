"""Templates: what many credentials share is expanded and ordered once, and each is then filled in.

A credential differs from the next of its achievement in a few values: its slots. A Template knows where they stand in
the JSON text and in the canonical statements. It needs no JSON-LD to be filled, and it can be stored and read back
where there is none. What it gives is, byte for byte, what the general path gives; where that is not certain (a value
that changes the shape of the statements, nodes that cannot be told apart at once) it takes the general way, or refuses.

Compile what the issuer itself has built, never a document that somebody presents.

Source: W3C RDF Dataset Canonicalization; a node's label follows from its first-degree hash where no two are equal.
"""

from __future__ import annotations

import json
import re
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import Any

from signing.canonical import canonicalize, statements
from signing.dataset import Quad, literal_text, number_text
from signing.document_loader import CREDENTIALS_V2, find_context
from signing.errors import UncompilableError
from signing.json_text import Json, as_plain_text, escaped
from signing.rdfc10 import canonical_nquads, first_degree_lines
from signing.safe_mode import is_ambiguous, refuse_ambiguous

#: Where a value stands: names of members and places in lists.
Path = tuple[str | int, ...]

_FORM = 1
_MARK = re.compile("https://slot\\.invalid/(\\d+)/|\ue000(\\d+)\ue001")
_MARK_IN_JSON = re.compile('"(?:https://slot\\.invalid/(\\d+)/|\\\\ue000(\\d+)\\\\ue001)"')
_STRANGE = re.compile("slot\\.invalid|[\ue000\ue001]")
#: An address that means itself in any context, and what a context would have to define for it not to.
_ADDRESS = re.compile(r'(?:https?|urn|did|mailto):[^\x00-\x20<>"{}|\\^`\ud800-\udfff]+')
_REDEFINES = re.compile(r'"(?:https?|urn|did|mailto)(?::[^"]*)?"\s*:')
_PLAIN = re.compile(r'[^\x00-\x1f\x7f"\\\ud800-\udfff]*')
_UNSIGNED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ADDRESS_KIND = "address"
_TEXT_KIND = "text"


class _Refused(Exception):
    """The values do not fit into the compiled path; the general one decides."""


class CompiledForm:
    """A credential with slots. Made by `compile_template`, or from what `stored` gave."""

    def __init__(self, stored: Json) -> None:
        if stored.get("form") != _FORM:
            raise UncompilableError("the template was stored by another version")
        self._stored = stored
        self.slots: tuple[Path, ...] = tuple(tuple(path) for path in stored["slots"])
        self._kinds: list[str] = stored["kinds"]
        self._members: int = stored["members"]
        self._texts = [number for number, kind in enumerate(self._kinds) if kind == _TEXT_KIND]
        self._converters = [
            (number, _converter(kind)) for number, kind in enumerate(self._kinds) if kind != _TEXT_KIND
        ]
        parts: list[str | int] = stored["json"]
        # Text, slot, text …: each second part is for a value.
        self._order = [part for part in parts if isinstance(part, int)]
        self._plain = [part if isinstance(part, str) else "" for part in parts]
        self._safe = [escaped(part) for part in self._plain]
        self._ids = [
            number
            for number, path in enumerate(self.slots)
            if path[-1] == "id" and self._kinds[number] == _ADDRESS_KIND
        ]
        self._static_ids = frozenset(name.encode() for name in stored["ids"])
        self._quads: list[Quad] = [(s, p, o, "") for s, p, o in stored["quads"]]
        self._program = _Program(self._quads, len(self.slots))

    def stored(self) -> str:
        """The template as JSON: data, no code."""
        return json.dumps(self._stored, separators=(",", ":"))

    @classmethod
    def from_stored(cls, text: str) -> CompiledForm:
        """Raises UncompilableError for what another version has stored."""
        return cls(json.loads(text))

    def values(self, document: Json) -> tuple[Any, ...] | None:
        """The values in the slots; None where the document differs from the template in anything else."""
        values = self._values(document)
        try:
            is_same = values is not None and as_plain_text(document) == self._plain_text(values)
        except (TypeError, ValueError):
            return None
        return values if is_same else None

    def values_signed(self, document: Json, signed: str) -> tuple[Any, ...] | None:
        """The same of a document that was read, without its proof, from this text; None also for a text not of ours."""
        values = self._values(document)
        # All members of the template stand in the text as they must, before the proof; so no other may follow it.
        if values is None or len(document) != self._members:
            return None
        return values if signed.startswith(f'{self.text(values)[:-1]},"proof":') else None

    def _values(self, document: Json) -> tuple[Any, ...] | None:
        try:
            values = tuple([_at(document, path) for path in self.slots])
        except (KeyError, IndexError, TypeError):
            return None
        return values if all(map(_fits, values, self._kinds)) else None

    def text(self, values: Sequence[Any], proof: str = "") -> str:
        """The filled credential as `as_text` would write it; with the text of its proof, where there is one."""
        encoded = self._encoded(values)
        joined = "".join(encoded)
        if "&" in joined or "<" in joined or ">" in joined or "{" in joined or "}" in joined:
            encoded = [escaped(part) for part in encoded]
        text = _interleaved(self._safe, encoded)
        return f'{text[:-1]},"proof":[{proof}]}}' if proof else text

    def document(self, values: Sequence[Any]) -> Json:
        document: Json = json.loads(self._plain_text(values))
        return document

    def canonical(self, values: Sequence[Any]) -> bytes:
        """The canonical statements of the filled credential; raises as `canonicalize` and `refuse_ambiguous` do."""
        try:
            cells = self._cells(values)
            self._refuse_merging(cells)
        except _Refused:
            document = self.document(values)
            refuse_ambiguous(document)
            return canonicalize(document).encode()
        text = self._program.filled(cells)
        # Two nodes look alike at first sight; the whole algorithm can tell them apart, from the same statements.
        return text if text is not None else canonical_nquads(_filled_quads(self._quads, cells)).encode()

    def _refuse_merging(self, cells: list[bytes]) -> None:
        """Two nodes of one id would become one."""
        ids = [cells[number] for number in self._ids]
        if len({*ids}) < len(ids) or not self._static_ids.isdisjoint(ids):
            raise _Refused

    def _cells(self, values: Sequence[Any]) -> list[bytes]:
        """The values as they are written in the statements; raises _Refused."""
        terms = list(values)
        if len(terms) != len(self.slots):
            raise ValueError("a template is filled with one value for each of its slots")
        for number, convert in self._converters:
            terms[number] = convert(values[number])
        try:
            is_plain = _PLAIN.fullmatch("".join([values[number] for number in self._texts]))
        except TypeError:
            raise _Refused from None
        if not is_plain:
            for number in self._texts:
                terms[number] = _as_literal(values[number])
        # All at once: no term holds a NUL.
        return "\0".join(terms).encode().split(b"\0")

    def _encoded(self, values: Sequence[Any]) -> list[str]:
        """The values as JSON, in the order in which they stand there."""
        return [_as_json(values[number]) for number in self._order]

    def _plain_text(self, values: Sequence[Any]) -> str:
        return _interleaved(self._plain, self._encoded(values))


def compile_form(document: Json, slots: Iterable[Path]) -> CompiledForm:
    """The Template of all credentials that differ from this one in the values of these slots alone.

    Raises UncompilableError where a slot would decide more than its own value (a type, a context, something no context
    defines), UnsafeDocumentError or DocumentNotPinnedError as the general path does.
    """
    slots = tuple(slots)
    refuse_ambiguous(document)
    contexts = document.get("@context")
    if not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS_V2] or "proof" in document:
        raise UncompilableError("only credentials of VCDM 2.0 without a proof are compiled")
    if _STRANGE.search(json.dumps(document, ensure_ascii=False)):
        raise UncompilableError("the credential looks as if it had marks in it already")
    if any(_REDEFINES.search(find_context(url)) for url in contexts):
        raise UncompilableError("a context gives addresses another meaning")
    marked: Json = json.loads(json.dumps(document))
    for number, path in enumerate(slots):
        _mark(marked, path, number)
    quads = sorted(statements(marked))
    if any(graph for *_, graph in quads):
        raise UncompilableError("statements about statements are not compiled")
    stored = {
        "form": _FORM,
        "slots": [list(path) for path in slots],
        "kinds": [_kind(quads, number, _at(document, path)) for number, path in enumerate(slots)],
        "members": len(marked),
        "ids": sorted(_ids_of(marked)),
        "json": _json_parts(marked),
        "quads": [quad[:3] for quad in quads],
    }
    template = CompiledForm(stored)
    values = template.values(document)
    if values is None or template.canonical(values) != canonicalize(document).encode():
        raise UncompilableError("the compiled path gives something else")
    return template


def differing(first: Json, second: Json) -> set[Path] | None:
    """Where two credentials have different values; None where they differ in shape, and have no template in common."""
    found: set[Path] = set()
    waiting: list[tuple[Path, Any, Any]] = [((), first, second)]
    while waiting:
        path, one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict) and [*one] == [*other]:
            waiting.extend(((*path, name), one[name], other[name]) for name in one)
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            waiting.extend(((*path, place), *pair) for place, pair in enumerate(zip(one, other, strict=True)))
        elif _is_leaf(one) and _is_leaf(other) and isinstance(one, str) == isinstance(other, str):
            if as_plain_text([one]) != as_plain_text([other]):
                found.add(path)
        elif one is not other:
            return None
    return found


# --- compiling -------------------------------------------------------------------------------------------------------


def _mark(document: Json, path: Path, number: int) -> None:
    if not path or any(step in ("type", "@context") for step in path):
        raise UncompilableError("a type or a context cannot be a slot")
    try:
        value = _at(document, path)
    except (KeyError, IndexError, TypeError) as error:
        raise UncompilableError("the credential has no such slot") from error
    if not _is_leaf(value):
        raise UncompilableError("a slot holds a text or a number")
    address = f"https://slot.invalid/{number}/"
    _at(document, path[:-1])[path[-1]] = address if isinstance(value, str) else f"\ue000{number}\ue001"


def _kind(quads: list[Quad], number: int, value: str | float) -> str:
    """What the statements make of a slot: an address, a text, or (its datatype) a number."""
    mark = f"https://slot.invalid/{number}/" if isinstance(value, str) else f"\ue000{number}\ue001"
    terms = {term for quad in quads for term in quad if mark in term}
    if terms == {f"<{mark}>"}:
        return _ADDRESS_KIND
    if not terms or not all(term.startswith(f'"{mark}"') for term in terms):
        raise UncompilableError("a slot does not stand in the statements as it stands in the JSON")
    if isinstance(value, str):
        return _TEXT_KIND
    (term,) = terms
    datatype = term.removeprefix(f'"{mark}"^^<').removesuffix(">")
    if datatype == term.removesuffix(">"):
        raise UncompilableError("the kind of a number depends on its value")
    return datatype


def _ids_of(marked: Any) -> set[str]:
    ids: set[str] = set()
    waiting = [marked]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
            if isinstance(value.get("id"), str) and not _MARK.search(value["id"]):
                ids.add(value["id"])
        elif isinstance(value, list):
            waiting.extend(value)
    return ids


def _json_parts(marked: Json) -> list[str | int]:
    """The plain text, cut at the slots: text, number of a slot, text …"""
    text, position = as_plain_text(marked), 0
    parts: list[str | int] = []
    for mark in _MARK_IN_JSON.finditer(text):
        parts += [text[position : mark.start()], int(mark[1] or mark[2])]
        position = mark.end()
    return [*parts, text[position:]]


# --- filling ---------------------------------------------------------------------------------------------------------


#: Picks the parts of a text out of the cells.
_Picker = Callable[[list[bytes]], Sequence[bytes]]


class _Cells:
    """What all texts are made of, in one list: values of slots, labels of nameless nodes, and what never changes.

    Bytes, because they are hashed: to encode the whole at the end would take as long as half a signature.
    """

    def __init__(self, slots: int, blanks: Sequence[str]) -> None:
        self._label_cell = {blank: slots + number for number, blank in enumerate(blanks)}
        self._constants: list[bytes] = []
        self._first_constant = slots + len(blanks)

    def filled(self, values: list[bytes]) -> list[bytes]:
        """The cells, their labels still empty."""
        return values + [b""] * len(self._label_cell) + self._constants

    def picker(self, terms: Iterable[str]) -> _Picker:
        """Of the terms in a row: a nameless node that has a cell is its label, and each mark the value of its slot."""
        places: list[int] = []
        text = ""
        for term in terms:
            if term in self._label_cell:
                places += [self._constant(text), self._label_cell[term]]
                text = ""
                continue
            position = 0
            for mark in _MARK.finditer(term):
                text += term[position : mark.start()]
                places += [self._constant(text), int(mark[1] or mark[2])]
                text = ""
                position = mark.end()
            text += term[position:]
        # Two at least, or `itemgetter` would not give a sequence.
        return itemgetter(*places, self._constant(text), self._constant(""))

    def is_fixed(self, term: str) -> bool:
        return term not in self._label_cell and not _MARK.search(term)

    def _constant(self, text: str) -> int:
        constant = text.encode()
        if constant not in self._constants:
            self._constants.append(constant)
        return self._first_constant + self._constants.index(constant)


class _Program:
    """The statements of a template, in the order of their canonical form as far as no value decides it."""

    def __init__(self, quads: list[Quad], slots: int) -> None:
        blanks = sorted({term for quad in quads for term in quad if term.startswith("_:")})
        self._labels = [b"_:c14n%d" % number for number in range(len(blanks))]
        self._slots = slots
        self._cells = _Cells(slots, blanks)
        self._fixed_hashes: list[tuple[bytes, int]] = []
        self._hashes: list[tuple[_Picker, int]] = []
        for number, blank in enumerate(blanks):
            self._add_hash(first_degree_lines(blank, (quad for quad in quads if blank in quad)), number)
        self._order = sorted(range(len(blanks)), key=lambda number: self._labels[number] + b" ")
        blocks: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value, _ in quads:
            blocks[subject][predicate].append(value)
        self._blank_blocks = [self._block(blank, blocks.pop(blank, {})) for blank in blanks]
        self._fixed_blocks: list[tuple[bytes, _Picker]] = []
        self._moving_blocks: list[tuple[_Picker, _Picker]] = []
        for subject, predicates in blocks.items():
            key, block = f"{subject} ", self._block(subject, predicates)
            if self._cells.is_fixed(key):
                insort(self._fixed_blocks, (key.encode(), block), key=_first)
            else:
                self._moving_blocks.append((self._cells.picker([key]), block))

    def filled(self, values: list[bytes]) -> bytes | None:
        """The canonical text; None where first-degree hashes do not tell all nodes apart."""
        cells = self._cells.filled(values)
        hashes = self._fixed_hashes + [
            (sha256(b"".join(lines(cells))).digest(), number) for lines, number in self._hashes
        ]
        hashes.sort()
        if len({hashed for hashed, _ in hashes}) < len(hashes):
            return None
        for label, (_, number) in zip(self._labels, hashes, strict=True):
            cells[self._slots + number] = label
        named = self._fixed_blocks.copy()
        for subject, block in self._moving_blocks:
            insort(named, (b"".join(subject(cells)), block), key=_first)
        parts: list[bytes] = []
        for _, block in named:
            parts += block(cells)
        for place in self._order:
            parts += self._blank_blocks[hashes[place][1]](cells)
        return b"".join(parts)

    def _add_hash(self, lines: list[str], number: int) -> None:
        if not any(map(_MARK.search, lines)):
            self._fixed_hashes.append((sha256("".join(lines).encode()).digest(), number))
        elif _is_ordered(lines):
            self._hashes.append((self._cells.picker(_in_order(lines)), number))
        else:
            # Two neighbours without names give two lines that are the same, and both count.
            kept = [line for line in lines if line.startswith("_:z ") or line.endswith(" _:z .\n")]
            pickers = [self._cells.picker([line]) for line in lines if line not in kept]
            self._hashes.append((_sorted_at_last(pickers, [line.encode() for line in kept]), number))

    def _block(self, subject: str, predicates: dict[str, list[str]]) -> _Picker:
        """All statements about a subject."""
        pickers: list[_Picker] = []
        terms: list[str] = []
        for predicate in sorted(predicates, key=lambda predicate: f"{predicate} "):
            objects = sorted(predicates[predicate], key=lambda value: f"{value} .\n")
            lines = [[subject, f" {predicate} ", value, " .\n"] for value in objects]
            if len(objects) == 1 or all(map(self._cells.is_fixed, objects)):
                terms += [term for line in lines for term in line]
                continue
            if terms:
                pickers.append(self._cells.picker(terms))
                terms = []
            pickers.append(_sorted_at_last([self._cells.picker(line) for line in lines]))
        if terms or not pickers:
            pickers.append(self._cells.picker(terms))
        if len(pickers) == 1:
            return pickers[0]
        return lambda cells: [part for pick in pickers for part in pick(cells)]


def _first(pair: tuple[bytes, Any]) -> bytes:
    return pair[0]


def _sorted_at_last(pickers: list[_Picker], kept: Sequence[bytes] = ()) -> _Picker:
    """Lines whose order the values decide. RDF is a set: of equal lines one stays; of those kept, each."""
    return lambda cells: sorted([*kept, *{b"".join(pick(cells)) for pick in pickers}])


def _is_ordered(lines: list[str]) -> bool:
    """Whether the lines differ before the first mark in any of them."""
    before = [(_MARK.split(line)[0], line) for line in lines]
    return not any(
        (one.startswith(other) or other.startswith(one)) and not line == one == other
        for place, (one, line) in enumerate(before)
        for other, _ in before[:place]
    )


def _in_order(lines: list[str]) -> list[str]:
    return sorted(lines, key=lambda line: _MARK.split(line)[0])


def _filled_quads(quads: list[Quad], cells: list[bytes]) -> set[Quad]:
    def filled(term: str) -> str:
        return _MARK.sub(lambda mark: cells[int(mark[1] or mark[2])].decode(), term)

    return {(filled(subject), predicate, filled(value), graph) for subject, predicate, value, graph in quads}


# --- values ----------------------------------------------------------------------------------------------------------


def _converter(kind: str) -> Callable[[Any], str]:
    """How an address or a number is written in the statements; the function raises _Refused."""
    if kind == _ADDRESS_KIND:
        return _as_address
    return lambda value: _as_number(value, kind)


def _as_literal(value: Any) -> str:
    if not isinstance(value, str):
        raise _Refused
    if _PLAIN.fullmatch(value):
        return value
    if _UNSIGNED.search(value):
        raise _Refused
    return literal_text(value)


def _as_address(value: Any) -> str:
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value):
        raise _Refused
    return value


# `typed`, for True is 1 to a dictionary.
@lru_cache(maxsize=256, typed=True)
def _as_number(value: Any, datatype: str) -> str:
    if not _is_leaf(value) or isinstance(value, str) or is_ambiguous(value):
        raise _Refused
    return number_text(value, datatype)[0]


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, str) == (kind in (_TEXT_KIND, _ADDRESS_KIND)) and _is_leaf(value)


def _is_leaf(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)


def _interleaved(parts: list[str], values: list[str]) -> str:
    parts = parts.copy()
    parts[1::2] = values
    return "".join(parts)


def _as_json(value: Any) -> str:
    return encode_basestring_ascii(value) if isinstance(value, str) else as_plain_text(value)


def _at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document
