"""My badges as a backpack of Moodle (Badge Connect, Open Badges 2.1), from its discovery to a badge that is kept."""

from __future__ import annotations

import json

import pytest

from lti_tool.store import queries
from lti_tool.store.models import Event, KeptBadge, Program, ProgramAccess
from lti_tool.web.backpack import list_parts
from tests.fixtures import rows
from tests.lti_tool.web.backpack.conftest import OTHER, PRIVATE
from tests.lti_tool.web.backpack.moodle import SCOPE, TOOL, message_of
from tests.lti_tool.web.backpack.moodle_site import HOST
from tests.lti_tool.web.conftest import FROM_US, text_of


def test_a_badge_of_moodle_comes_to_my_badges(moodle, site, calling):
    moodle.discover(f"{TOOL}/")
    assert moodle.endpoints["apiBase"] == f"{TOOL}/ims/ob/v2p1"
    registered = moodle.register()
    assert (registered.status_code, registered.json["client_name"]) == (201, "Liepājas skola")
    page = moodle.ask()
    words = text_of(page)
    assert "Allow access to your badges?" in words and "Liepājas skola" in words and HOST in words
    assert "Add badges of other issuers to your list" in words
    assert "Do this also while you are not here, until you end it." in words
    back = moodle.answer(page)
    assert back["state"].startswith("/badges/backpack-connect.php?action=authorization&sesskey=")
    moodle.store(moodle.exchange(back["code"]))
    before = moodle.token
    moodle.store(moodle.refresh())
    assert moodle.token["refreshtoken"] != before["refreshtoken"]
    answer = moodle.push(site.award("1a", PRIVATE))
    assert answer.json["status"] == {"error": None, "statusCode": 200, "statusText": "OK"}
    (row,) = rows(calling, KeptBadge)
    assert (row.name, row.issuer, row.verdict) == ("Welding", "Liepaja School", "verified")
    assert row.brought_by == moodle.client["client_id"]
    words = text_of(moodle.learner.get("/my"))
    assert "Welding Issuer, as the badge says: Liepaja School Issued on 5 January 2026" in words
    assert "Valid Checked on 21 November 2026" in words and "Not shown as yours" not in words
    # Once more, as a learner may press the button again.
    assert message_of(moodle.push(site.award("1a", PRIVATE))) is None
    assert len(rows(calling, KeptBadge)) == 1
    kept = [row for row in rows(calling, Event) if row.what == "badge_kept"]
    assert [row.data["program"] for row in kept] == [moodle.client["client_id"]]


def test_what_the_issuer_serves_is_kept_and_not_what_was_pushed(connected, site, calling):
    served = site.award("1a", PRIVATE)
    pushed = json.loads(json.dumps(served))
    pushed["badge"]["name"], pushed["narrative"] = "Surgery", "Operates."
    assert message_of(connected.push(pushed)) is None
    (row,) = rows(calling, KeptBadge)
    assert row.name == "Welding"
    with calling.store.read() as session:
        assert json.loads(session.get(KeptBadge, row.id).text) == served
    (given,) = connected.get().json["results"]
    assert given == served


def test_a_badge_for_somebody_else_is_kept_and_not_shown_as_theirs(connected, site):
    assert message_of(connected.push(site.award("1a", OTHER))) is None
    words = text_of(connected.learner.get("/my"))
    assert "Not shown as yours: it names none of the addresses that you have proved." in words


@pytest.mark.parametrize("written", ["anna@home.example", "Anna@home.example", "ANNA@Home.Example"])
def test_an_address_is_known_in_the_capitals_of_its_platform(connected, site, anna, calling, written):
    """Moodle hashes an address as it was typed there; here it is stored in small letters."""
    with calling.store.begin() as session:
        queries.people.people(session, [anna])[anna].email = "ANNA@Home.Example"
    assert message_of(connected.push(site.award("1a", written))) is None
    assert "Not shown as yours" not in text_of(connected.learner.get("/my"))
    assert len(connected.get().json["results"]) == 1


def test_what_a_platform_says_of_an_address_that_is_not_proved_counts_nothing(connected, site, anna, calling):
    with calling.store.begin() as session:
        queries.people.people(session, [anna])[anna].email = OTHER
    assert message_of(connected.push(site.award("1a", OTHER))) is None
    assert "Not shown as yours" in text_of(connected.learner.get("/my"))


