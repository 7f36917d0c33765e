"""What groups, orders and states of the list are called on its page and in its file."""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.web.teacher.roster.entries import Group, State
from lti_tool.web.teacher.roster.view import Order
from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

GROUPS: Mapping[Group, Sentence] = {
    "everybody": _l("Everybody"),
    "waits": _l("Wait for you"),
    "trouble": _l("With a problem"),
    "have": _l("Have it"),
    "expiring": _l("End within 90 days"),
    "not_yet": _l("Do not have it yet"),
    "ended": _l("Ended or suspended"),
    "elsewhere": _l("Awarded elsewhere"),
}
#: These are offered even where nobody is in them.
ALWAYS_OFFERED: tuple[Group, ...] = ("everybody", "waits", "have", "not_yet")
ORDERS: Mapping[Order, Sentence] = {
    "needs": _l("Who needs you first"),
    "name": _l("By name"),
    "newest": _l("Newest badge first"),
}
STATES: Mapping[State, Sentence] = {
    "to_confirm": _l("Waits for you"),
    "in_question": _l("Waits for you"),
    "held_up": _l("Waiting"),
    "not_made": _l("Not issued"),
    "preparing": _l("Being prepared"),
    "issued": _l("Issued"),
    "renewed": _l("Renewed"),
    "suspended": _l("Suspended"),
    "expired": _l("Expired"),
    "revoked": _l("Revoked"),
    "not_yet": _l("Not yet"),
    "elsewhere": _l("Awarded elsewhere"),
}
