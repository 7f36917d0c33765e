"""What a host has to do to be certified (Open Badges 3.0, Host as Provider, read and write), by a strict program."""

from __future__ import annotations

import json

import pytest

from lti_tool.store import queries
from signing.status import encode
from tests.fixtures import ROOT
from tests.lti_tool.web.backpack.conftest import PRIVATE, code_of, stranger_badge
from tests.lti_tool.web.backpack.program import (
    API,
    FROM_US,
    READ,
    READ_PROFILE,
    UPDATE_PROFILE,
    UPSERT,
    Program,
    links_of,
)
from tests.lti_tool.web.conftest import text_of

#: The requirements of the certification, by the words of the program that walks them. Displayer: see below.
PROVIDER_READ = {
    "discovery needs no token",
    "discovery is JSON",
    "discovery is a Service Description Document",
    "discovery may be cached",
    "discovery has an ETag",
    "discovery names the host",
    "discovery has OAuth2ACG",
    "discovery has absolute addresses",
    "discovery names the scopes",
    "registration answers 201",
    "a secret is cached nowhere",
    "registration gives id and secret",
    "registration says since when and until when",
    "registration returns what was registered",
    "a learner is asked on a page",
    "the browser is sent back",
    "it is sent to the very redirect_uri",
    "state comes back as it was",
    "the scope comes back",
    "a code comes back",
    "a token is given",
    "tokens are cached nowhere",
    "a token is a bearer token",
    "a token says for how long and for what",
    "a refresh token is given",
    "a refresh gives another token",
    "a refresh token is rotated",
    "a token is revoked",
    "without a token 401",
    "without the scope 403",
    "another method 405",
    "a wrong parameter 400",
    "badges are read",
    "a badge is read as it was signed",
    "what is read verifies",
    "the list says how many there are",
    "first and last are always named, first first",
    "next where there is more",
    "prev behind the first",
    "no link where all is there",
    "pages have everything once",
    "only what was issued since then",
    "the profile is read",
    "answers are as in the official OpenAPI",
}
PROVIDER_WRITE = {
    "a new badge 201",
    "the answer is the badge that was sent",
    "the same badge once more 304",
    "a newer badge of the same id 200",
    "an older one changes nothing",
    "a compact JWS 201",
    "a compact JWS comes back as text",
    "what was brought is read unchanged",
    "a compact JWS is read unchanged",
    "application/vc+ld+json is taken",
    "what is no badge 400",
    "the profile is written",
    "the same profile 304",
    "a profile of somebody else 400",
}


def test_a_host_is_a_provider_that_is_read(annas_badge, inside: Program, web_tool, stranger):
    for number in range(1, 5):
        assert inside.bring(stranger_badge(stranger, number)).status_code == 201
    _reads(inside, web_tool, annas_badge)
    _pages(inside)
    _refusals(inside)
    _tokens(inside)
    assert inside.seen.keys() >= PROVIDER_READ
    assert sum(inside.seen.values()) >= 80


def _reads(program: Program, tool, annas_badge):
    answer = program.read()
    program.expect("badges are read", answer.status_code == 200 and len(answer.json["credential"]) == 5)
    with tool.store.read() as session:
        text = queries.credentials.credential(session, annas_badge).text
    program.expect("a badge is read as it was signed", text in answer.text)
    program.expect("the list says how many there are", answer.headers["X-Total-Count"] == "5")
    program.expect("no link where all is there", "Link" not in answer.headers)
    for credential in answer.json["credential"]:
        report = tool.verify(json.dumps(credential).encode())
        program.expect("what is read verifies", report.verdict == "verified")
    profile = program.call("GET", "profile")
    program.expect(
        "the profile is read", profile.json["email"] == PRIVATE and "Profile" in profile.json["type"]
    )


def _pages(program: Program):
    first = program.read(limit=2)
    links = links_of(first)
    program.expect(
        "first and last are always named, first first", next(iter(links)) == "first" and "last" in links
    )
    program.expect("next where there is more", "offset=2" in links["next"] and "prev" not in links)
    middle = links_of(program.read(limit=2, offset=2))
    program.expect("prev behind the first", "offset=0" in middle["prev"] and "offset=4" in middle["last"])
    last = links_of(program.read(limit=2, offset=4))
    program.expect("next where there is more", "next" not in last and "prev" in last)
    end = links_of(program.read(limit=1, offset=4))
    program.expect("next where there is more", "next" not in end and "offset=4" in end["last"])
    found = program.read_all(limit=2)
    ids = [each["id"] for each in found]
    program.expect("pages have everything once", len(set(ids)) == len(ids) == 5)
    since = program.read(since="2026-01-03T12:00:00Z").json["credential"]
    program.expect("only what was issued since then", 0 < len(since) < 5)
    program.expect(
        "only what was issued since then", all(each["validFrom"] > "2026-01-03T12" for each in since)
    )


