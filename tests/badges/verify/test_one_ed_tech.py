"""Each of the 14 probes has the outcome that the 1EdTech validator has for the same flaw."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from badges.schemas.json_schema import find_breach
from badges.verify import Report, verify
from signing import did
from signing.json_text import Json
from signing.keys import SigningKey, VerificationMethod, generate, multikey
from signing.proofs import PROOFS

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
VC, VC_1 = "https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"
OB, OB_2 = (f"https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.{version}.json" for version in (3, 2))
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
PRIVATE = generate("Ed25519")
ISSUER = f"did:key:{multikey(PRIVATE.public_key())}"
KEY = SigningKey(verification_method=f"{ISSUER}#{ISSUER[8:]}", kid="k", private=PRIVATE)
PARSE, TERMS, CONTEXT, TYPE, FORM, INLINE, SUBJECT, EVIDENCE, PROFILE, PROOF, REFRESH, STATUS, DATES, ENDORSED = (
    "CredentialParseProbe", "JsonLDValidationProbe", "ContextPropertyProbe", "TypePropertyProbe", "JsonSchemasProbe",
    "InlineJsonSchemaProbe", "CredentialSubjectProbe", "EvidenceProbe", "IssuerProbe", "ProofProbe", "RefreshProbe",
    "StatusProbe", "ExpirationAndIssuanceProbe", "EndorsementInspector",
)  # fmt: skip
PROBES = (
    PARSE, TERMS, CONTEXT, TYPE, FORM, INLINE, SUBJECT, EVIDENCE, PROFILE, PROOF, REFRESH, STATUS, DATES, ENDORSED,
)  # fmt: skip
#: After one of these outcomes no further probe is run.
STOPS = ("fatal", "exception")


def unsigned_badge() -> Json:
    return {
        "@context": [VC, OB],
        "id": "urn:uuid:7f1c2f0e-3c52-4f0c-9a44-6e2b5d0d9a01",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Riga College"},
        "name": "Welding",
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:anna",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://riga.example/1",
                "type": ["Achievement"],
                "name": "Welding",
                "description": "Welds.",
                "criteria": {"narrative": "Weld."},
            },
        },
    }


def refuse(url: str) -> bytes:
    raise TimeoutError(url)


def verify_badge(text: str | bytes, ask: Callable[[str], bytes] = refuse) -> Report:
    def find_key(method: str, issuer: str) -> VerificationMethod:
        return did.find_key(method, issuer, ask)

    file = text.encode() if isinstance(text, str) else text
    return verify(file, find_key, ask, NOW, fetch=ask, find_schema_breach=find_breach)


def signed(badge: Json, proof: str = "eddsa-rdfc-2022") -> str:
    return PROOFS[proof].secure(badge, KEY, NOW).text


def forged(badge: Json) -> str:
    """The badge with the proof of another one, for badges that our signer refuses."""
    return json.dumps(badge | {"proof": json.loads(signed(unsigned_badge()))["proof"]})


def probe_outcomes(report: Report) -> dict[str, str]:
    assert tuple(probe.name for probe in report.probes) == PROBES
    return {probe.name: probe.outcome for probe in report.probes if probe.outcome not in ("valid", "not_run")}


def changed(*path: str | int, to: Any) -> Callable[[Json], None]:
    def change(badge: Json) -> None:
        *holders, last = path
        container: Any = badge
        for step in holders:
            container = container[step]
        if to is None:
            del container[last]
        else:
            container[last] = to

    return change


def as_data_model_1(badge: Json) -> None:
    badge["@context"] = [VC_1, OB, DATA_INTEGRITY]
    badge["issuanceDate"] = badge.pop("validFrom")


def with_extension(name: str, value: Any) -> Callable[[Json], None]:
    def change(badge: Json) -> None:
        badge["@context"].append(EXTENSIONS)
        badge[name] = value

    return change


ACHIEVEMENT = ("credentialSubject", "achievement")
SCHEMA = [{"id": "https://riga.example/schema.json", "type": "1EdTechJsonSchemaValidator2019"}]
ENTRY = {
    "id": "https://riga.example/status/1#1",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "1",
    "statusListCredential": "https://riga.example/status/1",
}
#: Flaw -> the change that makes it, and the outcomes of the probes.
FLAWS: dict[str, tuple[Callable[[Json], None], dict[str, str]]] = {
    "nothing": (lambda badge: None, {}),
    "another version of the standard": (as_data_model_1, {CONTEXT: "warning"}),
    "a word alone, where a list belongs": (changed("issuer", "type", to="Profile"), {FORM: "warning"}),
    "a kind of achievement that there is not": (
        changed(*ACHIEVEMENT, "achievementType", to="Thing"),
        {FORM: "error"},
    ),
    "an issuer that is an address": (changed("issuer", to=ISSUER), {PROFILE: "exception"}),
    "an organisation of no type above the issuer": (
        changed("issuer", "parentOrg", to={"id": "urn:x:1", "type": ["Achievement"]}),
        {FORM: "error", PROFILE: "error"},
    ),
    "evidence of no type": (
        changed("evidence", to=[{"id": "urn:x:1"}]),
        {FORM: "error", EVIDENCE: "exception"},
    ),
    "evidence of another type": (
        changed("evidence", to=[{"id": "urn:x:1", "type": ["Profile"]}]),
        {FORM: "error", EVIDENCE: "error"},
    ),
    "nobody who earned it": (changed("credentialSubject", "id", to=None), {SUBJECT: "error"}),
    "a schema that does not answer": (with_extension("credentialSchema", SCHEMA), {INLINE: "error"}),
    "a newer version that does not answer": (
        with_extension(
            "refreshService", {"id": "https://riga.example/r", "type": "1EdTechCredentialRefresh"}
        ),
        {},
    ),
    "a list that does not answer": (changed("credentialStatus", to=ENTRY), {STATUS: "warning"}),
    "an end that has come": (changed("validUntil", to="2026-02-01T00:00:00Z"), {DATES: "fatal"}),
    "a beginning that is to come": (changed("validFrom", to="2027-02-01T00:00:00Z"), {DATES: "fatal"}),
    "a day without its zone": (
        changed("validFrom", to="2026-02-01T00:00:00"),
        {FORM: "error", DATES: "exception"},
    ),
    "only the type of any credential": (
        changed("type", to=["VerifiableCredential"]),
        {FORM: "unknown", TYPE: "fatal"},
    ),
}
#: The same for flaws that cannot be signed; the proof is that of another badge.
UNSIGNABLE: dict[str, tuple[Callable[[Json], None], dict[str, str]]] = {
    "a word that no context defines": (changed("unheardOf", to="x"), {TERMS: "error", PROOF: "error"}),
    "criteria without anything in them": (
        changed(*ACHIEVEMENT, "criteria", to={}),
        {SUBJECT: "error", PROOF: "error"},
    ),
    "no type of the subject": (
        changed("credentialSubject", "type", to=None),
        {TERMS: "error", FORM: "error", SUBJECT: "exception"},
    ),
    "contexts in another order": (
        changed("@context", to=[OB, VC]),
        {CONTEXT: "error", FORM: "error"},
    ),
    "a meaning of its own": (
        changed("@context", to=[VC, OB, {"name": "https://schema.org/x"}]),
        {TERMS: "unknown", PROOF: "unknown"},
    ),
    "a key that is an address": (
        changed("https://schema.org/name", to="x"),
        {TERMS: "unknown", PROOF: "unknown"},
    ),
    "a vocabulary of others": (
        changed("@context", to=[VC, OB, "https://riga.example/context.jsonld"]),
        {TERMS: "unknown", PROOF: "unknown"},
    ),
    "an endorsement that is none": (
        changed("endorsementJwt", to=["a.b.c"]),
        {PROOF: "error", ENDORSED: "unknown"},
    ),
}


def without_probes_not_run(expected: dict[str, str]) -> dict[str, str]:
    """The expected outcomes up to the first probe that stops the others."""
    outcomes: dict[str, str] = {}
    for probe in PROBES:
        if probe in expected:
            outcomes[probe] = expected[probe]
            if expected[probe] in STOPS:
                break
    return outcomes


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_flaw_has_the_outcomes_of_the_validator(flaw: str) -> None:
    change, expected = FLAWS[flaw]
    badge = unsigned_badge()
    change(badge)
    assert probe_outcomes(verify_badge(signed(badge))) == without_probes_not_run(expected)


@pytest.mark.parametrize("flaw", UNSIGNABLE)
def test_a_flaw_that_cannot_be_signed_also_fails_its_own_probe(flaw: str) -> None:
    change, expected = UNSIGNABLE[flaw]
    badge = unsigned_badge()
    change(badge)
    assert probe_outcomes(verify_badge(forged(badge))) == without_probes_not_run(expected)


def test_a_file_without_a_badge_stops_at_the_first_probe() -> None:
    report = verify_badge(b"nothing of the kind")
    assert [(probe.name, probe.outcome) for probe in report.probes] == [(PARSE, "fatal")]


def with_proof(**changes: Any) -> str:
    document = json.loads(signed(unsigned_badge()))
    (proof,) = document["proof"]
    for name, value in changes.items():
        if value is None:
            del proof[name]
        else:
            proof[name] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (with_proof(), None),
        (json.dumps(unsigned_badge()), "error"),
        (with_proof(proofPurpose=None), "exception"),
        (with_proof(proofPurpose="authentication"), "error"),
        (with_proof(cryptosuite="ecdsa-rdfc-2019"), "error"),
        (with_proof(proofValue="z" + "1" * 64), "error"),
        (signed(unsigned_badge(), "eddsa-jcs-2022"), "error"),
        (signed(unsigned_badge(), "vc-jwt-eddsa"), "fatal"),
    ],
    ids=[
        "sound",
        "none",
        "no purpose",
        "another purpose",
        "another suite",
        "a wrong value",
        "JCS",
        "EdDSA token",
    ],
)
def test_the_proof_probe_accepts_what_the_validator_accepts(text: str, outcome: str | None) -> None:
    assert probe_outcomes(verify_badge(text)).get(PROOF) == outcome


def test_the_validator_trusts_a_key_embedded_in_an_address() -> None:
    """We do not: the issuer has not confirmed that the key is its own."""
    badge = unsigned_badge() | {
        "issuer": {"id": "https://riga.example", "type": ["Profile"], "name": "Riga College"}
    }
    key = SigningKey(verification_method=f"https://riga.example#{ISSUER[8:]}", kid="k", private=PRIVATE)
    report = verify_badge(PROOFS["eddsa-rdfc-2022"].secure(badge, key, NOW).text)
    assert (report.verdict, report.one_ed_tech) == ("unverifiable", "valid")


def test_a_key_that_names_its_own_controller_is_unknown() -> None:
    """The validator trusts it; we ask the controller that it names, whose document does not list it."""
    college, address = "https://riga.example/college", "https://riga.example/keys/1"
    pages = {
        address: {"id": address, "type": "Multikey", "controller": college, "publicKeyMultibase": ISSUER[8:]},
        college: {"id": college, "type": "Profile", "name": "Riga College"},
    }
    badge = unsigned_badge() | {"issuer": {"id": college, "type": ["Profile"], "name": "Riga College"}}
    key = SigningKey(verification_method=address, kid="k", private=PRIVATE)
    text = PROOFS["eddsa-rdfc-2022"].secure(badge, key, NOW).text
    report = verify_badge(text, lambda url: json.dumps(pages[url]).encode())
    assert (report.verdict, report.one_ed_tech) == ("wrong_issuer", "unknown")


@pytest.mark.parametrize(
    ("method", "outcome"),
    [
        ("https://riga.example/college#key-1", "error"),
        ("did:web:riga.example#key-1", "error"),
        ("did:example:123#key-1", "error"),
        ("did:key:z6Mk#z6Mk", "error"),
        ("key:1", "error"),
        ("did:ion:123#key-1", "unknown"),
        ("http://riga.example/college#key-1", "unknown"),
    ],
)
def test_a_key_that_cannot_be_found_is_an_error_unless_only_the_validator_looks_for_it(
    method: str, outcome: str
) -> None:
    document = json.loads(signed(unsigned_badge()))
    document["proof"][0]["verificationMethod"] = method
    report = verify_badge(json.dumps(document))
    assert (report.verdict, probe_outcomes(report)) == ("unverifiable", {PROOF: outcome})


def test_an_endorsement_without_a_signature_fails_the_badge_for_the_validator_alone() -> None:
    badge = unsigned_badge()
    endorsement = {name: badge[name] for name in ("@context", "issuer", "name", "validFrom")} | {
        "id": "urn:uuid:2",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "credentialSubject": {"id": "https://riga.example/1", "type": ["EndorsementSubject"]},
    }
    badge["credentialSubject"]["achievement"]["endorsement"] = [endorsement]
    report = verify_badge(signed(badge))
    assert (report.verdict, probe_outcomes(report)) == ("verified", {ENDORSED: "error"})
    (found,) = (check for check in report.checks if check.name == "endorsements")
    assert (found.outcome, found.code) == ("unknown", "endorsement_unsigned")


def test_the_validator_lets_any_did_key_speak_for_any_issuer() -> None:
    badge = unsigned_badge() | {"issuer": {"id": "urn:uuid:1", "type": ["Profile"], "name": "Riga College"}}
    key = SigningKey(verification_method=ISSUER, kid="k", private=PRIVATE)
    report = verify_badge(PROOFS["eddsa-rdfc-2022"].secure(badge, key, NOW).text)
    assert (report.verdict, report.one_ed_tech) == ("wrong_issuer", "valid")


def test_a_revoked_badge_is_fatal_and_a_broken_list_an_error() -> None:
    badge = unsigned_badge()
    with_extension("credentialStatus", {"id": "https://riga.example/r", "type": "1EdTechRevocationList"})(
        badge
    )
    text = signed(badge)

    def serving(answer: Any) -> dict[str, str]:
        return probe_outcomes(verify_badge(text, lambda url: json.dumps(answer).encode()))

    listing = {"id": "https://riga.example/r", "issuer": ISSUER, "revokedCredential": [{"id": badge["id"]}]}
    assert serving(listing) == {STATUS: "fatal"}
    assert serving(listing | {"revokedCredential": []}) == {}
    assert serving(listing | {"revokedCredential": 7}) == {STATUS: "error"}


def test_the_overall_outcome_is_the_worst_of_all_probes() -> None:
    for flaw, (change, expected) in FLAWS.items():
        badge = copy.deepcopy(unsigned_badge())
        change(badge)
        outcomes = without_probes_not_run(expected).values()
        order = ("exception", "fatal", "error", "unknown", "warning")
        assert verify_badge(signed(badge)).one_ed_tech == next(
            (word for word in order if word in outcomes), "valid"
        ), flaw
