"""Every official sample has its verdict and the outcome of the 1EdTech validator: a table by name."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from badges.verify import Report, verify
from signing import did
from signing.json_text import Json
from signing.keys import VerificationMethod
from tests.badges.verify.reports import demand_sentences

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EXAMPLE, ONE_ED_TECH = "https://example.com/issuers/876543", "https://1edtech.edu/issuers/565049"
KEYS = {
    EXAMPLE: (
        "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",
        "z6MkrvfzkMnvCroEUP2DVc9SHPE48CRsvHiVSusHioxTYu1x",
        "z6MknNHHrBzPytzu6CUBP9Lg7fg4KSBjzimc2Frh693YbMiv",
    ),
    ONE_ED_TECH: ("z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",),
    "https://example.edu/issuers/565049": ("z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi",),
}
LIST = (
    "https://raw.githubusercontent.com/1EdTech/digital-credentials-public-validator/refs/heads/main/inspector-vc/"
    "src/test/resources/ob30/bit-string-list/testlist"
)
ONLINE, OFFLINE = "with the documents of its issuer", "without any document"


def published(shared: Path) -> dict[str, bytes]:
    """What the issuers of the samples would serve if they existed: their keys, and a status list."""
    served: dict[str, Any] = {}
    for issuer, keys in KEYS.items():
        methods = [
            {"id": f"{issuer}#{key}", "type": "Multikey", "controller": issuer, "publicKeyMultibase": key}
            for key in keys
        ]
        served[issuer] = {
            "@context": "https://www.w3.org/ns/cid/v1",
            "id": issuer,
            "verificationMethod": methods,
            "assertionMethod": [method["id"] for method in methods],
        }
    for file in sorted((shared / "data/vectors/spec").glob("*.jwt")):
        header, payload, _ = (decoded(part) for part in (*file.read_text().strip().split(".")[:2], "e30"))
        host = "/".join(payload["iss"].split("/")[:3])
        served.setdefault(f"{host}/.well-known/jwks.json", {"keys": []})["keys"].append(header["jwk"])
    answers = {url: json.dumps(document).encode() for url, document in served.items()}
    return answers | {LIST: (shared / "data/vectors/1edtech/bit-string-list/testlist").read_bytes()}


def decoded(part: str) -> Json:
    value: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return value


@pytest.fixture
def verify_badge(shared: Path) -> Callable[..., Report]:
    answers = published(shared)

    def report(name: str, world: str = ONLINE) -> Report:
        def served(url: str) -> bytes:
            if world == OFFLINE or url not in answers:
                raise TimeoutError(url)
            return answers[url]

        def find_key(method: str, issuer: str) -> VerificationMethod:
            return did.find_key(method, issuer, served)

        found = verify(
            (shared / "data/vectors" / name).read_bytes(),
            find_key,
            served,
            NOW,
        )
        demand_sentences(found)
        return found

    return report


#: Sample -> our verdict and that of the 1EdTech validator, with the issuer's documents at hand, and without.
VERDICTS: dict[str, tuple[str, str, str, str]] = {
    "1edtech/simple.json": ("verified", "valid", "unverifiable", "valid"),
    "1edtech/simple-json.png": ("verified", "valid", "unverifiable", "valid"),
    # No document of the issuer lists the key in its header.
    "1edtech/simple-jwt.png": ("wrong_issuer", "valid", "unverifiable", "valid"),
    "1edtech/simple_v1.json": ("verified", "warning", "unverifiable", "warning"),
    "1edtech/simple-err-expired.json": ("expired", "fatal", "expired", "fatal"),
    "1edtech/simple-err-proof-value.json": ("changed", "error", "changed", "error"),
    "1edtech/simple-err-credential-subject-type.json": ("unusable", "error", "unusable", "error"),
    "1edtech/bit-string-list/credential-status-revoked.json": ("revoked", "fatal", "unverifiable", "unknown"),
    "1edtech/bit-string-list/testlist": ("unusable", "fatal", "unusable", "fatal"),
    # Its revocation list is served nowhere.
    "spec/appendixD_1EdTech-University-Degree-for-Example-St_875.jwt": (
        "unverifiable",
        "unknown",
        "unverifiable",
        "unknown",
    ),
    "spec/appendixD_Robot-Programming-Skill-Credential_1486.jwt": (
        "verified",
        "valid",
        "unverifiable",
        "valid",
    ),
    # A part of its signature is missing in the text of the standard: nothing in it was changed.
    "spec/appendixD_SDE-endorsement_1231.jwt": ("unverifiable", "fatal", "unverifiable", "fatal"),
    "spec/appendixD_Solve-and-graph-linear-equations-and-ine_1662.jwt": (
        "verified",
        "valid",
        "unverifiable",
        "valid",
    ),
    "spec/appendixD_Teamwork-Badge_71.jwt": ("verified", "valid", "unverifiable", "valid"),
    # The examples of the standard are not signed.
    "spec/examples_achievementAlignmentCase__00_Achievement-alignment-CASE.json": ("unsigned", "error") * 2,
    "spec/examples_achievementAlignmentCe__00_Achievement-alignment-Credential-Engine.json": (
        "unsigned",
        "error",
    )
    * 2,
    "spec/examples_basicOpenBadgeCredential__00_Sample-OpenBadgeCredential.json": ("unsigned", "error") * 2,
    "spec/examples_fullOpenBadge__00_Complete-OpenBadgeCredential.json": ("unsigned", "error") * 2,
    "spec/examples_skillAssertionCase__00_Skill-Assertion-CASE.json": ("unsigned", "error") * 2,
    "spec/examples_skillAssertionCtdl__00_Skill-Assertion-Credential-Registry.json": ("unsigned", "error")
    * 2,
    # Its proof is an object, not a list of one.
    "spec/impl_linked-data-proof-ob__signed.json": ("verified", "warning", "unverifiable", "warning"),
    # What is hashed, as text: no badge.
    "spec/impl_ob_document-canon.txt": ("unusable", "fatal", "unusable", "fatal"),
    "spec/impl_ob_proof-canon.txt": ("unusable", "fatal", "unusable", "fatal"),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_each_official_sample_gets_its_verdicts(verify_badge: Callable[..., Report], name: str) -> None:
    here, there = verify_badge(name), verify_badge(name, OFFLINE)
    assert (here.verdict, here.one_ed_tech, there.verdict, there.one_ed_tech) == VERDICTS[name], here


def test_no_sample_is_left_out(shared: Path) -> None:
    folder = shared / "data/vectors"
    files = {file for room in ("1edtech", "spec") for file in (folder / room).rglob("*") if file.is_file()}
    assert {str(file.relative_to(folder)) for file in files} == VERDICTS.keys()


def test_only_the_proof_is_missing_in_the_examples_of_the_standard(
    verify_badge: Callable[..., Report],
) -> None:
    for name in VERDICTS:
        if name.startswith("spec/examples"):
            checks = {check.name: check.outcome for check in verify_badge(name).checks}
            assert [checks[part] for part in ("terms", "context", "type", "schema", "subject", "issuer")] == [
                "passed"
            ] * 6


def test_a_key_embedded_in_the_proof_does_not_prove_the_issuer(verify_badge: Callable[..., Report]) -> None:
    """The sample's proof has the key in its address, and the author of a forged badge could write any key there."""
    report = verify_badge("1edtech/simple.json", OFFLINE)
    checks = {check.name: (check.outcome, check.code) for check in report.checks}
    assert report.verdict == "unverifiable"
    assert checks["proof"] == ("passed", "signature_holds")
    assert checks["key_of_issuer"] == ("unknown", "issuer_not_reached")


