"""Every official vector beside this checkout, with the verdict it must get; a file that nobody expects is a failure.

Keys are read as the reference validator reads them, out of the addresses themselves: the vectors belong to hosts that
nobody answers for. `another` means that the signature holds and that its key is not the issuer's.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256, sha384
from pathlib import Path
from typing import Any

import pytest

from signing.binding import issuer_id
from signing.canonical import canonicalize
from signing.cryptosuite import Cryptosuite
from signing.did import find_key, key_in_proof
from signing.errors import DocumentNotPinnedError, KeyNotFoundError, ProofError
from signing.keys import multikey
from signing.multibase import base58, from_base58
from signing.proofs import PROOFS, check
from signing.proofs.ecdsa_sd_2023 import derive, hmac_labels, labelled_lines
from signing.proofs.ecdsa_sd_2023.proof_value import read_base_proof, read_derived_proof, read_proof_key
from signing.secured import SecuredCredential
from signing.selection import SelectableStatements
from signing.signatures import verify

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "vectors"

#: file -> the proof that holds, and whose key it is; or the code with which it is refused.
VERDICTS = {
    # 1EdTech's samples; expiry and revocation are no matter of the proof
    "1edtech/simple.json": "eddsa-rdfc-2022 issuer",
    "1edtech/simple_v1.json": "Ed25519Signature2020 issuer",
    "1edtech/simple-err-expired.json": "eddsa-rdfc-2022 issuer",
    "1edtech/simple-err-proof-value.json": "bad_signature",
    "1edtech/simple-err-credential-subject-type.json": "unsafe",  # a type that no context defines
    "1edtech/bit-string-list/credential-status-revoked.json": "eddsa-rdfc-2022 issuer",
    "1edtech/bit-string-list/testlist": "eddsa-rdfc-2022 issuer",
    # the standard's own
    "spec/impl_linked-data-proof-ob__signed.json": "eddsa-rdfc-2022 issuer",
    "spec/appendixD_1EdTech-University-Degree-for-Example-St_875.jwt": "vc-jwt-rs256 issuer",
    "spec/appendixD_Robot-Programming-Skill-Credential_1486.jwt": "vc-jwt-rs256 issuer",
    "spec/appendixD_Solve-and-graph-linear-equations-and-ine_1662.jwt": "vc-jwt-rs256 issuer",
    "spec/appendixD_Teamwork-Badge_71.jwt": "vc-jwt-rs256 issuer",
    # Cut off where it was printed: its signature has 206 of 256 bytes.
    "spec/appendixD_SDE-endorsement_1231.jwt": "malformed",
    "spec/examples_achievementAlignmentCase__00_Achievement-alignment-CASE.json": "no_proof",
    "spec/examples_achievementAlignmentCe__00_Achievement-alignment-Credential-Engine.json": "no_proof",
    "spec/examples_basicOpenBadgeCredential__00_Sample-OpenBadgeCredential.json": "no_proof",
    "spec/examples_fullOpenBadge__00_Complete-OpenBadgeCredential.json": "no_proof",
    "spec/examples_skillAssertionCase__00_Skill-Assertion-CASE.json": "no_proof",
    "spec/examples_skillAssertionCtdl__00_Skill-Assertion-Credential-Registry.json": "no_proof",
    # W3C: the issuers have addresses of the web, the keys are did:keys
    "w3c/vc-di-eddsa/eddsa-rdfc-2022/signedDataInt.json": "eddsa-rdfc-2022 another",
    "w3c/vc-di-eddsa/eddsa-rdfc-2022/employ/signedDataInt.json": "eddsa-rdfc-2022 another",
    "w3c/vc-di-eddsa/eddsa-jcs-2022/signedJCS.json": "eddsa-jcs-2022 another",
    "w3c/vc-di-eddsa/proof-set-chain/signedProofSet1.json": "eddsa-rdfc-2022 another",
    "w3c/vc-di-eddsa/proof-set-chain/signedProofSet2.json": "eddsa-rdfc-2022 another",
    "w3c/vc-di-eddsa/proof-set-chain/signedProofChain1.json": "eddsa-rdfc-2022 another",
    "w3c/vc-di-eddsa/proof-set-chain/signedProofChain2.json": "eddsa-rdfc-2022 another",
    # What is hashed on the way to a chain: the same set, then a proof without those that it builds on.
    "w3c/vc-di-eddsa/proof-set-chain/proofChainTempDoc1.json": "eddsa-rdfc-2022 another",
    "w3c/vc-di-eddsa/proof-set-chain/proofChainTempDoc2.json": "malformed",
    "w3c/vc-di-eddsa/unsigned.json": "no_proof",
    "w3c/vc-di-eddsa/employmentAuth.json": "no_proof",
    "w3c/vc-di-eddsa/proof-set-chain/unsigned.json": "no_proof",
    "w3c/vc-di-ecdsa/ecdsa-jcs-2019-p256/signedJCSECDSAP256.json": "ecdsa-jcs-2019 another",
    "w3c/vc-di-ecdsa/ecdsa-jcs-2019-p384/signedJCSECDSAP384.json": "ecdsa-jcs-2019 another",
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p256/signedECDSAP256.json": "ecdsa-rdfc-2019 another",
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ/signedECDSAP256.json": "ecdsa-rdfc-2019 another",
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p384/signedECDSAP384.json": "ecdsa-rdfc-2019 another",
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ/signedECDSAP384.json": "ecdsa-rdfc-2019 another",
    # Base proofs are for their holder; what is derived from them is for verifiers.
    "w3c/vc-di-ecdsa/ecdsa-sd-2023/employ/addSignedSDBase.json": "unknown_proof",
    "w3c/vc-di-ecdsa/ecdsa-sd-2023/employ/derivedRevealDocument.json": "ecdsa-sd-2023 another",
    "w3c/vc-di-ecdsa/ecdsa-sd-2023/prc/addSignedSDBase.json": "unknown_proof",
    "w3c/vc-di-ecdsa/ecdsa-sd-2023/prc/derivedRevealDocument.json": "ecdsa-sd-2023 another",
    "w3c/vc-di-ecdsa/unsigned.json": "no_proof",
    "w3c/vc-di-ecdsa/employmentAuth.json": "no_proof",
    "w3c/vc-di-ecdsa/prCredUnsigned.json": "no_proof",
}

#: folder with a signed credential and all that is computed on the way to it -> (suite, hash)
STEPS = {
    "w3c/vc-di-eddsa/eddsa-rdfc-2022": ("eddsa-rdfc-2022", sha256),
    "w3c/vc-di-eddsa/eddsa-rdfc-2022/employ": ("eddsa-rdfc-2022", sha256),
    "w3c/vc-di-eddsa/eddsa-jcs-2022": ("eddsa-jcs-2022", sha256),
    "w3c/vc-di-ecdsa/ecdsa-jcs-2019-p256": ("ecdsa-jcs-2019", sha256),
    "w3c/vc-di-ecdsa/ecdsa-jcs-2019-p384": ("ecdsa-jcs-2019", sha384),
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p256": ("ecdsa-rdfc-2019", sha256),
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p256/employ": ("ecdsa-rdfc-2019", sha256),
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p384": ("ecdsa-rdfc-2019", sha384),
    "w3c/vc-di-ecdsa/ecdsa-rdfc-2019-p384/employ": ("ecdsa-rdfc-2019", sha384),
}
STEP_FILES = (
    "canonDoc", "docHash", "proofCanon", "proofHash", "combinedHash", "proofConfig", "sigHex", "sigBTC58",
)  # fmt: skip

#: Read by other tests, or by those above beside their credential.
ELSEWHERE = {
    "1edtech/simple-json.png": "tests/badges",
    "1edtech/simple-jwt.png": "tests/badges",
    "spec/impl_ob_document-canon.txt": "tests/signing/proofs/test_eddsa_rdfc_2022.py",
    "spec/impl_ob_proof-canon.txt": "tests/signing/proofs/test_eddsa_rdfc_2022.py",
}
KEYS = (
    "w3c/vc-di-eddsa/keyPair.json",
    "w3c/vc-di-eddsa/proof-set-chain/multiKeyPairs.json",
    "w3c/vc-di-ecdsa/p256KeyPair.json",
    "w3c/vc-di-ecdsa/p384KeyPair.json",
)
#: All that is computed on the way to a base proof and to what is derived from it, by the folder in `ecdsa-sd-2023`.
DISCLOSURES = {"employ": ("employmentAuth", "employ"), "prc": ("prCredUnsigned", "prCred")}
DISCLOSURE_FILES = (
    "addBaseDocCanon", "addBaseDocHMACCanon", "addBaseTransform", "addHashData", "addPointerValues",
    "addProofConfig", "addRawBaseSignatureInfo", "derivedAdjMandatoryIndexes", "derivedAdjSignatures",
    "derivedAllGroupData", "derivedDisclosureData", "derivedGroupIndexes", "derivedRecoveredBaseData",
    "derivedUnsignedReveal", "verifyCreateVerifyData", "verifyDerivedProofValue", "verifyNQuads",
)  # fmt: skip
SD = "w3c/vc-di-ecdsa/ecdsa-sd-2023"
DISCLOSED = (
    f"{SD}/SDKeyMaterial.json",
    *(
        f"w3c/vc-di-ecdsa/{name}{kind}.json"
        for _, name in DISCLOSURES.values()
        for kind in ("Mandatory", "Selective")
    ),
)
CHAIN_OPTIONS = tuple(
    f"w3c/vc-di-eddsa/proof-set-chain/proof{kind}Config{signed}{number}.json"
    for kind in ("Chain", "Set")
    for signed in ("", "Signed")
    for number in (1, 2)
)


@pytest.fixture(scope="module")
def vectors(shared: Path) -> Path:
    return shared / "data" / "vectors"


@pytest.fixture(scope="module")
def contexts(shared: Path) -> Callable[[str], str]:
    """Finds the contexts of the examples too, which the product does not know."""
    folder = shared / "data" / "contexts"
    index = json.loads((folder / "index.json").read_text())

    def find_context(url: str) -> str:
        if url not in index:
            raise DocumentNotPinnedError(url)
        return (folder / index[url]["file"]).read_text()

    return find_context


@pytest.mark.parametrize(("name", "verdict"), VERDICTS.items())
def test_each_vector_gets_the_verdict_it_must(vectors, contexts, name, verdict):
    secured = SecuredCredential((vectors / name).read_text(), "")
    try:
        checked = check(secured, key_in_proof, NOW, contexts)
    except ProofError as error:
        assert error.code == verdict
        return
    own = checked.verification_method.controller == issuer_id(checked.credential)
    assert f"{checked.proof_name} {'issuer' if own else 'another'}" == verdict


@pytest.mark.parametrize("name", [name for name, verdict in VERDICTS.items() if verdict.endswith("issuer")])
def test_no_issuer_is_believed_for_its_name_alone(vectors, contexts, name):
    """Where the issuer's own host says nothing, the strict reading of these vectors is: not known whose key it is."""

    def silent(url: str) -> bytes:
        raise OSError("nobody is there")

    def strict(method: str, issuer: str) -> Any:
        return find_key(method, issuer, silent)

    with pytest.raises(ProofError) as refused:
        check(SecuredCredential((vectors / name).read_text(), ""), strict, NOW, contexts)
    assert refused.value.code == "key_not_found"
    with pytest.raises(KeyNotFoundError):
        strict("https://example.com/issuers/876543#z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi", "")


