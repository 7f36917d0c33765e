"""A made-up condition: somebody attended."""

from dataclasses import dataclass

from lti_tool.conditions.form import FormProblem
from lti_tool.conditions.page import Line, Shown, Statement
from lti_tool.conditions.parts import Part
from lti_tool.observations import select

NAME = "attended"
READS = frozenset({"attended"})
IS_OCCASION = True
CONFIRM_AT_FIRST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`hours`: how long."""

    hours: int | None

    def holds(self, facts):
        """Met once the person was seen to attend."""
        seen = facts.own_of("attended", facts.resource)
        if not seen or seen[-1].value["hours"] < self.hours:
            return Part(condition=NAME, state="not_yet", code="not_attended")
        values = {"seen_at": seen[-1].seen_at, "hours": str(seen[-1].value["hours"])}
        return Part(condition=NAME, state="met", code="attended", at=seen[-1].seen_at, values=values)

    def typed(self, zone):
        """What the form shows of them."""
        return {"hours": str(self.hours)}

    def show(self, rule):
        """How many were there, and whether the list is in."""
        present = sum(number for _, number in rule.last_values("attended", rule.resource))
        handed_in = select(rule.course, "handed_in", rule.resource)
        return Shown(
            facts=[Line(code="present", values={"number": present})],
            notes=[Line(code="handed_in", values={"handed_in_on": each.seen_at}) for each in handed_in],
            box="" if handed_in else "missing_list",
            values={"hours": self.hours},
            wording="by_list" if handed_in else "",
        )

    def statement(self, rule):
        """That the list is handed in, once."""
        if select(rule.course, "handed_in", rule.resource):
            return Line(code="too_late")
        return Statement(kind="handed_in", resource=rule.resource, value=True, told=Line(code="thanks"))


def read_options(values):
    """The Options."""
    hours = values.get("hours")
    return Options(hours=int(hours) if str(hours).isdigit() else None)


def read_form(typed):
    """The options as JSON, or what is wrong with them."""
    hours = typed.get("hours", "")
    return {"hours": int(hours)} if hours.isdigit() else FormProblem(code="no_hours", values={"typed": hours})
