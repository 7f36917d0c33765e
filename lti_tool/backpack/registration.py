"""Programs register themselves (RFC 7591): anybody can, so nothing that they say of themselves is known to be true.

Only what the standard demands is kept. All addresses of a program are on one host, which the page that asks its learner
names: a program may call itself anything, but codes go to that host alone.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from badges.readable import readable
from lti_tool.backpack.scopes import known_scopes
from lti_tool.errors import ProgramRefusedError
from lti_tool.store import Session, events, queries
from lti_tool.store.models import Program
from lti_tool.values import Json, secret_hash

#: A program that no learner lets in is forgotten after this, one that nobody has used for so long after the other. An
#: administrator may add the host to a Moodle long before its first learner connects; it never registers again.
NEVER_LET_IN, UNUSED = timedelta(days=90), timedelta(days=365)
#: Of those that no learner has let in the oldest make room: so a flood of them fills nothing.
MOST_NEVER_LET_IN = 2000
MOST_REDIRECT_URIS = 10
MAX_LENGTH = 2000
MAX_NAME = 100

_ADDRESSES = ("client_uri", "logo_uri", "tos_uri", "policy_uri")
_WORDS = ("client_name", "software_id", "software_version")
_GRANTS = ("authorization_code", "refresh_token")
_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A program with its secret, which is told this once."""

    client_id: str
    secret: str = field(repr=False)
    registered: Json
    at: datetime

    def as_json(self) -> Json:
        """The answer of the standard. A secret of a registration that is used does not expire."""
        return {
            "client_id": self.client_id,
            "client_secret": self.secret,
            "client_id_issued_at": int(self.at.timestamp()),
            "client_secret_expires_at": 0,
            **self.registered,
        }


def register(session: Session, asked: Any, own_host: str, now: datetime) -> Registered:
    """Registers a program by the JSON that it sent; none of its addresses may be on `own_host`.

    Raises ProgramRefusedError with the code `invalid_client_metadata` or `invalid_redirect_uri`.
    """
    registered = _metadata(asked, own_host)
    secret = secrets.token_urlsafe(32)
    program = Program(
        client_id=str(uuid4()),
        secret_hash=secret_hash(secret),
        registered=registered,
        registered_at=now,
        used_at=now,
    )
    queries.backpack.delete_oldest_never_let_in(session, MOST_NEVER_LET_IN - 1)
    session.add(program)
    events.record(session, "program_registered", "program", program.client_id, now, actor=events.UNKNOWN)
    return Registered(client_id=program.client_id, secret=secret, registered=registered, at=now)


def delete_unused(session: Session, now: datetime) -> None:
    """Deletes accesses that have ended, and programs that nobody uses."""
    queries.backpack.delete_ended_accesses(session, now)
    queries.backpack.delete_unused_programs(session, now - NEVER_LET_IN, now - UNUSED)


def _metadata(asked: Any, own_host: str) -> Json:
    if not isinstance(asked, dict):
        raise _wrong("the body is not a JSON object")
    words = {name: _line(asked, name) for name in _WORDS}
    addresses = {name: _address(asked.get(name), name) for name in _ADDRESSES}
    redirects = _redirect_uris(asked.get("redirect_uris"))
    hosts = {_host(address) for address in addresses.values()}
    if len(hosts) != 1:
        raise _wrong("all addresses are to be on one host")
    if any(_host(address) not in hosts for address in redirects):
        raise _wrong_redirect("the redirect_uris are to be on the host of the other addresses")
    if own_host in hosts:
        raise _wrong_redirect("this host is not the program's own")
    return {
        **words,
        **addresses,
        "redirect_uris": redirects,
        "scope": _scope(asked.get("scope")),
        "token_endpoint_auth_method": _only(asked, "token_endpoint_auth_method", "client_secret_basic"),
        "grant_types": _grant_types(asked.get("grant_types")),
        "response_types": [_only_one_of(asked.get("response_types", ["code"]))],
    }


def _line(asked: Json, name: str) -> str:
    value = asked.get(name)
    line = " ".join(readable(value[: MAX_NAME * 4]).split())[:MAX_NAME] if isinstance(value, str) else ""
    if not line:
        raise _wrong(f"{name} is missing")
    return line


def _address(value: Any, name: str) -> str:
    if not _is_address(value):
        raise _wrong(f"{name} is not an https address")
    return str(value)


def _redirect_uris(value: Any) -> Sequence[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_REDIRECT_URIS:
        raise _wrong_redirect(f"redirect_uris is a list of 1 to {MOST_REDIRECT_URIS} addresses")
    if not all(_is_address(each) for each in value):
        raise _wrong_redirect("each of the redirect_uris is an https address without a fragment")
    return list(dict.fromkeys(value))


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not _PRINTABLE.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        # A backslash and a user before the host are read by some programs as another host.
        is_plain = "\\" not in value and "@" not in parts.netloc and bool(parts.hostname)
        return parts.scheme == "https" and is_plain and "#" not in value and (parts.port or 443) > 0
    except ValueError:
        return False


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").rstrip(".")


def _scope(value: Any) -> str:
    known = known_scopes(value) if isinstance(value, str) else []
    if not known:
        raise _wrong("scope names none of the scopes of this host")
    return " ".join(known)


def _only(asked: Json, name: str, supported: str) -> str:
    if asked.get(name, supported) != supported:
        raise _wrong(f"{name} is {supported} here")
    return supported


def _grant_types(value: Any) -> Sequence[str]:
    named = value if isinstance(value, list) else [] if value is not None else ["authorization_code"]
    if "authorization_code" not in named or any(each not in _GRANTS for each in named):
        raise _wrong("grant_types are authorization_code, and refresh_token")
    return [each for each in _GRANTS if each in named]


def _only_one_of(value: Any) -> str:
    if value != ["code"]:
        raise _wrong("response_types is code here")
    return "code"


def _wrong(message: str) -> ProgramRefusedError:
    return ProgramRefusedError("invalid_client_metadata", message)


def _wrong_redirect(message: str) -> ProgramRefusedError:
    return ProgramRefusedError("invalid_redirect_uri", message)
