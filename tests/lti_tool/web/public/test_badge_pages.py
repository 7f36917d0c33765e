"""What anybody may see and fetch: badge pages, published documents, health, errors, languages."""

import json
import re
import uuid

import pytest

from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.issuing.bound import JSON, Form, issue_bound
from lti_tool.store.models import Award, TemplateVersion
from lti_tool.web import create_app
from signing.did import did_key
from signing.keys import generate
from signing.secured import SecuredCredential
from tests.fixtures import NOW
from tests.lti_tool.web.conftest import browser_of, policy, text_of

JSON_ONLY = {"Accept": "application/json"}


@pytest.fixture
def version(web_tool, published):
    with web_tool.store.read() as session:
        row = session.query(TemplateVersion).one()
        return f"/achievements/{row.template_id}/{row.version}"


def test_a_badge_page_answers_four_questions_and_lists_the_elements(browser, annas_badge):
    page = browser.get(f"/badges/{annas_badge}")
    words = text_of(page)
    assert "This badge is genuine and valid" in words
    assert "The content has not been changed since it was signed" in words
    assert "Who issued it? Riga College Signed with the key of this issuer" in words
    assert "Is it this person? Not checked Compare the name with an identity document" in words
    assert "was not revoked. It does not expire." in words
    assert "Anna Bērziņa" in words
    assert "All 11 mandatory elements of an EU micro-credential are stated." in words


def test_a_badge_page_is_in_the_readers_language_whatever_it_was_issued_in(browser, annas_badge):
    document = browser.get(f"/badges/{annas_badge}.json").json
    told = document["credentialSubject"]["achievement"]
    for language in ("en", "lv"):
        words = text_of(browser.get(f"/badges/{annas_badge}?lang={language}"))
        for term in ("title", "summary", "requirement"):
            assert " ".join(told[term][language].split()) in words, (term, language)


def test_a_badge_page_is_neither_indexed_nor_framed(browser, annas_badge):
    page = browser.get(f"/badges/{annas_badge}")
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert policy(page)["frame-ancestors"] == ["'none'"]


def test_the_card_of_a_badge_page_names_the_achievement_and_nobody(browser, annas_badge, version):
    page = browser.get(f"/badges/{annas_badge}").text
    head = page[: page.index("</head>")]
    card = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', head))
    assert card["title"] == "Data literacy for decision makers"
    assert card["description"] == "A badge awarded by Riga College."
    assert card["image"] == f"https://badges.example.org{version}/image.png"
    assert "Anna" not in head and "@" not in head and annas_badge not in head


def test_every_form_of_a_badge_verifies(browser, annas_badge, web_tool):
    for ending, kind in (
        ("png", "image/png"),
        ("svg", "image/svg+xml"),
        ("json", "application/json"),
        ("jwt", "application/jwt"),
    ):
        answer = browser.get(f"/badges/{annas_badge}.{ending}")
        assert answer.mimetype == kind
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        report = verify(answer.data, web_tool.find_key, web_tool.find_status, NOW.replace(hour=12))
        assert report.verdict == "verified", (ending, report.checks)


