"""A review is recorded on the page of its template, and read there by every role of the issuer and by nobody else."""

from __future__ import annotations

import re

import pytest

from lti_tool.store.models import OperatorRow, TemplateReview, TemplateVersion
from lti_tool.templates import versions
from tests.fixtures import add_another_issuer, change_issuer, publish, template_data
from tests.lti_tool.web.conftest import hidden, text_of

REVIEWS = "/operator/issuers/riga-college/reviews"
FORM = {
    "answer-achieving": "All of them passed.\nTwo needed longer.",
    "overlap": "none",
    "conclusion": "goes_on",
    "next_day": "2027-11-01",
    "after": "0",
}


@pytest.fixture
def page(published):
    return f"{REVIEWS}/{published}"


def test_what_is_recorded_is_read_on_the_page_and_sets_the_next_day(join, page, web_tool):
    ieva = join()
    before = text_of(ieva.get(page))
    assert 'name="next_day" value="2027-11-21"' in ieva.get(page).text
    assert "1 September 2047" in before and "No review has been recorded" in before
    sent = ieva.press(page, page, **FORM)
    assert (sent.status_code, sent.location) == (303, f"{page}?done=yes&lang=en")
    shown = text_of(ieva.get(sent.location))
    assert "The review is recorded." in shown and "1 November 2027" in shown
    assert "It goes on as it is" in shown and "All of them passed." in shown and "Ieva Kalniņa" in shown
    assert "I have looked, and it repeats nothing." in shown
    assert "1 November 2027" in text_of(ieva.get(REVIEWS))


def test_a_form_that_was_sent_twice_records_one_review_and_keeps_what_was_typed(join, page, web_tool):
    ieva = join()
    ieva.press(page, page, **FORM)
    again = ieva.press(page, page, **FORM | {"answer-no-gaps": "<b>Nothing</b> & more"})
    assert "Somebody has recorded a review of this badge in the meantime." in text_of(again)
    assert "&lt;b&gt;Nothing&lt;/b&gt; &amp; more" in again.text
    assert hidden(again, "after") == "1"
    with web_tool.store.read() as session:
        assert session.query(TemplateReview).count() == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"conclusion": "flies"}, "Choose a conclusion."),
        ({"answer-achieving": " "}, "Answer at least one of the questions"),
        ({"answer-achieving": "x" * 4001}, "An answer is too long. Shorten it to 4000 letters."),
        ({"overlap": "perhaps"}, "Choose whether it repeats other learning."),
        (
            {"next_day": "tomorrow"},
            "Enter a day after today for the next review, 21 November 2031 at the latest.",
        ),
        ({"next_day": "2026-11-21"}, "Enter a day after today"),
        ({"after": "99999999999999999999"}, None),
    ],
)
def test_a_form_with_something_wrong_records_nothing_and_says_what(join, page, web_tool, changes, says):
    ieva = join()
    answer = ieva.press(page, page, **FORM | changes)
    with web_tool.store.read() as session:
        found = session.query(TemplateReview).count()
    if says is None:
        # What is no number of a review is as if none had been seen.
        assert answer.status_code == 303 and found == 1
    else:
        assert says in text_of(answer) and found == 0
        assert re.search('name="next_day" value="[^"]+"', answer.text)


def test_a_role_that_records_none_reads_them_without_a_form(join, page):
    join().press(page, page, **FORM)
    shown = join("auditor", name="Juris").get(page)
    assert "All of them passed." in text_of(shown) and "Record a review" not in text_of(shown)


def test_another_issuer_neither_reads_nor_records(join, page, published, web_tool):
    other = add_another_issuer(web_tool)
    juris = join(issuer_id=other.id, name="Juris")
    theirs = f"/operator/issuers/daugava-school/reviews/{other.template_id}"
    assert juris.get(page).status_code == 404
    assert juris.get(f"/operator/issuers/daugava-school/reviews/{published}").status_code == 404
    assert juris.press(theirs, page, **FORM).status_code == 404
    assert (
        juris.press(theirs, f"/operator/issuers/daugava-school/reviews/{published}", **FORM).status_code
        == 404
    )
    assert juris.press(theirs, theirs, **FORM).status_code == 303
    assert "No review has been recorded" in text_of(join().get(page))


def test_a_draft_has_no_page_of_reviews(join, web_tool):
    with web_tool.store.begin() as session:
        draft = versions.add(session, template_data(), web_tool.clock()).template_id
    assert join().get(f"{REVIEWS}/{draft}").status_code == 404


def test_badges_with_the_same_outcomes_or_skills_are_named_to_whoever_reviews(
    join, page, published, web_tool
):
    ieva = join()
    assert "has the same skills or learning outcomes" in text_of(ieva.get(page))
    publish(web_tool, name={"en": "Twin"}, in_language="en")
    shown = text_of(ieva.get(page))
    assert "These badges have the same skills or learning outcomes:" in shown and "Twin" in shown


def test_whose_account_was_erased_is_called_by_their_number(join, page, web_tool):
    ieva = join()
    ieva.press(page, page, **FORM)
    with web_tool.store.begin() as session:
        session.query(OperatorRow).filter_by(name="Ieva Kalniņa").one().name = ""
    assert "operator 1" in text_of(ieva.get(page))


def test_a_review_that_is_overdue_says_what_it_stops_where_the_issuer_says_so(
    join, page, published, web_tool
):
    with web_tool.store.begin() as session:
        row = session.query(TemplateVersion).filter_by(template_id=published).one()
        row.body = row.body | {"review_date": "2026-11-20"}
    ieva = join()
    templates = "/operator/issuers/riga-college/templates"
    assert "Review overdue" in text_of(ieva.get(templates))
    assert page in ieva.get(f"{templates}/{published}/1").text
    assert "Overdue" in text_of(ieva.get(page)) and "Until a review is recorded" not in text_of(
        ieva.get(page)
    )
    change_issuer(web_tool, reviews={"overdue_stops": True})
    assert "Until a review is recorded, this badge gets no new version" in text_of(ieva.get(page))
    ieva.press(page, page, **FORM)
    assert "Overdue" not in text_of(ieva.get(page)) and "Until a review" not in text_of(ieva.get(page))
