"""What a learner may print: a badge's certificate, and the transcript of all of them.

What draws is imported when something is drawn: it takes 30 MB that most processes never need.
"""

from __future__ import annotations

from badges.pdf.content import IssuedBadge
from lti_tool.errors import NotFoundError
from lti_tool.publishing.publisher import Publisher
from lti_tool.store import queries
from lti_tool.store.models import CredentialRow, Learner


def certificate_of(desk: Publisher, credential_id: str, language: str) -> bytes:
    """The certificate as a PDF. A badge that was revoked or suspended has none: paper outlives its check."""
    from badges.pdf.certificate import certificate

    with desk.store.read() as session:
        row = queries.credentials.credential(session, credential_id)
        if row is None or row.revoked_at or row.suspended_at:
            raise NotFoundError("there is no such badge, or it does not hold now")
        issued = _issued(desk, row)
    return certificate(issued, language)


def transcript_of(desk: Publisher, learner_id: int, language: str) -> bytes:
    """The transcript of what a learner holds from this issuer, as a PDF."""
    from badges.pdf.transcript import transcript

    with desk.store.read() as session:
        name = session.get_one(Learner, learner_id).name or ""
        badges = [
            _issued(desk, row) for row in queries.credentials.credentials_of_learner(session, learner_id)
        ]
    if not badges:
        raise NotFoundError("the learner has no badge")
    return transcript(badges, desk.issuer.profile, name, language, desk.clock())


def _issued(desk: Publisher, row: CredentialRow) -> IssuedBadge:
    return IssuedBadge(
        text=row.text,
        png=row.template_version.picture,
        page_url=desk.issuer.addresses.badge_page(row.id),
        colours=row.template_version.body.get("colours"),
    )
