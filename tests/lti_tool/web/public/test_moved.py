"""A changed slug or TOOL_URL stops the start; after `issuer move` everything that badges name goes on answering."""

import json
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest

from badges.verify import verify
from config.errors import SettingsError
from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError
from lti_tool.issuing import issuer_changes, recovery_sheet
from lti_tool.platforms.key_sets import KeySets
from lti_tool.publishing import europass
from lti_tool.store.models import Award, CredentialRow, Event, IssuerAddress, RegistrationRow
from lti_tool.web import create_app
from lti_tool.wiring import build_tool, move_issuers
from signing import did
from tests.fixtures import ANNA, JANIS, NOW, ROOT, ZANE, complete, rows, run_due_jobs, settings_for
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, browser_of, text_of

OLD, NEW = "https://badges.example.org", "https://micro.riga.example"
OLD_DID, NEW_DID = (
    "did:web:badges.example.org:issuers:riga-college",
    "did:web:micro.riga.example:issuers:riga",
)


@pytest.fixture
def tool(tool_on_any_database):
    """The fixtures of the pages build on it."""
    return tool_on_any_database


@pytest.fixture
def moved_settings(tmp_path, any_database_url):
    """Those of the same installation with another TOOL_URL and another slug."""
    file = tmp_path / "issuer.toml"
    text = (ROOT / "config" / "issuer.example.toml").read_text(encoding="utf-8")
    file.write_text(text.replace('slug = "riga-college"', 'slug = "riga"'), encoding="utf-8")
    return settings_for(any_database_url, tmp_path, tool_url=NEW, issuer_file=file)


@pytest.fixture
def moved(annas_badge, moved_settings, web_tool, network, clock):
    """The tool after the move; Anna's badge was issued before."""
    move_issuers(moved_settings, clock)
    tool = build_tool(moved_settings, clock)
    yield replace(tool, outgoing=network, key_sets=KeySets(network, lambda: clock().timestamp()))
    tool.store.close()


@pytest.fixture
def anyone(moved):
    """What a stranger fetches: both hosts lead to the same tool, and nothing else answers."""
    client = browser_of(create_app(moved))

    def fetch(url):
        parts = urlsplit(url)
        assert parts.hostname in ("badges.example.org", "micro.riga.example"), url
        headers = {"Accept": "application/json", "Host": parts.netloc}
        answer = client.get(parts.path, headers=headers, environ_overrides={"HTTP_HOST": parts.netloc})
        assert answer.status_code == 200, url
        return answer.data

    return fetch


def verdict(text, fetch, now=NOW):
    def find_key(method, issuer):
        return did.find_key(method, issuer, fetch)

    return verify(text.encode(), find_key, fetch, now, fetch=fetch).verdict


@pytest.mark.parametrize(
    ("changes", "named"), [({"tool_url": NEW}, "TOOL_URL"), ({"issuer_file": None}, "slug")]
)
def test_a_changed_setting_stops_the_start_and_names_the_command(
    tool, moved_settings, any_database_url, tmp_path, changes, named
):
    changes = {"issuer_file": moved_settings.issuer_file} if "issuer_file" in changes else changes
    with pytest.raises(SettingsError, match=f"{named}(.|\n)*python -m lti_tool issuer move"):
        build_tool(settings_for(any_database_url, tmp_path, **changes))
    assert [(row.tool_url, row.slug) for row in rows(tool, IssuerAddress)] == [(OLD, "riga-college")]


def test_every_old_badge_verifies_for_a_stranger_after_the_move(moved, anyone, clock):
    (credential,) = rows(moved, CredentialRow)
    assert OLD_DID in credential.text and moved.issuer.profile.id == NEW_DID
    for text in (credential.text, credential.jwt):
        assert verdict(text, anyone, clock()) == "verified"
        assert moved.verify(text.encode()).verdict == "verified"


def test_an_old_badge_is_revoked_in_its_old_list(moved, anyone, clock):
    with moved.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "issued in error", clock())
    (credential,) = rows(moved, CredentialRow)
    assert verdict(credential.text, anyone, clock()) == "revoked"
    listing = json.loads(anyone(f"{OLD}/status/{credential.status_list_id}"))
    assert (listing["issuer"], listing["id"]) == (OLD_DID, f"{OLD}/status/{credential.status_list_id}")


def test_old_badges_verify_after_a_key_was_rotated_at_the_new_address(moved, anyone, clock):
    clock.advance(days=2)
    with moved.store.begin() as session:
        for kind in ("Ed25519", "P-256"):
            moved.issuer.keyring.rotate(session, kind, clock())
    for text in (rows(moved, CredentialRow)[0].text, rows(moved, CredentialRow)[0].jwt):
        assert verdict(text, anyone, clock()) == "verified"


def test_new_badges_are_those_of_the_new_address_in_a_list_of_their_own(moved, anyone, platform, clock):
    complete(moved, platform, 1, ANNA, JANIS)
    run_due_jobs(moved)
    old, new = sorted(rows(moved, CredentialRow), key=lambda row: row.issued_at)
    assert NEW_DID in new.text and OLD not in new.text.replace(f"{OLD}/eu-micro-credential", "")
    assert old.status_list_id != new.status_list_id
    for row in (old, new):
        assert verdict(row.text, anyone, clock()) == "verified"


