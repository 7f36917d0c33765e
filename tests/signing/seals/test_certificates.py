"""Certificates of seals: whose they are, what may be signed with them, and what they say of being qualified."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from signing.errors import SealError
from signing.seals.certificates import from_der, from_pem, seal_certificate
from signing.seals.jades import seal_all, verify_seal
from signing.seals.key_files import read_pkcs12
from signing.seals.statements import statements_of
from tests.seal_certificates import (
    COLLEGE,
    COMPLIANT,
    DEVICE,
    OTHER_LAW,
    PASSWORD,
    PERSON,
    SEAL,
    SIGNATURE,
    authority,
    certificate,
    key,
    later,
    pem,
    pkcs12_file,
    statements,
)


def refusal(*certificates: x509.Certificate) -> str:
    with pytest.raises(SealError) as refused:
        seal_certificate(certificates)
    return refused.value.code


def own(**changes: Any) -> x509.Certificate:
    return certificate(key(), issuer=authority(), **changes)


def test_the_legal_person_is_read_and_the_chain_put_in_order():
    first, stranger = own(), certificate(key("P-256", 1))
    found = seal_certificate([first, stranger, authority(), authority()])
    assert (found.organisation, found.identifier, found.country) == tuple(
        COLLEGE[name] for name in ("O", "organizationIdentifier", "C")
    )
    assert found.chain == (first, authority())
    assert "BEGIN" not in repr(found) and found.claim == "none"


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (PERSON, "natural_person"),
        # One who acts for the college: EN 319 412-2 lets such a certificate name it in full.
        (COLLEGE | PERSON, "natural_person"),
        (COLLEGE | {"GN": "Ieva"}, "natural_person"),
        (COLLEGE | {"pseudonym": "A seal"}, "natural_person"),
        (COLLEGE | {"serialNumber": "PNOLV-010101-11111"}, "natural_person"),
        ({"C": "LV", "O": "SIA Rīgas koledža"}, "no_legal_person"),
        ({"C": "LV", "organizationIdentifier": "NTRLV-40000000001"}, "no_legal_person"),
        ({"CN": "badges.example.org"}, "no_legal_person"),
    ],
)
def test_the_certificate_of_anybody_but_a_legal_person_is_refused(subject, code):
    assert refusal(own(subject=subject)) == code


def test_a_number_of_the_seal_itself_does_not_make_it_a_persons():
    assert seal_certificate([own(subject=COLLEGE | {"serialNumber": "0001"})]).identifier


def test_several_organisations_are_none():
    name = x509.Name([*own().subject, *own().subject])
    several = certificate(key("P-256", 2))
    builder = x509.CertificateBuilder(
        subject_name=name,
        issuer_name=name,
        public_key=key("P-256", 2).public_key(),
        serial_number=1,
        not_valid_before=several.not_valid_before_utc,
        not_valid_after=several.not_valid_after_utc,
    )
    assert refusal(builder.sign(key(), several.signature_hash_algorithm)) == "no_legal_person"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"usage": "key_encipherment"}, "usage"),
        ({"usage": "key_cert_sign"}, "usage"),
        ({"is_authority": True}, "authority"),
        ({"extension": statements(COMPLIANT, SIGNATURE)}, "natural_person"),
        ({"extension": b"\x30\x05\x30\x80"}, "unreadable"),
        ({"extension": b"\x31\x00"}, "unreadable"),
        ({"extension": b"\x30\x02\x30\x00"}, "unreadable"),
        ({"extension": b"\x30\x04\x30\x02\x05\x00"}, "unreadable"),
        ({"extension": b""}, "unreadable"),
    ],
)
def test_a_certificate_that_is_for_something_else_is_refused(changes, code):
    assert refusal(own(**changes)) == code


def test_a_certificate_for_what_binds_is_taken():
    assert seal_certificate([own(usage="content_commitment")])
    assert seal_certificate([own(usage=None)])


@pytest.mark.parametrize("kind", ["RSA-1024", "P-521"])
def test_a_key_that_no_seal_has_is_refused(kind):
    assert refusal(certificate(key(kind))) == "key_not_supported"


def test_no_certificate_is_refused():
    assert refusal() == "no_certificate"
    for content in (b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff"):
        with pytest.raises(SealError, match="no certificate"):
            from_pem(content)
    with pytest.raises(SealError):
        from_der([b"no certificate"])
    assert from_pem(pem(own(), authority()))[1] == authority()


@pytest.mark.parametrize(
    ("stated", "claim"),
    [
        ((COMPLIANT, SEAL, DEVICE), "qualified"),
        ((COMPLIANT, SEAL, SIGNATURE, DEVICE), "qualified"),
        ((COMPLIANT, SEAL), "qualified_certificate"),
        ((SEAL, DEVICE), "none"),
        ((COMPLIANT, DEVICE), "none"),
        ((COMPLIANT, SEAL, DEVICE, OTHER_LAW), "none"),
        ((), "none"),
    ],
)
def test_it_is_called_qualified_only_where_its_statements_say_so(stated, claim):
    one = own(extension=statements(*stated))
    assert statements_of(one) == set(stated)
    assert seal_certificate([one]).claim == claim


# --- files with keys


def file_refusal(content: bytes, password: str = PASSWORD) -> str:
    with pytest.raises(SealError) as refused:
        read_pkcs12(content, password)
    assert password not in str(refused.value)
    return refused.value.code


def test_the_key_and_the_chain_are_read_from_a_file():
    found = read_pkcs12(pkcs12_file(key(), own(), authority()), PASSWORD)
    assert len(found.certificate.chain) == 2 and "private" not in repr(found)
    assert verify_seal(seal_all(["{}"], found, later(1))[0]).document == "{}"


def test_a_file_that_cannot_be_used_is_refused_and_says_why():
    good = pkcs12_file(key(), own())
    assert file_refusal(good, "another") == "wrong_password"
    assert file_refusal(good[:100]) == file_refusal(b"") == file_refusal(pem(own())) == "unreadable"
    assert file_refusal(pkcs12_file(key(), None)) == "no_certificate"
    assert file_refusal(pkcs12_file(key(), None, certificate(key("P-256", 1)))) == "key_of_another"
    assert file_refusal(pkcs12_file(None, None, own())) == "no_key"
    assert file_refusal(pkcs12_file(key(), own(subject=PERSON))) == "natural_person"


@pytest.fixture(scope="module")
def openssl_files(tmp_path_factory) -> Path:
    """The folder with what OpenSSL makes: `seal.p12`, with an RSA key that is for PSS alone."""
    if shutil.which("openssl") is None:
        pytest.skip("Debian's openssl is not installed")
    folder: Path = tmp_path_factory.mktemp("openssl")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    subject = "/C=LV/O=Riga College/organizationIdentifier=NTRLV-40000000001"
    more = ["-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,nonRepudiation"]
    pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"]
    openssl("genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem")
    openssl(*"req -x509 -new -key key.pem -sha256 -days 30 -out own.pem -subj".split(), subject, *more, *pss)
    openssl(*"pkcs12 -export -in own.pem -inkey key.pem -out seal.p12 -passout".split(), f"pass:{PASSWORD}")
    return folder


def test_a_key_for_pss_seals_by_ps256(openssl_files):
    found = read_pkcs12((openssl_files / "seal.p12").read_bytes(), PASSWORD)
    assert found.certificate.algorithm == "PS256"
    text = seal_all(["{}"], found, found.certificate.valid_from)[0]
    assert verify_seal(text).certificate.algorithm == "PS256"
