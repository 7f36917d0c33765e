"""What an issuer's file says of reviews: nothing stops unless it says so, and no address is taken that is none."""

from __future__ import annotations

import pytest

from badges.errors import TemplateError
from badges.issuer import read_issuer
from badges.review_policy import ReviewPolicy

URL = "https://localhost"


def policy(table):
    return read_issuer({"slug": "a", "name": "A", "reviews": table}, URL).reviews


def test_nothing_is_stopped_and_nobody_named_unless_the_file_says_so():
    assert read_issuer({"slug": "a", "name": "A"}, URL).reviews == ReviewPolicy()
    assert policy({}) == ReviewPolicy(overdue_stops=False, remind=())


def test_what_it_says_is_read_each_address_once():
    found = policy({"overdue_stops": True, "remind": ["q@a.example", "Q@A.example", "r@a.example"]})
    assert found == ReviewPolicy(overdue_stops=True, remind=("Q@A.example", "r@a.example"))


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"overdue_stops": "yes"}, ("/reviews/overdue_stops", "not_yes_or_no")),
        ({"overdue_stops": 1}, ("/reviews/overdue_stops", "not_yes_or_no")),
        ({"remind": ["nobody"]}, ("/reviews/remind/0", "not_an_email")),
        ({"remind": ["a@b.example\nBcc: c@d.example"]}, ("/reviews/remind/0", "not_an_email")),
        ({"remind": [None]}, ("/reviews/remind/0", "required")),
        ({"remind": "a@b.example"}, ("/reviews/remind", "not_a_list")),
        ({"stops": True}, ("/reviews/stops", "unknown_field")),
        ([], ("/reviews", "not_an_object")),
        ("x", ("/reviews", "not_an_object")),
    ],
)
def test_what_cannot_be_used_is_named_by_its_place(table, problem):
    with pytest.raises(TemplateError) as refused:
        policy(table)
    assert refused.value.problems == (problem,)
