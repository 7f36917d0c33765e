"""CompiledForm: a credential with slots, from whose values its JSON text and its canonical N-Quads follow."""

from __future__ import annotations

import json
import marshal
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii
from typing import Any

from signing.canonical import canonicalize
from signing.compiled.nquads import CompiledNQuads
from signing.compiled.slots import MARK, Path, mark_of, slot_of, value_at
from signing.compiled.terms import ADDRESS, PLAIN, TEXT, NeedsGeneralPathError, as_literal, converter, fits
from signing.dataset import Quad
from signing.errors import UncompilableError
from signing.json_text import Json, as_plain_text, escaped
from signing.rdfc10 import canonical_nquads
from signing.safe_mode import refuse_ambiguous

#: Of what is stored. A change of its shape, or of what this module makes of it, needs a new number: forms of the old
#: one are then compiled anew.
FORMAT = 1


class CompiledForm:
    """A credential with slots. Made by `compile_form`, or from what `stored` returned; never changed afterwards.

    `values` below are always one value for each slot, in the order of `slots`. The stored JSON has

    * `slots`: their paths; `kinds`: what each is in N-Quads, see `terms`
    * `json`: the plain JSON text, cut at the slots: text, number of a slot, text ...
    * `quads`: the statements, a mark for each slot, blank nodes under any labels
    * `ids`: the ids of nodes that are not slots; `members`: how many members the credential has
    """

    def __init__(self, stored: Json) -> None:
        """Raises UncompilableError where another version has stored it."""
        if stored.get("form") != FORMAT:
            raise UncompilableError("the compiled form was stored by another version")
        self._stored = stored
        self.slots: tuple[Path, ...] = tuple(tuple(path) for path in stored["slots"])
        self._kinds: list[str] = stored["kinds"]
        self._members: int = stored["members"]
        self._text_slots = [number for number, kind in enumerate(self._kinds) if kind == TEXT]
        self._converters = [
            (number, converter(kind)) for number, kind in enumerate(self._kinds) if kind != TEXT
        ]
        self._id_slots = [
            number
            for number, path in enumerate(self.slots)
            if path[-1] == "id" and self._kinds[number] == ADDRESS
        ]
        self._fixed_ids = frozenset(name.encode() for name in stored["ids"])
        # Text, slot, text ...: each second part is replaced by a value. Escaping is done for the text here, once.
        parts: list[str | int] = stored["json"]
        self._json_order = [part for part in parts if isinstance(part, int)]
        self._plain_parts = [part if isinstance(part, str) else "" for part in parts]
        self._escaped_parts = [escaped(part) for part in self._plain_parts]
        self._marshalled_parts, self._marshalled_order = self._cut_marshalled()
        self._quads: list[Quad] = [(s, p, o, "") for s, p, o in stored["quads"]]
        self._nquads = CompiledNQuads(self._quads, len(self.slots))

    def stored(self) -> str:
        """The form as JSON: data, no code."""
        return json.dumps(self._stored, separators=(",", ":"))

    @classmethod
    def from_stored(cls, text: str) -> CompiledForm:
        """The form that `stored` returned the text of; raises UncompilableError where another version has stored it."""
        return cls(json.loads(text))

    # --- values of a document ---

    def values(self, document: Json) -> tuple[Any, ...] | None:
        """The values in the slots of a document; None where it differs from the form in anything else."""
        values = self._values(document)
        try:
            is_same = values is not None and _marshalled(document) == self._marshalled(values)
        except ValueError:
            return None
        return values if is_same else None

    def opened(self, document: Json, secured: str) -> tuple[tuple[Any, ...], str] | None:
        """The values of a secured credential, and what its text has after `"proof":`.

        `document` is what the text says, without its proof. None where the text is not what `text` makes of these
        values and some proof. So however loosely the text was read: up to the proof it is sound.
        """
        values = self._values(document)
        if values is None or len(document) != self._members:
            return None
        beginning = f'{self.text(values)[:-1]},"proof":'
        return (values, secured[len(beginning) :]) if secured.startswith(beginning) else None

    def _values(self, document: Json) -> tuple[Any, ...] | None:
        """What is where the slots are, whatever is elsewhere; None where a slot is missing, or of another kind."""
        try:
            values = tuple([value_at(document, path) for path in self.slots])
        except (KeyError, IndexError, TypeError):
            return None
        return values if all(map(fits, values, self._kinds)) else None

    def _cut_marshalled(self) -> tuple[list[bytes], list[int]]:
        """The bytes of a document as `_marshalled` has them, cut at the slots, and the slots in that order."""
        marks = [mark_of(number, "") for number in range(len(self.slots))]
        whole = _marshalled(self.document(marks))
        position = {number: whole.index(_marshalled(mark)) for number, mark in enumerate(marks)}
        order = sorted(position, key=position.__getitem__)
        parts, start = [], 0
        for number in order:
            parts += [whole[start : position[number]], b""]
            start = position[number] + len(_marshalled(marks[number]))
        return [*parts, whole[start:]], order

    def _marshalled(self, values: Sequence[Any]) -> bytes:
        """What `_marshalled` makes of the document of these values. Raises ValueError for what is not JSON."""
        parts = self._marshalled_parts.copy()
        parts[1::2] = [_marshalled(values[number]) for number in self._marshalled_order]
        return b"".join(parts)

    # --- a document of values ---

    def text(self, values: Sequence[Any], proof: str = "") -> str:
        """The credential as `as_text` writes it; with `proof`, the JSON of a proof, as its only proof."""
        encoded = self._encoded(values)
        joined = "".join(encoded)
        if "&" in joined or "<" in joined or ">" in joined or "{" in joined or "}" in joined:
            encoded = [escaped(part) for part in encoded]
        text = _interleaved(self._escaped_parts, encoded)
        return f'{text[:-1]},"proof":[{proof}]}}' if proof else text

    def document(self, values: Sequence[Any]) -> Json:
        """The credential without a proof."""
        document: Json = json.loads(self._plain_text(values))
        return document

    def canonical(self, values: Sequence[Any]) -> bytes:
        """The canonical N-Quads of the credential; raises as `canonicalize` and `refuse_ambiguous` do."""
        try:
            terms = self._terms(values)
            self._refuse_merged_nodes(terms)
        except NeedsGeneralPathError:
            document = self.document(values)
            refuse_ambiguous(document)
            return canonicalize(document).encode()
        text = self._nquads.filled(terms)
        # None: two blank nodes have the same first-degree hash, such as two equal results. The statements are the same,
        # and the whole of RDFC-1.0 labels them.
        return text if text is not None else canonical_nquads(_filled_quads(self._quads, terms)).encode()

    def _refuse_merged_nodes(self, terms: list[bytes]) -> None:
        """Raises NeedsGeneralPathError where two nodes have one id: RDF takes them for one node, the form does not."""
        ids = [terms[number] for number in self._id_slots]
        if len({*ids}) < len(ids) or not self._fixed_ids.isdisjoint(ids):
            raise NeedsGeneralPathError

    def _terms(self, values: Sequence[Any]) -> list[bytes]:
        """The values as they are written in N-Quads; raises NeedsGeneralPathError."""
        terms = list(values)
        if len(terms) != len(self.slots):
            raise ValueError("a compiled form is filled in with one value for each of its slots")
        for number, convert in self._converters:
            terms[number] = convert(values[number])
        # One search in all texts: almost always none of them has anything to escape.
        try:
            is_plain = PLAIN.fullmatch("".join([values[number] for number in self._text_slots]))
        except TypeError:
            raise NeedsGeneralPathError from None
        if not is_plain:
            for number in self._text_slots:
                terms[number] = as_literal(values[number])
        return [term.encode() for term in terms]

    def _encoded(self, values: Sequence[Any]) -> list[str]:
        """The values as plain JSON, in the order in which the text has them."""
        return [_as_json(values[number]) for number in self._json_order]

    def _plain_text(self, values: Sequence[Any]) -> str:
        return _interleaved(self._plain_parts, self._encoded(values))


def _filled_quads(quads: list[Quad], terms: list[bytes]) -> set[Quad]:
    def filled(term: str) -> str:
        return MARK.sub(lambda mark: terms[slot_of(mark)].decode(), term)

    return {(filled(subject), predicate, filled(value), graph) for subject, predicate, value, graph in quads}


def _marshalled(value: Any) -> bytes:
    """Bytes that are equal where values are, by their types too (1, 1.0 and True differ), in a third of JSON's time.

    They are compared in one process only, and the bytes of a list or an object are those of its parts in a row. Version
    0 writes equal values alike, whether they are one object or several. Raises ValueError for what is not JSON.
    """
    return marshal.dumps(value, 0)


def _interleaved(parts: list[str], values: list[str]) -> str:
    """The parts with the values in place of each second one, as one text."""
    parts = parts.copy()
    parts[1::2] = values
    return "".join(parts)


def _as_json(value: Any) -> str:
    # The function that `as_plain_text` uses for texts, without what an encoder does before it.
    return encode_basestring_ascii(value) if isinstance(value, str) else as_plain_text(value)
