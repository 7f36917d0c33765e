"""Badges of Open Badges 0.5 to 2.0: the file gives an address, and what its issuer serves there is judged and shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from badges.errors import HttpStatusError
from badges.verify import Budget, Report
from signing.json_text import Json
from tests.badges.verify.hosted import BADGE, HOSTED, ISSUER, OLDEST, OTHER, SITE, Web, redirect
from tests.badges.verify.reports import baked_older, finding


def issuer_of(report: Report) -> str:
    return next(check.detail for check in report.checks if check.name == "issuer")


# --- the served copy alone is judged and shown


@pytest.mark.parametrize(
    ("name", "in_file"),
    [
        ("recipient", {"type": "email", "hashed": False, "identity": "before@example.org"}),
        ("badge", {"type": "BadgeClass", "name": "Saules paneļi", "issuer": ISSUER}),
        ("expires", "2021-01-01T00:00:00Z"),
        ("issuedOn", "2020-01-02T00:00:00Z"),
        ("narrative", "Earlier words"),
    ],
)
def test_what_differs_from_the_file_is_a_remark(
    web: Web, check: Callable[..., Report], name: str, in_file: Any
) -> None:
    report = check(web.pages[HOSTED] | {name: in_file})
    assert (report.verdict, finding(report, "proof")) == ("verified", ("warning", "hosted_otherwise"))
    assert name in next(each.detail for each in report.checks if each.name == "proof")
    assert report.credential == web.pages[HOSTED]


@pytest.mark.parametrize(
    "how", ["2020-01-01T00:00:00Z", "2020-01-01T02:00:00+02:00", "2020-01-01T00:00:00.000Z"]
)
def test_the_same_moment_written_otherwise_is_no_difference(
    web: Web, check: Callable[..., Report], how: str
) -> None:
    report = check(web.pages[HOSTED] | {"issuedOn": how, "expires": None, "evidence": []})
    assert (report.verdict, finding(report, "proof")) == ("verified", ("passed", "hosted"))


def test_the_recipient_is_that_of_the_served_copy(web: Web, check: Callable[..., Report]) -> None:
    file = web.pages[HOSTED] | {
        "recipient": {"type": "email", "hashed": False, "identity": "eve@example.org"}
    }
    assert check(file, recipient="anna@example.org").verdict == "verified"
    assert check(file, recipient="eve@example.org").verdict == "wrong_recipient"


def test_the_end_is_that_of_the_served_copy(web: Web, check: Callable[..., Report]) -> None:
    file = web.pages[HOSTED] | {"expires": "2099-01-01T00:00:00Z"}
    web.pages[HOSTED]["expires"] = "2021-01-01T00:00:00Z"
    assert check(file).verdict == "expired"


def test_a_page_is_given_the_served_badge_in_the_terms_of_open_badges_3(
    web: Web, check: Callable[..., Report]
) -> None:
    shown = check(web.pages[HOSTED] | {"badge": {"name": "Surgery", "issuer": {"name": "Harvard"}}}).shown
    assert shown is not None
    assert shown["issuer"]["id"] == ISSUER and shown["issuer"]["name"] == "Riga College"
    assert shown["credentialSubject"]["achievement"]["name"] == "Solar panels"
    assert "Surgery" not in json.dumps(shown) and "Harvard" not in json.dumps(shown)


@pytest.mark.parametrize(
    "nulls", [{"expires": None}, {"issuedOn": None}, {"revoked": None}, {"evidence": []}]
)
def test_null_is_absent(web: Web, check: Callable[..., Report], nulls: Json) -> None:
    web.pages[HOSTED] |= nulls
    web.pages[ISSUER] |= {"verification": None, "revocationList": None, "publicKey": None}
    assert check(web.pages[HOSTED]).verdict == "verified"
    policy = {
        "type": "VerificationObject",
        "startsWith": None,
        "allowedOrigins": [],
        "verificationProperty": None,
    }
    web.pages[ISSUER]["verification"] = policy
    assert check(web.pages[HOSTED]).verdict == "verified"


@pytest.mark.parametrize("name", ["expires", "issuedOn", "revoked", "verification"])
@pytest.mark.parametrize("value", ["", {}, True, [1, 2], "true", "2030-01-01T00:00:00Z\n"])
def test_what_decides_is_never_absent_when_it_cannot_be_read(
    web: Web, check: Callable[..., Report], name: str, value: Any
) -> None:
    web.pages[HOSTED][name] = value
    report = check(HOSTED_FILE)
    if (
        name == "verification"
    ):  # the address is known from the picture, and that it is served there is the proof
        assert report.verdict == "verified"
        report = check(web.pages[HOSTED])
    assert report.verdict != "verified"


#: A picture of Open Badges 1.x with nothing in it but the address.
HOSTED_FILE = baked_older(HOSTED, b"tEXt")


# --- only the id must agree


def test_another_badge_at_the_address_is_not_called_changed(web: Web, check: Callable[..., Report]) -> None:
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED]["id"] = f"{SITE}/assertions/2"
    web.pages[f"{SITE}/assertions/2"] = web.pages[HOSTED]
    report = check(file)
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("failed", "hosted_another"))
    assert report.credential == file, "what is shown is what was handed in, with a warning beside it"


def test_an_id_that_is_no_address_has_to_agree_too(web: Web, check: Callable[..., Report]) -> None:
    file = web.pages[HOSTED] | {"id": "urn:uuid:1", "verification": {"type": "hosted", "url": HOSTED}}
    for declared in ({}, {"id": HOSTED}, {"id": "urn:uuid:2"}):
        served = {name: value for name, value in web.pages[HOSTED].items() if name != "id"} | declared
        report = check(file, fetch=Web(web.pages | {HOSTED: served}).fetch)
        assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("failed", "hosted_another"))


def test_a_site_that_moved_from_open_badges_1_to_2_serves_the_badge_under_its_new_id(
    web: Web, check: Callable[..., Report]
) -> None:
    new = f"{HOSTED}?obversion=2"
    web.pages[HOSTED]["id"] = new
    web.pages[new] = web.pages[HOSTED]
    old = {
        "uid": "abc",
        "recipient": {"type": "email", "hashed": False, "identity": "anna@example.org"},
        "badge": f"{HOSTED}?action=1",
        "verify": {"type": "hosted", "url": HOSTED},
        "issuedOn": 1577836800,
    }
    for file in (old, HOSTED_FILE):
        report = check(file)
        assert report.verdict == "verified"
        assert report.credential == web.pages[new]
    web.pages[new] = web.pages[HOSTED] | {"id": f"{HOSTED}?obversion=3"}
    assert check(old).verdict == "unverifiable", "an address serves its own id, or nothing is proven"
    del web.pages[new]
    assert check(old).verdict == "unverifiable"


def test_another_uid_is_another_badge(web: Web, check: Callable[..., Report]) -> None:
    served = {
        name: value for name, value in web.pages[HOSTED].items() if name not in ("@context", "type", "id")
    }
    web.pages[HOSTED] = served | {"uid": "2", "verify": {"type": "hosted", "url": HOSTED}}
    assert check(web.pages[HOSTED]).verdict == "verified"
    assert check(web.pages[HOSTED] | {"uid": "1"}).verdict == "unverifiable"


@pytest.mark.parametrize(
    "served",
    [
        "<html>not here</html>",
        "[]",
        "null",
        "{}",
        '{"error": "not found"}',
        '{"type": "BadgeClass", "id": "x"}',
    ],
)
def test_what_is_no_assertion_accuses_nobody(web: Web, check: Callable[..., Report], served: str) -> None:
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED] = served
    assert check(file).verdict == "unverifiable"


def test_a_member_written_twice_is_not_read(web: Web, check: Callable[..., Report]) -> None:
    text = json.dumps(web.pages[HOSTED])
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED] = text[:-1] + ', "recipient": {"type": "email", "identity": "eve@example.org"}}'
    assert check(file).verdict == "unverifiable"


# --- revoked


@pytest.mark.parametrize("status", [200, 401, 403, 404, 410, 500])
def test_revoked_is_revoked_under_any_status(web: Web, check: Callable[..., Report], status: int) -> None:
    file = dict(web.pages[HOSTED])
    for said in ({"revoked": True}, {"revoked": True, "id": HOSTED}, file | {"revoked": True}):
        body = json.dumps(said)
        web.pages[HOSTED] = body if status == 200 else HttpStatusError(status, body=body.encode())
        for handed_in in (file, HOSTED_FILE):
            report = check(handed_in)
            assert (report.verdict, finding(report, "status")) == ("revoked", ("failed", "revoked"))


@pytest.mark.parametrize(
    "body", [b"", b"Gone", b"<html>", b"[]", b"\xff", b'{"revoked": false}', b'{"id": "other"}']
)
def test_gone_is_revoked(web: Web, check: Callable[..., Report], body: bytes) -> None:
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED] = HttpStatusError(410, body=body)
    for handed_in in (file, HOSTED_FILE):
        report = check(handed_in)
        assert (report.verdict, finding(report, "status")) == ("revoked", ("failed", "revoked"))
        assert report.credential is not None


def test_the_revocation_of_another_badge_does_not_count(web: Web, check: Callable[..., Report]) -> None:
    file = dict(web.pages[HOSTED])
    for status in (200, 404):
        body = json.dumps({"id": f"{HOSTED}0", "revoked": True})
        web.pages[HOSTED] = body if status == 200 else HttpStatusError(status, body=body.encode())
        assert check(file).verdict == "unverifiable"


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_an_address_that_answers_with_an_error_could_not_be_checked(
    web: Web, check: Callable[..., Report], status: int
) -> None:
    file = dict(web.pages[HOSTED])
    for body in (b"", json.dumps(file).encode()):
        web.pages[HOSTED] = HttpStatusError(status, body=body)
        report = check(file)
        assert (report.verdict, finding(report, "proof")[1]) == ("unverifiable", "hosted_not_reached")


def test_an_issuer_that_does_not_answer_does_not_hide_that_a_badge_is_revoked(
    web: Web, check: Callable[..., Report]
) -> None:
    web.pages[HOSTED]["revoked"] = True
    del web.pages[ISSUER]
    assert check(web.pages[HOSTED]).verdict == "revoked"
    del web.pages[BADGE]
    assert check(web.pages[HOSTED]).verdict == "revoked"


def test_the_issuers_list_of_revoked_badges_counts_for_a_hosted_badge_too(
    web: Web, check: Callable[..., Report]
) -> None:
    web.pages[ISSUER]["revocationList"] = f"{SITE}/revoked"
    assert check(web.pages[HOSTED]).verdict == "verified", "the list is made for signed badges"
    for entry in (HOSTED, {"id": HOSTED}):
        web.pages[f"{SITE}/revoked"] = {"type": "RevocationList", "revokedAssertions": [entry]}
        assert check(web.pages[HOSTED]).verdict == "revoked"


# --- redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_on_the_same_site_are_followed(web: Web, check: Callable[..., Report], status: int) -> None:
    for name, address in (("a", HOSTED), ("b", BADGE), ("c", ISSUER)):
        web.pages[f"{SITE}/moved/{name}"] = web.pages[address]
        web.pages[address] = redirect(f"/moved/{name}", status)
    report = check(HOSTED_FILE)
    assert report.verdict == "verified"
    assert issuer_of(report) == ISSUER


@pytest.mark.parametrize(("hops", "verdict"), [(5, "verified"), (6, "unverifiable")])
def test_at_most_five_redirects_are_followed(
    web: Web, check: Callable[..., Report], hops: int, verdict: str
) -> None:
    served = web.pages[HOSTED]
    for number in range(hops):
        web.pages[f"{SITE}/{number - 1}" if number else HOSTED] = redirect(f"{SITE}/{number}")
    web.pages[f"{SITE}/{hops - 1}"] = served
    report = check(served)
    assert report.verdict == verdict
    assert finding(report, "proof")[1] == ("hosted" if verdict == "verified" else "hosted_redirects")


def test_a_redirect_in_a_circle_ends(web: Web, check: Callable[..., Report]) -> None:
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED] = redirect(HOSTED)
    assert check(file).verdict == "unverifiable"


def test_each_redirect_is_a_fetch(web: Web, check: Callable[..., Report]) -> None:
    web.pages[f"{SITE}/moved"] = web.pages[HOSTED]
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED] = redirect(f"{SITE}/moved")
    budget = Budget(lambda: 0, fetches=1)
    fetch = budget.limited(lambda url, _seconds: web.fetch(url))
    report = check(file, budget=budget, fetch=fetch)
    assert finding(report, "proof") == ("unknown", "limit_reached")
    assert web.asked == [HOSTED]


@pytest.mark.parametrize(
    "target", ["http://college.example.org/1", "ftp://college.example.org/1", "file:///etc/passwd"]
)
def test_a_redirect_leads_nowhere_but_to_https(web: Web, check: Callable[..., Report], target: str) -> None:
    web.pages[target] = web.pages[HOSTED]
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED] = redirect(target)
    report = check(file)
    code = "hosted_without_tls" if target.startswith("http:") else "hosted_no_address"
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", code))
    assert web.asked == [HOSTED]


def test_an_open_redirect_does_not_let_another_site_speak_as_the_issuer(
    web: Web, check: Callable[..., Report]
) -> None:
    """Whatever Mallory's site says about itself: it is never Riga College."""
    opened = f"{SITE}/leave?to="
    forged = web.pages[HOSTED] | {"id": f"{opened}assertion"}
    web.pages[f"{opened}assertion"] = redirect(f"{OTHER}/assertion")
    web.pages[f"{OTHER}/assertion"] = forged
    # the issuer is Riga College, by its own address
    report = check(forged)
    assert (report.verdict, finding(report, "key_of_issuer")) == ("unverifiable", ("unknown", "hosted_moved"))
    # the issuer's address is an open redirect, too
    forged["badge"] = {"type": "BadgeClass", "name": "Solar panels", "issuer": f"{opened}issuer"}
    web.pages[f"{opened}issuer"] = redirect(f"{OTHER}/issuer")
    profile = web.pages[ISSUER] | {"id": f"{opened}issuer"}
    for policy in (
        None,
        {"allowedOrigins": ["college.example.org", "mallory.example.net"]},
        {"startsWith": [f"{SITE}/", f"{OTHER}/"]},
    ):
        web.pages[f"{OTHER}/issuer"] = profile | {"verification": policy}
        report = check(forged)
        assert report.verdict == "unverifiable" or issuer_of(report).startswith(OTHER)
        assert report.shown is not None
        assert report.verdict == "unverifiable" or report.shown["issuer"]["id"].startswith(OTHER)
    # Mallory's profile calls itself Riga College
    web.pages[f"{OTHER}/issuer"] = profile | {"id": ISSUER}
    assert check(forged).verdict != "verified"