@pytest.mark.parametrize("name", STEPS)
def test_each_step_on_the_way_to_a_signature_is_the_standards(vectors, contexts, name):
    suite_name, digest = STEPS[name]
    suite = PROOFS[suite_name]
    assert isinstance(suite, Cryptosuite)
    files = {path.name: path for path in (vectors / name).iterdir() if path.is_file()}

    def read(beginning: str) -> str:
        (found,) = (path for file, path in files.items() if file.startswith(beginning))
        return found.read_text()

    document = json.loads(read("signed"))
    proof = document.pop("proof")
    value = proof.pop("proofValue")
    options, text = suite.hashed_texts(document, proof, contexts, digest)
    assert text == read("canonDoc")
    assert options == read("proofCanon")
    assert digest(text.encode()).hexdigest() == read("docHash").strip()
    assert digest(options.encode()).hexdigest() == read("proofHash").strip()
    algorithm = {32: suite.algorithms[0], 48: "P-384"}[digest().digest_size]
    signed = suite.signed_bytes(document, proof, algorithm, contexts)
    assert signed.hex() == read("combinedHash").strip()
    assert value == read("sigBTC58").strip() == "z" + base58(bytes.fromhex(read("sigHex").strip()))
    config = json.loads(read("proofConfig"))
    assert {part: config[part] for part in config if part != "@context"} == {
        part: proof[part] for part in proof if part != "@context"
    }


