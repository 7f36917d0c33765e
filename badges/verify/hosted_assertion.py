"""check_hosted_assertion: an assertion is genuine when its own address, on its issuer's host, still serves it.

Source: Open Badges 2.0, "Verification", hosted.
"""

from __future__ import annotations

from badges.verify.assertions import (
    AssertionNotVerifiedError,
    Issuer,
    VerifiedAssertion,
    fetch_issuer,
    fetch_json,
    host_of,
)
from badges.verify.foreign_json import as_list, objects, text, types
from badges.verify.lookups import Lookups
from badges.verify.report import Finding, failed, passed
from signing.json_text import Json

#: What may not differ between the assertion in a file and the one that is served.
_COMPARED = ("id", "uid", "recipient", "badge", "expires", "issuedOn")


def check_hosted_assertion(address: str, baked: Json, lookups: Lookups) -> VerifiedAssertion:
    """The assertion that the address serves; `baked` is the one in the file, or empty.

    Raises AssertionNotVerifiedError where it cannot be fetched, or differs from the one in the file.
    """
    served = fetch_json(address, lookups)
    if served.get("revoked") is True and text(served, "id") in (address, None):
        # For a revoked badge an issuer may serve no more than `revoked` and the id.
        served = baked | served
    differing = [name for name in _COMPARED if baked and served.get(name) != baked.get(name)]
    if differing or text(served, "id") not in (address, None) or types(served) & {"BadgeClass", "Issuer"}:
        raise AssertionNotVerifiedError(failed("differs_from_hosted", ", ".join(differing) or "id"))
    # The issuer of what is served, not of what was in the file: only the served assertion is genuine.
    issuer = fetch_issuer(served, lookups)
    return VerifiedAssertion(
        assertion=served,
        issuer_id=issuer.id,
        proof=passed("hosted", address),
        key_of_issuer=_check_address(address, issuer),
        status=failed("revoked") if served.get("revoked") is True else passed("not_revoked"),
    )


def _check_address(address: str, issuer: Issuer) -> Finding:
    """Whether the issuer hosts assertions there: as its profile's VerificationObject says, else on its own host."""
    (policy, *_) = (*objects(issuer.profile.get("verification")), {})
    prefixes = [prefix for prefix in as_list(policy.get("startsWith")) if isinstance(prefix, str)]
    hosts = as_list(policy.get("allowedOrigins")) or [host_of(issuer.id)]
    is_allowed = (
        any(address.startswith(prefix) for prefix in prefixes) if prefixes else host_of(address) in hosts
    )
    if is_allowed and host_of(address):
        return passed("key_of_issuer", issuer.id or "")
    return failed("key_of_another", address)