def test_where_a_redirect_changed_the_origin_the_final_one_is_the_issuer(
    web: Web, check: Callable[..., Report]
) -> None:
    new = "https://badges.college.example.org"
    policy = {"allowedOrigins": ["college.example.org", "badges.college.example.org"]}
    web.pages[f"{new}/1"], web.pages[f"{new}/issuer"] = web.pages[HOSTED], web.pages[ISSUER]
    file = dict(web.pages[HOSTED])
    web.pages[HOSTED], web.pages[ISSUER] = redirect(f"{new}/1"), redirect(f"{new}/issuer")
    assert check(file).verdict == "unverifiable", "the id does not lie on the site of the issuer"
    web.pages[f"{new}/issuer"] |= {"verification": policy}
    report = check(file)
    assert (report.verdict, issuer_of(report)) == ("verified", f"{new}/issuer")


# --- addresses


def test_http_addresses_are_not_asked(web: Web, check: Callable[..., Report]) -> None:
    plain = HOSTED.replace("https", "http")
    web.pages[plain] = web.pages[HOSTED] | {"id": plain}
    for file in (web.pages[plain], baked_older(plain, b"tEXt")):
        report = check(file)
        assert (report.verdict, finding(report, "proof")) == (
            "unverifiable",
            ("unknown", "hosted_without_tls"),
        )
    assert web.asked == []
    web.pages[BADGE]["issuer"] = ISSUER.replace("https", "http")
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "key_of_issuer")) == (
        "unverifiable",
        ("unknown", "issuer_without_tls"),
    )


