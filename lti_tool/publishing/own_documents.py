"""The tool's own public documents, read from the database instead of over the network."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from lti_tool.errors import NotFoundError
from lti_tool.publishing.credentials import credential
from lti_tool.publishing.issuer_documents import did_document, jwks, public_key
from lti_tool.publishing.publisher import Fetch, Publisher
from lti_tool.publishing.status_lists import status_list


def with_own_documents(publisher: Publisher, fetch: Fetch) -> Fetch:
    """A function like `fetch` that reads the tool's own documents from the database.

    So the tool does not have to call itself to verify its own credentials; behind some proxies it could not. The
    function raises NotFoundError for an unknown URL of the tool itself, and what `fetch` raises.
    """
    host = urlsplit(publisher.issuer.addresses.tool_url).netloc
    base = urlsplit(publisher.issuer.addresses.tool_url).path

    def fetch_or_read(url: str) -> bytes:
        parts = urlsplit(url)
        if parts.netloc != host or not parts.path.startswith(base):
            return fetch(url)
        return _own_document(publisher, parts.path.removeprefix(base))

    return fetch_or_read


def _own_document(publisher: Publisher, path: str) -> bytes:
    match path.strip("/").split("/"):
        case ["issuers", slug, "did.json"]:
            return json.dumps(did_document(publisher, slug)).encode()
        case ["issuers", slug, "jwks.json"]:
            return json.dumps(jwks(publisher, slug)).encode()
        case [".well-known", "jwks.json"]:
            return json.dumps(jwks(publisher, publisher.issuer.profile.slug)).encode()
        case ["issuers", slug, "keys", name]:
            return json.dumps(public_key(publisher, slug, name.removesuffix(".json"))).encode()
        case ["credentials", credential_id]:
            return credential(publisher, credential_id).encode()
        case ["status", number] if number.isdecimal():
            return status_list(publisher, int(number)).text.encode()
    raise NotFoundError("there is no such document")
