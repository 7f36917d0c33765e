"""What a cache between, such as that of a CDN, may keep: documents about nobody, and no error."""

import pytest

from lti_tool.store.models import TemplateVersion
from tests.fixtures import give_look

DOCUMENT = {"Accept": "application/ld+json, application/json;q=0.9, */*;q=0.1"}


@pytest.fixture
def achievement(web_tool, annas_badge):
    give_look(web_tool)
    with web_tool.store.read() as session:
        row = session.query(TemplateVersion).one()
        return f"/achievements/{row.template_id}/{row.version}"


PUBLIC = {
    "/status/1": 300,
    "/issuers/riga-college/did.json": 300,
    "/issuers/riga-college/jwks.json": 300,
    "/.well-known/jwks.json": 300,
    "/issuers/riga-college": 3600,
    "/issuers/riga-college/accent.css": 3600,
    "/issuers/riga-college/logo.png": 3600,
    "/eu-micro-credential/v1/context.jsonld": 31_536_000,
    "/eu-micro-credential/v1/schema.json": 31_536_000,
    "/schemas/recognition-pack/1.json": 31_536_000,
    "ACHIEVEMENT": 3600,
    "ACHIEVEMENT/en": 3600,
    "ACHIEVEMENT/image.png": 86_400,
    "ACHIEVEMENT/mark.png": 86_400,
}


@pytest.mark.parametrize(("path", "seconds"), PUBLIC.items())
def test_documents_about_nobody_may_be_kept_and_are_asked_for_again_by_their_tag(
    browser, achievement, path, seconds
):
    path = path.replace("ACHIEVEMENT", achievement)
    answer = browser.get(path, headers=DOCUMENT)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, f"public, max-age={seconds}")
    assert "Set-Cookie" not in answer.headers
    again = browser.get(path, headers=DOCUMENT | {"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/status/1", "/issuers/riga-college", "ACHIEVEMENT"])
def test_what_depends_on_the_accepted_media_type_says_so(browser, achievement, path):
    path = path.replace("ACHIEVEMENT", achievement)
    assert "Accept" in browser.get(path, headers=DOCUMENT).headers["Vary"]


@pytest.mark.parametrize("ending", ["", ".png", ".svg", ".json", ".jwt", ".pdf"])
def test_badges_are_kept_by_no_cache_between(browser, annas_badge, ending):
    answer = browser.get(f"/badges/{annas_badge}{ending}")
    assert answer.status_code == 200
    assert {"private", "no-store"} & set(answer.headers["Cache-Control"].split(", "))


@pytest.mark.parametrize("accept", ["application/json", "application/jwt"])
def test_credentials_are_kept_by_no_cache_between(browser, annas_badge, accept):
    answer = browser.get(f"/credentials/{annas_badge}", headers={"Accept": accept})
    assert {"private", "no-store"} & set(answer.headers["Cache-Control"].split(", "))


@pytest.mark.parametrize(
    "path",
    [
        "/status/9",
        "/achievements/0d2c0c5e-5d5a-4a6e-9d2b-3f1f0b6a7c11/1",
        "/issuers/nobody/did.json",
        "/issuers/nobody",
        "/none",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_an_error_is_kept_by_nobody(browser, annas_badge, path, accept):
    """A list or a version that does not exist yet may exist a moment later."""
    answer = browser.get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/workz"])
def test_what_is_true_at_this_moment_only_is_kept_by_nobody(browser, web_tool, path):
    assert browser.get(path).headers["Cache-Control"] == "no-store"
