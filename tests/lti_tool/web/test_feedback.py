"""Three questions to learners and to whoever is invited: answered once, skipped without harm, shown five at a time."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from lti_tool.awarding import awards
from lti_tool.feedback import invitations
from lti_tool.feedback.pools import About, add_answer, close_form, results_of
from lti_tool.feedback.questions import QUESTIONS
from lti_tool.privacy.export import export_of
from lti_tool.store import events
from lti_tool.store.models import Award, Base, Event, FeedbackInvitation, FeedbackPool
from tests.fixtures import ANNA, JANIS, rows
from tests.lti_tool.web.conftest import FROM_ELSEWHERE, browser_of, hidden, text_of

ANSWERED = dict.fromkeys(QUESTIONS["claim"], "4")
PEER = dict.fromkeys(QUESTIONS["peer"], "5")
FORM = "Answer three questions"


@pytest.fixture
def send(school, annas_badge):
    """Sends the form of Anna's page, as Anna or somebody else."""

    def send(person=ANNA, **fields):
        token = hidden(school.launch(person), "_launch")
        return school.browser.post(
            f"/lti/app/badges/{annas_badge}/feedback", data={"_launch": token} | fields
        )

    return send


def answers_about(tool, template_id, audience="claim"):
    with tool.store.read() as session:
        return {each.audience: each for each in results_of(session, template_id)}[audience].answers


def add(tool, template_id, number, audience="claim", answer=(4, 4, 4)):
    about = About(issuer_id=tool.issuer.id, template_id=template_id, audience=audience)
    for _ in range(number):
        with tool.store.begin() as session:
            add_answer(session, about, answer, tool.stored_secrets_key)


# --- Learners


def test_a_learner_is_asked_until_they_answer_and_then_no_more(school, send, web_tool):
    assert FORM in text_of(school.launch(ANNA))
    assert "Your answers were counted" in text_of(send(**ANSWERED))
    page = school.launch(ANNA)
    assert FORM not in text_of(page) and "Download the badge" in text_of(page)


def test_whoever_skips_is_not_asked_again_and_nothing_is_counted(school, send, web_tool):
    add(web_tool, school.badge, 4)
    assert "You will not be asked" in text_of(send(skip="yes", **ANSWERED))
    assert FORM not in text_of(school.launch(ANNA))
    assert answers_about(web_tool, school.badge) == 0


def test_an_answer_counts_once_however_often_it_is_sent(school, send, web_tool):
    add(web_tool, school.badge, 3)
    for _ in range(3):
        send(**ANSWERED)
    assert answers_about(web_tool, school.badge) == 0
    add(web_tool, school.badge, 1)
    assert answers_about(web_tool, school.badge) == 5


def test_of_two_forms_that_both_found_it_open_one_is_counted(school, annas_badge, web_tool, clock):
    """Both have read the award before either has changed it."""
    add(web_tool, school.badge, 3)
    key = web_tool.stored_secrets_key
    for _ in range(2):
        with web_tool.store.begin() as session:
            award = session.query(Award).one()
            close_form(session, award, (1, 1, 1), clock(), key)
            close_form(session, award, (1, 1, 1), clock(), key)
    assert answers_about(web_tool, school.badge) == 0


def test_what_was_left_out_is_asked_for_and_what_was_chosen_stays(school, send, web_tool):
    page = send(outcomes_reached="2", assessment_fair="x")
    assert "Please answer all three questions" in text_of(page)
    assert re.search(r'name="outcomes_reached" value="2" checked', page.text)
    assert page.text.count("checked") == 1
    assert rows(web_tool, FeedbackPool) == [] and FORM in text_of(school.launch(ANNA))


def test_nobody_answers_about_the_badge_of_somebody_else(send, web_tool):
    assert send(JANIS, **ANSWERED).status_code == 404
    assert rows(web_tool, FeedbackPool) == []


def test_a_revoked_badge_is_not_asked_about(school, send, web_tool, clock):
    with web_tool.store.begin() as session:
        awards.revoke(session, session.query(Award).one(), "By mistake", clock(), events.person(1))
    assert FORM not in text_of(school.launch(ANNA))
    send(**ANSWERED)
    assert rows(web_tool, FeedbackPool) == []


def test_half_a_year_after_they_opened_it_learners_are_asked_other_questions_once(
    school, send, web_tool, clock
):
    add(web_tool, school.badge, 4, "later")
    assert FORM in text_of(school.launch(ANNA))
    clock.advance(days=182)
    assert "I have learned what the badge says." in text_of(school.launch(ANNA))
    clock.advance(days=1)
    page = text_of(school.launch(ANNA))
    assert "I use what I learned." in page and "I have learned what the badge says." not in page
    assert "Please answer all three" in text_of(send(**ANSWERED))
    for _ in range(2):
        assert "Thank you" in text_of(send(**dict.fromkeys(QUESTIONS["later"], "5")))
    assert FORM not in text_of(school.launch(ANNA))
    assert (answers_about(web_tool, school.badge), answers_about(web_tool, school.badge, "later")) == (0, 5)


