"""Every file format and every kind of document, from endorsements to Open Badges 2.0, is verified as what it is."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from badges import svg
from badges.artwork import picture
from badges.bake import bake
from badges.errors import HttpStatusError
from badges.template.model import Template
from badges.verify import Report, verify
from signing.json_text import Json
from signing.multibase import base64url
from signing.signatures import sign
from tests.badges.pdf.pdf_files import embedded, pdf_with_names
from tests.badges.verify.reports import (
    HEADER_END,
    baked_older,
    demand_sentences,
    finding,
    members,
    with_changed_bytes,
)

Build = Callable[..., Json]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>'


@pytest.fixture
def verify_badge(world: Any, now: datetime) -> Callable[..., Report]:
    def verified(file: bytes | str | Json, served: dict[str, Any] | None = None, **more: Any) -> Report:
        text = json.dumps(file) if isinstance(file, dict) else file
        data = text.encode() if isinstance(text, str) else text

        def fetch(url: str) -> bytes:
            world.asked.append(url)
            answer = (served or {})[url]
            if isinstance(answer, HttpStatusError):
                raise answer
            return answer if isinstance(answer, bytes) else json.dumps(answer).encode()

        given = {"fetch": fetch} if served is not None else {}
        report = verify(data, world.find_key, world.find_status, now, **given, **more)
        demand_sentences(report)
        return report

    return verified


def jws(world: Any, payload: Json, **header: Any) -> str:
    """Any payload as a JWS, signed with the issuer's key."""
    key = world.key("vc-jwt")
    head = {"alg": "ES256", "typ": "JWT", "kid": key.verification_method} | header
    signed = ".".join(base64url(json.dumps(part).encode()) for part in (head, payload))
    return f"{signed}.{base64url(sign(key.private, signed.encode()))}"


# --- file formats


def pdf(*attachments: bytes) -> bytes:
    """A PDF with these attachments in its table of embedded files."""
    return pdf_with_names(*(embedded(content) for content in attachments))


@pytest.mark.parametrize("proof_name", ["eddsa-rdfc-2022", "vc-jwt"])
@pytest.mark.parametrize("how", ["svg", "pdf", "pdf, plain", "png"])
def test_a_badge_is_verified_in_every_file_format(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], proof_name: str, how: str
) -> None:
    secured = world.secure(built(solar), proof_name)
    text = secured.text.encode()
    file = {
        "svg": lambda: svg.bake(SVG, secured),
        "pdf": lambda: pdf(b'{"invoice": 1}', text, b"\x89PNG"),
        "pdf, plain": lambda: pdf_with_names(embedded(text, compress=False)),
        "png": lambda: bake(picture("Solar", None, "Riga College"), secured),
    }[how]()
    report = verify_badge(file)
    assert report.verdict == "verified"
    assert report.one_ed_tech == "valid"
    assert finding(report, "parsed") == ("passed", f"read_{how[:3]}")
    assert report.credential == built(solar)


