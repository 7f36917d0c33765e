"""The mail to a teacher, with open questions: one a day, through a real mail server, and none for nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lti_tool.awarding import confirmations, looks, mail_schedule, rule_changes, teacher_mail
from lti_tool.people import sessions
from lti_tool.store import outbox, queries
from lti_tool.store.models import AwardRule, Event, Outbox, Person, Question
from lti_tool.values import INSTRUCTOR
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    TOMS,
    ZANE,
    launch_of,
    make_rule,
    place_badge,
    run_due_jobs,
)

MOODLE = "https://moodle.example.org/school"
RETURN = {"return_url": f"{MOODLE}/mod/lti/return.php?course=42&launch_container=3"}
COLLEAGUE = replace(ZANE, user_id="4", name="Juris Pūce", email="juris@example.org")


@pytest.fixture
def tool(mailing_tool):
    return mailing_tool


@pytest.fixture
def rule_id(tool, published):
    """The rule of a link that Zane has launched, in Latvian."""
    return make_rule(tool, published, **RETURN)


def look(tool, platform):
    looks.look(tool.store, platform, 1, tool.clock(), tool.issuer.policy)


def ask(tool, platform, clock):
    """A look that finds the link open to all, and the mails that are due when ten minutes have gone."""
    platform.inside = list(platform.everyone)
    look(tool, platform)
    clock.advance(minutes=10)
    run_due_jobs(tool)


def settle(tool, platform, clock):
    """A look that finds the link closed to all learners again."""
    platform.inside = [ZANE]
    clock.advance(minutes=10)
    look(tool, platform)


def launch(tool, person, **changes):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(person, 1, **changes), tool.clock())


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_a_teacher_is_mailed_the_question_in_their_language_with_a_link_to_the_course(
    tool, platform, rule_id, smtp, clock
):
    ask(tool, platform, clock)
    (mail,) = smtp.mails
    assert mail["To"].addresses[0].addr_spec == "zane@example.org"
    assert mail["Content-Language"] == "lv"
    assert mail["Subject"].startswith(
        "Vai prasītais ir izpildīts visiem? Jautājums par nozīmīti „Datu pratība"
    )
    text = text_of(mail)
    assert "Labdien, Zane Ozola" in text
    assert "Kurss: Data Literacy Fundamentals" in text
    assert "nozīmītes vēl nav: 3" in text
    assert f"{MOODLE}/course/view.php?id=42\n" in text
    for learner in (ANNA, JANIS, TOMS):
        assert learner.name not in text and learner.email not in text


def test_the_mail_is_in_english_for_a_teacher_whose_language_is_not_known(
    tool, platform, rule_id, smtp, clock
):
    with tool.store.begin() as session:
        session.query(Person).filter_by(name=ZANE.name).one().language = "sv"
    ask(tool, platform, clock)
    (mail,) = smtp.mails
    assert mail["Subject"].startswith(
        "Have all learners completed? A question about the badge “Data literacy"
    )
    assert "To answer, open the link to the badge in the course:" in text_of(mail)


def test_no_mail_is_sent_where_the_question_has_closed_meanwhile(tool, platform, rule_id, smtp, clock):
    platform.inside = list(platform.everyone)
    look(tool, platform)
    settle(tool, platform, clock)
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert smtp.mails == []
    with tool.store.read() as session:
        assert session.query(Question).one().mailed_at is None
        assert session.query(Outbox).filter_by(task="mail_teacher").all() == []


def test_no_mail_is_sent_while_the_badge_is_paused(tool, platform, rule_id, smtp, clock):
    platform.inside = list(platform.everyone)
    look(tool, platform)
    with tool.store.begin() as session:
        rule_changes.pause(session, session.get_one(AwardRule, rule_id), None, clock())
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert smtp.mails == []


def test_one_mail_tells_all_questions_of_all_courses_of_the_teacher(
    tool, platform, rule_id, smtp, clock, published
):
    with tool.store.begin() as session:
        custom = place_badge(session, tool, 1, published, context_id="43", return_url=None)
    launch(
        tool,
        ZANE,
        context_id="43",
        context_title="Solar",
        resource_link_id="2",
        custom=custom,
        return_url=None,
    )
    platform.inside = list(platform.everyone)
    looks.look(tool.store, platform, 2, tool.clock(), tool.issuer.policy)
    ask(tool, platform, clock)
    (mail,) = smtp.mails
    assert mail["Subject"] == "Vai prasītais ir izpildīts visiem? Jautājumi par Jūsu nozīmītēm"
    assert "Kurss: Data Literacy Fundamentals" in text_of(mail)
    assert "Kurss: Solar" in text_of(mail)
    assert "atveriet nozīmītes saiti šajā mācību platformas kursā" in text_of(mail)


def test_a_second_question_within_a_day_waits_for_the_day_to_pass(tool, platform, rule_id, smtp, clock):
    ask(tool, platform, clock)
    settle(tool, platform, clock)
    ask(tool, platform, clock)
    clock.advance(hours=23)
    run_due_jobs(tool)
    assert len(smtp.mails) == 1
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert len(smtp.mails) == 2
    assert smtp.mails[0]["Message-ID"] != smtp.mails[1]["Message-ID"]


def test_a_question_that_stays_open_is_mailed_once(tool, platform, rule_id, smtp, clock):
    ask(tool, platform, clock)
    for _ in range(4):
        clock.advance(days=1)
        look(tool, platform)
        run_due_jobs(tool)
    assert len(smtp.mails) == 1
    settle(tool, platform, clock)
    ask(tool, platform, clock)
    assert len(smtp.mails) == 2


def test_every_teacher_of_the_course_is_mailed_and_nobody_else(tool, platform, rule_id, smtp, clock):
    launch(tool, replace(TOMS, roles=(INSTRUCTOR,)))
    launch(tool, replace(PETERIS, roles=(INSTRUCTOR,)))
    platform.everyone.append(COLLEAGUE)
    look(tool, platform)  # it does not list Pēteris, who has left
    ask(tool, platform, clock)
    told = {mail["To"].addresses[0].addr_spec for mail in smtp.mails}
    assert told == {ZANE.email, COLLEAGUE.email}
    with tool.store.read() as session:
        assert session.query(Outbox).filter_by(task="mail_teacher").count() == 2


def test_a_mail_server_that_is_down_delays_the_mail_and_sends_it_once(tool, platform, rule_id, smtp, clock):
    smtp.answer = "451 try later"
    ask(tool, platform, clock)
    assert smtp.mails == []
    smtp.answer = None
    clock.advance(minutes=1)
    run_due_jobs(tool)
    run_due_jobs(tool)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("address", [None, "zane@"])
def test_a_teacher_without_an_address_is_asked_on_the_page_only(
    tool, platform, rule_id, smtp, clock, address
):
    platform.everyone[0] = replace(ZANE, email=None)
    with tool.store.begin() as session:
        session.query(Person).filter_by(name=ZANE.name).one().email = address
    ask(tool, platform, clock)
    assert smtp.mails == []
    with tool.store.read() as session:
        (row,) = session.query(Outbox).filter_by(task="mail_teacher")
        assert (row.leased_until, row.attempts) == (None, 0)


def test_the_same_mail_sent_twice_is_recognised_as_one(tool, platform, rule_id, smtp, clock, monkeypatch):
    def dies(*_):
        raise ValueError("the process dies")

    platform.inside = list(platform.everyone)
    look(tool, platform)
    clock.advance(minutes=10)
    with monkeypatch.context() as patched:
        patched.setattr(teacher_mail, "record_mail", dies)
        run_due_jobs(tool)
    clock.advance(minutes=10)
    run_due_jobs(tool)
    first, second = smtp.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_a_question_that_opens_while_the_job_finds_nothing_is_not_forgotten(
    tool, platform, rule_id, smtp, clock, monkeypatch
):
    platform.inside = list(platform.everyone)
    look(tool, platform)
    settle(tool, platform, clock)
    told = teacher_mail.mail_to

    def overtaken(session, issuers, person_id, now, *rest):
        monkeypatch.setattr(teacher_mail, "mail_to", told)
        found = told(session, issuers, person_id, now, *rest)
        session.close()
        platform.inside = list(platform.everyone)
        look(tool, platform)
        return found

    monkeypatch.setattr(teacher_mail, "mail_to", overtaken)
    clock.advance(minutes=10)
    run_due_jobs(tool)
    assert smtp.mails == []
    clock.advance(minutes=10)
    run_due_jobs(tool)
    assert len(smtp.mails) == 1


def test_a_mail_is_an_event_and_names_nobody(tool, platform, rule_id, smtp, clock):
    ask(tool, platform, clock)
    with tool.store.read() as session:
        (event,) = session.query(Event).filter_by(what="mailed")
        zane = session.query(Person).filter_by(name=ZANE.name).one().id
        assert (event.about_kind, event.data) == ("question", {"people": [zane]})
        assert session.query(Question).one().mailed_at == clock()


def test_an_answered_question_is_not_mailed(tool, platform, rule_id, smtp, clock):
    platform.inside = list(platform.everyone)
    look(tool, platform)
    with tool.store.begin() as session:
        rule = session.get_one(AwardRule, rule_id)
        zane = queries.people.person_of(session, 1, ZANE.user_id).id
        confirmations.answer_question(session, rule, 1, "removed", [], zane, tool.issuer.policy, clock())
    clock.advance(hours=1)
    run_due_jobs(tool)
    assert smtp.mails == []


def test_the_mail_waits_until_a_question_had_time_to_settle(tool, platform, rule_id, clock):
    platform.inside = list(platform.everyone)
    look(tool, platform)
    with tool.store.read() as session:
        (row,) = session.query(Outbox).filter_by(task="mail_teacher")
        assert row.due_at - clock() == mail_schedule.WAIT_BEFORE_MAIL >= timedelta(minutes=10)
        assert row.queue == outbox.DELIVERIES
