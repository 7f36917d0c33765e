"""When a template is to be reviewed: the earliest day that the last review, the version or the interval names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from badges.issuer import IssuerProfile
from badges.template.declarations import Declarations
from badges.template.model import read_template
from lti_tool.review_dates.due import ReviewDates, ReviewTerms, months_between, review_due, review_terms
from tests.fixtures import template_data

ISSUER = IssuerProfile(id="https://localhost", slug="", name="")
YEARLY = replace(ISSUER, quality=Declarations(review_months=12))
PUBLISHED = ReviewDates(first_published=date(2026, 1, 31))
REVIEWED = replace(PUBLISHED, reviewed=date(2026, 6, 1), next_day=date(2027, 3, 1))
NOTHING_SAID = ReviewTerms(day=None, months=None)


@pytest.fixture
def template():
    found = read_template(template_data())
    return replace(found, review_date=None, quality=replace(found.quality, review_months=None))


def due(template, issuer, dates=PUBLISHED):
    return review_due(review_terms(template, issuer), dates)


def test_nothing_is_due_where_nothing_says_when(template):
    assert due(template, ISSUER) is None


def test_of_its_own_day_and_the_interval_the_earlier_counts(template):
    own = replace(template, review_date=date(2026, 5, 1))
    assert due(own, YEARLY) == date(2026, 5, 1)
    assert due(replace(own, review_date=date(2047, 9, 1)), YEARLY) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("months", "day"),
    [
        (1, date(2026, 2, 28)),
        (11, date(2026, 12, 31)),
        (12, date(2027, 1, 31)),
        (25, date(2028, 2, 29)),
        (1200, date(2126, 1, 31)),
    ],
)
def test_else_it_is_so_many_months_after_the_first_publication(template, months, day):
    stated = replace(template, quality=Declarations(review_months=months))
    assert due(stated, YEARLY) == day
    assert due(template, YEARLY) == date(2027, 1, 31)


def test_an_interval_beyond_the_calendar_ends_with_it(template):
    far = replace(template, quality=Declarations(review_months=1200))
    assert due(far, ISSUER, ReviewDates(first_published=date(9990, 1, 1))) == date.max


def test_the_last_review_says_when_the_next_one_is_due():
    assert review_due(NOTHING_SAID, REVIEWED) == date(2027, 3, 1)


def test_a_review_puts_none_off_beyond_the_interval():
    far = replace(REVIEWED, next_day=date(2040, 1, 1))
    assert review_due(ReviewTerms(day=None, months=12), far) == date(2027, 6, 1)


def test_the_day_of_a_version_that_was_reviewed_since_is_over():
    assert review_due(ReviewTerms(day=date(2026, 5, 1), months=None), REVIEWED) == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("own", "day"), [(date(2026, 12, 1), date(2026, 12, 1)), (date(2047, 9, 1), date(2027, 3, 1))]
)
def test_a_version_after_the_review_may_ask_for_an_earlier_one_and_puts_none_off(own, day):
    newer = replace(REVIEWED, is_newer=True)
    assert review_due(ReviewTerms(day=own, months=None), newer) == day


@pytest.mark.parametrize(
    ("later", "months"),
    [
        (date(2026, 1, 31), 0),
        (date(2026, 2, 1), 1),
        (date(2026, 2, 28), 1),
        (date(2026, 3, 1), 2),
        (date(2027, 1, 31), 12),
        (date(2027, 2, 1), 13),
    ],
)
def test_a_month_that_has_begun_counts(later, months):
    assert months_between(date(2026, 1, 31), later) == months
