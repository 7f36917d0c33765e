"""What `doctor` finds: a code, how bad it is, and in words what is wrong and how it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lti_tool.values import Json

#: `broken`: something that the tool is there for does not work. `warning`: it works, and will not for long, or not for
#: everybody.
Severity = Literal["warning", "broken"]
WARNING: Severity = "warning"
BROKEN: Severity = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be. `about`: what fills in its sentences, and never a secret or a person."""

    code: str
    about: Mapping[str, str | int] = field(default_factory=dict)


def finding(code: str, **about: str | int) -> Finding:
    """The finding with that code about these things."""
    return Finding(code=code, about=about)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A finding in words: `what` is wrong, and the `mend`, which names the command, the setting or the record.

    `check` is the name of the check that found it.
    """

    check: str
    code: str
    severity: Severity
    what: str
    mend: str

    def as_json(self) -> Json:
        """The diagnosis for programs."""
        return {
            "check": self.check,
            "code": self.code,
            "severity": self.severity,
            "what": self.what,
            "mend": self.mend,
        }
