"""My badges: inside a platform, and outside by a code to an address that its learner has proved."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from lti_tool.awarding import awards
from lti_tool.people import learner_sessions
from lti_tool.people.addresses import confirm_address
from lti_tool.platforms import registrations
from lti_tool.store import events
from lti_tool.store.models import (
    Award,
    CorrectionRequest,
    CredentialRow,
    Event,
    LearnerSession,
    ProvedAddress,
    ShareLink,
)
from lti_tool.values import secret_hash
from lti_tool.web import rate_limits
from tests.fixtures import ANNA, JANIS, NEW_REGISTRATION, ZANE, change_issuer, launch_of, rows, run_due_jobs
from tests.lti_tool.web.conftest import (
    CLAIM,
    FROM_ELSEWHERE,
    FROM_US,
    browser_of,
    hidden,
    list_of_everybody,
    text_of,
)

PRIVATE = "anna@home.example"
COOKIE = "__Host-nozimite_my"


@pytest.fixture
def press(school, annas_badge):
    """Sends a form of a page inside the platform, as Anna or somebody else."""
    tokens = {}

    def press(path, person=ANNA, **fields):
        if person.user_id not in tokens:
            tokens[person.user_id] = hidden(school.launch(person), "_launch")
        return school.browser.post(f"/lti/app/{path}", data={"_launch": tokens[person.user_id]} | fields)

    return press


def mailed(tool):
    """The mails with codes, oldest first."""
    folder = Path(tool.mail_folder)
    found = sorted(folder.glob("code-*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]


def mailed_code(tool):
    run_due_jobs(tool)
    return re.search(r"\b(\d{8})\b", mailed(tool)[-1].get_body(("plain",)).get_content())[1]


@pytest.fixture
def prove(press, web_tool):
    """Proves an address inside the platform."""

    def prove(address=PRIVATE, person=ANNA):
        page = press("mine/address", person, address=address)
        ticket = hidden(page, "ticket")
        return press("mine/code", person, ticket=ticket, address=address, code=mailed_code(web_tool))

    return prove


def asked(browser, address=PRIVATE):
    return browser.post("/my/code", data={"address": address}, headers=FROM_US)


def signed_in(browser, tool, address=PRIVATE):
    """The page after a code was asked for and typed, in this browser."""
    asked(browser, address)
    code = mailed_code(tool)
    answer = browser.post("/my/session", data={"code": code, "address": address}, headers=FROM_US)
    return browser.get("/my") if answer.status_code == 303 else answer


def test_all_badges_of_the_person_are_listed_with_how_they_stand(press, web_tool, clock, annas_badge):
    words = text_of(press("mine"))
    assert "Data literacy for decision makers" in words and "Riga College · 21 November 2026" in words
    assert "Private" in words
    press(f"badges/{annas_badge}/sharing/link")
    assert "Shown by a link" in text_of(press("mine"))
    press(f"badges/{annas_badge}/sharing/publish")
    assert "Public" in text_of(press("mine"))
    with web_tool.store.begin() as session:
        session.query(CredentialRow).one().valid_until = clock() + timedelta(days=30)
    words = text_of(press("mine"))
    assert "30 days left" in words and "Valid until 21 December 2026." in words
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "By mistake", clock(), events.person(1))
    words = text_of(press("mine"))
    assert "Revoked" in words and "By mistake" in words
    assert "You have no badge yet." in text_of(press("mine", JANIS))


def test_a_badge_that_has_ended_stands_beside_the_one_that_renews_it(press, web_tool, clock, annas_badge):
    with web_tool.store.begin() as session:
        session.query(CredentialRow).one().valid_until = clock() - timedelta(days=1)
    # To open the link is a new occasion.
    words = text_of(press("mine"))
    assert "It was valid until 20 November 2026. Renewed by a newer one" in words and "On its way" in words
    run_due_jobs(web_tool)
    words = text_of(press("mine"))
    assert "Renewed by a newer one" in words and "Fundamentals New" in words and "On its way" not in words


def test_what_is_missing_for_a_badge_of_the_course_is_told(press):
    words = text_of(press("mine", JANIS))
    assert "Not yet yours, in this course" in words and "Why don't I have it yet?" in words
    assert "Not yet yours, in this course" not in text_of(press("mine", ANNA))


def launched_from_profile(school, person, **changes):
    """The page of a launch that our plugin for Moodle leads to from the person's profile."""
    return school.launch(
        person, **{CLAIM + "custom": school.custom | {"nozimite_page": "my_badges"}} | changes
    )


