"""Verification of a badge file, over the network or with saved documents of the issuer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from badges.verify import Budget, FetchInTime, Report
from lti_tool.errors import NotFoundError
from lti_tool.outgoing import Outgoing
from lti_tool.values import Json
from lti_tool.verification import verify_file
from signing import did

#: The content at an address. Raises OSError where it cannot be had.
Fetch = Callable[[str], bytes]
#: Documents of any issuer, in a folder of saved documents.
PAGES = "pages.json"
#: What `demo --once` saves of its issuer.
ISSUER_DOCUMENTS = ("did.json", "status-list.json", "jwks.json")


def check_file(
    file: bytes,
    documents: Path | None = None,
    now: datetime | None = None,
    recipient: str | None = None,
    outgoing: Outgoing | None = None,
) -> Report:
    """The Report on the content of a badge file.

    `documents` is a folder with the issuer's documents, as `read_saved_documents` reads them, which are then used
    instead of the network; `outgoing` calls the network, unless given with no other certificate authorities than the
    public ones.
    `now` is the current time unless given; `recipient` is whom the badge should be about: an e-mail address or an id.
    Raises NotFoundError where one of the documents is missing or not what its name says.
    """
    fetch = _in_time(read_saved_documents(documents)) if documents else (outgoing or Outgoing()).fetch_in_time
    return verify_file(file, fetch, Budget(time.monotonic), now or datetime.now(UTC), recipient=recipient)


def _in_time(fetch: Fetch) -> FetchInTime:
    """The same function, for documents that are at hand."""
    return lambda url, _seconds: fetch(url)


def read_saved_documents(folder: Path) -> Fetch:
    """A Fetch that knows only the documents in `folder`, by the addresses that they are published at.

    `pages.json` holds the documents of any issuer, texts by their addresses. Without it, or beside it, did.json,
    jwks.json and status-list.json are those of an issuer of this tool, which say themselves where they are published.

    Raises NotFoundError where there is neither, or a document is missing or not what its name says.
    """
    pages: dict[str, str] = {}
    documents: dict[str, Json] = {}
    keys: dict[str, Json] = {}
    if (folder / PAGES).exists():
        pages = _read_pages(folder / PAGES)
    if not (folder / PAGES).exists() or any((folder / name).exists() for name in ISSUER_DOCUMENTS):
        documents, keys = _read_issuer_documents(folder)

    def fetch(url: str) -> bytes:
        if url in pages:
            return pages[url].encode()
        # A single key is published beside the key set, at .../keys/<kid>.json.
        kid = url.rpartition("/keys/")[2].removesuffix(".json")
        document = documents.get(url) or keys.get(kid)
        if document is None:
            raise FileNotFoundError(f"{url} is not among the saved documents")
        return json.dumps(document).encode()

    return fetch


def _read_pages(path: Path) -> dict[str, str]:
    """Texts by their addresses. Raises NotFoundError where the file holds anything else."""
    pages = _read(path)
    if not all(isinstance(text, str) for text in pages.values()):
        raise NotFoundError(f"{path} does not hold one text for each address")
    return pages


def _read_issuer_documents(folder: Path) -> tuple[dict[str, Json], dict[str, Json]]:
    """The DID document and the status list by their addresses, and the keys by their ids. Raises NotFoundError."""
    did_document, status_list, key_set = (_read(folder / name) for name in ISSUER_DOCUMENTS)
    try:
        documents = {did.did_web_url(did_document["id"]): did_document, status_list["id"]: status_list}
        return documents, {key["kid"]: key for key in key_set["keys"]}
    except (KeyError, TypeError, ValueError) as error:
        raise NotFoundError(f"the documents in {folder} are not those of an issuer: {error}") from error


def _read(path: Path) -> Json:
    """The JSON object in the file. Raises NotFoundError where there is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotFoundError(f"{path.name} is not there, or is no JSON: {path}") from error
    if not isinstance(data, dict):
        raise NotFoundError(f"{path.name} is no JSON object: {path}")
    return data