@given(data=st.data())
def test_no_change_of_an_svg_or_a_pdf_raises_or_verifies_another(
    data: st.DataObject, solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    secured, token = (world.secure(built(solar), name) for name in ("eddsa-rdfc-2022", "vc-jwt"))
    plain = pdf_with_names(embedded(token.text.encode(), compress=False))
    files = [svg.bake(SVG, secured), svg.bake(SVG, token), pdf(secured.text.encode()), plain]
    file = data.draw(st.sampled_from(files))
    report = verify_badge(with_changed_bytes(file, data))
    if report.verdict == "verified":
        # Another host of our extension says the same.
        assert report.credential is not None
        assert {**report.credential, "@context": None} == {**built(solar), "@context": None}


def test_two_badges_in_one_pdf_are_refused(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    texts = [world.secure(built(solar), name).text.encode() for name in ("eddsa-rdfc-2022", "vc-jwt")]
    assert finding(verify_badge(pdf(*texts)), "parsed") == ("failed", "two_credentials")
    assert verify_badge(pdf(texts[0], texts[0])).verdict == "verified"


def test_a_decompression_bomb_in_a_pdf_is_refused(verify_badge: Callable[..., Report]) -> None:
    assert finding(verify_badge(pdf(*[bytes(9_000_000)] * 9)), "parsed") == ("failed", "no_credential")
    assert finding(verify_badge(pdf(*[b"{}"] * 60)), "parsed") == ("failed", "pdf_too_complex")
    assert finding(verify_badge(pdf(*[b"x" * 3_900_000] * 6)), "parsed") == ("failed", "pdf_too_complex")


def test_a_badge_baked_in_another_way_is_verified_with_a_warning(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    text = world.secure(built(solar)).text.encode()
    png = picture("Solar", None, "Riga College")
    data = b"zTXtopenbadgecredential\0\0" + zlib.compress(text)
    chunk = (len(data) - 4).to_bytes(4) + data + zlib.crc32(data).to_bytes(4)
    report = verify_badge(png[:HEADER_END] + chunk + png[HEADER_END:])
    assert (report.verdict, finding(report, "parsed")) == ("verified", ("warning", "baked_unusually"))


# --- presentations


def test_the_one_badge_of_a_presentation_is_verified(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    text = world.secure(built(solar)).text
    token = world.secure(built(solar), "vc-jwt").text
    presentation = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiablePresentation"]}
    encoded = b64encode(token.encode()).decode()
    shown: list[Any] = [
        json.loads(text),
        token,
        {"type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"},
        {"type": "EnvelopedVerifiableCredential", "id": f"data:application/jwt;base64,{encoded}"},
    ]  # fmt: skip
    for credential in shown:
        for wrapped in (credential, [credential]):
            report = verify_badge(presentation | {"verifiableCredential": wrapped})
            assert (report.verdict, finding(report, "parsed")) == (
                "verified",
                ("warning", "read_presentation"),
            )
    for envelope in shown[2:]:
        alone = verify_badge(envelope | {"@context": presentation["@context"]})
        assert (alone.verdict, finding(alone, "parsed")) == ("verified", ("passed", "read_jws"))
    inside = jws(world, {"vp": presentation | {"verifiableCredential": [token]}, "iss": "did:example:anna"})
    assert finding(verify_badge(inside), "parsed") == ("warning", "read_presentation")
    two = verify_badge(presentation | {"verifiableCredential": [token, token]})
    assert (two.verdict, finding(two, "parsed")) == ("unusable", ("failed", "several_credentials"))
    envelope = {"type": "EnvelopedVerifiableCredential"}
    for nothing in (
        [],
        [7],
        [presentation],
        [envelope | {"id": "data:,x"}],
        [envelope | {"id": f"data:application/jwt,{text}"}],
        [envelope],
    ):
        assert verify_badge(presentation | {"verifiableCredential": nothing}).verdict == "unusable"


# --- endorsements and learner records


def test_an_endorsement_is_verified_as_one(
    endorsement: Json, world: Any, verify_badge: Callable[..., Report]
) -> None:
    for proof_name in ("eddsa-rdfc-2022", "vc-jwt"):
        report = verify_badge(world.secure(endorsement, proof_name).text)
        assert report.verdict == "verified"
        assert finding(report, "type") == ("warning", "endorsement_credential")
        assert finding(report, "subject") == ("passed", "endorsed")
    del endorsement["credentialSubject"]["id"]
    assert verify_badge(world.secure(endorsement).text).verdict == "unusable"


CLR_SCHEMA = "https://purl.imsglobal.org/spec/clr/v2p0/schema/json/clr_v2p0_clrcredential_schema.json"


@pytest.mark.parametrize("version", ["", "-2.0.1"])
def test_a_learner_record_is_reported_as_one(
    world: Any, verify_badge: Callable[..., Report], version: str
) -> None:
    record = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            f"https://purl.imsglobal.org/spec/clr/v2p0/context{version}.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        ],
        "credentialSchema": [{"id": CLR_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "id": "https://example.org/clr/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": world.issuer_id, "type": ["Profile"], "name": "Riga College"},
        "name": "Everything Anna learnt",
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"type": ["ClrSubject"], "id": "did:example:anna", "verifiableCredential": []},
    }
    for proof_name in ("eddsa-rdfc-2022", "vc-jwt"):
        report = verify_badge(world.secure(record, proof_name).text)
        assert finding(report, "type") == ("warning", "clr_credential")
        assert finding(report, "context") == ("passed", "clr_2")
        assert finding(report, "schema") == ("passed", "right_form")
        assert finding(report, "inline_schemas") == ("passed", "follows_schemas")
        assert report.verdict == "verified"
    record["credentialSubject"] = {"type": ["ClrSubject"], "association": [{"type": "Association"}]}
    report = verify_badge(world.secure(record).text)
    assert finding(report, "schema") == ("warning", "wrong_form")
    assert finding(report, "inline_schemas") == ("warning", "breaks_schema")
    assert report.verdict == "verified"


def test_a_learner_record_may_hold_many_badges(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    """Each names its contexts anew; only different ones cost something."""
    badges = [
        json.loads(
            world.secure(built(solar, credential_id=f"https://badges.example.org/credentials/{number}")).text
        )
        for number in range(12)
    ]
    record = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "https://example.org/clr/1",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": world.issuer_id, "type": ["Profile"], "name": "Riga College"},
        "name": "Everything Anna learnt",
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "type": ["ClrSubject"],
            "id": "did:example:anna",
            "verifiableCredential": badges,
        },
    }
    for proof_name in ("eddsa-rdfc-2022", "vc-jwt"):
        report = verify_badge(world.secure(record, proof_name).text)
        assert (report.verdict, finding(report, "terms")) == ("verified", ("passed", "terms_defined"))


def as_data_model_1(credential: Json) -> Json:
    """The same in the data model 1.1."""
    old = {
        name: value
        for name, value in credential.items()
        if name not in ("validFrom", "validUntil", "awardedDate")
    }
    old["@context"] = [
        "https://www.w3.org/2018/credentials/v1",
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "https://w3id.org/security/data-integrity/v2",
    ]
    subject = credential["credentialSubject"]
    old["credentialSubject"] = {
        "id": "did:example:anna",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": subject["achievement"]["id"],
            "type": ["Achievement"],
            "name": subject["achievement"]["name"],
            "description": "Safe mounting of solar panels",
            "criteria": {"narrative": "Mount one."},
        },
    }
    old["issuer"] = {"id": credential["issuer"]["id"], "type": ["Profile"], "name": "Riga College"}
    for name in ("credentialSchema", "credentialStatus"):
        old.pop(name, None)
    return old | {"issuanceDate": "2026-11-01T00:00:00Z", "name": "Solar panels"}


def test_a_badge_of_the_data_model_1_is_verified_inside_json_and_as_a_token(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    old = as_data_model_1(built(solar))
    claims = {"iss": old["issuer"]["id"], "jti": old["id"], "sub": "did:example:anna", "nbf": 1793491200}
    for text in (world.secure(old).text, jws(world, {"vc": old} | claims)):
        report = verify_badge(text)
        assert report.verdict == "verified", report
        assert finding(report, "context") == ("warning", "data_model_1")
        assert finding(report, "schema") == ("passed", "right_form")
        assert report.one_ed_tech == "warning"
    ended = old | {"expirationDate": "2026-11-02T00:00:00Z"}
    assert verify_badge(world.secure(ended).text).verdict == "expired"


def test_only_the_data_model_1_uses_the_vc_claim(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    new, old = built(solar), as_data_model_1(built(solar))
    wrapped_new = verify_badge(jws(world, {"vc": new, "iss": world.issuer_id, "jti": new["id"]}))
    bare_old = verify_badge(
        jws(world, old | {"iss": world.issuer_id, "jti": old["id"], "sub": "did:example:anna"})
    )
    for report in (wrapped_new, bare_old):
        assert report.verdict == "unusable"
        assert finding(report, "context") == ("failed", "wrapped_against_the_rules")


# --- the older standards

HOSTED = "https://college.example.org/assertions/1"


@pytest.fixture
def older() -> dict[str, Json]:
    """The documents of an Open Badges 2.0 badge that Riga College serves, by address."""
    return {
        HOSTED: {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Assertion",
            "id": HOSTED,
            "badge": "https://college.example.org/badges/1",
            "recipient": {
                "type": "email",
                "hashed": True,
                "salt": "Kosher",
                "identity": "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399",
            },
            "issuedOn": "2020-01-01T00:00:00+00:00",
            "verification": {"type": "hosted"},
        },
        "https://college.example.org/badges/1": {
            "type": "BadgeClass",
            "id": "https://college.example.org/badges/1",
            "issuer": "https://college.example.org/issuer",
        },
        "https://college.example.org/issuer": {"type": "Issuer", "id": "https://college.example.org/issuer"},
    }


@pytest.mark.parametrize("how", ["json", "png", "address in a png", "address in an svg"])
def test_a_hosted_badge_is_verified_at_its_own_address(
    older: dict[str, Json], verify_badge: Callable[..., Report], how: str
) -> None:
    file: Any = {
        "json": older[HOSTED],
        "png": baked_older(json.dumps(older[HOSTED])),
        "address in a png": baked_older(HOSTED, b"tEXt"),
        "address in an svg": SVG.replace(
            b"<circle",
            b'<o:assertion xmlns:o="http://openbadges.org" verify="' + HOSTED.encode() + b'"/><circle',
        ),
    }[how]
    report = verify_badge(file, older, recipient="a@example.com")
    assert report.verdict == "verified"
    assert finding(report, "proof") == ("passed", "hosted")
    assert finding(report, "context") == ("warning", "open_badges_2")
    assert finding(report, "recipient") == ("passed", "recipient_matches")
    assert report.one_ed_tech == ("unknown" if how.startswith("address") else "error"), (
        "the badge class is bare"
    )


def test_a_hosted_badge_is_unverifiable_where_its_host_may_not_be_asked_or_does_not_answer(
    older: dict[str, Json], verify_badge: Callable[..., Report]
) -> None:
    for file in (older[HOSTED], baked_older(HOSTED, b"tEXt")):
        report = verify_badge(file)
        assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", "hosted_not_asked"))
        unreached = verify_badge(file, {})
        assert (unreached.verdict, finding(unreached, "proof")) == (
            "unverifiable",
            ("unknown", "hosted_not_reached"),
        )


@pytest.mark.parametrize(
    ("address", "change", "verdict", "found"),
    [
        (HOSTED, {"revoked": True}, "revoked", ("status", "revoked")),
        (HOSTED, {"expires": "2021-01-01"}, "expired", ("proof", "hosted_otherwise")),
        (
            HOSTED,
            {"badge": "https://college.example.org/badges/2"},
            "unverifiable",
            ("key_of_issuer", "issuer_not_reached"),
        ),
        (
            "https://college.example.org/badges/1",
            {"issuer": "https://other.example.org/issuer"},
            "wrong_issuer",
            ("key_of_issuer", "hosted_elsewhere"),
        ),
        (
            "https://college.example.org/issuer",
            {"verification": {"allowedOrigins": "badges.example.org"}},
            "wrong_issuer",
            ("key_of_issuer", "hosted_elsewhere"),
        ),
        (
            "https://college.example.org/issuer",
            {"verification": {"startsWith": "https://college.example.org/assertions/"}},
            "verified",
            ("key_of_issuer", "hosted_by_issuer"),
        ),
    ],
)
def test_what_is_served_decides_about_a_hosted_badge(
    older: dict[str, Json],
    verify_badge: Callable[..., Report],
    address: str,
    change: Json,
    verdict: str,
    found: tuple[str, str],
) -> None:
    older["https://other.example.org/issuer"] = {"id": "https://other.example.org/issuer"}
    file = dict(older[HOSTED])
    older[address] |= change
    report = verify_badge(file, older)
    assert (report.verdict, finding(report, found[0])[1]) == (verdict, found[1])


def test_a_revoked_hosted_badge_may_serve_nothing_but_that(
    older: dict[str, Json], verify_badge: Callable[..., Report]
) -> None:
    for least in ({"id": HOSTED, "revoked": True}, {"revoked": True, "revocationReason": "By mistake"}):
        report = verify_badge(older[HOSTED], older | {HOSTED: least})
        assert (report.verdict, finding(report, "status")) == ("revoked", ("failed", "revoked"))
    # The revocation of another assertion does not count.
    another = {"id": f"{HOSTED}0", "revoked": True}
    assert verify_badge(older[HOSTED], older | {HOSTED: another}).verdict == "unverifiable"


@pytest.mark.parametrize("kind", ["BadgeClass", "Issuer"])
def test_a_document_of_another_class_is_no_hosted_badge(
    older: dict[str, Json], verify_badge: Callable[..., Report], kind: str
) -> None:
    older[HOSTED]["type"] = ["Assertion", kind]
    report = verify_badge(baked_older(HOSTED), older)
    assert finding(report, "proof") == ("unknown", "hosted_unreadable")


def test_a_timestamp_without_a_zone_is_read(
    older: dict[str, Json], verify_badge: Callable[..., Report]
) -> None:
    for issued_on, verdict in (
        ("2026-01-01T00:00:00", "verified"),
        ("2026-01-01T00:00:00.5", "verified"),
        ("2027-01-01T00:00:00", "not_yet_valid"),
        ("last spring", "unverifiable"),
    ):
        older[HOSTED]["issuedOn"] = issued_on
        assert verify_badge(older[HOSTED], older).verdict == verdict


def test_an_expired_hosted_badge_is_reported_as_expired(
    older: dict[str, Json], verify_badge: Callable[..., Report]
) -> None:
    for ends in ("2021-01-01", "2021-01-01T00:00:00Z", 1500000000):
        older[HOSTED]["expires"] = ends
        assert verify_badge(older[HOSTED], older).verdict == "expired"


def test_a_badge_of_open_badges_1_is_recognised(verify_badge: Callable[..., Report]) -> None:
    first = {
        "uid": "1",
        "recipient": {"type": "email", "hashed": False, "identity": "anna@example.org"},
        "badge": {"name": "Solar", "issuer": {"id": "https://college.example.org", "name": "Riga College"}},
        "verify": {"type": "hosted", "url": HOSTED},
        "issuedOn": 1400000000,
    }
    college = {"name": "Riga College", "url": "https://college.example.org"}
    report = verify_badge(first, {HOSTED: first, "https://college.example.org": college})
    assert report.verdict == "verified"
    assert (
        finding(verify_badge(first | {"verify": {"type": "signed", "url": HOSTED}}, {}), "proof")[0]
        == "unknown"
    )


# --- numbers


def test_a_number_beyond_all_bounds_is_not_read(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report]
) -> None:
    """Some readers take it for infinity, which no JSON has: the Report could not be written."""
    key = world.key("vc-jwt")
    payload = built(solar) | {
        "iss": world.issuer_id,
        "endorsement": [{"type": ["EndorsementCredential"], "x": 7}],
    }
    raw = json.dumps(payload).replace('"x": 7', '"x": 1e999')
    head = base64url(json.dumps({"alg": "ES256", "typ": "JWT", "kid": key.verification_method}).encode())
    token = f"{head}.{base64url(raw.encode())}"
    token += f".{base64url(sign(key.private, token.encode()))}"
    assert finding(verify_badge(token), "parsed") == ("failed", "unreadable_jws")
    assert finding(verify_badge(raw), "parsed") == ("failed", "unreadable_json")


# --- signed badges of the older standards

KEY, ISSUER = "https://college.example.org/key", "https://college.example.org/issuer"


@pytest.fixture(scope="module")
def rsa() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def pem(rsa: RSAPrivateKey) -> str:
    public = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return public.decode()


@pytest.fixture
def signing_college(older: dict[str, Json], rsa: RSAPrivateKey) -> dict[str, Json]:
    older[HOSTED]["verification"] = {"type": "signed", "creator": KEY}
    older[ISSUER] |= {"publicKey": KEY, "revocationList": "https://college.example.org/revoked"}
    older[KEY] = {"type": "CryptographicKey", "id": KEY, "owner": ISSUER, "publicKeyPem": pem(rsa)}
    older["https://college.example.org/revoked"] = {"type": "RevocationList", "revokedAssertions": []}
    return older


def signed(assertion: Json, rsa: RSAPrivateKey, alg: str = "RS256") -> str:
    text = ".".join(base64url(json.dumps(part).encode()) for part in ({"alg": alg}, assertion))
    return f"{text}.{base64url(sign(rsa, text.encode()))}"


@pytest.mark.parametrize("how", ["token", "png"])
def test_a_signed_badge_of_open_badges_2_is_verified(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report], how: str
) -> None:
    token = signed(signing_college[HOSTED], rsa)
    report = verify_badge(
        token if how == "token" else baked_older(token), signing_college, recipient="a@example.com"
    )
    assert report.verdict == "verified", report
    assert finding(report, "proof") == ("passed", "signature_holds")
    signing_college[KEY] = pem(rsa).encode()
    assert verify_badge(token, signing_college).verdict == "verified"
    del signing_college[HOSTED]["verification"]["creator"]
    assert verify_badge(signed(signing_college[HOSTED], rsa), signing_college).verdict == "verified"


@pytest.mark.parametrize("entry", [HOSTED, {"id": HOSTED, "revocationReason": "x"}])
def test_a_revoked_signed_badge_is_reported_as_revoked(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report], entry: Any
) -> None:
    token = signed(signing_college[HOSTED], rsa)
    listing = signing_college["https://college.example.org/revoked"]
    listing["revokedAssertions"] = [7, "other", entry]
    assert verify_badge(token, signing_college).verdict == "revoked"
    del signing_college["https://college.example.org/revoked"]
    assert finding(verify_badge(token, signing_college), "status") == ("unknown", "list_not_reached")


