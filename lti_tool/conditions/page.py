"""What a condition shows on the teacher's page of a rule, and what it may look at for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lti_tool.observations import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOnPage:
    """What is known of a rule while its teacher's page is shown.

    `resource` is its resource link, `course` the observations about the course itself, in the order of `seen_at`.
    `last_values(kind, resource)`: the last values of such observations of people, each with how many people have it; a
    course may have thousands. `asked` is the question that is open, as the `asks` of a Part names it; empty where none
    is. `place`: from where in the course the teacher opened a link for this visit, as LINK_OPENED has it, and `is_here`
    whether it was the rule's own.
    """

    resource: str
    course: Sequence[Observation]
    last_values: Callable[[str, str], Sequence[tuple[Any, int]]]
    asked: str
    is_here: bool
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence of the condition's own table `page`, by its code, with the values to be filled in.

    The names of `values` say what they are, as those of a Part do; `..._on` is a time of which the day is shown. A
    sentence that has several forms is said in that of `number`.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a condition shows of a rule, beside its sentences.

    `facts` stand among the numbers at the top, `notes` beside the time of the last look. `box` names a fragment in the
    condition's folder, `BOX.html`, for which `values` are; it is shown while the rule can award, and there is none
    where the name is empty. `wording` names the sentence of the table `rule` that is true now in place of `automatic`.
    """

    facts: Sequence[Line] = ()
    notes: Sequence[Line] = ()
    box: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    wording: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a teacher says by a form in the condition's box: an observation about the course, and what they are told."""

    kind: str
    resource: str
    value: Any
    told: Line
