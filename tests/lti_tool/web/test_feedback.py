"""Three questions to learners and to whoever is invited: answered once, skipped without harm, shown five at a time."""

from __future__ import annotations

import re

import pytest

from lti_tool.awarding import awards
from lti_tool.feedback import invitations
from lti_tool.feedback.asking import OPEN_FOR
from lti_tool.feedback.pools import About, close_form
from lti_tool.feedback.questions import QUESTIONS
from lti_tool.store import events
from lti_tool.store.models import Award, FeedbackInvitation, FeedbackPool
from lti_tool.web import rate_limits
from tests.feedback import add_answers, published_answers
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


def add(tool, template_id, number, audience="claim"):
    about = About(issuer_id=tool.issuer.id, template_id=template_id, audience=audience)
    add_answers(tool, about, number)


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
    assert published_answers(web_tool, school.badge) == 0


def test_an_answer_counts_once_however_often_it_is_sent(school, send, web_tool):
    add(web_tool, school.badge, 3)
    for _ in range(3):
        send(**ANSWERED)
    assert published_answers(web_tool, school.badge) == 0
    add(web_tool, school.badge, 1)
    assert published_answers(web_tool, school.badge) == 5


def test_of_two_forms_that_both_found_it_open_one_is_counted(school, annas_badge, web_tool, clock):
    """Both have read the award before either has changed it."""
    add(web_tool, school.badge, 3)
    key = web_tool.stored_secrets_key
    for _ in range(2):
        with web_tool.store.begin() as session:
            award = session.query(Award).one()
            policy = web_tool.issuer.feedback
            close_form(session, award, (1, 1, 1), policy, clock(), key)
            close_form(session, award, (1, 1, 1), policy, clock(), key)
    assert published_answers(web_tool, school.badge) == 0


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
    assert "I have learned what the badge says." in text_of(school.launch(ANNA))
    clock.advance(days=OPEN_FOR.days)
    assert FORM not in text_of(school.launch(ANNA))
    clock.advance(days=183 - OPEN_FOR.days)
    page = text_of(school.launch(ANNA))
    assert "I use what I learned." in page and "I have learned what the badge says." not in page
    assert "Please answer all three" in text_of(send(**ANSWERED))
    for said in ("Thank you", "Answers that you have sent were counted."):
        assert said in text_of(send(**dict.fromkeys(QUESTIONS["later"], "5")))
    assert FORM not in text_of(school.launch(ANNA))
    assert published_answers(web_tool, school.badge) == 0
    assert published_answers(web_tool, school.badge, "later") == 5


def test_after_its_time_a_form_takes_no_answer(school, send, web_tool, clock):
    school.launch(ANNA)
    clock.advance(days=OPEN_FOR.days)
    page = text_of(send(**ANSWERED))
    assert "These questions are closed" in page and "Thank you" not in page
    assert rows(web_tool, FeedbackPool) == []


# --- Peers and other providers


@pytest.fixture
def link(web_tool, published):
    """A function that gives the path of a new link."""

    def link():
        about = About(issuer_id=web_tool.issuer.id, template_id=published, audience="peer")
        with web_tool.store.begin() as session:
            (token,) = invitations.invite(session, about, 1, web_tool.clock(), events.TOOL)
        return f"/feedback/{token}"

    return link


def test_a_link_works_once_and_opening_it_uses_nothing(app, link, web_tool, published):
    add(web_tool, published, 4, "peer")
    path, browser = link(), browser_of(app)
    assert "The description says clearly" in text_of(browser.get(path))
    assert "Please answer all three" in text_of(browser.post(path, data={}))
    assert "Thank you" in text_of(browser.post(path, data=PEER, headers=FROM_ELSEWHERE))
    assert published_answers(web_tool, published, "peer") == 5
    for again in (browser.get(path), browser.post(path, data=PEER)):
        assert again.status_code == 404
        assert "This link asks nothing any more" in text_of(again) and "it was counted" in text_of(again)
    assert published_answers(web_tool, published, "peer") == 5
    assert rows(web_tool, FeedbackInvitation) == []


def test_a_link_ends_and_what_is_none_opens_nothing(app, link, clock):
    path, browser = link(), browser_of(app)
    clock.advance(days=invitations.VALID.days)
    assert browser.get(path).status_code == 200
    clock.advance(days=1)
    for each in (path, "/feedback/x", "/feedback/" + "x" * 5000):
        assert browser.get(each).status_code == browser.post(each, data=PEER).status_code == 404, each


def test_one_visitor_opens_and_answers_links_only_so_often(app, link):
    browser, most = browser_of(app), rate_limits.per_minute("invited_feedback.answer")
    app.extensions["nozimite_limiter"].enabled = True
    try:
        found = [browser.post("/feedback/x", data=PEER).status_code for _ in range(most + 1)]
        assert found == [404] * most + [429]
        assert browser.get(link()).status_code == 200
    finally:
        rate_limits.switch_off(app)
