"""RDF Dataset Canonicalization (RDFC-1.0): the same statements always give the same text.

Sorting is easy; labelling blank nodes is not, because the labels in the document mean nothing. Each blank node gets its
label from the statements it occurs in (first-degree hash). Where these are equal for several nodes, it gets it from its
neighbours, whose order is tried in every permutation (n-degree hash). That part takes factorial time for datasets
made to that end, so it has a budget.

Source: W3C RDF Dataset Canonicalization, "Canonicalization Algorithm"; functions carry the names of its steps. The
same statements must give the same bytes in every implementation: `tests/signing/test_rdfc10.py` compares with PyLD,
`tests/vectors` with the steps that the standards print.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import permutations
from typing import Any

from signing.dataset import Quad
from signing.errors import UnsafeDocumentError

#: Calls of Hash N-Degree Quads and permutations tried: about a fifth of a second. A credential of ours needs few.
BUDGET = 30_000

#: A hash of `hashlib`: SHA-256, unless a proof type says otherwise.
Digest = Callable[[bytes], Any]

#: Labels given to blank nodes, in the order in which they were given.
Labels = dict[str, str]


def canonical_nquads(quads: set[Quad], digest: Digest = sha256, budget: int = BUDGET) -> str:
    """The canonical N-Quads as one text; raises UnsafeDocumentError when the budget is used up."""
    return "".join(nquads(quads, canonical_labels(quads, digest, budget)))


def canonical_labels(quads: set[Quad], digest: Digest = sha256, budget: int = BUDGET) -> Labels:
    """The canonical label (`_:c14n0`) of each blank node; raises UnsafeDocumentError when the budget is used up."""
    return _Labelling(quads, digest, budget).labels()


def nquads(quads: Iterable[Quad], labels: Labels) -> list[str]:
    """The statements as sorted N-Quads lines, each with its line end; `labels` replaces labels of blank nodes."""
    get = labels.get
    return sorted(
        [
            _line(get(subject, subject), predicate, get(value, value), get(graph, graph))
            for subject, predicate, value, graph in quads
        ]
    )


def first_degree_lines(blank: str, mentions: Iterable[Quad]) -> list[str]:
    """The lines of Hash First Degree Quads, sorted: the node written `_:a`, every other blank node `_:z`."""

    def anonymous(term: str) -> str:
        return ("_:a" if term == blank else "_:z") if term[:1] == "_" else term

    return sorted(
        [
            _line(anonymous(subject), predicate, anonymous(value), anonymous(graph))
            for subject, predicate, value, graph in mentions
        ]
    )


class _Labelling:
    """One run of the algorithm. `_canonical` are the labels issued so far; the order of issuing decides them all."""

    def __init__(self, quads: set[Quad], digest: Digest, budget: int) -> None:
        self._digest = digest
        self._budget = budget
        self._canonical: Labels = {}
        self._mentions: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            subject, _, value, graph = quad
            if subject[0] == "_":
                self._mentions[subject].append(quad)
            if value[0] == "_" and value != subject:
                self._mentions[value].append(quad)
            if graph and graph[0] == "_" and graph not in (subject, value):
                self._mentions[graph].append(quad)
        self._first_degree = {blank: self._hash_first_degree(blank) for blank in self._mentions}

    def labels(self) -> Labels:
        """The canonical label of each blank node."""
        blanks_by_hash: dict[str, list[str]] = defaultdict(list)
        for blank, hashed in self._first_degree.items():
            blanks_by_hash[hashed].append(blank)
        ordered = [blanks_by_hash[hashed] for hashed in sorted(blanks_by_hash)]
        # First all nodes of a unique hash, then the others: their n-degree hashes depend on the labels of the first.
        for blanks in ordered:
            if len(blanks) == 1:
                self._issue(blanks[0])
        for blanks in ordered:
            if len(blanks) > 1:
                self._label_by_n_degree(blanks)
        return self._canonical

    def _label_by_n_degree(self, blanks: list[str]) -> None:
        """Labels the nodes of one first-degree hash, and unlabelled neighbours on the way."""
        paths = [
            self._hash_n_degree(blank, {blank: "_:b0"}) for blank in blanks if blank not in self._canonical
        ]
        for _, issued in sorted(paths, key=lambda path: path[0]):
            for blank in issued:
                self._issue(blank)

    def _issue(self, blank: str) -> None:
        self._canonical.setdefault(blank, f"_:c14n{len(self._canonical)}")

    def _hash_first_degree(self, blank: str) -> str:
        """Hash First Degree Quads."""
        return self._hash("".join(first_degree_lines(blank, self._mentions[blank])))

    def _hash_n_degree(self, blank: str, issued: Labels) -> tuple[str, Labels]:
        """Hash N-Degree Quads: the hash of the node's surroundings, and the temporary labels issued on the way."""
        self._spend()
        data: list[str] = []
        related = self._related(blank, issued)
        for hashed in sorted(related):
            path, issued = self._shortest_path(related[hashed], issued)
            data += [hashed, path]
        return self._hash("".join(data)), issued

    def _related(self, blank: str, issued: Labels) -> dict[str, list[str]]:
        """The neighbours of the node, by their Hash Related Blank Node: in which position of which predicate."""
        related: dict[str, list[str]] = defaultdict(list)
        for subject, predicate, value, graph in self._mentions[blank]:
            for term, position in ((subject, "s" + predicate), (value, "o" + predicate), (graph, "g")):
                if term.startswith("_:") and term != blank:
                    label = self._canonical.get(term) or issued.get(term) or self._first_degree[term]
                    related[self._hash(position + label)].append(term)
        return related

    def _shortest_path(self, neighbours: list[str], issued: Labels) -> tuple[str, Labels]:
        """The least path (in code point order) through the neighbours in any order, with the labels it issues."""
        best: tuple[str, Labels] | None = None
        for order in permutations(sorted(neighbours)):
            self._spend()
            path = self._path(order, dict(issued), best[0] if best else None)
            if path and (best is None or path[0] < best[0]):
                best = path
        if best is None:
            raise UnsafeDocumentError("the statements have no canonical order")
        return best

    def _path(self, order: tuple[str, ...], issued: Labels, best: str | None) -> tuple[str, Labels] | None:
        """The path through the neighbours in this order; None as soon as it cannot be less than the best one."""

        def is_beaten() -> bool:
            # The length first, as the standard has it: a shorter path may still grow into a smaller one.
            return best is not None and len(path) >= len(best) and path > best

        path = ""
        unvisited: list[str] = []
        for blank in order:
            if blank not in self._canonical and blank not in issued:
                unvisited.append(blank)
                issued[blank] = f"_:b{len(issued)}"
            path += self._canonical.get(blank) or issued[blank]
            if is_beaten():
                return None
        for blank in unvisited:
            hashed, issued_later = self._hash_n_degree(blank, issued)
            path += f"{issued[blank]}<{hashed}>"
            issued = issued_later
            if is_beaten():
                return None
        return path, issued

    def _hash(self, text: str) -> str:
        return str(self._digest(text.encode()).hexdigest())

    def _spend(self) -> None:
        self._budget -= 1
        if self._budget < 0:
            raise UnsafeDocumentError(
                "too many of the statements are alike: they cannot be put in order in time"
            )


def _line(subject: str, predicate: str, value: str, graph: str) -> str:
    return f"{subject} {predicate} {value} {graph} .\n" if graph else f"{subject} {predicate} {value} .\n"
