"""VC-JWT signed with RS256, which every reader of Open Badges must understand.

Source: Open Badges 3.0, "JSON Web Token Proof Format (VC-JWT)".
"""

from __future__ import annotations

from datetime import datetime

from signing import jose
from signing.document_loader import ContextFinder, find_context
from signing.json_text import Json
from signing.keys import KeyFinder, SigningKey
from signing.secured import SecuredCredential
from signing.verified_proof import VerifiedProof

NAME = "vc-jwt-rs256"
MEDIA_TYPE = jose.MEDIA_TYPE
HOW = jose.Algorithms(name=NAME, jws="RS256", key="RSA")


def secure(credential: Json, key: SigningKey, now: datetime) -> SecuredCredential:
    return jose.secure(HOW, credential, key)


def recognises(secured: SecuredCredential) -> bool:
    return jose.recognises(HOW, secured)


def check(
    secured: SecuredCredential, find_key: KeyFinder, now: datetime, find_context: ContextFinder = find_context
) -> VerifiedProof:
    """A JWS signs its bytes, so no context is asked for."""
    return jose.check(HOW, secured, find_key, now)
