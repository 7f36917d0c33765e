"""Learners are mailed when their badges reach a host no more: once for each access and cause, not for each badge.

The mail goes to the address under which the access was given, while that opens the badge, and where it is still so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from lti_tool.deliveries.dispatch import recipient_of
from lti_tool.hosts.discovery import host_name
from lti_tool.issuing.baking import name_of
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.letterheads import letterhead
from lti_tool.people import addresses
from lti_tool.store import Session, events, outbox, queries
from lti_tool.store.models import Award, HostAccess
from lti_tool.values import HostMail, Json

TASK = "mail_about_host"


def plan(session: Session, row: HostAccess, award_id: int, cause: str, now: datetime) -> None:
    """Has the learner told why the badge of the award does not get to the host, unless they were told of that cause."""
    told = row.told or []
    if cause not in told:
        row.told = [*told, cause]
        payload = {"award_id": award_id, "access_id": row.id, "cause": cause}
        outbox.add(session, TASK, payload, now)


def award_to_tell_of(
    session: Session, payload: Json, reused_domains: Collection[str], now: datetime
) -> Award | None:
    """The award whose badge the mail of a job names; None where there is nothing to tell any more."""
    row = queries.hosts.access(session, payload["access_id"])
    award = queries.awards.award(session, payload["award_id"])
    if row is None or award is None or award.credential is None:
        return None
    if award.person_id not in addresses.opened_by_given(session, row, now, reused_domains):
        # Whoever reads the mail of the address today may be somebody else.
        return None
    return award if _is_still_so(session, row, payload["cause"]) else None


def mail_about(session: Session, payload: Json, award: Award, issuer: Issuer) -> HostMail:
    """The mail, in the language of the learner. Raises LookupError where the access or the credential is gone."""
    row, credential = queries.hosts.access(session, payload["access_id"]), award.credential
    if row is None or credential is None:
        raise LookupError("there is nothing to tell any more")
    recipient = replace(recipient_of(award.person, credential), email=row.address)
    return HostMail(
        recipient=recipient,
        issuer=letterhead(issuer, recipient.language),
        site=host_name(row.host.url),
        badge=name_of(credential),
        cause=payload["cause"],
        url=f"{issuer.addresses.tool_url}/my/places?lang={recipient.language}",
    )


def record_told(session: Session, payload: Json, now: datetime) -> None:
    """Notes that the learner was mailed."""
    about = str(payload["access_id"])
    events.record(session, "host_trouble_told", "host_access", about, now, why=payload["cause"])


def _is_still_so(session: Session, row: HostAccess, cause: str) -> bool:
    if cause == "lost":
        return row.lost_at is not None
    return any(
        each.status == "failed" and each.trouble == cause
        for each in queries.hosts.brought_to(session, row.id)
    )