def test_moodles_page_of_the_connection_finds_no_collections(connected):
    """Where it cannot read the answer, that page fails, and its learner cannot end the connection there."""
    answer = connected.own.get("/ims/ob/v2p1/backpack/collections", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (200, [])


def test_a_program_that_did_not_ask_to_stay_stays_and_its_learner_is_told(moodle):
    """Moodle cannot store a token without a refresh token, and other hosts give one in any case."""
    moodle.discover()
    moodle.register()
    page = moodle.ask(scope=f"{SCOPE}assertion.create")
    assert "Do this also while you are not here, until you end it." in text_of(page)
    moodle.store(moodle.exchange(moodle.answer(page)["code"]))
    assert set(moodle.token["scope"].split()) == {f"{SCOPE}assertion.create", "offline_access"}
    moodle.store(moodle.refresh())


def test_a_learner_who_does_not_connect_is_sent_back(moodle):
    moodle.discover()
    moodle.register()
    back = moodle.answer(moodle.ask(), "no")
    assert back["error"] == "access_denied" and back["state"].startswith("/badges/")


def test_one_program_brings_badges_of_both_versions(moodle, site, calling):
    """One registration, one question, one access."""
    moodle.discover()
    both = f"{moodle.scopes} https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly"
    moodle.register(scope=both)
    moodle.store(moodle.exchange(moodle.answer(moodle.ask(scope=both))["code"]))
    assert message_of(moodle.push(site.award("1a", PRIVATE))) is None
    token = {"Authorization": f"Bearer {moodle.token['token']}"}
    listed = moodle.own.get("/ims/ob/v3p0/credentials", headers=token)
    # A badge of 2.0 is none of 3.0.
    assert (listed.status_code, listed.json) == (200, {})
    assert len(rows(calling, Program)) == len(rows(calling, ProgramAccess)) == 1


def test_badges_are_listed_part_by_part(connected, site, monkeypatch):
    for number in range(3):
        issued = f"2026-01-0{number + 1}T00:00:00+00:00"
        pushed = site.award(f"{number}a", PRIVATE, name=f"Badge {number}", issuedOn=issued)
        assert message_of(connected.push(pushed)) is None
    answer = connected.get(limit=2)
    assert answer.json["status"] == {"error": None, "statusCode": 200, "statusText": "OK"}
    assert [each["badge"]["name"] for each in answer.json["results"]] == ["Badge 0", "Badge 1"]
    assert answer.json["signedAssertions"] == [] and answer.headers["X-Total-Count"] == "3"
    assert f'<{TOOL}/ims/ob/v2p1/assertions?limit=2&offset=2>; rel="next"' in answer.headers["Link"]
    rest = connected.get(limit=2, offset=2)
    assert [each["badge"]["name"] for each in rest.json["results"]] == ["Badge 2"]
    since = connected.get(since="2026-01-02T12:00:00Z")
    assert [each["badge"]["name"] for each in since.json["results"]] == ["Badge 2"]
    wrong = connected.get(limit="many")
    assert message_of(wrong) == "limit is a number from 1 on"
    monkeypatch.setattr(list_parts, "MOST_AT_ONCE", 1)
    assert len(connected.get(limit=3).json["results"]) == 1


def test_the_profile_is_one_of_open_badges_2(moodle):
    moodle.discover()
    moodle.register()
    page = moodle.ask(scope=f"{SCOPE}profile.readonly")
    assert "See your profile" in text_of(page) and "Add badges" not in text_of(page)
    moodle.store(moodle.exchange(moodle.answer(page)["code"]))
    answer = moodle.get("profile")
    (profile,) = answer.json["results"]
    assert answer.json["status"]["statusCode"] == 200
    assert (profile["type"], profile["email"]) == ("Profile", PRIVATE)
    assert profile["@context"] == "https://w3id.org/openbadges/v2" and profile["id"].startswith("urn:uuid:")


def test_moodle_does_not_ask_for_the_address_of_the_learner(moodle):
    """It loses the first of the scopes, and asks for all others that there are: what it never uses stands first."""
    moodle.discover()
    moodle.register()
    assert "See your profile" not in text_of(moodle.ask())
    assert moodle.scopes.split()[0] == f"{SCOPE}profile.readonly"


def test_a_badge_whose_picture_is_large_is_kept_without_it(connected, site, calling):
    """Moodle puts the picture of a badge inside: the class of the badge is named by its address then."""
    served = site.award("1a", PRIVATE)
    served["badge"]["image"] = "data:image/png;base64," + "A" * 700_000
    assert message_of(connected.push(served)) is None
    (row,) = rows(calling, KeptBadge)
    assert row.size < 2000 and row.name == "Welding"
    page = connected.learner.post(f"/my/kept/{row.id}/check", headers=FROM_US)
    assert "Liepaja School" in text_of(page) and "Welds." in text_of(page)
    (row,) = rows(calling, KeptBadge)
    assert row.verdict == "verified"


def test_a_badge_that_is_kept_is_checked_at_its_site_again(connected, site, calling):
    assert message_of(connected.push(site.award("1a", PRIVATE))) is None
    (row,) = rows(calling, KeptBadge)
    site.change("1a", {"id": f"{site.url}/badges/assertion.php?b=1a", "revoked": True}, 410)
    words = text_of(connected.learner.post(f"/my/kept/{row.id}/check", headers=FROM_US))
    assert "This badge has been revoked" in words
    assert "Revoked" in text_of(connected.learner.get("/my"))


def test_the_manifest_has_what_the_standard_asks_for(own):
    answer = own.get("/.well-known/badgeconnect.json")
    assert answer.mimetype == "application/json" and "max-age" in answer.headers["Cache-Control"]
    assert answer.json["@context"] == "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld"
    assert answer.json["id"] == f"{TOOL}/.well-known/badgeconnect.json"
    (described,) = answer.json["badgeConnectAPI"]
    assert described.keys() >= {
        *("name", "image", "apiBase", "version", "termsOfServiceUrl", "privacyPolicyUrl", "scopesOffered"),
        *("registrationUrl", "authorizationUrl", "tokenUrl"),
    }
    for name in ("assertion.readonly", "assertion.create", "profile.readonly"):
        assert f"{SCOPE}{name}" in described["scopesOffered"]
    with own.get(described["image"].removeprefix(TOOL)) as picture:
        assert picture.status_code == 200