@pytest.mark.parametrize(
    "address", ["", "urn:uuid:1", "did:web:college.example.org", "/issuer", "https://", "https://["]
)
def test_what_is_no_web_address_is_not_said_to_begin_with_http(
    web: Web, check: Callable[..., Report], address: str
) -> None:
    web.pages[BADGE]["issuer"] = address
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "key_of_issuer")) == ("unverifiable", ("unknown", "no_issuer"))
    web.pages[HOSTED]["badge"] = address
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "key_of_issuer")) == ("unverifiable", ("unknown", "no_issuer"))


@pytest.mark.parametrize(
    "recipient", ["", {}, 7, True, [[]], {"type": "email"}, {"type": "email", "identity": ""}], ids=repr
)
def test_a_recipient_that_cannot_be_read_is_not_called_missing(
    web: Web, check: Callable[..., Report], recipient: Any
) -> None:
    web.pages[HOSTED]["recipient"] = recipient
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "subject")) == (
        "unverifiable",
        ("unknown", "recipient_unreadable"),
    )
    web.pages[HOSTED]["revoked"] = True
    assert check(web.pages[HOSTED]).verdict == "revoked"
    web.pages[HOSTED] |= {"recipient": None, "revoked": None}
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "subject")) == ("unusable", ("failed", "no_recipient"))


