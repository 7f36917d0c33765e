"""A learner downloads a badge without some of what it says."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from badges import svg
from badges.bake import bake, unbake
from lti_tool.store.models import CredentialRow
from lti_tool.web import create_app
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, complete, make_rule, publish, run_due_jobs, settings_for
from tests.lti_tool.web.conftest import text_of


@pytest.fixture(params=[True, False])
def parted(request):
    """Whether the badge was made to be parted."""
    return request.param


@pytest.fixture
def tool(sqlite_url, tmp_path, platform, clock, parted):
    """It has issued a badge to Anna."""
    tool = build_tool(settings_for(sqlite_url, tmp_path, selective_disclosure=parted), clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    yield tool
    tool.store.close()


@pytest.fixture
def browser(tool):
    return create_app(tool).test_client()


@pytest.fixture
def row(tool):
    with tool.store.read() as session:
        yield session.query(CredentialRow).one()


def test_the_page_offers_selective_disclosure_where_the_badge_has_its_proof(browser, row, parted):
    assert ("Share only part of it" in text_of(browser.get(f"/badges/{row.id}"))) == parted


def test_the_chosen_details_are_left_out_and_the_copy_verifies(browser, row, parted):
    address = f"/badges/{row.id}"
    answer = browser.get(f"{address}/part.png?without=name&without=result")
    assert answer.status_code == (200 if parted else 404)
    if parted:
        assert answer.headers["Content-Disposition"].endswith('-part.png"')
        assert "Anna" not in unbake(answer.data).text
        report = browser.post("/verify", data=answer.data, content_type="image/png")
        assert "This badge is genuine and valid" in text_of(report)
    assert browser.get(f"{address}/part.png?without=name&without=email").status_code == 404
    assert browser.get(f"{address}/part.png?without=everything").status_code == 404


@pytest.mark.parametrize("parted", [True], indirect=True)
def test_the_base_proof_is_in_nothing_that_is_given_out(browser, row):
    """It is for the holder alone, and stays here; a copy has a proof that is derived from it."""
    (base,) = json.loads(row.base_text)["proof"]
    address = f"/badges/{row.id}"
    pdf = PdfReader(BytesIO(browser.get(f"{address}.pdf").data))
    given_out = {
        "page": browser.get(address).text,
        "json": browser.get(f"{address}.json").text,
        "jwt": browser.get(f"{address}.jwt").text,
        "credential": browser.get(f"/credentials/{row.id}").text,
        "png": unbake(browser.get(f"{address}.png").data).text,
        "svg": svg.unbake(browser.get(f"{address}.svg").data).text,
        "pdf": pdf.attachments["credential.json"][0].decode(),
    }
    assert [name for name, text in given_out.items() if base["cryptosuite"] in text] == []
    part = unbake(browser.get(f"{address}/part.png?without=result").data).text
    assert base["cryptosuite"] in part and base["proofValue"] not in part


@pytest.mark.parametrize("parted", [True], indirect=True)
def test_the_copy_is_the_same_picture(browser, row):
    part = browser.get(f"/badges/{row.id}/part.png?without=name").data
    assert part == bake(browser.get(f"/badges/{row.id}.png").data, unbake(part))
