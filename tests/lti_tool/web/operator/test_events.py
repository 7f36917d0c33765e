"""Events on the pages of operators: found by act, person and day, in parts, and taken away as a file."""

from __future__ import annotations

import csv
import io

import pytest

from lti_tool.operators import accounts
from lti_tool.store import events
from lti_tool.store.models import Event
from lti_tool.web.operator.event_words import ACT_WORDS
from lti_tool.web.operator.events import PAGE_SIZE
from tests.fixtures import add_another_issuer, rows
from tests.lti_tool.store.test_events import ACTS, ELSEWHERE
from tests.lti_tool.web.conftest import text_of

EVENTS = "/operator/issuers/riga-college/events"


def record(tool, what, about_kind="award", about=1, actor=events.TOOL, issuer_id=None, **more):
    with tool.store.begin() as session:
        events.record(
            session,
            what,
            about_kind,
            about,
            tool.clock(),
            actor=actor,
            issuer_id=issuer_id or tool.issuer.id,
            **more,
        )


@pytest.fixture
def told(join, web_tool, clock):
    """An auditor, and some events of different people and days."""
    auditor = join("auditor")
    record(web_tool, "awarded_long_ago", actor=events.person(7))
    clock.advance(days=2)
    record(web_tool, "awarded", about=17, actor=events.person(77))
    record(web_tool, "erased", "person", 7, events.operator("root"), why="asked")
    auditor.sign_in()
    return auditor


def acts(page):
    text = text_of(page)
    return [what for what in ("awarded_long_ago", "awarded award:17", "erased person:7") if what in text]


def test_the_newest_come_first_with_what_there_is_to_know(told):
    text = text_of(told.get(EVENTS))
    assert text.index("erased person:7") < text.index("awarded award:17") < text.rindex("awarded_long_ago")
    assert "Somebody’s data was erased" in text and "root at the command line" in text
    assert "erased person:7 (asked)" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("what=erased", ["erased person:7"]),
        ("person=7", ["awarded_long_ago", "erased person:7"]),
        ("person=77", ["awarded award:17"]),
        ("since=2026-11-22", ["awarded award:17", "erased person:7"]),
        ("until=2026-11-22", ["awarded_long_ago"]),
        ("what=erased&person=77", []),
        (
            "person=x&since=yesterday&until=0001-01-01&what=%27",
            ["awarded_long_ago", "awarded award:17", "erased person:7"],
        ),
        (
            "person=99999999999999&since=9999-12-31&before=-1",
            ["awarded_long_ago", "awarded award:17", "erased person:7"],
        ),
    ],
)
def test_they_are_found_by_act_person_and_day(told, query, found):
    assert acts(told.get(f"{EVENTS}?{query}")) == found


def test_a_long_list_comes_in_parts(told, web_tool):
    for number in range(1, PAGE_SIZE + 1):
        record(web_tool, "issued", about=number)
    first = told.get(f"{EVENTS}?what=issued")
    assert "Older events" not in first.text
    record(web_tool, "issued", about=PAGE_SIZE + 1)
    first = told.get(f"{EVENTS}?what=issued")
    assert "Older events" in first.text and "award:51" in first.text
    last = min(row.id for row in rows(web_tool, Event) if row.what == "issued") + 1
    older = text_of(told.get(f"{EVENTS}?what=issued&before={last}"))
    assert "award:1 " in older and "award:2 " not in older


def table(page):
    return list(csv.reader(io.StringIO(page.text.removeprefix("\ufeff"))))


def test_a_file_has_what_was_found_and_no_formula(told, web_tool):
    record(web_tool, "revoked", "award", "=1+1", data={"x": 1})
    page = told.press(EVENTS, f"{EVENTS}/csv", what="revoked")
    assert page.mimetype == "text/csv" and page.headers["Cache-Control"] == "private, no-store"
    heading, row = table(page)
    assert heading == ["id", "at", "actor", "what", "about", "why", "data"]
    assert row[2:] == ["tool", "revoked", "award:=1+1", "", '{"x": 1}']
    (event,) = [row for row in rows(web_tool, Event) if row.what == "exported"]
    assert (event.actor, event.why, event.data) == ("account:1", "events", {"rows": 1})


def test_a_cell_that_would_be_a_formula_is_none(told, web_tool):
    record(web_tool, "revoked", "=cmd", "", actor=events.Actor(kind="person", id="7"))
    _heading, row = table(told.press(EVENTS, f"{EVENTS}/csv", what="revoked"))
    assert row[4] == "'=cmd"


def test_nothing_of_another_issuer_is_told(told, join, web_tool):
    other = add_another_issuer(web_tool)
    record(web_tool, "secret_act", issuer_id=other.id)
    with web_tool.store.begin() as session:
        events.record(session, "shared_act", "tool", "", web_tool.clock())
    page = told.get(EVENTS).text + told.press(EVENTS, f"{EVENTS}/csv").text
    assert "secret_act" not in page and "shared_act" not in page
    juris = join(issuer_id=other.id)
    with web_tool.store.read() as session:
        slug = web_tool.issuers.of(session, other.id).profile.slug
    theirs = juris.get(f"/operator/issuers/{slug}/events").text
    assert "secret_act" in theirs and "awarded_long_ago" not in theirs


def test_an_act_of_an_operator_is_found_by_their_number(told, web_tool, clock):
    record(web_tool, "awarded", actor=events.operator("account:1"))
    assert "operator 1" in text_of(told.get(EVENTS))


def test_each_act_has_words():
    walked = {what for _, _, expected in ACTS for what in expected} | ELSEWHERE
    assert ACT_WORDS.keys() == walked | {"role_given", "role_taken"}


@pytest.mark.parametrize(
    ("actor", "words"),
    [
        (events.TOOL, "Nozimite itself"),
        (events.UNKNOWN, "a visitor whom nobody has named"),
        (events.person(7), "person 7"),
        (events.approver(3), "whoever answered approval 3"),
        (events.operator("root"), "root at the command line"),
        (accounts.actor_of(5), "operator 5"),
    ],
)
def test_who_acted_is_said_in_words(told, web_tool, actor, words):
    record(web_tool, "revoked", actor=actor)
    assert words in text_of(told.get(f"{EVENTS}?what=revoked"))
