"""When a template is to be reviewed: its own day before the interval that it or its issuer states."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from badges.issuer import IssuerProfile
from badges.template.declarations import Declarations
from badges.template.model import read_template
from lti_tool.reviews.due import review_due
from tests.fixtures import template_data

ISSUER = IssuerProfile(id="https://localhost", slug="", name="")
YEARLY = replace(ISSUER, quality=Declarations(review_months=12))
PUBLISHED = date(2026, 1, 31)


@pytest.fixture
def template():
    found = read_template(template_data())
    return replace(found, review_date=None, quality=replace(found.quality, review_months=None))


def test_nothing_is_due_where_nothing_says_when(template):
    assert review_due(template, ISSUER, PUBLISHED) is None


def test_the_templates_own_day_precedes_any_interval(template):
    own = replace(template, review_date=date(2026, 5, 1))
    assert review_due(own, YEARLY, PUBLISHED) == date(2026, 5, 1)


@pytest.mark.parametrize(
    ("months", "due"),
    [
        (1, date(2026, 2, 28)),
        (11, date(2026, 12, 31)),
        (12, date(2027, 1, 31)),
        (25, date(2028, 2, 29)),
        (1200, date(2126, 1, 31)),
    ],
)
def test_else_it_is_so_many_months_after_the_publication(template, months, due):
    stated = replace(template, quality=Declarations(review_months=months))
    assert review_due(stated, YEARLY, PUBLISHED) == due
    assert review_due(template, YEARLY, PUBLISHED) == date(2027, 1, 31)


def test_an_interval_beyond_the_calendar_ends_with_it(template):
    far = replace(template, quality=Declarations(review_months=1200))
    assert review_due(far, ISSUER, date(9990, 1, 1)) == date.max
