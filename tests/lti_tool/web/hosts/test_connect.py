"""Who could get what is not theirs: answers of hosts in the wrong browser, at the wrong address, twice, and wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from lti_tool.privacy import erasure, stored_secrets
from lti_tool.privacy.export import export_of
from lti_tool.store import events
from lti_tool.store.models import Award, BadgeHost, BroughtBadge, ExpiringValue, HostAccess
from signing.encryption import RandomKey
from tests.fake_host import Answer, FakeHost
from tests.fixtures import rows, run_due_jobs
from tests.lti_tool.web.backpack.conftest import OTHER, signed_in
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, FROM_US, text_of
from tests.lti_tool.web.hosts.conftest import Learner

ODD = "This answer does not fit what was asked."


def test_an_answer_counts_in_the_browser_that_asked_at_the_address_of_its_host_and_once(
    learner, host, janis, app, web_tool, capfd
):
    other = Learner(browser=signed_in(app, web_tool, OTHER), host=host)
    back = host.let_in(learner.way())
    # Of another learner's browser, who would have their badges brought to a place of hers.
    assert ODD in text_of(other.back(back))
    # At the address of another host, which would be sent a code of this one.
    evil = FakeHost("https://evil.example")
    learner.browser.application.extensions["nozimite"] = replace(web_tool, verifier_outgoing=evil)
    learner.name("evil.example")
    learner.browser.application.extensions["nozimite"] = web_tool
    keys = {row.url: row.return_key for row in rows(web_tool, BadgeHost)}
    elsewhere = back.replace(keys["https://backpack.example"], keys["https://evil.example"])
    assert ODD in text_of(learner.back(elsewhere))
    assert learner.back(re.sub("back/[0-9a-f]+", f"back/{'0' * 32}", back)).status_code == 404
    # With another state, or none.
    assert ODD in text_of(learner.back(re.sub("state=[^&]+", "state=x", back)))
    assert ODD in text_of(learner.back(re.sub("state=[^&]+", "", back)))
    assert rows(web_tool, HostAccess) == [] and "POST /token" not in host.calls
    assert "The place is connected." in text_of(learner.back(back))
    assert ODD in text_of(learner.back(back))
    assert host.calls.count("POST /token") == 1
    # What another learner does with its number changes nothing.
    for page in (
        other.browser.get("/my/places/1"),
        *(other.press(each) for each in ("bring", "new", "stop")),
    ):
        assert page.status_code == 404
    assert "backpack.example" not in text_of(other.browser.get("/my/places"))
    for act in ("bring", "new", "stop"):
        assert learner.browser.post(f"/my/places/1/{act}", headers=FROM_ELSEWHERE).status_code == 403
    assert (
        learner.browser.post("/my/places", data={"address": "x.example"}, headers=FROM_ELSEWHERE).status_code
        == 403
    )
    # Nobody who is not signed in gets anything, and no code or token stands in a log.
    own = app.test_client()
    for answer in (own.get("/my/places"), own.get("/my/places/1"), own.post("/my/places", headers=FROM_US)):
        assert (answer.status_code, answer.headers["Location"]) == (303, "/my")
    logged = "".join(capfd.readouterr())
    for secret in (*host.access, *host.refresh, *re.findall("(?:code|state)=([^&]+)", back)):
        assert secret not in logged
    stored = [str(row.value) + row.key for row in rows(web_tool, ExpiringValue)]
    assert all(re.findall("state=([^&]+)", back)[0] not in each for each in stored)


def test_what_the_host_says_no_to_is_told_and_what_was_typed_stays(learner, host, web_tool):
    way = learner.way()
    page = learner.back(host.let_in(way, error="access_denied", code=None))
    assert "You did not allow it there, so nothing is brought." in text_of(page)
    assert 'value="https://backpack.example"' in page.text
    # That answer is used up.
    assert ODD in text_of(learner.back(host.let_in(way)))
    page = learner.connect(error="server_error")
    assert "The site did not accept the answer." in text_of(page)
    host.token_changes = {"scope": "offline_access"}
    assert "You did not allow badges to be brought there." in text_of(learner.connect())
    host.token_changes = {"token_type": "dpop"}
    assert "The site gave an access that cannot be used." in text_of(learner.connect())
    host.token_changes = {}
    assert rows(web_tool, HostAccess) == []
    for address, words in (
        ("not an address", "This is no address of a site."),
        ("", "This is no address of a site."),
        ("badges.example.org", "This is the address of this very site"),
        ("http://backpack.example", "This address cannot be used"),
        ("nobody.example", "The site does not answer at the moment."),
    ):
        page = learner.name(address)
        assert words in text_of(page) and 'aria-describedby="wrong"' in page.text
        assert f'value="{address}"' in page.text
    # Known already, and it says now that its tokens are given elsewhere: what it said is not used any more.
    with web_tool.store.begin() as session:
        session.query(BadgeHost).one().fresh_until = web_tool.clock()
    host.etag = '"2"'
    host.flow["tokenUrl"] = "https://evil.example/token"
    page = learner.name()
    assert "The site wants your badges sent to another site." in text_of(page)
    host.wrong["/register"] = [Answer(400, {"error": "invalid_client_metadata"})]


@pytest.mark.parametrize("language", ["en", "lv"])
def test_a_host_with_an_odd_name_is_foreign_text_on_the_page(learner, host, language):
    host.described["info"]["title"] = "<script>alert(1)</script>" + "W" * 140
    page = learner.browser.post(
        f"/my/places?lang={language}", data={"address": "backpack.example"}, headers=FROM_US
    )
    assert "<script>alert" not in page.text and "&lt;script&gt;" in page.text
    words = "Bring badges to this place?" if language == "en" else "Vai sūtīt nozīmītes uz šo vietni?"
    assert words in text_of(page)


def test_tokens_are_sealed_exported_without_them_and_gone_with_their_learner(learner, host, anna, web_tool):
    learner.connect()
    with web_tool.store.begin() as session:
        award = session.query(Award).one().id
    learner.press("bring", badge=award)
    run_due_jobs(web_tool)
    (row,) = rows(web_tool, HostAccess)
    secrets = [*host.access, *host.refresh, host.clients["client-1"]["client_secret"]]
    sealed = row.encrypted_tokens + rows(web_tool, BadgeHost)[0].encrypted_secret
    exported = b"".join(export_of(web_tool, [anna], web_tool.clock()))
    for secret in secrets:
        assert secret.encode() not in sealed and secret.encode() not in exported
    old, new = web_tool.issuers.database_vault.key_encryption_key, RandomKey(key=b"n" * 32)
    with web_tool.store.begin() as session:
        stored_secrets.encrypt_anew(session, old, new, web_tool.clock(), events.TOOL)
        found = session.query(HostAccess).one()
        assert host.refresh.keys() & {*new.decrypt(found.encrypted_tokens).decode().split('"')}
        client = session.query(BadgeHost).one()
        assert new.decrypt(client.encrypted_secret).decode() == secrets[-1]
        session.rollback()
    erasure.erase(web_tool, [anna], events.TOOL)
    assert rows(web_tool, HostAccess) == [] and rows(web_tool, BroughtBadge) == []
