"""What a badge makes the verifier look up: its status, its newer version, its schemas, its endorsements."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import md5, sha256
from typing import Any

import pytest

from badges.errors import SchemaTooCostlyError
from badges.schemas.json_schema import find_breach
from badges.template.model import Template
from badges.verify import Report, verify
from signing.json_text import Json, as_text
from signing.status import empty, encode, with_bit_set
from tests.badges.verify.reports import demand_sentences, finding

Build = Callable[..., Json]
VerifyBadge = Callable[..., Report]
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
LIST_URL = "https://badges.example.org/status/1"


@pytest.fixture
def verify_badge(world: Any, now: datetime) -> VerifyBadge:
    def verified(
        credential: Json,
        served: dict[str, Any] | None = None,
        proof_name: str = "eddsa-rdfc-2022",
        **more: Any,
    ) -> Report:
        def fetch(url: str) -> bytes:
            world.asked.append(url)
            answer = (served or {})[url]
            return answer if isinstance(answer, bytes) else json.dumps(answer).encode()

        given = {"fetch": fetch} if served is not None else {}
        more = {"find_schema_breach": find_breach} | more
        text = world.secure(credential, proof_name).text
        report = verify(text.encode(), world.find_key, world.find_status, now, **given, **more)
        demand_sentences(report)
        return report

    return verified


@pytest.fixture
def badge(solar: Template, built: Build) -> Json:
    return built(solar)


# --- status


CLEAR = empty()
REVOKED = with_bit_set(CLEAR, 4711)


def publish(world: Any, bits: bytes, **changes: Any) -> None:
    """Serves a status list with these bits, and these changes of it and its subject; 4711 is Anna's bit."""
    world.publish_list(bits=bits)
    listing = json.loads(world.lists[LIST_URL])
    del listing["proof"]
    subject = listing["credentialSubject"] | changes.pop("subject", {})
    listing |= changes | {
        "credentialSubject": {name: value for name, value in subject.items() if value is not None}
    }
    world.lists[LIST_URL] = world.secure(listing, "vc-jwt").text.encode()


@pytest.mark.parametrize("bits", [CLEAR, REVOKED], ids=["clear", "revoked"])
def test_a_list_of_2021_is_read(badge: Json, world: Any, verify_badge: VerifyBadge, bits: bytes) -> None:
    """It had no multibase letter yet, another type, and another context."""
    badge["@context"].append("https://w3id.org/vc/status-list/2021/v1")
    badge["credentialStatus"] |= {"type": "StatusList2021Entry"}
    publish(
        world,
        bits,
        type=["VerifiableCredential", "StatusList2021Credential"],
        subject={"type": "StatusList2021", "encodedList": encode(bits)[1:], "ttl": None},
    )
    report = verify_badge(badge, proof_name="vc-jwt")
    expected = {CLEAR: ("verified", ("passed", "not_revoked")), REVOKED: ("revoked", ("failed", "revoked"))}
    assert (report.verdict, finding(report, "status")) == expected[bits]


def test_an_entry_of_one_kind_is_not_answered_by_a_list_of_another(
    badge: Json, world: Any, verify_badge: VerifyBadge
) -> None:
    badge["credentialStatus"] |= {"type": "StatusList2021Entry"}
    publish(world, CLEAR)
    assert finding(verify_badge(badge, proof_name="vc-jwt"), "status") == ("unknown", "list_unreadable")


def test_a_suspended_badge_is_reported_as_suspended(
    badge: Json, world: Any, verify_badge: VerifyBadge
) -> None:
    badge["credentialStatus"]["statusPurpose"] = "suspension"
    publish(world, REVOKED, subject={"statusPurpose": ["revocation", "suspension"]})
    report = verify_badge(badge)
    assert (report.verdict, finding(report, "status")) == ("suspended", ("failed", "suspended"))
    # The 1EdTech validator looks for revocation alone.
    assert report.one_ed_tech == "valid"


