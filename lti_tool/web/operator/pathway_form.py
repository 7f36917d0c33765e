"""The form of a pathway: its sets with an empty row each, and an empty set, so that it grows without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from lti_tool.conditions.pathway_part import MODELS, MOST_DAYS, Options
from lti_tool.pathways.parts import PartSet
from lti_tool.pathways.publishing import MOST

#: Of a form; whoever sends more has made it by themselves.
_MOST_ROWS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the form: `number` is that of its fields; `part` is None in an empty one."""

    number: int
    part: Options | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSet:
    """A set of the form; `needed` is empty where all of its parts are."""

    number: int
    needed: str
    rows: Sequence[Row]


def form_sets(sets: Sequence[PartSet]) -> Sequence[FormSet]:
    """The sets as the form shows them, with room for more."""
    found = [
        FormSet(
            number=number,
            needed="" if each.needed == len(each.parts) else str(each.needed),
            rows=[
                *(Row(number=place, part=part) for place, part in enumerate(each.parts, 1)),
                Row(number=len(each.parts) + 1, part=None),
            ],
        )
        for number, each in enumerate(sets, 1)
    ]
    if sum(len(each.parts) for each in sets) < MOST:
        found.append(FormSet(number=len(sets) + 1, needed="", rows=[Row(number=1, part=None)]))
    return found


def read_sets(form: Mapping[str, str], names: Mapping[str, str]) -> Sequence[PartSet]:
    """The sets that were sent; `names` are the badges that can be chosen, by the ids of their templates.

    A row without such a badge is left out, and so is a set without rows. What is needed is at most what there is.
    """
    found = []
    for number in range(1, _MOST_ROWS):
        parts = tuple(_rows(form, number, names))
        if parts:
            needed = _number(form.get(f"set-{number}-needed", ""), len(parts)) or len(parts)
            found.append(PartSet(needed=needed, parts=parts))
    return found


def _rows(form: Mapping[str, str], number: int, names: Mapping[str, str]) -> Iterator[Options]:
    for place in range(1, _MOST_ROWS):
        prefix = f"set-{number}-{place}"
        badge = form.get(f"{prefix}-badge", "")
        if badge in names:
            model = form.get(f"{prefix}-model", "")
            yield Options(
                part=_id(form.get(f"{prefix}-part", "")),
                badge=badge,
                name=" ".join(names[badge].replace('"', "”").replace("\\", "/").split())[:200],
                model=model if model in MODELS else "modular",
                most_days=_number(form.get(f"{prefix}-days", ""), MOST_DAYS),
                when_expired="counts" if form.get(f"{prefix}-expired") == "yes" else "not",
            )


def _id(text: str) -> str:
    """The id of the part; a new one for a new part."""
    try:
        return str(UUID(text))
    except ValueError:
        return str(uuid4())


def _number(text: str, most: int) -> int:
    return min(int(text), most) if re.fullmatch("[0-9]{1,6}", text.strip(), re.ASCII) else 0