def test_who_comes_from_their_profile_sees_all_their_badges(school, annas_badge, web_tool):
    page = launched_from_profile(school, ANNA)
    words = text_of(page)
    assert "<h1>My badges</h1>" in page.text and "Data literacy for decision makers" in words
    assert "Back to the badge" in words
    # They have seen the list, not the badge.
    assert rows(web_tool, Award)[0].claimed_at is None
    back = school.browser.post("/lti/app/learner", data={"_launch": hidden(page, "_launch")})
    assert "<h1>My badges</h1>" not in back.text and back.status_code == 200


def test_a_launch_from_the_profile_decides_what_any_other_does(school, annas_badge, web_tool, clock):
    with web_tool.store.begin() as session:
        session.query(CredentialRow).one().valid_until = clock() - timedelta(days=1)
    words = text_of(launched_from_profile(school, ANNA))
    assert "Renewed by a newer one" in words and "On its way" in words
    assert len(rows(web_tool, Award)) == 2


def test_an_unknown_page_is_the_badge(school, annas_badge):
    for wish in ("all", "", "my_badges ", "MY_BADGES", "../my"):
        page = school.launch(ANNA, **{CLAIM + "custom": school.custom | {"nozimite_page": wish}})
        assert "<h1>My badges</h1>" not in page.text and page.status_code == 200


def test_who_is_no_learner_sees_their_own_page(school):
    for person in (ZANE, replace(ANNA, roles=())):
        page = launched_from_profile(school, person)
        assert "<h1>My badges</h1>" not in page.text and page.status_code == 200
    assert "<h1>My badges</h1>" not in launched_from_profile(school, ANNA, **{CLAIM + "context": None}).text


def test_teachers_have_no_such_page(press):
    assert press("mine", ZANE).status_code == 403


def test_a_badge_is_hidden_and_stays_valid(press, app, web_tool, annas_badge):
    words = text_of(press(f"badges/{annas_badge}/list/hide"))
    assert "1 hidden badge" in words and rows(web_tool, Award)[0].status == "issued"
    assert browser_of(app).get(f"/badges/{annas_badge}").status_code == 200
    assert "hidden badge" not in text_of(press(f"badges/{annas_badge}/list/unhide"))
    assert press(f"badges/{annas_badge}/list/hide", JANIS).status_code == 404
    assert press(f"badges/{annas_badge}/list/nothing").status_code == 404


def test_a_proved_address_opens_the_badges_from_outside(prove, app, web_tool, annas_badge):
    assert f"You can now sign in with {PRIVATE}" in text_of(prove())
    browser = browser_of(app)
    page = signed_in(browser, web_tool)
    assert "Data literacy for decision makers" in text_of(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    page = browser.get(f"/my/badges/{annas_badge}")
    assert "Your badge is private" in text_of(page)
    page = browser.post(f"/my/badges/{annas_badge}/sharing/link", data={"name": "yes"}, headers=FROM_US)
    assert re.search(r'value="https://badges\.example\.org/shared/', page.text)
    assert "hidden badge" in text_of(browser.post(f"/my/badges/{annas_badge}/list/hide", headers=FROM_US))


def test_whoever_is_led_from_a_badge_to_the_form_to_sign_in_gets_back_to_it(
    prove, app, web_tool, annas_badge
):
    """As by a mail that asks about the badge."""
    prove()
    browser = browser_of(app)
    led = browser.get(f"/my/badges/{annas_badge}?lang=lv")
    assert (led.status_code, led.location) == (303, f"/my?badge={annas_badge}&lang=lv")
    page = browser.get(led.location)
    assert f'href="?badge={annas_badge}&amp;lang=en"' in page.text
    page = browser.post(
        "/my/code", data={"address": PRIVATE, "badge": hidden(page, "badge")}, headers=FROM_US
    )
    form = {"address": PRIVATE, "badge": hidden(page, "badge")}
    page = browser.post("/my/session", data=form | {"code": "0"}, headers=FROM_US)
    form = {"address": PRIVATE, "badge": hidden(page, "badge"), "code": mailed_code(web_tool)}
    answer = browser.post("/my/session?lang=lv", data=form, headers=FROM_US)
    assert answer.location == f"/my/badges/{annas_badge}?lang=lv#feedback"
    assert 'id="feedback"' in browser.get(answer.location).text


@pytest.mark.parametrize("badge", ["", "x", "//evil.example", "../sign-out", "{0}"])
def test_what_is_no_badge_leads_nowhere_after_the_sign_in(prove, app, web_tool, badge):
    prove()
    browser = browser_of(app)
    assert 'name="badge"' not in browser.get(f"/my?badge={badge}").text
    asked(browser)
    form = {"address": PRIVATE, "badge": badge, "code": mailed_code(web_tool)}
    assert browser.post("/my/session", data=form, headers=FROM_US).location == "/my"


def test_the_session_is_in_a_cookie_that_no_other_site_gets_or_gives(prove, app, web_tool):
    prove()
    browser = browser_of(app)
    asked(browser)
    answer = browser.post("/my/session", data={"code": mailed_code(web_tool)}, headers=FROM_US)
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(COOKIE)]
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    token = cookie.partition("=")[2].partition(";")[0]
    assert token not in str([vars(row) for kind in (LearnerSession, Event) for row in rows(web_tool, kind)])


