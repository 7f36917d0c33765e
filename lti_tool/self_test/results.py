"""SelfTest: what a self-test has found, as a value and as the JSON that is kept of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from lti_tool.errors import UserFacingError
from lti_tool.values import Json

#: `untried`: it could not be tried yet, because of another step, or because nobody has come from the platform so far.
Outcome = Literal["in_order", "not_in_order", "untried"]
#: The steps, in the order in which they are made and shown.
STEPS = ("keys", "clock", "token", "scopes", "members", "cookies", "badge")
_NOTHING: Mapping[str, str | int] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its outcome, with the code of the sentence that says it, and what fills in that sentence.

    `error` is what the platform or the network said, as a UserFacingError is stored.
    """

    name: str
    outcome: Outcome
    code: str
    about: Mapping[str, str | int] = field(default_factory=dict)
    error: Json | None = None

    def as_json(self) -> Json:
        """The step as it is stored."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "code": self.code,
            "about": dict(self.about),
            "error": self.error,
        }


def in_order(name: str, code: str, about: Mapping[str, str | int] = _NOTHING) -> Step:
    """A step that is in order."""
    return Step(name=name, outcome="in_order", code=code, about=about)


def untried(name: str, code: str) -> Step:
    """A step that could not be tried yet."""
    return Step(name=name, outcome="untried", code=code)


def not_in_order(
    name: str, code: str, about: Mapping[str, str | int] = _NOTHING, error: UserFacingError | None = None
) -> Step:
    """A step that is not in order; `error` is what was said there."""
    said = error.as_json() if error is not None else None
    return Step(name=name, outcome="not_in_order", code=code, about=about, error=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """All steps, and which scopes the platform grants: both empty where it gave no token at all."""

    steps: Sequence[Step]
    granted: Sequence[str] = ()
    missing: Sequence[str] = ()

    @property
    def is_in_order(self) -> bool:
        """Whether no step is known not to be in order."""
        return all(step.outcome != "not_in_order" for step in self.steps)

    def as_json(self) -> Json:
        """The self-test as it is stored."""
        return {
            "steps": [step.as_json() for step in self.steps],
            "granted": list(self.granted),
            "missing": list(self.missing),
        }


def read_self_test(stored: Json) -> SelfTest:
    """The self-test that was stored so."""
    return SelfTest(
        steps=[Step(**step) for step in stored["steps"]],
        granted=stored["granted"],
        missing=stored["missing"],
    )
