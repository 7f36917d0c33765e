"""Issuers, changed by an operator: added, changed by a page or by a file, moved.

A file is read at each start, so it counts only where it says something else than it did before: otherwise the next
start would undo what a page has changed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import uuid4

from badges.issuer import IssuerProfile
from badges.issuer import issuer_id as did_of
from badges.pictures import same_pixels
from lti_tool.errors import NotAllowedError
from lti_tool.issuing.issuer import Issuer
from lti_tool.issuing.issuer_file import IssuerFile, read_profile
from lti_tool.issuing.legal_identity import fingerprint, issue_waiting
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import IssuerAddress, IssuerProfileRow, IssuerRow
from lti_tool.values import Json

#: Where a version of a profile was written.
Source = Literal["file", "page"]


def add(
    session: Session,
    data: Json,
    tool_url: str,
    now: datetime,
    by: Actor = TOOL,
    *,
    logo: bytes | None = None,
    logo_sha256: str = "",
    is_first: bool = False,
) -> str:
    """The key of a new issuer, unconfirmed, with its first version and its address; keys are made by its keyring.

    `logo` is a PNG that `badges.pictures.fit_logo` has made; `logo_sha256`, in hex, is that of the file it was made of.

    Raises what `read_profile` does, and NotAllowedError where another issuer has, or had, that slug.
    """
    profile, _policy = read_profile(data, tool_url, now)
    _wait_for_slugs(session)
    if queries.issuers.addresses_named(session, profile.slug):
        raise NotAllowedError(f"there is, or was, an issuer {profile.slug} already: choose another slug")
    row = IssuerRow(id=str(uuid4()), is_first=is_first, created_at=now)
    session.add(row)
    session.flush()
    session.add(
        IssuerAddress(
            issuer_id=row.id, tool_url=tool_url, slug=profile.slug, did=profile.id, since=now, left_at=None
        )
    )
    body = _body(data, logo_sha256 or _sha256(logo))
    _add_version(session, row.id, 1, body, logo, profile, "file", now, by)
    events.record(session, "issuer_added", "issuer", profile.slug, now, actor=by)
    return row.id


def change(
    session: Session,
    issuer: Issuer,
    data: Json,
    now: datetime,
    by: Actor = TOOL,
    *,
    logo: bytes | None = None,
    logo_sha256: str = "",
    source: Source = "page",
    why: str = "",
    undone: Sequence[str] = (),
) -> bool:
    """Whether the data, or the logo, are others than those of the newest version: then they are the next one.

    `logo` and `logo_sha256` are as those of `add`.

    A changed legal identity has to be confirmed before anything more is issued, unless it is the one that was confirmed
    last: then the awards that waited meanwhile are scheduled. The slug is none of its business, see `move`. The event
    says `why`, a code, and the names of the fields that were `undone`. Raises what `read_profile` does.
    """
    queries.issuers.lock_issuer(session, issuer.id)
    newest = queries.issuers.newest_version(session, issuer.id)
    profile, _policy = read_profile(data, issuer.addresses.tool_url, now)
    body = _body(data, _logo_name(newest, logo, logo_sha256))
    if newest.body == body:
        if source == "file":
            # From now on the file says what the pages did, and is new only where it says something else again.
            newest.source = source
        return False
    added = _add_version(session, issuer.id, newest.version + 1, body, logo, profile, source, now, by)
    if added.confirmed_at is not None:
        issue_waiting(session, issuer.id, now)
    events.record(
        session,
        "issuer_changed",
        "issuer",
        issuer.profile.slug,
        now,
        actor=by,
        why=why,
        data={"version": newest.version + 1} | ({"undone": list(undone)} if undone else {}),
    )
    return True


def take_over_file(
    session: Session, issuer: Issuer, file: IssuerFile, now: datetime, by: Actor = TOOL
) -> Sequence[str]:
    """The names of the fields that the file has changed back, since pages had changed them.

    A file that says what it said when it was taken over last changes nothing, whatever pages have changed since. Raises
    what `read_profile` does.
    """
    queries.issuers.lock_issuer(session, issuer.id)
    before = queries.issuers.newest_of_file(session, issuer.id)
    body = _body(file.data, _logo_name(before, file.logo, file.logo_sha256))
    if before is not None and before.body == body:
        return ()
    newest = queries.issuers.newest_version(session, issuer.id)
    undone = undone_by_file(before.body if before is not None else {}, newest.body, body)
    change(
        session,
        issuer,
        file.data,
        now,
        by,
        logo=file.logo,
        logo_sha256=file.logo_sha256,
        source="file",
        why="file",
        undone=undone,
    )
    return undone


def undone_by_file(before: Json, changed: Json, file: Json) -> Sequence[str]:
    """The fields that pages had `changed` since the file said `before`, and of which the file says something else."""
    return [
        name
        for name in sorted(before.keys() | changed.keys() | file.keys())
        if changed.get(name) != before.get(name) and changed.get(name) != file.get(name)
    ]


def move(session: Session, issuer: Issuer, tool_url: str, slug: str, now: datetime, by: Actor = TOOL) -> bool:
    """Whether the issuer was elsewhere: from now on it is found at that URL of the tool, by that slug.

    Its DID follows from both. What was issued before names the former address, which has to go on leading to this
    tool. Raises NotAllowedError where another issuer has, or had, that slug.
    """
    _wait_for_slugs(session)
    queries.issuers.lock_issuer(session, issuer.id)
    current = queries.issuers.current_address(session, issuer.id)
    if (current.tool_url, current.slug) == (tool_url, slug):
        return False
    named = queries.issuers.addresses_named(session, slug)
    if any(address.issuer_id != issuer.id for address in named):
        raise NotAllowedError(f"there is, or was, an issuer {slug} already: choose another slug")
    # Each issuer has one current address: the index of the table says so, at every moment.
    current.left_at = now
    session.flush()
    here = next((address for address in named if address.tool_url == tool_url), None)
    if here is None:
        here = IssuerAddress(
            issuer_id=issuer.id, tool_url=tool_url, slug=slug, did=did_of(tool_url, slug), since=now
        )
        session.add(here)
    here.left_at = None
    session.flush()
    events.record(session, "issuer_moved", "issuer", slug, now, actor=by, data={"from": current.did})
    return True


def _wait_for_slugs(session: Session) -> None:
    """Waits for others that give out a slug: the first issuer's row stands for the table, which has no lock."""
    first = queries.issuers.first_issuer(session)
    if first is not None:
        queries.issuers.lock_issuer(session, first.id)


