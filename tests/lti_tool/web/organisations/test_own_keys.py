"""Those who sign for an organisation change its keys, withdraw one, and sign again what they still mean."""

from __future__ import annotations

import re

import pytest

from lti_tool.organisations.endorsements import Said
from lti_tool.store.models import CredentialRow, EndorsementRow, Event, OrganisationKey
from lti_tool.web.organisations import parts
from tests import organisations
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import browser_of, hidden, text_of
from tests.lti_tool.web.organisations.conftest import ISSUER, MemberAt, link_on
from tests.organisations import Employer, about_issuer

WORDS = "Whoever has it can begin in our laboratory at once."


@pytest.fixture
def signed(employer, organisation_id, to_endorse, endorsements, owner):
    """What the employer has signed, and the issuer shows."""
    assert employer.sign(to_endorse, organisation_id, comment=WORDS).status_code == 303
    (row,) = endorsements()
    owner.press(ISSUER, f"{ISSUER}/show", endorsement=row.id)
    return row


@pytest.fixture
def keys_page(organisation_id) -> str:
    return f"/organisations/{organisation_id}/keys"


def kid(tool, algorithm: str = "Ed25519") -> str:
    return next(row.kid for row in rows(tool, OrganisationKey) if row.algorithm == algorithm)


def test_new_keys_sign_and_the_old_ones_count(signed, employer, keys_page, browser, school, web_tool):
    assert re.findall("Signs|Retired", text_of(employer.get(keys_page))) == ["Signs", "Signs"]
    changed = employer.act(f"{keys_page}/change")
    assert (changed.status_code, changed.location) == (303, f"{keys_page}?lang=en&changed=yes")
    page = text_of(employer.get(changed.location))
    assert "What the old ones signed counts as before." in page
    assert sorted(re.findall("Signs|Retired", page)) == ["Retired", "Retired", "Signs", "Signs"]
    assert f"{WORDS} Signature verified" in text_of(browser.get(f"/achievements/{school.badge}/1"))
    made = [row for row in rows(web_tool, Event) if row.about_kind == "organisation_key"]
    assert [row.what for row in made] == ["key_made"] * 2 + ["key_retired", "key_made"] * 2
    assert {row.actor for row in made if row.what == "key_retired"} == {"account:2"}


def test_a_withdrawn_key_takes_its_words_away_until_they_are_signed_again(
    signed, employer, organisation_id, keys_page, browser, school, owner, web_tool
):
    told = text_of(employer.act(f"{keys_page}/withdraw", key=kid(web_tool)))
    assert "The key is withdrawn. 1 statement that it signed does not count any more." in told
    assert "Sign it again if you still mean it." in told and "Trusted no more" in told
    assert WORDS not in browser.get(f"/achievements/{school.badge}/1").text
    for page in (
        owner.get(ISSUER),
        employer.get("/organisations"),
        browser.get(f"/endorsements/{signed.id}"),
    ):
        assert f"{WORDS} Does not count: its key was withdrawn" in text_of(page)
    again = employer.act("/organisations/sign-again", endorsement=signed.id)
    address = f"/organisations/{organisation_id}/signed"
    assert (again.status_code, again.location) == (303, f"{address}?lang=en&signed=yes")
    assert "Signed again: it counts from now on." in text_of(employer.get(again.location))
    assert f"{WORDS} Signature verified" in text_of(browser.get(f"/achievements/{school.badge}/1"))
    assert employer.act("/organisations/sign-again", endorsement=signed.id).status_code == 404
    acts = [row.what for row in rows(web_tool, Event) if row.about_kind == "endorsement"]
    assert acts == ["endorsement_signed", "endorsement_shown", "endorsement_withdrawn", "endorsement_signed"]


def test_keys_are_for_whoever_has_just_shown_who_they_are(
    signed, employer, organisation_id, keys_page, web_tool, clock
):
    clock.advance(minutes=6)
    for act in ("change", "withdraw"):
        asked = employer.act(f"{keys_page}/{act}", key=kid(web_tool))
        assert asked.location == f"/operator/confirm?to={keys_page}"
    assert [row.retired_at for row in rows(web_tool, OrganisationKey)] == [None, None]
    assert employer.confirm(keys_page).location == keys_page
    employer.act(f"{keys_page}/withdraw", key=kid(web_tool))
    clock.advance(minutes=6)
    asked = employer.act("/organisations/sign-again", endorsement=signed.id)
    assert asked.location == f"/operator/confirm?to=/organisations/{organisation_id}/signed"


