"""Seals: made as JAdES baseline B-B has it, verified by other libraries too, and refused where anything is not so."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.errors import SealError
from signing.seals.algorithms import sign
from signing.seals.certificates import SealCertificate, seal_certificate
from signing.seals.jades import seal_all, verify_seal
from signing.seals.key_files import KeyInFile
from signing.seals.seal_keys import SealKey
from tests.seal_certificates import COLLEGE, authority, certificate, key, later

NOW = later(100)
#: As a credential is: with quotes, letters of many scripts, and what a reader could take for HTML.
DOCUMENT = json.dumps({"id": "urn:credential:1", "title": 'Rīga & "āķis" <b> 文 \u2028'}, ensure_ascii=False)


def in_file(kind: str = "P-256", **changes: Any) -> KeyInFile:
    own = certificate(key(kind), issuer=authority(), **changes)
    return KeyInFile(certificate=seal_certificate([own, authority()]), private=key(kind))


@pytest.fixture(scope="module")
def sealed() -> str:
    return seal_all([DOCUMENT], in_file(), NOW)[0]


def parts(text: str) -> tuple[dict[str, Any], str, str, str]:
    """The protected header, as JSON and as it stands there, the payload and the signature."""
    outer = json.loads(text)
    (one,) = outer["signatures"]
    return decoded(one["protected"]), one["protected"], outer["payload"], one["signature"]


def decoded(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=="))
    return found


def with_header(
    text: str, change: Callable[[dict[str, Any]], object], key_of_it: KeyInFile | None = None
) -> str:
    """The same document with another header, signed anew: what is refused then is refused for the header alone."""
    header, _, payload, _ = parts(text)
    change(header)
    protected = urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    signer = key_of_it or in_file()
    signature = sign(signer.private, signer.certificate.algorithm, f"{protected}.{payload}".encode())
    one = {"protected": protected, "signature": urlsafe_b64encode(signature).decode().rstrip("=")}
    return json.dumps({"payload": payload, "signatures": [one]})


# --- as it is made

#: ETSI TS 119 182-1, table 1, column B-B, for a document that is inside: header member -> what it has to be. `sigT` has
#: the place of `iat` in the first edition of the standard, and never stands beside it.
BASELINE_B: dict[str, Callable[[Any], bool]] = {
    "alg": lambda value: value in ("ES256", "ES384", "RS256", "PS256"),
    "cty": lambda value: value == "ld+json",
    "x5t#S256": lambda value: len(urlsafe_b64decode(value + "=")) == 32,
    "x5c": lambda value: all(x509.load_der_x509_certificate(b64decode(each)) for each in value),
    "crit": lambda value: set(value) in ({"b64", "sigT"}, {"b64"}),
    "b64": lambda value: value is False,
    "typ": lambda value: value == "jose+json",
}


@pytest.mark.parametrize("member", ["sigT", "iat"])
@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_the_header_has_what_the_table_of_the_standard_asks_for_and_nothing_else(kind, member):
    signer = in_file(kind)
    header, _, payload, _ = parts(seal_all([DOCUMENT], signer, NOW, member)[0])
    assert header.keys() == BASELINE_B.keys() | {member}
    assert [name for name, holds in BASELINE_B.items() if not holds(header[name])] == []
    assert header["crit"] == (["b64", "sigT"] if member == "sigT" else ["b64"])
    moment = {"sigT": "2025-04-11T00:00:00Z", "iat": int(NOW.timestamp())}
    assert header[member] == moment[member]
    assert payload == DOCUMENT
    own, issuer = (b64decode(each) for each in header["x5c"])
    assert own == signer.certificate.own.public_bytes(Encoding.DER)
    assert issuer == authority().public_bytes(Encoding.DER)
    assert urlsafe_b64decode(header["x5t#S256"] + "=") == sha256(own).digest()


@pytest.mark.parametrize("kind", ["P-256", "P-384", "RSA"])
def test_a_sealed_document_is_verified_by_us_and_by_pyjwt(kind):
    signer = in_file(kind)
    first, second = seal_all([DOCUMENT, '{"id":"urn:credential:2"}'], signer, NOW)
    found = verify_seal(first)
    assert (found.document, found.sealed_at) == (DOCUMENT, NOW)
    assert found.certificate == signer.certificate
    assert verify_seal(second).document == '{"id":"urn:credential:2"}'
    _, protected, payload, signature = parts(first)
    # PyJWT does not know sigT, so it is asked about the signature alone: it computes over `protected.payload` itself.
    verified = jwt.PyJWS().get_algorithm_by_name({"P-256": "ES256", "P-384": "ES384", "RSA": "RS256"}[kind])
    data, raw = f"{protected}.{payload}".encode(), urlsafe_b64decode(signature + "==")
    assert verified.verify(data, signer.certificate.public, raw)
    assert not verified.verify(data + b" ", signer.certificate.public, raw)


def test_pyjwt_reads_the_whole_seal_where_the_standard_of_jws_knows_its_members():
    """With `iat` all that must be understood is `b64`, which PyJWT understands; it reads the compact form."""
    signer = in_file()
    _, protected, payload, signature = parts(seal_all([DOCUMENT], signer, NOW, "iat")[0])
    found = jwt.PyJWS().decode_complete(
        f"{protected}..{signature}", signer.certificate.public, ["ES256"], detached_payload=payload.encode()
    )
    assert found["payload"] == DOCUMENT.encode()


def test_nothing_is_sealed_before_the_certificate_begins_and_after_it_ends():
    for moment, code in ((later(-1), "not_yet_valid"), (later(4000), "expired")):
        with pytest.raises(SealError) as refused:
            seal_all([DOCUMENT], in_file(), moment)
        assert refused.value.code == code


@dataclass(frozen=True)
class Strange:
    """A key of the college whose signer answers as a test says."""

    answer: Callable[[Sequence[bytes]], Sequence[bytes]]
    certificate: SealCertificate = field(default_factory=lambda: in_file().certificate)

    def sign_all(self, data: Sequence[bytes]) -> Sequence[bytes]:
        return self.answer(data)


@pytest.mark.parametrize(
    "answer",
    [
        lambda data: in_file().sign_all([b"another document"] * len(data)),
        lambda data: [sign(key("P-256", 1), "ES256", each) for each in data],
        lambda data: list(reversed(in_file().sign_all(data))),
        lambda data: in_file().sign_all(data)[:1],
        lambda data: [b""] * len(data),
        lambda data: [b"\x30\x06\x02\x01\x01\x02\x01\x01"] * len(data),
        lambda data: [b"\x30\x80" + bytes(200)] * len(data),
    ],
    ids=["another hash", "another key", "in another order", "too few", "empty", "r and s of 1", "nonsense"],
)
def test_what_a_signer_gets_wrong_is_never_given_out(answer):
    signer: SealKey = Strange(answer)
    with pytest.raises(SealError) as refused:
        seal_all([DOCUMENT, DOCUMENT + " "], signer, NOW)
    assert refused.value.code == "wrong_signature"


def test_a_signer_may_write_a_signature_of_a_curve_in_der():
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.hashes import SHA256

    # Now and then one of both numbers is shorter than the other, and DER with it.
    signer: SealKey = Strange(lambda data: [key().sign(each, ECDSA(SHA256())) for each in data])
    for text in seal_all([DOCUMENT] * 300, signer, NOW):
        assert len(urlsafe_b64decode(parts(text)[3] + "==")) == 64


# --- as it is verified


def refusal(text: str) -> str:
    with pytest.raises(SealError) as refused:
        verify_seal(text)
    return refused.value.code


def test_a_changed_document_or_signature_is_refused(sealed):
    outer = json.loads(sealed)
    assert refusal(json.dumps(outer | {"payload": DOCUMENT.replace("Rīga", "Riga")})) == "wrong_signature"
    (one,) = outer["signatures"]
    for changed in (one["signature"][:-4], "A" * 86, ""):
        assert (
            refusal(json.dumps(outer | {"signatures": [one | {"signature": changed}]})) == "wrong_signature"
        )


def test_both_json_serializations_are_read(sealed):
    outer = json.loads(sealed)
    assert (
        verify_seal(json.dumps({"payload": outer["payload"], **outer["signatures"][0]})).document == DOCUMENT
    )


def with_two(outer: dict[str, Any]) -> dict[str, Any]:
    return outer | {"signatures": outer["signatures"] * 2}


@pytest.mark.parametrize(
    "change",
    [
        with_two,
        lambda outer: outer | {"signatures": []},
        lambda outer: outer | {"signatures": ["x"]},
        lambda outer: outer | {"payload": {"id": "urn:credential:1"}},
        lambda outer: {"payload": outer["payload"]},
        lambda outer: outer | {"signatures": [outer["signatures"][0] | {"protected": "e30!"}]},
        lambda outer: outer | {"signatures": [outer["signatures"][0] | {"protected": "_w"}]},
        lambda outer: outer | {"signatures": [outer["signatures"][0] | {"signature": "="}]},
    ],
    ids=["two", "none", "a text", "an object", "not there", "no base64", "no text", "no signature"],
)
def test_what_is_no_seal_is_refused(sealed, change):
    assert refusal(json.dumps(change(json.loads(sealed)))) == "malformed"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"payload":"{}","payload":"{}"}', "e30.e30.e30"])
def test_any_text_is_refused_without_another_error(text):
    assert refusal(text) == "malformed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alg": "none"}, "malformed"),
        ({"alg": "HS256"}, "malformed"),
        ({"alg": "RS256"}, "malformed"),
        ({"b64": True}, "malformed"),
        ({"crit": ["sigT"]}, "malformed"),
        ({"crit": "b64"}, "malformed"),
        ({"crit": [["b64"]]}, "malformed"),
        ({"crit": ["b64", "sigT", "sigD"], "sigD": {}}, "critical"),
        ({"crit": ["b64", "sigT", "adoTst"]}, "critical"),
        ({"x5t#S256": "A" * 43}, "malformed"),
        ({"x5c": []}, "malformed"),
        ({"x5c": ["?"]}, "malformed"),
        ({"x5c": [1]}, "malformed"),
        ({"x5c": ["AAAA"]}, "unreadable"),
        ({"sigT": "yesterday"}, "malformed"),
        ({"sigT": 1}, "malformed"),
        ({"iat": 1}, "malformed"),
        ({"sigT": "2044-01-01T00:00:00Z"}, "expired"),
        ({"sigT": "2024-01-01T00:00:00Z"}, "not_yet_valid"),
    ],
)
def test_a_header_that_says_something_else_is_refused(sealed, changes, code):
    assert refusal(with_header(sealed, lambda header: header.update(changes))) == code


@pytest.mark.parametrize("moment", [True, "1", 1.5, 10**30, -(10**30)])
def test_an_iat_that_is_no_moment_is_refused(sealed, moment):
    def change(header):
        del header["sigT"]
        header.update(iat=moment, crit=["b64"])

    assert refusal(with_header(sealed, change)) == "malformed"


def test_a_seal_of_a_natural_person_is_none(sealed):
    """Whoever has a certificate of their own could else write any document in the name of an institution."""
    own = certificate(key("P-256", 5), COLLEGE | {"GN": "Ieva", "SN": "Kalniņa"})
    theirs = KeyInFile(certificate=replace(in_file().certificate, chain=(own,)), private=key("P-256", 5))
    assert refusal(seal_all([DOCUMENT], theirs, NOW)[0]) == "natural_person"
