"""A rule as a tree of conditions: read from JSON, written as JSON, and the limits of both.

`{"all": [...]}`, `{"any": [...]}`, `{"at_least": 2, "of": [...]}`, or `{"condition": NAME, ...}` with the options of
that condition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeGuard

from lti_tool.conditions import CONDITIONS, Condition
from lti_tool.conditions.form import FormProblem

DEEPEST = 5
MOST_PARTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One condition with its Options; without them it is no condition we know, or has options it does not know."""

    condition: str
    options: Any | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """All, or any, or `some` of several: of these as many as are `needed`."""

    kind: Literal["all", "any", "some"]
    nodes: tuple[Node, ...]
    needed: int = 0


Node = Leaf | Group

#: What stands for a rule that cannot be read at all.
UNREADABLE = Leaf(condition="unreadable", options=None)


def read_tree(text: str | None) -> Node:
    """The rule in a JSON text.

    What cannot be read is kept as a Leaf without options or with an option None: such a rule stands still.
    """
    try:
        return tree_of(json.loads(text or "", parse_float=Decimal, parse_constant=lambda _name: None))
    except (ValueError, RecursionError):
        return UNREADABLE


def tree_of(value: Any) -> Node:
    """The rule in a JSON value; see `read_tree`."""
    tree = _node(value, DEEPEST)
    return UNREADABLE if sum(1 for _ in nodes(tree)) > MOST_PARTS else tree


def _node(value: Any, levels: int) -> Node:
    if not isinstance(value, dict) or not levels:
        return UNREADABLE
    for kind in ("all", "any"):
        if kind in value:
            inner = value[kind]
            # "All of nothing" would be met by everybody.
            if len(value) > 1 or not isinstance(inner, list) or not 0 < len(inner) <= MOST_PARTS:
                return UNREADABLE
            return Group(kind=kind, nodes=tuple(_node(each, levels - 1) for each in inner))
    if "of" in value:
        return _some(value, levels)
    name = value.get("condition")
    if not isinstance(name, str):
        return UNREADABLE
    condition = CONDITIONS.get(name)
    options = {key: each for key, each in value.items() if key != "condition"}
    if condition is None or not options.keys() <= {field.name for field in fields(condition.Options)}:
        return Leaf(condition=name[:100], options=None)
    return Leaf(condition=name, options=_read(condition, options))


def _some(value: Mapping[str, Any], levels: int) -> Node:
    inner, needed = value["of"], value.get("at_least")
    if value.keys() != {"of", "at_least"} or not isinstance(inner, list) or len(inner) > MOST_PARTS:
        return UNREADABLE
    # True is a number, too.
    if isinstance(needed, bool) or not isinstance(needed, int) or not 0 < needed <= len(inner):
        return UNREADABLE
    return Group(kind="some", nodes=tuple(_node(each, levels - 1) for each in inner), needed=needed)


def _read(condition: Condition, values: Mapping[str, Any]) -> Any:
    return condition.read_options(values) if hasattr(condition, "read_options") else condition.Options()


def nodes(tree: Node) -> Iterator[Node]:
    """The node itself and all below it."""
    yield tree
    if isinstance(tree, Group):
        for node in tree.nodes:
            yield from nodes(node)


def leaves(tree: Node) -> Iterator[Leaf]:
    """The conditions of a rule, in their order."""
    return (node for node in nodes(tree) if isinstance(node, Leaf))


def is_readable(tree: Node) -> bool:
    """Whether every condition is known, and every option of it could be read."""
    return all(_is_readable(leaf) for leaf in leaves(tree))


def _is_readable(leaf: Leaf) -> bool:
    return leaf.options is not None and None not in _options(leaf).values()


def written(tree: Node) -> str:
    """The rule as JSON, the same text for the same rule. What cannot be read is null, and nothing else is."""
    return json.dumps(as_json(tree), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def as_json(tree: Node) -> dict[str, Any]:
    """The rule as a JSON value."""
    if isinstance(tree, Group):
        inner = [as_json(node) for node in tree.nodes]
        return {"at_least": tree.needed, "of": inner} if tree.kind == "some" else {tree.kind: inner}
    if tree.options is None:
        return {"condition": tree.condition, "options": None}
    # An empty text is the usual one, and is left out.
    options = {name: value for name, value in _options(tree).items() if value != ""}
    return {"condition": tree.condition, **options}


def _options(leaf: Leaf) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields(leaf.options) if leaf.options is not None else ():
        values[field.name] = _json(getattr(leaf.options, field.name))
    return values


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, datetime) else value


