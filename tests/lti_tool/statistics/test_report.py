"""The report of a year: its numbers are those of the database, and it is made once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from lti_tool.errors import NotFoundError
from lti_tool.people import addresses
from lti_tool.statistics.report import closed_years, make, read_report
from lti_tool.store import queries
from lti_tool.store.events import operator, person
from lti_tool.store.models import Award, Event
from tests.at_once import all_at_once
from tests.fixtures import add_another_issuer, rows
from tests.many_awards import add_kind, add_people, award

ROOT = operator("root")
LAST_YEAR = datetime(2025, 6, 1, 12, tzinfo=UTC)
LEVEL_5 = {"level": {"framework": "EQF", "value": 5}, "lki_level": None}


def made(tool, year=2025, issuer=None):
    with tool.store.begin() as session:
        return read_report(make(session, issuer or tool.issuer, year, tool.clock(), ROOT).body)


@pytest.fixture
def filled(tool_on_any_database):
    """A tool with awards of different kinds, people and years, and the people."""
    tool = tool_on_any_database
    people = add_people(tool, 40)
    at_5 = add_kind(tool, isced_f="0613", learning_setting="formal", **LEVEL_5)
    at_none = add_kind(
        tool, level="not-applicable", lki_level=None, isced_f=None, learning_setting="nonFormal"
    )
    recognised = add_kind(
        tool,
        tree=json.dumps({"all": [{"condition": "prior_learning_recognised", "template": "x"}]}),
        isced_f="0613",
        learning_setting="formal",
        **LEVEL_5,
    )
    award(tool, at_5, people[:20], LAST_YEAR)
    award(tool, at_5, people[20:26], LAST_YEAR, "revoked")
    award(tool, at_none, people[:9], LAST_YEAR)
    award(tool, recognised, people[26:36], LAST_YEAR)
    # Of the years beside it, by the calendar of Riga.
    award(tool, at_5, people[36:38], datetime(2024, 12, 31, 21, 59, 59, tzinfo=UTC))
    award(tool, at_5, people[38:40], datetime(2025, 12, 31, 22, tzinfo=UTC))
    return tool, people


def test_its_numbers_are_those_of_the_database(filled):
    tool, _ = filled
    report = made(tool)
    with tool.store.read() as session:
        counted = "SELECT count(*) FROM award WHERE earned_at BETWEEN '2025-01-02' AND '2025-12-30'"
        assert report.total == session.execute(text(counted)).scalar() == 45
        revoked = session.execute(text(f"{counted} AND status = 'revoked'")).scalar()
    tables = {name: list(table.rows) for name, table in report.tables.items() if table}
    assert tables == {
        "level": [("5", 36), ("none", 9)],
        "field": [("06", 36), ("none", 9)],
        "way": [("course", 35), ("prior_learning", 10)],
        "setting": [("formal", 36), ("nonFormal", 9)],
        "standing": [("revoked", revoked), ("standing", 39)],
    }
    assert all(table.together is None for table in report.tables.values())


def test_it_is_made_once_whatever_happens_later(filled):
    tool, people = filled
    before = made(tool)
    with tool.store.begin() as session:
        for row in session.query(Award).filter(Award.person_id.in_(people[:3])):
            row.status = "revoked"
        session.query(Award).filter_by(person_id=people[5]).delete()
    assert made(tool) == before
    assert [row.what for row in rows(tool, Event) if row.what == "statistics_made"] == ["statistics_made"]


def test_two_who_ask_at_once_get_the_same(filled):
    tool, _ = filled
    first, second = all_at_once(lambda: made(tool), lambda: made(tool))
    assert first == second
    assert len([row for row in rows(tool, Event) if row.what == "statistics_made"]) == 1


def test_of_fewer_than_five_people_nothing_is_told(tool):
    kind = add_kind(tool)
    people = add_people(tool, 4)
    for month in (3, 4, 5):
        award(tool, kind, people, LAST_YEAR.replace(month=month), "revoked")
    report = made(tool)
    assert report.total is None and not any(report.tables.values())


def test_somebody_with_two_accounts_is_one_person(tool):
    people = add_people(tool, 5)
    award(tool, add_kind(tool), people, LAST_YEAR)
    with tool.store.begin() as session:
        for each in people[:2]:
            addresses.save_proof(session, each, "anna@home.example", tool.clock(), person(each))
    assert made(tool).total is None


@pytest.mark.parametrize(
    ("now", "years"),
    [
        (datetime(2025, 12, 31, 12, tzinfo=UTC), [2024]),
        # An award of the last second is stored a moment later.
        (datetime(2026, 1, 1, 12, tzinfo=UTC), [2024]),
        (datetime(2026, 1, 1, 22, tzinfo=UTC), [2025, 2024]),
        (datetime(2027, 1, 5, tzinfo=UTC), [2026, 2025, 2024]),
    ],
)
def test_a_year_has_to_have_ended(filled, now, years):
    tool, _ = filled
    with tool.store.read() as session:
        assert list(closed_years(session, tool.issuer, now)) == years


@pytest.mark.parametrize("year", [2026, 2023, 0, -1, 10**12])
def test_of_no_other_year_there_is_a_report(filled, year):
    tool, _ = filled
    with pytest.raises(NotFoundError):
        made(tool, year)


def test_nothing_of_another_issuer_is_counted(filled):
    tool, people = filled
    other = add_another_issuer(tool)
    award(tool, add_kind(tool, other.id), people[:7], LAST_YEAR)
    with tool.store.read() as session:
        theirs = tool.issuers.of(session, other.id)
    assert made(tool, issuer=theirs).total == 7
    assert made(tool).total == 45
    with tool.store.read() as session:
        assert [row.issuer_id for row in queries.statistics.reports(session, other.id)] == [other.id]