def test_a_short_list_counts_with_a_warning(badge: Json, world: Any, verify_badge: VerifyBadge) -> None:
    publish(world, bytes(1000))
    report = verify_badge(badge)
    assert (report.verdict, finding(report, "status")) == ("verified", ("warning", "list_too_short"))
    assert report.one_ed_tech == "error"
    publish(world, REVOKED[:1000])
    assert verify_badge(badge).verdict == "revoked"


def test_a_list_with_another_id_may_revoke_but_never_clears(
    badge: Json, world: Any, verify_badge: VerifyBadge
) -> None:
    publish(world, CLEAR, id="https://badges.example.org/status/2")
    assert finding(verify_badge(badge), "status") == ("unknown", "list_unreadable")
    publish(world, REVOKED, id="https://badges.example.org/status/2")
    assert verify_badge(badge).verdict == "revoked"


def test_the_worst_of_several_entries_counts(badge: Json, world: Any, verify_badge: VerifyBadge) -> None:
    entry = badge["credentialStatus"]
    elsewhere = entry | {
        "id": "https://elsewhere.example.org/1#1",
        "statusListCredential": "https://elsewhere.example.org/1",
    }
    badge["credentialStatus"] = [entry, elsewhere]
    report = verify_badge(badge, proof_name="vc-jwt")
    assert finding(report, "status") == ("unknown", "list_not_reached")
    publish(world, REVOKED)
    assert finding(verify_badge(badge, proof_name="vc-jwt"), "status") == ("failed", "revoked")
    badge["credentialStatus"] = [entry] * 5
    assert finding(verify_badge(badge, proof_name="vc-jwt"), "status") == ("unknown", "unknown_status")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ("passed", "not_revoked")),
        ({"revokedCredential": [{"id": "other"}, 7, "text"]}, ("passed", "not_revoked")),
        ({"revokedCredential": [{"id": "SELF"}]}, ("failed", "revoked")),
        (
            {"revokedCredential": [{"id": "SELF", "revoked": True, "revocationReason": "x"}]},
            ("failed", "revoked"),
        ),
        ({"revokedCredential": [{"id": "SELF", "revoked": "yes"}]}, ("failed", "revoked")),
        ({"revokedCredential": [{"id": "SELF", "revoked": 0}]}, ("failed", "revoked")),
        ({"revokedCredential": [{"id": "SELF", "revoked": None}]}, ("failed", "revoked")),
        ({"revokedCredential": [{"id": "SELF", "revoked": False}]}, ("passed", "not_revoked")),
        ({"revokedCredential": {"id": "SELF"}}, ("unknown", "list_unreadable")),
        ({"issuer": "did:web:mallory.example.org"}, ("unknown", "list_of_another")),
    ],
)
def test_the_older_list_of_1edtech_is_read(
    badge: Json, world: Any, verify_badge: VerifyBadge, change: Json, found: tuple[str, str]
) -> None:
    url = "https://badges.example.org/revocations"
    badge["credentialStatus"] = {"id": url, "type": "1EdTechRevocationList"}
    listing = {"id": url, "issuer": world.issuer_id, "revokedCredential": []} | change
    world.lists[url] = json.dumps(listing).replace("SELF", badge["id"]).encode()
    assert finding(verify_badge(badge), "status") == found
    world.lists[url] = b"<html>"
    assert finding(verify_badge(badge), "status") == ("unknown", "list_unreadable")
    del world.lists[url]
    assert finding(verify_badge(badge), "status") == ("unknown", "list_not_reached")


# --- refreshing

NEWER = "https://badges.example.org/refresh/1"


@pytest.fixture
def refreshable(badge: Json) -> Json:
    badge["refreshService"] = {"id": NEWER, "type": "1EdTechCredentialRefresh"}
    return badge