def test_every_fault_of_a_signed_badge_has_its_code(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report]
) -> None:
    token = signed(signing_college[HOSTED], rsa)
    head, _, signature = token.split(".")
    forged = base64url(json.dumps(signing_college[HOSTED] | {"issuedOn": "2020-01-02T00:00:00Z"}).encode())
    assert verify_badge(f"{head}.{forged}.{signature}", signing_college).verdict == "changed"
    assert (
        finding(verify_badge(signed(signing_college[HOSTED], rsa, "none"), signing_college), "proof")[1]
        == "wrong_algorithm"
    )
    assert finding(verify_badge(signing_college[HOSTED], signing_college), "proof") == ("unknown", "no_proof")
    signing_college[ISSUER]["publicKey"] = "https://college.example.org/another-key"
    assert verify_badge(token, signing_college).verdict == "wrong_issuer"
    for broken in (
        "",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n!",
    ):
        signing_college[KEY] = broken.encode()
        assert finding(verify_badge(token, signing_college), "proof") == ("unknown", "key_not_found")
    del signing_college[KEY]
    assert finding(verify_badge(token, signing_college), "proof") == ("unknown", "key_not_found")


@given(data=st.data())
def test_no_change_of_a_signed_badge_of_the_older_standard_raises_or_verifies_another(
    data: st.DataObject,
    signing_college: dict[str, Any],
    rsa: RSAPrivateKey,
    verify_badge: Callable[..., Report],
) -> None:
    token = signed(signing_college[HOSTED], rsa)
    file = data.draw(st.sampled_from([token.encode(), baked_older(token)]))
    report = verify_badge(with_changed_bytes(file, data), signing_college)
    assert report.verdict != "verified" or report.credential == signing_college[HOSTED]


