"""The part of a form in which a teacher chooses by which rule a badge is awarded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.form import Asked, FormProblem
from lti_tool.conditions.tree import Node, all_of, asks_less, demands, tree_of
from lti_tool.web.plug_sentences import form_of, form_problem
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with the form: said above it, and again at the field of that id, where there is one.

    `of` has the problem of a condition's own part of the form, by the name of the condition.
    """

    sentence: Sentence
    field: str = ""
    of: Mapping[str, FormProblem] = dataclasses.field(default_factory=dict)


def chosen_rule(
    form: Mapping[str, str], zone: tzinfo, occasions: Sequence[str], required: Decimal | None
) -> Node | Problem:
    """The rule that the form describes, or what is wrong with it.

    `occasions` are the conditions that may be chosen. Days begin in `zone`. `required` is the result that the badge
    asks for, 0 to 1: a rule may ask for more, never for less.
    """
    name = form.get("condition", "")
    if name not in occasions:
        return Problem(sentence=_("Choose when a learner gets the badge."))
    condition = CONDITIONS[name]
    chosen: dict[str, Any] = {"condition": name}
    if hasattr(condition, "read_form"):
        options = condition.read_form(typed_for(name, form))
        if isinstance(options, FormProblem):
            return _problem_of(name, options)
        chosen |= options
    less = asks_less(tree_of(chosen), required)
    if less is not None:
        return _problem_of(*less)
    asked = chosen_demands(form, Asked(zone=zone, confirm_at_first=condition.CONFIRM_AT_FIRST))
    return asked if isinstance(asked, Problem) else all_of([chosen, *asked])


def chosen_demands(form: Mapping[str, str], asked: Asked) -> Sequence[Mapping[str, Any]] | Problem:
    """What the form asks for beside the occasion, each condition as JSON, or what is wrong with one of them."""
    chosen = []
    for name, condition in _demands():
        options = condition.read_demand(typed_for(name, form), asked)
        if isinstance(options, FormProblem):
            return _problem_of(name, options)
        if options is not None:
            chosen.append({"condition": name, **options})
    return chosen


def demand_forms(
    form: Mapping[str, str], problem: Problem | None = None, *, prefix: str = ""
) -> Sequence[Markup]:
    """The part of a form of each condition that can stand beside the occasion, filled in with the form.

    The ids of their fields have the prefix.
    """
    of = problem.of if problem else {}
    return [form_of(name, typed_for(name, form), of.get(name), prefix=prefix) for name, _ in _demands()]


def form_of_demands(tree: Node, zone: tzinfo) -> Mapping[str, str]:
    """The form as it is filled in for what the rule asks for beside its occasion."""
    asked: Iterator[tuple[str, Any]] = ((leaf.condition, leaf.options) for leaf in demands(tree))
    typed = {name: options.typed(zone) for name, options in asked if options is not None}
    return {f"{name}.{field}": value for name, fields in typed.items() for field, value in fields.items()}


def _demands() -> Iterator[tuple[str, Any]]:
    return ((name, condition) for name, condition in CONDITIONS.items() if hasattr(condition, "read_demand"))


def _problem_of(condition: str, problem: FormProblem) -> Problem:
    at = f"{condition}.{problem.field}" if problem.field else ""
    return Problem(sentence=form_problem(condition, problem), field=at, of={condition: problem})


def typed_for(condition: str, form: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the condition's part of the form."""
    prefix = f"{condition}."
    return {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix)}
