"""The part of a form in which a teacher chooses by which rule a badge is awarded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

from badges.days import start_of_day
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.tree import Node, all_of, asks_less, tree_of
from lti_tool.web.plug_sentences import form_problem
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
    asked = [chosen]
    confirm = form.get("confirm") or ("yes" if condition.CONFIRM_AT_FIRST else "no")
    if confirm == "yes":
        asked.append({"condition": "confirmed"})
    date_text = form.get("not_before", "").strip()
    # A date that was entered counts, whichever of the choices beside it is pressed.
    if confirm == "date" or date_text:
        day = _day(date_text)
        if isinstance(day, Problem):
            return day
        asked.append({"condition": "not_before", "at": start_of_day(day, zone).isoformat()})
    return all_of(asked)


def _problem_of(condition: str, problem: FormProblem) -> Problem:
    at = f"{condition}.{problem.field}" if problem.field else ""
    return Problem(sentence=form_problem(condition, problem), field=at, of={condition: problem})


def typed_for(condition: str, form: Mapping[str, str]) -> dict[str, str]:
    """What was typed into the condition's part of the form."""
    prefix = f"{condition}."
    return {name.removeprefix(prefix): value for name, value in form.items() if name.startswith(prefix)}


def _day(text: str) -> date | Problem:
    try:
        return date.fromisoformat(text)
    except ValueError:
        sentence = _("Enter the date as year-month-day, such as 2027-06-30.")
        return Problem(field="not_before", sentence=sentence)
