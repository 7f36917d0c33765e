"""A file on disk checked from the command line: with the network, or with documents saved beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from badges.verify import Report, verify
from lti_tool.errors import NotFoundError
from lti_tool.outgoing import Outgoing
from lti_tool.values import Json
from signing import did
from signing.keys import VerificationMethod

Fetch = Callable[[str], bytes]


def check_file(
    file: bytes, documents: Path | None = None, now: datetime | None = None, recipient: str | None = None
) -> Report:
    """The Report on a file; `documents` is a folder with did.json, jwks.json and status-list.json of the issuer."""
    fetch = saved_documents(documents) if documents else Outgoing().fetch

    def find_key(verification_method: str, issuer_id: str) -> VerificationMethod:
        return did.find_key(verification_method, issuer_id, fetch)

    return verify(file, find_key, fetch, now or datetime.now(UTC), fetch=fetch, recipient=recipient)


def saved_documents(folder: Path) -> Fetch:
    """Answers for the addresses under which the documents in `folder` say they were published; OSError for others.

    Raises NotFoundError where a document is missing or is none.
    """
    did_document, status_list, key_set = (
        _read(folder / name) for name in ("did.json", "status-list.json", "jwks.json")
    )
    try:
        answers = {did.did_web_url(did_document["id"]): did_document, status_list["id"]: status_list}
        keys = {key["kid"]: key for key in key_set["keys"]}
    except (KeyError, TypeError, ValueError) as error:
        raise NotFoundError(f"the documents in {folder} are not those of an issuer: {error}") from error

    def fetch(url: str) -> bytes:
        name = url.rpartition("/keys/")[2].removesuffix(".json")
        found = answers.get(url) or keys.get(name)
        if found is None:
            raise FileNotFoundError(f"{url} is not among the saved documents")
        return json.dumps(found).encode()

    return fetch


def _read(path: Path) -> Json:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotFoundError(f"{path.name} is not there, or is no JSON: {path}") from error
    if not isinstance(data, dict):
        raise NotFoundError(f"{path.name} is no JSON object: {path}")
    return data
