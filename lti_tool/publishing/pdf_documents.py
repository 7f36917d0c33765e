"""The documents that a learner can print: the certificate of a badge, the transcript of all badges.

The PDF library is imported only when a document is drawn: it takes 30 MB of memory, which most processes never need.
"""

from __future__ import annotations

from hashlib import sha256

from badges.pdf.content import IssuedBadge
from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.signed_content import signed_content
from lti_tool.publishing.credentials import row_to_give_out
from lti_tool.publishing.drawn_pdfs import DrawnPdfs
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import queries
from lti_tool.store.models import CredentialRow

#: Whoever knows the address of a badge may ask for its certificate, and each takes most of a second to draw.
_certificates = DrawnPdfs(most_bytes=32_000_000)


def certificate_of(publisher: Publisher, credential_id: str, language: str) -> bytes:
    """The certificate of a badge as a PDF.

    Raises NotFoundError where there is no such badge, or it is suspended, RevokedError where it is revoked: paper
    cannot show that later.
    """
    from badges.pdf.certificate import certificate

    with publisher.store.read() as session:
        row = row_to_give_out(session, credential_id)
        if row.suspended_at:
            raise NotFoundError("the badge is suspended")
        issued = _issued(publisher.issuers.of(session, row.issuer_id), row)
    return _certificates.pdf_of(_drawn_from(issued, language), lambda: certificate(issued, language))


def transcript_of(publisher: Publisher, issuer: Issuer, person_id: int, language: str) -> bytes:
    """The transcript, by `issuer`, of a learner's valid badges as a PDF. Raises NotFoundError where there are none."""
    from badges.pdf.transcript import transcript

    with publisher.store.read() as session:
        found = queries.credentials.credentials_of_learner(session, person_id)
        rows = [row for row in found if not row.has_expired(publisher.clock())]
        badges = [_issued(publisher.issuers.of(session, row.issuer_id), row) for row in rows]
        # As the newest badge was signed, not as the platform names them today.
        name = (signed_content(rows[-1].text).name or "") if rows else ""
    if not badges:
        raise NotFoundError("the learner has no badge")
    return transcript(badges, issuer.profile, name, language, publisher.clock())


def _drawn_from(badge: IssuedBadge, language: str) -> tuple[str | bytes | None, ...]:
    """All that a certificate depends on, without what is large."""
    return (
        language,
        sha256(badge.text.encode()).digest(),
        sha256(badge.png).digest(),
        badge.page_url,
        badge.colours,
    )


def _issued(issuer: Issuer, row: CredentialRow) -> IssuedBadge:
    return IssuedBadge(
        text=row.text,
        png=row.template_version.picture,
        page_url=issuer.addresses.badge_page(row.id),
        colours=row.template_version.body.get("colours"),
    )