def test_what_a_platform_claims_opens_nothing(app, web_tool, annas_badge):
    """Its administrator can launch anybody with any address."""
    browser = browser_of(app)
    asked(browser, ANNA.email)
    run_due_jobs(web_tool)
    assert not list(Path(web_tool.mail_folder).glob("code-*"))


def test_somebody_with_my_address_at_another_platform_gets_none_of_my_badges(prove, app, web_tool, clock):
    """Neither by a launch, nor by proving an address of their own there."""
    prove()
    other = replace(NEW_REGISTRATION, platform_id="https://evil.example", client_id="client-9")
    with web_tool.store.begin() as session:
        registration = registrations.add(session, other, clock())
        from lti_tool.people import sessions

        mallory = replace(ANNA, user_id="666", email=PRIVATE)
        token = sessions.start_session(session, launch_of(mallory, registration.id), clock()).token
    browser = browser_of(app)
    page = browser.post("/lti/app/mine", data={"_launch": token})
    assert "Data literacy" not in text_of(page)
    page = browser.post("/lti/app/mine/address", data={"_launch": token, "address": "mallory@evil.example"})
    ticket = hidden(page, "ticket")
    code = mailed_code(web_tool)
    browser.post("/lti/app/mine/code", data={"_launch": token, "ticket": ticket, "code": code})
    assert "Data literacy" not in text_of(signed_in(browser, web_tool, "mallory@evil.example"))


def test_known_and_unknown_addresses_get_the_same_answer(prove, app):
    prove()
    known, unknown = (asked(browser_of(app), address) for address in (PRIVATE, "nobody@home.example"))

    def without(page, address):
        text = page.text.replace(address, "")
        return re.sub(r'nonce="[^"]*"', "", text), page.status_code, sorted(page.headers.keys())

    assert without(known, PRIVATE) == without(unknown, "nobody@home.example")


def test_a_code_asked_for_in_one_browser_is_of_no_use_in_another(prove, app, web_tool):
    prove()
    mine, other = browser_of(app), browser_of(app)
    asked(mine)
    code = mailed_code(web_tool)
    asked(other, "other@home.example")
    answer = other.post("/my/session", data={"code": code}, headers=FROM_US)
    assert "This code does not work." in text_of(answer) and rows(web_tool, LearnerSession) == []
    assert mine.post("/my/session", data={"code": code}, headers=FROM_US).status_code == 303


def test_no_other_site_signs_anybody_in_or_out(prove, app, web_tool):
    prove()
    browser = browser_of(app)
    signed_in(browser, web_tool)
    for path in ("code", "session", "sign-out"):
        assert browser.post(f"/my/{path}", headers=FROM_ELSEWHERE).status_code == 403
    assert rows(web_tool, LearnerSession)[0].revoked_at is None


def test_signing_out_ends_this_session_or_all(prove, app, web_tool):
    prove()
    first, second, third = (browser_of(app) for _ in range(3))
    for browser in (first, second, third):
        signed_in(browser, web_tool)
    first.post("/my/sign-out", headers=FROM_US)
    assert "Send me a code" in text_of(first.get("/my"))
    second.post("/my/sign-out", data={"everywhere": "yes"}, headers=FROM_US)
    assert "Send me a code" in text_of(third.get("/my"))


