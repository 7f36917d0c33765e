"""The mail to a teacher, with what learners ask: a name to confirm, a badge to correct; once to each teacher."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lti_tool.awarding import looks, mail_schedule, teacher_mail
from lti_tool.people import own_badges, sessions, stated_names
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import Award, Event, Outbox, Person
from lti_tool.values import INSTRUCTOR
from tests.fixtures import (
    ANNA,
    JANIS,
    ZANE,
    complete,
    launch_of,
    make_rule,
    publish,
    rows,
    run_due_jobs,
)

PAGE = "https://moodle.example.org/school/course/view.php?id=42"
RETURN = "https://moodle.example.org/school/mod/lti/return.php?course=42&launch_container=3"
COLLEAGUE = replace(ZANE, user_id="4", name="Juris Pūce", email="juris@example.org")
NOBODY = replace(ANNA, name=None, email=None)
NOBODY_ELSE = replace(JANIS, name=None, email=None)


@pytest.fixture
def tool(mailing_tool_on_any_database):
    return mailing_tool_on_any_database


@pytest.fixture
def rule_id(tool):
    """The rule of a link that Zane has launched, in Latvian."""
    return make_rule(tool, publish(tool), return_url=RETURN)


@pytest.fixture
def award(tool, platform, rule_id):
    """Awards the badge to these people, of whom some have no name."""

    def award(*people):
        platform.everyone = [
            next((other for other in people if other.user_id == each.user_id), each)
            for each in platform.everyone
        ]
        complete(tool, platform, rule_id, *people)
        run_due_jobs(tool)

    return award


@pytest.fixture
def mails(new_mails):
    """The new mails to teachers."""
    teachers = {ZANE.email, COLLEAGUE.email}
    return lambda **later: [mail for mail in new_mails(**later) if address_of(mail) in teachers]


def address_of(mail):
    return mail["To"].addresses[0].addr_spec


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def person_id(session, person):
    return queries.people.person_of(session, 1, person.user_id).id


def state(tool, person, name):
    with tool.store.begin() as session:
        number = person_id(session, person)
        stated_names.state_name(session, number, name, tool.clock(), events.person(number))


def ask(tool, person, words="My surname is another one."):
    with tool.store.begin() as session:
        number = person_id(session, person)
        (found,) = session.query(Award).filter_by(person_id=number)
        own_badges.ask_correction(session, found, words, tool.clock(), events.person(number))


def answer_name(tool, person, answer):
    with tool.store.begin() as session:
        zane = events.person(person_id(session, ZANE))
        number = person_id(session, person)
        shown = session.get_one(Person, number).stated_name
        answer(session, number, shown, tool.clock(), zane)


def settle(tool, person):
    with tool.store.begin() as session:
        (found,) = session.query(Award).filter_by(person_id=person_id(session, person))
        own_badges.settle_correction(session, found, tool.clock(), events.person(person_id(session, ZANE)))


def test_the_teacher_is_mailed_that_names_wait_who_can_have_them_shared_and_where_to_confirm(
    tool, award, mails
):
    award(NOBODY, NOBODY_ELSE)
    state(tool, NOBODY, "Anna Stated")
    state(tool, NOBODY_ELSE, "Jānis Stated")
    assert mails(minutes=9) == [], "more may come up, and be answered on the page"
    (mail,) = mails(minutes=1)
    assert (address_of(mail), mail["Subject"]) == (ZANE.email, "Lūdzu, apstipriniet izglītojamo vārdus")
    text = text_of(mail)
    assert "Izglītojamie, kuru vārds gaida apstiprinājumu: 2" in text and PAGE in text.splitlines()
    assert "var ieslēgt tās administrators" in " ".join(text.split())
    assert "Stated" not in text, "it names no learner"
    assert "List-Unsubscribe" in mail


def test_the_teacher_is_mailed_corrections_by_badge_and_reads_the_words_on_the_page(tool, award, mails):
    award(ANNA, JANIS)
    ask(tool, ANNA)
    ask(tool, JANIS)
    (mail,) = mails()
    assert mail["Subject"].startswith("Lūgums labot nozīmīti „Datu pratība")
    text = text_of(mail)
    assert "Izglītojamie, kuri lūdz labojumu: 2" in text and PAGE in text.splitlines()
    assert "surname" not in text and ANNA.name not in text


def test_each_is_mailed_once_to_each_teacher_and_what_is_asked_anew_once_more(
    tool, platform, award, mails, clock
):
    award(NOBODY)
    platform.everyone.append(COLLEAGUE)
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(replace(COLLEAGUE, roles=(INSTRUCTOR,)), 1), clock())
    looks.look(tool.store, platform, 1, clock(), tool.issuer.policy)
    state(tool, NOBODY, "Anna Stated")
    first = mails()
    assert sorted(map(address_of, first)) == sorted([ZANE.email, COLLEAGUE.email])
    assert mails(days=3) == []
    answer_name(tool, NOBODY, stated_names.decline_name)
    state(tool, NOBODY, "Anna Otherwise")
    second = mails(days=1)
    assert len(second) == 2
    assert {mail["Message-ID"] for mail in first}.isdisjoint(mail["Message-ID"] for mail in second)


def test_what_comes_within_a_day_of_a_mail_waits_for_the_next_and_is_in_it_with_all_else(tool, award, mails):
    award(NOBODY, JANIS)
    state(tool, NOBODY, "Anna Stated")
    assert len(mails()) == 1
    ask(tool, JANIS)
    assert mails(hours=23) == []
    (mail,) = mails(hours=1)
    assert mail["Subject"] == "Jūsu nozīmītes: Jūsu atbildi gaida vairāki jautājumi"
    text = text_of(mail)
    assert "gaida apstiprinājumu: 1" in text and "lūdz labojumu: 1" in text


def test_what_is_answered_or_erased_before_the_mail_is_due_is_not_mailed(tool, award, mails, clock):
    award(NOBODY, JANIS)
    state(tool, NOBODY, "Anna Stated")
    ask(tool, JANIS)
    answer_name(tool, NOBODY, stated_names.confirm_name)
    settle(tool, JANIS)
    assert mails() == []
    ask(tool, JANIS)
    with tool.store.begin() as session:
        erase_person(session, tool.issuers, person_id(session, JANIS), clock(), events.operator("ieva"))
    assert mails() == []
    assert [row.id for row in rows(tool, Outbox) if row.task == "mail_teacher"] == []


def test_nobody_is_mailed_what_they_ask_themselves(tool, award, platform, clock):
    award(ANNA)
    platform.everyone = [
        replace(each, roles=(INSTRUCTOR,)) if each is ANNA else each for each in platform.everyone
    ]
    clock.advance(minutes=10)
    looks.look(tool.store, platform, 1, clock(), tool.issuer.policy)
    ask(tool, ANNA)
    with tool.store.read() as session:
        zane, anna = person_id(session, ZANE), person_id(session, ANNA)
        assert mail_schedule.teachers_of(session, 1) == sorted([zane, anna])
        assert teacher_mail.mail_to(session, tool.issuers, anna, clock()) is None
        assert teacher_mail.mail_to(session, tool.issuers, zane, clock()) is not None
    due = [row.payload["person_id"] for row in rows(tool, Outbox) if row.task == "mail_teacher"]
    assert due == [zane]


def test_such_a_mail_is_an_event_that_names_nobody(tool, award, mails):
    award(NOBODY, JANIS)
    state(tool, NOBODY, "Anna Stated")
    ask(tool, JANIS)
    mails()
    mailed = [row for row in rows(tool, Event) if row.what == "mailed"]
    assert sorted((row.about_kind, row.why) for row in mailed) == [
        ("award", "correction"),
        ("person", "name"),
    ]
    (zane,) = [row.id for row in rows(tool, Person) if row.name == ZANE.name]
    assert [row.data for row in mailed] == [{"people": [zane]}] * 2
