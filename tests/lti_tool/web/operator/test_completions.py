"""The list of completions for a funder: of its code alone, without names, and opening nothing."""

from __future__ import annotations

import csv
import io
from hashlib import sha256

import pytest

from lti_tool.store.models import Award, CredentialRow, Event, TemplateVersion
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import browser_of, text_of

HOME = "/operator/issuers/riga-college/statistics"
LIST = f"{HOME}/completions"


@pytest.fixture
def funded(annas_badge, web_tool):
    """The id of Anna's badge, whose template has a funding code."""
    give_code(web_tool, "ILA-7")
    return annas_badge


def give_code(tool, code):
    with tool.store.begin() as session:
        row = session.query(TemplateVersion).one()
        row.body = row.body | {"funding_code": code}


def table(page):
    return list(csv.reader(io.StringIO(page.text.removeprefix("\ufeff"))))


def test_a_funder_gets_a_line_for_each_badge_and_no_name(join, funded, web_tool, app):
    ieva = join()
    assert "ILA-7" in text_of(ieva.get(HOME))
    page = ieva.press(HOME, LIST, code="ILA-7")
    fingerprint = sha256(funded.encode()).hexdigest()
    assert table(page)[1:] == [[fingerprint, "Data literacy for decision makers", "2026-11-21", "No"]]
    assert funded not in page.text and "Anna" not in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert browser_of(app).get(f"/badges/{fingerprint}").status_code == 404
    (event,) = [row for row in rows(web_tool, Event) if row.what == "exported"]
    assert (event.actor, event.why, event.data) == ("account:1", "completions", {"rows": 1})


def test_a_revoked_badge_is_still_in_the_list_and_says_so(join, funded, web_tool):
    ieva = join()
    with web_tool.store.begin() as session:
        session.query(Award).one().status = "revoked"
    assert table(ieva.press(HOME, LIST, code="ILA-7"))[1][3] == "Yes"


def test_what_was_replaced_is_not_listed(join, funded, web_tool):
    ieva = join()
    with web_tool.store.begin() as session:
        session.query(CredentialRow).one().replaced_at = web_tool.clock()
    assert len(table(ieva.press(HOME, LIST, code="ILA-7"))) == 1


@pytest.mark.parametrize("code", ["", "ILA-8", "ila-7", "%", "None"])
def test_another_code_lists_nothing(join, funded, code):
    assert join().press(HOME, LIST, code=code).status_code == 404


def test_without_a_code_nothing_is_offered(join, annas_badge):
    ieva = join()
    assert "No template has a funding code." in text_of(ieva.get(HOME))
    assert ieva.press(HOME, LIST, code="").status_code == 404


def test_a_formula_in_a_title_is_none(join, funded, web_tool):
    with web_tool.store.begin() as session:
        row = session.query(TemplateVersion).one()
        row.body = row.body | {"name": {"en": '=HYPERLINK("x")'}}
    assert table(join().press(HOME, LIST, code="ILA-7"))[1][1].startswith("'=")


@pytest.mark.parametrize("role", ["manager", "auditor", "support"])
def test_nobody_but_an_owner_takes_it(join, funded, role):
    somebody = join(role)
    assert "ILA-7" not in text_of(somebody.get(HOME))
    assert somebody.press(HOME, LIST, code="ILA-7").status_code == 403


def test_a_funder_of_one_issuer_gets_nothing_of_another(join, funded, web_tool):
    other = add_another_issuer(web_tool)
    juris = join(issuer_id=other.id)
    there = "/operator/issuers/daugava-school/statistics"
    assert juris.press(there, LIST, code="ILA-7").status_code == 404
    assert juris.press(there, f"{there}/completions", code="ILA-7").status_code == 404
