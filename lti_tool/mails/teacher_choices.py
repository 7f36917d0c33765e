"""What a teacher has chosen about the mails of a course: how often they come, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

#: `at_once`: soon after something has come up. `daily`: with all other courses in one mail a day. `none`: no mail.
Frequency = Literal["at_once", "daily", "none"]

#: `to_confirm`: learners who wait for a confirmation. `questions`: one about everybody of a link. `changes`: grades
#: that changed after the award. `names`, `corrections`: what learners ask for. `undelivered`: badges that could
#: not be made or sent. `unread`: a course that the platform has not told anything of for long. `expiring`: the quality
#: assurance that a badge states ends soon.
Kind = Literal[
    "to_confirm", "questions", "changes", "names", "corrections", "undelivered", "unread", "expiring"
]

FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoice:
    """How often mails about a course come to a teacher; those of the kinds `left_out` never do.

    Kinds that nobody has heard of yet come with the others: what is stored is what a teacher has said no to.
    """

    frequency: Frequency = "daily"
    left_out: frozenset[Kind] = frozenset()

    def includes(self, kind: Kind) -> bool:
        """Whether mails of that kind come, however often."""
        return self.frequency != "none" and kind not in self.left_out


#: What holds until a teacher chooses.
USUAL = MailChoice()
