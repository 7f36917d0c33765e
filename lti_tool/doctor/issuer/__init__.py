"""The issuers: each is confirmed, and its accreditations are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.issuing import legal_identity

NAME = "issuer"
FINDINGS: Mapping[str, Severity] = {
    "issuer_not_confirmed": BROKEN,
    "accreditation_ended": WARNING,
    "accreditation_ends": WARNING,
}


def check(installation: Installation) -> Iterator[Finding]:
    """What keeps an issuer from issuing, now or soon."""
    tool = installation.tool
    if tool is None:
        return
    with tool.store.read() as session:
        issuers = tool.issuers.all(session)
    for issuer in issuers:
        profile = issuer.profile
        today = profile.day_of(tool.clock())
        if issuer.confirmed_at is None:
            yield finding("issuer_not_confirmed", slug=profile.slug)
        for item in legal_identity.ending_soon(profile.accreditations, today):
            ended = item.valid_until is not None and item.valid_until < today
            code = "accreditation_ended" if ended else "accreditation_ends"
            yield finding(code, slug=profile.slug, accreditation=item.code, on=str(item.valid_until))
