"""build_status_list: the credential that lists which badges of an issuer are revoked or suspended."""

from __future__ import annotations

from datetime import datetime, timedelta

from badges.jsonld import as_jsonld
from badges.model import BitstringStatusList, BitstringStatusListCredential
from signing.json_text import Json
from signing.status import encode

CONTEXT = "https://www.w3.org/ns/credentials/v2"
#: How long before `now` a list begins to be valid: the clock of a verifier may be behind ours, or it may have noted the
#: time before it fetched the list.
CLOCK_SKEW = timedelta(minutes=1)


def build_status_list(
    *,
    list_url: str,
    issuer_id: str,
    purpose: str = "revocation",
    bits: bytes,
    now: datetime,
    ttl: timedelta,
    lifetime: timedelta,
) -> Json:
    """An unsecured BitstringStatusListCredential (Bitstring Status List v1.0, section 2.2).

    `purpose` is `revocation` or `suspension`. `ttl` is how long a verifier may keep a copy. `lifetime` ends the list's
    validity, so that an attacker cannot answer a verifier with an old list in which a revoked badge is still valid.
    """
    return as_jsonld(
        BitstringStatusListCredential(
            context=(CONTEXT,),
            id=list_url,
            issuer=issuer_id,
            valid_from=now - CLOCK_SKEW,
            valid_until=now + lifetime,
            credential_subject=BitstringStatusList(
                id=f"{list_url}#list",
                status_purpose=purpose,
                encoded_list=encode(bits),
                ttl=int(ttl.total_seconds() * 1000),
            ),
        )
    )
