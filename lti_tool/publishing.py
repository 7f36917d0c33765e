"""What is served about the issuer, its achievements and credentials; each raises NotFoundError for what is not ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import badges
from badges.achievement import achievement_of
from badges.credential import contexts, promised
from badges.jsonld import as_jsonld
from badges.model import Achievement
from badges.status_list import build_status_list
from badges.template.model import Template, read_template
from lti_tool import awarding
from lti_tool.awarding import Issuer
from lti_tool.errors import NotFoundError
from lti_tool.keyring import PublishedKey
from lti_tool.store import queries
from lti_tool.store.database import Store
from lti_tool.store.models import TemplateVersion
from lti_tool.values import BakedBadge, Json
from signing import did, keys
from signing.document_loader import find_context
from signing.keys import VerificationMethod
from signing.proofs import PROOFS

#: How long a verifier may keep a status list, and how long one signature of it is good for.
STATUS_TTL = timedelta(minutes=5)
STATUS_LIFETIME = timedelta(days=7)
STATUS_RENEWAL = timedelta(days=1)

EXTENSION_SCHEMA = Path(badges.__file__).parent / "schemas" / "eu-micro-credential-v1.schema.json"

Fetch = Callable[[str], bytes]


class Desk(Protocol):
    """What publishing needs of the tool."""

    @property
    def store(self) -> Store: ...
    @property
    def issuer(self) -> Issuer: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusListDocument:
    text: str
    jwt: str
    max_age: int


# --- the issuer


def issuer_profile(desk: Desk, slug: str) -> Json:
    _demand_slug(desk, slug)
    return as_jsonld(desk.issuer.profile.as_profile())


def did_document(desk: Desk, slug: str) -> Json:
    _demand_slug(desk, slug)
    with desk.store.read() as session:
        methods = desk.issuer.keyring.methods(session)
    return did.did_document(desk.issuer.profile.id, methods, desk.issuer.addresses.origin)


def jwks(desk: Desk, slug: str) -> Json:
    """Every key the issuer has signed with, retired ones too; not those taken back."""
    return {
        "keys": [keys.jwk(key.public, key.kid) for key in _keys(desk, slug) if key.compromised_at is None]
    }


def public_key(desk: Desk, slug: str, kid: str) -> Json:
    """The bare JWK that a VC-JWT's `kid` leads to, or that its key was taken back."""
    for key in _keys(desk, slug):
        if key.kid == kid and key.compromised_at is None:
            return keys.jwk(key.public, key.kid)
        if key.kid == kid:
            return did.revoked_method(
                VerificationMethod(
                    id=desk.issuer.keyring.jwk_address(kid),
                    controller=desk.issuer.profile.id,
                    public=key.public,
                    ends=key.compromised_at,
                )
            )
    raise NotFoundError("there is no such key")


def extension_context(desk: Desk) -> bytes:
    return find_context(desk.issuer.addresses.extension_context).encode()


def extension_schema() -> bytes:
    return EXTENSION_SCHEMA.read_bytes()


# --- achievements and credentials


def achievement(desk: Desk, template_id: str, version: int, language: str) -> Json:
    """The Achievement of a published version as JSON-LD, for its own address."""
    with desk.store.read() as session:
        row = queries.template_version(session, template_id, version)
        if row is None or row.status == "draft":
            raise NotFoundError("there is no such achievement")
        found = as_jsonld(_described(desk.issuer, row, read_template(row.body), language))
    return {"@context": list(contexts(desk.issuer.addresses.extension_context)), **found}


def announced(issuer: Issuer, row: TemplateVersion, language: str) -> Json:
    """What a badge of a version will say, a draft too: whoever asks has to be allowed to see it."""
    template = read_template(row.body)
    subject = promised(
        _described(issuer, row, template, language),
        template,
        issuer.addresses.achievement(row.template_id, row.version),
        issuer.profile,
    )
    return {
        "issuer": as_jsonld(issuer.profile.as_profile(language)),
        "credentialSubject": as_jsonld(subject),
    }


def _described(issuer: Issuer, row: TemplateVersion, template: Template, language: str) -> Achievement:
    addresses = issuer.addresses
    return achievement_of(
        template=template,
        template_url=addresses.achievement(row.template_id, row.version),
        version=row.version,
        picture_url=addresses.picture(row.template_id, row.version),
        issuer=issuer.profile,
        language=language,
    )