def newer(badge: Json, now: datetime, **changes: Any) -> Json:
    later = (now - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return badge | {"validFrom": later, "name": "Newer"} | changes


def test_the_newer_version_replaces_the_old_one(
    refreshable: Json, world: Any, verify_badge: VerifyBadge, now: datetime
) -> None:
    refreshable["validFrom"] = "2026-01-01T00:00:00Z"
    fresh = newer(refreshable, now)
    report = verify_badge(refreshable, {NEWER: world.secure(fresh).text.encode()})
    assert (report.verdict, finding(report, "refresh")) == ("verified", ("passed", "refreshed"))
    assert report.credential == fresh
    assert world.asked.count(NEWER) == 1
    ended = fresh | {"validUntil": "2026-02-01T00:00:00Z"}
    assert verify_badge(refreshable, {NEWER: world.secure(ended).text.encode()}).verdict == "expired"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"id": "https://badges.example.org/credentials/2"}, "refresh_of_another"),
        ({"validFrom": "2025-01-01T00:00:00Z"}, "refresh_older"),
        ({"validFrom": "yesterday"}, "refresh_older"),
    ],
)
def test_a_credential_that_is_not_the_newer_version_is_ignored(
    refreshable: Json, world: Any, verify_badge: VerifyBadge, now: datetime, changes: Json, found: str
) -> None:
    refreshable["validFrom"] = "2026-01-01T00:00:00Z"
    served = world.secure(newer(refreshable, now, **changes)).text.encode()
    report = verify_badge(refreshable, {NEWER: served})
    assert (report.verdict, finding(report, "refresh")) == ("verified", ("warning", found))
    assert report.credential == refreshable


def test_a_newer_version_of_another_issuer_is_ignored(
    refreshable: Json, world: Any, verify_badge: VerifyBadge, now: datetime
) -> None:
    fresh, mine = newer(refreshable, now), world.issuer_id
    world.issuer_id = "did:web:mallory.example.org"
    forged = world.secure(fresh).text.encode()
    theirs = world.secure(fresh | {"issuer": {"id": world.issuer_id, "type": ["Profile"]}}).text.encode()
    world.issuer_id = mine
    assert finding(verify_badge(refreshable, {NEWER: forged}), "refresh") == ("warning", "refresh_not_proven")
    assert finding(verify_badge(refreshable, {NEWER: theirs}), "refresh") == ("warning", "refresh_of_another")


def test_a_badge_whose_newer_version_cannot_be_fetched_is_verified_itself(
    refreshable: Json, world: Any, verify_badge: VerifyBadge
) -> None:
    for served, found in (
        (None, ("unknown", "refresh_not_asked")),
        ({}, ("warning", "refresh_not_reached")),
        ({NEWER: b"<html>"}, ("warning", "refresh_unreadable")),
        ({NEWER: b"\xff\xfe"}, ("warning", "refresh_not_reached")),
        ({NEWER: json.dumps(refreshable).encode()}, ("warning", "refresh_not_proven")),
        ({NEWER: world.secure(refreshable).text.encode()}, ("passed", "already_newest")),
    ):
        report = verify_badge(refreshable, served)
        assert (report.verdict, finding(report, "refresh")) == ("verified", found)
    refreshable["refreshService"] = {"id": NEWER, "type": "1EdTechRevocationList"}
    assert finding(verify_badge(refreshable, {}), "refresh") == ("unknown", "unknown_refresh")


# --- schemas

SCHEMA = "https://college.example.org/schema.json"


