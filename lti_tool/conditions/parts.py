"""A part of a decision: what one condition, or all or any of several, came to for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["met", "not_yet", "question", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a condition came to. Its own sentences put `code` and `values` into words for each reader.

    `at`: since when it is met. `asks`: the question to teachers that settles it for everybody at once. `parts`: those
    of a group, whose `condition` is `all`, `any` or `some`. The names of `values` say what they are: `..._at` is a
    time, `minimum` and `score` are Decimals from 0 to 1, `by` is a person's id.
    """

    condition: str
    state: State
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    asks: str = ""
    parts: tuple[Part, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The part as JSON: it is kept with an award. Numbers are text, times are ISO 8601."""
        told: dict[str, Any] = {"condition": self.condition, "state": self.state}
        if self.code:
            told["code"] = self.code
        if self.values:
            told["values"] = {name: _text(value) for name, value in self.values.items()}
        if self.at:
            told["at"] = self.at.isoformat()
        if self.parts:
            told["parts"] = [part.as_json() for part in self.parts]
        return told

    def leaves(self) -> tuple[Part, ...]:
        """The parts of single conditions, in their order."""
        return tuple(leaf for part in self.parts for leaf in part.leaves()) if self.parts else (self,)


def all_of(parts: tuple[Part, ...], name: str = "all") -> Part:
    """Met where all parts are, since the last of them is; unreadable where one is."""
    states = {part.state for part in parts}
    state: State = next((each for each in ("unreadable", "not_yet", "question") if each in states), "met")
    times = [part.at for part in parts if part.at]
    return Part(condition=name, state=state, at=max(times) if state == "met" and times else None, parts=parts)


def any_of(parts: tuple[Part, ...], name: str = "any") -> Part:
    """Met where one part is, since the first of them is; unreadable where one is, because nobody knows what it asks."""
    states = {part.state for part in parts}
    state: State = next((each for each in ("unreadable", "met", "question") if each in states), "not_yet")
    times = [part.at for part in parts if part.state == "met" and part.at]
    return Part(condition=name, state=state, at=min(times) if state == "met" and times else None, parts=parts)


def some_of(parts: tuple[Part, ...], needed: int) -> Part:
    """Met where as many parts are as are needed, since the last of the first of these; unreadable where one is."""
    states = [part.state for part in parts]
    met = sorted((part for part in parts if part.state == "met"), key=lambda part: (part.at is None, part.at))
    state: State = "not_yet"
    if "unreadable" in states:
        state = "unreadable"
    elif len(met) >= needed:
        state = "met"
    elif len(met) + states.count("question") >= needed:
        state = "question"
    times = [part.at for part in met[:needed] if part.at]
    return Part(
        condition="some",
        state=state,
        at=max(times) if state == "met" and times else None,
        values={"needed": needed, "met": len(met)},
        parts=parts,
    )


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