def _add_version(
    session: Session,
    issuer_id: str,
    version: int,
    body: Json,
    logo: bytes | None,
    profile: IssuerProfile,
    source: Source,
    now: datetime,
    by: Actor,
) -> IssuerProfileRow:
    confirmed = queries.issuers.last_confirmed_version(session, issuer_id)
    row = IssuerProfileRow(
        issuer_id=issuer_id,
        version=version,
        body=body,
        logo=logo,
        fingerprint=fingerprint(profile),
        created_at=now,
        created_by=by.name,
        source=source,
    )
    if confirmed is not None and confirmed.fingerprint == row.fingerprint:
        row.confirmed_at, row.confirmed_by = confirmed.confirmed_at, confirmed.confirmed_by
    session.add(row)
    session.flush()
    return row


def _body(data: Json, logo_name: str) -> Json:
    """The data as JSON, where the days of TOML are text; without the slug, and with the logo by its name, if any."""
    body: Json = json.loads(json.dumps(data, default=str))
    body.pop("slug", None)
    if "look" in body:
        body["look"].pop("logo", None)
        if logo_name:
            body["look"]["logo"] = logo_name
    return body


def _logo_name(earlier: IssuerProfileRow | None, logo: bytes | None, logo_sha256: str) -> str:
    """What a body calls the logo: as the earlier version does where it is the same picture, else by a SHA-256 in hex.

    The bytes of our own PNG name no picture: another Pillow or zlib writes the same pixels otherwise, and the pages'
    changes would be undone by a file that nobody has touched. So the file that it was made of names it. Where that is
    another file, such as one that `issuer show --toml` has written, the pixels decide.
    """
    if logo is None:
        return ""
    name: str = earlier.body.get("look", {}).get("logo", "") if earlier is not None else ""
    if earlier is not None and earlier.logo is not None and name and same_pixels(earlier.logo, logo):
        return name
    return logo_sha256 or _sha256(logo)


def _sha256(logo: bytes | None) -> str:
    return sha256(logo).hexdigest() if logo is not None else ""