def _refusals(program: Program):
    nobody = program.own.get(f"{API}/credentials")
    program.fits(nobody, "get", "/credentials")
    program.expect(
        "without a token 401", nobody.status_code == 401 and code_of(nobody) == "unauthorizedrequest"
    )
    program.expect("without a token 401", nobody.headers["WWW-Authenticate"].startswith("Bearer"))
    for query in ("limit=0", "limit=x", "offset=-1", "since=yesterday"):
        answer = program.call("GET", "credentials", f"?{query}")
        program.expect(
            "a wrong parameter 400",
            answer.status_code == 400 and code_of(answer) == "invalid_query_parameter",
        )
    for name in ("credentials", "profile"):
        answer = program.own.delete(f"{API}/{name}")
        program.expect("another method 405", answer.status_code == 405 and code_of(answer) == "not_allowed")
        program.expect("another method 405", "GET" in answer.headers["Allow"])


def _tokens(program: Program):
    program.expect("a refresh token is given", program.tokens["refresh_token"])
    before = program.tokens
    program.take(program.refresh())
    program.expect("a refresh gives another token", program.tokens["access_token"] != before["access_token"])
    program.expect("a refresh token is rotated", program.tokens["refresh_token"] != before["refresh_token"])
    program.expect("badges are read", program.read().status_code == 200)
    revoked = program.revoke(program.tokens["access_token"], "access_token")
    program.expect("a token is revoked", revoked.status_code == 200 and program.read().status_code == 401)
    program.take(program.refresh())
    program.revoke(program.tokens["refresh_token"], "refresh_token")
    program.expect("a token is revoked", program.read().status_code == 401)
    program.expect("a token is revoked", program.refresh().json["error"] == "invalid_grant")
    # For one scope alone.
    for scope, method, name in (
        (READ, "POST", "credentials"),
        (UPSERT, "GET", "credentials"),
        (READ, "GET", "profile"),
    ):
        program.take(program.exchange(program.code(scope)))
        answer = program.call(method, name)
        program.expect("without the scope 403", answer.status_code == 403 and code_of(answer) == "forbidden")
        program.expect("a refresh token is given", "refresh_token" not in program.tokens)


def test_a_host_is_a_provider_that_is_written(inside: Program, stranger):
    text = stranger_badge(stranger)
    answer = inside.bring(text)
    inside.expect("a new badge 201", answer.status_code == 201)
    inside.expect("the answer is the badge that was sent", answer.text == text)
    inside.expect("the same badge once more 304", inside.bring(text).status_code == 304)
    newer = stranger_badge(stranger, validFrom="2026-02-01T00:00:00Z")
    answer = inside.bring(newer)
    inside.expect("a newer badge of the same id 200", answer.status_code == 200 and answer.text == newer)
    inside.expect("an older one changes nothing", inside.bring(text).status_code == 304)
    inside.expect("what was brought is read unchanged", newer in inside.read().text)
    inside.expect("an older one changes nothing", text not in inside.read().text)
    jws = stranger_badge(stranger, 2, proof="vc-jwt-eddsa")
    answer = inside.bring(jws, "text/plain")
    inside.expect("a compact JWS 201", answer.status_code == 201)
    inside.expect("a compact JWS comes back as text", answer.mimetype == "text/plain" and answer.text == jws)
    inside.expect("a compact JWS is read unchanged", inside.read().json["compactJwsString"] == [jws])
    inside.expect("the same badge once more 304", inside.bring(jws, "text/plain").status_code == 304)
    third = stranger_badge(stranger, 3)
    inside.expect(
        "application/vc+ld+json is taken", inside.bring(third, "application/vc+ld+json").status_code == 201
    )
    for body, kind in (
        ("{}", "application/json"),
        ("[]", "application/json"),
        ("not JSON", "application/json"),
        (text, "text/plain"),
        (jws, "application/json"),
        (text, "image/png"),
    ):
        answer = inside.bring(body, kind)
        inside.expect("what is no badge 400", answer.status_code == 400 and code_of(answer) == "invalid_data")
    _writes_the_profile(inside)
    assert inside.seen.keys() >= PROVIDER_WRITE


