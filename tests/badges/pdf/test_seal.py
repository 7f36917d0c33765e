"""A PDF that is sealed itself: the whole of it but the seal is sealed, it stays PDF/A-3, and readers open it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from badges.pdf.attachments import attached_text
from badges.pdf.document import PdfDocument, Style
from badges.pdf.seal import PlaceForSeal, place_for_seal
from signing.seals.cades import detached_seal, most_bytes
from signing.seals.certificates import seal_certificate
from signing.seals.key_files import KeyInFile
from tests.cms_verification import openssl_accepts
from tests.seal_certificates import authority, certificate, key, later, pem

NOW = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
CREDENTIAL = '{"@context": [], "type": "VerifiableCredential"}'


def drawn(*, link: bool = False) -> bytes:
    document = PdfDocument(title="Title", author="Author", language="en", made_at=NOW)
    for text in ("The first page", "The second page, Rīga"):
        document.add_page()
        document.write_text(text, Style())
        if link:
            document.qr_code("https://riga.example/", 20, 200, 20, "a code")
    document.attach("credential.json", CREDENTIAL.encode(), "application/json", "the credential")
    return document.as_pdf()


def signer(kind: str) -> KeyInFile:
    own = certificate(key(kind), issuer=authority())
    return KeyInFile(certificate=seal_certificate([own, authority()]), private=key(kind))


def sealed(pdf: bytes, kind: str = "P-256") -> bytes:
    by = signer(kind)
    place = place_for_seal(pdf, most_bytes(by.certificate), NOW)
    return place.filled(detached_seal(place.sealed, by, NOW))


def read(pdf: bytes) -> tuple[Any, Any]:
    """The catalog, and the only signature field."""
    catalog = PdfReader(BytesIO(pdf), strict=True).root_object
    (signature_field,) = catalog["/AcroForm"]["/Fields"]
    return catalog, signature_field.get_object()


def parts(pdf: bytes) -> tuple[bytes, bytes, bytes]:
    """What is before the seal, the seal with its brackets and zeros, and what is after it, by the /ByteRange."""
    start, first, second, rest = map(int, read(pdf)[1]["/V"]["/ByteRange"])
    assert start == 0 and second + rest == len(pdf)
    return pdf[:first], pdf[first:second], pdf[second:]


def verifies(folder: Any, before: bytes, seal: bytes, after: bytes) -> bool:
    # OpenSSL reads the seal and leaves the zeros after it alone.
    der = bytes.fromhex(seal[1:-1].decode())
    return openssl_accepts(folder, der, before + after, pem(authority()), NOW)


@pytest.mark.parametrize("kind", ["RSA", "P-256", "P-384"])
def test_openssl_verifies_the_seal_of_what_the_byte_range_names(tmp_path, kind):
    before, seal, after = parts(sealed(drawn(), kind))
    assert re.fullmatch(rb"<[0-9a-f]+>", seal) and before.endswith(b"/Contents ")
    assert verifies(tmp_path, before, seal, after)


def test_one_changed_byte_anywhere_else_is_refused(tmp_path):
    before, seal, after = parts(sealed(drawn()))
    places = [*range(0, len(before), len(before) // 20), len(before) - 1]
    for place in places:
        changed = before[:place] + bytes([before[place] ^ 1]) + before[place + 1 :]
        assert not verifies(tmp_path, changed, seal, after), place
    for place in (0, len(after) // 2, len(after) - 1):
        changed = after[:place] + bytes([after[place] ^ 1]) + after[place + 1 :]
        assert not verifies(tmp_path, before, seal, changed), place
    assert not verifies(tmp_path, before, seal, after + b"\n")


@pytest.mark.parametrize("link", [False, True], ids=["no link", "a link on each page"])
def test_the_field_is_as_pades_and_pdf_a_ask(link):
    catalog, widget = read(sealed(drawn(link=link)))
    assert catalog["/AcroForm"]["/SigFlags"] == 3 and "/NeedAppearances" not in catalog["/AcroForm"]
    signature = widget["/V"]
    assert (signature["/Type"], signature["/Filter"]) == ("/Sig", "/Adobe.PPKLite")
    assert (signature["/SubFilter"], signature["/M"]) == ("/ETSI.CAdES.detached", "D:20260506070809Z")
    assert {"/Cert", "/Reference", "/Changes"}.isdisjoint(signature)
    assert (widget["/Subtype"], widget["/FT"], widget["/F"]) == ("/Widget", "/Sig", 132)
    assert list(widget["/Rect"]) == [0, 0, 0, 0]
    page = catalog["/Pages"]["/Kids"][0].get_object()
    assert widget["/P"] == page and page["/Annots"][0].get_object() == widget
    assert len(page["/Annots"]) == (2 if link else 1)


def test_all_that_was_in_it_still_is():
    plain = drawn(link=True)
    after = sealed(plain)
    assert after.startswith(plain.rstrip())
    before, now = (PdfReader(BytesIO(each), strict=True) for each in (plain, after))
    assert [each.extract_text() for each in before.pages] == [each.extract_text() for each in now.pages]
    for name in before.root_object:
        assert name in now.root_object, name
    assert now.xmp_metadata is not None and b"<pdfaid:part>3</pdfaid:part>" in after
    assert attached_text(after).text == CREDENTIAL
    ids = [list(map(bytes, map(_raw, each.trailer["/ID"]))) for each in (before, now)]
    assert ids[0][0] == ids[1][0] != ids[1][1]


def _raw(identifier: Any) -> bytes:
    return bytes(identifier.original_bytes)


def test_the_same_pdf_has_the_same_place():
    pdf = drawn()
    assert place_for_seal(pdf, 900, NOW) == place_for_seal(pdf, 900, NOW)
    place = place_for_seal(pdf, 900, NOW)
    assert len(place.filled(b"")) == len(place.filled(b"x" * 900)) == len(place.sealed) + 1802


def test_a_seal_that_is_too_large_is_not_cut_off():
    with pytest.raises(ValueError, match="larger than its place"):
        PlaceForSeal(before=b"", after=b"", size=3).filled(b"four")


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: b"",
        lambda pdf: pdf[:-200],
        lambda pdf: pdf.replace(b"/Root ", b"/Rood "),
        lambda pdf: pdf.replace(b"/Kids [", b"/Kids  ["),
        lambda pdf: b" " + pdf,
    ],
    ids=["nothing", "cut off", "no catalog", "another form", "shifted"],
)
def test_no_field_is_put_into_a_pdf_that_is_not_ours(change):
    with pytest.raises(ValueError, match=r"form in which|not found"):
        place_for_seal(change(drawn()), 900, later(1))
