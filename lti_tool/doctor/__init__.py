"""`doctor`: what is wrong with an installation, and how it is mended. It looks at everything and changes nothing.

The folder is the registry: each folder in it is a check, and a new one is found without being listed. Its words have
two tables, `what` and `mend`, of a sentence for each code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from lti_tool.doctor.bounded import Collected
from lti_tool.doctor.findings import BROKEN, WARNING, Diagnosis, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.logs import log, traceback_summary
from lti_tool.plugs import found_in, words

#: For all checks together, which run at the same time: so `doctor` always ends, whoever does not answer.
SECONDS = 45.0


class Check(Protocol):
    """What the module of a check defines. `FINDINGS`: how bad each of its findings is, by their codes.

    Codes are those of one check alone: by a code everybody knows what is meant, and none ever changes.
    """

    NAME: str
    FINDINGS: Mapping[str, Severity]

    def check(self, installation: Installation) -> Iterable[Finding]:
        """What is wrong. Nothing where the installation cannot be asked: that is the finding of another check.

        Each call to others has a limit of time of its own.
        """


CHECKS: Mapping[str, Check] = found_in(__name__, __path__)

#: Of the examination itself: a check that did not end in time, and one that failed.
FINDINGS: Mapping[str, Severity] = {"check_not_ended": WARNING, "check_failed": WARNING}


def examine(
    installation: Installation,
    checks: Mapping[str, Check] = CHECKS,
    language: str = "en",
    seconds: float = SECONDS,
) -> Sequence[Diagnosis]:
    """What is wrong, in words, what is broken first; empty where everything is well."""
    collected: Collected[Diagnosis] = Collected()
    for name, check in checks.items():
        collected.start(name, lambda check=check: _diagnosed(check, installation, language))  # type: ignore[misc]
    collected.wait(seconds)
    found: list[Diagnosis] = []
    for name in checks:
        of_it, has_ended = collected.of(name)
        found += of_it
        if not has_ended:
            found.append(_of_itself("check_not_ended", name, language))
    return sorted(found, key=lambda each: (each.severity != BROKEN, each.check, each.code))


def _diagnosed(check: Check, installation: Installation, language: str) -> Iterable[Diagnosis]:
    try:
        for each in check.check(installation):
            yield diagnosis(check, each, language)
    except Exception as error:  # noqa: BLE001 - one check that fails keeps no other from being made
        # Not its text: it may hold what somebody else has answered, or a password.
        log.error("check_failed", check=check.NAME, error=traceback_summary(error))
        yield _of_itself("check_failed", check.NAME, language)


def diagnosis(check: Check, found: Finding, language: str) -> Diagnosis:
    """The finding of a check in words. Raises KeyError where the check has no such code."""
    return _worded(check.NAME, check.FINDINGS[found.code], words(check, language), found)


def _of_itself(code: str, name: str, language: str) -> Diagnosis:
    sentences = words(sys.modules[__name__], language)
    return _worded(name, FINDINGS[code], sentences, finding(code, check=name))


def _worded(
    name: str, severity: Severity, sentences: Mapping[str, Mapping[str, str]], found: Finding
) -> Diagnosis:
    return Diagnosis(
        check=name,
        code=found.code,
        severity=severity,
        what=sentences["what"][found.code].format_map(found.about),
        mend=sentences["mend"][found.code].format_map(found.about),
    )