@pytest.mark.parametrize("missing", [ISSUER, BADGE])
@pytest.mark.parametrize("address", [HOSTED, f"{OTHER}/1"])
def test_an_issuer_that_does_not_answer_is_no_accusation(
    web: Web, check: Callable[..., Report], missing: str, address: str
) -> None:
    web.pages[address] = web.pages[HOSTED] | {"id": address}
    del web.pages[missing]
    report = check(web.pages[address])
    assert (report.verdict, finding(report, "key_of_issuer")) == (
        "unverifiable",
        ("unknown", "issuer_not_reached"),
    )


@pytest.mark.parametrize("address", [HOSTED, f"{OTHER}/1"])
@pytest.mark.parametrize("answer", [None, "<html>", HttpStatusError(404), HttpStatusError(410)])
def test_an_embedded_issuer_that_does_not_answer_could_not_be_checked(
    web: Web, check: Callable[..., Report], address: str, answer: Any
) -> None:
    embedded = web.pages[BADGE] | {"issuer": web.pages[ISSUER]}
    web.pages[address] = web.pages[HOSTED] | {"id": address, "badge": embedded}
    web.pages[ISSUER] = answer
    if answer is None:
        del web.pages[ISSUER]
    report = check(web.pages[address])
    assert (report.verdict, finding(report, "key_of_issuer")[0]) == ("unverifiable", "unknown")


