"""The tool's own public documents, read from the database instead of over the network."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from badges.verify import FetchInTime
from lti_tool.addresses import without_scheme
from lti_tool.errors import NotFoundError
from lti_tool.publishing import organisation_documents
from lti_tool.publishing.credentials import credential
from lti_tool.publishing.issuer_documents import (
    all_keys,
    did_document,
    jwks,
    public_key,
)
from lti_tool.publishing.publisher import Publisher
from lti_tool.publishing.status_lists import status_list
from lti_tool.store import queries


def with_own_documents(publisher: Publisher, fetch: FetchInTime) -> FetchInTime:
    """A function like `fetch` that reads the tool's own documents, also those of former addresses, from the database.

    So the tool never calls itself to verify its own credentials: behind some proxies it could not, and a badge could
    make it spend its own threads. The function raises NotFoundError for an unknown URL of the tool itself, and what
    `fetch` raises.
    """
    with publisher.store.read() as session:
        bases = [(_place(base), without_scheme(base)) for base in queries.issuers.base_urls(session)]

    def fetch_or_read(url: str, seconds: float) -> bytes:
        place = _place(url)
        for base_place, base in bases:
            if place.host == base_place.host and place.path.startswith(base_place.path):
                return _own_document(publisher, base, place.path.removeprefix(base_place.path))
        return fetch(url, seconds)

    return fetch_or_read


def only_own_documents(publisher: Publisher) -> FetchInTime:
    """A function that reads the tool's own documents and calls nobody; raises NotFoundError for all others."""
    return with_own_documents(publisher, _refuse)


def _refuse(_url: str, _seconds: float) -> bytes:
    raise NotFoundError("this is no document of the tool")


_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What a URL leads to, however it is spelled: the host, with its port unless it is the usual one, and the path.

    The path begins and ends with a slash.
    """

    host: str
    path: str


def _place(url: str) -> _Place:
    """Raises NotFoundError for what is no URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotFoundError("the address is not valid") from error
    with suppress(UnicodeError):
        # As a resolver would write it: it takes full-width letters and dots for plain ones.
        host = host.encode("idna").decode()
    if port not in (None, _DEFAULT_PORTS.get(parts.scheme)):
        host = f"{host.rstrip('.')}:{port}"
    path = normpath("/" + unquote(parts.path)).strip("/")
    return _Place(host=host.rstrip("."), path=f"/{path}/" if path else "/")


def _own_document(publisher: Publisher, base: str, path: str) -> bytes:
    match path.strip("/").split("/"):
        case ["issuers", slug, "did.json"]:
            return json.dumps(did_document(publisher, slug, base)).encode()
        case ["issuers", slug, "jwks.json"]:
            return json.dumps(jwks(publisher, slug)).encode()
        case [".well-known", "jwks.json"]:
            return json.dumps(all_keys(publisher)).encode()
        case ["issuers", slug, "keys", name]:
            return json.dumps(public_key(publisher, slug, name.removesuffix(".json"), base)).encode()
        case ["credentials", credential_id]:
            return credential(publisher, credential_id).encode()
        case ["badges", page_or_file]:
            # The badge's page and its files lead to the same credential, which is what people hand in of them.
            return credential(publisher, page_or_file.partition(".")[0]).encode()
        case ["status", number] if number.isdecimal():
            return status_list(publisher, int(number)).text.encode()
        case ["organisations", organisation_id, *rest]:
            return _document_of_organisation(publisher, organisation_id, rest)
        case ["endorsements", endorsement_id]:
            return organisation_documents.endorsement(publisher, endorsement_id).text.encode()
    raise NotFoundError("there is no such document")


def _document_of_organisation(publisher: Publisher, organisation_id: str, path: list[str]) -> bytes:
    match path:
        case ["did.json"]:
            return json.dumps(organisation_documents.did_document(publisher, organisation_id)).encode()
        case ["keys", name]:
            kid = name.removesuffix(".json")
            return json.dumps(organisation_documents.public_key(publisher, organisation_id, kid)).encode()
        case ["status", number] if number.isdecimal():
            text = organisation_documents.status_list_text(publisher, organisation_id, int(number))
            return text.encode()
    raise NotFoundError("there is no such document")