def test_the_only_probe_that_fails_is_the_one_the_sample_was_made_for(
    verify_badge: Callable[..., Report],
) -> None:
    for name, probe in (
        ("1edtech/simple-err-expired.json", "ExpirationAndIssuanceProbe"),
        ("1edtech/simple-err-proof-value.json", "ProofProbe"),
        ("1edtech/bit-string-list/credential-status-revoked.json", "StatusProbe"),
    ):
        assert [probe.name for probe in verify_badge(name).probes if probe.outcome in ("error", "fatal")] == [
            probe
        ]
        assert len(verify_badge(name).probes) == 14


#: The samples of W3C are no Open Badges; whether their proof holds is reported. No issuer lists their keys.
PROOFS_OF_W3C = {
    "vc-di-eddsa/eddsa-rdfc-2022/signedDataInt.json": "eddsa-rdfc-2022",
    "vc-di-eddsa/eddsa-rdfc-2022/employ/signedDataInt.json": "eddsa-rdfc-2022",
    "vc-di-eddsa/eddsa-jcs-2022/signedJCS.json": "eddsa-jcs-2022",
    "vc-di-eddsa/proof-set-chain/signedProofSet1.json": "eddsa-rdfc-2022",
    "vc-di-eddsa/proof-set-chain/signedProofSet2.json": "eddsa-rdfc-2022",
    "vc-di-eddsa/proof-set-chain/signedProofChain1.json": "eddsa-rdfc-2022",
    "vc-di-eddsa/proof-set-chain/signedProofChain2.json": "eddsa-rdfc-2022",
    "vc-di-ecdsa/ecdsa-jcs-2019-p256/signedJCSECDSAP256.json": "ecdsa-jcs-2019",
    "vc-di-ecdsa/ecdsa-jcs-2019-p384/signedJCSECDSAP384.json": "ecdsa-jcs-2019",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p256/signedECDSAP256.json": "ecdsa-rdfc-2019",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ/signedECDSAP256.json": "ecdsa-rdfc-2019",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p384/signedECDSAP384.json": "ecdsa-rdfc-2019",
    "vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ/signedECDSAP384.json": "ecdsa-rdfc-2019",
    "vc-di-ecdsa/ecdsa-sd-2023/employ/derivedRevealDocument.json": "ecdsa-sd-2023",
    "vc-di-ecdsa/ecdsa-sd-2023/prc/derivedRevealDocument.json": "ecdsa-sd-2023",
}


@pytest.mark.parametrize("name", PROOFS_OF_W3C)
def test_each_proof_of_w3c_holds(verify_badge: Callable[..., Report], name: str) -> None:
    report = verify_badge(f"w3c/{name}", OFFLINE)
    checks = {check.name: (check.outcome, check.code) for check in report.checks}
    assert checks["terms"] == ("passed", "terms_defined")
    (proof,) = (check for check in report.checks if check.name == "proof")
    assert (proof.code, proof.detail) == ("signature_holds", PROOFS_OF_W3C[name])
    assert (report.verdict, report.one_ed_tech) == ("unusable", "fatal")


def test_no_signed_sample_of_w3c_is_left_out(shared: Path) -> None:
    folder = shared / "data/vectors/w3c"
    signed = {
        str(file.relative_to(folder))
        for start in ("signed", "derivedReveal")
        for file in folder.rglob(f"{start}*.json")
    }
    assert signed == PROOFS_OF_W3C.keys()
