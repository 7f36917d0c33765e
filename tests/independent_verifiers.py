"""What a verifier that shares no line with ours says of a badge: openbadgeslib, without a network."""

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
    """`verified`, or the sentence with which openbadgeslib refuses the badge.

    `text` is the JSON or the compact JWS that is baked in; `did_documents` are by DID; `status_lists`, by address, are
    the status list credentials as they are served. Revocation is looked up only when they are given. The library
    knows status lists signed as a JWT alone, so it is asked to read ours, not to check their proof.
    """
    pages = {_did_web_url(did): json.dumps(document) for did, document in did_documents.items()}
    pages |= status_lists or {}

    def download(url: str) -> bytes:
        return pages[url].encode()

    try:
        if text.startswith("{"):
            _verify_json(text, download, status_lists is not None)
        else:
            _verify_jwt(text, did_documents, download, status_lists is not None)
    except LibOpenBadgesException as refusal:
        return str(refusal) or type(refusal).__name__
    return VERIFIED


def _verify_json(text: str, download: Any, check_status: bool) -> None:
    """OB3LdpVerifier, which takes no further contexts; the function under it that makes its loader does.

    Hence the one patch: the loader that the library itself offers for that, `document_loader(extra_contexts)`.
    """
    document = json.loads(text)
    contexts = document.get("@context", []) if isinstance(document, dict) else []
    extension = json.loads(_EXTENSION.read_text())
    extra = {url: extension for url in contexts if isinstance(url, str) and url.endswith(_EXTENSION_PATH)}
    with patch.object(ldp, "document_loader", lambda _=None: document_loader(extra)):
        ldp.OB3LdpVerifier().verify(
            text, download=download, check_status=check_status, verify_status_list=False
        )


def _verify_jwt(
    token: str, did_documents: Mapping[str, Mapping[str, Any]], download: Any, check_status: bool
) -> None:
    """OB3Verifier with the key of the issuer's DID document.

    Open Badges wants `kid` to be an address that answers with one JWK; the library takes only a DID address for it.
    So the keys that the issuer's document allows to assert are tried, with the library's own choice of method.
    """
    issuer = OB3Verifier._decode_unverified(token).get("iss")
    document = dict(did_documents.get(str(issuer), {}))
    refusal: Exception = LibOpenBadgesException(f"no DID document of {issuer}")
    for method in document.get("assertionMethod", []):
        verifier = OB3Verifier(pem_for_kid(document, str(issuer), method), issuer_did=issuer)
        try:
            verifier.verify(token, check_status=check_status, verify_status_list=False, download=download)
            return
        except LibOpenBadgesException as error:
            refusal = error
    raise refusal


def _did_web_url(did: str) -> str:
    host, *path = (unquote(part) for part in did.removeprefix("did:web:").split(":"))
    return f"https://{host}/{'/'.join(path or ['.well-known'])}/did.json"
