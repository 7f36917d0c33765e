"""The way in: with a cookie, with the platform's storage, with neither; and every way it may go wrong."""

import re
from dataclasses import replace

import pytest

from lti_tool.platforms import LAUNCH_CODES, REGISTRATION_CODES, registrations
from lti_tool.publishing import credentials
from lti_tool.store import queries
from lti_tool.web import create_app
from lti_tool.web.error_messages import ERROR_MESSAGES
from tests.fixtures import ANNA, ZANE
from tests.lti_tool.web.conftest import (
    CLAIM,
    FROM_ELSEWHERE,
    FROM_US,
    browser_of,
    data_of,
    hidden,
    policy,
    text_of,
)


def test_login_redirects_with_a_partitioned_cookie(school):
    answer = school.login()
    assert answer.status_code == 302
    assert answer.location.startswith("https://moodle.example.org/auth?")
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"__Host-lti_[0-9a-f]{8}=", cookie)
    parts = {part.strip() for part in cookie.split(";")[1:]}
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=600"} <= parts
    assert "Domain" not in cookie


def test_login_works_by_get(school):
    answer = school.browser.get(
        "/lti/login",
        query_string={
            "iss": "https://moodle.example.org",
            "login_hint": "7",
            "target_link_uri": "https://badges.example.org/lti/launch",
        },
    )
    assert answer.status_code == 302


def test_with_platform_storage_login_first_stores_the_state_there(school):
    school.storage_target = "post_message_forwarding"
    answer = school.login()
    assert answer.status_code == 200
    data = data_of(answer)
    assert data["frame"] == "post_message_forwarding"
    assert data["origin"] == "https://moodle.example.org"
    assert data["key"] == f"lti_state_{data['value']}"
    assert f"state={data['value']}" in data["location"]
    nonce = policy(answer)["script-src"][0].removeprefix("'nonce-").removesuffix("'")
    assert f'nonce="{nonce}"' in answer.text
    assert answer.headers["Set-Cookie"].startswith("__Host-lti_")


def test_a_launch_with_its_cookie_is_answered_with_the_page_itself(school):
    page = school.launch(ZANE)
    assert page.status_code == 200
    assert "Badges of this course" in text_of(page)
    assert not page.history and "Location" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "X-Frame-Options" not in page.headers


def test_the_token_is_in_no_address(school):
    page = school.launch(ZANE)
    token = hidden(page, "_launch")
    assert len(token) > 40
    addresses = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
    assert addresses and not any(token in address for address in addresses)


def test_the_launch_deletes_the_cookie(school):
    cookie = school.launch(ZANE).headers["Set-Cookie"]
    assert "Max-Age=0" in cookie and "Partitioned" in cookie


def test_only_the_platform_and_its_return_address_may_frame_the_page(school):
    assert policy(school.launch(ZANE))["frame-ancestors"] == [
        "https://moodle.example.org",
        "https://moodle.riga-college.example",
    ]


@pytest.mark.parametrize(
    ("return_url", "origins"),
    [
        ("https://skola.rīga.example/return", ["https://skola.xn--rga-uta.example"]),
        ("https://user:secret@skola.example:8443/", ["https://skola.example:8443"]),
        ("https://skola.example; script-src *; x/", []),
        ("https://skola.example\x00.org/", ["https://skola.example.org"]),
        ("javascript:alert(1)", []),
    ],
)
@pytest.mark.parametrize("cookies", [True, False])
def test_the_return_address_is_an_origin_in_the_header(school, return_url, origins, cookies):
    page = school.launch(
        ZANE, cookies=cookies, **{CLAIM + "launch_presentation": {"locale": "en", "return_url": return_url}}
    )
    assert page.status_code == 200
    assert policy(page)["frame-ancestors"] == ["https://moodle.example.org", *origins]


def test_hosted_canvas_may_frame_the_page(school, web_tool, clock):
    with web_tool.store.begin() as session:
        registrations.update(session, 1, {"product": "canvas"}, clock())
    assert "https://*.instructure.com" in policy(school.launch(ZANE))["frame-ancestors"]


