"""The status list as a credential."""

from __future__ import annotations

from datetime import datetime, timedelta

from badges.status_list import build_status_list
from signing.canonical import canonicalize
from signing.status import bit, decode, empty, with_bit_set


def test_a_status_list_has_the_revoked_bits_and_its_validity(now: datetime) -> None:
    listing = build_status_list(
        list_url="https://badges.example.org/status/1",
        issuer_id="did:web:badges.example.org:issuers:riga-college",
        bits=with_bit_set(empty(), 4711),
        now=now,
        ttl=timedelta(minutes=5),
        lifetime=timedelta(days=7),
    )
    subject = listing["credentialSubject"]
    assert listing["@context"] == ["https://www.w3.org/ns/credentials/v2"]
    assert listing["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert (listing["validFrom"], listing["validUntil"]) == ("2026-11-21T08:59:00Z", "2026-11-28T09:00:00Z")
    assert subject["id"] == "https://badges.example.org/status/1#list"
    assert (subject["statusPurpose"], subject["ttl"]) == ("revocation", 300_000)
    bits = decode(subject["encodedList"])
    assert (bit(bits, 4711), bit(bits, 4712)) == (True, False)
    assert canonicalize(listing)


def test_a_list_of_suspended_badges_has_the_purpose_suspension(now: datetime) -> None:
    times = {"now": now, "ttl": timedelta(minutes=5), "lifetime": timedelta(days=7)}
    listing = build_status_list(
        list_url="https://badges.example.org/status/2",
        issuer_id="did:web:badges.example.org:issuers:riga-college",
        purpose="suspension",
        bits=empty(),
        **times,
    )
    assert listing["credentialSubject"]["statusPurpose"] == "suspension"
