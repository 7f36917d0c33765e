"""An employer that was invited endorses a template: it signs, the issuer shows it, and it withdraws it."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from lti_tool.errors import NotFoundError
from lti_tool.organisations import organisations
from lti_tool.store.models import IssuerProfileRow, OrganisationRow, TemplateVersion
from lti_tool.templates import versions
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, hidden, text_of
from tests.lti_tool.web.organisations.conftest import ISSUER, link_on

WORDS = "Whoever has it can begin in our laboratory at once."


@pytest.fixture
def signed(employer, organisation_id, to_endorse, endorsements):
    """The endorsement that the employer has signed."""
    answer = employer.sign(to_endorse, organisation_id, comment=WORDS)
    assert (answer.status_code, answer.location) == (303, "/organisations?signed=yes&lang=en"), answer.text
    (row,) = endorsements()
    return row


def page_of_template(browser, school):
    return browser.get(f"/achievements/{school.badge}/1")


def test_nobody_sees_it_before_the_issuer_shows_it(signed, owner, browser, school):
    assert "Endorsed by" not in page_of_template(browser, school).text
    assert browser.get(f"/endorsements/{signed.id}").status_code == 404
    shown = owner.press(ISSUER, f"{ISSUER}/show", endorsement=signed.id)
    assert (shown.status_code, shown.location) == (303, ISSUER)
    text = text_of(page_of_template(browser, school))
    assert f"Endorsed by {WORDS} Signature verified Signed by Baltic Solar on" in text
    assert "Invited by Riga College, which answers for who this is." in text
    document = browser.get(f"/endorsements/{signed.id}", headers={"Accept": "application/json"})
    assert document.text == signed.text
    owner.press(ISSUER, f"{ISSUER}/hide", endorsement=signed.id)
    assert "Endorsed by" not in page_of_template(browser, school).text
    assert browser.get(f"/endorsements/{signed.id}").status_code == 404


def test_one_that_is_withdrawn_is_shown_no_more(signed, owner, employer, browser, school):
    owner.press(ISSUER, f"{ISSUER}/show", endorsement=signed.id)
    employer.act("/organisations/withdraw", endorsement=signed.id)
    assert "Endorsed by" not in page_of_template(browser, school).text
    assert "Withdrawn" in text_of(browser.get(f"/endorsements/{signed.id}"))
    # The issuer has no way to bring it back.
    assert "Show it to everybody" not in owner.get(ISSUER).text
    owner.press(ISSUER, f"{ISSUER}/hide", endorsement=signed.id)
    refused = owner.press(ISSUER, f"{ISSUER}/show", endorsement=signed.id)
    assert refused.status_code == 200
    assert browser.get(f"/endorsements/{signed.id}").status_code == 404


def test_the_report_of_a_year_counts_who_endorses_what_is_offered(signed, owner, employer):
    def endorsed_by():
        report = owner.get("/operator/issuers/riga-college/reviews/2026.json").json
        return report["endorsed_by"], [each["endorsed_by"] for each in report["templates"]]

    assert endorsed_by() == (0, [0])
    owner.press(ISSUER, f"{ISSUER}/show", endorsement=signed.id)
    assert endorsed_by() == (0, [1])
    employer.act("/organisations/withdraw", endorsement=signed.id)
    assert endorsed_by() == (0, [0])


def test_its_documents_are_served(signed, browser):
    host = "/organisations/" + signed.organisation_id
    did_document = browser.get(f"{host}/did.json").json
    assert did_document["id"] == json.loads(signed.text)["issuer"]["id"]
    assert browser.get(f"{host}/status/{signed.status_list_id}").status_code == 200
    assert browser.get(f"{host}/status/77").status_code == 404


def test_the_issuer_signs_nothing_in_its_name(signed, owner, to_endorse, organisation_id, web_tool):
    """An operator has a session that is no different, and no membership."""
    secret = hidden(owner.get(ISSUER), "_form")
    answer = owner.send(to_endorse, _form=secret, organisation=organisation_id, comment=WORDS)
    assert answer.status_code == 404
    assert owner.send("/organisations/withdraw", _form=secret, endorsement=signed.id).status_code == 404


def test_an_operator_of_another_issuer_has_nothing_to_do_with_it(signed, join, web_tool, organisation_id):
    add_another_issuer(web_tool)
    other = join("owner", web_tool.issuer.id)
    with web_tool.store.read() as session:
        another = web_tool.issuers.all(session)[1]
    stranger = join("owner", another.id)
    page = f"/operator/issuers/{another.profile.slug}/endorsements"
    assert WORDS not in stranger.get(page).text
    for act, form in (
        ("show", {"endorsement": signed.id}),
        ("close", {"organisation": organisation_id}),
        ("invite", {"organisation": organisation_id}),
    ):
        assert stranger.press(page, f"{page}/{act}", **form).status_code == 404, act
    assert stranger.get(ISSUER).status_code == 404
    assert WORDS in other.get(ISSUER).text


def test_a_link_that_was_ended_takes_nothing_more(employer, organisation_id, owner, to_endorse, endorsements):
    owner.press(ISSUER, f"{ISSUER}/end", link="1")
    assert employer.get(to_endorse).status_code == 404
    assert employer.sign(to_endorse, organisation_id, comment=WORDS).status_code == 404
    assert endorsements() == []


def test_what_is_no_longer_offered_is_not_endorsed_by_an_old_link(
    employer, organisation_id, to_endorse, endorsements, web_tool, clock
):
    with web_tool.store.begin() as session:
        versions.retire(session.scalars(select(TemplateVersion)).one(), clock())
    for refused in (
        employer.get(to_endorse),
        employer.sign(to_endorse, organisation_id, comment=WORDS),
        employer.send("/organisations/begin", to=to_endorse, domain="school.example"),
    ):
        assert refused.status_code == 403
        assert "This version of the badge is no longer offered" in text_of(refused)
        assert "Ask whoever gave you the link for one of a newer version." in text_of(refused)
    assert endorsements() == []


def test_an_issuer_that_is_not_confirmed_is_not_endorsed(
    employer, organisation_id, owner, endorsements, web_tool, published
):
    """Under a name that nobody has confirmed yet an issuer could collect what is meant for another."""
    to_endorse = link_on(owner.press(ISSUER, f"{ISSUER}/link", version="0"))
    confirmed = confirmed_at_none(web_tool)
    refused = employer.sign(to_endorse, organisation_id, comment=WORDS)
    assert "It is not confirmed at present who this issuer is" in text_of(refused)
    assert endorsements() == [] and employer.get(to_endorse).status_code == 403
    confirmed()
    assert employer.sign(to_endorse, organisation_id, comment=WORDS).status_code == 303


def confirmed_at_none(tool):
    """Takes back who the issuer was confirmed to be; a function that gives it back."""

    def set_to(value):
        with tool.store.begin() as session:
            newest = session.scalars(select(IssuerProfileRow).order_by(IssuerProfileRow.id.desc())).first()
            before, newest.confirmed_at = newest.confirmed_at, value
        return before

    before = set_to(None)
    return lambda: set_to(before)


def test_whoever_chooses_nobody_is_asked_for_whom_they_sign(employer, to_endorse, endorsements):
    page = employer.sign(to_endorse, "", comment=WORDS)
    assert page.status_code == 200 and WORDS in page.text
    assert "Not signed: choose first for whom you sign." in text_of(page)
    assert endorsements() == []


def test_an_organisation_that_is_gone_is_not_found(employer, to_endorse, web_tool, endorsements):
    gone = "00000000-0000-4000-8000-000000000000"
    assert employer.sign(to_endorse, gone, comment=WORDS).status_code == 404
    with web_tool.store.begin() as session, pytest.raises(NotFoundError):
        organisations.locked_organisation(session, gone)


def test_the_same_is_not_said_twice(signed, employer, organisation_id, to_endorse, endorsements):
    answer = employer.sign(to_endorse, organisation_id, comment="Once more.")
    assert "Withdraw that on your own page first." in text_of(answer)
    assert len(endorsements()) == 1


def test_whoever_showed_long_ago_who_they_are_shows_it_again(
    employer, organisation_id, to_endorse, endorsements, clock
):
    clock.advance(minutes=6)
    answer = employer.sign(to_endorse, organisation_id, comment=WORDS)
    assert "Not signed yet: show again that it is you" in text_of(answer)
    assert WORDS in answer.text and endorsements() == []
    assert employer.confirm("/organisations").location == "/organisations"
    assert employer.sign(to_endorse, organisation_id, comment=WORDS).status_code == 303


def test_no_other_site_signs(employer, organisation_id, to_endorse, endorsements):
    secret = hidden(employer.get("/organisations"), "_form")
    form = {"_form": secret, "organisation": organisation_id, "comment": WORDS}
    assert employer.browser.post(to_endorse, data=form, headers=FROM_ELSEWHERE).status_code == 403
    assert employer.send(to_endorse, organisation=organisation_id, comment=WORDS).status_code == 403
    assert endorsements() == []


def test_a_script_in_the_words_is_a_text(employer, organisation_id, owner, to_endorse, browser, school):
    employer.sign(to_endorse, organisation_id, comment="<script>alert(1)</script> [x](javascript:alert(1))")
    owner.press(ISSUER, f"{ISSUER}/show", endorsement=_only(owner))
    page = page_of_template(browser, school).text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert 'href="javascript' not in page


def test_what_nobody_sees_is_not_signed(employer, organisation_id, to_endorse, endorsements):
    page = employer.sign(to_endorse, organisation_id, comment="\u200b\u202e \u2060")
    assert "Write what your organisation says." in text_of(page)
    employer.sign(to_endorse, organisation_id, comment="\u202eWorth\u200b it,\r\nfor a\u0304ll.")
    (row,) = endorsements()
    comment = json.loads(row.text)["credentialSubject"]["endorsementComment"]
    assert comment == "Worth it,\nfor \u0101ll."


def _only(owner) -> str:
    return hidden(owner.get(ISSUER), "endorsement")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("lu.lv", "this name is a domain"),
        (" https://Ministry.example/ ", "this name is a domain"),
        ("rīga.example", "this name is a domain"),
        ("Baltic S\u043elar", "letters of two alphabets"),
        ("\u0391pple", "letters of two alphabets"),
        ("\uff22altic", "letters of two alphabets"),
        (" \u200b", "write the name of the organisation"),
    ],
)
def test_a_name_that_would_be_taken_for_something_else_is_not_invited(name, why, owner, web_tool):
    page = owner.press(ISSUER, f"{ISSUER}/invite", name=name)
    assert page.status_code == 200 and why in text_of(page)
    assert rows(web_tool, OrganisationRow) == []


@pytest.mark.parametrize(
    "name",
    [
        "A.S. Latvenergo",
        "S.I.A.",
        "SIA „Rīgas dārzi”",
        "Ελληνική Σχολή",
        "Рижская school 1",
        "東京大学 Tokyo",
    ],
)
def test_usual_names_are_invited(name, owner, web_tool):
    assert "The link is ready" in text_of(owner.press(ISSUER, f"{ISSUER}/invite", name=name))
    assert [row.name for row in rows(web_tool, OrganisationRow)] == [name]


def test_an_invitation_opens_once(employer, owner, app, member):
    link = link_on(owner.press(ISSUER, f"{ISSUER}/invite", name="Other"))
    code = link.partition("code=")[2]
    assert member.send("/organisations/invitation", code=code).status_code == 303
    assert member.send("/organisations/invitation", code=code).status_code == 403
    assert "This invitation is over" in text_of(member.get(link))


def test_a_colleague_signs_too(employer, organisation_id, app, new_browser, to_endorse, member):
    from tests.lti_tool.web.conftest import browser_of
    from tests.lti_tool.web.organisations.conftest import MemberAt

    link = link_on(employer.act(f"/organisations/{organisation_id}/members/invite"))
    colleague = MemberAt(browser=browser_of(app))
    assert colleague.accept(link, "Oskars").status_code == 303
    assert colleague.sign(to_endorse, organisation_id, comment=WORDS).status_code == 303


def test_they_sign_in_again_by_their_passkey(employer, to_endorse):
    employer.send("/operator/sign-out", _form=hidden(employer.get("/organisations"), "_form"))
    asked = employer.get("/organisations")
    assert (asked.status_code, asked.location) == (303, "/organisations/sign-in?to=/organisations")
    assert employer.sign_in_as_member(to_endorse).location == to_endorse
    # They have no role at any issuer.
    assert employer.get(ISSUER).status_code == 404


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/operator/account", "/organisations/../x"]
)
def test_nobody_is_led_elsewhere(employer, to):
    employer.send("/operator/sign-out", _form=hidden(employer.get("/organisations"), "_form"))
    assert employer.sign_in_as_member(to).location == "/organisations"


def test_one_that_was_closed_signs_nothing(employer, organisation_id, owner, to_endorse, endorsements):
    owner.press(ISSUER, f"{ISSUER}/close", organisation=organisation_id)
    answer = employer.sign(to_endorse, organisation_id, comment=WORDS)
    assert "This organisation was closed: it signs nothing more." in text_of(answer)
    assert endorsements() == []
