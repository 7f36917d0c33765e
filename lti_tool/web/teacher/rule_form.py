"""The part of a form in which a teacher chooses by which rule a badge is awarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from typing import Literal

from badges.days import start_of_day
from lti_tool.conditions import CONDITIONS
from lti_tool.conditions.percent import TwoMeanings, read_percent, written_percent
from lti_tool.conditions.tree import Node, all_of
from lti_tool.web.filters import exact_percent
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import gettext as _

#: Between what was typed and what it means, in the value of the button that chooses a meaning.
_MEANS = " means "


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One way to read what was typed, as a button: its value for the form, and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with the form, said at the field of that name, or above the form where it is about none.

    `meanings` are offered where a number can be read in two ways.
    """

    sentence: Sentence
    field: Literal["", "minimum", "not_before"] = ""
    meanings: Sequence[Meaning] = ()


def chosen_rule(form: Mapping[str, str], zone: tzinfo) -> Node | Problem:
    """The rule that the form describes, or what is wrong with it. Days begin in `zone`."""
    name = form.get("condition", "")
    condition = CONDITIONS.get(name)
    if condition is None or not condition.IS_OCCASION:
        return Problem(sentence=_("Choose when a learner gets the badge."))
    chosen: dict[str, str] = {"condition": name}
    if has_minimum(name):
        minimum = _minimum(form)
        if isinstance(minimum, Problem):
            return minimum
        chosen["minimum"] = str(minimum)
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


def has_minimum(condition: str) -> bool:
    """Whether the condition asks for a minimum, which the form has a field for."""
    return "minimum" in CONDITIONS[condition].Options.__dataclass_fields__


def _minimum(form: Mapping[str, str]) -> Decimal | Problem:
    """The minimum in the field, or the meaning of it that was chosen by its button.

    A browser presses the first button of a form at Enter, so a meaning counts only for the text that it was asked
    about: once the field says something else, the field counts.
    """
    typed = form.get("minimum", "").strip()
    asked_about, _sign, meaning = form.get("meant", "").partition(_MEANS)
    read = read_percent(meaning if meaning and asked_about == typed else typed)
    if isinstance(read, TwoMeanings):
        meanings = [_meaning(typed, read.as_share), _meaning(typed, read.as_percent)]
        first, second = (each.words for each in meanings)
        question = _("Did you mean %(first)s or %(second)s?", first=first, second=second)
        return Problem(field="minimum", sentence=question, meanings=meanings)
    if read is None:
        sentence = _("Enter a number from 0 to 100, such as 70 or 70.5, with at most five decimals.")
        return Problem(field="minimum", sentence=sentence)
    return read


def _meaning(typed: str, score: Decimal) -> Meaning:
    return Meaning(value=f"{typed}{_MEANS}{written_percent(score)}", words=exact_percent(score))


def _day(text: str) -> date | Problem:
    try:
        return date.fromisoformat(text)
    except ValueError:
        sentence = _("Enter the date as year-month-day, such as 2027-06-30.")
        return Problem(field="not_before", sentence=sentence)
