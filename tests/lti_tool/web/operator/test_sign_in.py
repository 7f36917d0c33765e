"""An invitation opens once, a passkey signs in, sessions end, and nothing else opens a page of operators."""

from __future__ import annotations

import pytest

from lti_tool.operators import accounts, sessions
from lti_tool.store.models import (
    Event,
    ExpiringValue,
    OperatorPasskey,
    OperatorRow,
    OperatorSession,
)
from tests.authenticator import PRESENT, Authenticator
from tests.fixtures import rows
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, hidden, text_of
from tests.lti_tool.web.operator.conftest import ROOT_ACCOUNT, options_of

HOME = "/operator/issuers/riga-college"


def refusal(page):
    """What a person reads of a refusal, and that it is one."""
    assert page.status_code == 403, page.text
    return text_of(page)


def last_event(tool):
    return rows(tool, Event)[-1]


# --- The first way through


def test_an_invitation_leads_by_a_passkey_to_the_overview(new_browser, invited, web_tool):
    ieva = new_browser()
    code = invited()
    assert "You are invited to run Nozimite for Riga College" in text_of(
        ieva.get(f"/operator/invitation?code={code}")
    )
    assert ieva.join(code).location == "/operator"
    assert ieva.get("/operator").location == HOME
    page = ieva.get(HOME)
    assert page.status_code == 200
    assert "Overview" in text_of(page) and "Signed in as Ieva Kalniņa" in text_of(page)
    (row,) = rows(web_tool, OperatorRow)
    with web_tool.store.read() as session:
        roles = [(each.issuer_id, each.role, each.source) for each in accounts.find(session, row.id).roles]
    assert roles == [(web_tool.issuer.id, "owner", "granted")]
    assert [event.what for event in rows(web_tool, Event)][-4:] == [
        "operator_joined",
        "role_given",
        "passkey_added",
        "operator_signed_in",
    ]
    assert "Ieva" not in str([vars(event) for event in rows(web_tool, Event)])


def test_a_passkey_signs_in_again_after_signing_out(join, web_tool):
    ieva = join()
    assert ieva.press(HOME, "/operator/sign-out").location == "/operator/sign-in"
    assert ieva.get(HOME).location == "/operator/sign-in"
    assert ieva.sign_in().location == "/operator"
    assert ieva.get(HOME).status_code == 200
    assert rows(web_tool, OperatorPasskey)[0].sign_count == 1


def test_the_cookies_are_for_this_site_alone(join):
    ieva = join()
    ieva.press(HOME, "/operator/sign-out")
    for page in (ieva.get("/operator/sign-in"), ieva.sign_in()):
        for cookie in page.headers.getlist("Set-Cookie"):
            assert cookie.startswith("__Host-nozimite_operator")
            for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
                assert word in cookie
            assert "Domain" not in cookie


def test_no_page_is_kept_by_a_cache_or_framed(join):
    page = join().get(HOME)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_only_hashes_of_tokens_are_stored(join, web_tool):
    ieva = join()
    token = ieva.browser.get_cookie("__Host-nozimite_operator").value
    stored = [vars(row) for kind in (OperatorSession, Event, ExpiringValue) for row in rows(web_tool, kind)]
    assert token not in str(stored)


# --- Invitations


def test_a_code_opens_once(new_browser, invited):
    code = invited()
    assert new_browser().send("/operator/invitation", code=code).status_code == 303
    again = new_browser().send("/operator/invitation", code=code)
    assert "The invitation was opened already" in refusal(again)


def test_reading_the_link_uses_nothing_up(new_browser, invited):
    code, ieva = invited(), new_browser()
    for _ in range(2):
        assert ieva.get(f"/operator/invitation?code={code}").status_code == 200
    assert ieva.join(code).status_code == 303


def test_a_code_is_good_for_fifteen_minutes(new_browser, invited, clock):
    code = invited()
    clock.advance(minutes=15)
    assert "older than 15 minutes" in refusal(new_browser().send("/operator/invitation", code=code))
    assert "This invitation is over" in text_of(new_browser().get(f"/operator/invitation?code={code}"))