def picture(desk: Desk, template_id: str, version: int) -> bytes:
    with desk.store.read() as session:
        row = queries.template_version(session, template_id, version)
        if row is None or row.status == "draft":
            raise NotFoundError("there is no such achievement")
        return row.picture


def badge(desk: Desk, credential_id: str) -> BakedBadge:
    with desk.store.read() as session:
        row = queries.credential(session, credential_id)
        if row is None:
            raise NotFoundError("there is no such badge")
        return awarding.baked(desk.issuer, row)


def credential(desk: Desk, credential_id: str) -> str:
    """The JSON that was signed, byte for byte."""
    with desk.store.read() as session:
        row = queries.credential(session, credential_id)
        if row is None:
            raise NotFoundError("there is no such badge")
        return row.text


# --- status


def status_list(desk: Desk, list_id: int) -> StatusListDocument:
    """The signed list; signed anew where a bit was set since, another key signs now, or the signature is a day old."""
    now = desk.clock()
    with desk.store.read() as session:
        row = queries.status_list(session, list_id)
        if row is None or row.issuer_id != desk.issuer.profile.id:
            raise NotFoundError("there is no such status list")
        bits, purpose, text, jwt = row.bits, row.purpose, row.text, row.jwt
        kids = desk.issuer.keyring.current_kids(session)
        young = row.signed_at is not None and now - row.signed_at < STATUS_RENEWAL
        fresh = young and row.signed_with == kids
    if text is None or jwt is None or not fresh:
        text, jwt = _signed_list(desk, list_id, purpose, bits, now)
        with desk.store.begin() as session:
            locked = queries.locked_status_list(session, list_id)
            if locked is not None and locked.bits == bits:
                locked.text, locked.jwt, locked.signed_at, locked.signed_with = text, jwt, now, kids
    return StatusListDocument(text=text, jwt=jwt, max_age=int(STATUS_TTL.total_seconds()))


def _signed_list(desk: Desk, list_id: int, purpose: str, bits: bytes, now: datetime) -> tuple[str, str]:
    """In both ways that badges are: inside the JSON, and as a JWT for readers who know nothing else."""
    keyring = desk.issuer.keyring
    with desk.store.read() as session:
        keys = {name: keyring.signing_key(session, name) for name in (keyring.proofs[0], keyring.proofs[-1])}
    document = build_status_list(
        list_url=desk.issuer.addresses.status_list(list_id),
        issuer_id=desk.issuer.profile.id,
        purpose=purpose,
        bits=bits,
        now=now,
        ttl=STATUS_TTL,
        lifetime=STATUS_LIFETIME,
    )
    text, jwt = (PROOFS[name].secure(document, key, now).text for name, key in keys.items())
    return text, jwt


# --- what is ours is answered without the network


def near(desk: Desk, fetch: Fetch) -> Fetch:
    """`fetch`, but our own documents are read where they are: a tool need not call itself to check its own badges."""
    host = urlsplit(desk.issuer.addresses.tool_url).netloc
    base = urlsplit(desk.issuer.addresses.tool_url).path

    def fetched(url: str) -> bytes:
        parts = urlsplit(url)
        if parts.netloc != host or not parts.path.startswith(base):
            return fetch(url)
        return _own_document(desk, parts.path.removeprefix(base))

    return fetched


def _own_document(desk: Desk, path: str) -> bytes:
    match path.strip("/").split("/"):
        case ["issuers", slug, "did.json"]:
            return json.dumps(did_document(desk, slug)).encode()
        case ["issuers", slug, "jwks.json"]:
            return json.dumps(jwks(desk, slug)).encode()
        case [".well-known", "jwks.json"]:
            return json.dumps(jwks(desk, desk.issuer.profile.slug)).encode()
        case ["issuers", slug, "keys", name]:
            return json.dumps(public_key(desk, slug, name.removesuffix(".json"))).encode()
        case ["credentials", credential_id]:
            return credential(desk, credential_id).encode()
        case ["status", number] if number.isdecimal():
            return status_list(desk, int(number)).text.encode()
    raise NotFoundError("there is no such document")


def _keys(desk: Desk, slug: str) -> tuple[PublishedKey, ...]:
    _demand_slug(desk, slug)
    with desk.store.read() as session:
        return desk.issuer.keyring.published(session)


def _demand_slug(desk: Desk, slug: str) -> None:
    if slug != desk.issuer.profile.slug:
        raise NotFoundError("there is no such issuer")
