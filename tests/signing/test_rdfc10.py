"""The same statements give the same text, whatever the labels of their blank nodes were."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from signing.errors import UnsafeDocumentError
from signing.rdfc10 import canonical_nquads

BLANKS = st.sampled_from([f"_:n{number}" for number in range(5)])
PYLD_OPTIONS = {
    "algorithm": "URDNA2015",
    "inputFormat": "application/n-quads",
    "format": "application/n-quads",
}
GRAPHS = ["", "<urn:g>", "_:g"]


def quads_in(graphs):
    objects = BLANKS | st.just('"x"')
    quad = st.tuples(BLANKS, st.sampled_from(["<urn:p>", "<urn:q>"]), objects, st.sampled_from(graphs))
    return st.sets(quad, max_size=9)


QUADS = quads_in([*GRAPHS, "_:n0"])


@given(quads=quads_in(GRAPHS), names=st.permutations(range(7)))
def test_other_labels_give_the_same_text(quads, names):
    renamed = {
        blank: f"_:x{name}"
        for blank, name in zip([*(f"_:n{n}" for n in range(5)), "_:g"], names, strict=False)
    }
    other = {tuple(renamed.get(term, term) for term in quad) for quad in quads}
    shuffled = random.Random(7).sample(sorted(other), len(other))
    assert canonical_nquads(quads) == canonical_nquads(set(shuffled))


@given(quads=QUADS)
def test_pyld_agrees(quads):
    # PyLD counts a quad twice for a node that stands in it twice; the standard and rdf-canonize do not.
    quads = {quad for quad in quads if len(set(quad)) == 4}
    assert canonical_nquads(quads) == jsonld.normalize(as_text(quads), PYLD_OPTIONS)


def as_text(quads):
    return "".join(f"{' '.join(filter(None, quad))} .\n" for quad in quads)


def test_two_graphs_that_blank_nodes_name_may_leave_a_choice():
    """As the standard has it: the hash of a node says which graphs its statements are in, and not which is in which.

    PyLD's text depends on the order of such statements too. A badge has one graph of a blank node, its proof's.
    """
    quads = [
        ("_:a", "<urn:p>", "_:b", "_:g"),
        ("_:b", "<urn:p>", "_:a", "_:h"),
        ("_:h", "<urn:p>", '"x"', ""),
    ]
    swapped = [quads[1], quads[0], quads[2]]
    assert canonical_nquads(quads) != canonical_nquads(swapped)


def test_two_loops_are_not_one_loop():
    def loop(*names):
        return {
            (f"_:{one}", "<urn:p>", f"_:{other}", "")
            for one, other in zip(names, names[1:] + names[:1], strict=True)
        }

    assert canonical_nquads(loop("a", "b", "c") | loop("d", "e", "f")) != canonical_nquads(loop(*"abcdef"))


@pytest.mark.parametrize("size", [10, 40, 150])
def test_statements_that_are_all_alike_are_refused(size):
    names = [f"_:n{number}" for number in range(size)]
    quads = {(one, "<urn:p>", other, "") for one in names for other in names if one != other}
    with pytest.raises(UnsafeDocumentError):
        canonical_nquads(quads)
