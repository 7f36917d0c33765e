"""A made-up demand: nobody attended for more hours than are good for them."""

from dataclasses import dataclass

from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.parts import Part

NAME = "rested"
READS = frozenset({"attended"})
IS_OCCASION = False
CONFIRM_AT_FIRST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`most`: the hours that are still good."""

    most: int | None

    def holds(self, facts):
        """Met unless the person attended for longer."""
        seen = facts.own_of("attended", facts.resource)
        if seen and seen[-1].value["hours"] > self.most:
            return Part(condition=NAME, state="not_yet", code="tired", values={"most": str(self.most)})
        return Part(condition=NAME, state="met", code="rested")

    def typed(self, zone):
        """What the form shows of them."""
        return {"most": str(self.most)}


def read_options(values):
    """The Options."""
    most = values.get("most")
    return Options(most=int(most) if str(most).isdigit() else None)


def read_demand(typed, asked):
    """The options as JSON, None where no number was entered, or what is wrong with it."""
    most = typed.get("most", "")
    if not most:
        return None
    problem = FormProblem(field="most", code="no_hours", values={"typed": most})
    return {"most": int(most)} if most.isdigit() else problem
