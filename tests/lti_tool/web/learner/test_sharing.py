"""A learner's badge is private until they show it: by links that end, or by publishing its own address."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from lti_tool.awarding import awards
from lti_tool.people.share_links import MOST_LINKS, token_of
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events
from lti_tool.store.models import Award, CredentialRow, Event, ShareLink
from tests.fixtures import ANNA, JANIS, change_issuer, rows, run_due_jobs
from tests.lti_tool.web.conftest import browser_of, hidden, text_of

ANYWHERE = re.compile(r'value="https://badges\.example\.org(/shared/[\w-]{22})"')


@pytest.fixture
def anna(school, annas_badge):
    """The token of Anna's page."""
    return hidden(school.launch(ANNA), "_launch")


@pytest.fixture
def press(school, annas_badge, anna):
    """Presses a button of the badge's page as Anna, or with another token."""

    def press(action, token=anna, **fields):
        address = f"/lti/app/badges/{annas_badge}/sharing" + (f"/{action}" if action else "")
        return school.browser.post(address, data={"_launch": token} | fields)

    return press


def links_on(page):
    return ANYWHERE.findall(page.text)


def make(press, **fields):
    return links_on(press("link", **fields))[-1]


def test_a_badge_is_private_until_its_learner_shows_it(school, annas_badge, web_tool):
    page = school.launch(ANNA)
    assert "Your badge is private" in text_of(page)
    assert links_on(page) == [] and rows(web_tool, ShareLink) == []
    assert "linkedin.com" not in page.text


def test_a_link_shows_the_badge_with_its_learner_to_whoever_has_it(press, app, annas_badge):
    address = make(press, name="yes", lifetime="year")
    page = browser_of(app).get(address)
    words = text_of(page)
    assert page.status_code == 200
    assert "This badge is genuine and valid" in words and "Anna Bērziņa" in words
    assert "This link works until 21 November 2027" in words
    assert annas_badge not in page.text
    file = browser_of(app).get(f"{address}/badge.png")
    assert file.mimetype == "image/png" and b"Anna" in file.data


def everything_of(answer):
    return f"{answer.headers}\n{answer.get_data(as_text=True)}"


def test_a_link_without_the_name_tells_nothing_of_its_learner(press, app, web_tool, annas_badge):
    """Neither on the page nor in its headers, and it leads to nothing that does."""
    with web_tool.store.begin() as session:
        subject = session.query(Award).one().subject_id
    address = make(press, name="no")
    (row,) = rows(web_tool, CredentialRow)
    identifiers = json.loads(row.text)["credentialSubject"]["identifier"]
    signed = [each[name] for each in identifiers for name in ("identityHash", "salt") if name in each]
    assert len(signed) == 3 and "Anna Bērziņa" in signed
    for language in ("en", "lv"):
        page = browser_of(app).get(f"{address}?lang={language}")
        assert page.status_code == 200
        secrets = ("Anna", "Bērziņ", ANNA.email, annas_badge, annas_badge[-12:], subject, *signed)
        for secret in secrets:
            assert secret not in everything_of(page), secret
        assert "og:" not in page.text and "/badges/" not in page.text and ".json" not in page.text
        linked = set(re.findall(r'(?:href|src|action)="(/[^"?]*)', page.text))
        assert {each for each in linked if not each.startswith(("/static/", "/achievements/"))} <= {
            "/",
            "/verify",
            "/my",
            "/issuers/riga-college",
            "/issuers/riga-college/privacy",
        }
    assert browser_of(app).get(f"{address}/badge.png").status_code == 404


def test_a_link_without_the_name_shows_no_evidence_and_no_reason(press, app, web_tool, clock, school):
    """Teachers write these about the learner, and may name them."""
    named, nameless = make(press, name="yes"), make(press, name="no")
    with web_tool.store.begin() as session:
        session.query(Award).one().evidence = [{"text": "Anna held the talk herself."}]
    with web_tool.store.begin() as session:
        awards.correct(session, session.query(Award).one(), clock(), events.person(1))
    run_due_jobs(web_tool)
    assert "held the talk" in text_of(browser_of(app).get(named))
    words = text_of(browser_of(app).get(nameless))
    assert "This badge is genuine and valid" in words and "held the talk" not in words
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "Anna asked for it", clock(), events.person(1))
    words = text_of(browser_of(app).get(nameless))
    assert "This badge has been revoked" in words and "Anna" not in words


def test_the_elements_are_all_shown_without_the_name_too(press, app):
    named, nameless = (text_of(browser_of(app).get(make(press, name=word))) for word in ("yes", "no"))
    assert "All 11 mandatory elements of an EU micro-credential are stated." in named
    assert "All 11 mandatory elements of an EU micro-credential are stated." in nameless
    assert "80" in nameless
    assert "Is it this person?" in named and "Is it this person?" not in nameless
    assert "bears no name" not in nameless


def test_search_engines_may_list_a_badge_only_while_its_learner_publishes_it(press, app, annas_badge):
    def is_listed():
        return "X-Robots-Tag" not in browser_of(app).get(f"/badges/{annas_badge}").headers

    assert not is_listed()
    press("publish")
    assert is_listed()
    press("unpublish")
    assert not is_listed()


def test_the_page_of_a_link_is_kept_and_listed_by_nobody(press, app):
    headers = browser_of(app).get(make(press)).headers
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]


def without_incident(answer):
    return re.sub(r"[0-9A-F]{4}(?:-[0-9A-F]{4}){2}|nonce[-=][^\s;]+", "", answer.text), answer.status_code


