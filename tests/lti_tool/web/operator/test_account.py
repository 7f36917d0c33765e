"""Operators add and remove passkeys, end sessions, and those who own an issuer decide who else works for it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from lti_tool.operators import accounts
from lti_tool.store.models import Event, OperatorPasskey, OperatorRole, OperatorSession
from tests.authenticator import Authenticator
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.operator.conftest import ROOT_ACCOUNT, options_of

HOME = "/operator/issuers/riga-college"
OPERATORS = f"{HOME}/operators"
ACCOUNT = "/operator/account"


def add_passkey(somebody, authenticator, name="Key in the safe"):
    page = somebody.get(f"{ACCOUNT}/passkey")
    if page.status_code == 303:
        return page
    answer = authenticator.create(options_of(page))
    form = hidden(page, "_form")
    return somebody.send(f"{ACCOUNT}/passkey", _form=form, answer=answer, label=name)


def test_a_further_passkey_signs_in(join, web_tool):
    ieva, spare = join(), Authenticator()
    assert add_passkey(ieva, spare).location == ACCOUNT
    assert "Key in the safe" in text_of(ieva.get(ACCOUNT))
    ieva.authenticator = spare
    assert ieva.sign_in().location == "/operator"
    assert [row.name for row in rows(web_tool, OperatorPasskey)] == ["", "Key in the safe"]


def test_a_passkey_is_added_only_to_somebody_who_has_just_shown_who_they_are(join, clock, web_tool):
    ieva = join()
    page = ieva.get(f"{ACCOUNT}/passkey")
    clock.advance(minutes=6)
    assert add_passkey(ieva, Authenticator()).location == f"/operator/confirm?to={ACCOUNT}/passkey"
    answer = Authenticator().create(options_of(page))
    late = ieva.send(f"{ACCOUNT}/passkey", _form=hidden(page, "_form"), answer=answer, label="x")
    assert late.location == f"/operator/confirm?to={ACCOUNT}/passkey"
    assert len(rows(web_tool, OperatorPasskey)) == 1
    ieva.confirm()
    assert add_passkey(ieva, Authenticator()).location == ACCOUNT


def test_a_passkey_that_somebody_has_is_added_to_nobody_else(join, web_tool):
    ieva, juris = join(), join(name="Juris")
    assert add_passkey(juris, ieva.authenticator).status_code == 403
    assert [row.operator_id for row in rows(web_tool, OperatorPasskey)] == [1, 2]


def test_a_removed_passkey_signs_nobody_in_and_the_last_one_stays(join, clock, web_tool):
    ieva, spare = join(), Authenticator()
    add_passkey(ieva, spare)
    remove = f"{ACCOUNT}/passkeys/remove"
    assert ieva.press(ACCOUNT, remove, passkey="1").location == ACCOUNT
    assert ieva.press(ACCOUNT, remove, passkey="2").status_code == 403
    assert [row.id for row in rows(web_tool, OperatorPasskey)] == [2]
    assert "belongs to no operator" in text_of(ieva.sign_in())
    clock.advance(minutes=6)
    assert ieva.press(ACCOUNT, remove, passkey="2").location == f"/operator/confirm?to={ACCOUNT}"


def test_nobody_removes_the_passkey_of_another(join, web_tool):
    join()
    juris = join(name="Juris")
    juris.press(ACCOUNT, f"{ACCOUNT}/passkeys/remove", passkey="1")
    assert len(rows(web_tool, OperatorPasskey)) == 2


def test_sessions_are_listed_and_ended_one_by_one(join, new_browser, web_tool):
    ieva, elsewhere = join(), new_browser()
    elsewhere.authenticator = ieva.authenticator
    elsewhere.sign_in()
    page = ieva.get(ACCOUNT)
    assert "This session" in text_of(page) and "Another session" in text_of(page)
    names = re.findall(r'name="session" value="(\w+)"', page.text)
    (theirs,) = {row.token_hash[:12] for row in rows(web_tool, OperatorSession)} and {
        name for name in names if names.count(name) == 2
    }
    assert ieva.press(ACCOUNT, f"{ACCOUNT}/sessions/end", session=theirs).location == ACCOUNT
    assert elsewhere.get(HOME).location == "/operator/sign-in"
    assert ieva.get(HOME).status_code == 200
    assert rows(web_tool, Event)[-1].what == "session_revoked"


def test_nobody_ends_the_session_of_another(join):
    ieva, juris = join(), join(name="Juris")
    (name,) = re.findall(r'name="session" value="(\w+)"', ieva.get(ACCOUNT).text)
    juris.press(ACCOUNT, f"{ACCOUNT}/sessions/end", session=name)
    assert ieva.get(HOME).status_code == 200


# --- Who works for an issuer


def roles_of(tool, operator_id):
    return {row.role for row in rows(tool, OperatorRole) if row.operator_id == operator_id}


def test_an_owner_invites_somebody_with_a_role(join, new_browser, web_tool):
    ieva, juris = join(), new_browser()
    page = ieva.press(OPERATORS, f"{OPERATORS}/invite", role="approver")
    link = unescape(re.search(r'value="(https://[^"]*/operator/invitation[^"]*)"', page.text)[1])
    assert juris.join(link.rpartition("=")[2], "Juris").status_code == 303
    assert roles_of(web_tool, 2) == {"approver"}
    assert "Juris" in text_of(ieva.get(OPERATORS))
    assert juris.get(OPERATORS).status_code == 403
    invited = [row for row in rows(web_tool, Event) if row.what == "operator_invited"]
    assert [(row.actor, row.data) for row in invited] == [("account:1", {"role": "approver"})]


def test_an_invitation_ends_with_the_role_of_whoever_invited(join, new_browser, web_tool, clock):
    ieva = join()
    page = ieva.press(OPERATORS, f"{OPERATORS}/invite", role="owner")
    link = unescape(re.search(r'value="(https://[^"]*/operator/invitation[^"]*)"', page.text)[1])
    with web_tool.store.begin() as session:
        row = accounts.find(session, 1)
        accounts.take_role(session, row, web_tool.issuer.id, "owner", clock(), ROOT_ACCOUNT)
    assert new_browser().join(link.rpartition("=")[2], "Juris").status_code == 403
    assert roles_of(web_tool, 2) == set()


def test_an_owner_gives_and_takes_roles_and_each_counts_at_once(join, web_tool):
    ieva, juris = join(), join("support", name="Juris")
    assert juris.get(OPERATORS).status_code == 403
    ieva.press(OPERATORS, f"{OPERATORS}/give", operator="2", role="owner")
    assert juris.get(OPERATORS).status_code == 200
    ieva.press(OPERATORS, f"{OPERATORS}/take", operator="2", role="owner")
    assert juris.get(OPERATORS).status_code == 403
    ieva.press(OPERATORS, f"{OPERATORS}/take", operator="2", role="support")
    assert juris.get(HOME).status_code == 404
    assert "no role at any issuer" in text_of(juris.get("/operator"))


def test_an_owner_cannot_take_it_from_themselves_nor_give_a_role_that_there_is_not(join, web_tool):
    ieva = join()
    assert ieva.press(OPERATORS, f"{OPERATORS}/take", operator="1", role="owner").status_code == 403
    assert ieva.press(OPERATORS, f"{OPERATORS}/give", operator="1", role="emperor").status_code == 403
    assert ieva.press(OPERATORS, f"{OPERATORS}/invite", role="emperor").status_code == 403
    assert roles_of(web_tool, 1) == {"owner"}


@pytest.mark.parametrize(
    ("act", "form"),
    [
        ("give", {"operator": "2", "role": "auditor"}),
        ("take", {"operator": "2", "role": "support"}),
        ("invite", {"role": "owner"}),
    ],
)
def test_roles_change_only_by_somebody_who_has_just_shown_who_they_are(join, clock, web_tool, act, form):
    ieva = join()
    join("support", name="Juris")
    clock.advance(minutes=6)
    assert ieva.press(OPERATORS, f"{OPERATORS}/{act}", **form).location == f"/operator/confirm?to={OPERATORS}"
    assert roles_of(web_tool, 2) == {"support"}


def test_an_owner_of_one_issuer_reaches_nobody_of_another(join, web_tool):
    other = add_another_issuer(web_tool)
    ieva, juris = join(), join(issuer_id=other.id, name="Juris")
    for act in ("give", "take"):
        form = {"operator": "2", "role": "owner"}
        assert ieva.press(OPERATORS, f"{OPERATORS}/{act}", **form).status_code == 404
    assert "Juris" not in ieva.get(OPERATORS).text
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    theirs = f"/operator/issuers/{slug}/operators"
    assert (ieva.get(theirs).status_code, juris.get(theirs).status_code) == (404, 200)
    absent = ieva.get("/operator/issuers/none/operators")
    words = [re.sub(r"[0-9A-F]{4}(-[0-9A-F]{4})+", "", text_of(page)) for page in (ieva.get(theirs), absent)]
    assert words[0] == words[1]


def test_whoever_works_for_two_issuers_chooses_and_each_page_says_for_which(join, web_tool, clock):
    other = add_another_issuer(web_tool)
    ieva = join()
    with web_tool.store.begin() as session:
        row = accounts.find(session, 1)
        accounts.give_role(session, row, other.id, "auditor", clock(), accounts.actor_of(1))
        names = [web_tool.issuers.of(session, each).profile for each in (web_tool.issuer.id, other.id)]
    page = ieva.get("/operator")
    assert page.status_code == 200
    for profile in names:
        assert profile.name in text_of(page)
        here = text_of(ieva.get(f"/operator/issuers/{profile.slug}"))
        assert profile.name in here
        assert [each.name in here for each in names].count(True) == 1
