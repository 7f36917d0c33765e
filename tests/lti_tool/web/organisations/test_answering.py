"""An organisation that was shown a badge answers it; the learner alone sees that, until they publish it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import select

from lti_tool.awarding import awards
from lti_tool.errors import LinkEndedError, OrganisationError
from lti_tool.organisations import answers
from lti_tool.organisations.answers import MOST_ANSWERS, UNITS, credits_of
from lti_tool.organisations.endorsements import Said
from lti_tool.people import share_links
from lti_tool.people.share_links import WantedLink
from lti_tool.privacy.erasure import erase_person
from lti_tool.privacy.export import export_of, export_of_issuer
from lti_tool.store import queries
from lti_tool.store.events import operator, person
from lti_tool.store.models import Award, EndorsementRow, Event, OperatorRow, OrganisationRow, ShareLink
from lti_tool.web.organisations.shown_endorsements import MOST_SHOWN
from tests.fixtures import ANNA, rows, run_due_jobs
from tests.lti_tool.web.conftest import hidden, text_of
from tests.lti_tool.web.organisations.conftest import ISSUER

ACCEPTED = {"kind": "accepted", "credits": "3", "of": "Renewable energy"}
WANTED = WantedLink(with_name=True, lifetime=None, takes_answers=True)
SAID = Said(name="Decision", comment="Exempts from: Physics")


@pytest.fixture
def make_link(web_tool, annas_badge):
    """A function that makes a link to Anna's badge; its token."""

    def make_link(wanted: WantedLink = WANTED) -> str:
        with web_tool.store.begin() as session:
            award = session.scalars(select(Award)).one()
            by = person(award.person_id)
            link = share_links.make_link(session, award, wanted, web_tool.secret_key, web_tool.clock(), by)
            return share_links.token_of(link, web_tool.secret_key)

    return make_link


@pytest.fixture
def token(make_link) -> str:
    return make_link()


@pytest.fixture
def answered(token, employer, organisation_id, endorsements):
    """The employer's answer: accepted as credits."""
    page = employer.sign(f"/organisations/answer/{token}", organisation_id, **ACCEPTED)
    assert page.status_code == 303, page.text
    (row,) = endorsements()
    return row


@pytest.fixture
def press(school, annas_badge):
    """A function that presses a button of Anna's page about how her badge is shown."""

    def press(action: str = "", **form: str):
        path = f"/lti/app/badges/{annas_badge}/sharing" + (f"/{action}" if action else "")
        secret = {"_launch": hidden(school.launch(ANNA), "_launch")}
        return school.browser.post(path, data=secret | form)

    return press


def test_it_is_about_the_badge_and_names_nobody(answered, annas_badge, web_tool):
    said = json.loads(answered.text)
    assert said["credentialSubject"]["id"] == f"{web_tool.tool_url}/credentials/{annas_badge}"
    assert said["credentialSubject"]["endorsementComment"] == "Accepted as 3 ECTS of: Renewable energy"
    assert answered.answer == {
        "kind": "accepted",
        "unit": "ects",
        "credits": "3",
        "of": "Renewable energy",
    }
    assert "Anna" not in answered.text and ANNA.email not in answered.text


def test_it_is_signed_in_the_language_of_the_page(token, employer, organisation_id, endorsements):
    form = {"kind": "accepted", "credits": "1.5", "of": "Fizika"}
    employer.sign(f"/organisations/answer/{token}?lang=lv", organisation_id, **form)
    (row,) = endorsements()
    said = json.loads(row.text)["credentialSubject"]["endorsementComment"]
    assert (said, row.answer["credits"]) == ("Ieskaitīts kā 1,5 ECTS: Fizika", "1.5")


def test_the_learner_alone_sees_it_until_they_publish_it(answered, press, browser, token, annas_badge):
    words = "Accepted as 3 ECTS of: Renewable energy"
    assert words not in browser.get(f"/shared/{token}").text
    assert browser.get(f"/endorsements/{answered.id}").status_code == 404
    assert f"Answers that you got {words} Signature verified" in text_of(press())
    assert "The answer is shown" in text_of(press("show-answer", answer=answered.id))
    assert f"What organisations have decided {words} Signature verified" in text_of(
        browser.get(f"/shared/{token}")
    )
    assert words in browser.get(f"/endorsements/{answered.id}").text
    # It is no part of what everybody sees who has the badge itself.
    assert words not in browser.get(f"/badges/{annas_badge}").text
    press("hide-answer", answer=answered.id)
    assert words not in browser.get(f"/shared/{token}").text


