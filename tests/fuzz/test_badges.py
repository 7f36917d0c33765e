"""Bytes of every kind that badges reads, bent at random: each is read, or refused with a code, and nothing else.

A short run is part of `make test`, a long one is `make fuzz`; NOZIMITE_FUZZ says how many examples each target gets.
The targets take bytes, so that any other fuzzer can drive them too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from zlib import compress, crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from badges import bake, pdf, svg
from badges.errors import NotBakedError, PictureError, SchemaError
from badges.schemas import json_schema, rules
from badges.sentences import sentences
from badges.verify import verify
from badges.verify.signed_assertion import rsa_jwk
from signing import did
from signing.keys import VerificationMethod
from signing.secured import SecuredCredential

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EXAMPLES = int(os.environ.get("NOZIMITE_FUZZ", "60"))
JSON = SecuredCredential(
    '{"@context":[],"type":["OpenBadgeCredential"],"proof":[{}]}', "application/vc+ld+json"
)


def part(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)


def png(*middle: bytes) -> bytes:
    return b"".join(
        [bake.SIGNATURE, part(b"IHDR", bytes(13)), *middle, part(b"IDAT", b""), part(b"IEND", b"")]
    )


SEEDS = (
    png(part(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")),
    png(part(b"iTXt", b"openbadgecredential\0\1\0lv\0x\0" + compress(b"a.b.c"))),
    png(part(b"zTXt", b"openbadges\0\0" + compress(b"https://example.org/1"))),
    svg.bake(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', JSON),
    b'<svg xmlns:o="http://openbadges.org"><o:assertion verify="https://example.org/1"/></svg>',
    b"%PDF-1.7\n1 0 obj <</Type/EmbeddedFile/Filter[/FlateDecode]>>stream\n" + compress(JSON.text.encode()),
    JSON.text.encode(),
    b'{"type":"VerifiablePresentation","verifiableCredential":["e30.e30.e30"]}',
    b'{"type":"Assertion","@context":"https://w3id.org/openbadges/v2","verification":{"type":"hosted"},"id":"https://a"}',
    b"eyJhbGciOiJSUzI1NiJ9.eyJ2YyI6e319.AA",
)


def refuse(url: str) -> bytes:
    raise TimeoutError(url)


def find_key(method: str, issuer: str) -> VerificationMethod:
    return did.find_key(method, issuer, refuse)


def target_verify(data: bytes) -> None:
    """Whatever it is, and whatever the world answers: here, the same bytes."""
    for ask in (refuse, lambda url: data):
        report = verify(data, find_key, ask, NOW, fetch=ask, recipient="anna@example.org")
        assert report.verdict != "verified"
        assert all(check.code in sentences()[check.name] for check in report.checks)
        json.dumps(report.credential)


def target_pictures(data: bytes) -> None:
    for read in (bake.baked_text, svg.baked_text, pdf.attached_text):
        try:
            read(data)
        except (PictureError, NotBakedError):
            continue
    for write in (bake.bake, svg.bake):
        try:
            baked = write(data, JSON)
        except (PictureError, NotBakedError):
            continue
        assert (bake if write is bake.bake else svg).unbake(baked) == JSON


def target_rules(data: bytes) -> None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    for name in ("AchievementCredential", "AchievementCredential1", "EndorsementCredential", "Profile"):
        for loosely in (False, True):
            rules.breach(value, name, loosely=loosely)
    try:
        json_schema.breach(value, value)
    except SchemaError:
        return


def target_pem(data: bytes) -> None:
    text = data.decode("latin-1")
    for pem in (text, f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----"):
        try:
            rsa_jwk(pem)
        except (ValueError, IndexError):
            continue


TARGETS = (target_verify, target_pictures, target_rules, target_pem)


@st.composite
def bent(draw: st.DrawFn) -> bytes:
    """Some bytes, or one of the seeds with a few places changed; the checksums of a PNG stay right."""
    seed = draw(st.sampled_from(SEEDS) | st.binary(max_size=200))
    file = bytearray(seed)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(file)))
        file[place : place + draw(st.integers(0, 3))] = draw(
            st.binary(max_size=4)
            | st.sampled_from([b"{", b'"', b"[[", b"\0", b"<!DOCTYPE x>", b"&x;", b"]]>"])
        )
    return with_checksums(bytes(file)) if draw(st.booleans()) else bytes(file)


def with_checksums(file: bytes) -> bytes:
    if not file.startswith(bake.SIGNATURE):
        return file
    at, parts = len(bake.SIGNATURE), [bake.SIGNATURE]
    while at + 12 <= len(file):
        length = int.from_bytes(file[at : at + 4])
        parts.append(part(file[at + 4 : at + 8], file[at + 8 : at + 8 + length]))
        at += 12 + length
    return b"".join(parts)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.__name__)
def test_no_bytes_do_harm(target: Callable[[bytes], None]) -> None:
    @settings(deadline=None, max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(bent())
    def run(data: bytes) -> None:
        target(data)

    run()
