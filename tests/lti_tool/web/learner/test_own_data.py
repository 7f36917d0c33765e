"""Your data: a learner takes it with them after a fresh sign-in, and says what does not stand in their badges."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from lti_tool.people.addresses import save_proof
from lti_tool.store import events, queries
from lti_tool.store.models import CredentialRow, Person
from lti_tool.web import rate_limits
from tests.fixtures import ANNA, change_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, FROM_US, hidden, text_of
from tests.lti_tool.web.learner.test_mine import signed_in


@pytest.fixture
def token(school, annas_badge):
    return hidden(school.launch(ANNA), "_launch")


def post(school, path, token, **fields):
    return school.browser.post(f"/lti/app/mine/data{path}", data={"_launch": token, **fields})


def valid(tool):
    """The credential of Anna that is valid now, as JSON."""
    (row,) = [row for row in rows(tool, CredentialRow) if row.revoked_at is None]
    return row.id, json.loads(row.text)["credentialSubject"]


def test_the_file_has_their_data_right_after_the_link_was_opened_and_not_later(
    school, token, web_tool, clock
):
    answer = post(school, "/file", token)
    assert answer.mimetype == "application/zip" and "no-store" in answer.headers["Cache-Control"]
    data = json.loads(zipfile.ZipFile(io.BytesIO(answer.data)).read("data.json"))
    assert [row["name"] for row in data["tables"]["person"]["rows"]] == [ANNA.name]
    clock.advance(minutes=16)
    answer = post(school, "/file", token)
    assert answer.mimetype == "text/html" and "Open the link on your learning platform again" in text_of(
        answer
    )


def test_without_the_hash_of_the_address_the_badge_is_made_anew_by_the_name_alone(
    school, token, web_tool, annas_badge
):
    before, subject = valid(web_tool)
    assert {each["identityType"] for each in subject["identifier"]} == {"emailAddress", "name"}
    assert "Saved." in text_of(post(school, "/withhold", token, withheld="email"))
    run_due_jobs(web_tool)
    after, subject = valid(web_tool)
    assert after != before and [each["identityType"] for each in subject["identifier"]] == ["name"]
    assert "anna@" not in json.dumps(subject)
    # Saved once more, nothing is made.
    post(school, "/withhold", token, withheld="email")
    run_due_jobs(web_tool)
    assert valid(web_tool)[0] == after


def test_without_the_name_nothing_in_the_badge_says_it(school, token, web_tool):
    post(school, "/withhold", token, withheld="name")
    run_due_jobs(web_tool)
    badge_id, subject = valid(web_tool)
    assert [each["identityType"] for each in subject["identifier"]] == ["emailAddress"]
    assert "Anna" not in json.dumps(subject, ensure_ascii=False)
    page = school.browser.get(f"/badges/{badge_id}")
    assert page.status_code == 200 and "Anna" not in page.text
    assert school.browser.get(f"/badges/{badge_id}.pdf").status_code in (200, 404)
    # And everything stands in it again where they want that.
    post(school, "/withhold", token, withheld="")
    run_due_jobs(web_tool)
    assert len(valid(web_tool)[1]["identifier"]) == 2


def test_both_at_once_or_what_nobody_else_tells_is_refused(school, token, web_tool):
    assert post(school, "/withhold", token, withheld=["name", "email"]).status_code == 403
    with web_tool.store.begin() as session:
        session.query(Person).filter_by(name=ANNA.name).one().email = None
    assert post(school, "/withhold", token, withheld="name").status_code == 403
    assert {tuple(row.withheld) for row in rows(web_tool, Person)} == {()}


def test_the_page_says_whom_to_ask_and_what_a_law_keeps(school, token, web_tool):
    law = "Act on Education, section 5"
    change_issuer(
        web_tool,
        privacy={"contact": "dpo@riga.example", "awards_years": 40, "awards_kept_by_law": law},
    )
    words = text_of(post(school, "", token))
    assert "Write to" in words and "dpo@riga.example" in words and law in words and "live on" in words


def test_the_first_page_of_a_learner_leads_to_the_notice_of_the_issuer(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    assert "/issuers/riga-college/privacy" in page.text
    change_issuer(
        web_tool,
        privacy={
            "contact": "dpo@riga.example",
            "notice_url": "https://riga.example/privacy",
            "awards_years": 7,
        },
    )
    for language, words in (("en", ("What is kept of you", "7 years")), ("lv", ("Kas par jums", "7 gadus"))):
        answer = school.browser.get(f"/issuers/riga-college/privacy?lang={language}")
        text = text_of(answer)
        assert answer.status_code == 200
        for word in (*words, "dpo@riga.example", "https://riga.example/privacy", "90"):
            assert word in text
    assert school.browser.get("/issuers/nobody/privacy").status_code == 404


@pytest.fixture
def outside(school, annas_badge, web_tool):
    """A browser in which Anna is signed in with an address that she has proved."""
    with web_tool.store.begin() as session:
        anna = queries.people.person_of(session, 1, ANNA.user_id).id
        save_proof(session, anna, "anna@home.example", web_tool.clock(), events.person(anna))
    assert signed_in(school.browser, web_tool, "anna@home.example").status_code == 200
    return school.browser


def test_whoever_is_signed_in_outside_takes_their_data_right_after_the_code(outside, clock):
    assert "Download my data" in text_of(outside.get("/my/data"))
    answer = outside.post("/my/data/file", headers=FROM_US)
    assert answer.mimetype == "application/zip"
    assert "data.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    clock.advance(minutes=16)
    assert "sign in with a new code" in text_of(outside.post("/my/data/file", headers=FROM_US))
    clock.advance(minutes=31)
    assert "Download my data" not in text_of(outside.get("/my/data"))


def test_a_page_of_another_site_gets_nothing_and_changes_nothing(outside, web_tool):
    for path in ("file", "withhold"):
        answer = outside.post(f"/my/data/{path}", headers=FROM_ELSEWHERE, data={"withheld": "email"})
        assert answer.status_code == 403
    assert {tuple(row.withheld) for row in rows(web_tool, Person)} == {()}
    outside.post("/my/data/withhold", headers=FROM_US, data={"withheld": "email"})
    assert ("email",) in {tuple(row.withheld) for row in rows(web_tool, Person)}


def test_nobody_has_their_badges_made_anew_all_day_long(school, token, app, monkeypatch):
    """Each time a place in a status list is used up."""
    monkeypatch.setattr(rate_limits._limiter_of(app), "enabled", True)
    chosen = ("email", "")
    answers = [post(school, "/withhold", token, withheld=chosen[n % 2]).status_code for n in range(8)]
    assert answers == [200] * 6 + [429] * 2
    assert [post(school, "/file", token).status_code for _ in range(12)] == [200] * 10 + [429] * 2