# --- the issuer's rule of what it hosts where


def test_another_users_badge_on_the_same_host_is_not_the_issuers(
    web: Web, check: Callable[..., Report]
) -> None:
    """A profile whose id is not its address used to lose its rules, and with them its protection."""
    alice, mallory = f"{SITE}/alice", f"{SITE}/mallory"
    rule = {"startsWith": f"{alice}/"}
    for profile_id in (ISSUER, alice, f"{ISSUER}/", "urn:uuid:1", 7, "", {}):
        web.pages[ISSUER] |= {"id": profile_id, "verification": rule}
        forged = web.pages[HOSTED] | {"id": f"{mallory}/1"}
        web.pages[f"{mallory}/1"] = forged
        assert check(forged).verdict in ("wrong_issuer", "unverifiable"), profile_id


def test_a_profile_under_another_id_is_asked_for_there(web: Web, check: Callable[..., Report]) -> None:
    moved = f"{SITE}/profile"
    web.pages[ISSUER]["id"] = moved
    report = check(web.pages[HOSTED])
    assert (report.verdict, finding(report, "key_of_issuer")) == (
        "unverifiable",
        ("unknown", "issuer_not_reached"),
    )
    web.pages[moved] = web.pages[ISSUER]
    assert check(web.pages[HOSTED]).verdict == "verified"
    web.pages[moved] = web.pages[ISSUER] | {"id": f"{SITE}/third"}
    assert finding(check(web.pages[HOSTED]), "key_of_issuer") == ("unknown", "issuer_unclear")


