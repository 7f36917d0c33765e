"""Verification of a badge file, over the network or with saved documents of the issuer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from badges.verify import Report, verify
from config.settings import NetworkSettings
from lti_tool import bounded_process
from lti_tool.errors import NotFoundError
from lti_tool.outgoing import Networks, Outgoing
from lti_tool.values import Json
from signing import did
from signing.keys import VerificationMethod

#: The content at an address. Raises OSError where it cannot be had.
Fetch = Callable[[str], bytes]


def check_file(
    file: bytes,
    documents: Path | None = None,
    now: datetime | None = None,
    recipient: str | None = None,
    network: NetworkSettings | None = None,
) -> Report:
    """The Report on the content of a badge file.

    `documents` is a folder with did.json, jwks.json and status-list.json of the issuer, which are then used instead of
    the network; `network` are the settings of calls. `now` is the current time unless given; `recipient` is whom the
    badge should be about: an e-mail address or an id. Raises NotFoundError where one of the documents is missing or not
    what its name says.
    """
    fetch = read_saved_documents(documents) if documents else _outgoing(network or NetworkSettings()).fetch

    def find_key(verification_method: str, issuer_id: str) -> VerificationMethod:
        return did.find_key(verification_method, issuer_id, fetch)

    return verify(
        file,
        find_key,
        fetch,
        now or datetime.now(UTC),
        fetch=fetch,
        recipient=recipient,
        find_schema_breach=bounded_process.find_schema_breach,
        read_pdf=bounded_process.attached_text,
    )


def _outgoing(network: NetworkSettings) -> Outgoing:
    return Outgoing(
        networks=Networks.PUBLIC_AND_PRIVATE if network.allow_private_addresses else Networks.PUBLIC,
        ca_bundle=network.ca_bundle,
    )


def read_saved_documents(folder: Path) -> Fetch:
    """A Fetch that knows only the documents in `folder`, by the addresses that they say they are published at.

    Raises NotFoundError where a document is missing or not what its name says.
    """
    did_document, status_list, key_set = (
        _read(folder / name) for name in ("did.json", "status-list.json", "jwks.json")
    )
    try:
        documents = {did.did_web_url(did_document["id"]): did_document, status_list["id"]: status_list}
        keys = {key["kid"]: key for key in key_set["keys"]}
    except (KeyError, TypeError, ValueError) as error:
        raise NotFoundError(f"the documents in {folder} are not those of an issuer: {error}") from error

    def fetch(url: str) -> bytes:
        # A single key is published beside the key set, at .../keys/<kid>.json.
        kid = url.rpartition("/keys/")[2].removesuffix(".json")
        document = documents.get(url) or keys.get(kid)
        if document is None:
            raise FileNotFoundError(f"{url} is not among the saved documents")
        return json.dumps(document).encode()

    return fetch


def _read(path: Path) -> Json:
    """The JSON object in the file. Raises NotFoundError where there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotFoundError(f"{path.name} is not there, or is no JSON: {path}") from error
    if not isinstance(data, dict):
        raise NotFoundError(f"{path.name} is no JSON object: {path}")
    return data