# --- Attempts to find out what somebody has answered


def everything_stored(tool):
    """All rows of all tables, as an operator of the database sees them."""
    with tool.store.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(table.select())]
            for table in Base.metadata.sorted_tables
        }


def changed_tables(before, after):
    return {name for name in after if before[name] != after[name]}


def test_neither_event_nor_log_nor_export_says_that_or_what_somebody_answered(send, web_tool, clock, caplog):
    acts = len(rows(web_tool, Event))
    with caplog.at_level(logging.DEBUG):
        send(**ANSWERED)
    told = {row.what for row in rows(web_tool, Event)[acts:]}
    assert not any("feedback" in what or "answer" in what for what in told), told
    said = " ".join(record.getMessage() for record in caplog.records)
    assert not any(question in said for question in QUESTIONS["claim"])
    person_id = rows(web_tool, Award)[0].person_id
    file = ZipFile(BytesIO(b"".join(export_of(web_tool, [person_id], clock()))))
    exported = " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
    assert "feedback_closed" in exported
    assert not any(question in exported for question in QUESTIONS["claim"])


@pytest.mark.parametrize("sent", [ANSWERED, {"skip": "yes"}], ids=["answered", "skipped"])
def test_two_copies_of_the_database_do_not_tell_an_answer_from_a_skip(school, send, web_tool, sent):
    add(web_tool, school.badge, 2)
    hidden(school.launch(ANNA), "_launch")
    before = rows(web_tool, FeedbackPool)[0]
    send(**sent)
    after = rows(web_tool, FeedbackPool)[0]
    assert after.published == before.published
    assert after.encrypted_pending != before.encrypted_pending
    assert len(after.encrypted_pending) == len(before.encrypted_pending)


def test_an_answer_leaves_a_mark_on_the_award_and_the_pool_and_nothing_else(school, send, web_tool):
    add(web_tool, school.badge, 2)
    hidden(school.launch(ANNA), "_launch")
    send(skip="yes")
    with web_tool.store.begin() as session:
        session.query(Award).one().feedback_closed = False
    before = everything_stored(web_tool)
    send(**ANSWERED)
    sessions = {"launch_session", "expiring_value", "event", "outbox", "look", "person"}
    assert changed_tables(before, everything_stored(web_tool)) - sessions == {"award", "feedback_pool"}


def test_no_table_gives_an_answer_a_time_a_number_or_a_person():
    columns = set(FeedbackPool.__table__.columns.keys())
    assert columns == {"template_id", "audience", "issuer_id", "published", "encrypted_pending"}
    link = set(FeedbackInvitation.__table__.columns.keys())
    assert link == {"token_hash", "issuer_id", "template_id", "audience", "expires_at"}


# --- Peers and other providers


@pytest.fixture
def link(web_tool, published):
    """A function that gives the path of a new link."""

    def link():
        about = About(issuer_id=web_tool.issuer.id, template_id=published, audience="peer")
        with web_tool.store.begin() as session:
            token = invitations.invite(session, about, web_tool.clock(), events.TOOL)
        return f"/feedback/{token}"

    return link


def test_a_link_works_once_and_opening_it_uses_nothing(app, link, web_tool, published):
    add(web_tool, published, 4, "peer")
    path, browser = link(), browser_of(app)
    assert "The description says clearly" in text_of(browser.get(path))
    assert "Please answer all three" in text_of(browser.post(path, data={}))
    assert "Thank you" in text_of(browser.post(path, data=PEER, headers=FROM_ELSEWHERE))
    assert answers_about(web_tool, published, "peer") == 5
    assert browser.get(path).status_code == browser.post(path, data=PEER).status_code == 404
    assert answers_about(web_tool, published, "peer") == 5
    assert rows(web_tool, FeedbackInvitation) == []


def test_a_link_ends_and_what_is_none_opens_nothing(app, link, clock):
    path, browser = link(), browser_of(app)
    clock.advance(seconds=invitations.VALID / timedelta(seconds=1))
    for each in (path, "/feedback/x", "/feedback/" + "x" * 5000):
        assert browser.get(each).status_code == browser.post(each, data=PEER).status_code == 404, each


def test_no_more_links_than_that_are_unused(link, web_tool):
    for _ in range(invitations.MOST_OPEN):
        link()
    with pytest.raises(invitations.NotAllowedError):
        link()
