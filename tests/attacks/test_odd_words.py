"""Words that a database, a log or another person's id could not take, in everything that strangers send."""

import json
from base64 import urlsafe_b64encode

import pytest

from lti_tool.logs import set_up_logs
from lti_tool.platforms import invitations
from lti_tool.store.models import Course, DeploymentRow, PlatformAccount, RegistrationRow
from tests.fixtures import ANNA, ZANE, rows
from tests.lti_tool.web.conftest import CLAIM, FROM_ELSEWHERE, text_of
from tests.lti_tool.web.platforms.test_registration_page import CONFIGURATION, SITE, URL

NUL, HALF, LONG = "7\x00", "7\ud800", "7" * 100_000
#: One more than LTI 1.3 allows an id to have.
TOO_LONG = "7" * 256


@pytest.fixture
def tool(tool_on_any_database):
    """Only PostgreSQL refuses NUL."""
    return tool_on_any_database


LOGIN = {
    "iss": "https://moodle.example.org",
    "client_id": "client-1",
    "login_hint": "7",
    "lti_message_hint": "7",
    "lti_deployment_id": "1",
    "lti_storage_target": "_parent",
    "target_link_uri": "https://badges.example.org/lti/launch",
}


def test_a_login_with_an_odd_word_in_any_field_is_refused(school):
    for field in (*LOGIN, "unheard_of"):
        for word in (NUL, LONG):
            odd = LOGIN | {field: word}
            assert school.browser.post("/lti/login", data=odd).status_code == 400, (field, word[:9])
            if word == NUL:
                assert school.browser.get("/lti/login", query_string=odd).status_code == 400, field
    assert school.browser.post("/lti/login", data=LOGIN).status_code in (200, 302)


def test_an_odd_word_in_the_name_of_a_field_or_of_a_page_is_refused(school):
    assert school.browser.post("/lti/login", data=LOGIN | {NUL: "x"}).status_code == 400
    assert school.browser.get("/lti/login", query_string=LOGIN | {NUL: "x"}).status_code == 400
    for path in (
        "/issuers/riga%00",
        "/issuers/riga/keys/a%00.json",
        "/static/a%00",
        "/lti/app/rules/1%00/pause",
    ):
        assert school.browser.get(path).status_code == 400, path
    multipart = {"data": LOGIN | {"iss": NUL}, "content_type": "multipart/form-data"}
    assert school.browser.post("/lti/login", **multipart).status_code == 400


def test_a_launch_with_an_odd_word_in_any_field_is_refused(school):
    good = school.form(ZANE, school.login())
    for field in ("state", "id_token", "error", "error_description", "lti_storage_target"):
        answer = school.browser.post("/lti/launch", data=good | {field: NUL}, headers=FROM_ELSEWHERE)
        assert answer.status_code == 400, field
    assert school.browser.post("/lti/launch", data=good, headers=FROM_ELSEWHERE).status_code == 200


def unsigned(school, header, claims):
    """The answer to a token that nobody has signed."""
    state = school.form(ZANE, school.login())["state"]
    parts = ({"alg": "RS256", "kid": "school"} | header, claims)
    token = ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return school.browser.post("/lti/launch", data={"state": state, "id_token": f"{token}.AAAA"})


def test_an_odd_word_is_refused_before_the_signature_is_checked(school):
    platform, client = school.registration.platform_id, school.registration.client_id
    for word in (NUL, HALF, LONG, TOO_LONG, "", 7, None, [], {}):
        for claims in (
            {"iss": word, "aud": client},
            {"iss": platform, "aud": word},
            {"iss": platform, "aud": [word]},
            {"iss": platform, "aud": [client, word], "azp": word},
        ):
            assert unsigned(school, {}, claims).status_code == 400, claims
        for header in ({"kid": word}, {"alg": word}, {"typ": word}):
            assert unsigned(school, header, {"iss": platform, "aud": client}).status_code == 400, header


def test_a_long_key_id_makes_no_long_line_in_the_log(school, capsys):
    set_up_logs("json")
    claims = {"iss": school.registration.platform_id, "aud": school.registration.client_id}
    for header in ({"kid": "k" * 100_000}, {"alg": "k" * 100_000}):
        unsigned(school, header, claims)
    unsigned(school, {}, claims | {"iss": "k" * 100_000})
    school.launch(ZANE, **{CLAIM + "version": "k" * 100_000})
    lines = "".join(capsys.readouterr()).splitlines()
    assert len(lines) >= 4 and max(map(len, lines)) < 3000


