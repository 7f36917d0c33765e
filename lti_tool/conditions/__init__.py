"""The conditions of a rule, a folder for each; a new folder is found without being listed.

A condition is pure: it reads kinds of observations, never a source or a platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from lti_tool.conditions.parts import Part
from lti_tool.observations import Facts
from lti_tool.plugs import found_in


class Options(Protocol):
    """What a rule chooses of a condition, a frozen dataclass, and what follows for a person.

    Where the teacher's page shows more of the condition than sentences, they also have `show(rule)`, which returns what
    of a RuleOnPage is Shown; and `statement(rule)`, where its box has a form in which the teacher says something: a
    Statement, or a Line that says why it cannot be said now.

    Where the condition asks for a result, they also have two methods about the result that a badge itself asks for,
    from 0 to 1: `asks_less(required)`, a FormProblem where they are content with less; `raised_to(required)`, options
    that ask for no less.

    `typed(zone)`, if there is something to choose: what the form shows of them, by the names of its fields; days begin
    in `zone`. `resources`: what of the course is read, by kind of observation, where that is not the rule's own link.

    Those that judge what stands beside them in a group of which all is asked for have `judges(facts, beside)`, whose
    `beside` returns what that comes to from given facts; `holds` is asked where nothing stands beside them.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts."""


class Condition(Protocol):
    """What the module of a condition defines.

    `READS`: the kinds of observations it needs; sources are asked for these. `IS_OCCASION`: whether a teacher may
    choose it as the way to the badge; others are demands beside one. `CONFIRM_AT_FIRST`: whether the form suggests that
    a teacher confirms each learner. The one that a form is to suggest has `IS_SUGGESTED`, which is true.

    One that has options also has `read_options(values)`, which returns the Options in the JSON object of a rule; they,
    or one of their fields, are None where they cannot be read. One that has something to choose also has `form.html`,
    whose fields are named `NAME.field`, and a function that returns what was typed there as JSON, or a FormProblem:

    - `read_form(typed)`. An occasion without `choices` can be chosen in the short form, in which a badge is placed.
    - `read_choice(typed, choices)`, where something of the course is chosen; `choices(offered)` returns the names of
      what can be, by ids.
    - `read_demand(typed, asked)`, for what the short form can ask for beside an occasion: None where it is not asked
      for; `asked` is an Asked. The form is shown where a badge is placed, and on the teacher's page of each rule.
    - `read_part(typed, asked)`, for what only a rule of parts can ask for.

    In every form the ids of fields have a `prefix`, which is empty while a badge is placed, and in a rule of parts
    their names begin with `named`, for there may be two of a condition. Its table `part` says what it is called there:
    `title` in the list, and for `teacher` and `learner` as a part of one sentence.
    `ONLY_LIMITS`, if it is there, is true for one that says when, but is by itself no reason for a badge.
    `IN_FORMS`, if it is there, is false for one that no form of a rule offers.
    `SHARES` is the module, in a folder here whose name begins with an underscore, of what it has in common with other
    conditions: its sentences and fragments are theirs too.
    `typed_for(required)`, if it is there, is what the form shows at first for a badge that asks for a result.
    """

    NAME: str
    READS: frozenset[str]
    IS_OCCASION: bool
    CONFIRM_AT_FIRST: bool
    Options: type[Options]


CONDITIONS: Mapping[str, Condition] = found_in(__name__, __path__)
