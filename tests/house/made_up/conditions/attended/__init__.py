"""A made-up condition: somebody attended."""

from dataclasses import dataclass

from lti_tool.conditions.parts import Part

NAME = "attended"
READS = frozenset({"attended"})
IS_OCCASION = True
CONFIRM_AT_FIRST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """There is nothing to choose."""


def read_options(values):
    """The Options."""
    return Options()


def holds(options, facts, now):
    """Met once the person was seen to attend."""
    seen = facts.own_of("attended", facts.resource)
    if not seen:
        return Part(condition=NAME, state="not_yet", code="not_attended")
    values = {"seen_at": seen[-1].seen_at, "hours": str(seen[-1].value["hours"])}
    return Part(condition=NAME, state="met", code="attended", at=seen[-1].seen_at, values=values)