def test_a_file_has_a_name_of_ascii_letters(browser, annas_badge):
    answer = browser.get(f"/badges/{annas_badge}.png")
    assert re.search(r'filename="badge-[0-9a-f]{12}\.png"', answer.headers["Content-Disposition"])


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("*/*", "application/vc+ld+json"),
        ("application/json", "application/json"),
        ("application/ld+json, */*;q=0.1", "application/ld+json"),
        ("application/vc", "application/vc"),
        ("application/jwt", "application/jwt"),
        ("application/vc+jwt", "application/vc+jwt"),
    ],
)
def test_the_credential_id_is_the_address_of_the_document(browser, annas_badge, accept, kind):
    answer = browser.get(f"/credentials/{annas_badge}", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert "Accept" in answer.headers["Vary"]
    if not kind.endswith("jwt"):
        assert json.loads(answer.data)["id"] == f"https://badges.example.org/credentials/{annas_badge}"


@pytest.mark.parametrize(
    "accept, kind", [("*/*", "application/vc+ld+json"), ("application/jwt", "application/jwt")]
)
def test_the_status_list_has_the_accepted_media_type(browser, annas_badge, accept, kind):
    answer = browser.get("/status/1", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Accept" in answer.headers["Vary"]
    known = {"Accept": accept, "If-None-Match": answer.headers["ETag"]}
    assert browser.get("/status/1", headers=known).status_code == 304


def test_a_browser_is_redirected_from_the_credential_to_its_page(browser, annas_badge):
    answer = browser.get(f"/credentials/{annas_badge}")
    assert (answer.status_code, answer.location) == (303, f"/badges/{annas_badge}")


def test_an_unknown_badge_is_not_found(browser):
    for path in (f"/badges/{uuid.uuid4()}", f"/badges/{uuid.uuid4()}.png", "/badges/1", "/credentials/x"):
        page = browser.get(path)
        assert page.status_code == 404
        assert "Page not found" in text_of(page)


def test_a_program_gets_its_errors_as_json(browser):
    answer = browser.get(f"/credentials/{uuid.uuid4()}", headers=JSON_ONLY)
    assert answer.status_code == 404
    assert answer.json["error"] == "not_found" and answer.json["incident"]


def test_an_achievement_has_a_page_a_document_and_a_picture(browser, version):
    page = text_of(browser.get(version))
    assert "What has to be done to get it" in page
    assert "written examination: Supervised with ID Verification" in page
    document = browser.get(version, headers={"Accept": "application/ld+json"}).json
    assert document["id"] == f"https://badges.example.org{version}/en"
    assert "EuMicrocredential" in document["type"]
    assert browser.get(f"{version}/image.png").data.startswith(b"\x89PNG")


def test_the_card_of_an_achievement_has_its_description_and_its_picture(browser, version):
    card = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', browser.get(version).text))
    assert card["description"].startswith("A 3 ECTS course at master")
    assert card["image"] == f"https://badges.example.org{version}/image.png"


def test_an_achievement_has_an_address_in_each_of_its_languages(browser, version):
    document = browser.get(f"{version}/lv", headers={"Accept": "application/ld+json"}).json
    assert (document["inLanguage"], document["version"]) == ("lv", "1")
    assert document["id"] == f"https://badges.example.org{version}/lv"
    (english,) = document["related"]
    address = english["id"].removeprefix("https://badges.example.org")
    assert browser.get(address, headers={"Accept": "application/ld+json"}).json["id"] == english["id"]
    assert "Kas jāpaveic, lai to saņemtu" in text_of(browser.get(f"{version}/lv"))
    assert browser.get(f"{version}/de", headers={"Accept": "application/ld+json"}).status_code == 404


def test_the_issuers_page_shows_its_legal_identity_and_accreditation(browser, published):
    words = text_of(browser.get("/issuers/riga-college", headers={"Accept": "text/html"}))
    for said in ("40000000001", "NTRLV-40000000001", "Confirmed by the operator on 21 November 2026"):
        assert said in words
    assert "State Education Quality Service (example)" in words
    assert "IKVD AI-0000 valid until 14 March 2048" in words


@pytest.mark.parametrize("name", ["context.jsonld", "schema.json"])
def test_context_and_schema_of_the_extension_may_be_cached_for_a_year(browser, name):
    answer = browser.get(f"/eu-micro-credential/v1/{name}")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_draft_achievement_is_not_found(browser, version, web_tool):
    with web_tool.store.begin() as session:
        session.query(TemplateVersion).one().status = "draft"
    assert browser.get(version).status_code == 404
    assert browser.get(f"{version}/image.png").status_code == 404


@pytest.mark.parametrize(
    "path, kind",
    [
        ("/issuers/riga-college/did.json", "application/did+json"),
        ("/issuers/riga-college/jwks.json", "application/jwk-set+json"),
        ("/.well-known/jwks.json", "application/jwk-set+json"),
        ("/eu-micro-credential/v1/context.jsonld", "application/ld+json"),
        ("/eu-micro-credential/v1/schema.json", "application/schema+json"),
        ("/schemas/recognition-pack/1.json", "application/schema+json"),
        ("/status/1", "application/vc+ld+json"),
        ("/issuers/riga-college", "application/ld+json"),
    ],
)
def test_published_documents_have_cors_and_an_etag(browser, annas_badge, path, kind):
    answer = browser.get(path, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (200, kind)
    assert json.loads(answer.data)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=" in answer.headers["Cache-Control"]
    again = browser.get(path, headers={"Accept": "*/*", "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_each_key_has_its_own_address(browser, annas_badge):
    for key in browser.get("/issuers/riga-college/jwks.json").json["keys"]:
        answer = browser.get(f"/issuers/riga-college/keys/{key['kid']}.json")
        assert answer.mimetype == "application/jwk+json"
        assert answer.json == key and "d" not in key
    assert browser.get("/issuers/another/did.json").status_code == 404


def test_the_issuer_has_a_page(browser):
    words = text_of(browser.get("/issuers/riga-college"))
    assert "Riga College" in words and "Latvia" in words and "did:web:badges.example.org" in words


def test_the_issuer_has_its_legal_name_in_the_language_of_the_page(browser, annas_badge):
    for path in ("/", "/issuers/riga-college", f"/badges/{annas_badge}"):
        words = text_of(browser.get(f"{path}?lang=lv"))
        assert "Rīgas koledža" in words and "Riga College" not in words, path


def test_a_revocation_changes_the_status_list_and_its_etag(browser, annas_badge, web_tool):
    before = browser.get("/status/1")
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "a mistake", NOW)
    after = browser.get("/status/1", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200


def test_health(browser, web_tool, clock):
    assert browser.get("/healthz").json == {"status": "ok"}
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json["database"]) == (200, "ok")
    clock.advance(minutes=5)  # nobody has swept: there is no worker
    late = browser.get("/workz")
    assert (late.status_code, late.json) == (503, {"status": "late", "broker": "ok"})
    # Pages and the verifier work without a worker.
    assert browser.get("/readyz").status_code == 200


def test_readiness_asks_the_database(browser, web_tool, statements):
    """A connection that is only taken from the pool says nothing of the server."""
    browser.get("/readyz")
    assert [each for each in statements if "FROM issuer" in each], statements


def test_an_unavailable_database_is_answered_with_503_and_no_details(browser, web_tool, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def lost():
        raise OperationalError("SELECT secret FROM learner", {}, OSError("Anna"))

    monkeypatch.setattr(web_tool.store, "read", lost)
    assert browser.get("/readyz").status_code == browser.get("/workz").status_code == 503
    page = browser.get(f"/badges/{uuid.uuid4()}")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "Anna" not in page.text and "SELECT" not in page.text


def test_an_unexpected_error_is_a_page_with_an_incident_number_and_no_traceback(web_tool, capsys):
    app = create_app(web_tool)

    @app.get("/broken")
    def broken():
        raise RuntimeError("Anna's secret")

    page = browser_of(app).get("/broken")
    assert page.status_code == 500
    assert "Something went wrong on our side" in text_of(page)
    assert "the operator of this service: Riga College, badges@riga-college.example." in text_of(page)
    assert "Anna" not in page.text and "Traceback" not in page.text
    incident = re.search(r"[0-9A-F]{4}(?:-[0-9A-F]{4}){2}", text_of(page))[0]
    logged = "".join(capsys.readouterr())
    assert incident in logged and "Anna" not in logged


def test_a_wrong_method_is_answered_with_405_and_allow(browser):
    page = browser.get("/lti/confirm")
    assert page.status_code == 405 and "POST" in page.headers["Allow"]
    assert "cannot be opened directly" in text_of(page)


def test_every_answer_has_security_headers(browser):
    for path in ("/", "/verify", "/lti/launch", "/nothing", "/lti/jwks.json"):
        headers = browser.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers


def test_each_answer_has_a_new_nonce(browser):
    assert policy(browser.get("/verify"))["script-src"] != policy(browser.get("/verify"))["script-src"]


@pytest.mark.parametrize("path", ["/", "/verify", "/issuers/riga-college", "/nothing"])
def test_public_pages_are_in_the_browsers_language_or_the_chosen_one(browser, path):
    latvian = {"Accept-Language": "lv-LV,lv;q=0.9,en;q=0.8"}
    assert '<html lang="lv">' in browser.get(path, headers=latvian).text
    assert '<html lang="en">' in browser.get(path + "?lang=en", headers=latvian).text
    assert '<html lang="en">' in browser.get(path + "?lang=xx", headers={"Accept-Language": "fr"}).text


def bound(web_tool, clock, form):
    with web_tool.store.read() as session:
        award_id = session.query(Award).one().id
    holder = did_key(generate("Ed25519").public_key())
    return issue_bound(web_tool.store, web_tool.issuers, award_id, holder, form, clock()).id


def test_the_page_of_a_bound_badge_leads_to_no_other(browser, annas_badge, web_tool, clock):
    page = browser.get(f"/badges/{bound(web_tool, clock, JSON)}").text
    assert annas_badge not in page and "This badge is genuine and valid" in page


def test_a_badge_of_which_a_wallet_may_leave_parts_out_is_at_no_address(
    browser, annas_badge, web_tool, clock
):
    compact = Form(
        name="dc+sd-jwt",
        proofs=("vc-jwt",),
        secure=lambda *made_of: SecuredCredential(f"{JSON.secure(*made_of).text}~", "application/dc+sd-jwt"),
    )
    given = bound(web_tool, clock, compact)
    for ending in ("", ".jwt", ".json", ".png", ".svg", ".pdf"):
        assert browser.get(f"/badges/{given}{ending}").status_code == 404
    for accepted in ("application/jwt", "application/vc+ld+json", "application/json", "*/*"):
        answer = browser.get(f"/credentials/{given}", headers={"Accept": accepted}, follow_redirects=True)
        assert answer.status_code == 404 and "Anna" not in answer.text
    # Nor is anybody asked about it.
    assert browser.post(f"/badges/{given}/holder").status_code == 404
