"""The recovery sheet: an issuer's keys and status lists as text to print, and their restoration from it.

The text is encrypted with a code that is written down elsewhere. With both, a new installation signs with the same
keys, and the credentials issued so far keep verifying. The sheet holds nothing about learners.

The content, before it is encrypted, is a JSON object compressed with zlib: `{"issuer": id, "printed": seconds since
1970, "keys": [...], "lists": [...], "former": [[tool_url, slug]]}`; see `_packed_key` and `_packed_list`. The first
sheets have neither `printed` nor `former`. Printed sheets have to stay readable: a change of this form needs a reader
for the old one.

A sheet knows nothing of what happened after it was printed. A key that was stolen since, and a badge that was revoked
since, would be trusted again; so nobody can restore without having said what happened.
"""

from __future__ import annotations

import json
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from badges.issuer import issuer_id as did_of
from lti_tool.errors import RecoverySheetError
from lti_tool.issuing.keyring import Keyring
from lti_tool.issuing.status_lists import StatusListEntry
from lti_tool.issuing.vaults.database import DatabaseVault
from lti_tool.store import Session, events, queries
from lti_tool.store.events import TOOL, Actor
from lti_tool.store.models import IssuerAddress, SigningKeyRow, StatusList
from signing import status
from signing.base32_lines import as_letters, as_lines, from_letters, from_lines
from signing.encryption import decrypt, encrypt
from signing.errors import DecryptionError, MistypedError, StatusListError
from signing.keys import jwk, private_of, secret_of
from signing.multibase import base64url, from_base64url

#: 120 bits: 24 letters to write down.
CODE_BYTES = 15
#: How many ids of status lists a restored issuer leaves free. Badges name their list by its id, and another issuer of
#: the same installation, whose sheet is restored later, has lists of the same time.
ROOM_FOR_OTHERS = 1000

PAGE = """\
RECOVERY SHEET OF AN OPEN BADGES ISSUER

Issuer   {name}
         {issuer_id}
Tool     {tool_url}
Printed  {printed}

With this sheet and its code an empty installation becomes this issuer again:
it signs with the same keys, and the badges issued so far keep verifying.

It holds
{holds}

It does not hold
- its code, which was shown once when it was made: keep it apart from the sheet
- changes after it was printed: print it again after revoking badges, and after
  rotating or revoking a key; then destroy this one
- badges, learners, templates, courses and platforms: for these back up the
  database. Without it a badge still verifies, but its own page is gone.
- the settings and ISSUER_FILE; to be the same issuer, TOOL_URL must be as above
  and the slug in ISSUER_FILE "{slug}"
{lost}
To restore: install Nozimite with these settings. Type the numbered lines into
a file; small letters, o for 0 and l for 1 are accepted. Then run
  python -m lti_tool keys restore FILE
It asks which keys were stolen, and which badges revoked, since this sheet was
printed. Have that ready: without it, a stolen key would be trusted again.

{lines}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverySheet:
    """The text to print, and the code to write down elsewhere; nothing of either is stored."""

    page: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a sheet holds. `printed_at` is None where the sheet does not say it; `keys` and `lists` are packed.

    `former` are the addresses that the issuer had before it moved: pairs of a tool's URL and a slug.
    """

    issuer: str
    printed_at: datetime | None
    keys: Sequence[dict[str, Any]]
    lists: Sequence[dict[str, Any]]
    former: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SincePrinted:
    """What happened after a sheet was printed, as far as it matters to verifiers; somebody has to say it.

    `compromised`: from when on somebody else may have had which key, by its id. `revoked`: the entries of the badges
    that were revoked or suspended.
    """

    compromised: Mapping[str, datetime]
    revoked: Sequence[StatusListEntry]


def make_sheet(
    session: Session, keyring: Keyring, name: str, tool_url: str, now: datetime, by: Actor = TOOL
) -> RecoverySheet:
    """The recovery sheet of the keyring's issuer, whose `name` it shows, with a new code.

    Private keys in a device cannot be read, so they are not on it; the text says which. Raises DecryptionError where
    KEY_ENCRYPTION_KEY is not the one the keys were encrypted with.
    """
    rows = queries.issuers.signing_keys(session, keyring.issuer_id)
    lists = queries.issuers.status_lists(session, keyring.issuer_id)
    content = {
        "issuer": keyring.did,
        "printed": int(now.timestamp()),
        "keys": [_packed_key(row, keyring) for row in rows],
        "lists": [_packed_list(row) for row in lists],
        "former": [
            [address.tool_url, address.slug]
            for address in queries.issuers.addresses(session, keyring.issuer_id)
            if address.left_at is not None
        ],
    }
    events.record(session, "recovery_sheet_made", "issuer", _slug(keyring), now, actor=by)
    code = as_letters(secrets.token_bytes(CODE_BYTES))
    packed = zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 9)
    encrypted = urlsafe_b64decode(encrypt(packed, code.encode()))
    lost = [row.kid for row in rows if row.vault != DatabaseVault.NAME]
    page = PAGE.format(
        name=name,
        issuer_id=keyring.did,
        tool_url=tool_url,
        printed=f"{now:%Y-%m-%d %H:%M} UTC",
        slug=_slug(keyring),
        holds="\n".join([*map(_key_line, rows), *map(_list_line, lists)]),
        lost=f"- the private half of {', '.join(lost)}, which is kept elsewhere\n" if lost else "",
        lines="\n".join(as_lines(encrypted)),
    )
    return RecoverySheet(
        page=page, code="-".join(code[start : start + 4] for start in range(0, len(code), 4))
    )


