"""Answers to questions about a badge, and what of them can be seen once the day's answers are published."""

from __future__ import annotations

from collections.abc import Sequence

from lti_tool.feedback.pools import About, Result, add_answer, publish_answers, results_of
from lti_tool.feedback.questions import Answer, Audience
from lti_tool.store.models import Base
from lti_tool.wiring import Tool


def add_answers(tool: Tool, about: About, number: int, answer: Answer = (4, 4, 4)) -> None:
    """Adds so many answers, all the same, each in a transaction of its own."""
    for _ in range(number):
        with tool.store.begin() as session:
            add_answer(session, about, answer, tool.stored_secrets_key)


def publish(tool: Tool) -> None:
    """Publishes what waits, as is done once a day."""
    with tool.store.begin() as session:
        publish_answers(session, tool.stored_secrets_key)


def results(tool: Tool, template_id: str) -> dict[Audience, Result]:
    """What may be shown now, by audience."""
    with tool.store.read() as session:
        return {each.audience: each for each in results_of(session, template_id)}


def published_answers(tool: Tool, template_id: str, audience: Audience = "claim") -> int:
    """How many answers can be seen once those of today are published."""
    publish(tool)
    return results(tool, template_id)[audience].answers


def everything_stored(tool: Tool) -> dict[str, Sequence[tuple[object, ...]]]:
    """All rows of all tables, as an operator of the database sees them."""
    with tool.store.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(table.select())]
            for table in Base.metadata.sorted_tables
        }
