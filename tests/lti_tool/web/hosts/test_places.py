"""A learner has their badges brought to a host that they named: connected, brought, renewed, stopped."""

from __future__ import annotations

from lti_tool.issuing.bound import JSON, issue_bound
from lti_tool.people.addresses import save_proof
from lti_tool.store import events
from lti_tool.store.models import Award, BroughtBadge, CredentialRow, HostAccess
from signing.did import did_key
from signing.keys import generate
from tests.fixtures import change_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import text_of
from tests.lti_tool.web.hosts.conftest import ADDRESS, signed_in

SECOND = "anna@second.example"


def test_a_badge_that_a_wallet_has_too_is_in_the_list_once_and_brought_as_everybody_has_it(
    learner, host, annas_badge, web_tool
):
    learner.connect()
    (award,) = rows(web_tool, Award)
    holder = did_key(generate("Ed25519").public_key())
    issue_bound(web_tool.store, web_tool.issuers, award.id, holder, JSON, web_tool.clock())
    page = learner.browser.get("/my/places/1")
    assert page.text.count(f'name="badge" value="{award.id}"') == 1
    learner.press("bring", badge="all")
    run_due_jobs(web_tool)
    (brought,) = host.badges.values()
    assert brought == own_text(web_tool, annas_badge)


def test_a_learner_connects_a_host_and_their_badge_is_brought_there(learner, host, annas_badge, web_tool):
    page = learner.name("backpack.example/ims/ob/v3p0/discovery")
    words = text_of(page)
    assert "Bring badges to this place? backpack.example" in words
    assert "The site calls itself: Backpack of Everybody" in words
    page = learner.connect()
    assert "The place is connected." in text_of(page) and "Not there" in text_of(page)
    (award,) = rows(web_tool, Award)
    page = learner.press("bring", badge=award.id)
    assert "It is on its way there." in text_of(page) and "Being brought" in text_of(page)
    run_due_jobs(web_tool)
    (credential,) = rows(web_tool, CredentialRow)
    with web_tool.store.read() as session:
        text = session.get_one(CredentialRow, credential.id).text
    assert list(host.badges.values()) == [text]
    page = learner.browser.get("/my/places/1")
    assert "There 21 November 2026" in text_of(page)
    assert "1 badge is there." in text_of(learner.browser.get("/my/places"))
    (row,) = rows(web_tool, BroughtBadge)
    assert (row.status, row.credential_id, row.attempts) == ("brought", annas_badge, 0)
    assert rows(web_tool, Award)[0].brought_at == web_tool.clock()
    assert [each for each in host.calls if each == "POST /register"] == ["POST /register"]


def own_text(tool, credential_id):
    with tool.store.read() as session:
        return session.get_one(CredentialRow, credential_id).text


def test_a_place_is_seen_and_stopped_under_every_address_of_its_learner(learner, host, anna, app, web_tool):
    learner.connect()
    with web_tool.store.begin() as session:
        save_proof(session, anna, SECOND, web_tool.clock(), events.person(anna))
    learner.browser = signed_in(app, web_tool, SECOND)
    assert "Backpack of Everybody" in text_of(learner.browser.get("/my/places"))
    assert learner.browser.get("/my/places/1").status_code == 200
    learner.press("stop")
    assert rows(web_tool, HostAccess) == []


def test_who_is_opened_by_nothing_sees_and_changes_no_place(learner, host, app, web_tool, clock):
    """An address that its institution gives to others later: its reader of today may be somebody else."""
    learner.connect()
    change_issuer(web_tool, awarding={"reused_domains": [ADDRESS.rpartition("@")[2]]})
    clock.advance(days=1)
    learner.browser = signed_in(app, web_tool, ADDRESS)
    assert "Backpack of Everybody" not in text_of(learner.browser.get("/my/places"))
    assert learner.browser.get("/my/places/1").status_code == 404
    for path in ("bring", "new", "stop"):
        assert learner.press(path, badge="all").status_code == 404
    assert len(rows(web_tool, HostAccess)) == 1 and not host.badges
