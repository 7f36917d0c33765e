"""Each of the 14 probes of the 1EdTech validator says of a flaw what that validator says of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

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
#: Behind one of these, nothing more is looked at.
STOPS = ("fatal", "exception")


def annas() -> Json:
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


def look(text: str | bytes, ask: Callable[[str], bytes] = refuse) -> Report:
    def find_key(method: str, issuer: str) -> VerificationMethod:
        return did.find_key(method, issuer, ask)

    file = text.encode() if isinstance(text, str) else text
    return verify(file, find_key, ask, NOW, fetch=ask)


def signed(badge: Json, proof: str = "eddsa-rdfc-2022") -> str:
    return PROOFS[proof].secure(badge, KEY, NOW).text


def forged(badge: Json) -> str:
    """With the proof of Anna's badge: for what nobody could sign."""
    return json.dumps(badge | {"proof": json.loads(signed(annas()))["proof"]})


def told(report: Report) -> dict[str, str]:
    assert tuple(probe.name for probe in report.probes) == PROBES
    return {probe.name: probe.outcome for probe in report.probes if probe.outcome not in ("valid", "not_run")}


def changed(*path: str | int, to: Any) -> Callable[[Json], None]:
    def change(badge: Json) -> None:
        *holders, last = path
        place: Any = badge
        for step in holders:
            place = place[step]
        if to is None:
            del place[last]
        else:
            place[last] = to

    return change


