"""The conditions of a rule, a folder for each; a new folder is found without being listed.

A condition is pure: it reads kinds of observations, never a source or a platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from lti_tool.conditions.parts import Part
from lti_tool.observations import Facts
from lti_tool.plugs import found_in


class Condition(Protocol):
    """What the module of a condition defines.

    `READS`: the kinds of observations it needs; sources are asked for these. `IS_OCCASION`: whether a teacher may
    choose it as the way to the badge; others are demands beside one. `CONFIRM_AT_FIRST`: whether the form suggests that
    a teacher confirms each learner. `Options`: a frozen dataclass; an option that cannot be read is None.

    One that has something to choose also has `form.html`, whose fields are named `NAME.field`, and `read_form(typed)`,
    which returns the options as JSON or a FormProblem.

    One that asks for a result also has three functions about the result that a badge itself asks for, from 0 to 1:
    `asks_less(options, required)`, a FormProblem where the options are content with less; `raised_to(options,
    required)`, options that ask for no less; `typed_for(required)`, what its form shows at first.
    """

    NAME: str
    READS: frozenset[str]
    IS_OCCASION: bool
    CONFIRM_AT_FIRST: bool
    Options: type[Any]

    def read_options(self, values: Mapping[str, Any]) -> Any:
        """The Options in the JSON object of a rule; None, or an option None, where they cannot be read."""

    def holds(self, options: Any, facts: Facts, now: datetime) -> Part:
        """What the condition comes to for the person of the facts."""


CONDITIONS: Mapping[str, Condition] = found_in(__name__, __path__)