def test_no_value_of_a_signed_badge_of_the_older_standard_can_be_changed(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report]
) -> None:
    genuine = signing_college[HOSTED] | {"expires": "2021-01-01T00:00:00Z"}
    head, _, signature = signed(genuine, rsa).split(".")
    assert verify_badge(signed(genuine, rsa), signing_college).verdict == "expired"
    for index in range(len(members(genuine))):
        for value in (None, "", [], {}, "2030-01-01T00:00:00Z", HOSTED, f"{HOSTED}0"):
            forged = json.loads(json.dumps(genuine))
            holder, key = members(forged)[index]
            if holder[key] == value:
                continue
            holder[key] = value
            payload = base64url(json.dumps(forged).encode())
            report = verify_badge(f"{head}.{payload}.{signature}", signing_college)
            assert report.verdict in ("changed", "unverifiable", "unusable"), (key, value)


MALLORY = "https://mallory.example.org"


@pytest.mark.parametrize("answer", [None, "<html>", HttpStatusError(404)])
def test_a_key_on_the_site_of_an_issuer_that_does_not_answer_could_be_anybodys(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report], answer: Any
) -> None:
    """On a site of many users each can publish a key."""
    embedded = {"type": "BadgeClass", "id": f"{MALLORY}/badge", "issuer": dict(signing_college[ISSUER])}
    verification = {"type": "SignedBadge", "creator": "https://college.example.org/mallory/key", "url": None}
    forged = signing_college[HOSTED] | {"badge": embedded, "verification": verification}
    signing_college["https://college.example.org/mallory/key"] = signing_college[KEY]
    signing_college[ISSUER] = answer.encode() if isinstance(answer, str) else answer
    if answer is None:
        del signing_college[ISSUER]
    report = verify_badge(signed(forged, rsa), signing_college)
    assert (report.verdict, finding(report, "key_of_issuer")[0]) == ("unverifiable", "unknown")