def in_the_old_words(badge: Json) -> None:
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
#: What is wrong -> how it came to be, and what the probes say.
FLAWS: dict[str, tuple[Callable[[Json], None], dict[str, str]]] = {
    "nothing": (lambda badge: None, {}),
    "another version of the standard": (in_the_old_words, {CONTEXT: "warning"}),
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
#: The same for what cannot be signed; the proof beside it is another's.
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


def until_it_stops(expected: dict[str, str]) -> dict[str, str]:
    """What is said behind a probe that stops the others is never said."""
    said: dict[str, str] = {}
    for probe in PROBES:
        if probe in expected:
            said[probe] = expected[probe]
            if expected[probe] in STOPS:
                break
    return said


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_probe_says_of_a_flaw_what_the_validator_says(flaw: str) -> None:
    change, expected = FLAWS[flaw]
    badge = annas()
    change(badge)
    assert told(look(signed(badge))) == until_it_stops(expected)


@pytest.mark.parametrize("flaw", UNSIGNABLE)
def test_what_could_not_be_signed_fails_its_own_probe_too(flaw: str) -> None:
    change, expected = UNSIGNABLE[flaw]
    badge = annas()
    change(badge)
    assert told(look(forged(badge))) == until_it_stops(expected)


def test_what_is_no_badge_stops_at_the_first_probe() -> None:
    report = look(b"nothing of the kind")
    assert [(probe.name, probe.outcome) for probe in report.probes] == [(PARSE, "fatal")]


def with_proof(**changes: Any) -> str:
    document = json.loads(signed(annas()))
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
        (json.dumps(annas()), "error"),
        (with_proof(proofPurpose=None), "exception"),
        (with_proof(proofPurpose="authentication"), "error"),
        (with_proof(cryptosuite="ecdsa-rdfc-2019"), "error"),
        (with_proof(proofValue="z" + "1" * 64), "error"),
        (signed(annas(), "eddsa-jcs-2022"), "error"),
        (signed(annas(), "vc-jwt-eddsa"), "fatal"),
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
def test_the_probe_of_proofs_takes_what_the_validator_takes(text: str, outcome: str | None) -> None:
    assert told(look(text)).get(PROOF) == outcome


def test_the_validator_believes_whoever_writes_a_key_into_an_address() -> None:
    """We do not: nobody was asked whose key it is."""
    badge = annas() | {"issuer": {"id": "https://riga.example", "type": ["Profile"], "name": "Riga College"}}
    key = SigningKey(verification_method=f"https://riga.example#{ISSUER[8:]}", kid="k", private=PRIVATE)
    report = look(PROOFS["eddsa-rdfc-2022"].secure(badge, key, NOW).text)
    assert (report.verdict, report.one_ed_tech) == ("unverifiable", "valid")


def test_a_key_that_says_itself_whose_it_is_is_left_open() -> None:
    """The validator believes it; we ask whom it names, and that one knows nothing of it."""
    college, address = "https://riga.example/college", "https://riga.example/keys/1"
    pages = {
        address: {"id": address, "type": "Multikey", "controller": college, "publicKeyMultibase": ISSUER[8:]},
        college: {"id": college, "type": "Profile", "name": "Riga College"},
    }
    badge = annas() | {"issuer": {"id": college, "type": ["Profile"], "name": "Riga College"}}
    key = SigningKey(verification_method=address, kid="k", private=PRIVATE)
    text = PROOFS["eddsa-rdfc-2022"].secure(badge, key, NOW).text
    report = look(text, lambda url: json.dumps(pages[url]).encode())
    assert (report.verdict, report.one_ed_tech) == ("wrong_issuer", "unknown")


@pytest.mark.parametrize(
    ("method", "said"),
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
def test_a_key_that_is_not_to_be_had_is_an_error_unless_only_the_validator_could_find_it(
    method: str, said: str
) -> None:
    document = json.loads(signed(annas()))
    document["proof"][0]["verificationMethod"] = method
    report = look(json.dumps(document))
    assert (report.verdict, told(report)) == ("unverifiable", {PROOF: said})


def test_an_endorsement_without_a_signature_fails_the_badge_for_the_validator_alone() -> None:
    badge = annas()
    endorsement = {name: badge[name] for name in ("@context", "issuer", "name", "validFrom")} | {
        "id": "urn:uuid:2",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "credentialSubject": {"id": "https://riga.example/1", "type": ["EndorsementSubject"]},
    }
    badge["credentialSubject"]["achievement"]["endorsement"] = [endorsement]
    report = look(signed(badge))
    assert (report.verdict, told(report)) == ("verified", {ENDORSED: "error"})
    (found,) = (check for check in report.checks if check.name == "endorsements")
    assert (found.outcome, found.code) == ("unknown", "endorsement_unsigned")


def test_the_validator_lets_any_did_key_speak_for_any_issuer() -> None:
    badge = annas() | {"issuer": {"id": "urn:uuid:1", "type": ["Profile"], "name": "Riga College"}}
    key = SigningKey(verification_method=ISSUER, kid="k", private=PRIVATE)
    report = look(PROOFS["eddsa-rdfc-2022"].secure(badge, key, NOW).text)
    assert (report.verdict, report.one_ed_tech) == ("wrong_issuer", "valid")


def test_a_revoked_badge_and_a_badge_whose_list_is_none_are_told_apart() -> None:
    badge = annas()
    with_extension("credentialStatus", {"id": "https://riga.example/r", "type": "1EdTechRevocationList"})(
        badge
    )
    text = signed(badge)

    def serving(answer: Any) -> dict[str, str]:
        return told(look(text, lambda url: json.dumps(answer).encode()))

    listing = {"id": "https://riga.example/r", "issuer": ISSUER, "revokedCredential": [{"id": badge["id"]}]}
    assert serving(listing) == {STATUS: "fatal"}
    assert serving(listing | {"revokedCredential": []}) == {}
    assert serving(listing | {"revokedCredential": 7}) == {STATUS: "error"}


def test_the_overall_word_is_the_worst_of_all_probes() -> None:
    for flaw, (change, expected) in FLAWS.items():
        badge = copy.deepcopy(annas())
        change(badge)
        said = until_it_stops(expected).values()
        order = ("exception", "fatal", "error", "unknown", "warning")
        assert look(signed(badge)).one_ed_tech == next((word for word in order if word in said), "valid"), (
            flaw
        )
