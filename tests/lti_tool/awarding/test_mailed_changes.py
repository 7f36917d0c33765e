"""The mail to a teacher, with grades that changed after the award: each change once, in the one mail of the day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from threading import Barrier

import pytest

from lti_tool.awarding import awards, looks, result_changes, rule_changes, teacher_mail
from lti_tool.awarding.mail_schedule import mail_id
from lti_tool.deliveries import dispatch
from lti_tool.people import sessions
from lti_tool.platforms.service_errors import NotOnPlatformError
from lti_tool.store import events, queries
from lti_tool.store.models import Award, AwardRule, Event, MailedChange, Outbox, Person
from lti_tool.values import INSTRUCTOR, LineItem
from tests.fixtures import (
    ANNA,
    JANIS,
    PETERIS,
    TOMS,
    ZANE,
    launch_of,
    make_rule,
    place_badge,
    publish,
    results,
    run_job,
)

AT_LEAST_60 = {"condition": "result_at_least", "minimum": "0.6"}
COLUMN = "https://moodle.example.org/items/4"
RETURN = "https://moodle.example.org/mod/lti/return.php?course=42&launch_container=3"
PAGE = "https://moodle.example.org/course/view.php?id=42"
COLLEAGUE = replace(ZANE, user_id="4", name="Juris Pūce", email="juris@example.org")
CHANGED = "mainījušies vērtējumi"


@pytest.fixture
def tool(mailing_tool_on_any_database):
    return mailing_tool_on_any_database


@pytest.fixture
def published(tool):
    return publish(tool)


@pytest.fixture
def rule_id(tool, published, platform):
    """The rule of a link with a column, that Zane has launched, in Latvian."""
    platform.line_items = lambda url: (
        LineItem(id=COLUMN, label="Badge", score_maximum=Decimal(100), resource_link_id="1"),
    )
    return make_rule(tool, published, AT_LEAST_60, return_url=RETURN)


@pytest.fixture
def grade(tool, platform, clock, rule_id):
    """A look ten minutes later, at these grades of 100 by person; None for one that was cleared."""

    def grade(*graded):
        clock.advance(minutes=10)
        platform.graded = results(*graded)
        assert look(tool, platform) is None

    return grade


@pytest.fixture
def mails(new_mails):
    """The new mails to teachers: those with badges are to learners."""
    return lambda **later: [mail for mail in new_mails(**later) if not list(mail.iter_attachments())]


def look(tool, platform):
    return looks.look(tool.store, platform, 1, tool.clock(), tool.issuer.policy)


def launch(tool, person, **changes):
    with tool.store.begin() as session:
        sessions.start_session(session, launch_of(person, 1, **changes), tool.clock())


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def address_of(mail):
    return mail["To"].addresses[0].addr_spec


def person_id(session, person):
    return queries.people.person_of(session, 1, person.user_id).id


def leave(tool, person, by=ZANE):
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(person_id=person_id(session, person)).one()
        (change,) = result_changes.changes_in_course(session, 1, tool.clock())
        seen_at = change.seen_at.isoformat()
        result_changes.leave(session, award, seen_at, tool.clock(), events.person(person_id(session, by)))


def on_rule(tool, act):
    with tool.store.begin() as session:
        act(session, session.get_one(AwardRule, 1), None, tool.clock())


def ask_too(tool, platform, published_too):
    """A second link in the course that opens for all learners at once, so that its teachers are asked."""
    with tool.store.begin() as session:
        custom = place_badge(session, tool, 1, published_too)
    launch(tool, ZANE, resource_link_id="2", custom=custom)
    look(tool, platform)
    platform.inside = list(platform.everyone)


def test_changed_and_cleared_grades_are_mailed_as_numbers_with_the_page(grade, mails):
    grade((ANNA, "80"), (JANIS, "90"), (TOMS, "70"))
    grade((ANNA, "30"), (JANIS, None), (TOMS, "65"))
    (mail,) = mails()
    assert address_of(mail) == ZANE.email
    assert mail["Content-Language"] == "lv"
    assert mail["Subject"].startswith("Pēc nozīmītes „Datu pratība")
    assert mail["Subject"].endswith(f"piešķiršanas {CHANGED}")
    text = text_of(mail)
    assert "Neviena nozīmīte netiek atsaukta automātiski." in text
    assert "Izglītojamie, kuru vērtējums ir mainījies: 3" in text
    assert "Izglītojamie, kuru vērtējums vairs nesasniedz minimumu: 2" in text
    assert f"Lai izlemtu, atveriet kursā jebkuras nozīmītes saiti:\n{PAGE}\n" in text
    assert "Jautājum" not in mail["Subject"] and "Līdz jūsu atbildei" not in text


def test_no_learners_name_address_or_grade_is_in_the_mail(grade, mails):
    grade((ANNA, "81"), (JANIS, "93"))
    grade((ANNA, "37"), (JANIS, "59"))
    (mail,) = mails()
    for word in ("Anna", "Bērziņa", "Jānis", "Kalniņš", "anna@", "janis@", "81", "93", "37", "59"):
        assert word not in mail["Subject"] + text_of(mail)


def test_the_mail_is_in_english_for_a_teacher_whose_language_is_not_known(tool, grade, mails):
    grade((ANNA, "80"))
    with tool.store.begin() as session:
        session.query(Person).filter_by(name=ZANE.name).one().language = "sv"
    grade((ANNA, "30"))
    (mail,) = mails()
    assert mail["Subject"].startswith("Grades changed after the badge “Data literacy")
    text = text_of(mail)
    assert "No badge is revoked automatically." in text
    assert "Learners whose grade has changed: 1\nLearners who no longer reach the minimum: 1\n" in text
    assert f"To decide, open the link to any badge in the course:\n{PAGE}\n" in text


def test_nothing_is_revoked(tool, grade, mails):
    grade((ANNA, "80"))
    grade((ANNA, None))
    mails()
    with tool.store.read() as session:
        assert [award.status for award in session.query(Award)] == ["issued"]


def test_questions_and_changed_grades_come_in_one_mail(tool, platform, grade, mails):
    ask_too(tool, platform, publish(tool))
    grade((ANNA, "80"))
    platform.inside = [ZANE, TOMS]
    grade((ANNA, "80"))
    platform.inside = list(platform.everyone)
    grade((ANNA, "30"))
    (mail,) = mails()
    assert mail["Subject"] == "Jūsu nozīmītes: Jūsu atbildi gaida vairāki jautājumi"
    text = text_of(mail)
    assert "nozīmītes vēl nav: " in text and "vērtējums ir mainījies: 1" in text
    assert mails(hours=12) == mails(days=3) == []


def test_what_changes_after_todays_mail_waits_for_tomorrows(platform, grade, mails):
    grade((ANNA, "80"), (JANIS, "80"))
    grade((ANNA, "30"), (JANIS, "80"))
    assert len(mails()) == 1
    grade((ANNA, "30"), (JANIS, "20"))
    assert mails(hours=23) == []
    (mail,) = mails(hours=1)
    assert "vērtējums ir mainījies: 1" in text_of(mail)


def test_a_change_is_mailed_once_though_the_outbox_forgets_what_is_done(tool, platform, grade, mails, clock):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    assert len(mails()) == 1
    assert mails(days=2) == []
    clock.advance(days=40)
    with tool.store.read() as session:
        assert session.query(Outbox).filter_by(task="mail_teacher").count() == 0
    assert look(tool, platform) is None
    assert mails(days=2) == []
    with tool.store.read() as session:
        assert session.query(Outbox).filter_by(task="mail_teacher").count() == 0


def test_the_same_award_is_mailed_again_when_its_grade_changes_again(grade, mails):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    (first,) = mails()
    grade((ANNA, "20"))
    (second,) = mails(days=1)
    assert first["Message-ID"] != second["Message-ID"]
    assert mails(days=3) == []


def test_a_change_that_is_left_revoked_or_undone_before_the_mail_goes_is_not_mailed(tool, grade, mails):
    grade((ANNA, "80"), (JANIS, "80"), (TOMS, "80"))
    grade((ANNA, "30"), (JANIS, "80"), (TOMS, "80"))
    leave(tool, ANNA)
    grade((ANNA, "30"), (JANIS, "30"), (TOMS, "30"))
    with tool.store.begin() as session:
        award = session.query(Award).filter_by(person_id=person_id(session, JANIS)).one()
        awards.revoke(session, award, "a mistake", tool.clock())
    # TOMS is corrected by the look that comes just before the mail.
    grade((ANNA, "30"), (JANIS, "30"), (TOMS, "80"))
    assert mails(hours=1) == []
    with tool.store.read() as session:
        assert session.query(Outbox).filter_by(task="mail_teacher").all() == []


def test_a_badge_of_a_paused_link_is_still_valid_so_its_change_is_mailed(tool, grade, mails):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    on_rule(tool, rule_changes.pause)
    (mail,) = mails()
    assert "vērtējums ir mainījies: 1" in text_of(mail)


@pytest.mark.parametrize("removed", [False, True], ids=["deleted", "removed from the page"])
def test_so_is_the_change_of_a_badge_whose_column_was_deleted(tool, platform, grade, mails, removed):
    def deleted(url):
        raise NotOnPlatformError("it no longer exists", permanent=True)

    grade((ANNA, "80"))
    grade((ANNA, "30"))
    platform.results, platform.line_items = deleted, lambda url: ()
    for _ in range(3):
        look(tool, platform)
    with tool.store.read() as session:
        assert looks.is_gone(session.get_one(AwardRule, 1).link)
    if removed:
        on_rule(tool, rule_changes.remove)
    (mail,) = mails()
    assert "atveriet kursā jebkuras nozīmītes saiti" in text_of(mail)


def test_each_teacher_is_mailed_once_and_nobody_about_their_own_badge(tool, platform, grade, mails):
    platform.everyone.append(COLLEAGUE)
    grade((ANNA, "80"), (JANIS, "80"))
    launch(tool, replace(PETERIS, roles=(INSTRUCTOR,)))  # the lists of members do not have him
    platform.everyone[platform.everyone.index(JANIS)] = replace(JANIS, roles=(INSTRUCTOR,))
    grade((ANNA, "30"), (JANIS, "20"))
    told = {address_of(mail): text_of(mail) for mail in mails()}
    assert told.keys() == {ZANE.email, COLLEAGUE.email, JANIS.email}
    for address, number in ((ZANE.email, 2), (COLLEAGUE.email, 2), (JANIS.email, 1)):
        assert f": {number}\n" in told[address]
    assert mails(days=2) == []


def test_a_teacher_who_joins_later_is_mailed_what_still_waits(tool, platform, grade, mails):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    assert [address_of(mail) for mail in mails()] == [ZANE.email]
    platform.everyone.append(COLLEAGUE)
    grade((ANNA, "30"))
    assert [address_of(mail) for mail in mails()] == [COLLEAGUE.email]


def test_a_mail_that_was_sent_but_not_recorded_is_sent_again_as_the_same(grade, mails, monkeypatch):
    def dies(*_):
        raise ValueError("the process dies")

    grade((ANNA, "80"))
    grade((ANNA, "30"))
    with monkeypatch.context() as patched:
        patched.setattr(teacher_mail, "record_mail", dies)
        (first,) = mails()
    (second,) = mails()
    assert first["Message-ID"] == second["Message-ID"]
    assert mails(days=2) == []


def test_what_changed_between_two_attempts_makes_it_another_mail(grade, mails, monkeypatch):
    def dies(*_):
        raise ValueError("the process dies")

    grade((ANNA, "80"), (JANIS, "80"))
    grade((ANNA, "30"), (JANIS, "80"))
    with monkeypatch.context() as patched:
        patched.setattr(teacher_mail, "record_mail", dies)
        (first,) = mails()
    grade((ANNA, "30"), (JANIS, "30"))
    (second,) = mails()
    assert first["Message-ID"] != second["Message-ID"]


def test_a_mail_is_an_event_of_the_award_and_names_nobody(tool, grade, mails, clock):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    seen_at = clock()
    mails()
    with tool.store.read() as session:
        (event,) = session.query(Event).filter_by(what="mailed")
        award, zane = session.query(Award).one(), person_id(session, ZANE)
        assert (event.about_kind, event.about, event.data) == ("award", str(award.id), {"people": [zane]})
        row = session.query(MailedChange).one()
        assert (row.award_id, row.person_id, row.seen_at, row.mailed_at) == (award.id, zane, seen_at, clock())


def test_a_mail_server_that_is_down_for_days_loses_no_change(tool, platform, grade, mails, smtp):
    grade((ANNA, "80"))
    mails()
    grade((ANNA, "30"))
    smtp.answer = "451 try later"
    for _ in range(20):
        assert mails(hours=6) == []
    smtp.answer = None
    assert look(tool, platform) is None
    assert len(mails(days=1)) == 1


def test_a_change_that_is_seen_while_the_job_finds_nothing_is_not_forgotten(
    tool, platform, grade, mails, monkeypatch
):
    grade((ANNA, "80"))
    grade((ANNA, "30"))
    grade((ANNA, "80"))
    told = teacher_mail.mail_to

    def overtaken(session, issuers, person_id, now, *rest):
        monkeypatch.setattr(teacher_mail, "mail_to", told)
        found = told(session, issuers, person_id, now, *rest)
        session.close()
        grade((ANNA, "20"))
        return found

    monkeypatch.setattr(teacher_mail, "mail_to", overtaken)
    assert mails() == []
    assert len(mails(minutes=10)) == 1


def test_a_look_and_two_workers_with_the_same_mail_at_once_record_it_once(
    tool, platform, grade, mails, clock, monkeypatch
):
    grade((ANNA, "80"), (JANIS, "80"), (TOMS, "80"))
    grade((ANNA, "30"), (JANIS, "30"), (TOMS, "80"))
    with tool.store.read() as session:
        zane = person_id(session, ZANE)
    clock.advance(minutes=10)
    platform.graded = [*platform.graded[:2], replace(platform.graded[2], score=None, points=None)]
    ready, send = Barrier(3), dispatch.is_sent

    def send_with_the_other(*mail):
        send(*mail)
        ready.wait(10)

    def look_at_once():
        ready.wait(10)
        return look(tool, platform)

    with monkeypatch.context() as patched, ThreadPoolExecutor(3) as pool:
        patched.setattr(dispatch, "is_sent", send_with_the_other)
        done = [pool.submit(run_job, tool, mail_id(zane)) for _ in range(2)]
        assert [each.result() for each in (*done, pool.submit(look_at_once))] == [None, None, None]
    with tool.store.read() as session:
        (row,) = session.query(Outbox).filter_by(task="mail_teacher")
        assert (row.attempts, row.trouble) == (0, None)
    mails(days=1)
    with tool.store.read() as session:
        changed = [event.about for event in session.query(Event).filter_by(what="mailed", about_kind="award")]
        assert len(changed) == len(set(changed)) == session.query(MailedChange).count() == 3


def test_a_course_in_which_no_grade_has_changed_costs_a_look_no_award(tool, grade, monkeypatch):
    grade((ANNA, "80"))
    monkeypatch.setattr(queries.awards, "valid_awards_to", None)
    grade((ANNA, "80"), (JANIS, "20"))
