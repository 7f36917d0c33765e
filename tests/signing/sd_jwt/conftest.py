"""Anna, who has the key of her wallet, and what she shows with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from signing.jws import signed_compact
from signing.keys import SigningKey, generate, jwk
from signing.multibase import from_base64url
from signing.sd_jwt.compact import split
from signing.sd_jwt.disclosure import digest_of
from signing.secured import SecuredCredential

AUDIENCE, NONCE = "https://employer.example", "n-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A wallet with one key."""

    key: SigningKey

    @property
    def jwk(self) -> dict[str, Any]:
        public = jwk(self.key.public, "w1")
        return {name: public[name] for name in ("kty", "crv", "x", "y") if name in public}

    def show(
        self,
        secured: SecuredCredential,
        now: datetime,
        *left_out: str,
        header: Mapping[str, Any] | None = None,
        **claims: Any,
    ) -> SecuredCredential:
        """The SD-JWT without the disclosures that have one of these texts, bound to the wallet's key."""
        whole = split(secured.text)
        kept = [one for one in whole.disclosures if not any(text in _read(one) for text in left_out)]
        presented = "~".join((whole.jwt, *kept, ""))
        payload = {
            "aud": AUDIENCE,
            "nonce": NONCE,
            "iat": int(now.timestamp()),
            "sd_hash": digest_of(presented),
        } | claims
        head = {"alg": "ES256", "typ": "kb+jwt"} | dict(header or {})
        return SecuredCredential(
            presented + signed_compact(head, json.dumps(payload), self.key), secured.media_type
        )


def _read(disclosure: str) -> str:
    return from_base64url(disclosure).decode()


@pytest.fixture(scope="session")
def new_holder() -> Callable[[], Holder]:
    return lambda: Holder(key=SigningKey(verification_method="", kid="w1", private=generate("P-256")))


@pytest.fixture(scope="session")
def anna(new_holder: Callable[[], Holder]) -> Holder:
    return new_holder()