def test_sessions_are_listed_and_ended_one_by_one(prove, app, web_tool):
    prove()
    prove("janis@home.example", JANIS)
    first, second, other = (browser_of(app) for _ in range(3))
    signed_in(first, web_tool)
    signed_in(other, web_tool, "janis@home.example")
    page = signed_in(second, web_tool)
    assert text_of(page).count("Last used") == 2 and "This session" in text_of(page)
    here, _, there = (learner_sessions.name_of(row) for row in in_order(web_tool, second, other, first))
    # Neither by a form of another site, nor that of somebody else.
    second.post("/my/sessions/end", data={"session": there}, headers=FROM_ELSEWHERE)
    other.post("/my/sessions/end", data={"session": there}, headers=FROM_US)
    assert "Your sessions" in text_of(first.get("/my"))
    second.post("/my/sessions/end", data={"session": there}, headers=FROM_US)
    assert "Send me a code" in text_of(first.get("/my"))
    assert text_of(second.get("/my")).count("Last used") == 1
    second.post("/my/sessions/end", data={"session": here}, headers=FROM_US)
    assert "Send me a code" in text_of(second.get("/my"))
    assert "Your sessions" in text_of(other.get("/my"))


def in_order(tool, *browsers):
    """The rows of the browsers' sessions."""
    tokens = [browser.get_cookie(COOKIE).value for browser in browsers]
    with tool.store.read() as session:
        return [session.get_one(LearnerSession, secret_hash(token)) for token in tokens]


def test_a_session_opens_no_badge_of_anybody_else(prove, app, web_tool, annas_badge):
    prove("janis@home.example", JANIS)
    browser = browser_of(app)
    signed_in(browser, web_tool, "janis@home.example")
    assert browser.get(f"/my/badges/{annas_badge}").status_code == 404
    for path in ("sharing/link", "list/hide"):
        assert browser.post(f"/my/badges/{annas_badge}/{path}", headers=FROM_US).status_code == 404
    assert rows(web_tool, ShareLink) == []


def test_whoever_is_signed_in_takes_a_recognition_pack_away_and_nobody_else(
    prove, app, web_tool, annas_badge
):
    prove()
    prove("janis@home.example", JANIS)
    path, form = "/my/recognition-pack", {"badge": annas_badge, "form": "json"}
    anna, janis, stranger = (browser_of(app) for _ in range(3))
    assert f'action="{path}"' in signed_in(anna, web_tool).text
    assert f'action="{path}"' not in signed_in(janis, web_tool, "janis@home.example").text
    (badge,) = anna.post(path, data=form, headers=FROM_US).get_json()["badges"]
    assert badge["credentialId"].endswith(annas_badge)
    for browser, headers, status in (
        (anna, FROM_ELSEWHERE, 403),
        (janis, FROM_US, 404),
        (stranger, FROM_US, 303),
    ):
        assert browser.post(path, data=form, headers=headers).status_code == status


def test_a_wallet_is_offered_the_badges_of_whoever_is_signed_in_alone(prove, app, web_tool, annas_badge):
    prove()
    prove("janis@home.example", JANIS)
    path = f"/my/badges/{annas_badge}/wallet"
    anna, janis, stranger = (browser_of(app) for _ in range(3))
    signed_in(anna, web_tool)
    signed_in(janis, web_tool, "janis@home.example")
    assert "Keep this badge" in text_of(anna.get(f"/my/badges/{annas_badge}"))
    page = anna.post(path, headers=FROM_US)
    assert "https://lcw.app/request?" in page.text and page.headers["Cache-Control"] == "private, no-store"
    refused = (
        (anna, FROM_ELSEWHERE, 403),
        (janis, FROM_US, 404),
        (stranger, FROM_US, 303),
    )
    for browser, headers, status in refused:
        answer = browser.post(path, headers=headers)
        assert answer.status_code == status and "lcw.app" not in answer.text


def test_an_address_of_a_reused_domain_opens_nothing_until_staff_confirm(prove, app, web_tool, clock):
    prove()
    change_issuer(web_tool, awarding={"reused_domains": ["home.example"]})
    browser = browser_of(app)
    words = text_of(signed_in(browser, web_tool))
    (proof,) = rows(web_tool, ProvedAddress)
    assert "Data literacy" not in words and f"tell them this number: {proof.person_id}" in words
    with web_tool.store.begin() as session:
        confirm_address(session, proof.person_id, PRIVATE, clock(), events.operator("root"))
    assert "Data literacy" in text_of(browser.get("/my"))


