"""Reissuing: all badges that were signed with a key are signed once more with the keys of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from badges.errors import MissingElementsError
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.issuing import issuance
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuers import Issuers
from lti_tool.store import events, queries
from lti_tool.store.database import Store
from lti_tool.store.events import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One badge: the id it had, and what its template lacks, so that it could not be signed again.

    One that was bound to a holder is only ended: nobody could bring another to the wallet.
    """

    credential_id: str
    was_bound: bool = False
    lacking: tuple[str, ...] = ()


def badges_to_reissue(store: Store, issuer: Issuer, kid: str, now: datetime, by: Actor) -> list[str]:
    """The ids of the credentials in use that were signed with the key, oldest first.

    Raises NotFoundError where the issuer has no such key, NotAllowedError where the key still signs, or the issuer is
    not confirmed.
    """
    if issuer.confirmed_at is None:
        raise NotAllowedError("nothing is issued until the issuer is confirmed")
    with store.begin() as session:
        if kid not in {row.kid for row in queries.issuers.signing_keys(session, issuer.id)}:
            raise NotFoundError(f"there is no key {kid}")
        if kid in issuer.keyring.current_kids(session):
            raise NotAllowedError(
                f"{kid} still signs: retire it first, or revoke it (keys retire, keys compromised)"
            )
        found = queries.credentials.in_use_signed_with(session, issuer.id, kid, now)
        events.record(
            session, "reissue_begun", "signing_key", kid, now, actor=by, data={"badges": len(found)}
        )
    return found


def reissue(
    store: Store, issuers: Issuers, credential_ids: list[str], clock: Callable[[], datetime]
) -> Iterator[Step]:
    """Reissues one badge after the other, each in a transaction of its own, and tells of each.

    What is done stays done: whoever begins again goes on with the rest, because a credential that was replaced is not
    in use any more.
    """
    for credential_id in credential_ids:
        with store.read() as session:
            row = queries.credentials.credential(session, credential_id)
            was_bound = row is not None and row.holder is not None
        try:
            _reissue_one(store, issuers, credential_id, clock())
        except MissingElementsError as error:
            yield Step(credential_id=credential_id, lacking=tuple(error.names))
        else:
            yield Step(credential_id=credential_id, was_bound=was_bound)


def _reissue_one(store: Store, issuers: Issuers, credential_id: str, now: datetime) -> None:
    for attempts_left in (2, 1, 0):
        try:
            issuance.replace_credential(store, issuers, credential_id, "reissued", now)
            return
        except IntegrityError:
            # Somebody has stored a credential with the same index of the status list meanwhile: choose another.
            if not attempts_left:
                raise