@pytest.mark.parametrize(
    ("served", "found"),
    [
        (None, ("unknown", "schema_not_asked")),
        ({}, ("unknown", "schema_not_reached")),
        ({SCHEMA: {"required": ["id"]}}, ("passed", "follows_schemas")),
        ({SCHEMA: {"required": ["nothing"]}}, ("warning", "breaks_schema")),
        ({SCHEMA: {"unevaluatedProperties": False}}, ("warning", "breaks_schema")),
        ({SCHEMA: {"$ref": "https://college.example.org/2.json"}}, ("unknown", "schema_not_understood")),
        ({SCHEMA: {"$schema": "https://college.example.org/2"}}, ("unknown", "schema_not_understood")),
        ({SCHEMA: b"[]"}, ("unknown", "schema_not_understood")),
        ({SCHEMA: b"\xff"}, ("unknown", "schema_not_reached")),
    ],
)
def test_a_badge_should_follow_the_schemas_it_names(
    badge: Json, verify_badge: VerifyBadge, served: dict[str, Any] | None, found: tuple[str, str]
) -> None:
    badge["credentialSchema"].append({"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"})
    report = verify_badge(badge, served)
    assert finding(report, "inline_schemas") == found
    assert report.verdict == "verified"


def test_the_report_says_where_a_badge_breaks_a_schema(badge: Json, verify_badge: VerifyBadge) -> None:
    badge["credentialSchema"].append({"id": SCHEMA, "type": "JsonSchema"})
    subject = {"properties": {"achievement": {"required": ["a/b"]}}}
    for schema, place in (({"properties": {"credentialSubject": subject}}, "/credentialSubject/achievement/a~1b"),
                          ({"maxProperties": 1}, "/")):  # fmt: skip
        (check,) = [
            check for check in verify_badge(badge, {SCHEMA: schema}).checks if check.name == "inline_schemas"
        ]
        assert check.detail == f"{SCHEMA}: {place}"


def test_a_schema_is_not_applied_by_who_cannot_end_it(badge: Json, verify_badge: VerifyBadge) -> None:
    badge["credentialSchema"].append({"id": SCHEMA, "type": "JsonSchema"})
    report = verify_badge(badge, {SCHEMA: {}}, find_schema_breach=None)
    assert finding(report, "inline_schemas") == ("unknown", "schema_not_asked")


def test_after_a_schema_that_costs_too_much_no_further_one_is_applied(
    badge: Json, verify_badge: VerifyBadge
) -> None:
    applied = []

    def too_costly(_document: Json, schema: Json) -> str | None:
        applied.append(schema)
        raise SchemaTooCostlyError("it takes for ever")

    urls = [f"{SCHEMA}?{number}" for number in range(5)]
    badge["credentialSchema"] = [{"id": url, "type": "JsonSchema"} for url in urls]
    report = verify_badge(badge, {url: {} for url in urls}, find_schema_breach=too_costly)
    assert finding(report, "inline_schemas") == ("unknown", "schema_not_understood")
    assert len(applied) == 1


def test_our_own_schemas_are_not_fetched(badge: Json, world: Any, verify_badge: VerifyBadge) -> None:
    assert len(badge["credentialSchema"]) == 2
    assert finding(verify_badge(badge, {}), "inline_schemas") == ("passed", "follows_schemas")
    assert not any("schema" in url for url in world.asked)
    badge["credentialSubject"]["achievement"]["type"] = ["Achievement"]
    assert finding(verify_badge(badge, {}), "inline_schemas") == ("warning", "breaks_schema")
    badge["credentialSchema"] *= 5
    assert finding(verify_badge(badge, {}), "inline_schemas") == ("unknown", "too_many_schemas")
    del badge["credentialSchema"]
    assert finding(verify_badge(badge, {}), "inline_schemas") == ("passed", "no_schemas")


# --- endorsements


def signed(world: Any, endorsement: Json, proof_name: str = "eddsa-rdfc-2022") -> Any:
    text = world.secure(endorsement, proof_name).text
    return json.loads(text) if text.startswith("{") else text


