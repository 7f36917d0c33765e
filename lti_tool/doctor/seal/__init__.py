"""The institution's electronic seal: it can be made, its certificate is valid, and is that of the first issuer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from badges.issuer import IssuerProfile
from lti_tool.doctor.findings import BROKEN, WARNING, Finding, Severity, finding
from lti_tool.doctor.installation import Installation
from lti_tool.errors import SealingError
from lti_tool.sealing import Seal
from signing.seals.certificates import SealCertificate

NAME = "seal"
FINDINGS: Mapping[str, Severity] = {
    "seal_fails": BROKEN,
    "seal_ended": BROKEN,
    "seal_ends": WARNING,
    "seal_of_another": BROKEN,
    "seal_named_otherwise": WARNING,
    "seal_not_qualified": WARNING,
}
#: A new certificate takes a visit at its trust service.
ENDS_SOON_DAYS = 60
#: What the certificate alone is to blame for.
_OF_THE_CERTIFICATE = frozenset({"expired", "not_yet_valid"})


def check(installation: Installation) -> Iterator[Finding]:
    """What keeps the seal from being made, or Europass from taking it."""
    tool = installation.tool
    if tool is None or tool.seal is None:
        return
    with tool.store.read() as session:
        profile = tool.issuers.first(session).profile
    yield from findings_of(tool.seal, profile, tool.clock())


def findings_of(seal: Seal, profile: IssuerProfile, now: datetime) -> Iterator[Finding]:
    """What is wrong with the seal of that issuer. A remote signer signs nothing for it: it counts what it signs."""
    try:
        certificate = seal.certificate()
        if seal.place != "remote":
            seal.seal_all(["{}"], now)
    except SealingError as error:
        if error.code not in _OF_THE_CERTIFICATE:
            yield finding("seal_fails", problem=str(error))
            return
    yield from _of_days(certificate, now)
    try:
        seal.check_identifier(profile.eidas_identifier)
    except SealingError:
        own = {"slug": profile.slug, "own": profile.eidas_identifier or "-"}
        yield finding("seal_of_another", identifier=certificate.identifier, **own)
    if certificate.organisation not in profile.legal_name.values():
        yield finding("seal_named_otherwise", slug=profile.slug, organisation=certificate.organisation)
    if seal.claim() == "none":
        yield finding("seal_not_qualified")


def _of_days(certificate: SealCertificate, now: datetime) -> Iterator[Finding]:
    if now < certificate.valid_from:
        yield finding("seal_fails", problem=f"the certificate begins on {certificate.valid_from:%Y-%m-%d}")
    days = (certificate.valid_until - now).days
    if days < ENDS_SOON_DAYS:
        code = "seal_ended" if days < 0 else "seal_ends"
        yield finding(code, on=f"{certificate.valid_until:%Y-%m-%d}")
