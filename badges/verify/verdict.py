"""decide_verdict: one word for all checks, the most important one for people who rely on the badge."""

from __future__ import annotations

from badges.verify.proof import CHANGED
from badges.verify.report import Check, Verdict

#: What a badge has to say to be one: what it is, who issued it, to whom and for what. Slips of form are warnings.
_WHOLE = frozenset({"context", "type", "subject", "issuer"})
#: What is held against a signed document only: terms with a meaning of its own, and a form by which readers would see
#: different badges (of Open Badges 2.0; in 3.0 the checks of the form never fail).
_SOUND = frozenset({"terms", "schema", "inline_schemas"})
#: Code of a failed `validity` -> verdict.
_NOT_VALID_NOW: dict[str, Verdict] = {"expired": "expired", "not_yet_valid": "not_yet_valid"}
#: Where one of these is unknown, so is the verdict. The others may stay unknown: they say how well the badge is made,
#: who endorses it, whether there is a newer one; not whether it is genuine.
_DECISIVE = frozenset({"proof", "key_of_issuer", "status", "validity", "subject"})


def decide_verdict(checks: tuple[Check, ...]) -> Verdict:
    """The Verdict that the checks come to.

    The order of the questions is a promise to readers of reports. Does the signature hold with the issuer's key, or is
    it the issuer's own copy? Is it still valid? Is it whole enough to be read? So no slip of form hides that a badge
    was revoked, a badge is called "changed" only where a signature or the issuer's own copy proves it, and what a
    credential says about its end counts only once it is known to be its issuer's.
    """
    by_name = {check.name: check for check in checks}
    failed = {check.name for check in checks if check.outcome == "failed"}
    unknown = {check.name for check in checks if check.outcome == "unknown"}
    if "parsed" in failed:
        return "unusable"
    proof = by_name["proof"]
    if proof.code in CHANGED:
        return "changed"
    is_of_another = proof.code == "wrong_iss" or "key_of_issuer" in failed
    is_not_proven = "proof" in failed | unknown
    if (is_of_another or is_not_proven) and failed & _WHOLE:
        return "unusable"  # nothing in it is proven, and it is no whole badge either
    if is_of_another:
        return "wrong_issuer"
    if is_not_proven:
        return "unsigned" if proof.code == "no_proof" else "unverifiable"
    if "status" in failed:
        return "suspended" if by_name["status"].code == "suspended" else "revoked"
    if "validity" in failed and by_name["validity"].code in _NOT_VALID_NOW:
        return _NOT_VALID_NOW[by_name["validity"].code]
    if failed & (_WHOLE | _SOUND):
        return "unusable"
    if "recipient" in failed:
        return "wrong_recipient"
    return "unverifiable" if unknown & _DECISIVE or failed else "verified"
