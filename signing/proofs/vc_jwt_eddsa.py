"""VC-JWT signed with EdDSA, which others issue; the 1EdTech validator does not take it.

Source: RFC 8037; W3C Securing Verifiable Credentials using JOSE and COSE.
"""

from __future__ import annotations

from datetime import datetime

from signing import jose
from signing.document_loader import ContextFinder, find_context
from signing.json_text import Json
from signing.keys import KeyFinder, SigningKey
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

NAME = "vc-jwt-eddsa"
MEDIA_TYPE = jose.MEDIA_TYPE
HOW = jose.Algorithms(name=NAME, jws="EdDSA", key="Ed25519")


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    return jose.secure(HOW, credential, key)


def recognises(secured: SecuredCredential) -> bool:
    return jose.recognises(HOW, secured)


def check(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder = find_context
) -> VerifiedProof:
    """A JWS signs its bytes, so no context is asked for."""
    return jose.check(HOW, secured, find_key, now)
