"""How a reader wants to see the list: limited to a group, searched, in an order, and which part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal, cast, get_args

from flask import request

from lti_tool.web.checked_requests import row_id, typed_line
from lti_tool.web.comparable_text import comparable
from lti_tool.web.paging import MAX_TYPED, ROSTER, ROSTER_FIND, ROSTER_ORDER, ROSTER_PAGE, ROSTER_SHOW, Part
from lti_tool.web.teacher.roster.entries import Entry, Group, State

Order = Literal["needs", "name", "newest"]

#: Who needs the teacher first; what is over comes last.
_RANK: Mapping[State, int] = {
    "to_confirm": 0,
    "in_question": 0,
    "by_hand": 0,
    "not_made": 1,
    "held_up": 1,
    "not_yet": 4,
    "preparing": 5,
    "issued": 6,
    "suspended": 7,
    "expired": 8,
    "elsewhere": 9,
    "renewed": 10,
    "revoked": 11,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What the reader asked to see; the forms of the page carry it."""

    rule_id: int
    show: Group = "everybody"
    find: str = ""
    order: Order = "needs"
    page: int = 1

    @property
    def fields(self) -> Mapping[str, str]:
        """The hidden fields by which an action comes back to this view."""
        return {
            ROSTER: str(self.rule_id),
            ROSTER_SHOW: self.show,
            ROSTER_FIND: self.find,
            ROSTER_ORDER: self.order,
            ROSTER_PAGE: str(self.page),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a view comes to: everybody who was found, which of them are in its `part`, and how many are in each group.

    The groups are counted among those that the search finds.
    """

    found: Sequence[Entry]
    part: Part
    counts: Mapping[Group, int]

    @property
    def shown(self) -> Sequence[Entry]:
        """Those of the part."""
        return self.found[self.part.after : self.part.last]


def asked_view(rule_id: int) -> View:
    """The view of the rule's list that the form asks for; where it asks for something else, that is left out."""
    show, order = request.form.get(ROSTER_SHOW, ""), request.form.get(ROSTER_ORDER, "")
    return View(
        rule_id=rule_id,
        show=cast(Group, show) if show in get_args(Group) else "everybody",
        find=typed_line(ROSTER_FIND, MAX_TYPED),
        order=cast(Order, order) if order in get_args(Order) else "needs",
        page=row_id(ROSTER_PAGE) or 1,
    )


def listed(entries: Sequence[Entry], view: View) -> Listed:
    """What the view shows of these entries."""
    searched = found_by(entries, view.find)
    found = _SORTED[view.order](each for each in searched if view.show in each.groups)
    part = Part(field=ROSTER_PAGE, rule_id=view.rule_id, number=1, total=len(found))
    part = Part(field=part.field, rule_id=part.rule_id, number=min(view.page, part.numbers), total=part.total)
    counts: Counter[Group] = Counter()
    # Few kinds of groups, each shared by many: counted a kind at a time.
    for groups, number in Counter(each.groups for each in searched).items():
        counts.update(dict.fromkeys(groups, number))
    return Listed(found=found, part=part, counts=counts)


def found_by(entries: Sequence[Entry], typed: str) -> Sequence[Entry]:
    """The entries whose name and address have each of the words in them, however they are written."""
    words = comparable(typed).split()
    if not words:
        return entries

    def has_all(entry: Entry) -> bool:
        text = comparable(f"{entry.name} {entry.email}")
        return all(word in text for word in words)

    return [each for each in entries if has_all(each)]


def _by_name(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda each: (not each.name, comparable(each.name), each.name, each.person_id))


# Sorted in several passes, each of which keeps the order of the one before: keys of thousands of tuples cost more.
def _newest_first(entries: Iterable[Entry]) -> list[Entry]:
    awarded: list[Entry] = []
    others: list[Entry] = []
    for each in entries:
        (awarded if each.earned_at is not None else others).append(each)
    awarded.sort(key=attrgetter("award_id"))
    awarded.sort(key=attrgetter("earned_at"), reverse=True)
    return [*awarded, *_by_name(others)]


def _needs_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(_newest_first(entries), key=_rank)


def _rank(entry: Entry) -> int:
    if "waits" in entry.groups:
        return 0
    if "trouble" in entry.groups:
        return 1
    if entry.is_renamed:
        return 2
    if "expiring" in entry.groups:
        return 3
    return _RANK[entry.state]


_SORTED: Mapping[Order, Callable[[Iterable[Entry]], list[Entry]]] = {
    "needs": _needs_first,
    "name": _by_name,
    "newest": _newest_first,
}
