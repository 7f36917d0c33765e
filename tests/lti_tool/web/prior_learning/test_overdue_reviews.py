"""Nobody begins with a badge that its overdue review stops; whoever has begun goes on, to the badge."""

from __future__ import annotations

import pytest

from lti_tool.store.models import PriorLearningApplication
from tests import prior_learning as steps
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.web.conftest import text_of
from tests.reviews import let_stop, make_overdue, record_review


@pytest.fixture
def stopped(web_tool, published, offer_id):
    make_overdue(web_tool, published)
    let_stop(web_tool)
    return published


def test_what_is_stopped_is_not_open_until_a_review_is_recorded(browser, web_tool, stopped, offer_id):
    assert "Data literacy" not in text_of(browser.get("/prior-learning"))
    assert browser.get(f"/prior-learning/{offer_id}").status_code == 404
    record_review(web_tool, stopped)
    assert "Data literacy" in text_of(browser.get("/prior-learning"))
    assert browser.get(f"/prior-learning/{offer_id}").status_code == 200


def test_one_that_is_only_overdue_is_open_and_does_not_say_so(browser, web_tool, published, offer_id):
    make_overdue(web_tool, published)
    words = text_of(browser.get("/prior-learning")) + text_of(browser.get(f"/prior-learning/{offer_id}"))
    assert "Data literacy" in words and "overdue" not in words.casefold()


def test_no_form_that_was_opened_before_begins_an_application(candidate, web_tool, published, offer_id):
    candidate.sign_in(offer_id)
    make_overdue(web_tool, published)
    let_stop(web_tool)
    assert candidate.begin(offer_id).status_code == 404
    assert rows(web_tool, PriorLearningApplication) == []


def test_who_has_begun_goes_on(candidate, web_tool, published, offer_id):
    candidate.sign_in(offer_id)
    assert candidate.begin(offer_id).status_code == 303
    make_overdue(web_tool, published)
    let_stop(web_tool)
    for page in (candidate.get("identification"), candidate.get()):
        assert page.status_code == 200
    for answer in (candidate.answer(), candidate.add_file(), candidate.press("hand-in")):
        assert answer.status_code == 303
    assert rows(web_tool, PriorLearningApplication)[0].state == "assessment"


def test_the_offer_of_another_issuer_is_not_concerned(browser, web_tool, stopped):
    other = add_another_issuer(web_tool)
    make_overdue(web_tool, other.template_id)
    theirs = steps.offer(web_tool, other.template_id, other.id)
    assert "River pilot" in text_of(browser.get("/prior-learning"))
    assert browser.get(f"/prior-learning/{theirs}").status_code == 200


def test_operators_read_that_nobody_can_begin(join, stopped):
    page = text_of(join().get("/operator/issuers/riga-college/prior-learning"))
    assert "Nobody can begin at the moment, because its review is overdue." in page
