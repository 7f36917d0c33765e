"""An endorsement as pages show it: who says what, how they proved who they are, and whether it is verified now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lti_tool.store import Session
from lti_tool.store.models import CredentialRow, EndorsementRow, OrganisationRow
from lti_tool.web.current import current_tool
from lti_tool.web.languages import page_language
from lti_tool.web.page_issuer import issuer_of
from lti_tool.web.translation import gettext as _

#: More than anybody reads on one page; each is verified for it.
MOST_SHOWN = 10

State = Literal["valid", "withdrawn", "key_withdrawn", "unproven"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEndorsement:
    """`who` says it, `how` they proved who they are; `state` is what its verification has just shown.

    `is_of_earlier`: it is about a badge in whose place the one that the page shows has come.
    """

    id: str
    kind: str
    name: str
    who: str
    how: str
    comment: str
    subject: str
    signed_at: datetime
    withdrawn_at: datetime | None
    is_shown: bool
    is_of_earlier: bool
    state: State


def shown(session: Session, row: EndorsementRow, about: str = "") -> ShownEndorsement:
    """The endorsement, verified now by its JWT: a signature, and its place in the organisation's list.

    `about`: the id of what the page shows, where what was endorsed may have been replaced.
    """
    said = json.loads(row.text)
    organisation = row.organisation
    return ShownEndorsement(
        id=row.id,
        kind=row.kind,
        name=said["name"],
        who=who(organisation),
        how=how_proved(session, organisation),
        comment=said["credentialSubject"]["endorsementComment"],
        subject=row.subject,
        signed_at=row.signed_at,
        withdrawn_at=row.withdrawn_at,
        is_shown=row.shown_at is not None,
        is_of_earlier=bool(about) and about != row.subject,
        state=_state(row),
    )


def all_shown(session: Session, rows: Iterable[EndorsementRow]) -> Sequence[ShownEndorsement]:
    """Those of these rows that a page has room for, each as `shown`."""
    return [shown(session, row) for row in list(rows)[:MOST_SHOWN]]


def answers_shown(
    session: Session, answers: Sequence[EndorsementRow], badge: CredentialRow
) -> Sequence[ShownEndorsement]:
    """These answers to an award whose badge is `badge` now; each may be about an earlier one."""
    if not answers:
        # As most badges have none, and every opening of a badge asks.
        return []
    about = _id_of(session, badge)
    return [shown(session, row, about) for row in answers]


def _id_of(session: Session, badge: CredentialRow) -> str:
    return current_tool().issuers.at(session, badge.status_list.address).addresses.credential(badge.id)


def who(organisation: OrganisationRow) -> str:
    """The organisation as pages call it: of a domain nothing is known but who controls that."""
    if organisation.domain:
        return _("whoever controls %(domain)s", domain=organisation.domain)
    return organisation.name


def how_proved(session: Session, organisation: OrganisationRow) -> str:
    """How it was found out who the organisation is."""
    if organisation.domain:
        return _(
            "Whoever signed showed at that moment that they control this domain. Nothing else is known of them."
        )
    issuer = issuer_of(session, organisation.issuer_id or "").profile.name_in(page_language())
    return _("Invited by %(issuer)s, which answers for who this is.", issuer=issuer)


def _state(row: EndorsementRow) -> State:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.key_withdrawn_at is not None:
        return "key_withdrawn"
    outcomes = {check.name: check.outcome for check in current_tool().verify_own(row.jwt).checks}
    return "valid" if outcomes.get("proof") == outcomes.get("status") == "passed" else "unproven"
