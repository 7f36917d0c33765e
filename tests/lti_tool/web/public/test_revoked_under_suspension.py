"""A badge that can be suspended and was revoked is called revoked on every page; its list can only say suspended."""

from __future__ import annotations

from io import BytesIO

import pytest

from badges.verify import verify
from lti_tool.awarding import awards
from lti_tool.store.models import Award, CredentialRow
from lti_tool.wiring import build_tool
from tests.fixtures import ANNA, run_due_jobs, settings_for
from tests.lti_tool.web.conftest import list_of_everybody, text_of


@pytest.fixture
def tool(any_database_url, tmp_path, clock):
    tool = build_tool(settings_for(any_database_url, tmp_path, status_purpose="suspension"), clock)
    yield tool
    tool.store.close()


@pytest.mark.parametrize("suspended_before", [True, False])
def test_every_page_and_our_verifier_read_revoked(school, annas_badge, web_tool, suspended_before):
    with web_tool.store.begin() as session:
        award, text = session.query(Award).one(), session.query(CredentialRow).one().text
        if suspended_before:
            awards.suspend(session, award, "an inquiry", web_tool.clock())
        awards.revoke(session, award, "it was not earned", web_tool.clock())
    run_due_jobs(web_tool)
    public = text_of(school.browser.get(f"/badges/{annas_badge}"))
    upload = {"file": (BytesIO(text.encode()), "badge.json")}
    checked = text_of(school.browser.post("/verify", data=upload))
    for page in (public, checked):
        assert "This badge has been revoked" in page and "uspended" not in page
    assert "was revoked" in text_of(school.launch(ANNA))
    teacher = text_of(list_of_everybody(school))
    assert "Revoked" in teacher and "Suspended" not in teacher
    assert web_tool.verify(text.encode()).verdict == "revoked"
    # Whoever knows nothing but the list can only read this.
    assert (
        verify(text.encode(), web_tool.find_key, web_tool.find_status, web_tool.clock()).verdict
        == "suspended"
    )
