"""Operators put templates into the catalogue and take them out, and read what is missing."""

from __future__ import annotations

import pytest

from lti_tool.store.models import CatalogueEntry, Event
from tests.catalogue import guided
from tests.fixtures import add_another_issuer, publish, rows
from tests.lti_tool.web.conftest import hidden, text_of

CATALOGUE = "/operator/issuers/riga-college/catalogue"


@pytest.fixture
def complete(web_tool, published) -> str:
    """The id of a published template that says all that the catalogue asks for."""
    return publish(web_tool, **guided(name={"en": "A complete course"}))


def test_a_template_is_put_in_and_taken_out(join, web_tool, complete, browser):
    ieva = join("manager")
    assert "Not in the catalogue" in text_of(ieva.get(CATALOGUE))
    assert ieva.press(CATALOGUE, f"{CATALOGUE}/{complete}/put-in").location == CATALOGUE
    page = ieva.get(CATALOGUE)
    assert "In the catalogue" in text_of(page) and f"/catalogue/{complete}" in page.text
    assert browser.get(f"/catalogue/{complete}").status_code == 200
    ieva.press(CATALOGUE, f"{CATALOGUE}/{complete}/put-in")
    assert len(rows(web_tool, CatalogueEntry)) == 1
    ieva.press(CATALOGUE, f"{CATALOGUE}/{complete}/take-out")
    assert browser.get(f"/catalogue/{complete}").status_code == 404
    acts = [(row.what, row.actor) for row in rows(web_tool, Event) if row.about == complete]
    assert acts[-2:] == [("template_listed", "account:1"), ("template_unlisted", "account:1")]


def test_what_is_missing_is_said_and_nothing_is_shown_until_it_is_there(join, browser, published):
    ieva = join("owner")
    words = text_of(ieva.get(CATALOGUE))
    assert "Visitors do not see it before a version is published that says this too" in words
    assert "State for whom it is." in words and "State what it costs. If it is free, write so." in words
    ieva.press(CATALOGUE, f"{CATALOGUE}/{published}/put-in")
    assert "Not shown at the moment" in text_of(ieva.get(CATALOGUE))
    assert browser.get(f"/catalogue/{published}").status_code == 404


def test_an_operator_of_another_issuer_changes_nothing(join, web_tool, complete):
    other = add_another_issuer(web_tool)
    juris = join("owner", issuer_id=other.id)
    secret = hidden(juris.get("/operator/account"), "_form")
    for slug in ("riga-college", "daugava-school"):
        address = f"/operator/issuers/{slug}/catalogue/{complete}/put-in"
        assert juris.send(address, _form=secret).status_code == 404
    assert rows(web_tool, CatalogueEntry) == []


def test_a_form_of_another_site_changes_nothing(join, web_tool, complete):
    ieva = join("owner")
    assert ieva.send(f"{CATALOGUE}/{complete}/put-in").status_code == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    form = {"_form": hidden(ieva.get(CATALOGUE), "_form")}
    answer = ieva.browser.post(f"{CATALOGUE}/{complete}/put-in", data=form, headers=elsewhere)
    assert answer.status_code == 403 and rows(web_tool, CatalogueEntry) == []


def test_the_report_says_what_the_tool_sees_itself(join, complete):
    """Not what the issuer declares: the template is in the catalogue, or it is not."""
    ieva, templates = join("owner"), "/operator/issuers/riga-college/templates"

    def report() -> str:
        begun = ieva.press(templates, f"{templates}/editor")
        editor = ieva.send("/lti/editor", code=hidden(ieva.get(begun.location), "code"))
        form = {"_launch": hidden(editor, "_launch"), "framework": "rutgers_lumina"}
        return text_of(ieva.send(f"/lti/app/templates/{complete}/1/report", **form))

    assert "Publish it in a public catalogue. Not met" in report()
    ieva.press(CATALOGUE, f"{CATALOGUE}/{complete}/put-in")
    seen = "Nozimite sees it where the badge is in its own catalogue."
    assert f"Publish it in a public catalogue. {seen} Met" in report()
