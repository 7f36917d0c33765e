"""The reviews of an issuer's templates, and the report of a year."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import null

from lti_tool.feedback.daily import do_daily
from lti_tool.feedback.pools import About, add_answer
from lti_tool.store.models import Award, TemplateVersion
from tests.fixtures import add_another_issuer
from tests.lti_tool.web.conftest import text_of

REVIEWS = "/operator/issuers/riga-college/reviews"


@pytest.fixture
def review_by(web_tool, published):
    """Sets the day of the review of the published template."""

    def review_by(day):
        with web_tool.store.begin() as session:
            row = session.query(TemplateVersion).filter_by(template_id=published).one()
            row.body = row.body | {"review_date": day}

    return review_by


def report_of(somebody, year=2026):
    return somebody.get(f"{REVIEWS}/{year}.json").json


def test_an_overdue_review_is_marked_from_the_day_after_it_was_due(join, review_by, web_tool, published):
    ieva = join()
    review_by("2026-11-21")  # today
    page = text_of(ieva.get(REVIEWS))
    assert "21 November 2026" in page and "Overdue" not in page and report_of(ieva)["overdue_reviews"] == 0
    review_by("2026-11-20")
    page = text_of(ieva.get(REVIEWS))
    assert "1 review is overdue." in page and "20 November 2026 Overdue" in page
    report = report_of(ieva)
    assert report["overdue_reviews"] == 1 and report["templates"][0]["review_overdue"] is True
    with web_tool.store.begin() as session:
        session.query(TemplateVersion).filter_by(template_id=published).one().status = "retired"
    page = text_of(ieva.get(REVIEWS))
    assert "Retired" in page and "Overdue" not in page and report_of(ieva)["overdue_reviews"] == 0


def test_the_report_counts_the_awards_of_its_year_by_the_issuers_calendar(annas_badge, join, web_tool):
    ieva = join()
    with web_tool.store.read() as session:
        earned = session.query(Award).one().earned_at
    assert report_of(ieva)["awards"] == 1 and report_of(ieva, 2025)["awards"] == 0
    with web_tool.store.begin() as session:
        # In Riga it is already the first of January.
        session.query(Award).one().earned_at = earned.replace(month=12, day=31, hour=23)
    assert report_of(ieva)["awards"] == 0
    (template,) = report_of(ieva, 2027)["templates"]
    numbers = {"awarded": 1, "revoked_since": 0, "by_prior_learning": 0, "prior_learning_share": 0.0}
    assert template["awards"] == numbers
    assert template["versions_published"] == []
    assert report_of(ieva)["templates"][0]["versions_published"] == [{"version": 1, "day": "2026-11-21"}]


def test_the_report_has_feedback_only_as_far_as_it_may_be_shown(join, web_tool, published):
    ieva = join("auditor")
    about = About(issuer_id=web_tool.issuer.id, template_id=published, audience="claim")
    for expected in (0, 0, 0, 0, 5, 5):
        with web_tool.store.begin() as session:
            add_answer(session, about, (3, 4, 5), web_tool.stored_secrets_key)
        do_daily(web_tool, web_tool.clock())
        found = report_of(ieva)["templates"][0]["feedback_of_all_years"]
        assert found.get("claim", {"answers": 0})["answers"] == expected


@pytest.mark.parametrize("nothing", [None, null()])
def test_the_report_says_how_many_awards_recognise_prior_learning(annas_badge, join, web_tool, nothing):
    def numbers():
        (template,) = report_of(ieva)["templates"]
        return template["awards"]["by_prior_learning"]

    ieva = join()
    with web_tool.store.begin() as session:
        session.query(Award).one().recognition = nothing
    assert numbers() == 0
    with web_tool.store.begin() as session:
        session.query(Award).one().recognition = {"reference": "2026-1"}
    assert numbers() == 1


@pytest.mark.parametrize("year", ["0", "1999", "2200", "9999", "99999999999"])
def test_there_is_no_report_of_a_year_beyond_the_calendar(join, published, year):
    assert join().get(f"{REVIEWS}/{year}.json").status_code == 404


def test_drafts_and_templates_of_another_issuer_are_in_no_report(join, web_tool, published):
    other = add_another_issuer(web_tool)
    with web_tool.store.begin() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
        row = session.query(TemplateVersion).filter_by(template_id=published).one()
        row.published_at -= timedelta(days=400)
    juris = join(issuer_id=other.id)
    assert juris.get(REVIEWS).status_code == juris.get(f"{REVIEWS}/2026.json").status_code == 404
    theirs = juris.get(f"/operator/issuers/{slug}/reviews/2026.json").json
    assert published not in [each["template_id"] for each in theirs["templates"]]
    assert [each["template_id"] for each in report_of(join())["templates"]] == [published]


def test_a_template_that_cannot_be_read_any_more_keeps_back_no_report(join, review_by, web_tool, published):
    """Such as one with a code that a vocabulary of a later release has no more."""
    ieva = join()
    with web_tool.store.begin() as session:
        row = session.query(TemplateVersion).filter_by(template_id=published).one()
        row.body = row.body | {"type": "no longer known", "owner": "Quality office"}
    page = text_of(ieva.get(REVIEWS))
    assert "Data literacy" in page and "Quality office" in page
    (template,) = report_of(ieva)["templates"]
    assert (template["name"]["en"][:13], template["owner"]) == ("Data literacy", "Quality office")
    assert ieva.get(f"{REVIEWS}/2026.pdf").data.startswith(b"%PDF-")
