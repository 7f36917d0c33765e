"""The profile of a learner, as programs read and write it (Profile of Open Badges 3.0)."""

from __future__ import annotations

import hmac
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from badges.foreign_json import types
from badges.schemas.rules import find_breach
from lti_tool.backpack.accesses import ProgramVisit
from lti_tool.backpack.owners import lock_owner, owner_of
from lti_tool.errors import BackpackError
from lti_tool.people.addresses import addresses_of, comparable_address
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import KeptProfile
from lti_tool.values import Json, is_storable
from signing.json_text import as_plain_text

MAX_SIZE = 20_000


def profile_of(session: Session, visit: ProgramVisit, secret_key: str) -> Json:
    """The profile of whoever reads the mail today: what a program wrote, else name and address as they are known here.

    Its id says nothing of the learner, and is another one for each address that they let programs in with.
    """
    owner = owner_of(visit.people)
    own = {"id": profile_id(visit.address, secret_key), "type": ["Profile"]}
    kept = queries.backpack.profile(session, owner)
    if kept is not None:
        return {**kept.body, **own, "type": kept.body["type"]}
    people = queries.people.people(session, [owner])
    name = people[owner].name if owner in people else None
    return own | ({"name": name} if name else {}) | {"email": visit.address}


def write_profile(
    session: Session, visit: ProgramVisit, written: Any, secret_key: str, now: datetime, by: Actor
) -> bool:
    """Whether the profile is another one now: a program wrote it, whole.

    Raises BackpackError with the code `wrong_profile` for what is none, `foreign_id` where it would change whose it is,
    `foreign_email` for an address that the learner has not proved; NotFoundError once they are erased.
    """
    owner = lock_owner(session, visit.people)
    body = _checked(written)
    if body.get("id") != profile_id(visit.address, secret_key):
        raise BackpackError("foreign_id", "the id of a profile stays as it is")
    if "email" in body and comparable_address(body["email"]) not in addresses_of(session, visit.people):
        raise BackpackError("foreign_email", "the learner has not proved this address")
    if body == profile_of(session, visit, secret_key):
        return False
    row = queries.backpack.profile(session, owner)
    if row is None:
        row = KeptProfile(person_id=owner)
        session.add(row)
    row.body, row.changed_at = body, now
    data = {"program": visit.client_id}
    events.record(session, "profile_written", "person", row.person_id, now, actor=by, data=data)
    return True


def profile_id(address: str, secret_key: str) -> str:
    """The id of the profile of whoever reads the mail of the address."""
    made = hmac.digest(secret_key.encode(), f"profile {address}".encode(), sha256)
    return UUID(bytes=made[:16], version=4).urn


def _checked(written: Any) -> Json:
    if not isinstance(written, dict) or "Profile" not in types(written):
        raise BackpackError("wrong_profile", "the body is not a Profile")
    try:
        text = as_plain_text(written)
    except (ValueError, TypeError) as error:
        raise BackpackError("wrong_profile", "the body is not JSON") from error
    if len(text) > MAX_SIZE:
        raise BackpackError("wrong_profile", f"a profile has {MAX_SIZE} bytes at most")
    if not _is_storable(written):
        raise BackpackError("wrong_profile", "a text has what no text can have")
    wrong = find_breach(written, "Profile")
    if wrong is not None:
        raise BackpackError("wrong_profile", f"{wrong} is not as the standard has it")
    return written


def _is_storable(value: Any) -> bool:
    match value:
        case dict():
            return all(is_storable(name) and _is_storable(each) for name, each in value.items())
        case list():
            return all(_is_storable(each) for each in value)
        case str():
            return is_storable(value)
        case _:
            return True