@pytest.fixture
def change(web_tool, clock):
    """Changes the only registration, as an operator does."""

    def change(act, *more):
        with web_tool.store.begin() as session:
            act(session, 1, *more, clock())

    return change


def refusals(tool):
    with tool.store.read() as session:
        return [(each.why, each.data) for each in queries.events.events(session, what="launch_refused")]


def test_a_disabled_platform_is_refused_at_the_login_and_at_the_launch(school, web_tool, change):
    form = school.form(ZANE, school.login())
    change(registrations.disable)
    for refused in (school.login(), school.browser.post("/lti/launch", data=form)):
        assert refused.status_code == 403
        assert "Nozimite is switched off for your learning platform." in text_of(refused)
        assert "Badges that were awarded stay valid." in text_of(refused)
        assert "contact the operator of this service: Riga College" in text_of(refused)
    assert {(why, data["registration"]) for why, data in refusals(web_tool)} == {("platform_disabled", 1)}
    change(registrations.enable)
    assert school.launch(ZANE).status_code == 200


def test_open_pages_of_a_disabled_platform_are_refused_too(school, web_tool, change):
    form = {"_launch": hidden(school.launch(ZANE), "_launch"), "paused": "yes"}
    waiting = school.launch(ANNA, cookies=False)
    assert school.browser.post("/lti/app/rules/1/pause", data=form).status_code == 200
    change(registrations.disable)
    refused = school.browser.post("/lti/app/rules/1/pause", data=form)
    assert (refused.status_code, "switched off" in text_of(refused)) == (403, True)
    confirmed = school.browser.post(
        "/lti/confirm", data={"ticket": hidden(waiting, "ticket")}, headers=FROM_US
    )
    assert (confirmed.status_code, "switched off" in text_of(confirmed)) == (403, True)


def test_the_badges_of_a_disabled_platform_stay_and_verify(school, web_tool, annas_badge, change):
    change(registrations.disable)
    assert school.browser.get(f"/badges/{annas_badge}").status_code == 200
    assert web_tool.verify(credentials.badge(web_tool, annas_badge).png).verdict == "verified"


def test_a_launch_from_a_deployment_that_is_not_listed_is_refused_and_recorded(school, web_tool, change):
    deployment = CLAIM + "deployment_id"
    change(registrations.allow_only_listed)
    assert school.launch(ZANE).status_code == 200
    refused = school.launch(ZANE, **{deployment: "another school"})
    assert refused.status_code == 403
    assert "not switched on for this part of your learning platform" in text_of(refused)
    ((why, data),) = refusals(web_tool)
    assert (why, data["registration"], data["deployment"]) == ("unlisted_deployment", 1, "another school")
    change(registrations.list_deployment, "another school")
    page = school.launch(ZANE, **{deployment: "another school"})
    assert page.status_code == 200
    change(registrations.unlist_deployment, "another school")
    assert school.launch(ZANE, **{deployment: "another school"}).status_code == 403
    change(registrations.allow_any_deployment)
    assert school.launch(ZANE, **{deployment: "another school"}).status_code == 200


def test_a_launch_that_waits_for_its_browser_is_refused_once_its_deployment_is_unlisted(
    school, web_tool, change
):
    waiting = school.launch(ANNA, cookies=False)
    change(registrations.unlist_deployment, "1")
    change(registrations.allow_only_listed)
    ticket = {"ticket": hidden(waiting, "ticket")}
    assert school.browser.post("/lti/confirm", data=ticket, headers=FROM_US).status_code == 403
    with web_tool.store.read() as session:
        assert queries.platforms.deployments(session, 1) == []


def test_a_launch_that_waits_for_its_browser_is_refused_once_its_platform_is_removed(
    school, web_tool, change
):
    waiting = school.launch(ANNA, cookies=False)
    change(registrations.remove)
    ticket = {"ticket": hidden(waiting, "ticket")}
    answer = school.browser.post("/lti/confirm", data=ticket, headers=FROM_US)
    assert (answer.status_code, "is not registered with Nozimite" in text_of(answer)) == (400, True)