def test_each_document_names_the_address_at_which_it_is_asked_for(moved, anyone, annas_badge):
    for base, slug, own_id in ((OLD, "riga-college", OLD_DID), (NEW, "riga", NEW_DID)):
        assert json.loads(anyone(f"{base}/issuers/{slug}/did.json"))["id"] == own_id
        assert json.loads(anyone(f"{base}/issuers/{slug}"))["id"] == own_id
        assert json.loads(anyone(f"{base}/issuers/{slug}/jwks.json"))["keys"]
    (credential,) = rows(moved, CredentialRow)
    achievement = json.loads(credential.text)["credentialSubject"]["achievement"]["id"]
    assert achievement.startswith(OLD)
    for base in (OLD, NEW):
        url = achievement.replace(OLD, base).removesuffix("/en").removesuffix("/lv")
        assert json.loads(anyone(url))["id"].startswith(base)
    for path in (f"badges/{annas_badge}.json", f"credentials/{annas_badge}"):
        assert anyone(f"{OLD}/{path}").decode() == credential.text
    assert anyone(f"{OLD}/eu-micro-credential/v1/context.jsonld")


def test_a_made_up_host_gets_the_current_document(moved):
    client = browser_of(create_app(moved))
    answer = client.get("/issuers/riga/did.json", environ_overrides={"HTTP_HOST": "evil.example"})
    assert answer.json["id"] == NEW_DID


def test_the_file_for_europass_names_the_badge_as_it_was_signed(moved):
    with moved.store.read() as session:
        file = json.loads(europass.upload_of(moved.issuers, session.query(CredentialRow).one()))
    assert OLD in json.dumps(file) and NEW not in json.dumps(file)


def test_the_recovery_sheet_restores_the_old_lists_at_their_old_address(
    moved, moved_settings, tmp_path, clock
):
    with moved.store.begin() as session:
        sheet = recovery_sheet.make_sheet(session, moved.issuer.keyring, "Riga College", NEW, clock())
    bare = build_tool(replace(moved_settings, database_url=f"sqlite:///{tmp_path / 'bare.sqlite'}"), clock)
    with bare.store.begin() as session:
        content = recovery_sheet.read_sheet(sheet.page, sheet.code)
        nothing = recovery_sheet.SincePrinted(compromised={}, revoked=())
        recovery_sheet.restore(session, bare.issuer.keyring, content, nothing, clock())
    assert bare.verify(rows(moved, CredentialRow)[0].text.encode()).verdict == "verified"
    bare.store.close()


def test_moving_back_is_the_old_address_again(moved, moved_settings, any_database_url, tmp_path, clock):
    before = settings_for(any_database_url, tmp_path)
    clock.advance(days=1)
    move_issuers(before, clock)
    again = build_tool(before, clock)
    assert again.issuer.profile.id == OLD_DID
    found = {row.slug: row.left_at is None for row in rows(again, IssuerAddress)}
    again.store.close()
    assert found == {"riga-college": True, "riga": False}


def test_moving_once_more_changes_nothing(moved, moved_settings, clock):
    assert move_issuers(moved_settings, clock) == []
    assert [row.what for row in rows(moved, Event)].count("issuer_moved") == 1


def test_nobody_moves_to_the_slug_that_another_had(moved, clock):
    with moved.store.begin() as session:
        data = {"slug": "daugava-school", "name": "Daugava School"}
        key = issuer_changes.add(session, data, NEW, clock())
    with moved.store.begin() as session, pytest.raises(NotAllowedError, match="another slug"):
        issuer_changes.move(session, moved.issuers.of(session, key), NEW, "riga-college", clock())


def test_a_platform_with_the_old_addresses_goes_on_launching_until_it_is_updated(moved, school, clock):
    def launch(host, target):
        school.browser = browser_of(create_app(moved))
        here = {"headers": FROM_ELSEWHERE, "environ_overrides": {"HTTP_HOST": urlsplit(host).netloc}}
        form = {
            "iss": "https://moodle.example.org",
            "login_hint": "7",
            "target_link_uri": f"{target}/lti/launch",
        }
        login = school.browser.post("/lti/login", data=form, **here)
        assert f"redirect_uri={quote(f'{host}/lti/launch', safe='')}&" in login.location
        claim = {"https://purl.imsglobal.org/spec/lti/claim/target_link_uri": f"{target}/lti/launch"}
        posted = school.form(ZANE, login, **claim)
        return school.browser.post("/lti/launch", data=posted, **here)

    assert "Badges of this course" in text_of(launch(OLD, OLD))
    keys = school.browser.get("/lti/jwks.json", environ_overrides={"HTTP_HOST": urlsplit(OLD).netloc}).json
    assert keys["keys"]
    assert [row.tool_url for row in rows(moved, RegistrationRow)] == [OLD]
    # Its administrator has entered the new addresses. The links in its courses are still those of before.
    assert "Badges of this course" in text_of(launch(NEW, OLD))
    assert [row.tool_url for row in rows(moved, RegistrationRow)] == [NEW]
