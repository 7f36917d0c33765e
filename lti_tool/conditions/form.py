"""What is wrong with a condition's part of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FormProblem:
    """A code of the condition's own sentences (their table `form`), with the values to be filled in."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)