def test_an_address_is_removed_by_its_owner_alone(prove, press, app, web_tool):
    prove()
    browser = browser_of(app)
    signed_in(browser, web_tool)
    (proof,) = rows(web_tool, ProvedAddress)
    assert press("mine/address/remove", JANIS, proof=str(proof.id)).status_code == 404
    assert press("mine/address/remove", proof=str(proof.id)).status_code == 200
    assert "Send me a code" in text_of(browser.get("/my"))


def test_a_wrong_address_or_code_is_said_and_can_be_mended(press, web_tool):
    assert "This is no e-mail address." in text_of(press("mine/address", address="anna"))
    page = press("mine/address", address=PRIVATE)
    page = press("mine/code", ticket=hidden(page, "ticket"), address=PRIVATE, code="1234")
    assert "This code does not work." in text_of(page) and rows(web_tool, ProvedAddress) == []


def test_codes_are_limited_for_each_address_and_each_visitor(press, app, monkeypatch):
    monkeypatch.setattr(rate_limits._limiter_of(app), "enabled", True)
    answers = [asked(browser_of(app), "one@home.example").status_code for _ in range(8)]
    assert answers == [200] * 6 + [429] * 2
    answers = [asked(browser_of(app), f"a{number}@home.example").status_code for number in range(20)]
    assert 429 in answers


def test_a_correction_is_asked_for_in_words_and_settled_by_a_teacher(press, school, web_tool, annas_badge):
    path = f"badges/{annas_badge}/list/correction"
    assert press(path).status_code == 403
    assert "Your teacher is told." in text_of(press(path, words="My name is Anna Kalniņa now."))
    assert press(path, words="Once more").status_code == 403
    page = school.launch(ZANE)
    assert "My name is Anna Kalniņa now." in text_of(page)
    # The list opens at that learner.
    assert hidden(page, "roster_find") == "anna@example.org"
    (request,) = rows(web_tool, CorrectionRequest)
    assert press(f"awards/{request.award_id}/settle", JANIS).status_code == 403
    page = press(f"awards/{request.award_id}/settle", ZANE)
    assert "My name is Anna Kalniņa now." not in text_of(page)
    assert rows(web_tool, CorrectionRequest)[0].settled_at is not None
    assert "Kalniņa" not in str([each.data for each in rows(web_tool, Event)])


def test_hidden_and_corrected_badges_are_told_in_latvian_too(press, school, annas_badge):
    launch = {"https://purl.imsglobal.org/spec/lti/claim/launch_presentation": {"locale": "lv"}}
    token = hidden(school.launch(ANNA, **launch), "_launch")
    page = school.browser.post(f"/lti/app/badges/{annas_badge}/list/hide", data={"_launch": token})
    assert "1 paslēpta nozīmīte" in text_of(page)


def test_a_badge_is_new_until_its_learner_opens_it(school, press, annas_badge, web_tool):
    def claims():
        return [(row.about, row.actor) for row in rows(web_tool, Event) if row.what == "badge_claimed"]

    assert claims() == []
    school.launch(ZANE)
    press("mine", JANIS)
    assert claims() == []
    press("learner")
    press("learner")
    (award,) = rows(web_tool, Award)
    assert claims() == [(str(award.id), str(award.person_id))]
    assert award.claimed_at == web_tool.clock()
    assert "New" not in text_of(press("mine"))
    assert "1 has opened it" in text_of(school.launch(ZANE))
    assert "opened by the learner" in text_of(list_of_everybody(school))


def test_to_look_at_the_list_does_not_open_a_badge(school, press, prove, annas_badge, web_tool):
    prove()
    browser = browser_of(school.browser.application)
    signed_in(browser, web_tool)
    for open_it in (
        lambda: press(f"badges/{annas_badge}/sharing"),
        lambda: browser.get(f"/my/badges/{annas_badge}"),
    ):
        with web_tool.store.begin() as session:
            session.query(Award).one().claimed_at = None
        assert all("New" in text_of(page) for page in (press("mine"), browser.get("/my"), press("mine")))
        assert open_it().status_code == 200
        assert not any("New" in text_of(page) for page in (press("mine"), browser.get("/my")))
