"""Fuzz targets: each takes any bytes, and fails unless the code under test gives a result or a documented error.

Any fuzzer can drive them: test_badges.py mutates SEEDS at random, and `python -m tests.fuzz.targets` runs atheris,
which is guided by coverage.
"""

from __future__ import annotations

import json
import plistlib
import resource
import sys
from base64 import encodebytes
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile
from zlib import compress, crc32

if __name__ == "__main__":
    import atheris

    # Modules have to be instrumented before they are imported.
    atheris.instrument_imports(include=["badges", "signing"]).__enter__()

from badges import bake, svg
from badges.containers import MAX_UNPACKED_BYTES, unpacked_files
from badges.errors import NotBakedError, PictureError, SchemaError
from badges.pdf import attachments
from badges.schemas import json_schema, rules
from badges.sentences import sentences
from badges.verify import verify
from badges.verify.handed_in_address import address_in
from badges.verify.open_badges_2.signed import rsa_jwk
from signing import cbor, did, status
from signing.errors import KeyNotFoundError, ProofError, StatusListError
from signing.keys import VerificationMethod
from signing.proofs import check
from signing.secured import SecuredCredential

#: Bytes that a target may use, the interpreter included.
MEMORY = 600 * 2**20

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
JSON = SecuredCredential(
    '{"@context":[],"type":["OpenBadgeCredential"],"proof":[{}]}', "application/vc+ld+json"
)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + crc32(kind + data).to_bytes(4)


def png(*middle: bytes) -> bytes:
    return b"".join(
        [
            bake.SIGNATURE,
            png_chunk(b"IHDR", bytes(13)),
            *middle,
            png_chunk(b"IDAT", b""),
            png_chunk(b"IEND", b""),
        ]
    )


def zipped(text: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("badge.json", text)
    return packed.getvalue()


#: Without a table of its objects: it would be wrong after each mutation.
PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 4 0 R>>>>]>>>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/Annots[<</Subtype/FileAttachment/FS<</EF<</UF 4 0 R>>>>>>]>>endobj\n"
    b"4 0 obj<</Filter[/FlateDecode]/Length 99>>stream\n"
    + compress(JSON.text.encode())
    + b"\nendstream endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)
MAIL = (
    b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="a"\n\n'
    b"--a\nContent-Type: text/plain\n\nLabdien!\n"
    b"--a\nContent-Type: application/json\nContent-Transfer-Encoding: base64\n\n"
    + encodebytes(JSON.text.encode())
    + b"--a--\n"
)
SEEDS = (
    png(png_chunk(b"iTXt", b"openbadgecredential\0\0\0\0\0{}")),
    png(png_chunk(b"iTXt", b"openbadgecredential\0\1\0lv\0x\0" + compress(b"a.b.c"))),
    png(png_chunk(b"zTXt", b"openbadges\0\0" + compress(b"https://example.org/1"))),
    svg.bake(b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>', JSON),
    b'<svg xmlns:o="http://openbadges.org"><o:assertion verify="https://example.org/1"/></svg>',
    PDF,
    PDF.replace(b"/Names", b"/Other").replace(b"/Pages 2 0 R", b"/Pages 2 0 R/AF[<</EF<</F 4 0 R>>>>]"),
    JSON.text.encode(),
    b'{"type":"VerifiablePresentation","verifiableCredential":["e30.e30.e30"]}',
    b'{"type":"Assertion","@context":"https://w3id.org/openbadges/v2","verification":{"type":"hosted"},"id":"https://a"}',
    b"eyJhbGciOiJSUzI1NiJ9.eyJ2YyI6e319.AA",
    b'"eyJhbGciOiJSUzI1NiJ9.\r\neyJ2YyI6e319.AA"',
    b"[" + JSON.text.encode() + b"]",
    JSON.text.encode("utf-16"),
    b'<!DOCTYPE svg PUBLIC "a" "b">' + svg.bake(b"<svg/>", JSON),
    zipped(JSON.text),
    MAIL,
    b"[InternetShortcut]\r\nURL=https://example.org/1\r\n",
    plistlib.dumps({"URL": "https://example.org/1"}),
    plistlib.dumps({"URL": "https://example.org/1"}, fmt=plistlib.FMT_BINARY),
)


def refuse(url: str) -> bytes:
    raise TimeoutError(url)


def find_key(method: str, issuer: str) -> VerificationMethod:
    return did.find_key(method, issuer, refuse)


def target_verify(data: bytes) -> None:
    """Any file, while every host refuses, or serves the same bytes."""
    for fetch in (refuse, lambda url: data):
        report = verify(data, find_key, fetch, NOW, fetch=fetch, recipient="anna@example.org")
        assert report.verdict != "verified"
        assert all(check.code in sentences()[check.name] for check in report.checks)
        json.dumps(report.credential)


def target_pictures(data: bytes) -> None:
    for read in (bake.baked_text, svg.baked_text, attachments.attached_text):
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


def target_containers(data: bytes) -> None:
    """The bytes as a ZIP or a mail, and what the short files for an address hold."""
    with suppress(PictureError):
        assert all(len(file.content) <= MAX_UNPACKED_BYTES for file in unpacked_files(data))
    address = address_in(data)
    assert address is None or address.startswith(("https://", "http://"))


def target_rules(data: bytes) -> None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    for name in ("AchievementCredential", "AchievementCredential1", "EndorsementCredential", "Profile"):
        rules.find_breach(value, name, "strict")
        rules.find_breach(value, name, "loose")
    try:
        json_schema.find_breach(value, value)
    except SchemaError:
        return


def target_pem(data: bytes) -> None:
    text = data.decode("latin-1")
    for pem in (text, f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----"):
        try:
            rsa_jwk(pem)
        except (ValueError, IndexError):
            continue


def target_proof(data: bytes) -> None:
    """The bytes as a credential or a token, with the key embedded in its proof."""
    try:
        check(SecuredCredential(data.decode("latin-1"), ""), did.key_in_proof, NOW)
    except ProofError:
        return
    raise AssertionError("nobody signed this")


def target_keys(data: bytes) -> None:
    """The bytes as a response of the issuer's host, and as the address of a key."""
    for method in ("did:web:riga.example#k1", "https://riga.example/k1", "k1", data.decode("latin-1")):
        for issuer in ("did:web:riga.example", "https://riga.example"):
            try:
                did.find_key(method, issuer, lambda url: data)
            except KeyNotFoundError:
                continue


def target_packed(data: bytes) -> None:
    """The bytes as a bit string and as CBOR."""
    with suppress(StatusListError):
        status.decode("u" + data.decode("latin-1"))
    with suppress(ValueError):
        cbor.decode(data)


TARGETS = (
    target_verify,
    target_pictures,
    target_containers,
    target_rules,
    target_pem,
    target_proof,
    target_keys,
    target_packed,
)


def main(name: str, *options: str) -> None:
    """Drive one target with atheris, which ends the process; `options` are those of libFuzzer."""
    # libFuzzer would count the peak of the process that started this one, which Linux keeps through exec.
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    (target,) = (target for target in TARGETS if target.__name__ == name)
    atheris.Setup([sys.argv[0], *options], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
