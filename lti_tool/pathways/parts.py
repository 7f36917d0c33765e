"""The parts of a pathway as sets, of each of which so many are needed, and as the tree of its rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lti_tool.conditions import pathway_part
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import Group, Leaf, Node, leaves, tree_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSet:
    """Parts of which `needed` are needed: all of them, some, or one where they are alternatives."""

    needed: int
    parts: tuple[Options, ...]


def tree_of_sets(sets: Sequence[PartSet]) -> Node:
    """The tree that asks for every set; one that cannot be read where a set asks for more than it has."""
    groups = [
        {"at_least": each.needed, "of": [_as_json(part) for part in each.parts]}
        for each in sets
        if each.parts
    ]
    return tree_of({"all": groups})


def _as_json(part: Options) -> Mapping[str, Any]:
    return {
        "condition": pathway_part.NAME,
        "part": part.part,
        "badge": part.badge,
        "name": part.name,
        "model": part.model,
        "most_days": part.most_days,
        "when_expired": part.when_expired,
    }


def sets_of(tree: Node) -> Sequence[PartSet]:
    """The sets of a tree that `tree_of_sets` has made; empty for any other."""
    groups = tree.nodes if isinstance(tree, Group) and tree.kind == "all" else ()
    found = [_set(each) for each in groups if isinstance(each, Group) and each.kind == "some"]
    sets = [each for each in found if each is not None]
    return sets if len(sets) == len(groups) else []


def _set(group: Group) -> PartSet | None:
    parts = tuple(_options(group))
    return PartSet(needed=group.needed, parts=parts) if len(parts) == len(group.nodes) else None


def parts_of(tree: Node) -> Mapping[str, Options]:
    """The parts of a tree, by their ids, in their order."""
    return {part.part: part for part in _options(tree) if part.part is not None}


def _options(tree: Node) -> Iterator[Options]:
    for leaf in leaves(tree):
        if isinstance(leaf, Leaf) and isinstance(leaf.options, Options):
            yield leaf.options
