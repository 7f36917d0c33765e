"""A review is recorded once, by what was seen; a next version does not lose it, and no other issuer has a part."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lti_tool.errors import NotFoundError, ReviewError
from lti_tool.review_dates.standing import standing_of
from lti_tool.reviews import recording
from lti_tool.reviews.questions import LONGEST_ANSWER, question_codes
from lti_tool.reviews.recording import Findings
from lti_tool.store import queries
from lti_tool.store.models import Event, OperatorRow, TemplateReview, TemplateVersion
from lti_tool.templates import versions
from tests.fixtures import add_another_issuer, change_issuer, publish, template_data

YEARLY = {"review_months": 12}
FOUND = Findings(
    conclusion="goes_on",
    answers={"achieving": "All of them passed.", "no-gaps": "None was found."},
    overlap="none",
    next_day=date(2027, 11, 1),
    after=0,
)


@pytest.fixture
def reviewer(tool):
    with tool.store.begin() as session:
        row = OperatorRow(handle="reviewer", name="Ieva Kalniņa", created_at=tool.clock())
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def badge(tool):
    return publish(tool)


@pytest.fixture
def record(tool, badge, reviewer):
    """A function that records a review of the badge, of whichever issuer."""

    def record(findings=FOUND, issuer=None, now=None):
        with tool.store.begin() as session:
            by = issuer or tool.issuer
            row = recording.record(session, by, badge, findings, now or tool.clock(), reviewer)
            session.flush()
            session.expunge(row)
            return row

    return record


def standing(tool, badge):
    with tool.store.read() as session:
        row = queries.templates.newest_published(session, badge)
        issuer = tool.issuers.first(session).profile
        return standing_of(session, row, issuer, issuer.day_of(tool.clock()))


def test_a_review_is_kept_with_the_version_the_day_and_the_numbers_it_looked_at(record, tool, badge):
    row = record()
    assert (row.version, row.number, row.day, row.next_day) == (1, 1, "2026-11-21", "2027-11-01")
    assert row.answers == FOUND.answers and row.overlap == "none"
    none = {"awarded": 0, "revoked_since": 0, "by_prior_learning": 0, "prior_learning_share": None}
    assert row.numbers == {"since_last_review": none, "ever": none, "endorsed_by": 0, "feedback": {}}
    with tool.store.read() as session:
        event = session.query(Event).filter_by(what="template_reviewed").one()
        assert (event.about, event.why, event.issuer_id) == (badge, "goes_on", tool.issuer.id)
        assert event.data == {"version": 1, "review": 1}
        assert event.actor_kind == "operator"


def test_the_next_one_is_due_as_the_review_says_also_of_a_next_version(record, tool, badge):
    record()
    assert standing(tool, badge).due == date(2027, 11, 1)
    with tool.store.begin() as session:
        row = versions.next_version(session, versions.find(session, badge), tool.clock())
        data = template_data() | {"review_date": "2047-09-01"}
        versions.save_draft(row, data, tool.clock())
        versions.publish(row, tool.issuer.profile, tool.clock())
    assert standing(tool, badge).due == date(2027, 11, 1)


def test_a_second_review_needs_to_have_seen_the_first(record):
    record()
    with pytest.raises(ReviewError) as refused:
        record()
    assert refused.value.code == "meanwhile"
    assert record(replace(FOUND, after=1, conclusion="retire")).number == 2


def test_of_two_at_once_one_is_recorded(record, tool, badge):
    def attempt(_number):
        try:
            return record().number
        except ReviewError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        found = sorted(map(str, pool.map(attempt, range(4))))
    assert found == ["1", "meanwhile", "meanwhile", "meanwhile"]
    with tool.store.read() as session:
        assert session.query(TemplateReview).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"conclusion": ""}, "conclusion"),
        ({"conclusion": "GOES_ON"}, "conclusion"),
        ({"answers": {}}, "findings"),
        ({"answers": {"achieving": ""}}, "findings"),
        ({"answers": {"something else": "x"}}, "findings"),
        ({"answers": {"achieving": "x" * (LONGEST_ANSWER + 1)}}, "too_long"),
        ({"overlap": "not chosen"}, "overlap"),
        ({"next_day": date.min}, "next_day"),
        ({"next_day": date(2026, 11, 21)}, "next_day"),
        ({"next_day": date(2031, 11, 22)}, "next_day"),
        ({"next_day": date.max}, "next_day"),
        ({"after": 1}, "meanwhile"),
        ({"after": -1}, "meanwhile"),
    ],
)
def test_what_is_no_review_is_refused_and_leaves_nothing(record, tool, changes, code):
    with pytest.raises(ReviewError) as refused:
        record(replace(FOUND, **changes))
    assert refused.value.code == code
    with tool.store.read() as session:
        assert session.query(TemplateReview).count() == 0
        assert session.query(Event).filter_by(what="template_reviewed").count() == 0


def test_a_review_puts_the_next_one_off_no_longer_than_the_issuer_says(record, tool):
    change_issuer(tool, quality=YEARLY)
    with tool.store.read() as session:
        issuer = tool.issuers.first(session)
    with pytest.raises(ReviewError) as refused:
        record(replace(FOUND, next_day=date(2027, 11, 22)), issuer)
    assert refused.value.latest == date(2027, 11, 21)
    assert record(replace(FOUND, next_day=date(2027, 11, 21)), issuer).number == 1


def test_another_issuer_records_nothing_about_a_template_that_is_not_its_own(record, tool, badge):
    other = add_another_issuer(tool)
    with tool.store.read() as session:
        theirs = tool.issuers.of(session, other.id)
    with pytest.raises(NotFoundError):
        record(issuer=theirs)
    with tool.store.read() as session:
        assert session.query(TemplateReview).count() == 0


def test_a_draft_is_not_reviewed(tool, reviewer):
    with tool.store.begin() as session:
        draft = versions.add(session, template_data(), tool.clock()).template_id
    with pytest.raises(NotFoundError), tool.store.begin() as session:
        recording.record(session, tool.issuer, draft, FOUND, tool.clock(), reviewer)


def test_what_is_retired_can_be_reviewed_before_it_is_offered_again(record, tool, badge):
    with tool.store.begin() as session:
        versions.retire(session.query(TemplateVersion).filter_by(template_id=badge).one(), tool.clock())
    assert record().version == 1


def test_each_question_is_a_heading_of_the_framework():
    assert question_codes() == ("achieving", "structure", "capability", "requirements", "no-gaps")


def test_a_review_of_yesterday_counts_from_then(record, tool, badge):
    change_issuer(tool, quality=YEARLY)
    record(replace(FOUND, next_day=date(2027, 1, 1)), now=tool.clock() - timedelta(days=1))
    assert standing(tool, badge).due == date(2027, 1, 1)
