"""verdict: one word for all checks; what is worst for someone who relies on the badge comes first."""

from __future__ import annotations

from badges.verify.proof import CHANGED
from badges.verify.report import Check, Verdict

_FORM = frozenset({"parsed", "context", "type", "schema", "inline_schemas", "subject", "issuer"})
#: Where these are open, so is everything. The others may stay open: they say how well the badge is made, who vouches
#: for it, whether there is a newer one; not whether it is genuine.
_DECIDING = frozenset({"proof", "key_of_issuer", "status", "validity"})


def verdict(checks: tuple[Check, ...]) -> Verdict:
    found = {check.name: check for check in checks}
    failed = {check.name for check in checks if check.outcome == "failed"}
    unknown = {check.name for check in checks if check.outcome == "unknown"}
    if failed & _FORM:
        return "unusable"
    if found["proof"].code in CHANGED:
        return "changed"
    if "proof" in failed | unknown:
        return "unverifiable"
    if "key_of_issuer" in failed:
        return "wrong_issuer"
    if "terms" in failed:
        return "unusable"
    if "status" in failed:
        return "suspended" if found["status"].code == "suspended" else "revoked"
    if "validity" in failed:
        ended: dict[str, Verdict] = {"expired": "expired", "not_yet_valid": "not_yet_valid"}
        return ended.get(found["validity"].code, "unusable")
    if "recipient" in failed:
        return "wrong_recipient"
    return "unverifiable" if unknown & _DECIDING or failed else "verified"
