"""decide_verdict: one word for all checks, the most important one for people who rely on the badge."""

from __future__ import annotations

from badges.verify.proof import CHANGED
from badges.verify.report import Check, Verdict

#: Checks without which the document is not an Open Badge.
_FORM = frozenset({"parsed", "context", "type", "schema", "inline_schemas", "subject", "issuer"})
#: Where one of these is unknown, so is the verdict. The others may stay unknown: they say how well the badge is made,
#: who endorses it, whether there is a newer one; not whether it is genuine.
_DECISIVE = frozenset({"proof", "key_of_issuer", "status", "validity"})


def decide_verdict(checks: tuple[Check, ...]) -> Verdict:
    """The Verdict that the checks come to.

    The order of the questions is a promise to readers of reports: a badge is called "changed" only where a signature
    or the issuer's own copy proves it, and what a credential says about its end counts only once it is known to be
    its issuer's.
    """
    by_name = {check.name: check for check in checks}
    failed = {check.name for check in checks if check.outcome == "failed"}
    unknown = {check.name for check in checks if check.outcome == "unknown"}
    if failed & _FORM:
        return "unusable"
    if by_name["proof"].code in CHANGED:
        return "changed"
    if "proof" in failed | unknown:
        return "unverifiable"
    if "key_of_issuer" in failed:
        return "wrong_issuer"
    if "terms" in failed:  # after the proof: only a signed document can be blamed for its terms
        return "unusable"
    if "status" in failed:
        return "suspended" if by_name["status"].code == "suspended" else "revoked"
    if "validity" in failed:
        by_code: dict[str, Verdict] = {"expired": "expired", "not_yet_valid": "not_yet_valid"}
        return by_code.get(by_name["validity"].code, "unusable")
    if "recipient" in failed:
        return "wrong_recipient"
    return "unverifiable" if unknown & _DECISIVE or failed else "verified"
