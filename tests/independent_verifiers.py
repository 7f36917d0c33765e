"""Verification of badges by openbadgeslib, which shares no code with ours: by its public functions, without a network.

The library is used as it is, and everything it would fetch is handed to it through its parameter `download`. Its own
verifiers judge a badge whole wherever they can. In three places they cannot:

* `OB3LdpVerifier` knows the contexts that it ships and takes no others, and our extension has one. A badge with the
  extension is therefore judged by the public functions that this class consists of. Two of its steps have no public
  function and are left out for such badges: that the JSON is the compacted form of what was signed, and that the badge
  is valid now. A badge without the extension goes through all of them: `tests/signing/test_openbadgeslib_agrees.py`.
* In Open Badges the `kid` of a token is an address that answers with a JWK; the library takes only a DID URL for it. So
  every key that the issuer's DID document has for assertions is tried.
* It knows only status lists that are signed as a JWT. It reads ours that are JSON without checking their proof.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jwt
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import (
    OB3LdpVerifier,
    OB3Verifier,
    OpenBadgeCredential,
    check_credential_status,
    resolve_verification_method,
    verify_data_integrity_proof,
)

_EXTENSION_PATH = "/eu-micro-credential/v1/context.jsonld"
_EXTENSION = Path(__file__).parents[1] / "signing" / "contexts" / "eu-micro-credential-v1.jsonld"

VERIFIED = "verified"

Download = Callable[[str], bytes]


def openbadgeslib_verdict(
    text: str,
    did_documents: Mapping[str, Mapping[str, Any]],
    status_lists: Mapping[str, str] | None = None,
) -> str:
    """`verified`, or the error message with which openbadgeslib refuses the badge.

    `text` is the JSON or the compact JWS of a badge. `did_documents` are by DID; `status_lists` are the status list
    credentials as served, by address. Without them revocation is not checked.
    """
    pages = {_did_web_url(did): json.dumps(document) for did, document in did_documents.items()}
    pages |= status_lists or {}

    def download(url: str) -> bytes:
        return pages[url].encode()

    has_lists = status_lists is not None
    are_tokens = has_lists and not any(listing.startswith("{") for listing in (status_lists or {}).values())
    status = {"check_status": has_lists, "verify_status_list": are_tokens}
    try:
        if not text.startswith("{"):
            _verify_jwt(text, did_documents, download, status)
        elif extension := _extension_in(text):
            _verify_by_public_functions(json.loads(text), {extension: _read_extension()}, download, status)
        else:
            OB3LdpVerifier().verify(text, download=download, **status)
    except LibOpenBadgesException as error:
        return str(error) or type(error).__name__
    return VERIFIED


def _verify_by_public_functions(
    document: dict[str, Any],
    contexts: Mapping[str, dict[str, Any]],
    download: Download,
    status: Mapping[str, bool],
) -> None:
    """What `OB3LdpVerifier.verify` does, in its order. Raises LibOpenBadgesException as it does."""
    credential = OpenBadgeCredential.from_vc_document(document)
    proofs = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
    # As its verifier demands: the key is one of the issuer that the credential names.
    methods = [str(proof["verificationMethod"]) for proof in proofs]
    method = next((name for name in methods if name.partition("#")[0] == credential.issuer.id), None)
    if method is None:
        raise LibOpenBadgesException(f"no proof is of {credential.issuer.id}")
    key = resolve_verification_method(method, download=download)
    verify_data_integrity_proof(document, key, extra_contexts=contexts)
    if status["check_status"]:
        check_credential_status(credential, download=download, verify_list=False)


def _verify_jwt(
    token: str,
    did_documents: Mapping[str, Mapping[str, Any]],
    download: Download,
    status: Mapping[str, bool],
) -> None:
    """Raises LibOpenBadgesException where no assertion key of the issuer verifies the token."""
    issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
    errors = [f"no DID document of {issuer} has a key"]
    for method in did_documents.get(issuer, {}).get("assertionMethod", []):
        try:
            key = resolve_verification_method(method, download=download)
            OB3Verifier(key, issuer_did=issuer).verify(token, download=download, **status)
            return
        except LibOpenBadgesException as error:
            errors.append(str(error))
    raise LibOpenBadgesException("; ".join(errors[1:] or errors))


def _extension_in(text: str) -> str | None:
    """The address of our extension's context, where the badge names it."""
    contexts = json.loads(text).get("@context", [])
    return next((url for url in contexts if isinstance(url, str) and url.endswith(_EXTENSION_PATH)), None)


def _read_extension() -> dict[str, Any]:
    return json.loads(_EXTENSION.read_text(encoding="utf-8"))


def _did_web_url(did: str) -> str:
    host, *path = (unquote(part) for part in did.removeprefix("did:web:").split(":"))
    return f"https://{host}/{'/'.join(path or ['.well-known'])}/did.json"