def test_the_page_of_a_launch_verifies_it_though_its_list_is_to_be_signed(answered, school):
    # The page is made while the launch writes, and SQLite has one writer.
    assert "Signature verified" in text_of(school.launch(ANNA))


def test_a_link_without_the_name_shows_and_takes_no_answer(answered, press, browser, make_link, web_tool):
    press("show-answer", answer=answered.id)
    nameless = make_link(replace(WANTED, with_name=False))
    assert "Accepted as 3 ECTS" not in browser.get(f"/shared/{nameless}").text
    assert browser.get(f"/organisations/answer/{nameless}").status_code == 403
    # Whatever its row says.
    with web_tool.store.begin() as session:
        session.scalars(select(ShareLink).filter_by(with_name=False)).one().takes_answers = True
    assert browser.get(f"/organisations/answer/{nameless}").status_code == 403


def test_one_that_was_withdrawn_is_said_to_be_that(answered, press, browser, token, employer):
    press("show-answer", answer=answered.id)
    employer.act("/organisations/withdraw", endorsement=answered.id)
    assert "Renewable energy Withdrawn" in text_of(browser.get(f"/shared/{token}"))


def test_one_to_a_badge_that_was_corrected_says_so(
    answered, press, browser, token, web_tool, employer, organisation_id
):
    press("show-answer", answer=answered.id)
    assert "earlier version" not in browser.get(f"/shared/{token}").text
    with web_tool.store.begin() as session:
        awards.correct(session, session.scalars(select(Award)).one(), web_tool.clock(), operator("root"))
    run_due_jobs(web_tool)
    for page in (browser.get(f"/shared/{token}"), press()):
        assert "Signature verified About an earlier version of this badge" in text_of(page)
    # Whoever has answered the one before withdraws that first.
    address = f"/organisations/answer/{token}"
    assert "Withdraw that on your own page first." in text_of(
        employer.sign(address, organisation_id, **ACCEPTED)
    )
    employer.act("/organisations/withdraw", endorsement=answered.id)
    assert employer.sign(address, organisation_id, **ACCEPTED).status_code == 303


def test_the_issuer_of_the_badge_neither_sees_nor_shows_it(answered, owner):
    assert "Renewable energy" not in owner.get(ISSUER).text
    assert owner.press(ISSUER, f"{ISSUER}/show", endorsement=answered.id).status_code == 404


def test_nobody_shows_the_answer_to_anothers_badge(answered, school, press, annas_badge, endorsements):
    from tests.fixtures import JANIS

    secret = {"_launch": hidden(school.launch(JANIS), "_launch"), "answer": answered.id}
    path = f"/lti/app/badges/{annas_badge}/sharing/show-answer"
    assert school.browser.post(path, data=secret).status_code == 404
    assert endorsements()[0].shown_at is None


NUMBER = "Write a number from 0.1 to 240, with one decimal at most."


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({}, ["Choose what was decided."]),
        ({"kind": "approved", "of": "x", "because": "x"}, ["Choose what was decided."]),
        ({"because": "Nobody chose that."}, ["Choose what was decided."]),
        ({"kind": "accepted"}, [NUMBER, "Write of which course or part it is accepted."]),
        ({"kind": "accepted", "credits": "-3", "of": "x"}, [NUMBER]),
        ({"kind": "accepted", "credits": "1e9", "of": "x"}, [NUMBER]),
        ({"kind": "accepted", "credits": "NaN", "of": "x"}, [NUMBER]),
        ({"kind": "accepted", "credits": "240.1", "of": "x"}, [NUMBER]),
        ({"kind": "accepted", "credits": "0,25", "of": "x"}, [NUMBER]),
        (
            {"kind": "accepted", "credits": "3", "of": "\u200b"},
            ["Write of which course or part it is accepted."],
        ),
        ({"kind": "accepted", "unit": "kilos", "credits": "3", "of": "x"}, ["Choose in what it is counted."]),
        (
            {"kind": "accepted", "unit": "hours", "credits": "7201", "of": "x"},
            [NUMBER.replace("240", "7,200")],
        ),
        ({"kind": "accepted", "unit": "module"}, ["Write of which course or part it is accepted."]),
        ({"kind": "exempts", "of": "x"}, ["Write from what it exempts."]),
        ({"kind": "refused", "because": "  "}, ["Write why it is not accepted."]),
    ],
)
def test_what_is_missing_is_asked_for(form, missing, token, employer, organisation_id, endorsements):
    page = employer.sign(f"/organisations/answer/{token}", organisation_id, **form)
    assert "Not signed: what is marked below is missing, or is not right." in text_of(page)
    marked = re.findall(r'<p class="wrong" id="(\w+)-wrong">([^<]*)</p>', page.text)
    assert [sentence for _, sentence in marked] == missing
    assert all(f'aria-describedby="{name}-wrong"' in page.text for name, _ in marked)
    assert endorsements() == []
    assert rows_of_links(employer) == [0]