def test_nobody_else_sees_or_changes_them(
    signed, employer, keys_page, organisation_id, owner, app, join, web_tool
):
    """Neither whoever invited the organisation, nor somebody of another, nor a visitor."""
    add_another_issuer(web_tool)
    stranger = MemberAt(browser=browser_of(app))
    stranger.accept(link_on(owner.press(ISSUER, f"{ISSUER}/invite", name="Other")))
    own = {"_form": hidden(owner.get(ISSUER), "_form")}
    assert owner.get(keys_page).status_code == stranger.get(keys_page).status_code == 404
    assert stranger.get(f"/organisations/{organisation_id}/signed").status_code == 404
    for address, form in (
        (f"{keys_page}/change", {}),
        (f"{keys_page}/withdraw", {"key": kid(web_tool)}),
        ("/organisations/sign-again", {"endorsement": signed.id}),
    ):
        assert owner.send(address, **own, **form).status_code == 404, address
        assert stranger.act(address, **form).status_code == 404, address
        assert MemberAt(browser=browser_of(app)).send(address, **form).status_code == 303, address
    assert employer.act(f"{keys_page}/withdraw", key="none").status_code == 404
    visitor = browser_of(app).get(keys_page)
    assert (visitor.status_code, visitor.location) == (303, f"/organisations/sign-in?to={keys_page}")
    assert [row.retired_at for row in rows(web_tool, OrganisationKey)] == [None, None]


def test_one_that_was_closed_withdraws_its_key_and_makes_no_new_signature(
    signed, employer, keys_page, organisation_id, owner, web_tool
):
    owner.press(ISSUER, f"{ISSUER}/close", organisation=organisation_id)
    refused = employer.act(f"{keys_page}/change")
    assert refused.status_code == 403 and "This organisation was closed" in text_of(refused)
    assert "1 statement" in text_of(employer.act(f"{keys_page}/withdraw", key=kid(web_tool)))
    refused = employer.act("/organisations/sign-again", endorsement=signed.id)
    assert "This organisation was closed: it signs nothing more." in text_of(refused)
    assert [row.withdrawn_at for row in rows(web_tool, EndorsementRow)] == [None]


def test_a_badge_that_carries_words_of_a_withdrawn_key_stays_genuine(
    signed, employer, keys_page, annas_badge, web_tool
):
    (badge,) = rows(web_tool, CredentialRow)
    assert WORDS in badge.text
    employer.sign_in_as_member()
    employer.act(f"{keys_page}/withdraw", key=kid(web_tool))
    for form in (badge.text, badge.jwt):
        report = web_tool.verify_own(form)
        found = {check.name: f"{check.outcome} {check.code}" for check in report.checks}["endorsements"]
        assert (report.verdict, found) == ("verified", "warning endorsement_key_revoked")


def test_long_lists_are_in_parts(employer, organisation_id, owner, web_tool, clock):
    member = Employer(organisation_id=organisation_id, account=2)
    for number in range(2 * parts.SIZE + 1):
        clock.advance(seconds=1)
        signed = organisations.sign(
            web_tool,
            member,
            about_issuer(web_tool),
            Said(name=f"Nr. {number}", comment=f"Words {number}."),
        )
        if number < 2 * parts.SIZE:
            organisations.withdraw(web_tool, signed)
    for address, who in ((ISSUER, owner), (f"/organisations/{organisation_id}/signed", employer)):
        seen = [re.findall(r"Words (\d+)\.", who.get(f"{address}?part={part}").text) for part in (1, 2, 3, 4)]
        assert [len(each) for each in seen] == [10, 10, 1, 0], address
        assert [int(each) for part in seen for each in part] == list(range(20, -1, -1))
        for odd in ("", "0", "-1", "x", "9" * 40):
            assert "Words 20." in who.get(f"{address}?part={odd}").text
        first, middle, last = (who.get(f"{address}?part={part}").text for part in (1, 2, 3))
        assert ("Newer ones" in first, "Older ones" in first) == (False, True)
        assert "Newer ones" in middle and "Older ones" in middle
        assert ("Newer ones" in last, "Older ones" in last) == (True, False)
    # An act on a later part leads back to it.
    (running,) = (row for row in rows(web_tool, EndorsementRow) if row.withdrawn_at is None)
    assert owner.press(ISSUER, f"{ISSUER}/show?part=2", endorsement=running.id).location == f"{ISSUER}?part=2"
