"""A made-up condition: somebody attended."""

from dataclasses import dataclass

from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.parts import Part

NAME = "attended"
READS = frozenset({"attended"})
IS_OCCASION = True
CONFIRM_AT_FIRST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`hours`: how long."""

    hours: int | None


def read_options(values):
    """The Options."""
    hours = values.get("hours")
    return Options(hours=int(hours) if str(hours).isdigit() else None)


def read_form(typed):
    """The options as JSON, or what is wrong with them."""
    hours = typed.get("hours", "")
    return {"hours": int(hours)} if hours.isdigit() else FormProblem(code="no_hours", values={"typed": hours})


def holds(options, facts, now):
    """Met once the person was seen to attend."""
    seen = facts.own_of("attended", facts.resource)
    if not seen or seen[-1].value["hours"] < options.hours:
        return Part(condition=NAME, state="not_yet", code="not_attended")
    values = {"seen_at": seen[-1].seen_at, "hours": str(seen[-1].value["hours"])}
    return Part(condition=NAME, state="met", code="attended", at=seen[-1].seen_at, values=values)
