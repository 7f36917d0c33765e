"""The tool's own public documents, read from the database instead of over the network."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from lti_tool.addresses import without_scheme
from lti_tool.errors import NotFoundError
from lti_tool.publishing.credentials import credential
from lti_tool.publishing.issuer_documents import (
    all_keys,
    did_document,
    jwks,
    public_key,
)
from lti_tool.publishing.publisher import Fetch, Publisher
from lti_tool.publishing.status_lists import status_list
from lti_tool.store import queries


def with_own_documents(publisher: Publisher, fetch: Fetch) -> Fetch:
    """A function like `fetch` that reads the tool's own documents, also those of former addresses, from the database.

    So the tool does not have to call itself to verify its own credentials; behind some proxies it could not. The
    function raises NotFoundError for an unknown URL of the tool itself, and what `fetch` raises.
    """
    with publisher.store.read() as session:
        bases = [without_scheme(base) for base in queries.issuers.base_urls(session)]

    def fetch_or_read(url: str) -> bytes:
        address = without_scheme(url)
        base = next((base for base in bases if address.startswith(f"{base}/")), None)
        if base is None:
            return fetch(url)
        return _own_document(publisher, base, urlsplit(address.removeprefix(base)).path)

    return fetch_or_read


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
        case ["status", number] if number.isdecimal():
            return status_list(publisher, int(number)).text.encode()
    raise NotFoundError("there is no such document")
