"""What organisations withdrew, and what is not shown any more, after a backup, once more in the restored database.

What is not in the backup is passed over, but for the bit of what was withdrawn: somebody has the file.
"""

from __future__ import annotations

from datetime import datetime

from lti_tool.organisations.status_lists import set_withdrawn
from lti_tool.store import Session, queries
from lti_tool.store.models import EndorsementRow, OrganisationRow
from lti_tool.values import Json


def do_again(session: Session, kind: str, data: Json, at: datetime) -> None:
    """Withdraws or hides an endorsement once more, ends a link or a membership, or closes an organisation."""
    match kind:
        case "organisation_closed":
            organisation = session.get(OrganisationRow, data["organisation"])
            if organisation is not None:
                organisation.closed_at = organisation.closed_at or at
        case "member_removed":
            member = queries.organisations.membership(session, data["organisation"], data["operator"])
            if member is not None:
                session.delete(member)
        case "endorse_link_ended":
            link = queries.organisations.link_with(session, data["token_hash"])
            if link is not None:
                link.ended_at = link.ended_at or at
        case "endorsement_revoked":
            set_withdrawn(session, data["list"], data["index"])
            row = session.get(EndorsementRow, data["endorsement"])
            if row is not None:
                row.withdrawn_at = row.withdrawn_at or at
        case _:
            row = session.get(EndorsementRow, data["endorsement"])
            if row is not None:
                row.shown_at = None
