"""Badges of Open Badges 2.0 that programs bring by Badge Connect (Open Badges 2.1), as Moodle does with its own.

An assertion has no proof in it. It is genuine where its own address serves it, or where it is signed; what is neither
served nor signed is worth as much as a badge of 3.0 without a signature, so it is not kept.
"""

from __future__ import annotations

from typing import Any

from badges.foreign_json import kind_of
from badges.verify import Report
from lti_tool.backpack.collection import COMPACT_JWS
from lti_tool.backpack.incoming import FORGED, Incoming, incoming
from lti_tool.errors import BackpackError
from signing.json_text import as_plain_text

_PROVEN = ("passed", "warning")


def text_of_assertion(body: Any) -> str:
    """The badge that a program sent: the JSON of its `assertion`, or its `signedAssertion`, a compact JWS.

    Raises BackpackError with the code `no_badge` where there is not exactly one of the two.
    """
    assertion, signed = (body.get(name) for name in ("assertion", "signedAssertion"))
    match assertion, signed:
        case dict(), None:
            try:
                return as_plain_text(assertion)
            except (ValueError, TypeError) as error:
                raise BackpackError("no_badge", "unreadable") from error
        case None, str() if COMPACT_JWS.fullmatch(signed):
            return signed
        case _:
            raise BackpackError("no_badge", "no_credential")


def incoming_assertion(report: Report) -> Incoming:
    """What is kept of the assertion that the report is about.

    Raises BackpackError with the code `no_assertion` for a badge of another version, `revoked`, `not_served` where
    nothing shows that it is its issuer's, and those of `incoming`.
    """
    if report.verdict == "revoked":
        raise BackpackError("revoked", "its issuer has revoked it")
    proof = next(check for check in report.checks if check.name == "proof")
    # Before anything is said of how large it is: nothing of it is known to be so.
    if _is_assertion(report) and report.verdict not in FORGED and proof.outcome not in _PROVEN:
        raise BackpackError("not_served", proof.code)
    badge = incoming(report)
    if not _is_assertion(report):
        raise BackpackError("no_assertion", "a badge of Open Badges 3.0")
    return badge


def _is_assertion(report: Report) -> bool:
    return kind_of(report.credential or {}) == "open_badges_2"