def read_sheet(page: str, code: str) -> Content:
    """What the sheet holds. Raises RecoverySheetError where the text or the code was mistyped."""
    content = _content(page, code)
    printed = content.get("printed")
    return Content(
        issuer=content["issuer"],
        printed_at=None if printed is None else datetime.fromtimestamp(printed, UTC),
        keys=content["keys"],
        lists=content["lists"],
        former=content.get("former", ()),
    )


def restore(
    session: Session,
    keyring: Keyring,
    content: Content,
    since: SincePrinted,
    now: datetime,
    by: Actor = TOOL,
) -> int:
    """Replaces the issuer's keys and status lists by those of the sheet, changed by what happened since it was printed.

    Returns the number of keys of the sheet. Raises RecoverySheetError where the sheet is another issuer's, credentials
    were issued here already, or `since` names a key or a status list that the sheet does not have.
    """
    if content.issuer != keyring.did:
        raise RecoverySheetError(
            f"the sheet is of {content.issuer}, this tool is {keyring.did}: look at TOOL_URL and ISSUER_FILE"
        )
    if queries.credentials.count_issued(session, keyring.issuer_id):
        raise RecoverySheetError(
            "this tool has issued badges already; a recovery sheet is for an empty installation"
        )
    _check_known(content, since)
    _delete_keys_and_lists(session, keyring.issuer_id)
    session.add_all(_unpacked_key(packed, keyring, now) for packed in content.keys)
    _restore_addresses(session, keyring.issuer_id, content.former, now)
    _restore_lists(session, keyring.issuer_id, _with_revoked(content.lists, since.revoked))
    data = {
        "keys": [packed["kid"] for packed in content.keys],
        "compromised": sorted(since.compromised),
        "revoked": len(since.revoked),
    }
    events.record(session, "issuer_restored", "issuer", _slug(keyring), now, actor=by, data=data)
    for kid, from_when in since.compromised.items():
        keyring.mark_compromised(session, kid, from_when, now, by)
    keyring.ensure_keys(session, now)
    return len(content.keys)


def _check_known(content: Content, since: SincePrinted) -> None:
    unknown = since.compromised.keys() - {packed["kid"] for packed in content.keys}
    if unknown:
        raise RecoverySheetError(
            f"the sheet has no key {min(unknown)}: badges that such a key has signed do not verify in any case"
        )
    lists = {entry.list_id for entry in since.revoked} - {packed["id"] for packed in content.lists}
    if lists:
        raise RecoverySheetError(
            f"the sheet has no status list {min(lists)}: badges with an entry there do not verify in any case"
        )


def _with_revoked(
    lists: Sequence[dict[str, Any]], revoked: Sequence[StatusListEntry]
) -> Sequence[dict[str, Any]]:
    """The packed lists, with the bits of these entries set. Raises RecoverySheetError for an index that none has."""
    bits = {packed["id"]: status.decode(packed["bits"]) for packed in lists}
    for entry in revoked:
        try:
            bits[entry.list_id] = status.with_bit_set(bits[entry.list_id], entry.index)
        except StatusListError as error:
            raise RecoverySheetError(
                f"a status list has no entry {entry.index}: look at the badge again"
            ) from error
    return [{**packed, "bits": status.encode(bits[packed["id"]])} for packed in lists]


def _slug(keyring: Keyring) -> str:
    return keyring.did.rpartition(":")[2]


def _delete_keys_and_lists(session: Session, issuer_id: str) -> None:
    """Deletes what the first start of this installation has made."""
    for row in (
        *queries.issuers.signing_keys(session, issuer_id),
        *queries.issuers.status_lists(session, issuer_id),
    ):
        session.delete(row)
    session.flush()


