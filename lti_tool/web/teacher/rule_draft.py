"""A rule while its teacher builds it from parts: all or any of several, which may be groups of the other kind.

It lives in the form alone. Each part has a number, `n3`, with which the names of its fields begin; the field `node` has
the numbers in their order: `3` for a part, `g4` for a group, `4.5` for part 5 of group 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.form import Asked, FormProblem
from lti_tool.conditions.tree import MOST_PARTS, Group, Leaf, Node, as_json, has_reason, tree_of
from lti_tool.conditions.tree import nodes as nodes_of
from lti_tool.web.plug_sentences import form_problem, part_title
from lti_tool.web.teacher.rule_form import Problem, typed_for
from lti_tool.web.translation import gettext as _

Kind = Literal["all", "any"]
#: What can be chosen of the conditions that choose something in the course, by their names.
Choices = Mapping[str, Mapping[str, str]]

_NODE = re.compile(r"(?:g(?P<group>[0-9]{1,3})|(?:(?P<inside>[0-9]{1,3})\.)?(?P<part>[0-9]{1,3}))")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPart:
    """A condition with what was typed into its part of the form."""

    number: int
    condition: str
    typed: Mapping[str, str]

    @property
    def prefix(self) -> str:
        """What the ids and names of its fields begin with."""
        return f"n{self.number}."


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGroup:
    """Several parts of which any is enough where all of the rule is needed, or all are where any of the rule is."""

    number: int
    parts: tuple[DraftPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The rule as it is built so far."""

    kind: Kind = "all"
    nodes: tuple[DraftPart | DraftGroup, ...] = ()

    @property
    def inner_kind(self) -> Kind:
        """What of its groups is needed."""
        return "any" if self.kind == "all" else "all"

    def parts(self) -> Iterator[DraftPart]:
        """All parts, those of groups too."""
        for node in self.nodes:
            yield from node.parts if isinstance(node, DraftGroup) else [node]


def can_be_part(name: str) -> bool:
    """Whether the name is that of a condition which a rule of parts can have."""
    return name in CONDITIONS and bool(part_title(name))


def read_draft(form: MultiDict[str, str]) -> Draft:
    """The draft in a form; what no page of ours has sent is left out."""
    nodes: list[DraftPart | DraftGroup] = []
    numbers: set[int] = set()
    for text in form.getlist("node")[:MOST_PARTS]:
        found = _NODE.fullmatch(text)
        if found is None:
            continue
        number = int(found["group"] or found["part"])
        if number in numbers:
            continue
        numbers.add(number)
        if found["group"]:
            nodes.append(DraftGroup(number=number))
            continue
        part = _read_part(form, number)
        if part is not None and found["inside"]:
            nodes = [_with(node, int(found["inside"]), part) for node in nodes]
        elif part is not None:
            nodes.append(part)
    return Draft(kind="any" if form.get("kind") == "any" else "all", nodes=tuple(nodes))


def _read_part(form: Mapping[str, str], number: int) -> DraftPart | None:
    prefix = f"n{number}."
    own = {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix)}
    condition = own.get("condition", "")
    if not can_be_part(condition):
        return None
    return DraftPart(number=number, condition=condition, typed=typed_for(condition, own))


def _with(node: DraftPart | DraftGroup, group: int, part: DraftPart) -> DraftPart | DraftGroup:
    """The node; the group of that number with one part more."""
    if isinstance(node, DraftGroup) and node.number == group:
        return replace(node, parts=(*node.parts, part))
    return node


def pressed(draft: Draft, button: str, form: Mapping[str, str]) -> Draft:
    """The draft after a button was pressed: `add`, `add 4` (in group 4), `group`, `remove 3`, `remove g4`."""
    what, _space, where = button.partition(" ")
    if what == "remove":
        return replace(draft, nodes=tuple(_without(draft.nodes, where)))
    used = [*(node.number for node in draft.nodes), *(part.number for part in draft.parts())]
    if len(used) >= MOST_PARTS:
        return draft
    number = max(used, default=0) + 1
    if what == "group":
        return replace(draft, nodes=(*draft.nodes, DraftGroup(number=number)))
    name = form.get(f"new.{where}" if where else "new", "")
    if what != "add" or not can_be_part(name):
        return draft
    part = DraftPart(number=number, condition=name, typed={})
    if not where:
        return replace(draft, nodes=(*draft.nodes, part))
    group = int(where) if re.fullmatch("[0-9]{1,3}", where) else 0
    return replace(draft, nodes=tuple(_with(node, group, part) for node in draft.nodes))


