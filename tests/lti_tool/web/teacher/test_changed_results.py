"""A teacher is shown grades that changed after the award, and decides what follows."""

import re
from decimal import Decimal

import pytest

from lti_tool.awarding import looks
from lti_tool.store.models import Award, AwardRule, CredentialRow
from lti_tool.values import LineItem, LineItemResult
from tests.fixtures import ANNA, ZANE, run_due_jobs
from tests.lti_tool.web.conftest import CLAIM, hidden, text_of

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
COLUMN = "https://moodle.example.org/items/4"


@pytest.fixture
def grade(web_tool, platform, school, place, clock):
    """A look at this grade of Anna; it is awarded from 60 % on."""
    custom = place({"condition": "result_at_least", "minimum": "0.6"})
    school.launch(ZANE, **{CLAIM + "custom": custom, AGS: {"lineitem": COLUMN, "lineitems": COLUMN}})
    item = LineItem(id=COLUMN, label="Badge", score_maximum=Decimal(100), resource_link_id="1")
    platform.line_items = lambda url: (item,)

    def grade(score):
        clock.advance(minutes=10)
        platform.graded = [LineItemResult(user_id=ANNA.user_id, score=score and Decimal(score))]
        looks.look(web_tool.store, platform, 1, clock())
        run_due_jobs(web_tool)
        page = school.launch(ZANE, **{CLAIM + "custom": custom})
        return page

    return grade


def test_a_grade_that_fell_is_shown_with_what_can_be_done(grade, school, web_tool):
    assert "changed after the badge was awarded" not in text_of(grade("0.8"))
    page = grade("0.3")
    words = text_of(page)
    assert "1 grade changed after the award" in words
    assert "Anna Bērziņa No longer reaches the minimum" in words
    assert "When it was awarded: Grade of 80 %" in words and "Now: Grade of 30 %" in words
    assert "No badge is revoked automatically." in words

    address = re.search(r'action="(/lti/app/awards/\d+/leave)"', page.text)[1]
    form = {"_launch": hidden(page, "_launch"), "seen": hidden(page, "seen")}
    asked = school.browser.post(address.replace("leave", "revoke"), data=form)
    assert "Revoke the badge of Anna Bērziņa?" in text_of(asked)

    words = text_of(school.browser.post(address, data=form))
    assert "Anna Bērziņa keeps the badge. You are told if the grade changes again." in words
    assert "Grades changed after the badge was awarded" not in words
    words = text_of(school.browser.post(address, data=form))  # a second press
    assert "Nothing was saved." in words
    with web_tool.store.read() as session:
        assert session.query(Award).one().status == "issued"


def test_a_better_grade_is_issued_when_the_teacher_says_so(grade, school, web_tool):
    assert "Issue the badge with this grade" not in text_of(grade("0.8"))
    assert "Issue the badge with this grade" not in text_of(grade("0.3"))
    page = grade("0.95")
    address = re.search(r'action="(/lti/app/awards/\d+/restate)"', page.text)[1]
    form = {"_launch": hidden(page, "_launch"), "seen": hidden(page, "seen")}
    words = text_of(school.browser.post(address, data=form))
    assert "A badge with the new grade of Anna Bērziņa is being issued." in words
    assert "Grades changed after the badge was awarded" not in words
    assert "Nothing was saved." in text_of(school.browser.post(address, data=form))
    run_due_jobs(web_tool)
    with web_tool.store.read() as session:
        award = session.query(Award).one()
        assert (award.score, len(award.credentials)) == (Decimal("0.95"), 2)


def test_a_better_grade_that_comes_after_the_end_of_the_badge_says_why_nothing_is_issued(
    grade, school, web_tool, clock
):
    grade("0.8")
    page = grade("0.95")
    with web_tool.store.begin() as session:
        session.query(CredentialRow).one().valid_until = clock()
    address = re.search(r'action="(/lti/app/awards/\d+/restate)"', page.text)[1]
    form = {"_launch": hidden(page, "_launch"), "seen": hidden(page, "seen")}
    assert "has expired. Nothing was changed." in text_of(school.browser.post(address, data=form))


def test_a_grade_that_was_cleared_is_shown_in_latvian_too(grade, school):
    grade("0.8")
    page = grade(None)
    assert "Now: The grade was removed" in text_of(page)
    page = school.launch(ZANE, **{CLAIM + "launch_presentation": {"locale": "lv"}})
    words = text_of(page)
    assert "Vērtējumi, kas mainījušies pēc nozīmītes piešķiršanas" in words
    assert "Tagad: Vērtējums ir noņemts" in words


def test_learners_cannot_leave_a_badge_as_it_is(grade, school):
    grade("0.8")
    page = grade("0.3")
    seen = hidden(page, "seen")
    address = re.search(r'action="(/lti/app/awards/\d+/leave)"', page.text)[1]
    form = {"_launch": hidden(school.launch(ANNA), "_launch"), "seen": seen}
    assert school.browser.post(address, data=form).status_code == 403
    assert school.browser.post(address, data={"seen": seen}).status_code == 403


def test_the_change_is_shown_and_can_be_left_where_the_badge_was_removed_from_the_course(
    grade, school, web_tool, clock
):
    grade("0.8")
    page = grade("0.3")
    with web_tool.store.begin() as session:
        session.query(AwardRule).one().removed_at = clock()
    form = {"_launch": hidden(page, "_launch"), "seen": hidden(page, "seen")}
    words = text_of(school.browser.post("/lti/app/course", data=form))
    assert "Removed from this course" in words
    assert "Anna Bērziņa No longer reaches the minimum" in words
    address = re.search(r'action="(/lti/app/awards/\d+/leave)"', page.text)[1]
    words = text_of(school.browser.post(address, data=form))
    assert "Anna Bērziņa keeps the badge." in words and "No longer reaches the minimum" not in words
