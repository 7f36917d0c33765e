"""Whether a badge names its learner otherwise than the platform does now."""

from __future__ import annotations

from datetime import datetime

from lti_tool.issuing.signed_content import signed_content
from lti_tool.store.models import Award


def is_outdated(award: Award, now: datetime) -> bool:
    """Whether the award's badge names another name or address than the platform, so that it can be corrected."""
    credential, person = award.credential, award.person
    return (
        award.status == "issued"
        and credential is not None
        and not credential.has_expired(now)
        # Only then the signed text is read: it says whether that is another name than the one that was signed.
        and person.renamed_at is not None
        and person.renamed_at > credential.issued_at
        and not signed_content(credential.text).is_of(person.name, person.email)
    )
