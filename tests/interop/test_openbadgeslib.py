"""openbadgeslib and we verify what the other issues, with every proof it knows, baked, and with a status list."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openbadgeslib import baking
from openbadgeslib.ob3.credential import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.ldp import OB3LdpSigner
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.status_list import (
    build_status_list_credential,
    sign_status_list_credential,
    status_entry,
)
from PIL import Image

from badges import svg
from badges.bake import bake
from signing import did
from signing.did_document import did_document
from signing.keys import VerificationMethod, generate
from tests.badges.conftest import LIST_URL
from tests.independent_verifiers import VERIFIED, openbadgeslib_verdict

COLLEGE = "did:web:college.example"
LIST = "https://college.example/status/1"
ALGORITHMS = {"RS256": "RSA", "ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519"}
KINDS = [*ALGORITHMS, "eddsa-rdfc-2022"]
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def key(kind):
    return generate(ALGORITHMS.get(kind, "Ed25519"))


@pytest.fixture(scope="module")
def blank_png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (9, 9)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def college(site, key):
    """An issuer whose key is published beside those of Riga College."""
    method = VerificationMethod(id=f"{COLLEGE}#k1", controller=COLLEGE, public=key.public_key())
    site.pages[did.did_web_url(COLLEGE)] = json.dumps(did_document(COLLEGE, [method]))
    return site


def pem(key: Any) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signer(kind: str, key: Any) -> Any:
    if kind in ALGORITHMS:
        return OB3Signer(pem(key), algorithm=kind)
    return OB3LdpSigner(pem(key), verification_method=f"{COLLEGE}#k1")


def anna_credential() -> OpenBadgeCredential:
    achievement = Achievement(
        id="https://college.example/badges/1",
        name="Welding",
        description="Welds well.",
        criteria_narrative="Pass the test.",
    )
    return OpenBadgeCredential(
        id="https://college.example/credentials/1",
        issuer=Issuer(id=COLLEGE, name="College", url="https://college.example"),
        recipient_id="did:example:anna",
        achievement=achievement,
        issuance_date=datetime.now(UTC).replace(microsecond=0) - timedelta(days=1),
        credential_status=[status_entry(LIST, "revocation", 4711)],
    )


def text_of(kind: str, key: Any) -> str:
    issuer = signer(kind, key)
    return issuer.sign(anna_credential()) if kind in ALGORITHMS else issuer.sign_to_json(anna_credential())


def publish_status_list(site: Any, kind: str, key: Any, *revoked: int) -> None:
    listing = build_status_list_credential(COLLEGE, LIST, "revocation", revoked)
    algorithm = kind if kind in ALGORITHMS else "EdDSA"
    site.pages[LIST] = sign_status_list_credential(listing, pem(key), algorithm)


@pytest.mark.parametrize(
    ("revoked", "verdict"), [((), "verified"), ((4712,), "verified"), ((4711,), "revoked")]
)
def test_we_verify_its_badge(college, kind, key, revoked, verdict):
    publish_status_list(college, kind, key, *revoked)
    report = college.verify(text_of(kind, key))
    assert report.verdict == verdict, report.checks


def test_its_badge_is_unverifiable_without_its_status_list(college, kind, key):
    assert college.verify(text_of(kind, key)).verdict == "unverifiable"


def test_we_refuse_its_badge_when_the_college_has_another_key(college, kind, key):
    method = VerificationMethod(
        id=f"{COLLEGE}#k1", controller=COLLEGE, public=generate("Ed25519").public_key()
    )
    college.pages[did.did_web_url(COLLEGE)] = json.dumps(did_document(COLLEGE, [method]))
    publish_status_list(college, kind, key)
    # With the proof inside, the key is what the address says: the badge does not fit it. A token brings its own.
    assert college.verify(text_of(kind, key)).verdict == ("wrong_issuer" if kind in ALGORITHMS else "changed")


@pytest.mark.parametrize("picture", ["png", "svg"])
def test_we_read_the_picture_it_baked(college, kind, key, picture, blank_png):
    publish_status_list(college, kind, key)
    issuer, credential = signer(kind, key), anna_credential()
    if picture == "png":
        baked = issuer.sign_into_png(credential, blank_png)
    else:
        baked = issuer.sign_into_svg(credential, DRAWING)
    assert college.verify(baked).verdict == "verified"


@pytest.mark.parametrize("proof", ["eddsa-rdfc-2022", "vc-jwt", "vc-jwt-rs256"])
def test_it_verifies_our_badge_and_sees_that_it_is_revoked(site, credential, index, proof):
    text = site.secure(credential, proof).text
    documents = {site.id: json.loads(site.pages[did.did_web_url(site.id)])}

    def verdict() -> str:
        return openbadgeslib_verdict(text, documents, {LIST_URL: site.pages[LIST_URL]})

    assert verdict() == VERIFIED
    site.publish_status_list(index)
    assert verdict() != VERIFIED


@pytest.mark.parametrize("proof", ["eddsa-rdfc-2022", "ecdsa-sd-2023", "vc-jwt"])
def test_it_reads_the_pictures_we_bake(site, credential, proof, blank_png):
    secured = site.secure(credential, proof)
    assert baking.extract_png(bake(blank_png, secured), keyword=baking.ITXT_KEYWORD_OB3) == secured.text
    baked_svg = svg.bake(DRAWING, secured)
    assert baking.extract_svg(baked_svg, element=baking.SVG_ELEMENT_OB3, text_fallback=True) == secured.text
