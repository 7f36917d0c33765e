"""What conditions share that ask for a minimum: how it is typed, read from a rule, and compared with a badge's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from lti_tool.conditions._minimum.percent import below_required, read_minimum, written_percent
from lti_tool.conditions.form import FormProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumOptions:
    """`minimum`: a score from 0 to 1; None where it cannot be read."""

    minimum: Decimal | None

    def asks_less(self, required: Decimal) -> FormProblem | None:
        """What is wrong with a minimum below the result that the badge asks for; None for a higher one."""
        if self.minimum is None or self.minimum >= required:
            return None
        return below_required(self.minimum, required)

    def raised_to(self, required: Decimal) -> Self:
        """The options with the minimum that the badge asks for, where theirs is lower."""
        return replace(self, minimum=required) if self.asks_less(required) else self

    def typed(self, zone: tzinfo) -> Mapping[str, str]:  # noqa: ARG002  # as every condition has it
        """What the form shows of them."""
        return {} if self.minimum is None else {"minimum": written_percent(self.minimum)}


def read_form(typed: Mapping[str, str]) -> Mapping[str, Any] | FormProblem:
    """The options as JSON, from what was typed into `field.html`, or what is wrong with it."""
    minimum = read_minimum(typed)
    return minimum if isinstance(minimum, FormProblem) else {"minimum": str(minimum)}


def typed_for(required: Decimal) -> Mapping[str, str]:
    """What the form shows at first for a badge that asks for a result."""
    return {"minimum": written_percent(required)}


def minimum_of(value: Any) -> Decimal | None:
    """The minimum in the JSON object of a rule; None unless it is a number from 0 to 1."""
    if not isinstance(value, str | int | Decimal) or isinstance(value, bool) or len(str(value)) > 30:
        return None
    try:
        minimum = Decimal(value)
    except InvalidOperation:
        return None
    # 1e-999999999 is in range, and would fill the memory once it is written out.
    fits = minimum.is_finite() and 0 <= minimum <= 1 and minimum.adjusted() > -20
    return minimum if fits else None
