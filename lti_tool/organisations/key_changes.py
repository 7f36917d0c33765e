"""Keys of an organisation that are changed, or withdrawn because somebody else may have had them.

A key that was changed stays published: what it signed is as good as before. Of one that was withdrawn nothing counts
any more, whatever date it has, as a thief can write any; the organisation signs again what it still means.
"""

from __future__ import annotations

import json
from datetime import datetime

from lti_tool.errors import NotFoundError
from lti_tool.issuing.issuers import Issuers
from lti_tool.logs import log
from lti_tool.organisations import keys
from lti_tool.store import Session, events, journal, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import EndorsementRow, OrganisationKey, OrganisationRow
from signing.errors import SigningError
from signing.jws import header_of, verification_method_of


def rotate(session: Session, issuers: Issuers, row: OrganisationRow, now: datetime, by: Actor) -> None:
    """Signs with new keys from now on, in place of those that sign now. One that has none yet stays without.

    The organisation is to be locked. Raises SigningError where the device makes none: then nothing is to be kept.
    """
    for key in keys.usable(session, row):
        key.retired_at = now
        session.flush()
        journal.note_key(session, "key_retired", key.kid, now, now)
        _record(session, "key_retired", row, key, now, by)
        keys.make(session, issuers, row, key.algorithm, now)


def withdraw(
    session: Session, issuers: Issuers, row: OrganisationRow, kid: str, now: datetime, by: Actor
) -> int:
    """Withdraws a key that somebody else may have had; how many of its statements count no more.

    A new one is made where it was the one that signs. Where the device makes none the key is withdrawn all the same,
    and one is made when the organisation next signs. The organisation is to be locked. Raises NotFoundError.
    """
    key = next((each for each in queries.organisations.keys(session, row.id) if each.kid == kid), None)
    if key is None:
        raise NotFoundError("the organisation has no such key")
    if key.compromised_at is not None:
        return 0
    # As of its first day: else a verifier would go on believing what this site still serves of before.
    key.compromised_at, key.retired_at = key.created_at, key.retired_at or now
    session.flush()
    journal.note_key(session, "key_compromised", kid, key.created_at, now)
    _record(session, "key_compromised", row, key, now, by)
    if not any(each.algorithm == key.algorithm for each in keys.usable(session, row)):
        _try_to_make(session, issuers, row, key, now)
    return distrust(session, key, now)


def distrust(session: Session, key: OrganisationKey, now: datetime) -> int:
    """Marks what the key signed, and what was not withdrawn, as trusted no more; how many that are."""
    signed = queries.organisations.trusted_of(session, key.organisation_id)
    found = [each for each in signed if key.kid in kids_of(each)]
    for each in found:
        each.key_withdrawn_at = now
    return len(found)


def kids_of(row: EndorsementRow) -> set[str]:
    """The ids of the keys that signed it, in both its forms."""
    named = [proof["verificationMethod"].rpartition("#")[2] for proof in json.loads(row.text)["proof"]]
    address = verification_method_of(header_of(row.jwt.partition(".")[0]))
    return {*named, address.rpartition("/")[2].removesuffix(".json")}


def _try_to_make(
    session: Session, issuers: Issuers, row: OrganisationRow, lost: OrganisationKey, now: datetime
) -> None:
    try:
        with session.begin_nested():
            keys.make(session, issuers, row, lost.algorithm, now)
    except SigningError as error:
        log.warning("organisation_key_not_made", algorithm=lost.algorithm, why=str(error))


def _record(
    session: Session, what: str, row: OrganisationRow, key: OrganisationKey, now: datetime, by: Actor
) -> None:
    events.record(session, what, "organisation_key", key.kid, now, actor=by, issuer_id=row.issuer_id)
