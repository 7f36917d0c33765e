"""The closed loader of JSON-LD contexts: pinned files, never the network.

A signature is over the meaning that contexts give to the JSON: to change a context is to change what was signed. So a
context comes from `contexts/`, with the checksum in SHA256SUMS, or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from signing.errors import DocumentNotPinnedError, SigningError

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
#: Every installation serves the EU context on its own host, at this path; all serve the same bytes.
EXTENSION_PATH = "/eu-micro-credential/v1/context.jsonld"
EXTENSION_FILE = "eu-micro-credential-v1.jsonld"
_EXTENSION = "urn:eu-micro-credential:v1:context"

CONTEXTS = {
    CREDENTIALS_V2: "credentials-v2.jsonld",
    CREDENTIALS_V1: "credentials-v1.jsonld",
    OPEN_BADGES: "open-badges-3.0.3.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "open-badges-3.0.2.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": "open-badges-3.0.1.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": "open-badges-3.0.0.jsonld",
    OPEN_BADGES_EXTENSIONS: "open-badges-extensions.jsonld",
    "https://www.w3.org/ns/credentials/status/v1": "bitstring-status-list-v1.jsonld",
    "https://w3id.org/vc/status-list/2021/v1": "status-list-2021-v1.jsonld",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.jsonld",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.jsonld",
    "https://w3id.org/security/multikey/v1": "multikey-v1.jsonld",
    "https://w3id.org/security/suites/ed25519-2020/v1": "ed25519-signature-2020-v1.jsonld",
    "https://www.w3.org/ns/did/v1": "did-v1.jsonld",
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json": "clr-2.0.0.jsonld",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json": "clr-2.0.1.jsonld",
    # Of W3C's own examples, so that they can be verified here.
    "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
    "https://w3id.org/citizenship/v4rc1": "citizenship-v4rc1.jsonld",
    _EXTENSION: EXTENSION_FILE,
}

#: Gives the text of a context; raises DocumentNotPinnedError.
ContextFinder = Callable[[str], str]
_FOLDER = Path(__file__).parent / "contexts"


def pinned_name(url: str) -> str:
    """The name under which a context is pinned: its address, or one common name for the EU context of every host.

    Any address that ends in EXTENSION_PATH means our file. That is safe: if a credential was signed with another
    context at that address, its terms have another meaning here, so the statements differ and the proof fails.
    """
    address = urlsplit(url) if url.endswith(EXTENSION_PATH) else None
    if address and address.scheme in ("https", "http") and not address.query and not address.fragment:
        return _EXTENSION
    return url


def find_context(url: str) -> str:
    """The text of a pinned context.

    Raises DocumentNotPinnedError, and SigningError for a file that does not have its checksum.
    """
    name = pinned_name(url)
    if name not in CONTEXTS:
        raise DocumentNotPinnedError(url)
    return _verified(CONTEXTS[name])


def load(url: str, _options: object = None) -> dict[str, Any]:
    """A pinned context as a document loader of PyLD returns it; raises as `find_context`."""
    return as_remote_document(url, find_context(url))


def as_remote_document(url: str, text: str) -> dict[str, Any]:
    """The text of a context as a document loader of PyLD returns it."""
    # Parsed each time: PyLD writes into what it is given.
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": json.loads(text),
        "tag": "static",
    }


@cache
def _verified(file: str) -> str:
    content = (_FOLDER / file).read_bytes()
    if sha256(content).hexdigest() != _checksums().get(file):
        raise SigningError(f"contexts/{file} is not the file that was pinned")
    return content.decode()


@cache
def _checksums() -> dict[str, str]:
    lines = (_FOLDER / "SHA256SUMS").read_text().splitlines()
    return {file: checksum for checksum, file in (line.split() for line in lines)}
