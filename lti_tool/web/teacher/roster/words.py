"""What groups, orders and states of the list are called, and why an act leaves somebody out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lti_tool.web.teacher.roster.bulk_plan import LeftOut, Plan
from lti_tool.web.teacher.roster.entries import Group, State
from lti_tool.web.teacher.roster.view import Order
from lti_tool.web.translation import Sentence, ngettext
from lti_tool.web.translation import gettext as _
from lti_tool.web.translation import lazy_gettext as _l

GROUPS: Mapping[Group, Sentence] = {
    "everybody": _l("Everybody"),
    "eligible": _l("Have it or can get it"),
    "waits": _l("Wait for you"),
    "trouble": _l("With a problem"),
    "have": _l("Have it"),
    "claimed": _l("Have opened it"),
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
    "by_hand": _l("Waits for a second person"),
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


def left_out_sentences(plan: Plan) -> Sequence[str]:
    """How many an act leaves out, and why, a sentence a reason."""
    return [_left_out(reason, number) for reason, number in sorted(plan.left_out.items())]


def _left_out(reason: LeftOut, number: int) -> str:
    if reason == "self":
        return _("You are left out: nobody confirms themselves.")
    if reason == "staff":
        return ngettext(
            "%(num)s person who was seen as staff is left out: decide about them in the list.",
            "%(num)s people who were seen as staff are left out: decide about each in the list.",
            number,
        )
    if reason == "in_question":
        return ngettext(
            "%(num)s learner is left out: a question on the page of the course is about them. Answer it there, or "
            "choose them by name.",
            "%(num)s learners are left out: a question on the page of the course is about them. Answer it there, or "
            "choose them by name.",
            number,
        )
    if reason == "by_hand":
        return ngettext(
            "%(num)s learner is left out: an award by hand to them waits for a second person.",
            "%(num)s learners are left out: awards by hand to them wait for a second person.",
            number,
        )
    if reason == "not_by_hand":
        return ngettext(
            "%(num)s learner is left out: no award by hand to them waits for a second person.",
            "%(num)s learners are left out: no award by hand to them waits for a second person.",
            number,
        )
    if reason == "own":
        return ngettext(
            "%(num)s award by hand is left out: you asked for it yourself, so somebody else has to approve it.",
            "%(num)s awards by hand are left out: you asked for them yourself, so somebody else has to approve them.",
            number,
        )
    if reason == "not_open":
        return ngettext(
            "%(num)s learner is left out: there is nothing to confirm.",
            "%(num)s learners are left out: there is nothing to confirm.",
            number,
        )
    if reason == "has_it":
        return ngettext(
            "%(num)s learner is left out: they have the badge, or had it.",
            "%(num)s learners are left out: they have the badge, or had it.",
            number,
        )
    if reason == "no_badge":
        return ngettext(
            "%(num)s learner is left out: there is no badge yet.",
            "%(num)s learners are left out: there is no badge yet.",
            number,
        )
    if reason == "no_address":
        return ngettext(
            "%(num)s learner is left out: no e-mail address is known.",
            "%(num)s learners are left out: no e-mail address is known.",
            number,
        )
    if reason == "revoked":
        return ngettext(
            "%(num)s badge is left out: it is revoked already.",
            "%(num)s badges are left out: they are revoked already.",
            number,
        )
    return ngettext(
        "%(num)s badge is left out: it has expired, or was renewed.",
        "%(num)s badges are left out: they have expired, or were renewed.",
        number,
    )
