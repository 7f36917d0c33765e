"""Mails to a teacher as they have chosen them for a course: of learners to confirm, at once, once a day, or none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.awarding import confirmations, looks
from lti_tool.mails.refusals import RemindedPerson
from lti_tool.mails.teacher_choices import KINDS, MailChoice
from lti_tool.people import reminders, sessions, teacher_mails
from lti_tool.privacy.erasure import erase_person
from lti_tool.store import events, queries
from lti_tool.store.models import AwardRule, Course, Event, MailedMatter, Outbox, TeacherMailChoice
from lti_tool.values import INSTRUCTOR
from tests.fixtures import (
    ANNA,
    JANIS,
    OPENED_TO_THEM,
    PETERIS,
    ZANE,
    complete,
    launch_of,
    make_rule,
    publish,
    rows,
)

AT_ONCE = MailChoice(frequency="at_once")
DAILY = MailChoice(frequency="daily")
NONE = MailChoice(frequency="none")
COLLEAGUE = replace(ZANE, user_id="4", name="Juris Pūce", email="juris@example.org", roles=(INSTRUCTOR,))


@pytest.fixture
def tool(mailing_tool):
    return mailing_tool


@pytest.fixture
def rule_id(tool, platform):
    """A rule by which a teacher confirms each learner for whom the link opens; one learner stays outside."""
    platform.everyone.append(PETERIS)
    return make_rule(tool, publish(tool), OPENED_TO_THEM, {"condition": "confirmed"})


@pytest.fixture
def mails(new_mails):
    """The new mails to teachers: address, subject, mail."""

    def mails(**later):
        sent = [(mail["To"].addresses[0].addr_spec, mail["Subject"], mail) for mail in new_mails(**later)]
        return [each for each in sent if each[0] in {ZANE.email, COLLEAGUE.email}]

    return mails


def id_of(session, person):
    return queries.people.person_of(session, 1, person.user_id).id


def choose(tool, person, choice):
    with tool.store.begin() as session:
        teacher_mails.choose(session, id_of(session, person), 1, choice, tool.clock())


def subjects(sent):
    return [subject for _address, subject, _mail in sent]


def waiting(number):
    return f"Izglītojamie, kuri gaida Jūsu apstiprinājumu: {number}"


def test_a_teacher_is_mailed_how_many_wait_for_them_and_names_nobody(tool, platform, rule_id, mails):
    complete(tool, platform, rule_id, ANNA, JANIS)
    ((address, subject, mail),) = mails()
    text = mail.get_body(("plain",)).get_content()
    assert (address, subject) == (ZANE.email, waiting(2))
    assert "Kurss: Data Literacy Fundamentals" in text and "Šī kursa nozīmītes" in text
    assert not any(each.name in text or each.email in text for each in (ANNA, JANIS))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_learners_are_mailed_of_once_and_then_only_with_new_ones(tool, platform, rule_id, mails):
    complete(tool, platform, rule_id, ANNA)
    assert subjects(mails()) == [waiting(1)]
    assert mails(days=2) == []
    complete(tool, platform, rule_id, JANIS)
    assert subjects(mails(days=2)) == [waiting(2)]
    mailed = [row for row in rows(tool, Event) if row.what == "mailed"]
    assert {(row.about_kind, row.why) for row in mailed} == {("rule", "to_confirm")} and len(mailed) == 2


def test_who_was_confirmed_before_the_mail_is_due_is_not_mailed(tool, platform, rule_id, mails):
    complete(tool, platform, rule_id, ANNA)
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        anna, zane = id_of(session, ANNA), id_of(session, ZANE)
        policy = tool.issuer.policy
        assert confirmations.confirm_learners(session, rule, [anna], zane, policy, tool.clock()).awards
    assert mails() == []


def test_learners_whom_a_list_leaves_open_wait_for_no_confirmation(tool, platform, rule_id, mails, clock):
    """Before a first look that proves anything all may be inside: no mail says that they have done something."""
    platform.inside = list(platform.everyone)
    looks.look(tool.store, platform, 1, clock(), tool.issuer.policy)
    ((_address, subject, mail),) = mails()
    assert subject.startswith("Vai prasītais ir izpildīts visiem?")
    assert "kuri gaida Jūsu apstiprinājumu" not in mail.get_body(("plain",)).get_content()


def test_at_once_is_within_minutes_and_not_more_than_once_in_half_an_hour(tool, platform, rule_id, mails):
    choose(tool, ZANE, AT_ONCE)
    complete(tool, platform, rule_id, ANNA)
    assert subjects(mails(minutes=1)) == [waiting(1)]
    complete(tool, platform, rule_id, JANIS)
    assert mails(minutes=28) == []
    assert subjects(mails(minutes=2)) == [waiting(2)]
    assert mails(hours=2) == []


def test_a_mail_at_once_says_how_often_it_comes(tool, platform, rule_id, mails):
    choose(tool, ZANE, AT_ONCE)
    complete(tool, platform, rule_id, ANNA)
    ((_address, _subject, mail),) = mails(minutes=1)
    assert "pusstundā" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    "choice", [NONE, MailChoice(left_out=frozenset({"to_confirm"})), MailChoice(left_out=frozenset(KINDS))]
)
def test_who_wants_none_gets_none(tool, platform, rule_id, mails, choice):
    choose(tool, ZANE, choice)
    complete(tool, platform, rule_id, ANNA)
    assert mails(days=2) == []


def test_another_kind_that_is_left_out_takes_nothing_else_away(tool, platform, rule_id, mails):
    choose(tool, ZANE, MailChoice(left_out=frozenset(KINDS) - {"to_confirm"}))
    complete(tool, platform, rule_id, ANNA)
    assert subjects(mails()) == [waiting(1)]


def test_what_waits_already_comes_at_once_where_it_is_wanted_so_now(tool, platform, rule_id, mails, clock):
    choose(tool, ZANE, NONE)
    complete(tool, platform, rule_id, ANNA)
    assert mails(hours=5) == []
    choose(tool, ZANE, AT_ONCE)
    assert subjects(mails(minutes=1)) == [waiting(1)]
    choose(tool, ZANE, DAILY)
    assert mails(days=2) == [], "it was mailed already"


def test_colleagues_choose_for_themselves(tool, platform, rule_id, mails):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(COLLEAGUE, 1), tool.clock())
    platform.everyone.append(COLLEAGUE)
    platform.inside.append(COLLEAGUE)
    choose(tool, ZANE, NONE)
    complete(tool, platform, rule_id, ANNA)
    assert [address for address, _subject, _mail in mails()] == [COLLEAGUE.email]


def test_a_course_that_has_ended_mails_nobody(tool, platform, rule_id, mails, clock):
    complete(tool, platform, rule_id, ANNA)
    with tool.store.begin() as session:
        session.get_one(Course, 1).concluded_at = clock()
    assert mails(days=1) == []


def test_who_teaches_no_more_gets_no_mail(tool, platform, rule_id, mails, clock):
    choose(tool, ZANE, AT_ONCE)
    complete(tool, platform, rule_id, ANNA)
    platform.everyone.remove(ZANE)
    looks.look(tool.store, platform, 1, clock() + timedelta(seconds=30), tool.issuer.policy)
    assert mails(minutes=5) == []


def test_a_refusal_by_the_link_holds_for_mails_at_once_too_until_some_are_chosen(
    tool, platform, rule_id, mails
):
    choose(tool, ZANE, AT_ONCE)
    with tool.store.begin() as session:
        refused = RemindedPerson(person_id=id_of(session, ZANE), kind="waiting")
        reminders.refuse(session, refused, tool.clock())
    complete(tool, platform, rule_id, ANNA)
    assert mails(days=1) == []
    choose(tool, ZANE, NONE)
    with tool.store.read() as session:
        assert teacher_mails.has_refused_all(session, refused.person_id)
    choose(tool, ZANE, AT_ONCE)
    assert subjects(mails(minutes=1)) == [waiting(1)]


def test_erasure_of_a_teacher_leaves_neither_choice_nor_what_they_were_mailed(
    tool, platform, rule_id, mails, clock
):
    choose(tool, ZANE, AT_ONCE)
    complete(tool, platform, rule_id, ANNA)
    assert subjects(mails(minutes=1)) == [waiting(1)]
    assert len(rows(tool, TeacherMailChoice)) == len(rows(tool, MailedMatter)) == 1
    platform.everyone.remove(ZANE)
    looks.look(tool.store, platform, 1, clock() + timedelta(seconds=30), tool.issuer.policy)
    with tool.store.begin() as session:
        erase_person(session, tool.issuers, id_of(session, ZANE), tool.clock(), events.TOOL)
    assert rows(tool, TeacherMailChoice) == rows(tool, MailedMatter) == []
    assert mails(days=1) == []
    assert [row.id for row in rows(tool, Outbox) if row.task == "mail_teacher"] == []


def test_a_choice_is_an_event_once(tool, rule_id):
    for choice in (AT_ONCE, AT_ONCE, NONE):
        choose(tool, ZANE, choice)
    chosen = [row for row in rows(tool, Event) if row.what == "mails_chosen"]
    assert [row.data["frequency"] for row in chosen] == ["at_once", "none"]