def _restore_addresses(session: Session, key: str, former: Sequence[Sequence[str]], now: datetime) -> None:
    """Adds the addresses that the issuer had before it moved, which old badges name."""
    for tool_url, slug in former:
        did = did_of(tool_url, slug)
        session.add(
            IssuerAddress(issuer_id=key, tool_url=tool_url, slug=slug, did=did, since=now, left_at=now)
        )
    session.flush()


def _restore_lists(session: Session, issuer_id: str, lists: Sequence[dict[str, Any]]) -> None:
    addresses = queries.issuers.addresses(session, issuer_id)
    of_address = {(address.tool_url, address.slug): address.id for address in addresses}
    address_id = addresses[0].id
    for packed in lists:
        bits = status.decode(packed["bits"])
        session.add(
            StatusList(
                id=packed["id"],
                issuer_id=issuer_id,
                address_id=of_address[tuple(packed["at"])] if "at" in packed else address_id,
                purpose=packed["purpose"],
                # Which of its entries are taken is not on the sheet: no further one is given out.
                taken=status.LENGTH,
                bits=bits,
            )
        )
    session.flush()
    # The sheet holds the bits, but not which indexes are taken. New credentials go into new lists, so that none shares
    # its bit with a credential from before.
    first_id = queries.issuers.last_status_list_id(session) + ROOM_FOR_OTHERS
    for number, purpose in enumerate(sorted({packed["purpose"] for packed in lists})):
        session.add(
            StatusList(
                id=first_id + number,
                issuer_id=issuer_id,
                address_id=address_id,
                purpose=purpose,
                bits=status.empty(),
            )
        )
    session.flush()
    queries.issuers.restart_status_list_ids(session)


def _content(page: str, code: str) -> dict[str, Any]:
    try:
        packed = decrypt(urlsafe_b64encode(from_lines(page)), as_letters(from_letters(code)).encode())
    except MistypedError as error:
        raise RecoverySheetError(str(error)) from error
    except DecryptionError as error:
        raise RecoverySheetError("the code does not belong to this sheet") from error
    content: dict[str, Any] = json.loads(zlib.decompress(packed))
    return content


def _packed_list(row: StatusList) -> dict[str, Any]:
    """`id`, `purpose` and `bits`; `at`, a tool's URL and a slug, where it belongs to a former address."""
    packed = {"id": row.id, "purpose": row.purpose, "bits": status.encode(row.bits)}
    return (
        packed if row.address.left_at is None else packed | {"at": [row.address.tool_url, row.address.slug]}
    )


def _packed_key(row: SigningKeyRow, keyring: Keyring) -> dict[str, Any]:
    """`kid`, `kind` (the algorithm), and `dates`: created, retired, compromised, in seconds since 1970 or null.

    Then `secret`, from which the public key follows, or only the public `jwk` where the private key cannot be read.
    """
    packed: dict[str, Any] = {
        "kid": row.kid,
        "kind": row.algorithm,
        "dates": [
            date and int(date.timestamp()) for date in (row.created_at, row.retired_at, row.compromised_at)
        ],
    }
    private = keyring.private_key(row)
    if private is None:
        return packed | {"jwk": row.public_jwk}
    return packed | {"secret": base64url(secret_of(private))}


def _unpacked_key(packed: dict[str, Any], keyring: Keyring, now: datetime) -> SigningKeyRow:
    """A key without a secret is restored as retired: it cannot sign, but what it signed still verifies."""
    created_at, retired_at, compromised_at = (
        None if seconds is None else datetime.fromtimestamp(seconds, now.tzinfo)
        for seconds in packed["dates"]
    )
    row = SigningKeyRow(
        kid=packed["kid"],
        issuer_id=keyring.issuer_id,
        algorithm=packed["kind"],
        vault="lost",
        created_at=created_at or now,
        retired_at=retired_at,
        compromised_at=compromised_at,
    )
    if "secret" not in packed:
        row.public_jwk, row.retired_at = packed["jwk"], retired_at or now
        return row
    private = private_of(packed["kind"], from_base64url(packed["secret"]))
    row.public_jwk = jwk(private.public_key(), packed["kid"])
    row.vault, row.vault_data = DatabaseVault.NAME, keyring.database_vault.encrypt_key(private)
    return row


def _key_line(row: SigningKeyRow) -> str:
    state = "compromised" if row.compromised_at else "retired" if row.retired_at else "signs"
    return f"- key {row.kid}, {row.algorithm}, of {row.created_at:%Y-%m-%d}, {state}"


def _list_line(row: StatusList) -> str:
    count = int.from_bytes(row.bits, "big").bit_count()
    return f"- status list {row.id}, {row.purpose}: {count} set"
