"""build_endorsement: what somebody says of an achievement, of an issuer or of a badge, as an EndorsementCredential.

Source: Open Badges 3.0, "EndorsementCredential". Everything in it is about the organisation that speaks and about what
it speaks of; it names no learner, though the id of a badge leads to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from badges.credential import OB_CONTEXT, OB_EXTENSIONS, VC_CONTEXT, StatusEntry
from badges.jsonld import as_jsonld
from badges.model import (
    CredentialSchema,
    CredentialStatus,
    EndorsementCredential,
    EndorsementSubject,
    Profile,
)
from signing.json_text import Json

OB_ENDORSEMENT_SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorser:
    """Who endorses, by their DID; `url` is an address that is proved to be theirs."""

    id: str
    name: str
    url: str | None = None


def build_endorsement(
    *,
    endorsement_id: str,
    name: str,
    endorser: Endorser,
    subject_id: str,
    comment: str,
    status: StatusEntry,
    now: datetime,
) -> Json:
    """An unsecured EndorsementCredential: `comment` is what the endorser says of what has the id `subject_id`."""
    return as_jsonld(
        EndorsementCredential(
            context=(VC_CONTEXT, OB_CONTEXT, OB_EXTENSIONS),
            id=endorsement_id,
            name=name,
            issuer=Profile(id=endorser.id, name=endorser.name, url=endorser.url),
            valid_from=now,
            credential_subject=EndorsementSubject(id=subject_id, endorsement_comment=comment),
            credential_schema=(CredentialSchema(id=OB_ENDORSEMENT_SCHEMA),),
            credential_status=CredentialStatus(
                id=f"{status.list_url}#{status.index}",
                status_purpose=status.purpose,
                status_list_index=str(status.index),
                status_list_credential=status.list_url,
            ),
        )
    )
