"""Who tries to get badges that are not theirs, by a program, by a page of another site, or by what they overheard."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from urllib.parse import parse_qsl, urlsplit

import pytest
from limits import RateLimitItemPerMinute

from lti_tool.backpack import accesses, keeping, registration
from lti_tool.people import learner_sessions
from lti_tool.people.addresses import remove_proof
from lti_tool.privacy.erasure import erase
from lti_tool.store import events, queries
from lti_tool.store.events import TOOL
from lti_tool.store.models import (
    Event,
    KeptBadge,
    KeptProfile,
    Program,
    ProgramAccess,
    ProgramToken,
    ProvedAddress,
)
from lti_tool.web import rate_limits
from lti_tool.web.backpack import profiles
from signing.json_text import read_object
from tests.backpack import kept_badge
from tests.fixtures import JANIS, change_issuer, rows
from tests.lti_tool.web.backpack.conftest import (
    OTHER,
    PRIVATE,
    changed,
    code_of,
    identifier,
    prove,
    signed_in,
    stranger_badge,
)
from tests.lti_tool.web.backpack.program import (
    ALL,
    API,
    READ,
    REDIRECT,
    SITE,
    metadata,
)
from tests.lti_tool.web.backpack.program import Program as Client
from tests.lti_tool.web.backpack.test_my_badges import bring
from tests.lti_tool.web.conftest import (
    FROM_ELSEWHERE,
    FROM_US,
    browser_of,
    every_place_taken,
    policy,
    text_of,
)
from tests.lti_tool.web.learner.test_mine import asked, mailed_code


@pytest.fixture
def registered(program) -> Client:
    program.discover()
    program.register()
    return program


def other_program(program: Client, learner=None) -> Client:
    """A further program, on another host."""
    other = Client(own=program.own, learner=learner or program.learner, site="https://other.example")
    other.discover()
    other.register()
    return other


def why_ended(tool) -> list[str]:
    return [row.why for row in rows(tool, Event) if row.what == "program_ended"]


# --- Codes and tokens that somebody overheard


def test_a_code_that_is_shown_twice_ends_what_was_given_for_it(registered, web_tool):
    code = registered.code()
    registered.take(registered.exchange(code))
    assert registered.read().status_code == 200
    again = registered.exchange(code)
    assert (again.status_code, again.json["error"]) == (400, "invalid_grant")
    assert registered.read().status_code == 401 and registered.refresh().json["error"] == "invalid_grant"
    assert why_ended(web_tool) == ["code_reused"] and rows(web_tool, ProgramAccess) == []


def test_a_refresh_token_that_is_shown_twice_ends_everything(inside, web_tool):
    old = inside.tokens["refresh_token"]
    inside.take(inside.refresh())
    assert inside.refresh(old).json["error"] == "invalid_grant"
    assert inside.read().status_code == 401 and inside.refresh().json["error"] == "invalid_grant"
    assert why_ended(web_tool) == ["refresh_reused"]


def test_another_program_gets_nothing_for_a_code_or_a_token_and_ends_nothing(registered):
    code, other = registered.code(), other_program(registered)
    stolen = other.exchange(code, redirect_uri=REDIRECT, code_verifier=registered.verifier)
    assert (stolen.status_code, stolen.json["error"]) == (400, "invalid_grant")
    registered.take(registered.exchange(code))
    assert other.refresh(registered.tokens["refresh_token"]).json["error"] == "invalid_grant"
    assert other.revoke(registered.tokens["refresh_token"], "refresh_token").status_code == 400
    assert registered.read().status_code == 200
    registered.take(registered.refresh())


WRONG_FOR_A_CODE = [
    {"code_verifier": "x" * 43},
    {"code_verifier": ""},
    {"redirect_uri": f"{SITE}/back"},
    {"redirect_uri": ""},
    {"code": "x"},
    {"grant_type": "password"},
    {"grant_type": "client_credentials"},
]


def test_a_code_without_what_belongs_to_it_is_worth_nothing(registered):
    for wrong in WRONG_FOR_A_CODE:
        answer = registered.exchange(registered.code(), **wrong)
        assert answer.status_code == 400 and "access_token" not in answer.json, wrong
        assert answer.json["error"] in ("invalid_grant", "invalid_request", "unsupported_grant_type")


def test_a_secret_counts_in_its_header_alone(registered):
    code, client = registered.code(), registered.client
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    form |= {"code_verifier": registered.verifier}
    secret = {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    address = f"{API}/token"
    assert registered.own.post(address, data=form | secret).json["error"] == "invalid_client"
    assert registered.own.post(address, data=form, query_string=secret).status_code == 401
    for basic in (b"x:y", b"\xff\xfe", b"\0:\0", f"{client['client_id']}:x".encode(), b"%00:x"):
        header = {"Authorization": f"Basic {b64encode(basic).decode()}"}
        answer = registered.own.post(address, data=form, headers=header)
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_client"), basic
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    registered.take(registered.exchange(code))


def test_a_token_counts_in_its_header_alone(inside):
    token = inside.tokens["access_token"]
    for query in ({"access_token": token}, {"token": token}):
        assert inside.own.get(f"{API}/credentials", query_string=query).status_code == 401
    for header in (token, f"Basic {token}", f"Bearer {token}x", "Bearer", "Bearer \xff"):
        answer = inside.own.get(f"{API}/credentials", headers={"Authorization": header})
        assert answer.status_code == 401, header
    # Neither of the others is an access token.
    inside.tokens["access_token"] = inside.tokens["refresh_token"]
    assert inside.read().status_code == 401


def test_everything_ends_in_its_time(registered, clock, web_tool):
    late = registered.code()
    clock.advance(minutes=11)
    assert registered.exchange(late).json["error"] == "invalid_grant"


def test_an_access_that_is_not_renewed_ends(inside, clock, web_tool):
    clock.advance(minutes=61)
    assert inside.read().status_code == 401
    inside.take(inside.refresh())
    clock.advance(days=91)
    assert inside.refresh().json["error"] == "invalid_grant"
    with web_tool.store.begin() as session:
        registration.delete_unused(session, clock())
    assert rows(web_tool, ProgramAccess) == rows(web_tool, ProgramToken) == []
    assert len(rows(web_tool, Program)) == 1


def test_however_often_it_is_renewed_an_access_ends_after_a_year(inside, clock):
    for _ in range(4):
        clock.advance(days=89)
        inside.take(inside.refresh())
    clock.advance(days=10)
    assert inside.refresh().json["error"] == "invalid_grant"


def test_a_refresh_may_ask_for_less_and_never_for_more(registered):
    registered.take(registered.exchange(registered.code(READ, "offline_access")))
    assert registered.refresh(scope=" ".join(ALL)).json["error"] == "invalid_scope"


def test_a_refresh_for_less_keeps_what_it_may_come_again_with(inside):
    inside.take(inside.refresh(scope=READ))
    assert inside.tokens["scope"] == READ
    inside.take(inside.refresh())
    assert set(inside.tokens["scope"].split()) == set(ALL)


def test_a_refresh_for_what_was_not_allowed_uses_nothing_up(inside, web_tool):
    assert inside.refresh(scope=f"{READ} openid").json["error"] == "invalid_scope"
    old = inside.tokens["refresh_token"]
    inside.take(inside.refresh())
    assert inside.refresh(old, scope="openid").json["error"] == "invalid_grant"
    assert why_ended(web_tool) == ["refresh_reused"]


def test_of_two_at_the_same_moment_one_uses_a_code_up(registered, web_tool):
    registered.code()
    (row,) = rows(web_tool, ProgramToken)
    with web_tool.store.begin() as session:
        used = [queries.backpack.use_up(session, row.token_hash, web_tool.clock()) for _ in range(2)]
    assert used == [True, False]


def test_nothing_that_opens_anything_is_stored_or_logged(
    registered, web_tool, tmp_path, capfd, caplog, stranger
):
    with caplog.at_level(logging.DEBUG):
        code = registered.code()
        registered.take(registered.exchange(code))
        first = registered.tokens
        registered.take(registered.refresh())
        registered.bring(changed(stranger_badge(stranger)))
        registered.exchange(code)
    secrets = [code, registered.client["client_secret"], registered.verifier]
    secrets += [
        each[name] for each in (first, registered.tokens) for name in ("access_token", "refresh_token")
    ]
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("nozimite.sqlite*"))
    logged = "".join(capfd.readouterr()) + caplog.text
    for secret in secrets:
        assert secret.encode() not in stored and secret not in logged
    assert "@home.example" not in logged and "mallory" not in logged


# --- The page on which a learner lets a program in


OTHER_REDIRECT_URIS = [
    None,
    "",
    f"{SITE}/back",
    f"{SITE}/back?from=host&more=1",
    f"{SITE}/Back?from=host",
    f"{SITE}/back/../other?from=host",
    f"{SITE}.mallory.example/back?from=host",
    "https://mallory.example/back?from=host",
    "javascript:alert(1)",
    f"{SITE}/back?from=host\\",
    f'{SITE}/back?from=host"',
    "https://wallet.example/ä",
]


def test_a_redirect_uri_that_is_another_leads_nowhere(registered):
    for redirect_uri in OTHER_REDIRECT_URIS:
        page = registered.ask(redirect_uri=redirect_uri)
        assert page.status_code == 400 and "Location" not in page.headers, redirect_uri
        assert "mallory" not in page.text and "javascript:" not in page.text


WRONG_REQUESTS = [
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "x"}, "invalid_request"),
    ({"code_challenge": "ä" * 43}, "invalid_request"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"scope": "everything"}, "invalid_scope"),
    ({"scope": None}, "invalid_scope"),
]


def test_a_wrong_request_is_told_by_a_link_and_sends_nobody_anywhere(registered):
    """Anybody can register a program, and would have an address of ours that leads to any site."""
    for wrong, error in WRONG_REQUESTS:
        page = registered.ask(**wrong)
        assert page.status_code == 400 and "Location" not in page.headers, wrong
        assert f"error={error}" in page.text and 'rel="noopener noreferrer nofollow"' in page.text


def test_a_request_of_nobody_known_leads_nowhere(registered):
    for client_id in ("00000000-0000-4000-8000-000000000000", "x", "", "'\"<b>", "x" * 5000):
        page = registered.ask(client_id=client_id)
        assert page.status_code == 400 and SITE not in page.text and "<b>" not in page.text


def test_a_parameter_that_comes_twice_is_refused(registered):
    address = registered.request()
    for name in ("client_id", "redirect_uri", "scope", "code_challenge", "state"):
        assert registered.learner.get(f"{address}&{name}=x").status_code == 400


def test_the_page_is_in_no_frame_and_its_form_goes_to_the_program_alone(registered):
    page = registered.ask()
    rules = policy(page)
    assert rules["frame-ancestors"] == ["'none'"] and rules["form-action"] == ["'self'", SITE]
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_form_of_another_site_lets_nobody_in(registered, web_tool):
    page = registered.ask()
    for headers in (FROM_ELSEWHERE, {"Sec-Fetch-Site": "same-site"}, {"Origin": SITE}, {}):
        assert registered.answer(page, headers=headers).status_code == 403
    assert rows(web_tool, ProgramAccess) == rows(web_tool, ProgramToken) == []


def test_who_does_not_let_it_in_gives_nothing(registered, web_tool):
    sent = registered.answer(registered.ask(), "no")
    back = dict(parse_qsl(urlsplit(sent.headers["Location"]).query))
    assert back == {"from": "host", "error": "access_denied", "state": registered.state} | {
        "error_description": back.get("error_description")
    }
    assert rows(web_tool, ProgramAccess) == []


def test_the_page_says_for_how_long_and_for_what(registered):
    words = text_of(registered.ask())
    assert "See the badges in your list" in words and "after a year in any case" in words
    words = text_of(registered.ask(READ))
    assert "Access ends by itself after an hour." in words and "Change the profile" not in words


def test_a_program_is_named_by_its_host_and_its_words_are_quoted(registered):
    name = "Riga College \u202e</bdi><b>Official</b> " + "w" * 300
    registered.register(client_name="Riga College")
    other = Client(own=registered.own, learner=registered.learner)
    other.discover()
    answer = other.own.post(f"{API}/register", json=metadata(client_name=name))
    other.client = answer.json
    assert len(answer.json["client_name"]) <= 100 and "\u202e" not in answer.json["client_name"]
    page = other.ask()
    assert "<b>Official" not in page.text and "wallet.example" in text_of(page)
    assert "Anybody can give a program any name." in text_of(page)


def test_who_is_not_signed_in_signs_in_first_and_comes_back(registered, own, web_tool, anna):
    registered.learner = browser_of(own.application)
    page = registered.ask()
    assert "Sign in first" in page.text and "wallet.example" in text_of(page)
    cookies = [each for each in page.headers.getlist("Set-Cookie") if "asked" in each]
    assert len(cookies) == 1 and "HttpOnly" in cookies[0] and "Max-Age=600" in cookies[0]
    asked(registered.learner, "anna@home.example")
    code = mailed_code(web_tool)
    answer = registered.learner.post("/my/session", data={"code": code}, headers=FROM_US)
    assert answer.headers["Location"].startswith("/my/programs/authorize?response_type=code&")
    page = registered.learner.get(answer.headers["Location"])
    assert "Allow access to your badges?" in page.text
    assert registered.answer(page).headers["Location"].startswith(REDIRECT)
    # And the next sign-in leads where it always does.
    assert registered.learner.get_cookie("__Host-nozimite_asked") is None


def test_what_waits_in_the_cookie_leads_to_no_other_site(registered, web_tool):
    for value in ("//mallory.example", "https://mallory.example", "x\\y", "%0d%0aX: y"):
        registered.learner.set_cookie("__Host-nozimite_asked", value)
        asked(registered.learner, "anna@home.example")
        code = mailed_code(web_tool)
        answer = registered.learner.post("/my/session", data={"code": code}, headers=FROM_US)
        target = urlsplit(answer.headers["Location"])
        assert (target.scheme, target.netloc, target.path) == ("", "", "/my/programs/authorize")
        assert registered.learner.get(answer.headers["Location"]).status_code == 400


# --- Whose badges


def test_a_program_sees_the_badges_of_its_learner_alone(inside, janis, stranger, web_tool):
    assert inside.bring(stranger_badge(stranger)).status_code == 201
    other = Client(own=inside.own, learner=janis, site="https://other.example")
    other.come_in()
    assert other.read().headers["X-Total-Count"] == "0"
    assert other.call("GET", "profile").json["email"] == OTHER
    # What Janis brings with the same id replaces nothing of Anna's.
    other.bring(stranger_badge(stranger, address=OTHER))
    assert inside.read().headers["X-Total-Count"] == "1"
    assert {row.person_id for row in rows(web_tool, KeptBadge)} == {
        row.person_id for row in rows(web_tool, ProvedAddress)
    }


def test_nobody_touches_what_another_keeps_or_let_in(inside, janis, stranger, web_tool):
    inside.bring(stranger_badge(stranger))
    (kept,) = rows(web_tool, KeptBadge)
    (access,) = rows(web_tool, ProgramAccess)
    assert janis.get(f"/my/kept/{kept.id}/file").status_code == 404
    for path in (f"kept/{kept.id}/check", f"kept/{kept.id}/remove", f"programs/{access.id}/end"):
        assert janis.post(f"/my/{path}", headers=FROM_US).status_code == 404
        assert inside.learner.post(f"/my/{path}", headers=FROM_ELSEWHERE).status_code == 403
    assert "Welding" not in janis.get("/my").text
    assert len(rows(web_tool, KeptBadge)) == len(rows(web_tool, ProgramAccess)) == 1


def test_a_badge_of_somebody_else_is_given_to_no_other_program(inside, stranger):
    theirs = stranger_badge(stranger, address=OTHER)
    assert inside.bring(theirs).status_code == 201
    assert theirs in inside.read().text
    other = other_program(inside)
    other.take(other.exchange(other.code()))
    assert theirs not in other.read().text


def test_a_forged_badge_is_not_kept(inside, stranger, web_tool):
    text = stranger_badge(stranger)
    without = {name: value for name, value in json.loads(text).items() if name != "proof"}
    for wrong in (changed(text), json.dumps(without)):
        answer = inside.bring(wrong)
        assert answer.status_code == 400 and code_of(answer) == "invalid_data"
    assert rows(web_tool, KeptBadge) == []


def test_a_badge_of_this_site_is_not_kept_beside_itself(annas_badge, inside, web_tool):
    with web_tool.store.read() as session:
        row = queries.credentials.credential(session, annas_badge)
        texts, jws = row.text, row.jwt
    assert inside.bring(texts).status_code == 304
    assert inside.bring(jws, "text/plain").status_code == 304
    assert inside.read().headers["X-Total-Count"] == "1"
    assert inside.bring(changed(texts)).status_code == 400


@pytest.fixture
def while_verifying(web_tool, monkeypatch):
    """Has something done while a badge is verified."""

    def arrange(act):
        real = type(web_tool).verify

        def verify(tool, file):
            act()
            return real(tool, file)

        monkeypatch.setattr(type(web_tool), "verify", verify)

    return arrange


def test_a_program_that_is_ended_while_its_badge_is_verified_brings_nothing(
    inside, anna, stranger, web_tool, while_verifying
):
    def end():
        with web_tool.store.begin() as session:
            (access,) = session.query(ProgramAccess)
            accesses.end(session, access, "learner", web_tool.clock(), events.person(anna))

    while_verifying(end)
    assert inside.bring(stranger_badge(stranger)).status_code == 401
    assert rows(web_tool, KeptBadge) == []


def test_a_program_that_is_ended_while_it_writes_a_profile_writes_none(inside, anna, web_tool, monkeypatch):
    body = inside.call("GET", "profile").json | {"phone": "1"}

    def ended(data):
        with web_tool.store.begin() as session:
            (access,) = session.query(ProgramAccess)
            accesses.end(session, access, "learner", web_tool.clock(), events.person(anna))
        return read_object(data)

    monkeypatch.setattr(profiles, "read_object", ended)
    assert inside.call("PUT", "profile", json=body).status_code == 401
    assert rows(web_tool, KeptProfile) == []


def test_a_session_that_ends_while_its_badge_is_verified_keeps_nothing(
    outside, stranger, web_tool, while_verifying
):
    def end():
        with web_tool.store.begin() as session:
            learner_sessions.end_all_sessions(session, PRIVATE, web_tool.clock())

    while_verifying(end)
    answer = bring(outside, stranger_badge(stranger))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my")
    assert rows(web_tool, KeptBadge) == []


def test_what_is_kept_already_is_not_verified_again(inside, stranger, web_tool, monkeypatch):
    text = stranger_badge(stranger)
    assert inside.bring(text).status_code == 201
    monkeypatch.setattr(
        type(web_tool), "verify", lambda self, file: pytest.fail("other sites were asked again")
    )
    assert inside.bring(text).status_code == 304


def test_an_address_that_is_taken_back_closes_what_was_let_in_by_it(inside, anna, web_tool):
    with web_tool.store.begin() as session:
        (proof,) = queries.proved_addresses.of_person(session, anna)
        remove_proof(session, anna, proof.id, web_tool.clock(), events.person(anna))
    assert inside.read().status_code == 401 and inside.refresh().status_code == 400
    assert rows(web_tool, ProgramAccess) == []


def test_an_erasure_takes_everything_along(inside, anna, web_tool, stranger):
    inside.bring(stranger_badge(stranger))
    profile = inside.call("GET", "profile").json
    assert inside.call("PUT", "profile", json=profile | {"name": "A"}).status_code == 200
    erase(web_tool, [anna], TOOL)
    for kind in (KeptBadge, KeptProfile, ProgramAccess, ProgramToken):
        assert rows(web_tool, kind) == []
    assert inside.read().status_code == 401


def test_who_proves_the_address_later_is_not_opened_by_an_older_access(inside, janis, clock, web_tool):
    clock.advance(minutes=5)
    number = prove(web_tool, JANIS, PRIVATE)
    with web_tool.store.begin() as session:
        subject = {"identifier": identifier(PRIVATE)}
        session.add(kept_badge(number, clock(), subject=subject))
    assert inside.read().headers["X-Total-Count"] == "0"
    assert "Welding" in signed_in(inside.own.application, web_tool, PRIVATE).get("/my").text


def test_an_address_of_a_reused_domain_opens_nothing_until_staff_confirm_it(registered, web_tool):
    change_issuer(web_tool, awarding={"reused_domains": ["home.example"]})
    page = registered.ask()
    assert "This address opens no badges at the moment" in text_of(page)
    back = registered.answer(page).headers["Location"]
    assert "error=access_denied" in back and rows(web_tool, ProgramAccess) == []


# --- Too much of anything


def test_a_flood_of_programs_keeps_those_that_learners_let_in(inside, web_tool, monkeypatch):
    monkeypatch.setattr(registration, "MOST_NEVER_LET_IN", 3)
    for number in range(6):
        site = f"https://p{number}.example"
        assert inside.own.post(f"{API}/register", json=metadata(site)).status_code == 201
    assert len(rows(web_tool, Program)) == 4 and inside.read().status_code == 200


def test_programs_that_nobody_lets_in_are_forgotten(inside, web_tool, clock):
    other_program(inside)
    clock.advance(days=89)
    with web_tool.store.begin() as session:
        registration.delete_unused(session, clock())
    assert len(rows(web_tool, Program)) == 2
    clock.advance(days=2)
    with web_tool.store.begin() as session:
        registration.delete_unused(session, clock())
    (row,) = rows(web_tool, Program)
    assert row.client_id == inside.client["client_id"]
    clock.advance(days=366)
    with web_tool.store.begin() as session:
        registration.delete_unused(session, clock())
    assert rows(web_tool, Program) == []


def test_a_learner_keeps_so_many_badges_and_no_more(inside, stranger, monkeypatch, web_tool):
    monkeypatch.setattr(keeping, "MOST_BADGES", 2)
    assert [inside.bring(stranger_badge(stranger, n)).status_code for n in range(3)] == [201, 201, 403]
    newer = stranger_badge(stranger, 1, validFrom="2026-03-01T00:00:00Z")
    assert inside.bring(newer).status_code == 200
    monkeypatch.setattr(keeping, "MOST_BYTES", 10)
    assert inside.bring(stranger_badge(stranger, 1, validFrom="2026-04-01T00:00:00Z")).status_code == 403
    assert len(rows(web_tool, KeptBadge)) == 2


def test_a_body_that_is_too_large_is_not_read(inside):
    answer = inside.bring('{"a": "' + "x" * 600_000 + '"}')
    assert answer.status_code == 413 and code_of(answer) == "invalid_data"
    answer = inside.own.post(f"{API}/register", json={"client_name": "x" * 60_000})
    assert (answer.status_code, answer.json["error"]) == (413, "invalid_request")
    assert inside.own.post(f"{API}/token", data={"code": "x" * 60_000}).status_code == 413
    assert inside.bring("[" * 100_000).status_code == 400
    deep = inside.own.post(f"{API}/register", data="[" * 40_000, content_type="application/json")
    assert deep.status_code == 400


WRONG_METADATA = [
    ({"redirect_uris": []}, "invalid_redirect_uri"),
    ({"redirect_uris": "https://wallet.example/back"}, "invalid_redirect_uri"),
    ({"redirect_uris": ["http://wallet.example/back"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://mallory.example/back"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://wallet.example@mallory.example/"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://mallory.example\\.wallet.example/"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://wallet.example/back#fragment"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
    ({"redirect_uris": ["https://wallet.example/a b"]}, "invalid_redirect_uri"),
    ({"redirect_uris": [7]}, "invalid_redirect_uri"),
    ({"redirect_uris": [f"https://wallet.example/{n}" for n in range(11)]}, "invalid_redirect_uri"),
    ({"client_uri": "https://another.example/"}, "invalid_client_metadata"),
    ({"client_uri": "http://wallet.example/"}, "invalid_client_metadata"),
    ({"logo_uri": "data:image/png;base64,AA"}, "invalid_client_metadata"),
    ({"policy_uri": "https://[::1"}, "invalid_client_metadata"),
    ({"tos_uri": None}, "invalid_client_metadata"),
    ({"client_name": " \u202e "}, "invalid_client_metadata"),
    ({"client_name": ["x"]}, "invalid_client_metadata"),
    ({"software_id": ""}, "invalid_client_metadata"),
    ({"scope": "everything"}, "invalid_client_metadata"),
    ({"scope": None}, "invalid_client_metadata"),
    ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata"),
    ({"grant_types": ["password"]}, "invalid_client_metadata"),
    ({"grant_types": "authorization_code"}, "invalid_client_metadata"),
    ({"response_types": ["token"]}, "invalid_client_metadata"),
]


def test_a_program_that_says_something_wrong_is_not_registered(own, web_tool):
    for changes, error in WRONG_METADATA:
        answer = own.post(f"{API}/register", json=metadata() | changes)
        assert (answer.status_code, answer.json["error"]) == (400, error), changes
    assert rows(web_tool, Program) == []


def test_a_program_on_the_host_of_this_site_is_not_registered(own, web_tool):
    answer = own.post(f"{API}/register", json=metadata("https://badges.example.org"))
    assert answer.json["error"] == "invalid_redirect_uri"
    for body in (b"", b"\xff", b"[]", b"null", b'{"a": NaN}', b"7"):
        answer = own.post(f"{API}/register", data=body, content_type="application/json")
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_client_metadata")


def test_a_program_may_ask_for_what_it_registered_and_no_more(program):
    program.discover()
    program.register(scope=READ)
    page = program.ask()
    assert page.status_code == 400 and "error=invalid_scope" in page.text
    assert program.ask(READ).status_code == 200


def test_the_second_answer_to_a_program_takes_the_place_of_the_first(inside, web_tool):
    first = inside.tokens
    inside.take(inside.exchange(inside.code(READ)))
    assert len(rows(web_tool, ProgramAccess)) == 1 and why_ended(web_tool) == ["let_in_anew"]
    inside.tokens = first
    assert inside.read().status_code == 401


def test_a_flood_of_registrations_and_of_wrong_tokens_is_told_to_wait(own, web_tool, limited):
    answers = [own.post(f"{API}/register", json=metadata()) for _ in range(11)]
    assert [each.status_code for each in answers] == [201] * 10 + [429]
    assert answers[-1].json["error"] == "temporarily_unavailable" and answers[-1].headers["Retry-After"]
    wrong = {"Authorization": "Bearer x"}
    statuses = [own.get(f"{API}/credentials", headers=wrong).status_code for _ in range(121)]
    assert statuses == [401] * 120 + [429]
    answer = own.get(f"{API}/credentials", headers=wrong)
    assert code_of(answer) == "server_busy" and answer.headers["Retry-After"]


def test_a_program_that_brings_many_badges_at_once_is_told_to_wait(inside, stranger, limited, monkeypatch):
    monkeypatch.setattr(rate_limits, "BADGES_OF_PROGRAM", RateLimitItemPerMinute(2))
    statuses = [inside.bring(stranger_badge(stranger, n)).status_code for n in range(3)]
    assert statuses == [201, 201, 429]
    assert inside.read().status_code == 200


def test_while_others_are_verified_a_program_is_told_when_to_come_again(inside, stranger):
    with every_place_taken():
        answer = inside.bring(stranger_badge(stranger))
    assert (answer.status_code, code_of(answer), answer.headers["Retry-After"]) == (429, "server_busy", "15")


def test_what_is_given_as_json_alone_is_given_as_nothing_else(inside):
    answer = inside.call("GET", "credentials", headers={"Accept": "text/html"})
    assert (answer.status_code, code_of(answer)) == (406, "not_acceptable")
    for accept in ("*/*", "application/*", "application/vc+ld+json, application/json;q=0.1"):
        assert inside.call("GET", "credentials", headers={"Accept": accept}).status_code == 200
    assert inside.own.get(f"{API}/nothing").json["imsx_severity"] == "status"