def test_a_profile_of_2_0_that_lists_no_key_has_none(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report]
) -> None:
    """Whatever version the assertion claims: its author chose it."""
    older = {
        name: value for name, value in signing_college[HOSTED].items() if name not in ("@context", "type")
    }
    del signing_college[ISSUER]["publicKey"]
    for assertion in (signing_college[HOSTED], older):
        token = signed(assertion, rsa)
        assert verify_badge(token, signing_college).verdict == "verified", (
            "a profile of 1.x: its site decides"
        )
        new = signing_college | {
            ISSUER: signing_college[ISSUER] | {"@context": "https://w3id.org/openbadges/v2"}
        }
        assert verify_badge(token, new).verdict == "wrong_issuer"


def test_a_redirect_does_not_make_a_strangers_key_the_issuers(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report]
) -> None:
    del signing_college[ISSUER]["publicKey"]
    opened = f"https://college.example.org/leave?to={MALLORY}/key"
    signing_college[f"{MALLORY}/key"] = signing_college[KEY]
    signing_college[opened] = HttpStatusError(302, location=f"{MALLORY}/key")
    signing_college[HOSTED]["verification"] = {"type": "signed", "creator": opened}
    assert verify_badge(signed(signing_college[HOSTED], rsa), signing_college).verdict == "wrong_issuer"


