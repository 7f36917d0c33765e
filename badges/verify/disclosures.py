"""The checks that only an SD-JWT has: what was left out of it, and whether its holder shows it.

Leaving parts out is the right of whoever shows a badge, and says nothing against it.

Source: RFC 9901, "Verification by the Verifier". Key binding is never required here, since nobody has asked for it: a
verifier who needs it asks for a presentation, with a nonce.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from badges.verify.gathered import Gathered
from badges.verify.report import NOT_CHECKED, Finding, failed, passed, unknown
from signing.errors import ProofError
from signing.sd_jwt.key_binding import check_key_binding, has_ended

#: Where the name and the e-mail address of the learner are.
_IDENTITY = ("credentialSubject", "identifier")


def check_disclosures(gathered: Gathered) -> Finding:
    """What was left out, as far as its place tells. What cannot be told are decoys: digests of nothing."""
    proof = gathered.verified_proof or gathered.proof_by_embedded_key
    if proof is None:
        return NOT_CHECKED
    if not proof.hidden:
        return passed("all_shown")
    places = Counter("/" + "/".join(map(str, path)) for path in proof.hidden)
    detail = ", ".join(f"{place} ({count})" for place, count in places.items())
    of_identity = [path[:2] == _IDENTITY for path in proof.hidden]
    if all(of_identity):
        return passed("identity_left_out", detail)
    return passed("identity_and_more_left_out" if any(of_identity) else "details_left_out", detail)


def check_presentation(gathered: Gathered) -> Finding:
    """Whether the wallet that the badge is bound to has signed that it shows this, and for whom."""
    sd_jwt, proof = gathered.file.sd_jwt, gathered.verified_proof
    if sd_jwt is None or proof is None:
        return NOT_CHECKED
    if sd_jwt.key_binding is None:
        return passed("bound_to_nobody") if proof.confirmation is None else unknown("not_presented")
    try:
        binding = check_key_binding(sd_jwt, proof.confirmation, gathered.now)
    except ProofError as error:
        if error.code == "key_not_found":
            return unknown("holder_key_not_found", str(error))
        if error.code == "proof_expired":
            # The holder's key has signed what is shown; only the clock of the wallet is ahead.
            return unknown("presented_in_future", str(error))
        return failed("presented_by_another", str(error))
    if has_ended(binding, gathered.now):
        return unknown("presentation_over", f"{binding.ends_at}")
    return passed("presented", f"{binding.audience}, {binding.made_at.isoformat()}")


#: They come after those of `badges.verify.CHECKS`.
SD_JWT_CHECKS: tuple[tuple[str, Callable[[Gathered], Finding]], ...] = (
    ("disclosures", check_disclosures),
    ("presentation", check_presentation),
)
