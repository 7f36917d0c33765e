"""Reminders, and the token by which whoever gets one says that they want no more of its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

from lti_tool.mails.tokens import MailTokens
from lti_tool.values import MAX_ID

#: `expiry`: that a badge expires soon. `waiting`: what waits for a teacher. `feedback`: what became of a badge.
#: `answers`: what organisations answer.
Reminder = Literal["expiry", "waiting", "feedback", "answers"]

_PURPOSE = "refusal"
_ABOUT = re.compile("(expiry|waiting|feedback|answers)-([0-9]{1,10})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindedPerson:
    """A person, and a kind of reminder that they get."""

    person_id: int
    kind: Reminder

    def token(self, tokens: MailTokens) -> str:
        """The token in mails of that kind to that person."""
        return tokens.token(_PURPOSE, f"{self.kind}-{self.person_id}")


def reminded_person(tokens: MailTokens, token: str) -> RemindedPerson | None:
    """Whose token it is; None where it is none of ours."""
    found = _ABOUT.fullmatch(tokens.about(_PURPOSE, token) or "")
    if found is None or int(found[2]) > MAX_ID:
        return None
    return RemindedPerson(person_id=int(found[2]), kind=cast(Reminder, found[1]))