def test_before_a_launch_any_site_may_frame_an_error(school):
    page = school.browser.post("/lti/launch", data={"state": "x", "id_token": "y"})
    assert policy(page)["frame-ancestors"] == ["*"]


def test_a_launch_works_once(school):
    login = school.login()
    form = school.form(ZANE, login)
    assert school.browser.post("/lti/launch", data=form).status_code == 200
    again = school.browser.post("/lti/launch", data=form)
    assert again.status_code == 400
    assert "loaded a second time" in text_of(again)
    assert "open the link again" in text_of(again)


def test_without_a_cookie_the_person_confirms_who_they_are(school):
    page = school.launch(ANNA, cookies=False)
    assert "Continue as Anna Bērziņa in Data Literacy Fundamentals?" in text_of(page)
    assert "_launch" not in page.text
    assert policy(page)["frame-ancestors"] == [
        "https://moodle.example.org",
        "https://moodle.riga-college.example",
    ]
    entered = school.browser.post("/lti/confirm", data={"ticket": hidden(page, "ticket")}, headers=FROM_US)
    assert hidden(entered, "_launch")


@pytest.mark.parametrize("headers", [FROM_ELSEWHERE, {"Sec-Fetch-Site": "same-site"}, {}], ids=str)
def test_a_form_of_another_site_cannot_confirm(school, headers):
    """Another host under the same domain is another site too: it may belong to anybody in the institution."""
    page = school.launch(ANNA, cookies=False)
    answer = school.browser.post("/lti/confirm", data={"ticket": hidden(page, "ticket")}, headers=headers)
    assert "Continue as Anna Bērziņa" in text_of(answer)
    assert "_launch" not in answer.text


def test_the_origin_header_is_enough_to_confirm(school):
    page = school.launch(ANNA, cookies=False)
    assert page.headers["Referrer-Policy"] == "same-origin"  # else the origin would be sent as null
    entered = school.browser.post(
        "/lti/confirm",
        data={"ticket": hidden(page, "ticket")},
        headers={"Origin": "https://badges.example.org"},
    )
    assert hidden(entered, "_launch")


def test_a_ticket_works_once(school):
    ticket = {"ticket": hidden(school.launch(ANNA, cookies=False), "ticket")}
    school.browser.post("/lti/confirm", data=ticket, headers=FROM_US)
    again = school.browser.post("/lti/confirm", data=ticket, headers=FROM_US)
    assert again.status_code == 403
    assert "was already used" in text_of(again)


def test_the_state_from_the_platforms_storage_binds_the_launch(school):
    school.storage_target = "_parent"
    page = school.launch(ANNA, cookies=False)
    data = data_of(page)
    assert "value" not in data  # the page must fetch it, or it would prove nothing
    state = data["key"].removeprefix("lti_state_")
    entered = school.browser.post(
        "/lti/storage-confirm",
        data={"ticket": hidden(page, "ticket"), "value": state},
        headers=FROM_US,
    )
    assert hidden(entered, "_launch")


@pytest.mark.parametrize("value", ["", "state-of-another", "ķ"])
def test_a_wrong_value_leads_to_the_confirmation(school, value):
    school.storage_target = "_parent"
    page = school.launch(ANNA, cookies=False)
    answer = school.browser.post(
        "/lti/storage-confirm",
        data={"ticket": hidden(page, "ticket"), "value": value},
        headers=FROM_US,
    )
    assert "Continue as Anna Bērziņa" in text_of(answer)


def test_another_site_cannot_post_its_own_state(school):
    school.storage_target = "_parent"
    page = school.launch(ANNA, cookies=False)
    state = data_of(page)["key"].removeprefix("lti_state_")
    answer = school.browser.post(
        "/lti/storage-confirm",
        data={"ticket": hidden(page, "ticket"), "value": state},
        headers=FROM_ELSEWHERE,
    )
    assert "_launch" not in answer.text


