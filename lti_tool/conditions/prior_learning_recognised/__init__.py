"""The condition that what somebody learned elsewhere was assessed, and recognised by a decision of the rule's issuer.

It is of rules of an issuer alone, and no form offers it. A decision without the assessments that it needs is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from lti_tool.conditions.parts import Part
from lti_tool.observations import PRIOR_LEARNING_ASSESSED, PRIOR_LEARNING_DECIDED, Facts, Observation

NAME = "prior_learning_recognised"
READS = frozenset({PRIOR_LEARNING_ASSESSED, PRIOR_LEARNING_DECIDED})
IS_OCCASION = False
CONFIRM_AT_FIRST = False
IN_FORMS = False

#: So many assess; where they differ, one more does.
ASSESSORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`template`: the id of the template that was applied for, None where it cannot be read."""

    template: str | None

    def holds(self, facts: Facts) -> Part:
        """What the condition comes to for the person of the facts: by the last decision about the template."""
        if self.template is None:
            return _part("unreadable", "no_template")
        decided = [
            each for each in facts.own_of(PRIOR_LEARNING_DECIDED) if _of(each, "template") == self.template
        ]
        if not decided:
            return _part("not_yet", "not_decided")
        last = decided[-1]
        values: dict[str, Any] = {"reference": str(_of(last, "reference")), "decided_at": last.seen_at}
        if _of(last, "outcome") != "granted":
            return _part("not_yet", "refused", values)
        said = [
            _of(each, "met")
            for each in facts.own_of(PRIOR_LEARNING_ASSESSED, last.resource)
            if _of(each, "round") == _of(last, "round")
        ]
        if not recognises(said):
            return _part("unreadable", "not_assessed", values)
        values |= {"assessors": len(said), "outcomes": len(said[0])}
        return Part(condition=NAME, state="met", code="recognised", at=last.seen_at, values=values)

    def typed(self, zone: tzinfo) -> Mapping[str, str]:  # noqa: ARG002  # as every condition has it
        """What a form would show of them: no form offers the condition."""
        return {}


def read_options(values: Mapping[str, Any]) -> Options:
    """The Options in the JSON object of a rule; `template` is None where it cannot be read."""
    template = values.get("template")
    return Options(template=template if isinstance(template, str) and template else None)


def recognises(said: Sequence[Any]) -> bool:
    """Whether as many as are needed have assessed, and of each learning outcome most say that it is met."""
    if len(said) < ASSESSORS or not all(_is_readable(each) and len(each) == len(said[0]) for each in said):
        return False
    if len(said) == ASSESSORS and said[0] != said[1]:
        return False
    return all(majority(said))


def majority(said: Sequence[Sequence[bool]]) -> tuple[bool, ...]:
    """Of each learning outcome, whether more than half say that it is met."""
    return tuple(2 * sum(each) > len(each) for each in zip(*said, strict=True))


def _is_readable(met: Any) -> bool:
    return isinstance(met, list) and bool(met) and all(isinstance(each, bool) for each in met)


def _of(observation: Observation, name: str) -> Any:
    return observation.value.get(name) if isinstance(observation.value, dict) else None


def _part(state: Any, code: str, values: Mapping[str, Any] | None = None) -> Part:
    return Part(condition=NAME, state=state, code=code, values=values or {})
