"""What is served about the issuer holds together, and stays so after a key is rotated."""

import json
from datetime import timedelta

import pytest

from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.errors import NotAllowedError, NotFoundError
from lti_tool.publishing import achievements, credentials, issuer_documents, own_documents, status_lists
from lti_tool.store.models import CredentialRow, StatusList
from lti_tool.wiring import build_tool
from signing import did
from signing.canonical import canonicalize
from signing.did import did_web_url
from tests.fixtures import ANNA, WITH_TEXTS, complete, run_due_jobs, settings_for

SLUG = "riga-college"


@pytest.fixture
def credential(tool, platform, rule_id):
    complete(tool, platform, rule_id, ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        return session.query(CredentialRow).options(*WITH_TEXTS).one()


def test_a_verifier_needs_only_what_is_published(tool, credential):
    """Everything is asked for by its public address, as another host would."""
    asked = []

    def fetch(url):
        asked.append(url)
        return own_documents.only_own_documents(tool)(url, 1)

    def find_key(method, issuer_id):
        return did.find_key(method, issuer_id, fetch)

    for text in (credential.text, credential.jwt):
        assert verify(text.encode(), find_key, fetch, tool.clock()).verdict == "verified"
    assert did_web_url(tool.issuer.profile.id) in asked


def test_the_address_of_an_own_badge_is_answered_from_the_tables(tool, credential):
    page = f"{tool.addresses.tool_url}/badges/{credential.id}"
    places = (
        page,
        f"{page}?lang=lv",
        f"{page}#top",
        *(f"{page}.{kind}" for kind in ("png", "json", "jwt", "pdf")),
    )
    for address in (*places, f"{tool.addresses.tool_url}/credentials/{credential.id}"):
        report = tool.verify(address.encode())
        assert (report.verdict, report.checks[0].code) == ("verified", "read_address"), address
        assert report.credential["id"] == tool.addresses.credential(credential.id)
    for address in (
        page[:-1] + "x",
        f"{page}/more",
        f"{tool.addresses.tool_url}/badges",
        tool.addresses.tool_url,
    ):
        report = tool.verify(address.encode())
        assert (report.verdict, report.checks[0].code) == ("unverifiable", "address_not_reached"), address


def test_the_address_of_a_revoked_own_badge_says_that_it_is_revoked(tool, credential):
    page = f"{tool.addresses.tool_url}/badges/{credential.id}"
    with tool.store.begin() as session:
        row = session.get_one(CredentialRow, credential.id)
        awards.revoke(session, row.award, "issued in error", tool.clock())
    run_due_jobs(tool)
    assert tool.verify(page.encode()).verdict == "revoked"


@pytest.mark.parametrize("kind", ["Ed25519", "P-256"])
def test_badges_keep_verifying_after_a_rotation_and_new_keys_sign(tool, credential, kind):
    with tool.store.begin() as session:
        new = tool.issuer.keyring.rotate(session, kind, tool.clock())
    for text in (credential.text, credential.jwt):
        assert verify(text.encode(), tool.find_key, tool.find_status, tool.clock()).verdict == "verified"
    proof = {"Ed25519": "eddsa-rdfc-2022", "P-256": "vc-jwt"}[kind]
    with tool.store.read() as session:
        assert tool.issuer.keyring.signing_key(session, proof).kid == new
    assert new in json.dumps(issuer_documents.did_document(tool, SLUG))


def test_a_key_made_beside_the_current_one_signs_and_the_other_stays(tool, credential):
    keyring = tool.issuer.keyring
    with tool.store.begin() as session:
        before = keyring.signing_key(session, "eddsa-rdfc-2022").kid
        tool.clock.advance(seconds=1)
        made = keyring.make_key(session, "Ed25519", tool.clock()).kid
        assert keyring.signing_key(session, "eddsa-rdfc-2022").kid == made != before
        keyring.retire(session, made, tool.clock())
        assert keyring.signing_key(session, "eddsa-rdfc-2022").kid == before
    assert made in json.dumps(issuer_documents.did_document(tool, SLUG)["assertionMethod"])


def test_the_last_key_that_badges_need_is_not_retired(tool):
    keyring = tool.issuer.keyring
    with pytest.raises(NotAllowedError, match="rotate"), tool.store.begin() as session:
        keyring.retire(session, keyring.signing_key(session, "vc-jwt").kid, tool.clock())
    with pytest.raises(NotFoundError), tool.store.begin() as session:
        keyring.retire(session, "key-of-nobody", tool.clock())
    with tool.store.begin() as session:
        row = keyring.make_key(session, "RSA", tool.clock())
        keyring.retire(session, row.kid, tool.clock())  # no badge needs it


def test_a_compromised_key_is_revoked_everywhere_and_another_signs(tool, credential, clock):
    keyring = tool.issuer.keyring
    listed = status_lists.status_list(tool, credential.status_list_id).text
    with tool.store.begin() as session:
        stolen = [keyring.signing_key(session, proof).kid for proof in ("eddsa-rdfc-2022", "vc-jwt")]
        for kid in stolen:
            keyring.mark_compromised(session, kid, clock() - timedelta(days=3), clock())
        assert keyring.signing_key(session, "eddsa-rdfc-2022").kid not in stolen
    document = issuer_documents.did_document(tool, SLUG)
    revoked = [method for method in document["verificationMethod"] if "revoked" in method]
    assert {method["revoked"] for method in revoked} == {"2026-11-18T09:00:00Z"}
    assert len(revoked) == 3  # the one of P-256 has two names
    assert not {method["id"] for method in revoked} & set(document["assertionMethod"])
    assert not set(stolen) & {key["kid"] for key in issuer_documents.jwks(tool, SLUG)["keys"]}
    assert issuer_documents.public_key(tool, SLUG, stolen[1])["revoked"] == "2026-11-18T09:00:00Z"
    assert status_lists.status_list(tool, credential.status_list_id).text != listed


def test_a_key_cannot_be_marked_compromised_from_a_later_date_on(tool, clock):
    with tool.store.begin() as session:
        kid = tool.issuer.keyring.signing_key(session, "vc-jwt").kid
        row = tool.issuer.keyring.mark_compromised(session, kid, clock() + timedelta(days=1), clock())
        assert row.compromised_at == clock()


def test_badges_of_before_keep_verifying_when_another_algorithm_signs(
    tool, credential, sqlite_url, tmp_path, clock
):
    changed = build_tool(settings_for(sqlite_url, tmp_path, jwt_algorithm="RS256"), clock)
    with changed.store.read() as session:
        assert changed.issuer.keyring.signing_key(session, "vc-jwt-rs256").algorithm == "RSA"
    for text in (credential.text, credential.jwt):
        assert changed.verify(text.encode()).verdict == "verified"
    changed.store.close()


def test_no_private_key_is_ever_published(tool):
    texts = [issuer_documents.did_document(tool, SLUG), issuer_documents.jwks(tool, SLUG)]
    for key in issuer_documents.jwks(tool, SLUG)["keys"]:
        assert {"alg", "use", "kid"} <= key.keys()
        texts.append(issuer_documents.public_key(tool, SLUG, key["kid"]))
    assert '"d"' not in json.dumps(texts)


def test_the_status_list_is_signed_once_until_a_bit_or_a_day_changes(tool, credential, clock):
    first = status_lists.status_list(tool, credential.status_list_id)
    clock.advance(hours=1)
    assert status_lists.status_list(tool, credential.status_list_id) == first
    clock.advance(days=1)
    again = status_lists.status_list(tool, credential.status_list_id)
    assert again.text != first.text and again.jwt != first.jwt


@pytest.mark.parametrize("form", ["text", "jwt"])
def test_a_list_signed_during_a_check_is_valid_for_that_check(tool, credential, clock, form):
    began = clock()
    clock.advance(seconds=1)
    file = getattr(credential, form).encode()
    assert verify(file, tool.find_key, tool.find_status, began).verdict == "verified"


def test_the_status_list_is_signed_anew_when_another_key_signs(tool, credential, clock):
    first = status_lists.status_list(tool, credential.status_list_id)
    clock.advance(seconds=1)
    with tool.store.begin() as session:
        new = tool.issuer.keyring.rotate(session, "Ed25519", clock())
    again = status_lists.status_list(tool, credential.status_list_id)
    assert new in again.text and new not in first.text
    assert status_lists.status_list(tool, credential.status_list_id) == again


def test_a_list_signed_while_a_bit_was_set_is_not_stored(tool, credential):
    status_lists.status_list(tool, credential.status_list_id)
    with tool.store.begin() as session:
        row = session.get_one(StatusList, credential.status_list_id)
        row.text = None
    status_lists.status_list(tool, credential.status_list_id)
    with tool.store.read() as session:
        assert session.get_one(StatusList, credential.status_list_id).text


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (issuer_documents.did_document, ("another",)),
        (issuer_documents.jwks, ("another",)),
        (issuer_documents.public_key, (SLUG, "key-none")),
        (achievements.achievement, ("none", 1, "en")),
        (achievements.picture, ("none", 1)),
        (credentials.badge, ("none",)),
        (status_lists.status_list, (99,)),
        (status_lists.status_list, (10**30,)),
        (achievements.achievement, ("none", 10**30, "en")),
    ],
)
def test_an_unknown_document_is_not_found(tool, ask, words):
    with pytest.raises(NotFoundError):
        ask(tool, *words)


def test_the_achievement_is_served_in_both_languages(tool, credential):
    with tool.store.read() as session:
        template = session.get_one(CredentialRow, credential.id).template_version
    names = {
        language: achievements.achievement(tool, template.template_id, template.version, language)["name"]
        for language in ("en", "lv")
    }
    assert names["en"] != names["lv"]


def test_the_profile_of_the_issuer_says_in_json_ld_what_it_says_in_json(tool):
    """Every term is defined, so a reader of the JSON-LD gets the name and the address too."""
    profile = issuer_documents.issuer_profile(tool, SLUG)
    statements = canonicalize(profile)
    assert profile["id"] in statements
    assert all(f'"{text}"' in statements for text in (profile["name"], profile["address"]["addressCountry"]))