def test_what_was_opened_in_one_browser_is_completed_in_no_other(new_browser, invited, web_tool):
    ieva, thief = new_browser(), new_browser()
    ieva.send("/operator/invitation", code=invited())
    options = options_of(ieva.get("/operator/join"))
    refusal(thief.get("/operator/join"))
    refusal(thief.send("/operator/join", answer=thief.authenticator.create(options), name="x"))
    thief.get("/operator/sign-in")  # gives the browser a secret of its own
    refusal(thief.send("/operator/join", answer=thief.authenticator.create(options), name="x"))
    assert rows(web_tool, OperatorRow) == []


def test_an_opened_invitation_makes_one_account(new_browser, invited, web_tool):
    ieva = new_browser()
    ieva.send("/operator/invitation", code=invited())
    pages = [options_of(ieva.get("/operator/join")) for _ in range(2)]
    browser = ieva.browser.get_cookie("__Host-nozimite_operator_browser").value
    answers = [Authenticator().create(options) for options in pages]
    assert ieva.send("/operator/join", answer=answers[0], name="x").status_code == 303
    ieva.browser.set_cookie("__Host-nozimite_operator_browser", browser)
    refusal(ieva.send("/operator/join", answer=answers[1], name="x"))
    assert len(rows(web_tool, OperatorRow)) == 1


def test_an_answer_that_is_not_good_leaves_the_invitation_open(new_browser, invited):
    ieva = new_browser()
    ieva.authenticator.flags = PRESENT
    assert "could not be checked" in refusal(ieva.join(invited()))
    ieva.authenticator = Authenticator()
    answer = ieva.authenticator.create(options_of(ieva.get("/operator/join")))
    assert ieva.send("/operator/join", answer=answer, name="Ieva").status_code == 303


def test_an_account_that_has_lost_its_passkey_gets_another_one(join, new_browser, web_tool):
    from lti_tool.operators import invitations

    join()
    with web_tool.store.read() as session:
        code = invitations.invite_back(web_tool.expiring_values, accounts.find(session, 1), ROOT_ACCOUNT)
    back = new_browser()
    assert back.join(code, name="somebody else").status_code == 303
    assert back.get(HOME).status_code == 200
    assert [row.name for row in rows(web_tool, OperatorRow)] == ["Ieva Kalniņa"]
    assert {row.operator_id for row in rows(web_tool, OperatorPasskey)} == {1}


# --- Passkeys that are not good


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"handle": b"somebody else"},
    ],
    ids=str,
)
def test_an_answer_of_another_site_or_of_nobody_signs_nobody_in(join, web_tool, change):
    ieva = join()
    ieva.press(HOME, "/operator/sign-out")
    for name, value in change.items():
        setattr(ieva.authenticator, name, value)
    assert "could not be checked" in refusal(ieva.sign_in())
    assert (last_event(web_tool).what, last_event(web_tool).why) == (
        "operator_refused",
        "operator_passkey_refused",
    )
    assert ieva.get(HOME).location == "/operator/sign-in"


def test_a_key_that_nobody_has_registered_signs_nobody_in(join, new_browser):
    join()
    assert "belongs to no operator" in refusal(new_browser().sign_in())


def test_another_key_with_a_known_id_signs_nobody_in(join, new_browser):
    ieva, thief = join(), new_browser()
    thief.authenticator.id, thief.authenticator.handle = ieva.authenticator.id, ieva.authenticator.handle
    assert "could not be checked" in refusal(thief.sign_in())


def test_a_copied_authenticator_is_noticed_by_its_count(join):
    ieva = join()
    ieva.sign_in()
    ieva.authenticator.count -= 1
    assert "could not be checked" in refusal(ieva.sign_in())


def test_an_answer_signs_in_once(join):
    ieva = join()
    page = ieva.get("/operator/sign-in")
    browser = ieva.browser.get_cookie("__Host-nozimite_operator_browser").value
    ieva.authenticator.count = -1  # an authenticator that does not count
    answer = ieva.authenticator.get(options_of(page))
    assert ieva.send("/operator/sign-in", answer=answer).status_code == 303
    ieva.browser.set_cookie("__Host-nozimite_operator_browser", browser)
    assert "open for too long" in refusal(ieva.send("/operator/sign-in", answer=answer))


