"""Who tries to get a badge into a list that they did not earn, or by Badge Connect more than they were let into."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from limits import RateLimitItemPerMinute

from lti_tool.backpack import keeping
from lti_tool.store import queries
from lti_tool.store.models import KeptBadge
from lti_tool.web import rate_limits
from lti_tool.web.backpack.badge_connect import assertions
from lti_tool.web.current import install
from tests.fixtures import rows
from tests.lti_tool.web.backpack.conftest import OTHER, PRIVATE, stranger_badge
from tests.lti_tool.web.backpack.moodle import SCOPE, Moodle, message_of
from tests.lti_tool.web.backpack.moodle_site import HOST, OTHER_HOST
from tests.lti_tool.web.conftest import FROM_US, every_place_taken, text_of

NOT_THERE = (
    "The badge was not added: Only the web address of the badge can show whether it is genuine, and no badge was found "
    "there: the address did not answer, or no badge is published there. Try again later. A site that is closed to the "
    "internet cannot show anybody that its badges are genuine."
)
UNREADABLE = "The badge was not added: What is published at the web address of the badge cannot be read."
ANOTHER = "The badge was not added: At the web address of this badge another badge is published"
NO_BADGE = "No badge was added: what came is no badge of Open Badges 2.0."


@pytest.fixture(autouse=True)
def _in_english(anna, web_tool):
    """What Moodle shows is in the language in which its learner was here last."""
    with web_tool.store.begin() as session:
        queries.people.people(session, [anna])[anna].language = "en"


def nothing_is_kept(tool) -> bool:
    return rows(tool, KeptBadge) == []


# --- Assertions that their site does not serve


def test_what_its_site_does_not_serve_is_not_kept(connected, site, calling):
    pushed = site.award("1a", PRIVATE)
    for status, body, words in (
        (404, b"<!DOCTYPE html><p>Not found", NOT_THERE),
        (500, b"{}", NOT_THERE),
        (200, b"<!DOCTYPE html><p>Log in first", UNREADABLE),
        (200, b"", UNREADABLE),
        (200, b"[]", UNREADABLE),
        (200, b'{"id": "x', UNREADABLE),
        (200, json.dumps(pushed | {"id": f"{site.url}/badges/assertion.php?b=2b"}).encode(), ANOTHER),
        (200, json.dumps({"error": "gone"}).encode(), UNREADABLE),
    ):
        site.change("1a", body, status)
        answer = connected.push(pushed)
        assert answer.status_code == 400 and (message_of(answer) or "").startswith(words), body
    assert nothing_is_kept(calling)


def test_a_revoked_badge_is_not_kept(connected, site, calling):
    pushed = site.award("1a", PRIVATE)
    for status, body in (
        (410, {"id": f"{site.url}/badges/assertion.php?b=1a", "revoked": True}),
        (200, pushed | {"revoked": True}),
    ):
        site.change("1a", body, status)
        assert message_of(connected.push(pushed)) == "The badge was not added: its issuer has revoked it."
    assert nothing_is_kept(calling)


def test_a_site_on_a_private_address_is_not_asked(connected, site, calling, app, site_certificates):
    install(app, replace(calling, verifier_outgoing=site.outgoing(site_certificates.ca_bundle)))
    pushed = site.award("1a", PRIVATE)
    # However large it is: what is not proven is not spoken of.
    pushed["badge"]["image"] = "data:image/png;base64," + "A" * 900_000
    assert message_of(connected.push(pushed)) == NOT_THERE
    assert site.asked == [] and nothing_is_kept(calling)


def test_redirects_are_judged_as_the_address_itself(connected, site, calling):
    pushed = site.award("1a", PRIVATE)
    site.badges["/moved?"] = pushed
    for location in ("https://127.0.0.1/", "http://moodle.school.example/", "file:///etc/passwd", "//", "\\"):
        site.change("1a", b"", 302, Location=location)
        assert connected.push(pushed).status_code == 400, location
    # Round and round.
    site.change("1a", b"", 302, Location="/badges/assertion.php?b=1a&obversion=2")
    assert connected.push(pushed).status_code == 400
    assert len(site.asked) < 30 and nothing_is_kept(calling)
    site.change("1a", b"", 302, Location="/moved")
    assert message_of(connected.push(pushed)) is None


def test_an_assertion_on_another_site_than_its_issuers_is_not_genuine(
    connected, site, calling, app, site_certificates
):
    """Anybody can serve an assertion that names the issuer of somebody else."""
    outgoing = site.outgoing(site_certificates.ca_bundle, HOST, OTHER_HOST)
    install(app, replace(calling, verifier_outgoing=outgoing))
    pushed = site.award("1a", PRIVATE)
    forged = json.loads(json.dumps(pushed))
    forged["id"] = forged["verify"]["url"] = pushed["id"].replace(HOST, OTHER_HOST)
    site.badges["/badges/assertion.php?b=1a&obversion=2"] = forged
    words = message_of(connected.push(forged)) or ""
    assert words.startswith("The badge was not added, because it is not genuine:")
    assert nothing_is_kept(calling)


def test_what_is_pushed_under_the_address_of_a_real_badge_changes_nothing(connected, site, calling):
    """The recipient, the name and the end of what is served count, whatever a program pushes."""
    served = site.award("1a", OTHER, expires="2026-02-01T00:00:00+00:00")
    pushed = json.loads(json.dumps(served)) | {"expires": "2036-01-01T00:00:00+00:00"}
    pushed["recipient"] = {"type": "email", "hashed": False, "identity": PRIVATE}
    assert message_of(connected.push(pushed)) is None
    (row,) = rows(calling, KeptBadge)
    assert row.verdict == "expired" and row.subject["identifier"][0]["hashed"] is True
    words = text_of(connected.learner.get("/my"))
    assert "Not shown as yours" in words and "Expired" in words


def test_an_upload_of_an_assertion_keeps_what_is_served_too(connected, site, calling, outside):
    served = site.award("1a", PRIVATE)
    changed = json.loads(json.dumps(served))
    changed["badge"]["name"] = "Surgery"
    file = {"file": (io.BytesIO(json.dumps(changed).encode()), "badge.json")}
    assert "The badge was added to your list." in text_of(
        outside.post("/my/kept", data=file, headers=FROM_US)
    )
    (row,) = rows(calling, KeptBadge)
    assert "Surgery" not in outside.get(f"/my/kept/{row.id}/file").text
    assert connected.get().json["results"] == [served]


def test_of_an_issuer_that_is_away_a_badge_is_kept_and_not_called_valid(connected, site, calling):
    """Its own address serves it, so it is no invention of a program; who issued it is not known yet."""
    pushed = site.award("1a", PRIVATE)
    del site.badges["/badges/issuer_json.php?id=2"]
    assert message_of(connected.push(pushed)) is None
    (row,) = rows(calling, KeptBadge)
    assert row.verdict == "unverifiable"
    assert "Could not be checked" in text_of(connected.learner.get("/my"))


# --- Requests that are none


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        "not JSON",
        b"\xff\xfe",
        '{"assertion": null}',
        '{"assertion": []}',
        '{"assertion": "https://moodle.school.example/badges/assertion.php?b=1a"}',
        '{"assertion": {}, "signedAssertion": "a.b.c"}',
        '{"signedAssertion": "a.b"}',
        '{"signedAssertion": "<script>.a.a"}',
        '{"assertion": {}, "assertion": {}}',
        '{"assertion": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"assertion": {"id": NaN}}',
    ],
)
def test_a_body_that_is_none_says_so(connected, calling, body):
    answer = connected.post(body)
    assert (answer.status_code, message_of(answer)) == (400, NO_BADGE)
    assert nothing_is_kept(calling)


def test_what_is_no_badge_is_not_kept_and_nothing_of_it_is_quoted(connected, site, calling):
    """Moodle shows the answer as HTML."""
    evil = "<script>alert(1)</script>"
    for pushed in (
        {},
        {"name": evil},
        {"id": evil, "type": evil},
        {"type": "BadgeClass", "name": evil, "@context": "https://w3id.org/openbadges/v2"},
        {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": f"{site.url}/{evil}"},
        site.award("1a", PRIVATE) | {"verify": {"type": evil}},
        site.award("1a", PRIVATE) | {"id": "javascript:alert(1)", "verify": {"type": "hosted", "url": "x"}},
        site.award("1a", PRIVATE) | {"id": None, "verify": None},
    ):
        answer = connected.push(pushed)
        assert answer.status_code == 400 and "<" not in (message_of(answer) or ""), pushed
    assert nothing_is_kept(calling)


def test_a_badge_of_3_is_not_taken_as_one_of_2(connected, stranger, calling):
    words = "The badge was not added: it is of Open Badges 3.0, and came as one of 2.0."
    answer = connected.push(json.loads(stranger_badge(stranger)))
    assert answer.status_code == 400 and (message_of(answer) or "").startswith(words)
    token = json.dumps({"signedAssertion": stranger_badge(stranger, 2, proof="vc-jwt-eddsa")})
    assert (message_of(connected.post(token)) or "").startswith(words)
    assert nothing_is_kept(calling)


def test_a_body_that_is_too_large_is_not_read(connected, site, calling):
    answer = connected.post('{"assertion": {"a": "' + "x" * assertions.MAX_BYTES + '"}}')
    assert (answer.status_code, message_of(answer)) == (
        413,
        "The badge was not added: its file is too large.",
    )
    assert nothing_is_kept(calling)


# --- Signed assertions


@pytest.fixture
def signing(site, school_key):
    """An assertion that is signed by its issuer, whose profile names the key."""
    key = f"{site.url}/key"
    pem = school_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assertion = site.award("1a", PRIVATE)
    issuer = site.badges["/badges/issuer_json.php?id=2"]
    issuer["publicKey"] = key
    site.badges["/key?"] = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "CryptographicKey",
        "id": key,
        "owner": issuer["id"],
        "publicKeyPem": pem.decode(),
    }
    del assertion["verify"]
    return assertion | {"id": "urn:uuid:1", "verification": {"type": "signed", "creator": key}}


def test_a_signed_assertion_is_kept_as_it_was_signed(connected, signing, school_key, calling):
    token = jwt.encode(signing, school_key, "RS256")
    assert message_of(connected.post(json.dumps({"signedAssertion": token}))) is None
    (row,) = rows(calling, KeptBadge)
    assert row.verdict == "verified"
    listed = connected.get().json
    assert (listed["results"], listed["signedAssertions"]) == ([], [token])
    # Under a signature that is not of these words, or without one.
    for forged in (
        jwt.encode(signing, "x" * 32, "HS256"),
        token.rpartition(".")[0] + "." + token.rpartition(".")[2][::-1],
    ):
        assert message_of(connected.post(json.dumps({"signedAssertion": forged})))
    assert message_of(connected.push(signing | {"id": "urn:uuid:2"}))
    assert len(rows(calling, KeptBadge)) == 1


# --- Access


def test_without_access_its_learner_is_told_in_every_language(connected, site, calling):
    connected.token["token"] = "x"
    for answer in (connected.push(site.award("1a", PRIVATE)), connected.get(), connected.get("profile")):
        words = message_of(answer) or ""
        assert answer.status_code == 401 and words.startswith("My badges gives no access any more.")
        assert "„Manas nozīmītes” vairs nedod piekļuvi." in words
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert nothing_is_kept(calling)


def test_what_was_not_allowed_is_refused(moodle, site, calling):
    moodle.discover()
    moodle.register()
    moodle.store(moodle.exchange(moodle.answer(moodle.ask(scope=f"{SCOPE}assertion.readonly"))["code"]))
    pushed = moodle.push(site.award("1a", PRIVATE))
    assert pushed.status_code == 403 and pushed.json["status"]["statusCode"] == 403
    assert moodle.get("profile").status_code == 403 and moodle.get().status_code == 200
    moodle.store(moodle.exchange(moodle.answer(moodle.ask(scope=f"{SCOPE}assertion.create"))["code"]))
    assert moodle.get().status_code == 403
    token = {"Authorization": f"Bearer {moodle.token['token']}"}
    for path in ("/ims/ob/v3p0/credentials", "/ims/ob/v3p0/profile"):
        assert moodle.own.get(path, headers=token).status_code == 403
    assert nothing_is_kept(calling)


def test_a_secret_in_a_body_counts_for_a_refresh_in_2_1_alone(moodle, program):
    moodle.discover()
    moodle.register()
    code = moodle.answer(moodle.ask())["code"]
    in_body = {"client_id": moodle.client["client_id"], "client_secret": moodle.client["client_secret"]}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": moodle.callback}
    form |= {"code_verifier": moodle.verifier} | in_body
    assert moodle.own.post("/ims/ob/v3p0/token", data=form).json["error"] == "invalid_client"
    moodle.store(moodle.exchange(code))
    refused = moodle.own.post("/ims/ob/v3p0/revoke", data=in_body | {"token": moodle.token["token"]})
    assert refused.status_code == 401
    assert moodle.refresh(client_secret="x").json["error"] == "invalid_client"
    assert moodle.refresh(client_secret="").json["error"] == "invalid_client"
    moodle.store(moodle.refresh())
    # A program of 3.0 alone has its secret in the header.
    program.come_in()
    client = {name: program.client[name] for name in ("client_id", "client_secret")}
    form = {"grant_type": "refresh_token", "refresh_token": program.tokens["refresh_token"]} | client
    assert program.own.post("/ims/ob/v3p0/token", data=form).json["error"] == "invalid_client"
    program.take(program.refresh())


def test_a_refresh_token_that_is_shown_twice_ends_everything(connected):
    old = connected.token["refreshtoken"]
    connected.store(connected.refresh())
    assert connected.refresh(refresh_token=old).json["error"] == "invalid_grant"
    assert connected.get().status_code == 401


def test_a_moodle_without_tls_or_on_two_hosts_is_not_registered(moodle):
    moodle.discover()
    insecure = moodle.site.replace("https:", "http:")
    elsewhere = "https://other.example/admin/oauth2callback.php"
    for changes in (
        {"client_uri": insecure},
        {"redirect_uris": [elsewhere]},
        {"redirect_uris": []},
        {"scope": ""},
        {"scope": "openid profile"},
        {"client_name": ""},
    ):
        answer = moodle.register(**changes)
        assert answer.status_code == 400 and answer.json["error_description"], changes
        assert "client_id" not in answer.json
    assert moodle.register(scope=moodle.scopes.replace(" ", "\r")).status_code == 201


def test_nobody_sees_what_another_has(connected, site, own, janis, calling):
    other = Moodle(own=own, learner=janis, site="https://other.example")
    other.connect()
    assert message_of(connected.push(site.award("1a", PRIVATE))) is None
    assert other.get().json["results"] == [] and other.get().headers["X-Total-Count"] == "0"
    # The same badge, brought by somebody else: it does not name them.
    assert message_of(other.push(site.award("1a", PRIVATE))) is None
    assert "Not shown as yours" in text_of(janis.get("/my"))
    assert len({row.person_id for row in rows(calling, KeptBadge)}) == 2


def test_a_badge_of_somebody_else_is_given_to_no_other_program(connected, site, own, outside):
    assert message_of(connected.push(site.award("1a", OTHER))) is None
    assert len(connected.get().json["results"]) == 1
    other = Moodle(own=own, learner=outside, site="https://other.example")
    other.connect()
    assert other.get().json["results"] == []


# --- Too much


def test_a_full_list_is_told_in_the_language_of_its_learner(connected, site, anna, calling, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_BADGES", 0)
    with calling.store.begin() as session:
        queries.people.people(session, [anna])[anna].language = "lv"
    answer = connected.push(site.award("1a", PRIVATE))
    assert answer.status_code == 403
    assert (message_of(answer) or "").startswith("Nozīmīte nav pievienota: saraksts ir pilns.")


def test_while_others_are_checked_it_says_when_to_come_again(connected, site):
    with every_place_taken():
        answer = connected.push(site.award("1a", PRIVATE))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "15")
    assert message_of(answer) == "Too many badges are being checked at the moment. Try again in a minute."


def test_a_program_that_brings_many_badges_is_told_to_wait(connected, site, limited, monkeypatch):
    monkeypatch.setattr(rate_limits, "BADGES_OF_PROGRAM", RateLimitItemPerMinute(2))
    answers = [connected.push(site.award(f"{number}a", PRIVATE)) for number in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert message_of(answers[-1]) and answers[-1].headers["Retry-After"]


def test_an_access_that_ends_while_its_badge_is_verified_brings_nothing(
    connected, site, outside, calling, app
):
    pushed = site.award("1a", PRIVATE)
    (found,) = [part for part in outside.get("/my").text.split('"') if part.startswith("/my/programs/")]
    fetch = calling.verifier_outgoing.fetch_in_time

    class Ending(type(calling.verifier_outgoing)):  # type: ignore[misc]
        def fetch_in_time(self, url: str, seconds: float) -> bytes:
            outside.post(found, headers=FROM_US)
            return fetch(url, seconds)

    install(app, replace(calling, verifier_outgoing=Ending()))
    assert connected.push(pushed).status_code == 401
    assert nothing_is_kept(calling)