IDS = {
    "sub": lambda word: {"sub": word},
    "deployment": lambda word: {CLAIM + "deployment_id": word},
    "course": lambda word: {CLAIM + "context": {"id": word, "title": "x"}},
    "link": lambda word: {CLAIM + "resource_link": {"id": word}},
}


def test_an_id_that_would_be_cut_or_cleaned_is_refused(school, web_tool):
    """The platform has signed it, but an id of which something is missing is that of somebody else."""
    school.launch(ANNA)
    before = [len(rows(web_tool, kind)) for kind in (PlatformAccount, DeploymentRow, Course)]
    for name, claims in IDS.items():
        for word in (NUL, HALF, "7\x1b[31m", TOO_LONG, "ā" * 256):
            answer = school.launch(ANNA, **claims(word))
            assert answer.status_code == 400, (name, word[:9])
            assert "incomplete, out of date, or meant for another tool" in text_of(answer)
    assert [len(rows(web_tool, kind)) for kind in (PlatformAccount, DeploymentRow, Course)] == before


def test_an_id_of_255_characters_is_one(school):
    for name, claims in IDS.items():
        assert school.launch(ANNA, **claims("😀" * 255)).status_code == 200, name


def test_every_other_word_of_a_launch_is_cleaned(school):
    for word in (NUL, HALF, "7" * 5000):
        claims = {name: word for name in ("name", "given_name", "family_name", "email", "locale", "nobody")}
        claims |= {
            CLAIM + "context": {"id": "42", "title": word, "label": word, "type": [word]},
            CLAIM + "resource_link": {"id": "1", "title": word, "description": word},
            CLAIM + "roles": ["Instructor", word],
            CLAIM + "custom": {"badge": word, word[:9]: word, "timezone": word},
            CLAIM + "tool_platform": {"guid": word, "name": word, "product_family_code": word},
            CLAIM + "launch_presentation": {"locale": word, "return_url": f"https://x.example/{word}"},
            CLAIM + "lis": {"person_sourcedid": word},
        }
        assert school.launch(ZANE, **claims).status_code == 200, word[:9]


@pytest.fixture
def invited(web_tool, clock, network):
    """Opens the registration page, or registers, with what the platform or the form says otherwise."""
    network.table[URL] = CONFIGURATION
    network.table[CONFIGURATION["registration_endpoint"]] = {"client_id": "new-client"}
    with web_tool.store.begin() as session:
        code = invitations.invite(session, clock())
    return {"openid_configuration": URL, "registration_token": "token", "code": code, "agreed": "yes"}


def test_a_registration_with_an_odd_word_in_any_field_is_refused(school, invited):
    for field in ("openid_configuration", "registration_token", "code"):
        for word in (NUL, LONG):
            odd = invited | {field: word if field != "openid_configuration" else f"{URL}?{word}"}
            assert school.browser.post("/lti/register", data=odd).status_code == 400, (field, word[:9])
            assert school.browser.get("/lti/register", query_string=odd).status_code == 400, (field, word[:9])


def test_an_odd_word_in_the_configuration_of_a_platform_is_refused(school, invited, network, web_tool):
    known = len(rows(web_tool, RegistrationRow))
    for field in ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"):
        for word in (NUL, HALF, "7" * 3000):
            network.table[URL] = CONFIGURATION | {field: f"{SITE}/{word}"}
            assert school.browser.post("/lti/register", data=invited).status_code == 400, (field, word[:9])
    network.table[URL] = CONFIGURATION
    for word in (NUL, HALF, TOO_LONG):
        network.table[CONFIGURATION["registration_endpoint"]] = {"client_id": word}
        assert school.browser.post("/lti/register", data=invited).status_code == 400, word[:9]
    assert len(rows(web_tool, RegistrationRow)) == known


def test_odd_words_that_describe_a_platform_are_cleaned(school, invited, network):
    for number, word in enumerate((NUL, HALF, LONG)):
        about = CONFIGURATION["https://purl.imsglobal.org/spec/lti-platform-configuration"]
        odd = about | {"product_family_code": word, "variables": [word], "version": word}
        network.table[URL] = CONFIGURATION | {
            "https://purl.imsglobal.org/spec/lti-platform-configuration": odd,
            "authorization_server": word,
            "scopes_supported": [word],
        }
        network.table[CONFIGURATION["registration_endpoint"]] = {
            "client_id": f"client-{number}",
            "deployment_id": word,
        }
        assert school.browser.get("/lti/register", query_string=invited).status_code == 200, word[:9]
    assert school.browser.post("/lti/register", data=invited).status_code == 200