@pytest.mark.parametrize("proof_name", ["eddsa-rdfc-2022", "vc-jwt"])
def test_an_endorsement_of_the_achievement_is_checked(
    badge: Json, endorsement: Json, world: Any, verify_badge: VerifyBadge, proof_name: str
) -> None:
    name = "endorsementJwt" if proof_name == "vc-jwt" else "endorsement"
    achievement = badge["credentialSubject"]["achievement"]
    endorsement["credentialSubject"]["id"] = achievement["id"]
    achievement[name] = [signed(world, endorsement, proof_name)]
    report = verify_badge(badge, proof_name="vc-jwt")
    assert (report.verdict, finding(report, "endorsements")) == ("verified", ("passed", "endorsed"))
    assert report.one_ed_tech == "valid"


LEVELS: dict[str, Callable[[Json], Json]] = {
    "the badge": lambda badge: badge,
    "the achievement": lambda badge: badge["credentialSubject"]["achievement"],
    "the issuer": lambda badge: badge["issuer"],
}


@pytest.mark.parametrize("level", LEVELS)
def test_a_false_endorsement_is_found_at_every_level(
    badge: Json, endorsement: Json, world: Any, verify_badge: VerifyBadge, level: str
) -> None:
    endorsed = LEVELS[level](badge)
    endorsement["credentialSubject"]["id"] = endorsed["id"]
    true, false = signed(world, endorsement), signed(world, endorsement)
    false["credentialSubject"]["endorsementComment"] = "We pay whoever has it."
    endorsed["endorsement"] = [true, false]
    report = verify_badge(badge, proof_name="vc-jwt")
    assert (report.verdict, finding(report, "endorsements")) == (
        "unverifiable",
        ("failed", "endorsement_changed"),
    )
    endorsed["endorsement"] = [true]
    assert verify_badge(badge, proof_name="vc-jwt").verdict == "verified"


def expired(endorsement: Json) -> None:
    endorsement["validUntil"] = "2026-02-01T00:00:00Z"


def about_another(endorsement: Json) -> None:
    endorsement["credentialSubject"]["id"] = "https://badges.example.org/achievements/other"


def revoked(endorsement: Json) -> None:
    endorsement["credentialStatus"] = {
        "id": f"{LIST_URL}#4711",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "4711",
        "statusListCredential": LIST_URL,
    }


def of_no_list(endorsement: Json) -> None:
    revoked(endorsement)
    endorsement["credentialStatus"]["statusListCredential"] = "https://elsewhere.example.org/1"


def test_an_endorsement_that_is_an_address_is_left_open(badge: Json, verify_badge: VerifyBadge) -> None:
    del badge["credentialStatus"]
    badge["credentialSubject"]["achievement"]["endorsementJwt"] = [
        "https://college.example.org/endorsements/1"
    ]
    report = verify_badge(badge)
    assert (report.verdict, finding(report, "endorsements")) == (
        "verified",
        ("unknown", "endorsement_malformed"),
    )


def no_endorsement(endorsement: Json) -> None:
    endorsement["type"] = ["VerifiableCredential"]


@pytest.mark.parametrize(
    ("change", "found", "verdict"),
    [
        (expired, ("warning", "endorsement_not_valid_now"), "verified"),
        (about_another, ("warning", "endorsement_of_another"), "verified"),
        (revoked, ("warning", "endorsement_revoked"), "verified"),
        (of_no_list, ("unknown", "endorsement_not_proven"), "verified"),
        (no_endorsement, ("unknown", "endorsement_malformed"), "verified"),
    ],
)
def test_an_endorsement_that_does_not_count_has_its_code(
    badge: Json,
    endorsement: Json,
    world: Any,
    verify_badge: VerifyBadge,
    change: Callable[[Json], None],
    found: tuple[str, str],
    verdict: str,
) -> None:
    achievement = badge["credentialSubject"]["achievement"]
    endorsement["credentialSubject"]["id"] = achievement["id"]
    del badge["credentialStatus"]
    world.publish_list(revoked=(4711,))
    change(endorsement)
    achievement["endorsementJwt"] = [signed(world, endorsement, "vc-jwt")]
    report = verify_badge(badge)
    assert (report.verdict, finding(report, "endorsements")) == (verdict, found)


