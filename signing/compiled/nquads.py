"""The canonical N-Quads of a form: filled in, labelled and sorted as RDFC-1.0 demands, with as little work as can be.

RDFC-1.0 gives each blank node a label (c14n0, c14n1 ...) in the order of its *first-degree hash*: the hash of the lines
in which it occurs, itself written `_:a` and other blank nodes `_:z`. If no two of these hashes are equal, the labels
follow from them alone, and all that a value of a slot can change is

* the hash of a blank node in whose lines a slot is, and with it the order of the labels,
* the order of the lines of one subject and predicate whose objects have slots or labels in them,
* the position of the lines of a subject that is itself a slot.

Everything else is worked out when a form is loaded. Texts are assembled from *cells*: one list of bytes with the values
of the slots, the labels, and the constant texts between them. A *picker* takes the parts of one text out of that list.

Lines are sorted as bytes, RDFC-1.0 sorts them by code point: in UTF-8 that is the same order.

Source: W3C RDF Dataset Canonicalization, "Canonicalization Algorithm" and "Hash First Degree Quads".
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from operator import itemgetter
from typing import Any

from signing.compiled.slots import MARK, slot_of
from signing.dataset import Quad
from signing.rdfc10 import first_degree_lines

#: From the cells to the parts of a text, in order.
_Picker = Callable[[list[bytes]], Sequence[bytes]]


class _Cells:
    """The layout of the cells: values of the slots, then labels of the blank nodes, then constant texts.

    They are bytes because they are hashed: to encode the assembled text would take as long as half a signature.
    """

    def __init__(self, slots: int, blanks: Sequence[str]) -> None:
        self._label_cells = {blank: slots + number for number, blank in enumerate(blanks)}
        self._constants: list[bytes] = []
        self._first_constant = slots + len(blanks)

    def filled(self, values: list[bytes]) -> list[bytes]:
        """The cells with the values of the slots, the labels still empty."""
        return values + [b""] * len(self._label_cells) + self._constants

    def picker(self, terms: Iterable[str]) -> _Picker:
        """The picker of the text that these terms make in a row.

        A blank node becomes its label and a mark the value of its slot. `_:a` and `_:z` of first-degree lines are no
        blank nodes of the form, so they stay as they are.
        """
        cells: list[int] = []
        text = ""
        for term in terms:
            if term in self._label_cells:
                cells += [self._constant(text), self._label_cells[term]]
                text = ""
                continue
            position = 0
            for mark in MARK.finditer(term):
                text += term[position : mark.start()]
                cells += [self._constant(text), slot_of(mark)]
                text = ""
                position = mark.end()
            text += term[position:]
        # The empty text at the end: with a single index `itemgetter` would return the cell and not a sequence.
        return itemgetter(*cells, self._constant(text), self._constant(""))

    def is_fixed(self, term: str) -> bool:
        """Whether the term is the same in every credential."""
        return term not in self._label_cells and not MARK.search(term)

    def _constant(self, text: str) -> int:
        constant = text.encode()
        if constant not in self._constants:
            self._constants.append(constant)
        return self._first_constant + self._constants.index(constant)


class CompiledNQuads:
    """The statements of a form, in canonical order as far as no value decides it.

    A *block* picks all lines of one subject. In the output, blocks of named subjects come first (`<` sorts before `_`),
    then those of blank nodes in the order of their labels as text: c14n1, c14n10, c14n2.
    """

    def __init__(self, quads: list[Quad], slots: int) -> None:
        blanks = sorted({term for quad in quads for term in quad if term.startswith("_:")})
        self._slots = slots
        self._cells = _Cells(slots, blanks)
        self._labels = [b"_:c14n%d" % number for number in range(len(blanks))]
        #: The numbers of the labels, in the order in which they sort as subjects.
        self._label_order = sorted(range(len(blanks)), key=lambda number: self._labels[number] + b" ")
        #: First-degree hashes that no value changes, and lines to be hashed for the others; each with its blank node.
        self._fixed_hashes: list[tuple[bytes, int]] = []
        self._hashed_lines: list[tuple[_Picker, int]] = []
        for number, blank in enumerate(blanks):
            self._add_hash(first_degree_lines(blank, (quad for quad in quads if blank in quad)), number)
        objects: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value, _ in quads:
            objects[subject][predicate].append(value)
        self._blank_blocks = [self._block(blank, objects.pop(blank, {})) for blank in blanks]
        #: Blocks of named subjects: by their subject, and by the picker of it where it has a slot in it.
        self._fixed_blocks: list[tuple[bytes, _Picker]] = []
        self._slot_blocks: list[tuple[_Picker, _Picker]] = []
        for subject, predicates in objects.items():
            # The space belongs to what is compared: <urn:x> comes before <urn:x>y only with it.
            key, block = f"{subject} ", self._block(subject, predicates)
            if self._cells.is_fixed(key):
                insort(self._fixed_blocks, (key.encode(), block), key=_subject)
            else:
                self._slot_blocks.append((self._cells.picker([key]), block))

    def filled(self, values: list[bytes]) -> bytes | None:
        """The canonical N-Quads; None where two first-degree hashes are equal, so that they do not give the labels."""
        cells = self._cells.filled(values)
        hashes = self._fixed_hashes + [
            (sha256(b"".join(pick(cells))).digest(), number) for pick, number in self._hashed_lines
        ]
        hashes.sort()
        if len({digest for digest, _ in hashes}) < len(hashes):
            return None
        for label, (_, number) in zip(self._labels, hashes, strict=True):
            cells[self._slots + number] = label
        blocks = self._fixed_blocks.copy()
        for subject, block in self._slot_blocks:
            insort(blocks, (b"".join(subject(cells)), block), key=_subject)
        parts: list[bytes] = []
        for _, block in blocks:
            parts += block(cells)
        # `hashes` is in the order of the labels: entry n is the blank node that is c14n<n>.
        for label_number in self._label_order:
            parts += self._blank_blocks[hashes[label_number][1]](cells)
        return b"".join(parts)

    def _add_hash(self, lines: list[str], number: int) -> None:
        """Prepares the first-degree hash of a blank node, from its first-degree lines."""
        if not any(map(MARK.search, lines)):
            self._fixed_hashes.append((sha256("".join(lines).encode()).digest(), number))
        elif _is_order_fixed(lines):
            self._hashed_lines.append((self._cells.picker(_sorted_by_beginning(lines)), number))
        else:
            # Equal lines come from equal statements, of which a set has one. Not so where another blank node occurs:
            # two different neighbours are both written `_:z`, and both lines count. No such line has a mark in it.
            repeatable = [line for line in lines if line.startswith("_:z ") or line.endswith(" _:z .\n")]
            pickers = [self._cells.picker([line]) for line in lines if line not in repeatable]
            constants = [line.encode() for line in repeatable]
            self._hashed_lines.append((_sorted_when_filled(pickers, constants), number))

    def _block(self, subject: str, predicates: dict[str, list[str]]) -> _Picker:
        """The picker of all lines of a subject, of which `predicates` gives the objects."""
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
            pickers.append(_sorted_when_filled([self._cells.picker(line) for line in lines]))
        if terms or not pickers:
            pickers.append(self._cells.picker(terms))
        if len(pickers) == 1:
            return pickers[0]
        return lambda cells: [part for pick in pickers for part in pick(cells)]


def _subject(block: tuple[bytes, Any]) -> bytes:
    return block[0]


def _sorted_when_filled(pickers: list[_Picker], constants: Sequence[bytes] = ()) -> _Picker:
    """The picker of lines whose order the values decide. Of lines that become equal one stays: RDF is a set.

    `constants` are further lines, of which equal ones all stay.
    """
    return lambda cells: sorted([*constants, *{b"".join(pick(cells)) for pick in pickers}])


def _is_order_fixed(lines: list[str]) -> bool:
    """Whether any two lines differ before the first mark in either, so that no value can change their order."""
    beginnings = [(_beginning(line), line) for line in lines]
    return not any(
        (one.startswith(other) or other.startswith(one)) and not line == one == other
        for number, (one, line) in enumerate(beginnings)
        for other, _ in beginnings[:number]
    )


def _sorted_by_beginning(lines: list[str]) -> list[str]:
    return sorted(lines, key=_beginning)


def _beginning(line: str) -> str:
    return MARK.split(line)[0]
