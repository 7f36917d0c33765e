"""A learner downloads a badge without some of what it says."""

from __future__ import annotations

import pytest

from badges.bake import unbake
from lti_tool.store.models import CredentialRow
from lti_tool.web import create_app
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, complete, make_rule, publish, run_due_jobs, settings_for
from tests.lti_tool.web.conftest import text_of


@pytest.fixture(params=[True, False])
def badge(request, sqlite_url, tmp_path, platform, clock):
    """A browser, the badge's address, and whether it was made to be parted."""
    tool = build_tool(settings_for(sqlite_url, tmp_path, selective_disclosure=request.param), clock)
    complete(tool, platform, make_rule(tool, publish(tool)), ANNA)
    run_due_jobs(tool)
    with tool.store.read() as session:
        address = f"/badges/{session.query(CredentialRow).one().id}"
    yield create_app(tool).test_client(), address, request.param
    tool.store.close()


def test_the_page_offers_selective_disclosure_where_the_badge_has_its_proof(badge):
    browser, address, parted = badge
    assert ("Share only part of it" in text_of(browser.get(address))) == parted


def test_the_chosen_details_are_left_out_and_the_copy_verifies(badge):
    browser, address, parted = badge
    answer = browser.get(f"{address}/part.png?without=name&without=result")
    assert answer.status_code == (200 if parted else 404)
    if parted:
        assert answer.headers["Content-Disposition"].endswith('-part.png"')
        assert "Anna" not in unbake(answer.data).text
        report = browser.post("/verify", data=answer.data, content_type="image/png")
        assert "This badge is genuine and valid" in text_of(report)
    assert browser.get(f"{address}/part.png?without=name&without=email").status_code == 404
    assert browser.get(f"{address}/part.png?without=everything").status_code == 404
