"""check_hosted: an assertion is genuine when its own address, which belongs to its issuer, still serves it.

Source: Open Badges 2.0, "Verification", hosted.
"""

from __future__ import annotations

from badges.verify.assertions import AssertionTroubleError, Checked, Issuer, fetched, host, issuer_of
from badges.verify.foreign_json import as_list, objects, text, types
from badges.verify.lookups import Lookups
from badges.verify.report import Finding, failed, passed
from signing.json_text import Json

#: What may not differ between the assertion in a file and the one that is served.
_SAME = ("id", "uid", "recipient", "badge", "expires", "issuedOn")


def check_hosted(address: str, baked: Json, outside: Lookups) -> Checked:
    """What is served at the address; `baked` is what stood in the file, or nothing. Raises AssertionTroubleError."""
    served = fetched(address, outside)
    if served.get("revoked") is True and text(served, "id") in (address, None):
        # An issuer that takes a badge back may serve no more of it than that.
        served = baked | served
    differing = [name for name in _SAME if baked and served.get(name) != baked.get(name)]
    if differing or text(served, "id") not in (address, None) or types(served) & {"BadgeClass", "Issuer"}:
        raise AssertionTroubleError(failed("differs_from_hosted", ", ".join(differing) or "id"))
    issuer = issuer_of(served, outside)
    return Checked(
        assertion=served,
        issuer_id=issuer.id,
        proof=passed("hosted", address),
        key_of_issuer=_is_at_home(address, issuer),
        status=failed("revoked") if served.get("revoked") is True else passed("not_revoked"),
    )


def _is_at_home(address: str, issuer: Issuer) -> Finding:
    """Whether assertions of the issuer live at such addresses: where it says so, else on its own host."""
    (policy, *_) = (*objects(issuer.profile.get("verification")), {})
    starts = [start for start in as_list(policy.get("startsWith")) if isinstance(start, str)]
    hosts = as_list(policy.get("allowedOrigins")) or [host(issuer.id)]
    at_home = any(address.startswith(start) for start in starts) if starts else host(address) in hosts
    if at_home and host(address):
        return passed("key_of_issuer", issuer.id or "")
    return failed("key_of_another", address)
