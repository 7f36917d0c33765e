"""A platform's administrator registers the tool."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Semaphore

import pytest

from lti_tool.issuing import lti_keys
from lti_tool.platforms import invitations, registrations
from lti_tool.store import queries
from lti_tool.values import Registration, secret_hash
from lti_tool.web import create_app
from lti_tool.wiring import build_tool
from tests.fixtures import NEW_REGISTRATION, add_another_issuer, settings_for
from tests.lti_tool.web.conftest import browser_of, hidden, policy, text_of

SITE = "https://moodle.riga-college.example"
CONFIGURATION = {
    "issuer": SITE,
    "authorization_endpoint": f"{SITE}/mod/lti/auth.php",
    "token_endpoint": f"{SITE}/mod/lti/token.php",
    "jwks_uri": f"{SITE}/mod/lti/certs.php",
    "registration_endpoint": f"{SITE}/mod/lti/openid-registration.php",
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
    "scopes_supported": ["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"],
    "response_types_supported": ["id_token"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["RS256"],
    "claims_supported": ["sub", "iss", "name", "email"],
    "https://purl.imsglobal.org/spec/lti-platform-configuration": {
        "product_family_code": "moodle",
        "version": "5.1",
        "messages_supported": [
            {"type": "LtiResourceLinkRequest"},
            {"type": "LtiDeepLinkingRequest", "placements": ["ContentArea"]},
        ],
        "variables": [],
    },
}
URL = f"{SITE}/mod/lti/openid-configuration.php"


@pytest.fixture
def code(web_tool, clock):
    with web_tool.store.begin() as session:
        return invitations.invite(session, clock())


@pytest.fixture
def opened(browser, network, code):
    network.table[URL] = CONFIGURATION
    network.table[CONFIGURATION["registration_endpoint"]] = {"client_id": "new-client"}
    asked = {"openid_configuration": URL, "registration_token": "secret-token", "code": code}
    return browser.get("/lti/register", query_string=asked)


def register(browser, page):
    names = ("openid_configuration", "registration_token", "code", "agreed")
    return browser.post("/lti/register", data={name: hidden(page, name) for name in names})


def test_the_page_names_the_platform_and_what_is_read_and_registers_nothing(opened, web_tool):
    assert opened.status_code == 200
    words = text_of(opened)
    assert SITE in words and "name and e-mail address" in words
    with web_tool.store.read() as session:
        assert queries.platforms.find_registration(session, SITE, "new-client") is None


def test_the_page_may_be_framed_and_sets_no_cookie(opened):
    assert policy(opened)["frame-ancestors"] == ["*"]
    assert "X-Frame-Options" not in opened.headers
    assert "Set-Cookie" not in opened.headers


def test_the_button_registers_and_shows_the_next_steps(browser, opened, web_tool):
    done = register(browser, opened)
    words = text_of(done)
    assert "Nozimite is registered" in words
    assert "Activate" in words and "Show in activity chooser" in words
    assert "new-client" in words
    assert "close.js" in done.text
    with web_tool.store.read() as session:
        assert queries.platforms.find_registration(session, SITE, "new-client").product == "moodle"


def test_an_invitation_registers_one_platform(browser, opened):
    register(browser, opened)
    again = register(browser, opened)
    assert again.status_code == 400
    assert "already used" in text_of(again)


def test_without_an_invitation_no_address_is_called(browser, network):
    for code in ("", "guessed"):
        answer = browser.get("/lti/register", query_string={"openid_configuration": URL, "code": code})
        assert answer.status_code == 400  # the network's table is empty: a call would be "cannot be reached"
        assert "cannot be reached" not in text_of(answer)
        assert "new registration address" in text_of(answer)


def test_opened_without_a_platform_the_page_says_where_to_use_it(browser, code):
    answer = browser.get("/lti/register", query_string={"code": code})
    assert "Paste this page's address" in text_of(answer)


def test_a_failed_registration_does_not_use_the_invitation_up(browser, opened, network):
    del network.table[CONFIGURATION["registration_endpoint"]]
    failed = register(browser, opened)
    assert "cannot be reached" in text_of(failed)
    network.table[CONFIGURATION["registration_endpoint"]] = {"client_id": "new-client"}
    assert register(browser, opened).status_code == 200


def test_the_key_set_has_alg_and_use_and_nothing_private(browser):
    answer = browser.get("/lti/jwks.json")
    (key,) = answer.json["keys"]
    assert (key["alg"], key["use"]) == ("RS256", "sig")
    assert "d" not in key and "p" not in key


def test_canvas_gets_its_configuration_as_json(browser):
    found = browser.get("/lti/canvas.json").json
    assert found["target_link_uri"] == "https://badges.example.org/lti/launch"
    with browser.get("/static/icon.svg") as icon:
        assert icon.mimetype == "image/svg+xml"


def test_a_client_that_is_registered_already_is_refused_and_the_command_is_named(
    browser, opened, web_tool, clock
):
    with web_tool.store.begin() as session:
        known = replace(NEW_REGISTRATION, platform_id=SITE, client_id="new-client")
        number = registrations.add(session, known, clock()).id
    refused = register(browser, opened)
    words = text_of(refused)
    assert refused.status_code == 400
    assert "already registered with Nozimite" in words
    assert f"python -m lti_tool platforms update {number}" in words
    assert "Answer from the learning platform" not in words
    with web_tool.store.read() as session:
        row = queries.platforms.find_registration(session, SITE, "new-client")
        assert row.jwks_url == NEW_REGISTRATION.jwks_url
        assert [each.why for each in queries.events.events(session, what="registration_refused")] == [
            "registration_already_registered"
        ]


def test_the_client_id_of_another_issuer_is_refused_and_it_is_said_what_to_do(
    browser, opened, web_tool, clock
):
    other = add_another_issuer(web_tool)
    with web_tool.store.begin() as session:
        theirs = replace(NEW_REGISTRATION, client_id="new-client")
        registrations.add(session, theirs, clock(), issuer_id=other.id)
    refused = register(browser, opened)
    assert refused.status_code == 400
    assert "in use here for another institution" in text_of(refused)
    assert "Answer from the learning platform" not in text_of(refused)


def test_while_a_registration_runs_the_page_says_so(opened, browser, web_tool, code, clock):
    with web_tool.store.begin() as session:
        queries.platforms.lock_invitation(session, secret_hash(code)).claimed_at = clock()
    assert "already running" in text_of(register(browser, opened))
    again = {"openid_configuration": URL, "registration_token": "secret-token", "code": code}
    assert "already running" in text_of(browser.get("/lti/register", query_string=again))


def test_the_button_pressed_six_times_at_once_registers_once(tool_on_any_database, network, clock):
    tool = replace(tool_on_any_database, outgoing=network)
    with tool.store.begin() as session:
        code = invitations.invite(session, clock())
    network.table[URL] = CONFIGURATION
    network.table[CONFIGURATION["registration_endpoint"]] = {"client_id": "new-client"}
    called, refused = [], Semaphore(0)
    ask = network.request

    def answer_when_the_others_are_refused(method, url, **more):
        called.append(method)
        if called == ["GET"]:
            for _ in range(5):
                refused.acquire(timeout=10)
        return ask(method, url, **more)

    network.request = answer_when_the_others_are_refused
    app, ready = create_app(tool), Barrier(6)
    form = {"openid_configuration": URL, "registration_token": "t", "code": code, "agreed": "yes"}

    def press(_):
        browser = browser_of(app)
        ready.wait()
        status = browser.post("/lti/register", data=form).status_code
        if status == 400:
            refused.release()
        return status

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(press, range(6)))
    assert statuses == [200, 400, 400, 400, 400, 400]
    assert called == ["GET", "POST"]
    with tool.store.read() as session:
        assert len(queries.platforms.registrations(session)) == 1


def test_a_key_that_leaked_leaves_the_key_set_and_running_processes_use_the_new_one(
    browser, web_tool, clock, sqlite_url, tmp_path
):
    (leaked,) = browser.get("/lti/jwks.json").json["keys"]
    other = build_tool(settings_for(sqlite_url, tmp_path), clock)
    with other.store.begin() as session:
        lti_keys.mark_compromised(session, other.issuer.keyring, "lti", None, clock())
    other.store.close()
    (served,) = browser.get("/lti/jwks.json").json["keys"]
    assert served["kid"] != leaked["kid"]
    registration = Registration(
        id=1,
        platform_id=SITE,
        client_id="c",
        auth_login_url=SITE,
        auth_token_url=SITE,
        jwks_url=SITE,
    )
    assert web_tool.connect(registration)._key.kid == served["kid"]
