"""Attempts to find out what somebody has answered, by whoever has the whole database, twice, and all that is written.

What they do not have is the key of stored secrets: whoever has that too reads what has not been published yet.
"""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from lti_tool import jobs
from lti_tool.feedback import invitations
from lti_tool.feedback.asking import OPEN_FOR
from lti_tool.feedback.daily import do_daily
from lti_tool.feedback.pools import About
from lti_tool.feedback.questions import QUESTIONS
from lti_tool.privacy.export import export_of
from lti_tool.store import events, table_copies
from lti_tool.store.models import Award, Event, FeedbackInvitation, FeedbackPool
from tests.feedback import add_answers, everything_stored, publish, results
from tests.fixtures import ANNA, rows
from tests.lti_tool.web.conftest import hidden

ANSWERED = dict.fromkeys(QUESTIONS["claim"], "4")
OTHERWISE = dict.fromkeys(QUESTIONS["claim"], "1")
SKIPPED = {"skip": "yes"}
#: What a visit changes, whatever is done in it.
OF_THE_VISIT = {"launch_session", "expiring_value", "event", "outbox", "look", "person"}


@pytest.fixture
def send(school, annas_badge):
    """Sends the form of Anna's page; what came before it in her visit is over."""
    token = hidden(school.launch(ANNA), "_launch")

    def send(**fields):
        return school.browser.post(
            f"/lti/app/badges/{annas_badge}/feedback", data={"_launch": token} | fields
        )

    return send


@pytest.fixture
def add(web_tool, school):
    """Adds answers of others to those of learners who have just got the badge."""
    about = About(issuer_id=web_tool.issuer.id, template_id=school.badge, audience="claim")
    return lambda number: add_answers(web_tool, about, number)


def ask_again(tool):
    with tool.store.begin() as session:
        session.query(Award).one().feedback_closed = False


def changed(before, after):
    return {name for name in after if before[name] != after[name]}


def test_neither_event_nor_log_nor_export_says_that_or_what_somebody_answered(send, web_tool, clock, capfd):
    acts = len(rows(web_tool, Event))
    capfd.readouterr()
    send(**ANSWERED)
    said = "".join(capfd.readouterr())
    told = {row.what for row in rows(web_tool, Event)[acts:]}
    assert not any("feedback" in what or "answer" in what for what in told), told
    assert not any(word in said for word in (*QUESTIONS["claim"], "feedback"))
    person_id = rows(web_tool, Award)[0].person_id
    file = ZipFile(BytesIO(b"".join(export_of(web_tool, [person_id], clock()))))
    exported = " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
    assert "feedback_closed" in exported
    assert not any(question in exported for question in QUESTIONS["claim"])


@pytest.mark.parametrize("sent", [ANSWERED, OTHERWISE, SKIPPED], ids=["answered", "otherwise", "skipped"])
def test_of_two_copies_around_a_form_all_tell_the_same(send, add, web_tool, sent):
    """Also around the fifth: what is shown changes at another time, by answers that nobody gave just then."""
    add(4)
    before = everything_stored(web_tool)
    send(**sent)
    after = everything_stored(web_tool)
    assert changed(before, after) - OF_THE_VISIT == {"award", "feedback_pool"}
    (old,), (new,) = before["feedback_pool"], after["feedback_pool"]
    assert old[:-1] == new[:-1] and old[-1] != new[-1] and len(old[-1]) == len(new[-1])
    (old,), (new,) = before["award"], after["award"]
    columns = Award.__table__.columns.keys()
    assert [name for name, one, two in zip(columns, old, new, strict=True) if one != two] == [
        "feedback_closed"
    ]


def test_rows_of_one_answer_and_of_a_thousand_are_as_many_and_as_long(send, add, web_tool):
    send(**ANSWERED)
    (one,) = rows(web_tool, FeedbackPool)
    add(3)
    (some,) = rows(web_tool, FeedbackPool)
    assert len(one.encrypted_pending) == len(some.encrypted_pending)
    assert one.published == some.published


def test_every_day_all_pools_change_whether_somebody_answered_or_not(add, web_tool):
    add(2)
    before = rows(web_tool, FeedbackPool)[0]
    publish(web_tool)
    after = rows(web_tool, FeedbackPool)[0]
    assert before.encrypted_pending != after.encrypted_pending and before.published == after.published


def test_once_a_form_is_over_all_awards_have_its_mark_whoever_answered(school, send, web_tool, clock):
    """So a copy that is taken later tells of nobody whether they have answered."""
    send(**ANSWERED)
    answered = Award.__table__.columns.keys()
    ask_again(web_tool)
    ignored = everything_stored(web_tool)["award"][0]
    clock.advance(days=OPEN_FOR.days)
    do_daily(web_tool, clock())
    after = everything_stored(web_tool)["award"][0]
    assert [name for name, one, two in zip(answered, ignored, after, strict=True) if one != two] == [
        "feedback_closed"
    ]
    clock.advance(days=183)
    do_daily(web_tool, clock())
    award = rows(web_tool, Award)[0]
    assert award.feedback_closed and award.later_feedback_closed


def test_what_pages_show_changes_with_no_answer(send, add, web_tool, school):
    """Whoever watches the results while somebody answers learns nothing from the moment."""
    add(4)
    send(**ANSWERED)
    assert results(web_tool, school.badge)["claim"].answers == 0
    publish(web_tool)
    assert results(web_tool, school.badge)["claim"].answers == 5


def test_no_table_gives_an_answer_a_time_a_number_or_a_person():
    columns = set(FeedbackPool.__table__.columns.keys())
    assert columns == {"template_id", "audience", "issuer_id", "published", "encrypted_pending"}
    link = set(FeedbackInvitation.__table__.columns.keys())
    assert link == {"token_hash", "issuer_id", "template_id", "audience", "expires_at"}
    marks = {name for name in set(Award.__table__.columns.keys()) if "feedback" in name}
    assert marks == {"feedback_closed", "later_feedback_closed", "later_feedback_mailed"}
    assert {str(Award.__table__.columns[name].type) for name in marks} == {"BOOLEAN"}


def test_links_for_peers_are_in_no_backup(web_tool, school):
    """One that was used since would be counted twice; and which are unused is not to be told of an earlier day."""
    about = About(issuer_id=web_tool.issuer.id, template_id=school.badge, audience="peer")
    with web_tool.store.begin() as session:
        invitations.invite(session, about, 3, web_tool.clock(), events.TOOL)
    with table_copies.snapshot(web_tool.store) as connection:
        names = {table.name for table in table_copies.copies(connection)}
    assert "feedback_pool" in names and "feedback_invitation" not in names


def test_neither_journal_nor_metrics_nor_the_daily_work_say_who_has_answered(
    send, add, web_tool, school, clock, capfd, tmp_path, annas_badge
):
    files = {path: path.read_bytes() for path in tmp_path.rglob("*journal*") if path.is_file()}
    acts = len(rows(web_tool, Event))
    add(4)
    capfd.readouterr()
    send(**ANSWERED)
    jobs.sweep(web_tool, "sweep", {})
    said = "".join(capfd.readouterr())
    assert results(web_tool, school.badge)["claim"].answers == 5
    assert {row.what for row in rows(web_tool, Event)[acts:]} <= {"launched"}
    assert {path: path.read_bytes() for path in files} == files
    assert annas_badge not in said and "feedback" not in said
    assert annas_badge not in school.browser.get("/metrics").text