def test_a_signed_badge_says_that_http_is_not_asked(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report]
) -> None:
    plain = KEY.replace("https", "http")
    signing_college[plain] = signing_college[KEY]
    signing_college[ISSUER]["publicKey"] = signing_college[HOSTED]["verification"]["creator"] = plain
    report = verify_badge(signed(signing_college[HOSTED], rsa), signing_college)
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", "key_without_tls"))
    signing_college[ISSUER]["publicKey"] = signing_college[HOSTED]["verification"]["creator"] = KEY
    signing_college[ISSUER]["revocationList"] = "http://college.example.org/revoked"
    report = verify_badge(signed(signing_college[HOSTED], rsa), signing_college)
    assert (report.verdict, finding(report, "status")) == ("unverifiable", ("unknown", "list_without_tls"))


@pytest.mark.parametrize(
    "listing", [{"revokedAssertions": ""}, {"revokedAssertions": [7]}, {"revokedAssertions": [{}]}]
)
def test_a_list_of_revoked_badges_that_cannot_be_read_shows_nothing(
    signing_college: dict[str, Any], rsa: RSAPrivateKey, verify_badge: Callable[..., Report], listing: Json
) -> None:
    signing_college["https://college.example.org/revoked"] = listing
    report = verify_badge(signed(signing_college[HOSTED], rsa), signing_college)
    assert (report.verdict, finding(report, "status")) == ("unverifiable", ("unknown", "list_unreadable"))
    for address in ("", {}, 7):
        signing_college[ISSUER]["revocationList"] = address
        assert verify_badge(signed(signing_college[HOSTED], rsa), signing_college).verdict == "unverifiable"
    for nothing in (None, [], [None]):
        signing_college[ISSUER]["revocationList"] = nothing
        assert verify_badge(signed(signing_college[HOSTED], rsa), signing_college).verdict == "verified"