def _without(nodes: Sequence[DraftPart | DraftGroup], where: str) -> Iterator[DraftPart | DraftGroup]:
    for node in nodes:
        if isinstance(node, DraftGroup):
            if where != f"g{node.number}":
                kept = tuple(part for part in node.parts if where != str(part.number))
                yield replace(node, parts=kept)
        elif where != str(node.number):
            yield node


def drafted(tree: Node, zone: tzinfo) -> Draft | None:
    """The draft of a rule; None where a form cannot show all that the rule asks for."""
    if any(isinstance(each, Group) and each.kind == "some" for each in nodes_of(tree)):
        return None
    kind: Kind = "any" if isinstance(tree, Group) and tree.kind == "any" else "all"
    numbers = iter(range(1, 2 * MOST_PARTS + 1))
    nodes: list[DraftPart | DraftGroup] = []
    for node in tree.nodes if isinstance(tree, Group) else (tree,):
        if isinstance(node, Leaf):
            nodes.append(_drafted_part(node, next(numbers), zone))
            continue
        if node.kind == kind or not all(isinstance(each, Leaf) for each in node.nodes):
            return None
        number = next(numbers)
        parts = (_drafted_part(each, next(numbers), zone) for each in node.nodes if isinstance(each, Leaf))
        nodes.append(DraftGroup(number=number, parts=tuple(parts)))
    draft = Draft(kind=kind, nodes=tuple(nodes))
    if not all(can_be_part(part.condition) for part in draft.parts()):
        return None
    # What is chosen now can be chosen again, as far as this question goes.
    choices = {
        part.condition: {value: part.typed.get("name", "") for value in part.typed.values()}
        for part in draft.parts()
    }
    one_by_one = (_read(part, choices.get(part.condition, {}), zone) for part in draft.parts())
    leaves = [as_json(each) for each in _leaves(tree)]
    return draft if all(read == leaf for read, leaf in zip(one_by_one, leaves, strict=True)) else None


def _leaves(tree: Node) -> Iterator[Node]:
    if isinstance(tree, Leaf):
        yield tree
    else:
        for node in tree.nodes:
            yield from _leaves(node)


def _drafted_part(leaf: Leaf, number: int, zone: tzinfo) -> DraftPart:
    options: Any = leaf.options
    typed = options.typed(zone) if hasattr(options, "typed") else {}
    return DraftPart(number=number, condition=leaf.condition, typed=typed)


def rule_of(draft: Draft, choices: Choices, zone: tzinfo) -> Node | Problem:
    """The rule that the draft describes, or what is wrong with it."""
    nodes: list[Any] = []
    for node in draft.nodes:
        parts = node.parts if isinstance(node, DraftGroup) else (node,)
        if not parts:
            return Problem(sentence=_("A group has no parts. Add one to it, or remove the group."))
        read: list[Any] = []
        for part in parts:
            options = _read(part, choices.get(part.condition, {}), zone)
            if isinstance(options, FormProblem):
                return _problem_of(part, options)
            if options is None:
                sentence = _("Fill in “%(part)s”, or remove it.", part=part_title(part.condition))
                return Problem(sentence=sentence)
            read.append(options)
        nodes.append(read[0] if len(read) == 1 else {draft.inner_kind: read})
    if not nodes:
        return Problem(sentence=_("Add at least one part."))
    tree = tree_of(nodes[0] if len(nodes) == 1 else {draft.kind: nodes})
    if not has_reason(tree):
        return Problem(
            sentence=_(
                "A day alone would give the badge to everybody. Add something that learners have to do."
            )
        )
    return tree


def _read(
    part: DraftPart, choices: Mapping[str, str], zone: tzinfo
) -> Mapping[str, Any] | FormProblem | None:
    """The part as JSON, None where nothing was typed into it, or what is wrong with it."""
    condition: Any = CONDITIONS[part.condition]
    asked = Asked(zone=zone, confirm_at_first=True)
    options: Mapping[str, Any] | FormProblem | None = {}
    if hasattr(condition, "read_choice"):
        options = condition.read_choice(part.typed, choices)
    elif hasattr(condition, "read_form"):
        options = condition.read_form(part.typed)
    elif hasattr(condition, "read_part"):
        options = condition.read_part(part.typed, asked)
    elif hasattr(condition, "read_demand"):
        options = condition.read_demand(part.typed, asked)
    if options is None or isinstance(options, FormProblem):
        return options
    # As it is written: a number as text, for instance.
    return as_json(tree_of({"condition": part.condition, **options}))


def _problem_of(part: DraftPart, problem: FormProblem) -> Problem:
    field = f"{part.prefix}{part.condition}.{problem.field}" if problem.field else ""
    return Problem(sentence=form_problem(part.condition, problem), field=field, of={part.prefix: problem})
