"""Who signs for an organisation: its own people invite and remove each other, and nobody else does."""

from __future__ import annotations

import pytest

from lti_tool.organisations import organisations
from lti_tool.store.models import Event, OperatorPasskey, OperatorRow, OrganisationMember
from tests.fixtures import rows
from tests.lti_tool.web.conftest import browser_of, hidden, text_of
from tests.lti_tool.web.operator.conftest import options_of
from tests.lti_tool.web.organisations.conftest import ISSUER, MemberAt, link_on
from tests.organisations import ROOT_ACCOUNT

WORDS = "Whoever has it can begin in our laboratory at once."


@pytest.fixture
def page(organisation_id) -> str:
    return f"/organisations/{organisation_id}/members"


@pytest.fixture
def colleague(employer, page, app) -> MemberAt:
    """Somebody whom the employer has invited to sign too."""
    colleague = MemberAt(browser=browser_of(app))
    assert colleague.accept(link_on(employer.act(f"{page}/invite")), "Oskars").status_code == 303
    return colleague


def numbers(tool) -> dict[str, int]:
    return {row.name: row.id for row in rows(tool, OperatorRow) if row.name}


def test_somebody_who_left_signs_no_more_and_is_forgotten(
    employer, colleague, page, organisation_id, to_endorse, endorsements, web_tool
):
    assert colleague.sign(to_endorse, organisation_id, comment=WORDS).status_code == 303
    assert "Māra You" in text_of(employer.get(page)) and "Oskars" in employer.get(page).text
    oskars = numbers(web_tool)["Oskars"]
    assert employer.act(f"{page}/remove", member=str(oskars)).location == f"{page}?lang=en"
    assert "Oskars" not in employer.get(page).text and "Oskars" not in numbers(web_tool)
    assert colleague.get(page).status_code == 303
    # What they signed is the organisation's: it stays, and can be withdrawn.
    (row,) = endorsements()
    assert (row.withdrawn_at, row.signed_by_id) == (None, oskars)
    assert employer.act("/organisations/withdraw", endorsement=row.id).status_code == 303
    left = [row for row in rows(web_tool, Event) if row.what == "organisation_left"]
    assert [(row.actor, row.data) for row in left] == [
        (f"account:{numbers(web_tool)['Māra']}", {"operator": oskars})
    ]
    assert len({row.operator_id for row in rows(web_tool, OperatorPasskey)}) == 2  # the owner's and Māra's


def test_whoever_has_something_else_stays(employer, colleague, page, web_tool):
    now = web_tool.clock()
    with web_tool.store.begin() as session:
        other = organisations.make_invited(
            session, web_tool.issuer.id, "Third", web_tool.tool_url, now, ROOT_ACCOUNT
        )
        organisations.join(session, other, numbers(web_tool)["Oskars"], now)
    employer.act(f"{page}/remove", member=str(numbers(web_tool)["Oskars"]))
    assert "Oskars" in numbers(web_tool) and colleague.get(page).status_code == 404
    assert "Third" in colleague.get("/organisations").text


def test_somebody_is_always_left(employer, page, web_tool):
    told = employer.act(f"{page}/remove", member=str(numbers(web_tool)["Māra"]))
    assert "Nobody else signs for it: invite somebody first." in text_of(told)
    assert len(rows(web_tool, OrganisationMember)) == 1


def test_one_leaves_by_themselves(employer, colleague, page, web_tool):
    left = employer.act(f"{page}/remove", member=str(numbers(web_tool)["Māra"]))
    assert left.location == "/organisations?lang=en"
    assert colleague.get(page).status_code == 200 and employer.get(page).status_code == 303


def test_whoever_left_comes_back_by_no_link_that_they_made(employer, colleague, page, app, web_tool):
    made, opened = (link_on(colleague.act(f"{page}/invite")) for _ in range(2))
    others = link_on(employer.act(f"{page}/invite"))
    begun = MemberAt(browser=browser_of(app))
    begun.send("/organisations/invitation", code=opened.partition("code=")[2])
    answer = begun.authenticator.create(options_of(begun.get("/organisations/join")))
    employer.act(f"{page}/remove", member=str(numbers(web_tool)["Oskars"]))
    again = MemberAt(browser=browser_of(app))
    assert "whoever made it signs for the organisation no more" in text_of(again.get(made))
    assert again.accept(made, "Oskars").status_code != 303
    assert begun.send("/organisations/join", answer=answer, name="Oskars").status_code != 303
    assert "Oskars" not in numbers(web_tool)
    # A link of somebody who signs for it works.
    assert MemberAt(browser=browser_of(app)).accept(others, "Ilze").status_code == 303
    assert len(rows(web_tool, OrganisationMember)) == 2


def test_nobody_else_sees_invites_or_removes(employer, colleague, page, owner, app, web_tool, clock):
    stranger = MemberAt(browser=browser_of(app))
    stranger.accept(link_on(owner.press(ISSUER, f"{ISSUER}/invite", name="Other")), "Eve")
    secret = {"_form": hidden(owner.get(ISSUER), "_form")}
    known = numbers(web_tool)
    for act, form in (("invite", {}), ("remove", {"member": str(known["Oskars"])})):
        assert stranger.act(f"{page}/{act}", **form).status_code == 404, act
        assert owner.send(f"{page}/{act}", **secret, **form).status_code == 404, act
    assert stranger.get(page).status_code == owner.get(page).status_code == 404
    for odd in (known["Eve"], 0, 999999, "x"):
        assert employer.act(f"{page}/remove", member=str(odd)).status_code == 404, odd
    clock.advance(minutes=6)
    for act in ("invite", "remove"):
        asked = employer.act(f"{page}/{act}", member=str(known["Oskars"]))
        assert asked.location == f"/operator/confirm?to={page}"
    assert len(rows(web_tool, OrganisationMember)) == 3
