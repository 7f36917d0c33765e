"""The issuers: each is confirmed, its accreditations are valid, and its templates reviewed in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.issuing import legal_identity
from lti_tool.issuing.issuer import Issuer
from lti_tool.reviews.upcoming import upcoming_reviews
from lti_tool.store import Session

NAME = "issuer"
FINDINGS: Mapping[str, Severity] = {
    "issuer_not_confirmed": BROKEN,
    "accreditation_ended": WARNING,
    "accreditation_ends": WARNING,
    "reviews_overdue": WARNING,
}


def check(installation: Installation) -> Iterator[Finding]:
    """What keeps an issuer from issuing, now or soon."""
    tool = installation.tool
    if tool is None:
        return
    with tool.store.read() as session:
        issuers = tool.issuers.all(session)
        overdue = {each.id: _overdue(session, each, each.profile.day_of(tool.clock())) for each in issuers}
    for issuer in issuers:
        profile = issuer.profile
        today = profile.day_of(tool.clock())
        if overdue[issuer.id]:
            yield finding("reviews_overdue", slug=profile.slug, number=overdue[issuer.id])
        if issuer.confirmed_at is None:
            yield finding("issuer_not_confirmed", slug=profile.slug)
        for item in legal_identity.ending_soon(profile.accreditations, today):
            ended = item.valid_until is not None and item.valid_until < today
            code = "accreditation_ended" if ended else "accreditation_ends"
            yield finding(code, slug=profile.slug, accreditation=item.code, on=str(item.valid_until))


def _overdue(session: Session, issuer: Issuer, today: date) -> int:
    """How many of its templates should have been reviewed."""
    near = upcoming_reviews(session, issuer.id, issuer.profile, today)
    return sum(each.is_overdue for each in near)