def test_each_proof_of_a_chain_is_one_of_those_listed_alone(vectors):
    """The options beside the chains are those in them; so nothing in that folder goes unseen."""
    folder = vectors / "w3c/vc-di-eddsa/proof-set-chain"
    proofs = [
        proof
        for name in ("signedProofChain2", "signedProofSet2", "proofChainTempDoc1")
        for proof in json.loads((folder / f"{name}.json").read_text())["proof"]
    ]
    for name in CHAIN_OPTIONS:
        options = json.loads((vectors / name).read_text())
        options.pop("@context", None)
        assert any(options.items() <= proof.items() for proof in proofs), name


def test_each_key_of_the_vectors_is_read(vectors):
    spelled = set()
    for name in KEYS:
        pairs = json.loads((vectors / name).read_text())
        for pair in pairs.values() if isinstance(next(iter(pairs.values())), dict) else [pairs]:
            public = pair["publicKeyMultibase"]
            assert key_in_proof(f"did:key:{public}", "").controller == f"did:key:{public}"
            assert len(from_base58(public[1:])) in (34, 35, 51)
            spelled.add(public)
    assert len(spelled) == 7


@pytest.mark.parametrize("name", DISCLOSURES)
def test_each_step_of_a_selective_disclosure_is_the_standards(vectors, contexts, name):
    folder = vectors / SD / name
    source, chosen = DISCLOSURES[name]

    def read(file: str) -> Any:
        return json.loads((folder / f"{file}.json").read_text())

    keys = json.loads((vectors / SD / "SDKeyMaterial.json").read_text())
    credential = read("addSignedSDBase")
    del credential["proof"]
    # The standard's file of the permanent resident card has another description than what it signs.
    unsigned = json.loads((vectors / f"w3c/vc-di-ecdsa/{source}.json").read_text())
    assert {part: unsigned[part] for part in unsigned if part != "description"} == {
        part: credential[part] for part in credential if part != "description"
    }
    mandatory, selective = (
        json.loads((vectors / f"w3c/vc-di-ecdsa/{chosen}{kind}.json").read_text())
        for kind in ("Mandatory", "Selective")
    )
    hmac_key = bytes.fromhex(keys["hmacKeyString"])

    # the statements, in their order, and the groups that pointers make of them
    assert canonicalize(credential, contexts) == "".join(read("addBaseDocCanon"))
    selectable = SelectableStatements(credential, hmac_labels(hmac_key), contexts)
    assert selectable.lines == read("addBaseDocHMACCanon")
    transform = read("addBaseTransform")
    assert transform["mandatoryPointers"] == mandatory
    assert selectable.indexes(mandatory) == [number for number, _ in transform["mandatory"]["value"]]
    shown = {*selectable.indexes(mandatory)}
    assert [number for number, _ in transform["nonMandatory"]["value"]] == [
        number for number in range(len(selectable.lines)) if number not in shown
    ]
    groups, indexes = read("derivedAllGroupData")["groups"], read("derivedGroupIndexes")
    for group, pointers in {
        "mandatory": mandatory,
        "selective": selective,
        "combined": mandatory + selective,
    }.items():
        numbers = selectable.indexes(pointers)
        assert numbers == sorted(number for number, _ in groups[group]["matching"]["value"])
        assert numbers == indexes[f"{group}Indexes"]
    assert read("addPointerValues")[0]["pointer"] == mandatory[0]

    # the base proof
    signed = read("addSignedSDBase")
    (proof,) = signed["proof"] if isinstance(signed["proof"], list) else [signed["proof"]]
    options = {part: proof[part] for part in proof if part != "proofValue"}
    config = read("addProofConfig")
    assert {**options, "@context": config["@context"]} == config
    text = canonicalize(config, contexts)
    assert text == (folder / "addProofConfigCanon.txt").read_text()
    hashes = read("addHashData")
    assert sha256(text.encode()).hexdigest() == hashes["proofHash"]
    lines = "".join(selectable.lines[number] for number in sorted(shown))
    assert sha256(lines.encode()).hexdigest() == hashes["mandatoryHash"]
    base = read_base_proof(proof)
    raw, recovered = read("addRawBaseSignatureInfo"), read("derivedRecoveredBaseData")
    assert base.signature.hex() == raw["baseSignature"] == recovered["baseSignature"]
    assert [one.hex() for one in base.signatures] == raw["signatures"] == recovered["signatures"]
    assert base.hmac_key == hmac_key == bytes.fromhex(recovered["hmacKey"])
    assert base.mandatory == mandatory
    proof_key = read_proof_key(base.public_key)
    assert multikey(proof_key) == keys["proofKeyPair"]["publicKeyMultibase"]
    for number, one in zip(
        (number for number in range(len(selectable.lines)) if number not in shown),
        base.signatures,
        strict=True,
    ):
        verify(proof_key, one, selectable.lines[number].encode())

    # what is derived from it
    derived = derive(SecuredCredential(json.dumps(signed), ""), selective, contexts)
    document, theirs = json.loads(derived.text), read("derivedRevealDocument")
    (own,) = document.pop("proof")
    their_proof = theirs.pop("proof")
    assert document == theirs == read("derivedUnsignedReveal")
    assert read_derived_proof(own) == read_derived_proof(their_proof)
    own_proof = read_derived_proof(own)
    for file in ("derivedDisclosureData", "verifyDerivedProofValue", "verifyCreateVerifyData"):
        data = read(file)
        assert [one.hex() for one in own_proof.signatures] == data["signatures"]
        assert own_proof.signature.hex() == data["baseSignature"]
    assert read("derivedAdjSignatures")
    assert own_proof.mandatory == read("derivedAdjMandatoryIndexes")["adjMandatoryIndexes"]
    assert labelled_lines(document, own_proof.label_map, contexts) == read("verifyNQuads")
    assert own["proofValue"] == their_proof["proofValue"]


def test_no_vector_goes_unseen(vectors):
    seen = {*VERDICTS, *ELSEWHERE, *KEYS, *CHAIN_OPTIONS, *DISCLOSED}
    unseen = []
    for path in sorted(vectors.rglob("*")):
        name = path.relative_to(vectors).as_posix()
        step = path.parent.relative_to(vectors).as_posix() in STEPS and path.name.startswith(STEP_FILES)
        step |= path.parent.parent.name == "ecdsa-sd-2023" and path.name.startswith(DISCLOSURE_FILES)
        if path.is_file() and name not in seen and not step:
            unseen.append(name)
    assert unseen == []