def test_a_profile_embedded_in_a_badge_does_not_make_its_author_the_issuer(
    older: dict[str, Json], verify_badge: Callable[..., Report]
) -> None:
    """Where assertions may be hosted counts only when the issuer's own address says so."""
    mine = "https://mallory.example.org/assertions/1"
    rule = {"allowedOrigins": "mallory.example.org", "startsWith": "https://mallory.example.org/"}
    forged = older[HOSTED] | {"id": mine, "badge": "https://mallory.example.org/badge"}
    college = {"type": "Issuer", "id": ISSUER, "verification": rule}
    for issuer in (college, "https://mallory.example.org/issuer"):
        served = older | {
            mine: forged,
            "https://mallory.example.org/badge": {"type": "BadgeClass", "issuer": issuer},
            "https://mallory.example.org/issuer": college,
        }
        report = verify_badge(forged, served)
        claimed = next(check.detail for check in report.checks if check.name == "issuer")
        assert report.verdict == "wrong_issuer" or claimed == "https://mallory.example.org/issuer"
    del served[ISSUER]
    served["https://mallory.example.org/badge"]["issuer"] = college
    assert verify_badge(forged, served).verdict == "unverifiable", (
        "the college does not answer, so nobody is accused"
    )


def test_an_endorsement_of_the_credential_itself_is_checked(
    solar: Template, built: Build, endorsement: Json, world: Any, verify_badge: Callable[..., Report]
) -> None:
    credential = built(solar)
    endorsement["credentialSubject"]["id"] = credential["id"]
    signed = json.loads(world.secure(endorsement).text)
    report = verify_badge(world.secure(credential | {"endorsement": [signed]}).text)
    assert (report.verdict, finding(report, "endorsements")) == ("verified", ("passed", "endorsed"))
    credential["refreshService"] = {"id": credential["id"], "type": "1EdTechCredentialRefresh"}
    assert verify_badge(world.secure(credential).text).verdict == "verified"


@pytest.mark.parametrize("moved", ["validUntil", "credentialStatus", "name"])
def test_no_member_can_be_moved_into_a_nested_object(
    solar: Template, built: Build, world: Any, verify_badge: Callable[..., Report], moved: str
) -> None:
    """The RDF would be the same, so the signature would hold."""
    credential = built(solar) | {"validUntil": "2026-11-20T12:00:00Z"}
    document = json.loads(world.secure(credential).text)
    for types in (
        ["EndorsementSubject"],
        ["VerifiableCredential"],
        ["VerifiableCredential", "EndorsementSubject"],
    ):
        inside = {"id": document["id"], "type": types, moved: document[moved]}
        hidden = {name: part for name, part in document.items() if name != moved} | {"evidence": [inside]}
        assert verify_badge(hidden).verdict in ("unusable", "unverifiable", "changed")
