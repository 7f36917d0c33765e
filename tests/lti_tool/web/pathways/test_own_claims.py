"""Whoever answers a claim is not the learner, as far as that is known, and is told whose the badge may be."""

from __future__ import annotations

import pytest

from lti_tool.store import queries
from lti_tool.store.models import KeptBadge, OperatorIdentity, PathwayClaim, PlatformAccount, RegistrationRow
from lti_tool.web.learner.learner_visits import SESSION_COOKIE
from tests.attacks.stranger import subject
from tests.fixtures import ANNA, JANIS, add_another_issuer, rows
from tests.lti_tool.web.backpack.conftest import stranger_badge
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.pathways.test_pages import LIST, claim, keep

FINDINGS = ("equivalent", "not_equivalent")


@pytest.fixture
def address(outside, pathway, stranger, web_tool):
    """Where Anna's claim of a badge from elsewhere is answered."""
    keep(outside, stranger_badge(stranger))
    (kept,) = rows(web_tool, KeptBadge)
    claim(outside, pathway[0], pathway[1][0], f"kept-{kept.id}")
    (row,) = rows(web_tool, PathwayClaim)
    return f"{LIST}/claims/{row.id}"


def settle(operator, address, finding):
    page = operator.get(address)
    seen = hidden(page, "seen") if "seen" in page.text else ""
    return operator.press(address, f"{address}/settle", seen=seen, finding=finding, reason="The same.")


def is_open(tool):
    return [each.status for each in rows(tool, PathwayClaim)] == ["asked"]


@pytest.mark.parametrize("finding", FINDINGS)
def test_an_operator_who_is_signed_in_as_the_learner_answers_nothing(
    join, outside, address, web_tool, finding
):
    assessor = join("assessor")
    assessor.browser.set_cookie(SESSION_COOKIE, outside.get_cookie(SESSION_COOKIE).value)
    page = text_of(assessor.get(address))
    assert "Nobody answers a claim of their own" in page and "It counts as this part" not in page
    assert "This claim is your own" in text_of(settle(assessor, address, finding))
    assert is_open(web_tool)
    # Somebody else's session in that browser says nothing.
    assessor.browser.delete_cookie(SESSION_COOKIE)
    assert settle(assessor, address, finding).status_code == 303


@pytest.mark.parametrize("finding", FINDINGS)
def test_an_operator_whose_account_is_that_of_the_learner_answers_nothing(
    join, anna, address, web_tool, finding
):
    assessor = join("assessor")
    with web_tool.store.begin() as session:
        (account,) = session.query(PlatformAccount).filter_by(person_id=anna)
        platform = session.get_one(RegistrationRow, account.registration_id)
        operator = max(queries.operators.operators(session), key=lambda each: each.id)
        identity = OperatorIdentity(iss=platform.platform_id, sub=account.user_id, bound_at=web_tool.clock())
        operator.identities.append(identity)
    assert "Nobody answers a claim of their own" in text_of(assessor.get(address))
    assert "This claim is your own" in text_of(settle(assessor, address, finding))
    assert is_open(web_tool)
    with web_tool.store.begin() as session:
        session.query(OperatorIdentity).one().iss = "https://other.example"
    assert settle(assessor, address, finding).status_code == 303


def test_a_namesake_is_warned_and_answers(join, address, web_tool):
    namesake, other = join("assessor", name=ANNA.name.upper()), join("assessor", name="Marta Liepa")
    assert "The learner is called as you are" in text_of(namesake.get(address))
    assert "The learner is called as you are" not in text_of(other.get(address))
    assert settle(namesake, address, "equivalent").status_code == 303


def test_an_operator_of_another_issuer_answers_nothing(join, address, web_tool):
    other = add_another_issuer(web_tool)
    stranger_to_it = join("owner", other.id)
    theirs = address.replace("riga-college", "daugava-school")
    assert [stranger_to_it.get(each).status_code for each in (address, theirs)] == [404, 404]
    assert is_open(web_tool)


def test_a_badge_that_another_account_keeps_or_another_learner_claims_is_told(
    join, outside, anna, janis, pathway, stranger, web_tool
):
    # One that names nobody: whoever has the file can claim it.
    text = stranger_badge(stranger, credentialSubject=subject("Welding", "Welds.", "Weld."))
    for browser in (outside, janis):
        keep(browser, text)
        kept = rows(web_tool, KeptBadge)[-1]
        claim(browser, pathway[0], pathway[1][0], f"kept-{kept.id}")
    first, second = rows(web_tool, PathwayClaim)
    assessor = join("assessor")
    page = text_of(assessor.get(f"{LIST}/claims/{first.id}"))
    assert f"Another learner claims the very same badge: {JANIS.name}" in page
    assert "It is kept in another account" not in page
    with web_tool.store.begin() as session:
        session.get_one(PathwayClaim, second.id).status = "withdrawn"
        session.delete(session.get_one(KeptBadge, second.kept_badge_id))
        session.flush()
        session.get_one(KeptBadge, first.kept_badge_id).person_id = second.person_id
    page = text_of(assessor.get(f"{LIST}/claims/{first.id}"))
    assert "Another learner claims" not in page
    assert f"It is kept in another account, of {JANIS.name}" in page
