"""What a host says of itself: its Service Description Document (Open Badges 3.0 API, Discovery).

All endpoints have to be on the host that the learner named, or below it. Else a host could name those of another one as
its own, have the learner consent there, and get the code for their badges there (mix-up).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from badges.readable import readable
from lti_tool.errors import HostError, OutgoingError
from lti_tool.hosts.calls import call, json_object
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.values import Json, is_storable

API_PATH = "/ims/ob/v3p0"
_SCOPE = "https://purl.imsglobal.org/spec/ob/v3p0/scope/"
#: What the tool asks for: to bring badges, and to come again while the learner is away. It reads nothing.
UPSERT, STAY = f"{_SCOPE}credential.upsert", "offline_access"

MAX_LENGTH, MAX_NAME = 500, 100
#: How long a document holds that does not say so, and at most.
FRESH, LONGEST_FRESH = timedelta(hours=1), timedelta(days=1)
_MAX_AGE = re.compile(r"max-age=([0-9]{1,9})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A host as it describes itself: `name` is its own word, the addresses are on its own host.

    `terms` and `privacy` are "" where it names none; `revocation` is None where it takes no token back. `takes_stay`:
    it names the scope by which the tool may come again.
    """

    name: str
    terms: str
    privacy: str
    registration: str
    authorization: str
    token: str
    refresh: str
    revocation: str | None
    takes_stay: bool

    def as_json(self) -> Json:
        """As it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the host says of itself, and until when that holds; None where it is still what the `etag` stood for."""

    described: Described | None
    etag: str | None
    fresh_until: datetime


def base_of(typed: str) -> str:
    """The address of a host, as a learner typed it: without https, with a path, or with that of its API.

    Raises HostError `address`.
    """
    text = typed.strip()
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise HostError("address") from error
    # A user, or a backslash, makes some programs read another host than others do.
    is_plain = re.fullmatch(r"[!-~]+", address) and "\\" not in address and "@" not in parts.netloc
    if not host or not is_plain or parts.scheme not in ("https", "http") or parts.query or parts.fragment:
        raise HostError("address")
    path = parts.path.rstrip("/").removesuffix("/discovery").removesuffix(API_PATH).rstrip("/")
    at = f":{port}" if port is not None else ""
    base = f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{at}{path}"
    if len(base) > MAX_LENGTH - len(API_PATH):
        raise HostError("address")
    return base


def discover(outgoing: Outgoing, base: str, etag: str | None, now: datetime) -> Found:
    """What the host says now; `etag` is that of what is known. Raises HostError, also of `described_by`."""
    headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag else {})
    answer = call(outgoing, "GET", f"{base}{API_PATH}/discovery", headers=headers)
    if answer.status == 304 and etag:
        return Found(described=None, etag=etag, fresh_until=_fresh_until(answer, now))
    if answer.status >= 500 or answer.status == 429:
        raise HostError("unreachable")
    document = json_object(answer)
    if answer.status != 200:
        raise HostError("not_a_host")
    return Found(
        described=described_by(document, base, outgoing),
        etag=_etag(answer.headers.get("ETag", "")),
        fresh_until=_fresh_until(answer, now),
    )


def described_by(document: Json, base: str, outgoing: Outgoing) -> Described:
    """The host by its document.

    Raises HostError `not_a_host` where something is missing, `other_host`, `refused_address`, and `takes_none` where it
    takes no badges.
    """
    about = _object(document.get("info"))
    scheme = _object(_object(_object(document.get("components")).get("securitySchemes")).get("OAuth2ACG"))
    flow = _object(_object(scheme.get("flows")).get("authorizationCode"))
    token = _endpoint(flow.get("tokenUrl"), base, outgoing)
    scopes = _object(flow.get("scopes"))
    if UPSERT not in scopes:
        raise HostError("takes_none")
    revocation = scheme.get("x-imssf-revocationUrl", _object(flow).get("x-imssf-revocationUrl"))
    return Described(
        name=_name(about.get("title") or scheme.get("x-imssf-name")),
        terms=_link(about.get("termsOfService") or scheme.get("x-imssf-termsOfServiceUrl")),
        privacy=_link(about.get("x-imssf-privacyPolicyUrl") or scheme.get("x-imssf-privacyPolicyUrl")),
        registration=_endpoint(scheme.get("x-imssf-registrationUrl"), base, outgoing),
        authorization=_endpoint(flow.get("authorizationUrl"), base, outgoing),
        token=token,
        refresh=_endpoint(flow["refreshUrl"], base, outgoing) if flow.get("refreshUrl") else token,
        revocation=_endpoint(revocation, base, outgoing) if revocation else None,
        takes_stay=STAY in scopes,
    )


def stored(described: Mapping[str, Any]) -> Described:
    """The inverse of `Described.as_json`."""
    return Described(**described)


def host_name(url: str) -> str:
    """The host of an address, with its port where it names one: what is sure of a host."""
    return urlsplit(url).netloc


def _endpoint(value: Any, base: str, outgoing: Outgoing) -> str:
    if not isinstance(value, str) or len(value) > MAX_LENGTH or not re.fullmatch("[!-~]+", value):
        raise HostError("not_a_host")
    try:
        outgoing.check_url(value)
    except OutgoingError as error:
        raise HostError("refused_address") from error
    parts, named = urlsplit(value), (urlsplit(base).hostname or "").rstrip(".")
    host = (parts.hostname or "").rstrip(".")
    if parts.fragment or (host != named and not host.endswith(f".{named}")):
        raise HostError("other_host")
    return value


def _name(value: Any) -> str:
    words = readable(value[: MAX_NAME * 4]) if isinstance(value, str) else ""
    return " ".join(words.split())[:MAX_NAME]


def _link(value: Any) -> str:
    """An address for people to open, "" where it is none: it may be anywhere."""
    is_one = isinstance(value, str) and len(value) <= MAX_LENGTH and re.fullmatch("https://[!-~]+", value)
    return value if is_one else ""


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _etag(value: str) -> str | None:
    return value if 0 < len(value) <= MAX_NAME and value.isprintable() and is_storable(value) else None


def _fresh_until(answer: HttpResponse, now: datetime) -> datetime:
    said = answer.headers.get("Cache-Control", "").lower()
    if "no-store" in said or "no-cache" in said:
        return now
    found = _MAX_AGE.search(said)
    return now + (min(timedelta(seconds=int(found[1])), LONGEST_FRESH) if found else FRESH)
