"""Three questions to each audience, and what an answer to them is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

#: Learners who have just opened the badge; learners, months after that; peers and other providers who were invited.
Audience = Literal["claim", "later", "peer"]
AUDIENCES: tuple[Audience, ...] = ("claim", "later", "peer")

#: By code; the sentences are with the pages. A question is never given another meaning: it would get another code.
QUESTIONS: Mapping[Audience, tuple[str, ...]] = {
    "claim": ("outcomes_reached", "assessment_fair", "would_recommend"),
    "later": ("uses_it", "was_recognised", "would_recommend"),
    "peer": ("outcomes_clear", "assessment_fits", "would_recognise"),
}
#: From 1, not at all, to 5, entirely. There is no text: how somebody writes tells who they are.
VALUES = (1, 2, 3, 4, 5)

#: A value for each question of the audience, in their order.
Answer = tuple[int, int, int]


def read_answer(audience: Audience, form: Mapping[str, str]) -> Answer | None:
    """The answer in a form, by the codes of the questions; None where one is left out, or has another value."""
    known = {str(value): value for value in VALUES}
    first, second, third = (known.get(form.get(question, "")) for question in QUESTIONS[audience])
    return (first, second, third) if first and second and third else None