def all_of(conditions: Sequence[Mapping[str, Any]]) -> Node:
    """The rule that asks for all of these, each as JSON."""
    return tree_of(conditions[0] if len(conditions) == 1 else {"all": list(conditions)})


def demands(tree: Node) -> tuple[Leaf, ...]:
    """The conditions of a rule that the short form asks for beside its occasion: at its top, and demands."""
    return tuple(node for node in _top(tree) if _is_demand(node))


def with_demands(tree: Node, conditions: Sequence[Mapping[str, Any]]) -> Node:
    """The rule with these demands, each as JSON, in place of those it has."""
    kept = [node for node in _top(tree) if not _is_demand(node)]
    return all_of([*(as_json(node) for node in kept), *conditions])


def _top(tree: Node) -> tuple[Node, ...]:
    return tree.nodes if isinstance(tree, Group) and tree.kind == "all" else (tree,)


def _is_demand(node: Node) -> TypeGuard[Leaf]:
    return isinstance(node, Leaf) and hasattr(CONDITIONS.get(node.condition), "read_demand")


def is_short(tree: Node) -> bool:
    """Whether the rule is one occasion and its demands, as the short form makes it."""
    others = [node for node in _top(tree) if not _is_demand(node)]
    return len(others) == 1 and all(is_occasion(node) for node in others)


def is_occasion(node: Node) -> bool:
    """Whether it is a condition that can be chosen as the way to the badge."""
    condition = CONDITIONS.get(node.condition) if isinstance(node, Leaf) else None
    return condition is not None and condition.IS_OCCASION


def has_reason(tree: Node) -> bool:
    """Whether there is a reason to award the badge in every way in which the rule can be met.

    A date alone is none: it would give the badge to everybody.
    """
    if isinstance(tree, Leaf):
        return not only_limits(tree)
    found = (has_reason(node) for node in tree.nodes)
    return any(found) if tree.kind == "all" else all(found)


def only_limits(node: Node) -> bool:
    """Whether it is a condition that says when, but is by itself no reason for a badge."""
    return isinstance(node, Leaf) and getattr(CONDITIONS.get(node.condition), "ONLY_LIMITS", False)


def judges(node: Node) -> TypeGuard[Leaf]:
    """Whether it is a condition that judges what stands beside it."""
    return isinstance(node, Leaf) and hasattr(node.options, "judges")


def asks_less(tree: Node, required: Decimal | None) -> tuple[str, FormProblem] | None:
    """The first condition of the rule that is content with less than the result a badge asks for, and what to say.

    None where there is none, or the badge asks for no result.
    """
    if required is None:
        return None
    about_results = (
        (leaf.condition, leaf.options) for leaf in leaves(tree) if _is_about_results(leaf.options)
    )
    problems = ((condition, options.asks_less(required)) for condition, options in about_results)
    return next((each for each in problems if each[1] is not None), None)


def raised_to(tree: Node, required: Decimal | None) -> Node:
    """The rule, with no condition that is content with less than the result a badge asks for."""
    if required is None:
        return tree
    if isinstance(tree, Group):
        return replace(tree, nodes=tuple(raised_to(node, required) for node in tree.nodes))
    options = tree.options.raised_to(required) if _is_about_results(tree.options) else tree.options
    return Leaf(condition=tree.condition, options=options)


def always_has_result(tree: Node) -> bool:
    """Whether a result is read in every way in which the rule can be met, so that each of its awards has one."""
    if isinstance(tree, Leaf):
        return _is_about_results(tree.options)
    found = [always_has_result(node) for node in tree.nodes]
    if tree.kind == "all":
        return any(found)
    return all(found) if tree.kind == "any" else found.count(False) < tree.needed


def _is_about_results(options: Any) -> TypeGuard[Any]:
    return hasattr(options, "asks_less")


def reads(tree: Node) -> frozenset[str]:
    """The kinds of observations that the rule's conditions read."""
    known = (CONDITIONS[leaf.condition].READS for leaf in leaves(tree) if leaf.condition in CONDITIONS)
    return frozenset(kind for kinds in known for kind in kinds)


def resources(tree: Node) -> Mapping[str, frozenset[str]]:
    """What of the course the rule's conditions read observations about, by id, for each kind of observation."""
    found: dict[str, frozenset[str]] = {}
    for leaf in leaves(tree):
        for kind, resource in getattr(leaf.options, "resources", {}).items():
            found[kind] = found.get(kind, frozenset()) | ({resource} if resource is not None else set())
    return found