@pytest.mark.parametrize(
    ("form", "words", "in_latvian"),
    [
        (
            {"unit": "ects", "credits": "0,5", "of": "Fizika"},
            "Accepted as 0.5 ECTS of: Fizika",
            "Ieskaitīts kā 0,5 ECTS: Fizika",
        ),
        (
            {"unit": "national", "credits": "1.5", "of": "Fizika"},
            "Accepted as national credit points (1.5) of: Fizika",
            "Ieskaitīts kā nacionālie kredītpunkti (1,5): Fizika",
        ),
        (
            {"unit": "hours", "credits": "40", "of": "Fizika"},
            "Accepted as hours of study (40) of: Fizika",
            "Ieskaitīts kā mācību stundas (40): Fizika",
        ),
        (
            {"unit": "module", "credits": "", "of": "Fizika"},
            "Accepted in place of the whole course or module: Fizika",
            "Ieskaitīts visa kursa vai moduļa vietā: Fizika",
        ),
    ],
)
def test_what_is_accepted_is_counted_in_several_ways(
    form, words, in_latvian, token, employer, organisation_id, endorsements
):
    for language, wanted in (("en", words), ("lv", in_latvian)):
        address = f"/organisations/answer/{token}?lang={language}"
        assert employer.sign(address, organisation_id, kind="accepted", **form).status_code == 303
        (row,) = (each for each in endorsements() if each.withdrawn_at is None)
        assert json.loads(row.text)["credentialSubject"]["endorsementComment"] == wanted
        assert row.answer["unit"] == form["unit"]
        assert row.answer.get("credits", "") == form["credits"].replace(",", ".")
        employer.act("/organisations/withdraw", endorsement=row.id)


def rows_of_links(employer):
    from lti_tool.web.current import tool_of

    return [each.answers for each in rows(tool_of(employer.browser.application), ShareLink)]


def test_credits_are_read_as_people_write_them():
    assert [str(credits_of(each)) for each in ("3", "3.0", " 1,5 ", "0.5", "240", "10")] == [
        *("3", "3", "1.5", "0.5", "240", "10")
    ]
    assert {credits_of(each) for each in ("0", "", "x", "1.25", "١", "1.5.1", "99999999")} == {None}
    assert [str(credits_of("480", unit)) for unit in UNITS] == ["None", "480", "480", "None"]


def test_the_learner_closes_and_opens_it(
    token, press, browser, employer, organisation_id, endorsements, web_tool
):
    address = f"/organisations/answer/{token}"
    assert "Answer this badge" in browser.get(f"/shared/{token}").text
    assert "takes no more answers" in text_of(press("refuse-answers", link="1"))
    assert "Answer this badge" not in browser.get(f"/shared/{token}").text
    assert browser.get(address).status_code == 403
    assert employer.sign(address, organisation_id, **ACCEPTED).status_code == 403
    assert endorsements() == []
    press("let-answer", link="1")
    assert employer.sign(address, organisation_id, **ACCEPTED).status_code == 303
    changed = [row.data for row in rows(web_tool, Event) if row.what == "share_link_changed"]
    assert changed == [{"takes_answers": False}, {"takes_answers": True}]


def test_a_link_takes_no_answers_unless_the_learner_wanted_that(make_link, browser):
    plain = make_link(replace(WANTED, takes_answers=False))
    assert "Answer this badge" not in browser.get(f"/shared/{plain}").text
    assert browser.get(f"/organisations/answer/{plain}").status_code == 403


def test_an_ended_link_and_a_revoked_badge_take_none(
    token, press, employer, organisation_id, web_tool, endorsements
):
    address = f"/organisations/answer/{token}"
    with web_tool.store.begin() as session:
        awards.revoke(session, session.scalars(select(Award)).one(), "", web_tool.clock(), operator("root"))
    for refused in (employer.get(address), employer.sign(address, organisation_id, **ACCEPTED)):
        assert refused.status_code == 403
        assert "This badge is not valid now: it was revoked or suspended" in text_of(refused)
    press("end", link="1")
    assert employer.get(address).status_code == 404
    assert endorsements() == []