@pytest.mark.parametrize(
    ("policy", "address", "verdict"),
    [
        ({"startsWith": f"{SITE}/assertions/"}, HOSTED, "verified"),
        ({"startsWith": [f"{SITE}/x/", f"{SITE}/assertions/"]}, HOSTED, "verified"),
        ({"startsWith": f"{SITE}/x/"}, HOSTED, "wrong_issuer"),
        ({"startsWith": f"{SITE}/x/", "allowedOrigins": "college.example.org"}, HOSTED, "wrong_issuer"),
        ({"startsWith": "HTTPS://College.example.org:443/assertions/"}, HOSTED, "verified"),
        ({"startsWith": f"{SITE}/ASSERTIONS/"}, HOSTED, "wrong_issuer"),
        ({"startsWith": f"{SITE}/assertions?"}, HOSTED, "wrong_issuer"),
        ({"startsWith": SITE}, f"{SITE}.evil.example/1", "wrong_issuer"),
        ({"startsWith": f"{SITE}/alice/"}, f"{SITE}/alice/../mallory/1", "wrong_issuer"),
        ({"startsWith": f"{SITE}/alice/"}, f"{SITE}/alice/%2e%2E/mallory/1", "wrong_issuer"),
        ({"startsWith": f"{SITE}/alice/"}, f"{SITE}/alice/..%2fmallory/1", "wrong_issuer"),
        ({"allowedOrigins": "college.example.org"}, HOSTED, "verified"),
        ({"allowedOrigins": SITE}, HOSTED, "verified"),
        ({"allowedOrigins": ["x.example.org"]}, HOSTED, "wrong_issuer"),
        ({"allowedOrigins": "mallory.example.net"}, f"{OTHER}/1", "verified"),
        ({"allowedOrigins": "mallory.example.net"}, f"{OTHER}:8443/1", "wrong_issuer"),
        ({"verificationProperty": "id"}, HOSTED, "verified"),
        ({"verificationProperty": "id"}, f"{SITE}:8443/1", "wrong_issuer"),
        ({"allowedOrigins": f"{SITE}/"}, HOSTED, "verified"),
        ({"allowedOrigins": "http://college.example.org"}, HOSTED, "verified"),
        ({"allowedOrigins": "College.example.org:443"}, HOSTED, "verified"),
        ({"allowedOrigins": "mallory.example.net/alice"}, f"{OTHER}/1", "unverifiable"),
        ({"allowedOrigins": "https://"}, HOSTED, "unverifiable"),
        ({"startsWith": ""}, f"{OTHER}/1", "unverifiable"),
        ({"startsWith": [""]}, f"{OTHER}/1", "unverifiable"),
        ({"startsWith": {}}, HOSTED, "unverifiable"),
        ({"startsWith": 7}, HOSTED, "unverifiable"),
        ({"startsWith": [f"{SITE}/", 7]}, HOSTED, "unverifiable"),
        ({"allowedOrigins": ""}, HOSTED, "unverifiable"),
        ({"allowedOrigins": {"a": 1}}, HOSTED, "unverifiable"),
        ({}, HOSTED, "unverifiable"),
        ("", HOSTED, "unverifiable"),
        (f"{SITE}/rule", HOSTED, "unverifiable"),
        ([{"startsWith": f"{SITE}/"}, {"startsWith": f"{SITE}/x/"}], HOSTED, "unverifiable"),
    ],
)
def test_the_rule_of_the_issuer_decides_which_addresses_are_its_own(
    web: Web, check: Callable[..., Report], policy: Any, address: str, verdict: str
) -> None:
    web.pages[ISSUER]["verification"] = policy
    web.pages[address] = web.pages[HOSTED] | {"id": address}
    assert check(web.pages[address]).verdict == verdict


# --- older forms


def test_a_badge_of_open_badges_0_5_belongs_to_the_site_that_serves_it(
    web: Web, check: Callable[..., Report]
) -> None:
    web.pages[HOSTED] = OLDEST
    report = check(HOSTED_FILE, recipient="anna@example.org")
    assert (report.verdict, issuer_of(report)) == ("verified", SITE)
    web.pages[f"{OTHER}/1"] = OLDEST
    assert check(baked_older(f"{OTHER}/1", b"tEXt")).verdict == "wrong_issuer"
    hashed = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
    web.pages[HOSTED] = OLDEST | {"recipient": hashed, "salt": "Kosher"}
    assert finding(check(HOSTED_FILE, recipient="a@example.com"), "recipient") == (
        "passed",
        "recipient_matches",
    )
    assert check(HOSTED_FILE, recipient="b@example.com").verdict == "wrong_recipient"
    web.pages[HOSTED] = OLDEST | {"expires": "2013-06-01"}
    assert check(HOSTED_FILE).verdict == "expired"