def test_a_new_tab_opens_within_a_minute(school, web_tool, clock):
    school.browser = browser_of(create_app(replace(web_tool, unbound_launch="new_tab")))
    page = school.launch(ANNA, cookies=False)
    assert 'action="/lti/open" target="_blank"' in page.text
    ticket = {"ticket": hidden(page, "ticket")}
    clock.advance(seconds=61)
    assert school.browser.post("/lti/open", data=ticket, headers=FROM_US).status_code == 403
    page = school.launch(ANNA, cookies=False)
    opened = school.browser.post("/lti/open", data={"ticket": hidden(page, "ticket")}, headers=FROM_US)
    assert hidden(opened, "_launch")


def test_deny_refuses_an_unbound_browser(school, web_tool):
    school.browser = browser_of(create_app(replace(web_tool, unbound_launch="deny")))
    page = school.launch(ANNA, cookies=False)
    assert page.status_code == 403
    assert "Allow cookies" in text_of(page)


def test_the_launch_address_can_be_opened_without_a_launch(browser):
    page = browser.get("/lti/launch?anything=at-all")
    assert page.status_code == 200
    assert "Open Nozimite from your course" in text_of(page)
    assert browser.head("/lti/launch").status_code == 200


@pytest.mark.parametrize(
    "error, sentence",
    [
        ("launch_no_longer_valid", "loaded a second time"),
        ("login_required", "does not know who you are"),
        ("unauthorized_client", "switched off"),
        ("invalid_request_object", "refused to open the link"),
    ],
)
def test_the_error_form_of_canvas_has_its_own_sentences(school, error, sentence):
    form = {"error": error, "error_description": "Sorry <b>", "state": "x"}
    page = school.browser.post("/lti/launch", data=form)
    assert page.status_code == 400
    assert sentence in text_of(page)
    assert "Sorry <b>" in text_of(page) and "<b>" not in page.text


def test_a_launch_without_a_course_says_where_to_go(school):
    page = school.launch(ANNA, **{CLAIM + "context": None})
    assert "from a course" in text_of(page)


def test_the_page_is_in_the_language_of_the_launch(school):
    page = school.launch(ZANE, **{CLAIM + "launch_presentation": {"locale": "lv-LV"}})
    assert '<html lang="lv"' in page.text
    assert "Šī kursa nozīmītes" in text_of(page)
    assert page.headers["Content-Language"] == "lv"


def test_an_error_is_in_the_language_of_the_browser_and_has_a_number(browser):
    page = browser.post(
        "/lti/launch",
        data={"state": "x", "id_token": "y"},
        headers={"Accept-Language": "lv,en;q=0.5"},
    )
    assert "Šo saiti neizdevās atvērt" in text_of(page)
    assert re.search(r"Gadījuma numurs: [0-9A-F]{4}(?:-[0-9A-F]{4}){2}", text_of(page))


def test_every_code_has_an_error_message():
    assert set(LAUNCH_CODES) <= set(ERROR_MESSAGES)
    assert {f"registration_{code}" for code in REGISTRATION_CODES} <= set(ERROR_MESSAGES)


def test_a_session_ends_after_two_idle_hours(school, clock):
    token = {"_launch": hidden(school.launch(ZANE), "_launch")}
    clock.advance(minutes=119)
    assert school.browser.post("/lti/app/course", data=token).status_code == 200
    clock.advance(minutes=121)
    over = school.browser.post("/lti/app/course", data=token)
    assert over.status_code == 403
    assert "Nothing is lost" in text_of(over)


def test_the_token_may_be_in_a_header(school):
    token = hidden(school.launch(ZANE), "_launch")
    assert school.browser.post("/lti/app/course", headers={"X-LTI-Launch": token}).status_code == 200
    assert school.browser.post("/lti/app/course").status_code == 403
    assert school.browser.get(f"/lti/app/course?_launch={token}").status_code == 405
    assert school.browser.post(f"/lti/app/course?_launch={token}").status_code == 403
