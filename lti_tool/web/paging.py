"""Long lists of the teacher's pages in parts, of which a form asks for one: `RULE NUMBER` in the field of the list.

The list of all people of a badge is a page of its own, to which actions come back as their forms say.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.web.checked_requests import row_id, row_ids, typed_line

#: How many learners a part of a list has.
PAGE_SIZE = 25
#: The fields by which the lists are asked for: who has the badge, and who has not got it yet.
AWARDS, NOT_YET = "awards", "not_yet"
#: The fields of the list of all people of a badge: its rule, and how the reader had it.
ROSTER, ROSTER_SHOW, ROSTER_FIND = "roster", "roster_show", "roster_find"
ROSTER_ORDER, ROSTER_PAGE = "roster_order", "roster_page"
#: How much of what was typed into its fields is read.
MAX_TYPED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a list of `total`, by its `number` from 1; `field` is that of the list."""

    field: str
    rule_id: int
    number: int
    total: int

    @property
    def numbers(self) -> int:
        """How many parts there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def after(self) -> int:
        """How many of the list stand before this part."""
        return (self.number - 1) * PAGE_SIZE

    @property
    def last(self) -> int:
        """The place in the list of the last one of this part, from 1."""
        return min(self.after + PAGE_SIZE, self.total)


def asked_part(field: str, rule_id: int, total: int) -> Part:
    """The part of the rule's list that the form asks for; the first where it asks for none, the last where for more."""
    of_rule, number = (*row_ids(field), 0, 0)[:2]
    part = Part(field=field, rule_id=rule_id, number=1, total=total)
    if of_rule != rule_id:
        return part
    return Part(field=field, rule_id=rule_id, number=min(max(number, 1), part.numbers), total=total)


def asked_rule() -> int | None:
    """The rule of whose lists the form asks for a part."""
    return next((rule_id for field in (AWARDS, NOT_YET) for rule_id in row_ids(field)[:1]), None)


def kept_parts() -> dict[str, str]:
    """The fields that keep the lists where they are, for the forms of a page."""
    if row_id(ROSTER):
        fields = (ROSTER_SHOW, ROSTER_FIND, ROSTER_ORDER, ROSTER_PAGE)
        return {ROSTER: str(row_id(ROSTER))} | {field: typed_line(field, MAX_TYPED) for field in fields}
    asked = {field: row_ids(field)[:2] for field in (AWARDS, NOT_YET)}
    return {field: " ".join(map(str, ids)) for field, ids in asked.items() if ids}


def address_back() -> str:
    """Where a page that asks before it acts leads back to: the page whose button was pressed."""
    rule_id = row_id(ROSTER)
    return f"/lti/app/rules/{rule_id}/people" if rule_id else "/lti/app/course"