@pytest.mark.parametrize(
    ("origin", "verdict"),
    [
        ("http://college.example.org", "verified"),
        (f"{SITE}/", "verified"),
        (f"https://user@{SITE.removeprefix('https://')}", "verified"),
        (f"{SITE}@mallory.example.net", "wrong_issuer"),
        (f"{SITE}:8443", "wrong_issuer"),
        ("college.example.org", "unverifiable"),
        ("ftp://college.example.org", "unverifiable"),
        ("https://[", "unverifiable"),
        ("", "unverifiable"),
    ],
)
def test_the_origin_of_the_oldest_form_is_a_site(
    web: Web, check: Callable[..., Report], origin: str, verdict: str
) -> None:
    issuer = {"origin": origin, "name": "Riga College"}
    web.pages[HOSTED] = OLDEST | {"badge": OLDEST["badge"] | {"issuer": issuer}}
    report = check(HOSTED_FILE)
    assert report.verdict == verdict
    assert verdict != "verified" or issuer_of(report) == SITE


def test_a_newer_badge_does_not_become_its_sites_by_naming_an_origin(
    web: Web, check: Callable[..., Report]
) -> None:
    """In the oldest form a whole site is the issuer; profiles with rules of their own came later."""
    named = {"name": "Solar panels", "issuer": {"origin": SITE, "name": "Riga College"}}
    web.pages[HOSTED]["badge"] = named
    for recipient in (web.pages[HOSTED]["recipient"], "anna@example.org"):
        web.pages[HOSTED]["recipient"] = recipient
        assert check(web.pages[HOSTED]).verdict == "unverifiable"


@pytest.mark.parametrize(
    "file",
    [
        OLDEST,
        {
            "uid": "1",
            "recipient": {"type": "email", "identity": "a@example.org", "hashed": False},
            "badge": "https://w.example/b",
            "issuedOn": "2013-10-31",
        },
    ],
)
def test_an_older_badge_that_names_no_address_is_recognised(check: Callable[..., Report], file: Json) -> None:
    report = check(file)
    assert (report.verdict, finding(report, "proof")) == ("unverifiable", ("unknown", "hosted_nowhere"))
    assert finding(report, "context") == ("warning", "open_badges_2")
    assert finding(report, "subject") == ("passed", "achievement")


def test_an_assertion_without_verify_is_asked_for_at_its_id(web: Web, check: Callable[..., Report]) -> None:
    del web.pages[HOSTED]["verification"]
    assert check(web.pages[HOSTED]).verdict == "verified"


@pytest.mark.parametrize(
    "kind", ["hosted", "HostedBadge", ["HostedBadge"], ["VerificationObject", "HostedBadge"]]
)
def test_every_spelling_of_hosted_is_read(web: Web, check: Callable[..., Report], kind: Any) -> None:
    web.pages[HOSTED]["verification"] = {"type": kind, "url": None, "creator": None}
    assert check(web.pages[HOSTED]).verdict == "verified"


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ("2026-11-21T12:00:00", "unverifiable"),
        ("2026-11-20T18:00:00", "expired"),
        ("2026-11-22T00:00:00", "verified"),
        ("2026-11-21", "unverifiable"),
        ("2026-11-19", "expired"),
        ("2026-11-23", "verified"),
        ("9999-12-31", "verified"),
        ("0001-01-01", "expired"),
        ("2026-11-21T12:00:00+0300", "verified"),
        (1763000000, "expired"),
        ("1763000001", "expired"),
    ],
)
def test_a_date_without_a_zone_is_judged_in_every_zone(
    web: Web, check: Callable[..., Report], now: datetime, ends: Any, verdict: str
) -> None:
    assert now.isoformat().startswith("2026-11-21T")
    web.pages[HOSTED]["expires"] = ends
    report = check(web.pages[HOSTED])
    assert report.verdict == verdict
    if verdict == "unverifiable":
        assert finding(report, "validity") == ("unknown", "no_zone")
