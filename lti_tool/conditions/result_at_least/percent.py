"""The minimum as a person types it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from lti_tool.conditions.form import FormProblem


def read_percent(text: str) -> Decimal | FormProblem:
    """A percentage as a score from 0 to 1, or what is wrong with it.

    70, 70 % and 70,5 are percentages. 0,7 may be meant as 70 % or as less than 1 %, so it is asked back.
    """
    try:
        value = Decimal("".join(text.split()).removesuffix("%").replace(",", "."))
    except InvalidOperation:
        return FormProblem(code="no_percentage")
    if not value.is_finite() or not 0 <= value <= 100 or value.adjusted() < -10:
        return FormProblem(code="no_percentage")
    if 0 < value <= 1 and "%" not in text:
        return FormProblem(code="did_you_mean", values={"percent": f"{(value * 100).normalize():f}"})
    return value / 100
