"""What a condition's part of a form is read with, and what is wrong with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import tzinfo

from lti_tool.observations import Observation


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FormProblem:
    """A code of the condition's own sentences (their table `form`), with the values to be filled in.

    The names of `values` say what they are, as those of a Part do. `field` is the field that it is about, where the
    condition's `form.html` says it at that field; the field's id is its name, `NAME.field`, behind the `prefix`.
    """

    code: str
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    field: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a demand's part of a form is read with.

    Days begin in `zone`. `confirm_at_first`: whether a teacher confirms each learner where the form leaves that open.
    """

    zone: tzinfo
    confirm_at_first: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What there is to choose from in a course.

    `course` are the observations about the course itself, in the order of `seen_at`; `badges` the names of the other
    badges of the rule's issuer that a rule may ask for, by the ids of their templates.
    """

    course: Sequence[Observation] = ()
    badges: Mapping[str, str] = dataclasses.field(default_factory=dict)
