"""Verification of badges by openbadgeslib, which shares no code with ours, without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import ldp
from openbadgeslib.ob3.contexts import document_loader
from openbadgeslib.ob3.did import pem_for_kid
from openbadgeslib.ob3.verifier import OB3Verifier

_EXTENSION_PATH = "/eu-micro-credential/v1/context.jsonld"
_EXTENSION = Path(__file__).parents[1] / "signing" / "contexts" / "eu-micro-credential-v1.jsonld"

VERIFIED = "verified"


def openbadgeslib_verdict(
    text: str,
    did_documents: Mapping[str, Mapping[str, Any]],
    status_lists: Mapping[str, str] | None = None,
) -> str:
    """`verified`, or the error message with which openbadgeslib refuses the badge.

    `text` is the JSON or the compact JWS of a badge. `did_documents` are by DID; `status_lists` are the status list
    credentials as served, by address. Without them revocation is not checked. The library knows only status lists
    that are signed as a JWT, so it reads ours without checking their proof.
    """
    pages = {_did_web_url(did): json.dumps(document) for did, document in did_documents.items()}
    pages |= status_lists or {}

    def download(url: str) -> bytes:
        return pages[url].encode()

    try:
        if text.startswith("{"):
            _verify_json(text, download, status_lists)
        else:
            _verify_jwt(text, did_documents, download, status_lists)
    except LibOpenBadgesException as error:
        return str(error) or type(error).__name__
    return VERIFIED


def _verify_json(text: str, download: Any, status_lists: Mapping[str, str] | None) -> None:
    """Raises LibOpenBadgesException where the badge does not verify.

    OB3LdpVerifier takes no further contexts, and our extension has one. So the function that makes its document loader
    is patched with one that adds them, as `document_loader(extra_contexts)` of the library itself does.
    """
    document = json.loads(text)
    contexts = document.get("@context", []) if isinstance(document, dict) else []
    extension = json.loads(_EXTENSION.read_text())
    extra = {url: extension for url in contexts if isinstance(url, str) and url.endswith(_EXTENSION_PATH)}
    with patch.object(ldp, "document_loader", lambda _=None: document_loader(extra)):
        ldp.OB3LdpVerifier().verify(
            text, download=download, check_status=status_lists is not None, verify_status_list=False
        )


def _verify_jwt(
    token: str,
    did_documents: Mapping[str, Mapping[str, Any]],
    download: Any,
    status_lists: Mapping[str, str] | None,
) -> None:
    """Raises LibOpenBadgesException where no assertion key of the issuer verifies the token.

    In Open Badges `kid` is an address that answers with a JWK; the library takes only a DID URL for it. So every key
    that the issuer's DID document has for assertions is tried.
    """
    issuer = OB3Verifier._decode_unverified(token).get("iss")
    document = dict(did_documents.get(str(issuer), {}))
    last_error: Exception = LibOpenBadgesException(f"no DID document of {issuer}")
    for method in document.get("assertionMethod", []):
        verifier = OB3Verifier(pem_for_kid(document, str(issuer), method), issuer_did=issuer)
        try:
            verifier.verify(
                token, check_status=status_lists is not None, verify_status_list=False, download=download
            )
            return
        except LibOpenBadgesException as error:
            last_error = error
    raise last_error


def _did_web_url(did: str) -> str:
    host, *path = (unquote(part) for part in did.removeprefix("did:web:").split(":"))
    return f"https://{host}/{'/'.join(path or ['.well-known'])}/did.json"
