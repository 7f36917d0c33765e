"""RDF Dataset Canonicalization (RDFC-1.0): the same statements always give the same text.

Only nodes without a name are hard: each gets a label from what is said about it, and where that is not enough, from its
neighbours in every order. That last part takes factorial time for datasets made to that end, so it has a budget.

Source: W3C RDF Dataset Canonicalization, "Canonicalization Algorithm"; the names of its steps are kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import permutations
from typing import Any

from signing.dataset import Quad
from signing.errors import UnsafeDocumentError

#: Hash N-Degree Quads calls and orders tried, about a fifth of a second; a credential of ours needs none.
BUDGET = 30_000

#: A hash of `hashlib`: SHA-256, unless a proof type says otherwise.
Digest = Callable[[bytes], Any]

#: Labels given to blank nodes, in the order in which they were given.
Labels = dict[str, str]


def canonical_nquads(quads: set[Quad], digest: Digest = sha256, budget: int = BUDGET) -> str:
    """Sorted N-Quads, each line ended; raises UnsafeDocumentError when the budget is used up."""
    return "".join(nquads(quads, canonical_labels(quads, digest, budget)))


def canonical_labels(quads: set[Quad], digest: Digest = sha256, budget: int = BUDGET) -> Labels:
    """The label of each node without a name; raises UnsafeDocumentError when the budget is used up."""
    return _Labelling(quads, digest, budget).labels()


def nquads(quads: Iterable[Quad], labels: Labels) -> list[str]:
    """The statements as sorted lines, each ended, under other labels."""
    get = labels.get
    return sorted(
        [
            _line(get(subject, subject), predicate, get(value, value), get(graph, graph))
            for subject, predicate, value, graph in quads
        ]
    )


def first_degree_lines(blank: str, mentions: Iterable[Quad]) -> list[str]:
    """What is hashed of a node at first: all that is said with it, its neighbours without their names."""

    def veiled(term: str) -> str:
        return ("_:a" if term == blank else "_:z") if term[:1] == "_" else term

    return sorted(
        [
            _line(veiled(subject), predicate, veiled(value), veiled(graph))
            for subject, predicate, value, graph in mentions
        ]
    )


class _Labelling:
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
        alike: dict[str, list[str]] = defaultdict(list)
        for blank, hashed in self._first_degree.items():
            alike[hashed].append(blank)
        ordered = [alike[hashed] for hashed in sorted(alike)]
        for blanks in ordered:
            if len(blanks) == 1:
                self._issue(blanks[0])
        for blanks in ordered:
            if len(blanks) > 1:
                self._label_alike(blanks)
        return self._canonical

    def _label_alike(self, blanks: list[str]) -> None:
        paths = [
            self._hash_n_degree(blank, {blank: "_:b0"}) for blank in blanks if blank not in self._canonical
        ]
        for _, issued in sorted(paths, key=lambda path: path[0]):
            for blank in issued:
                self._issue(blank)

    def _issue(self, blank: str) -> None:
        self._canonical.setdefault(blank, f"_:c14n{len(self._canonical)}")

    def _hash_first_degree(self, blank: str) -> str:
        """Hash First Degree Quads: what is said about the node, its neighbours without their names."""

        return self._hash("".join(first_degree_lines(blank, self._mentions[blank])))

    def _hash_n_degree(self, blank: str, issued: Labels) -> tuple[str, Labels]:
        """Hash N-Degree Quads: the hash of the node's surroundings, and the labels given on the way."""
        self._spend()
        data: list[str] = []
        related = self._related(blank, issued)
        for hashed in sorted(related):
            path, issued = self._shortest_path(related[hashed], issued)
            data += [hashed, path]
        return self._hash("".join(data)), issued

    def _related(self, blank: str, issued: Labels) -> dict[str, list[str]]:
        """Hash Related Blank Node, for each neighbour: neighbours under the hash of how they are related."""
        related: dict[str, list[str]] = defaultdict(list)
        for subject, predicate, value, graph in self._mentions[blank]:
            for term, position in ((subject, "s" + predicate), (value, "o" + predicate), (graph, "g")):
                if term.startswith("_:") and term != blank:
                    label = self._canonical.get(term) or issued.get(term) or self._first_degree[term]
                    related[self._hash(position + label)].append(term)
        return related

    def _shortest_path(self, neighbours: list[str], issued: Labels) -> tuple[str, Labels]:
        best: tuple[str, Labels] | None = None
        for order in permutations(sorted(neighbours)):
            self._spend()
            found = self._path(order, dict(issued), best[0] if best else None)
            if found and (best is None or found[0] < best[0]):
                best = found
        if best is None:
            raise UnsafeDocumentError("the statements have no canonical order")
        return best

    def _path(self, order: tuple[str, ...], issued: Labels, best: str | None) -> tuple[str, Labels] | None:
        """The path through the neighbours in this order; None once it cannot be the shortest."""

        def lost() -> bool:
            return best is not None and len(path) >= len(best) and path > best

        path = ""
        unvisited: list[str] = []
        for blank in order:
            if blank not in self._canonical and blank not in issued:
                unvisited.append(blank)
                issued[blank] = f"_:b{len(issued)}"
            path += self._canonical.get(blank) or issued[blank]
            if lost():
                return None
        for blank in unvisited:
            hashed, issued_beyond = self._hash_n_degree(blank, issued)
            path += f"{issued[blank]}<{hashed}>"
            issued = issued_beyond
            if lost():
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