def test_ended_expired_and_unknown_links_look_the_same(press, app, web_tool, clock):
    ended, expired = make(press, lifetime="ended"), make(press, lifetime="month")
    first, _second = rows(web_tool, ShareLink)
    assert press("end", link=str(first.id)).status_code == 200
    assert browser_of(app).get(expired).status_code == 200
    clock.advance(days=30)
    answers = {
        without_incident(browser_of(app).get(each)) for each in (ended, expired, "/shared/" + "x" * 22)
    }
    assert len(answers) == 1
    ((text, status),) = answers
    assert status == 404 and "Ask whoever sent you the link for a new one." in text
    assert "Anna" not in text


def test_only_its_learner_makes_and_ends_links(press, school, web_tool, annas_badge):
    make(press)
    (link,) = rows(web_tool, ShareLink)
    janis = hidden(school.launch(JANIS), "_launch")
    for action in ("", "link", "end", "publish", "unpublish"):
        assert press(action, token=janis, link=str(link.id)).status_code == 404
    assert [each.revoked_at for each in rows(web_tool, ShareLink)] == [None]
    assert rows(web_tool, Award)[0].published_at is None


def test_a_link_of_another_badge_is_not_ended(press, web_tool):
    make(press)
    with web_tool.store.begin() as session:
        session.query(ShareLink).one().id = 77
    assert press("end", link="78").status_code == 404
    assert press("no_such_thing").status_code == 404
    assert press("link", lifetime="for ever").status_code == 400


def test_so_many_links_work_at_once_and_no_more(press, web_tool):
    for _ in range(MOST_LINKS):
        page = press("link")
    assert "Make the link" not in page.text
    assert press("link").status_code == 403
    assert len(rows(web_tool, ShareLink)) == MOST_LINKS


def test_the_database_alone_opens_no_link(press, web_tool):
    address = make(press)
    (link,) = rows(web_tool, ShareLink)
    token = address.removeprefix("/shared/")
    stored = " ".join(str(value) for value in vars(link).values())
    assert token not in stored and token == token_of(link, web_tool.secret_key)
    assert token_of(link, "another secret") is None
    assert token not in str([(each.about, each.data) for each in rows(web_tool, Event)])


def test_a_link_whose_address_is_not_known_any_more_can_still_be_ended(press, web_tool):
    make(press)
    with web_tool.store.begin() as session:
        session.query(ShareLink).one().seed = "0" * 32
    page = press("")
    assert "Its address cannot be shown any more" in text_of(page) and "End this link" in text_of(page)


def test_a_corrected_badge_is_shown_by_the_same_link(press, app, web_tool, clock):
    address = make(press, name="yes")
    with web_tool.store.begin() as session:
        session.query(Award).one().person.name = "Anna Kalniņa"
        awards.correct(session, session.query(Award).one(), clock(), events.person(1))
    run_due_jobs(web_tool)
    assert "Anna Kalniņa" in text_of(browser_of(app).get(address))


def test_linkedin_gets_the_address_of_a_published_badge_alone(press, web_tool, annas_badge):
    change_issuer(web_tool, linkedin_id="1234567")
    page = press("publish")
    address = unescape(re.search(r'href="(https://www\.linkedin\.com[^"]*)"', page.text)[1])
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert asked["organizationId"] == "1234567" and "organizationName" not in asked
    assert asked["certUrl"] == f"https://badges.example.org/badges/{annas_badge}"
    assert (asked["issueYear"], asked["issueMonth"]) == ("2026", "11")
    assert "November 2026" in text_of(page) and "Riga College" in text_of(page)
    page = press("unpublish")
    assert "linkedin.com" not in page.text and "Your badge is private again." in text_of(page)


def test_a_revoked_badge_is_neither_shared_nor_published(press, web_tool, clock):
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "x", clock(), events.person(1))
    assert press("link").status_code == press("publish").status_code == 403
    assert "There is no valid badge" in text_of(press(""))


@pytest.mark.parametrize("state", ["revoked", "expired"])
def test_the_links_of_a_badge_that_is_not_valid_any_more_can_be_ended(press, school, web_tool, clock, state):
    make(press)
    with web_tool.store.begin() as session:
        if state == "revoked":
            awards.revoke(session, session.query(Award).one(), "x", clock(), events.person(1))
        else:
            session.query(CredentialRow).one().valid_until = clock()
    page = school.launch(ANNA)
    assert "End this link" in text_of(page) and "Make a link" not in text_of(page)
    (link,) = rows(web_tool, ShareLink)
    assert press("end", link=str(link.id)).status_code == 200
    assert rows(web_tool, ShareLink)[0].revoked_at == clock()
    assert "Show it to others" not in text_of(school.launch(ANNA))


def test_erasure_ends_all_links(press, app, web_tool, clock):
    address = make(press)
    with web_tool.store.begin() as session:
        erase_person(
            session, web_tool.issuers, session.query(Award).one().person_id, clock(), events.operator("root")
        )
    assert rows(web_tool, ShareLink) == []
    assert browser_of(app).get(address).status_code == 404


def test_the_list_of_links_is_in_the_language_of_the_launch(press, school, annas_badge):
    make(press, name="no")
    page = school.launch(
        ANNA, **{"https://purl.imsglobal.org/spec/lti/claim/launch_presentation": {"locale": "lv"}}
    )
    assert "Saite bez jūsu vārda" in text_of(page)
