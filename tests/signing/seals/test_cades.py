"""The seal of the bytes of a PDF is one that OpenSSL verifies, and of these bytes and this certificate alone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import timedelta

import pytest

from signing.errors import SealError
from signing.seals import der
from signing.seals.cades import detached_seal, most_bytes
from signing.seals.certificates import SealCertificate, seal_certificate
from signing.seals.key_files import KeyInFile, read_pkcs12
from tests.cms_verification import openssl_accepts
from tests.seal_certificates import ENDS, PASSWORD, authority, certificate, key, later, pem

DATA = b"%PDF-1.7 and all that stands in it\n" * 50
#: Of content-type, message-digest and signing-certificate-v2; and of signing-time, for which PAdES has /M.
NAMES = [der.identifier(f"1.2.840.113549.1.9.{each}") for each in ("3", "4", "16.2.47")]
SIGNING_TIME = der.identifier("1.2.840.113549.1.9.5")


def key_in_file(kind: str = "P-256") -> KeyInFile:
    own = certificate(key(kind), issuer=authority())
    return KeyInFile(certificate=seal_certificate([own, authority()]), private=key(kind))


@pytest.mark.parametrize("kind", ["RSA", "P-256", "P-384"])
def test_openssl_verifies_it_and_refuses_it_of_other_bytes(tmp_path, kind):
    signer = key_in_file(kind)
    seal = detached_seal(DATA, signer, later(1))
    assert openssl_accepts(tmp_path, seal, DATA, pem(authority()), later(1))
    for other in (DATA[:-1], DATA + b"\n", b"!" + DATA[1:]):
        assert not openssl_accepts(tmp_path, seal, other, pem(authority()), later(1))
    assert DATA not in seal
    assert all(name in seal for name in NAMES) and SIGNING_TIME not in seal


def test_a_key_for_pss_alone_seals_so(tmp_path):
    """As trust services make them; `cryptography` makes no certificate for such a key."""
    pss = "rsa_padding_mode:pss"
    subject = "/O=SIA Riga/organizationIdentifier=NTRLV-40000000001"
    if shutil.which("openssl") is None:
        pytest.skip("Debian's openssl is not installed")
    for words in (
        "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out key.pem".split(),
        [
            *"req -x509 -new -key key.pem -sha256 -days 30 -out own.pem -subj".split(),
            subject,
            *f"-addext keyUsage=digitalSignature -addext basicConstraints=critical,CA:FALSE -sigopt {pss}".split(),
        ],
        [*"pkcs12 -export -in own.pem -inkey key.pem -out seal.p12 -passout".split(), f"pass:{PASSWORD}"],
    ):
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)
    signer = read_pkcs12((tmp_path / "seal.p12").read_bytes(), PASSWORD)
    assert signer.certificate.algorithm == "PS256"
    seal = detached_seal(DATA, signer, signer.certificate.valid_from)
    trusted, moment = pem(signer.certificate.own), signer.certificate.valid_from
    assert openssl_accepts(tmp_path, seal, DATA, trusted, moment)
    assert not openssl_accepts(tmp_path, seal, DATA + b" ", trusted, moment)


@pytest.mark.parametrize("kind", ["RSA", "P-256", "P-384"])
def test_no_seal_is_larger_than_was_said_before(kind):
    signer = key_in_file(kind)
    sizes = [len(detached_seal(DATA + bytes([each]), signer, later(1))) for each in range(40)]
    most = most_bytes(signer.certificate)
    assert max(sizes) <= most <= max(sizes) + 12


def test_the_issuer_of_the_certificate_is_named_as_it_names_it():
    """Byte for byte: an issuer in another kind of text would be a different one."""
    seal = detached_seal(DATA, key_in_file(), later(1))
    # Three times in the two certificates, and once beside the signature.
    assert seal.count(authority().subject.public_bytes()) == 4


def test_it_seals_on_no_day_on_which_its_certificate_is_not_valid():
    for moment, code in ((ENDS + timedelta(days=1), "expired"), (later(-1), "not_yet_valid")):
        with pytest.raises(SealError) as refused:
            detached_seal(DATA, key_in_file(), moment)
        assert refused.value.code == code


class OfAnother:
    """A signer that signs with another key than that of its certificate, or something else."""

    def __init__(self, signatures: Sequence[bytes]) -> None:
        self.certificate: SealCertificate = key_in_file().certificate
        self._signatures = signatures

    def sign_all(self, data: Sequence[bytes]) -> Sequence[bytes]:
        return self._signatures


@pytest.mark.parametrize(
    "signatures", [[], [b""], [b"\0" * 64], [b"\x30\x06\x02\x01\x01\x02\x01\x01"], [b"", b""]]
)
def test_a_signature_of_something_else_is_not_given_out(signatures):
    with pytest.raises(SealError) as refused:
        detached_seal(DATA, OfAnother(signatures), later(1))
    assert refused.value.code == "wrong_signature"