def test_who_was_not_shown_the_badge_answers_nothing(annas_badge, employer, organisation_id, endorsements):
    for guess in (annas_badge, "x" * 22, "%00", "../" * 5):
        answer = employer.sign(f"/organisations/answer/{guess}", organisation_id, **ACCEPTED)
        assert answer.status_code in (400, 404), guess
    assert endorsements() == []


def test_a_link_takes_few_answers(token, web_tool, endorsements):
    with web_tool.store.begin() as session:
        session.scalars(select(ShareLink)).one().answers = MOST_ANSWERS - 1
    first, second = (sign_as_new(web_tool, token, name) for name in ("One", "Two"))
    assert (first, second) == ("signed", "too_many")
    assert len(endorsements()) == 1


def test_the_learner_sees_each_answer_however_many_came(make_link, web_tool, press):
    for link in (make_link(), make_link(), make_link()):
        for number in range(MOST_ANSWERS - 1):
            assert sign_as_new(web_tool, link, f"Nr. {number}") == "signed"
    shown = set(re.findall('name="answer" value="([^"]*)"', press().text))
    assert shown == {row.id for row in rows(web_tool, EndorsementRow)}
    assert len(shown) == 12 > MOST_SHOWN


def sign_as_new(tool, token: str, name: str) -> str:
    """What comes of an answer by a new organisation."""
    from lti_tool.operators import accounts
    from lti_tool.organisations import organisations

    now = tool.clock()
    with tool.store.begin() as session:
        account = accounts.make_account(session, "", accounts.new_handle(), now)
        row = organisations.make_invited(session, tool.issuer.id, name, tool.tool_url, now, operator("root"))
        organisations.join(session, row, account.id, now)
        who, signs = row.id, account.id
    try:
        with tool.store.begin() as session:
            answers.sign_answer(session, tool.issuers, token, who, signs, SAID, now)
    except (OrganisationError, LinkEndedError) as error:
        return getattr(error, "code", "ended")
    return "signed"


def test_it_goes_with_the_learner_and_is_in_what_they_take_along(answered, web_tool, endorsements, tmp_path):
    with web_tool.store.read() as session:
        person_id = session.scalars(select(Award.person_id)).one()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(export_of(web_tool, [person_id], web_tool.clock()))))
    told = json.loads(archive.read("data.json"))["tables"]["endorsement"]["rows"]
    assert [(each["answer"], each["text"]) for each in told] == [(answered.answer, answered.text)]
    with web_tool.store.begin() as session:
        erase_person(session, web_tool.issuers, person_id, web_tool.clock(), operator("root"))
    assert endorsements() == []
    # The organisation and its list stay: other endorsements of it are in somebody's hands.
    assert len(rows(web_tool, OrganisationRow)) == 1


def test_the_issuer_takes_no_answer_along_that_the_learner_has_not_published(
    answered, press, web_tool, owner, employer
):
    """Neither as a file of the person, nor among its events."""

    def of_issuer():
        with web_tool.store.read() as session:
            person_id = session.scalars(select(Award.person_id)).one()
        pieces = export_of_issuer(web_tool, web_tool.issuer.id, person_id, web_tool.clock())
        archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
        text = archive.read("data.json").decode()
        return text, json.loads(text)["tables"]["endorsement"]

    def events_of_issuer():
        return {
            row.what for row in rows(web_tool, Event) if row.about_kind == "endorsement" and row.issuer_id
        }

    text, told = of_issuer()
    assert (told["rows"], told["for_the_person_alone"]) == ([], 1)
    assert "Renewable energy" not in text and answered.jwt not in text
    press("show-answer", answer=answered.id)
    assert [each["text"] for each in of_issuer()[1]["rows"]] == [answered.text]
    assert "for_the_person_alone" not in of_issuer()[1]
    press("hide-answer", answer=answered.id)
    assert of_issuer()[1]["rows"] == [] and events_of_issuer() == set()
    assert f"endorsement:{answered.id}" not in owner.get("/operator/issuers/riga-college/events").text


def test_an_account_that_was_erased_signs_no_more(employer, organisation_id, token, web_tool, endorsements):
    from lti_tool.operators import accounts

    now = web_tool.clock()
    with web_tool.store.begin() as session:
        row = session.scalars(select(OperatorRow).order_by(OperatorRow.id.desc()).limit(1)).one()
        accounts.disable(session, row, now, operator("root"))
        accounts.erase(session, row, now, operator("root"))
        assert queries.organisations.of_member(session, row.id) == []
    assert employer.get("/organisations").status_code == 303
