"""What is shown of a table, so that no small number can be computed from what is shown. Pure.

A category with fewer than LEAST_PEOPLE is small. Small ones are not listed: they are put together, with others, until
their sum leaves each of them any size that a small one can have. What nobody has is not listed either.

Which others are put to the small ones follows from their codes and never from their numbers: the smallest, which would
hide the least, would itself be told by having been chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from lti_tool.statistics.groups import LEAST_PEOPLE, Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The numbers of badges by category, in the order of the codes.

    `together`: those of all categories that are not listed; None where every category with a badge is listed.
    """

    rows: Sequence[tuple[str, int]]
    together: int | None


def protected(groups: Mapping[str, Group]) -> Table | None:
    """What is shown of these categories, which are all that have a badge; None where nothing can be.

    It is reckoned with that the total is told beside it, and that a reader knows this very function.
    """
    small = {code for code, group in groups.items() if group.is_small}
    together = set(small)
    for code in sorted(groups.keys() - small):
        if _hides(groups, small, together):
            break
        together.add(code)
    if not _hides(groups, small, together) or together == groups.keys():
        return None
    rows = [(code, group.badges) for code, group in sorted(groups.items()) if code not in together]
    return Table(rows=rows, together=_sum(groups, together) if together else None)


def _hides(groups: Mapping[str, Group], small: Set[str], together: Set[str]) -> bool:
    """Whether each small one may have anything from 1 to the most of a small one, for all that their sum tells.

    It may if there is room for that beside the least of all others: 1 in every small one, LEAST_PEOPLE in the rest.
    """
    if not small:
        return True
    others = len(together) - len(small)
    least = (LEAST_PEOPLE - 1) + (len(small) - 1) + LEAST_PEOPLE * others
    return others > 0 and _sum(groups, together) >= least


def _sum(groups: Mapping[str, Group], codes: Set[str]) -> int:
    return sum(groups[code].badges for code in codes)
