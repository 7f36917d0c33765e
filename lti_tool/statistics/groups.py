"""Groups of awards: how many they are, and whether enough people have them to be told of. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

#: Of fewer people nothing is told: the usual threshold of statistics about learners.
LEAST_PEOPLE = 5


@dataclass(slots=True, kw_only=True)
class Group:
    """So many badges, and the numbers of people who have them: all, or LEAST_PEOPLE of them, which are enough."""

    badges: int = 0
    people: set[int] = field(default_factory=set)

    @property
    def is_small(self) -> bool:
        return len(self.people) < LEAST_PEOPLE

    def add(self, badges: int, people: Iterable[int]) -> None:
        """Adds badges that these people have."""
        self.badges += badges
        for person_id in people:
            if self.is_small:
                self.people.add(person_id)


def sum_of(groups: Iterable[Group]) -> Group:
    """The group of all of them."""
    whole = Group()
    for group in groups:
        whole.add(group.badges, group.people)
    return whole
