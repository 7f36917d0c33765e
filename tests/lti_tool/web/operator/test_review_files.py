"""The report of a year as files: of an issuer and of one template, in the language of the page, naming nobody."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from lti_tool.feedback.daily import do_daily
from lti_tool.feedback.pools import About, add_answer
from lti_tool.store.models import Award
from tests.fixtures import add_another_issuer
from tests.reviews import FOUND, make_overdue, record_review

REVIEWS = "/operator/issuers/riga-college/reviews"


def words(answer):
    """The text of a PDF, in one line."""
    assert answer.mimetype == "application/pdf", answer.text
    pages = PdfReader(BytesIO(answer.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def ieva(join):
    return join()


def test_the_pdf_of_an_issuer_has_each_template_with_its_review_and_no_exact_number(
    annas_badge, join, web_tool, published
):
    record_review(web_tool, published)
    text = words(join().get(f"{REVIEWS}/2026.pdf"))
    assert "Reviews of badges in 2026" in text and "Riga College" in text
    assert "Data literacy for decision makers" in text
    assert "Badges awarded in the year fewer than 5" in text and "Share by prior learning not shown" in text
    assert "Last review 21 November 2026" in text and "Next review 1 November 2027" in text
    assert "Versions published in the year 1 (21 November 2026)" in text
    assert "21 November 2026: It goes on as it is" in text
    # What is found in words is in the report of the template alone, and who reviewed in neither.
    assert FOUND.answers["achieving"] not in text and "Ieva" not in text


def test_the_pdf_of_a_template_has_what_reviews_of_the_year_have_found(ieva, web_tool, published):
    record_review(web_tool, published)
    text = words(ieva.get(f"{REVIEWS}/{published}/2026.pdf"))
    assert "How learners achieve the outcomes" in text and FOUND.answers["achieving"] in text
    assert "Review of 21 November 2026" in text and "I have looked, and it repeats nothing" in text
    assert "Ieva" not in text
    text = words(ieva.get(f"{REVIEWS}/{published}/2025.pdf"))
    assert FOUND.answers["achieving"] not in text and "Reviews in the year None in the year" in text


def test_they_are_in_the_language_of_the_page(ieva, web_tool, published):
    record_review(web_tool, published)
    for address in (f"{REVIEWS}/2026.pdf?lang=lv", f"{REVIEWS}/{published}/2026.pdf?lang=lv"):
        text = words(ieva.get(address))
        assert "Gadā piešķirtās nozīmītes 0" in text and "2027. gada 1. novembr" in text
        assert "Datu pratība lēmumu pieņēmējiem" in text and "review" not in text.casefold()


def test_an_overdue_review_says_so_and_feedback_comes_as_far_as_it_may(ieva, web_tool, published):
    make_overdue(web_tool, published)
    about = About(issuer_id=web_tool.issuer.id, template_id=published, audience="claim")
    for number in range(6):
        text = words(ieva.get(f"{REVIEWS}/{published}/2026.pdf"))
        assert ("Answers with feedback 5" in text) == (number == 5)
        with web_tool.store.begin() as session:
            add_answer(session, about, (3, 4, 5), web_tool.stored_secrets_key)
        do_daily(web_tool, web_tool.clock())
        if number == 5:
            break
    assert "20 November 2026 (overdue)" in text and "Overdue reviews 1" in text
    assert "I would recommend it to others. 5" in text


def test_the_json_of_a_template_is_about_it_alone_and_exact(annas_badge, join, web_tool, published):
    record_review(web_tool, published)
    ieva = join()
    found = ieva.get(f"{REVIEWS}/{published}/2026.json").json
    (template,) = found["templates"]
    assert template["template_id"] == published and template["awards"]["awarded"] == found["awards"] == 1
    (review,) = template["reviews"]
    assert review["findings"] == FOUND.answers and review["conclusion"] == "goes_on"
    assert "operator" not in str(found) and "Ieva" not in str(found)


def test_a_share_by_prior_learning_is_told(annas_badge, join, web_tool):
    with web_tool.store.begin() as session:
        session.query(Award).one().recognition = {"reference": "2026-1"}
    found = join().get(f"{REVIEWS}/2026.json").json
    assert (found["by_prior_learning"], found["prior_learning_share"]) == (1, 1.0)


def test_no_file_is_given_to_another_issuer_or_about_its_template(join, published, web_tool):
    other = add_another_issuer(web_tool)
    juris = join(issuer_id=other.id)
    theirs = "/operator/issuers/daugava-school/reviews"
    for kind in ("json", "pdf"):
        assert juris.get(f"{REVIEWS}/2026.{kind}").status_code == 404
        assert juris.get(f"{theirs}/{published}/2026.{kind}").status_code == 404
        assert juris.get(f"{theirs}/{other.template_id}/2026.{kind}").status_code == 200
        assert juris.get(f"{theirs}/{other.template_id}/1999.{kind}").status_code == 404
    assert "Data literacy" not in words(juris.get(f"{theirs}/2026.pdf"))
