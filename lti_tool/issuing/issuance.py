"""Issuing: from an award to a secured credential in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import uuid4

from badges.errors import MissingElementsError
from lti_tool.issuing import bound_statuses, gathering, new_credential, storing
from lti_tool.issuing.issuers import Issuers
from lti_tool.issuing.new_credential import NewCredential
from lti_tool.issuing.storing import Made, Outcome
from lti_tool.store.database import Store

#: Why a credential takes the place of another: something in it is corrected, or it is signed with another key.
Replacement = Literal["replaced", "reissued"]


def issue(store: Store, issuers: Issuers, award_ids: Sequence[int], now: datetime) -> None:
    """Builds, secures and stores the credentials of awards, and schedules their deliveries.

    An award that has a credential already, or was revoked, is left alone. One that lacks something is set to wait:
    `waiting_for` names the issuer's confirmation, a validity that has passed, a result below the one that the badge
    asks for (`required_value`), a key that signs (`key`), or the missing elements. Raises NotFoundError where there is
    no such award, SigningError where a key cannot be used; then none of them is stored.

    Nothing is locked while the credentials are built and signed, which can take a second and, with a device, calls to
    it. So two workers can get here for the same award: the second finds the first one's credential when it stores its
    own, and drops that; the status list entry of a dropped one stays unused. In the same way an issuer that was changed
    meanwhile, a key of it that was stolen, or a level that a teacher has stated, is found there, and the credential is
    made anew.
    """
    left = list(award_ids)
    while left:
        with store.begin() as session:
            gathered = gathering.first_credentials(session, issuers, left, now)
        made, lacking = [], {}
        for new in gathered:
            try:
                made.append(_make(new, now))
            except MissingElementsError as error:
                lacking[new.award_id] = error.names
        with store.begin() as session:
            gathering.set_to_wait(session, lacking, now)
            outcomes = storing.store(session, issuers, made, now)
        left = [award_id for award_id, outcome in outcomes.items() if outcome == "changed"]


def replace_credential(
    store: Store, issuers: Issuers, credential_id: str, why: Replacement, now: datetime
) -> bool:
    """Puts a new credential of the same award in the place of one, which is revoked; whether that was done now.

    The new one is made of the learner's data as they are now, and keeps the dates of the award. Those of the award that
    are bound to holders end with it; one of these itself is only ended, see `bound_statuses`. Nothing is done where
    the credential is not the award's current one any more, or does not hold: so a repetition changes nothing. Raises
    NotFoundError where there is no such credential, NotAllowedError where the issuer is not confirmed, SigningError and
    MissingElementsError.
    """
    outcome: Outcome = "changed"
    while outcome == "changed":
        with store.begin() as session:
            if bound_statuses.end_where_bound(session, credential_id, why, now):
                return True
            new = gathering.replacement(session, issuers, credential_id, why, now)
        if new is None:
            return False
        made = _make(new, now)
        with store.begin() as session:
            outcome = storing.store(session, issuers, [made], now).get(new.award_id, "not_needed")
    return outcome == "stored"


def _make(new: NewCredential, now: datetime) -> Made:
    """Builds and secures a credential. Raises MissingElementsError and SigningError."""
    credential_id = str(uuid4())
    return Made(id=credential_id, new=new, secured=new_credential.secured(new, credential_id, now))
