"""The documents at TOOL_URL, compared with what the database says they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lti_tool.doctor.findings import Finding, finding
from lti_tool.errors import OutgoingError
from lti_tool.issuing.issuer import Issuer
from lti_tool.outgoing import HttpResponse, Outgoing
from lti_tool.store import Session, queries
from lti_tool.wiring import Tool
from signing.document_loader import find_context


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    """What the DID document of an issuer has to have, and its newest status list; None before its first badge."""

    url: str
    did: str
    methods: set[str]
    status_list_url: str | None


def of_tool(tool: Tool, outgoing: Outgoing) -> Iterator[Finding]:
    """What is not served, or not as this installation would serve it."""
    health = _read(outgoing, f"{tool.tool_url}/healthz")
    if not isinstance(health, dict) or health.get("status") != "ok":
        yield finding("tool_not_there", url=f"{tool.tool_url}/healthz", why=_why(outgoing, tool.tool_url))
        return
    with tool.store.read() as session:
        kids = {row.kid for row in queries.issuers.published_tool_key_rows(session)}
        issuers = tool.issuers.all(session)
        identities = [_identity(session, issuer) for issuer in issuers]
    url = f"{tool.tool_url}/lti/jwks.json"
    if _named(_read(outgoing, url), "keys", "kid") != kids:
        yield finding("key_set_differs", url=url)
    for identity in identities:
        yield from _of_issuer(identity, outgoing)
    yield from _of_context(issuers[0].addresses.extension_context, outgoing)
    yield from _of_pages(tool.tool_url, outgoing)


def _identity(session: Session, issuer: Issuer) -> _Identity:
    newest = queries.issuers.newest_status_list_id(session, issuer.address_id, issuer.status_purpose)
    return _Identity(
        url=f"{issuer.addresses.issuer}/did.json",
        did=issuer.profile.id,
        methods={method.id for method in issuer.keyring.verification_methods(session)},
        status_list_url=None if newest is None else issuer.addresses.status_list(newest),
    )


def _of_issuer(expected: _Identity, outgoing: Outgoing) -> Iterator[Finding]:
    served = _read(outgoing, expected.url)
    is_theirs = isinstance(served, dict) and served.get("id") == expected.did
    if not is_theirs or _named(served, "verificationMethod", "id") != expected.methods:
        yield finding("did_differs", url=expected.url, did=expected.did)
    if expected.status_list_url is not None:
        status_list = _read(outgoing, expected.status_list_url)
        if not isinstance(status_list, dict) or "credentialSubject" not in status_list:
            yield finding("status_list_unreadable", url=expected.status_list_url)


def _of_context(url: str, outgoing: Outgoing) -> Iterator[Finding]:
    try:
        served: bytes | None = outgoing.fetch(url)
    except OutgoingError:
        served = None
    if served != find_context(url).encode():
        yield finding("context_differs", url=url)


def _of_pages(tool_url: str, outgoing: Outgoing) -> Iterator[Finding]:
    """What a proxy adds to the page of a launch, or takes away from it."""
    page = _answer(outgoing, f"{tool_url}/lti/launch")
    if page is None:
        return
    policy = page.headers.get("Content-Security-Policy", "")
    # Several policies hold together, and a browser obeys the older header only where no policy names frames.
    ancestors = [part.split() for part in policy.replace(",", ";").split(";") if "frame-ancestors" in part]
    if page.headers.get("X-Frame-Options") or ancestors != [["frame-ancestors", "*"]]:
        yield finding("frames_refused", url=f"{tool_url}/lti/launch")
    if tool_url.startswith("https:") and not page.headers.get("Strict-Transport-Security"):
        yield finding("hsts_missing")


def _answer(outgoing: Outgoing, url: str) -> HttpResponse | None:
    try:
        return outgoing.get(url)
    except OutgoingError:
        return None


def _why(outgoing: Outgoing, url: str) -> str:
    """Why the tool does not answer, in words that name the host alone."""
    try:
        return f"status {outgoing.get(f'{url}/healthz').status}"
    except OutgoingError as error:
        return str(error)


def _read(outgoing: Outgoing, url: str) -> Any:
    """The JSON at an address; None where there is none."""
    answer = _answer(outgoing, url)
    if answer is None or answer.status != 200:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _named(document: Any, list_name: str, name: str) -> set[Any]:
    """The names of what a document lists; empty where it lists nothing."""
    entries = document.get(list_name) if isinstance(document, dict) else None
    listed = entries if isinstance(entries, list) else []
    return {str(entry.get(name)) for entry in listed if isinstance(entry, dict)}
