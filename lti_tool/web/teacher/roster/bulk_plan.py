"""What an act would do to several people of the list: to whom, and who is left out for what reason. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lti_tool.web.teacher.roster.entries import Entry

Act = Literal["confirm", "award", "approve", "decline", "resend", "revoke"]
#: These are about people without the badge.
ABOUT_PEOPLE: frozenset[Act] = frozenset({"confirm", "award"})
#: These are about awards by hand that wait for a second person; all others are about awards.
ABOUT_HAND_AWARDS: frozenset[Act] = frozenset({"approve", "decline"})
#: Why somebody is left out. `staff` and `in_question` only where all who are found were chosen, and not each by name.
LeftOut = Literal[
    "self",
    "staff",
    "in_question",
    "not_open",
    "has_it",
    "by_hand",
    "not_by_hand",
    "own",
    "no_badge",
    "no_address",
    "revoked",
    "ended",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom the reader has chosen: all who are found, or those with these ids of awards and of people without one."""

    is_all: bool
    awards: Collection[int] = ()
    people: Collection[int] = ()

    def has(self, entry: Entry) -> bool:
        """Whether the entry was chosen."""
        if self.is_all:
            return True
        return entry.person_id in self.people if entry.award_id is None else entry.award_id in self.awards


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """To whom it is done, and how many are left out, by the reason."""

    act: Act
    able: Sequence[Entry]
    left_out: Mapping[LeftOut, int]


def planned(act: Act, entries: Sequence[Entry], choice: Choice, reader: int | None) -> Plan:
    """What the act would do to those of the entries that were chosen; `reader` is the person id of who does it."""
    able, left_out = [], []
    for entry in entries:
        if choice.has(entry):
            reason = _reason(act, entry, choice, reader)
            if reason is None:
                able.append(entry)
            else:
                left_out.append(reason)
    return Plan(act=act, able=able, left_out=Counter(left_out))


def _reason(act: Act, entry: Entry, choice: Choice, reader: int | None) -> LeftOut | None:
    if act in ABOUT_PEOPLE:
        return _not_awarded(act, entry, choice, reader)
    if act in ABOUT_HAND_AWARDS:
        return _not_settled(act, entry, reader)
    if entry.award_id is None:
        return "no_badge"
    if entry.state == "revoked":
        return "revoked"
    return _not_sent(entry) if act == "resend" else None


def _not_awarded(act: Act, entry: Entry, choice: Choice, reader: int | None) -> LeftOut | None:
    if entry.state == "by_hand":
        return "by_hand"
    is_asked_about = entry.state in ("to_confirm", "in_question")
    if act == "confirm" and not is_asked_about:
        return "not_open"
    if act == "award" and entry.state != "not_yet" and not is_asked_about:
        return "has_it"
    if entry.person_id == reader:
        return "self"
    # Each of them is a decision of its own, which nobody makes by choosing everybody.
    if choice.is_all and entry.was_staff:
        return "staff"
    return "in_question" if choice.is_all and entry.state == "in_question" else None


def _not_settled(act: Act, entry: Entry, reader: int | None) -> LeftOut | None:
    if entry.hand_award is None:
        return "not_by_hand"
    if entry.person_id == reader:
        return "self"
    return "own" if act == "approve" and entry.hand_award.asked_by_id == reader else None


def _not_sent(entry: Entry) -> LeftOut | None:
    if entry.state in ("held_up", "not_made", "preparing"):
        return "no_badge"
    if entry.state in ("expired", "renewed"):
        return "ended"
    return None if entry.email else "no_address"