def test_an_answer_to_the_challenge_of_another_browser_or_an_old_one_is_refused(join, new_browser, clock):
    ieva, thief = join(), new_browser()
    answer = ieva.authenticator.get(options_of(ieva.get("/operator/sign-in")))
    thief.get("/operator/sign-in")
    assert "opened in another browser" in refusal(thief.send("/operator/sign-in", answer=answer))
    clock.advance(minutes=10)
    assert "open for too long" in refusal(ieva.send("/operator/sign-in", answer=answer))


def test_a_challenge_is_for_what_it_was_made_for(join):
    ieva = join()
    page = ieva.get("/operator/confirm")
    answer = ieva.authenticator.get(options_of(page))
    refusal(ieva.send("/operator/sign-in", answer=answer))


@pytest.mark.parametrize("answer", ["", "x", "[]", "{}", "null", '{"response": 1}', "[" * 30_000])
def test_what_is_no_answer_is_refused(join, answer):
    page = join().send("/operator/sign-in", answer=answer)
    assert page.status_code in (400, 403)


def test_a_form_of_another_site_signs_nobody_in(join):
    ieva = join()
    answer = ieva.authenticator.get(options_of(ieva.get("/operator/sign-in")))
    page = ieva.browser.post("/operator/sign-in", data={"answer": answer}, headers=FROM_ELSEWHERE)
    assert page.status_code == 403


# --- Sessions


@pytest.mark.parametrize(("minutes", "times"), [(30, 1), (29, 17)])
def test_a_session_ends_when_it_is_idle_and_in_any_case_after_eight_hours(join, clock, minutes, times):
    ieva = join()
    for _ in range(times - 1):
        clock.advance(minutes=minutes)
        assert ieva.get(HOME).status_code == 200
    clock.advance(minutes=minutes)
    assert ieva.get(HOME).location == "/operator/sign-in"


def test_a_disabled_operator_is_out_with_the_next_request_and_cannot_come_back(join, web_tool, clock):
    ieva = join()
    with web_tool.store.begin() as session:
        accounts.disable(session, accounts.find(session, 1), clock(), ROOT_ACCOUNT)
    assert ieva.get(HOME).location == "/operator/sign-in"
    assert "account as an operator is disabled" in refusal(ieva.sign_in())


def test_a_session_that_began_while_its_account_was_disabled_opens_nothing(join, web_tool, clock):
    ieva = join()
    with web_tool.store.begin() as session:
        session.get_one(OperatorRow, 1).disabled_at = clock()
    assert ieva.get(HOME).location == "/operator/sign-in"


def test_a_revoked_session_opens_nothing(join, web_tool, clock):
    ieva = join()
    with web_tool.store.begin() as session:
        (row,) = sessions.running(session, clock())
        sessions.revoke(session, row, clock(), ROOT_ACCOUNT)
    assert ieva.get(HOME).location == "/operator/sign-in"


def test_a_form_without_the_secret_of_its_session_does_nothing(join):
    ieva, other = join(), join(name="Juris")
    theirs = hidden(other.get(HOME), "_form")
    for form in ({}, {"_form": ""}, {"_form": theirs}):
        assert ieva.send("/operator/sign-out", **form).status_code == 403
    assert ieva.get(HOME).status_code == 200


def test_showing_again_who_it_is_makes_the_session_fresh(join, web_tool, clock):
    ieva = join()
    clock.advance(minutes=6)
    with web_tool.store.read() as session:
        assert not sessions.is_fresh(sessions.running(session, clock())[0], clock())
    assert ieva.confirm("/operator/account").location == "/operator/account"
    with web_tool.store.read() as session:
        assert sessions.is_fresh(sessions.running(session, clock())[0], clock())
    assert last_event(web_tool).what == "operator_confirmed"


def test_nobody_shows_who_they_are_by_the_passkey_of_another(join):
    ieva, juris = join(), join(name="Juris")
    ieva.authenticator = juris.authenticator
    assert "another operator" in refusal(ieva.confirm())


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/operator/../x", "/operatorx", "/my"]
)
def test_it_leads_to_pages_of_operators_alone(join, to):
    assert join().confirm(to).location == "/operator"
