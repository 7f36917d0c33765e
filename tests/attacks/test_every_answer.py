"""Every route's answer: it says what it is and in which letters, who else may read it, and TRACE is none."""

from __future__ import annotations

import pytest
from werkzeug.routing import IntegerConverter

from tests.lti_tool.web.conftest import policy


@pytest.fixture
def addresses(app, annas_badge):
    """The address of each route, filled in with ids that there are."""
    filled = {}
    for rule in app.url_map.iter_rules():
        values = {
            name: 1 if isinstance(converter, IntegerConverter) else annas_badge
            for name, converter in rule._converters.items()
        }
        there = {"slug": "riga-college", "filename": "tokens.css", "file": "fonts.css"}
        filled[rule.rule] = rule.build({name: there.get(name, values[name]) for name in values})[1]
    return filled


def answers(school, addresses):
    for rule, path in addresses.items():
        for method in ("GET", "POST"):
            for accept in ("text/html", "application/json"):
                with school.browser.open(path, method=method, headers={"Accept": accept}) as answer:
                    yield rule, answer


def test_a_text_says_that_it_is_utf_8(school, addresses):
    seen = set()
    for rule, answer in answers(school, addresses):
        if answer.data:
            seen.add(answer.mimetype)
            assert answer.content_type, rule
            if answer.mimetype.startswith("text/") or answer.mimetype.endswith("xml"):
                assert answer.mimetype_params.get("charset") == "utf-8", (rule, answer.content_type)
    assert {"text/html", "text/css", "application/json", "image/svg+xml"} <= seen


def test_another_site_reads_public_documents_alone_and_never_as_the_visitor(school, addresses):
    read = set()
    for rule, answer in answers(school, addresses):
        assert "Access-Control-Allow-Credentials" not in answer.headers
        if "Access-Control-Allow-Origin" in answer.headers:
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            read.add(rule)
    # What verifiers and wallets fetch in a browser, from whoever has the address; nothing that a session opens.
    public = (
        "/badges/",
        "/credentials/",
        "/achievements/",
        "/issuers/",
        "/status/",
        "/.well-known/",
        "/eu-micro-",
        "/schemas/",
    )
    others = {rule for rule in read if not rule.startswith(public)}
    assert len(read) > 12
    assert others == {
        "/openapi.json",
        "/catalogue.json",
        "/catalogue.atom",
        "/catalogue/elm.jsonld",
        "/sitemap.xml",
        "/sitemap-<int:part>.xml",
        "/robots.txt",
        "/lti/jwks.json",
        "/wallet/offers/<token>",
        "/ims/ob/v3p0/discovery",
    }


def test_no_request_is_sent_back(school, addresses):
    for rule, path in addresses.items():
        answer = school.browser.open(path, method="TRACE", headers={"X-Secret": "abc123"})
        assert answer.status_code == 405 and "abc123" not in answer.text, rule


def test_every_policy_begins_with_nothing_and_allows_no_other_base(school, addresses):
    """Neither plug-ins nor anything else that is not named; scripts by a nonce."""
    for rule, answer in answers(school, addresses):
        allowed = policy(answer)
        assert allowed["default-src"] == allowed["base-uri"] == ["'none'"], rule
        assert "object-src" not in allowed
        assert all(source.startswith("'nonce-") for source in allowed.get("script-src", [])), rule


def test_no_answer_lets_a_browser_tell_other_sites_its_address(school, addresses):
    for rule, answer in answers(school, addresses):
        assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin"), rule


@pytest.mark.parametrize(
    "folder", ["/static/", "/static/fonts/", "/static", "/badges/", "/issuers/", "/lti/app/"]
)
def test_no_folder_is_listed(school, folder):
    assert school.browser.get(folder).status_code == 404
