"""What follows from several tables together, and which of them are left out because of it. Pure.

A reader may know from the public pages of achievements which level goes with which field. So one who reads of 12 badges
in a field with two achievements, and of 10 at the level that only one of these has, knows the number of the other. Each
number that is shown is a sum over classes of awards that agree in everything, and what can be computed from sums by
adding and subtracting is a linear combination of them. That is asked here of every small number that there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from lti_tool.statistics.categories import DIMENSIONS, Dimension
from lti_tool.statistics.groups import Group, sum_of
from lti_tool.statistics.protection import Table, protected

#: A category of each of DIMENSIONS, in their order.
AwardClass = tuple[str, ...]
#: How often a sum counts each class.
_Sum = Mapping[AwardClass, int]

#: Sums are combined modulo a prime of 61 bits: exact as with fractions, and no number grows. Where it divided one of
#: the small determinants, a table might be left out that need not be.
_PRIME = 2**61 - 1


def tables_of(classes: Mapping[AwardClass, Group]) -> Mapping[Dimension, Table | None]:
    """The table of each dimension; None for one of which nothing can be shown beside those before it and the total."""
    small = list(_small_numbers(classes))
    shown: list[_Sum] = [dict.fromkeys(classes, 1)]
    found: dict[Dimension, Table | None] = {}
    for place, dimension in enumerate(DIMENSIONS):
        table = protected(_groups(classes, [place]))
        sums = list(_sums(table, classes, place)) if table is not None else []
        if table is not None and _tells_any(shown + sums, small):
            table = None
        found[dimension] = table
        shown += sums if table is not None else []
    return found


def _groups(classes: Mapping[AwardClass, Group], places: Sequence[int]) -> Mapping[str, Group]:
    """The groups of awards that agree in these dimensions."""
    return {
        " ".join(code): sum_of(classes[each] for each in members)
        for code, members in _members(classes, places).items()
    }


def _members(
    classes: Collection[AwardClass], places: Sequence[int]
) -> Mapping[AwardClass, Collection[AwardClass]]:
    found: dict[AwardClass, list[AwardClass]] = {}
    for each in classes:
        found.setdefault(tuple(each[place] for place in places), []).append(each)
    return found


def _small_numbers(classes: Mapping[AwardClass, Group]) -> Iterator[_Sum]:
    """What nobody is to compute: every small group of awards that agree in one dimension or in several."""
    every = range(len(DIMENSIONS))
    for number in every:
        for places in combinations(every, number + 1):
            for members in _members(classes, places).values():
                if sum_of(classes[each] for each in members).is_small:
                    yield dict.fromkeys(members, 1)


def _sums(table: Table, classes: Collection[AwardClass], place: int) -> Iterator[_Sum]:
    """The sums that a table shows."""
    listed = {code for code, _ in table.rows}
    for code in listed:
        yield {each: 1 for each in classes if each[place] == code}
    yield {each: 1 for each in classes if each[place] not in listed}


def _tells_any(shown: Iterable[_Sum], numbers: Iterable[_Sum]) -> bool:
    """Whether one of the numbers is a combination of what is shown: Gaussian elimination."""
    basis: dict[AwardClass, _Sum] = {}
    for each in shown:
        rest = _reduced(each, basis)
        if rest:
            first, value = next(iter(rest.items()))
            factor = pow(value, -1, _PRIME)
            basis[first] = {name: number * factor % _PRIME for name, number in rest.items()}
    return any(not _reduced(each, basis) for each in numbers)


def _reduced(sum_: _Sum, basis: Mapping[AwardClass, _Sum]) -> _Sum:
    """What is left of a sum after all that can be computed is taken off; nothing where it can be computed itself."""
    rest = dict(sum_)
    # In the order in which the basis grew: what a later one takes off brings nothing back that an earlier one has.
    for first, known in basis.items():
        times = rest.get(first, 0)
        if times:
            for name, number in known.items():
                rest[name] = (rest.get(name, 0) - times * number) % _PRIME
            rest = {name: number for name, number in rest.items() if number}
    return rest
