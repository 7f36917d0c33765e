"""Of each review an issuer is reminded once before it is due and once after that, and of no other's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from lti_tool.reviews import reminders
from lti_tool.store.models import Event, Outbox, TemplateVersion
from lti_tool.templates import versions
from tests.at_once import all_at_once
from tests.fixtures import add_another_issuer, change_issuer, publish, run_due_jobs
from tests.reviews import FOUND, make_overdue, record_review

QUALITY = "quality@riga-college.example"


@pytest.fixture
def badge(tool):
    return publish(tool)


def sweep(tool):
    """What the hourly sweep does about reviews, and the mails that come of it."""
    with tool.store.begin() as session:
        reminders.schedule_reminders(session, tool, tool.clock())
    run_due_jobs(tool)


def mails(tool):
    """Each mail that was written: to whom, its subject, and its words."""
    found = []
    files = Path(tool.mail_folder).glob("*.eml")
    for file in sorted(files, key=lambda file: file.stat().st_mtime_ns):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        found.append((mail["To"], mail["Subject"], mail.get_body(("plain",)).get_content()))
    return found


def test_one_mail_before_and_one_after_however_often_the_sweep_runs(tool, badge, clock):
    make_overdue(tool, badge, "2026-12-22")
    sweep(tool)
    assert mails(tool) == []  # in 31 days
    clock.advance(days=1)
    for _ in range(3):
        sweep(tool)
        clock.advance(hours=1)
    ((to, subject, words),) = mails(tool)
    assert (to, subject) == ("badges@riga-college.example", "Reviews of badges are due soon")
    assert "Data literacy for decision makers" in words and "22 December 2026" in words
    assert "/operator/issuers/riga-college/reviews" in words
    # It is the address of the issuer: nobody has named another one.
    assert "has named" not in " ".join(words.split())
    clock.advance(days=31)
    for _ in range(3):
        sweep(tool)
        clock.advance(hours=1)
    assert [subject for _to, subject, _words in mails(tool)] == [
        "Reviews of badges are due soon",
        "Reviews of badges are overdue",
    ]
    with tool.store.read() as session:
        told = [(row.about, row.why) for row in session.query(Event).filter_by(what="mailed")]
    assert told == [(badge, "review_soon"), (badge, "review_overdue")]


def test_several_reviews_are_one_mail_to_each_address_that_the_issuer_names(tool, badge):
    other = publish(tool, name={"en": "Second"}, in_language="en")
    make_overdue(tool, badge)
    make_overdue(tool, other, "2026-12-01")
    change_issuer(tool, reviews={"overdue_stops": True, "remind": [QUALITY, QUALITY.upper(), "b@b.example"]})
    sweep(tool)
    assert {to.lower() for to, _subject, _words in mails(tool)} == {QUALITY, "b@b.example"}
    assert len(mails(tool)) == 2
    for _to, subject, words in mails(tool):
        assert subject == "Reviews of badges are overdue"
        assert "Second" in words and "Data literacy" in words
        assert "Nobody can begin with them until a review is recorded." in words


def test_what_was_reviewed_or_retired_before_the_mail_is_not_in_it(tool, badge):
    other = publish(tool, name={"en": "Second"}, in_language="en")
    for each in (badge, other):
        make_overdue(tool, each)
    with tool.store.begin() as session:
        reminders.schedule_reminders(session, tool, tool.clock())
    record_review(tool, badge)
    with tool.store.begin() as session:
        versions.retire(session.query(TemplateVersion).filter_by(template_id=other).one(), tool.clock())
    run_due_jobs(tool)
    assert mails(tool) == []
    with tool.store.read() as session:
        assert session.query(Outbox).filter_by(task=reminders.TASK).count() == 0


def test_a_mail_that_waited_tells_nothing_that_another_one_tells(tool, badge):
    for name in ("First", "Second"):
        make_overdue(tool, publish(tool, name={"en": name}, in_language="en"))
        with tool.store.begin() as session:
            reminders.schedule_reminders(session, tool, tool.clock())
    run_due_jobs(tool)
    told = [words for _to, _subject, words in mails(tool)]
    assert [sum(name in words for words in told) for name in ("First", "Second")] == [1, 1]


def test_the_next_day_of_a_review_is_reminded_of_anew(tool, badge, clock):
    make_overdue(tool, badge)
    sweep(tool)
    record_review(tool, badge, replace(FOUND, next_day=date(2026, 12, 1)))
    sweep(tool)
    assert [subject for _to, subject, _words in mails(tool)] == [
        "Reviews of badges are overdue",
        "Reviews of badges are due soon",
    ]


def test_an_issuer_without_an_address_hears_of_it_once_it_has_one(tool, badge):
    make_overdue(tool, badge)
    change_issuer(tool, email=None)
    sweep(tool)
    assert mails(tool) == []
    change_issuer(tool, email="new@riga-college.example")
    sweep(tool)
    assert [to for to, _subject, _words in mails(tool)] == ["new@riga-college.example"]


def test_each_issuer_is_reminded_of_its_own(tool, badge):
    other = add_another_issuer(tool)
    make_overdue(tool, badge)
    make_overdue(tool, other.template_id)
    sweep(tool)
    ((to, _subject, words),) = mails(tool)  # the other one has no address
    assert to == "badges@riga-college.example" and "River pilot" not in words


def test_no_payload_names_an_address(tool, badge):
    make_overdue(tool, badge)
    with tool.store.begin() as session:
        reminders.schedule_reminders(session, tool, tool.clock())
        (job,) = session.query(Outbox).filter_by(task=reminders.TASK).all()
        assert "@" not in str(job.payload) and job.payload["issuer_id"] == tool.issuer.id


def test_of_several_sweeps_at_once_one_schedules(tool_on_postgres):
    tool = tool_on_postgres
    make_overdue(tool, publish(tool))

    def schedule():
        with tool.store.begin() as session:
            reminders.schedule_reminders(session, tool, tool.clock())

    all_at_once(*[schedule] * 4)
    with tool.store.read() as session:
        assert session.query(Outbox).filter_by(task=reminders.TASK).count() == 1
