"""What reviews have found counts in quality frameworks, as long as the next review is not overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from badges.quality.evaluation import evaluate
from badges.template.model import stored_template
from lti_tool.reviews.questions import question_codes
from lti_tool.store.models import TemplateVersion
from lti_tool.templates import versions
from lti_tool.templates.seen_facts import seen_facts
from tests.fixtures import add_another_issuer, change_issuer, publish, template_data
from tests.reviews import FOUND, make_overdue, record_review

EVERY = dict.fromkeys(question_codes(), "Found and written down.")


@pytest.fixture
def badge(tool):
    return publish(tool, review_date=None, quality=template_data()["quality"] | {"review_months": 12})


def outcomes(tool, status="published"):
    with tool.store.read() as session:
        row = session.query(TemplateVersion).filter_by(status=status).order_by(TemplateVersion.id).first()
        issuer = tool.issuers.of(session, row.issuer_id).profile
        template, today = stored_template(row.body), issuer.day_of(tool.clock())
        seen = seen_facts(row, template, issuer, today)
        report = evaluate("nzqa", template, issuer, today, seen)
        return {verdict.rule.code: verdict.outcome for verdict in report.verdicts}


def test_what_is_declared_is_met_once_a_review_is_recorded(tool, badge):
    before = outcomes(tool)
    assert before["annual-review"] == "declared" and before["review-to-come"] == "pass"
    assert (before["no-duplicate"], before["self-assessment"]) == ("fail", "fail")
    assert before["achieving"] == "declaration_missing"
    record_review(tool, badge, replace(FOUND, answers=EVERY))
    after = outcomes(tool)
    reviewed = ("annual-review", "no-duplicate", "self-assessment", "review-to-come", *question_codes())
    assert {after[code] for code in reviewed} == {"pass"}


def test_only_the_questions_that_were_answered_count(tool, badge):
    record_review(tool, badge, replace(FOUND, overlap="some"))
    found = outcomes(tool)
    assert (found["achieving"], found["no-gaps"], found["structure"]) == (
        "pass",
        "pass",
        "declaration_missing",
    )
    assert found["self-assessment"] == "fail" and found["no-duplicate"] == "fail"


def test_a_review_of_which_the_next_is_overdue_says_nothing_any_more(tool, badge, clock):
    record_review(tool, badge, replace(FOUND, answers=EVERY))
    clock.advance(days=345)
    assert outcomes(tool)["annual-review"] == "pass"
    clock.advance(days=1)
    found = outcomes(tool)
    assert found["review-to-come"] == "fail" and found["annual-review"] == "declared"
    assert found["self-assessment"] == "fail" and found["no-duplicate"] == "fail"


def test_reviews_further_apart_than_a_year_are_not_yearly_whatever_is_said(tool):
    badge = publish(tool, review_date=None)
    record_review(tool, badge, replace(FOUND, next_day=date(2028, 11, 21)))
    assert outcomes(tool)["annual-review"] == "fail"
    record_review(tool, badge, replace(FOUND, next_day=date(2027, 11, 21), after=1))
    assert outcomes(tool)["annual-review"] == "pass"


def test_a_next_version_has_what_the_review_of_the_last_one_found(tool, badge):
    record_review(tool, badge, replace(FOUND, answers=EVERY))
    with tool.store.begin() as session:
        versions.next_version(session, versions.find(session, badge), tool.clock())
    assert outcomes(tool, "draft")["self-assessment"] == "pass"


def test_a_draft_is_not_kept_back_by_a_framework_where_its_issuer_lets_nothing_stop(tool, badge):
    make_overdue(tool, badge)
    change_issuer(tool, demands=["eu_annex_2"])
    assert outcomes(tool)["review-to-come"] == "fail"
    with tool.store.begin() as session:
        row = versions.next_version(session, versions.find(session, badge), tool.clock())
        versions.save_draft(row, row.body | {"review_date": "2027-01-01"}, tool.clock())
    assert outcomes(tool, "draft")["review-to-come"] == "pass"


def test_a_draft_that_was_never_published_has_only_what_it_declares(tool):
    with tool.store.begin() as session:
        versions.add(session, template_data(), tool.clock())
    assert outcomes(tool, "draft")["self-assessment"] == "fail"


def test_a_review_of_another_issuers_template_says_nothing_of_this_one(tool, badge):
    other = add_another_issuer(tool)
    record_review(tool, other.template_id, replace(FOUND, answers=EVERY), other.id)
    assert outcomes(tool)["self-assessment"] == "fail"
