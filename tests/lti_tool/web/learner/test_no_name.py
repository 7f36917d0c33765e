"""A learner whose platform shares neither name nor address says who they are, and staff confirm the name."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events
from lti_tool.store.models import Award, CredentialRow, Event, Person
from tests.fixtures import ANNA, JANIS, ZANE, complete, rows, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.learner.test_mine import mailed_code

NOBODY = replace(ANNA, name=None, email=None)
HOME = "somebody@home.example"


@pytest.fixture
def press(school, course_rule, web_tool, platform, clock):
    """Sends a form as the learner without a name, whose award waits, or as somebody else."""
    clock.advance(hours=1)
    platform.everyone = [NOBODY if each is ANNA else each for each in platform.everyone]
    complete(web_tool, platform, course_rule, NOBODY)
    run_due_jobs(web_tool)
    tokens = {}

    def press(path, person=NOBODY, **fields):
        if person.user_id not in tokens:
            tokens[person.user_id] = hidden(school.launch(person), "_launch")
        return school.browser.post(f"/lti/app/{path}", data={"_launch": tokens[person.user_id]} | fields)

    return press


def prove(press, tool):
    page = press("mine/address", address=HOME)
    press("mine/code", ticket=hidden(page, "ticket"), address=HOME, code=mailed_code(tool))
    run_due_jobs(tool)


def names_in(row):
    identifiers = json.loads(row.text)["credentialSubject"]["identifier"]
    return [each["identityHash"] for each in identifiers if each["identityType"] == "name"]


def number_of(tool):
    (award,) = rows(tool, Award)
    return award.person_id


def test_an_award_waits_until_the_address_is_proved(press, school, web_tool):
    assert rows(web_tool, Award)[0].status == "waiting"
    page = press("learner")
    assert "neither your name nor your e-mail address" in text_of(page)
    assert "Prove your address by a code" in text_of(page)
    prove(press, web_tool)
    assert rows(web_tool, Award)[0].status == "issued"
    (row,) = rows(web_tool, CredentialRow)
    assert names_in(row) == []


def test_a_platform_that_shares_the_address_is_not_overruled(school, annas_badge, web_tool):
    token = hidden(school.launch(ANNA), "_launch")
    form = {"_launch": token, "address": HOME}
    ticket = hidden(school.browser.post("/lti/app/mine/address", data=form), "ticket")
    code = mailed_code(web_tool)
    school.browser.post("/lti/app/mine/code", data={"_launch": token, "ticket": ticket, "code": code})
    assert ANNA.email in {each.email for each in rows(web_tool, Person)}
    assert school.browser.post("/lti/app/mine/name", data={"_launch": token, "name": "A"}).status_code == 403


def test_a_stated_name_is_in_no_badge_until_staff_confirm_it(press, web_tool):
    prove(press, web_tool)
    assert "Your teacher is asked to confirm your name." in text_of(press("mine/name", name="Anna  Bērziņa"))
    assert "You told us your name: Anna Bērziņa." in text_of(press("learner"))
    run_due_jobs(web_tool)
    assert [names_in(row) for row in rows(web_tool, CredentialRow)] == [[]]
    page = press("course", ZANE)
    assert "Anna Bērziņa" in text_of(page) and "Its administrator can have them shared" in text_of(page)
    number = number_of(web_tool)
    page = press(f"people/{number}/name/confirm", ZANE, name="Anna Bērziņa")
    assert "The name is confirmed." in text_of(page) and "This is their name" not in text_of(page)
    run_due_jobs(web_tool)
    old, new = rows(web_tool, CredentialRow)
    assert (names_in(old), names_in(new)) == ([], ["Anna Bērziņa"])
    assert (old.revoked_as, new.replaces_id) == ("replaced", old.id)
    assert "Anna" not in str([each.data for each in rows(web_tool, Event)])


def test_a_declined_name_is_forgotten_and_another_can_be_stated(press, web_tool):
    prove(press, web_tool)
    press("mine/name", name="The Rector")
    number = number_of(web_tool)
    assert "The name is declined." in text_of(press(f"people/{number}/name/decline", ZANE, name="The Rector"))
    assert "The Rector" not in str([vars(row) for row in rows(web_tool, Person)])
    assert "Given name and surname" in text_of(press("learner"))


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_a_name_that_nobody_has_read_is_neither_confirmed_nor_declined(press, web_tool, answer):
    prove(press, web_tool)
    press("mine/name", name="Anna Bērziņa")
    shown = hidden(press("course", ZANE), "name")
    press("mine/name", name="The Rector")
    page = press(f"people/{number_of(web_tool)}/name/{answer}", ZANE, name=shown)
    assert "The learner states another name now" in text_of(page) and "The Rector" in text_of(page)
    (person,) = [each for each in rows(web_tool, Person) if each.id == number_of(web_tool)]
    assert (person.name, person.stated_name) == (None, "The Rector")


def test_nobody_but_staff_of_the_course_confirms_a_name(press, school, web_tool):
    prove(press, web_tool)
    press("mine/name", name="Anna Bērziņa")
    number = number_of(web_tool)
    for person in (NOBODY, JANIS):
        assert press(f"people/{number}/name/confirm", person).status_code == 403
    other = school.launch(ZANE, **{"https://purl.imsglobal.org/spec/lti/claim/context": {"id": "43"}})
    token = hidden(other, "_launch")
    answer = school.browser.post(f"/lti/app/people/{number}/name/confirm", data={"_launch": token})
    assert answer.status_code == 404
    assert press("people/99/name/confirm", ZANE).status_code == 404
    assert {each.name for each in rows(web_tool, Person) if each.id == number} == {None}


def test_the_platforms_word_replaces_what_was_stated(press, school, web_tool):
    prove(press, web_tool)
    press("mine/name", name="Anna B.")
    school.launch(ANNA)
    number = number_of(web_tool)
    assert press(f"people/{number}/name/confirm", ZANE).status_code == 404
    (person,) = [each for each in rows(web_tool, Person) if each.id == number]
    assert (person.name, person.stated_name) == ("Anna Bērziņa", None)


def test_a_stated_name_is_erased(press, web_tool, clock):
    prove(press, web_tool)
    press("mine/name", name="Anna B.")
    with web_tool.store.begin() as session:
        erase_person(session, web_tool.issuers, number_of(web_tool), clock(), events.operator("root"))
    assert "Anna B." not in str([vars(row) for row in rows(web_tool, Person)])
    assert HOME not in str([vars(row) for row in rows(web_tool, Person)])