def _writes_the_profile(program: Program):
    profile = program.call("GET", "profile").json
    wanted = profile | {"name": "Anna of the Wallet", "url": "https://anna.example/"}
    answer = program.call("PUT", "profile", json=wanted)
    program.expect("the profile is written", answer.status_code == 200 and answer.json == wanted)
    program.expect("the profile is written", program.call("GET", "profile").json == wanted)
    program.expect("the same profile 304", program.call("PUT", "profile", json=wanted).status_code == 304)
    for wrong in (
        {"id": "urn:uuid:another"},
        {"email": "janis@home.example"},
        {"type": "Profile"},
        {"name": 7},
    ):
        answer = program.call("PUT", "profile", json=wanted | wrong)
        program.expect("a profile of somebody else 400", answer.status_code == 400)


@pytest.mark.parametrize("scope", [READ_PROFILE, UPDATE_PROFILE])
def test_a_token_for_the_profile_reads_no_badges(program: Program, scope):
    program.come_in(scope)
    assert program.read().status_code == 403
    assert (program.call("GET", "profile").status_code == 200) is (scope == READ_PROFILE)


HERE = "tests/lti_tool/web/backpack/test_certification.py"
MINE = "tests/lti_tool/web/backpack/test_my_badges.py"
KINDS = "tests/badges/verify/test_kinds.py"
SD = "tests/signing/proofs/test_ecdsa_sd_2023.py"
#: Of the Displayer: what of each badge is shown, and which ones are told apart; and the test that holds it.
DISPLAYER = {
    "a valid badge": f"{HERE}::test_a_host_displays_a_valid_an_expired_and_a_revoked_badge",
    "an expired badge that is not revoked": f"{HERE}::test_a_host_displays_a_valid_an_expired_and_a_revoked_badge",
    "a revoked badge that has not expired": f"{HERE}::test_a_host_displays_a_valid_an_expired_and_a_revoked_badge",
    "name, description, issuer, day and status": f"{HERE}::test_a_host_displays_a_valid_an_expired_and_a_revoked_badge",
    "a verification that its viewer begins": f"{HERE}::test_a_host_displays_a_valid_an_expired_and_a_revoked_badge",
    "badges of the data model 1.1": f"{KINDS}::test_a_badge_of_the_data_model_1_is_verified_inside_json_and_as_a_token",
    "ecdsa-sd-2023": f"{SD}::test_what_is_not_chosen_is_not_disclosed_and_what_is_disclosed_is_signed",
    "every form is imported": f"{MINE}::test_a_badge_is_kept_as_picture_json_or_jwt_and_told_apart",
    "export without loss": f"{MINE}::test_all_badges_are_taken_as_files",
}


def test_what_a_displayer_has_to_do_is_held_by_a_test():
    for requirement, named in DISPLAYER.items():
        file, _, name = named.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), requirement


def test_a_host_displays_a_valid_an_expired_and_a_revoked_badge(inside: Program, stranger, network):
    address = "https://mallory.example/status/1"
    network.table[address] = json.loads(revoked_list(stranger, address, 7))
    status = {
        "id": f"{address}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": address,
    }
    expired = {"validUntil": "2026-02-01T00:00:00Z"}
    revoked = {"credentialStatus": status, "validUntil": "2036-01-01T00:00:00Z"}
    for number, (name, members) in enumerate(
        (("Valid one", {}), ("Old one", expired), ("Lost one", revoked))
    ):
        assert inside.bring(stranger_badge(stranger, number, name=name, **members)).status_code == 201
    words = text_of(inside.learner.get("/my"))
    for name, state in (("Valid one", "Valid"), ("Old one", "Expired"), ("Lost one", "Revoked")):
        shown = words.partition(f"{name} Issuer, as the badge says: Liepaja School Issued on ")[2]
        assert f"{state} Checked on 21 November 2026" in shown[:150], name
    for number, state in ((1, "Valid"), (2, "Expired"), (3, "Revoked")):
        words = text_of(inside.learner.post(f"/my/kept/{number}/check", headers=FROM_US))
        for shown in ("Liepaja School", "Welds.", "January 2026", state):
            assert shown in words, (number, shown)


def revoked_list(stranger, address: str, index: int) -> str:
    """A status list of the stranger in which that place is revoked."""
    bits = bytearray(16384)
    bits[index // 8] |= 0x80 >> index % 8
    subject = {
        "id": f"{address}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": encode(bytes(bits)),
    }
    members = {"id": address, "credentialSubject": subject}
    return stranger.secure("BitstringStatusListCredential", "Liepaja School", members)