def test_an_endorsement_signed_by_another_than_its_issuer_fails(
    badge: Json, endorsement: Json, world: Any, verify_badge: VerifyBadge
) -> None:
    mine, world.issuer_id = world.issuer_id, "did:web:mallory.example.org"
    badge["issuer"]["endorsement"] = [signed(world, endorsement)]
    world.issuer_id = mine
    report = verify_badge(badge, proof_name="vc-jwt")
    assert finding(report, "endorsements") == ("failed", "endorsement_of_wrong_issuer")


def test_of_very_many_endorsements_none_is_checked(
    badge: Json, endorsement: Json, world: Any, verify_badge: VerifyBadge
) -> None:
    badge["endorsementJwt"] = [signed(world, endorsement, "vc-jwt")] * 17
    report = verify_badge(badge, proof_name="vc-jwt")
    assert (report.verdict, finding(report, "endorsements")) == (
        "verified",
        ("unknown", "too_many_endorsements"),
    )


# --- the recipient


@pytest.mark.parametrize(
    ("recipient", "found", "verdict"),
    [
        ("anna@example.org", ("passed", "recipient_matches"), "verified"),
        ("Anna@Example.ORG", ("passed", "recipient_matches"), "verified"),
        ("zane@example.org", ("failed", "another_recipient"), "wrong_recipient"),
        ("Anna Bērziņa", ("passed", "recipient_matches"), "verified"),
        (None, ("unknown", "nobody_named"), "verified"),
    ],
)
def test_the_recipient_is_compared_with_the_expected_one(
    badge: Json, verify_badge: VerifyBadge, recipient: str | None, found: tuple[str, str], verdict: str
) -> None:
    report = verify_badge(badge, recipient=recipient)
    assert (report.verdict, finding(report, "recipient")) == (verdict, found)


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        ({"id": "did:key:z6MkAnna"}, "recipient_not_comparable"),
        ({"id": "a@example.com"}, "recipient_matches"),
        ({"identifier": [{"hashed": False, "identityHash": "a@example.com"}]}, "recipient_matches"),
        (
            {"identifier": [{"hashed": False, "identityHash": "Anna", "identityType": "name"}]},
            "recipient_not_comparable",
        ),
        ({"identifier": [{"hashed": True, "identityHash": "HASH", "salt": "Kosher"}]}, "recipient_matches"),
        ({"identifier": [{"hashed": True, "identityHash": "UPPER", "salt": "Kosher"}]}, "recipient_matches"),
        ({"identifier": [{"hashed": True, "identityHash": "MD5", "salt": "Kosher"}]}, "recipient_matches"),
        ({"identifier": [{"hashed": True, "identityHash": "HASH"}]}, "another_recipient"),
        ({"identifier": [{"hashed": True, "identityHash": "a@example.com"}]}, "recipient_not_comparable"),
        ({"identifier": [{"hashed": "true", "identityHash": 7}]}, "recipient_not_comparable"),
        ({"identifier": 7}, "recipient_not_comparable"),
        ([], "recipient_not_comparable"),
    ],
)
def test_identities_are_compared_as_the_standard_says(
    badge: Json, verify_badge: VerifyBadge, subject: Any, found: str
) -> None:
    digest = sha256(b"a@example.comKosher").hexdigest()
    assert digest == "b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    text = (
        as_text({"s": subject})
        .replace("HASH", f"sha256${digest}")
        .replace("UPPER", f"sha256${digest.upper()}")
    )
    text = text.replace("MD5", f"md5${md5(b'a@example.comKosher').hexdigest()}")
    about = json.loads(text)["s"]
    if isinstance(about, dict):
        achievement = badge["credentialSubject"]["achievement"]
        badge["credentialSubject"] = {"type": ["AchievementSubject"], "achievement": achievement} | about
        assert (
            finding(verify_badge(badge, recipient="a@example.com", proof_name="vc-jwt"), "recipient")[1]
            == found
        )
