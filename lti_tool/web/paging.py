"""Long lists of the teacher's pages in parts, of which a form asks for one.

Actions come back to the list of all people of a badge where their forms say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from lti_tool.web.checked_requests import row_id, typed_line

#: How many learners a part of a list has.
PAGE_SIZE = 25
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


def kept_parts() -> dict[str, str]:
    """The fields that keep the list as the reader has it, for the forms of a page; none outside of a list."""
    if not row_id(ROSTER):
        return {}
    fields = (ROSTER_SHOW, ROSTER_FIND, ROSTER_ORDER, ROSTER_PAGE)
    return {ROSTER: str(row_id(ROSTER))} | {field: typed_line(field, MAX_TYPED) for field in fields}


def address_back() -> str:
    """Where a page that asks before it acts leads back to: the page whose button was pressed."""
    rule_id = row_id(ROSTER)
    return f"/lti/app/rules/{rule_id}/people" if rule_id else "/lti/app/course"
