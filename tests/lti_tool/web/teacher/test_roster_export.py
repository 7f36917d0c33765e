"""The list of everybody about a badge as a file: as it is limited and searched, and harmless to a spreadsheet."""

import csv
import io

import pytest

from lti_tool.store.models import Award, CredentialRow, Event, Person
from tests.fixtures import ANNA, JANIS, TOMS, ZANE
from tests.lti_tool.web.conftest import CLAIM, TOOL, hidden
from tests.many_learners import FIRST, multiply


@pytest.fixture
def exported(act, course_rule):
    """The rows of the file, the heading first."""

    def exported(**form):
        answer = act(
            f"rules/{course_rule}/people/csv",
            roster=course_rule,
            **{f"roster_{name}": value for name, value in form.items()},
        )
        assert answer.status_code == 200 and answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        assert answer.data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))

    return exported


def test_the_file_has_everybody_with_state_dates_address_and_reason(annas_badge, exported, web_tool):
    with web_tool.store.begin() as session:
        session.query(CredentialRow).one().valid_until = (
            session.query(Award).one().earned_at.replace(year=2029)
        )
    heading, *rows = exported(order="name")
    assert heading == [
        "Learner",
        "E-mail address",
        "Status",
        "Date",
        "Valid until",
        "Web address of the badge",
        "Why",
    ]
    anna, *others = rows
    assert anna[:3] == [ANNA.name, ANNA.email, "Issued"]
    assert anna[3:5] == ["2026-11-21", "2029-11-21"] and anna[5] == f"{TOOL}/badges/{annas_badge}"
    assert anna[6].startswith("Completed between 21 November 2026") and "<" not in anna[6]
    assert [(row[0], row[2], row[3:6]) for row in others if row[0] == TOMS.name] == [
        (TOMS.name, "Waits for you", ["", "", ""])
    ]


def test_the_file_is_the_whole_of_what_is_found_and_no_more(annas_badge, exported, web_tool):
    multiply(web_tool, range(60))
    _heading, *rows = exported(find="learner", show="have", page="2")
    assert len(rows) == 60 and {row[2] for row in rows} == {"Issued"}


def test_a_revoked_badge_says_why(act, annas_badge, exported):
    act("awards/1/revoke", confirmed="yes", reason="Written by another person")
    (row,) = exported(show="ended")[1:]
    assert row[2] == "Revoked" and row[6].endswith("Written by another person")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_name_that_is_a_formula_is_a_text_to_a_spreadsheet(annas_badge, exported, web_tool, name):
    multiply(web_tool, range(1))
    with web_tool.store.begin() as session:
        session.get_one(Person, FIRST).name = name
    (row,) = exported(find="learner10000@")[1:]
    assert row[0] == f"'{name}"


def test_that_it_was_taken_away_is_recorded_without_names(annas_badge, exported, course_rule, web_tool):
    exported()
    with web_tool.store.read() as session:
        (event,) = session.query(Event).filter_by(what="exported")
        assert (event.about_kind, event.about, event.why) == ("rule", str(course_rule), "roster")
        assert event.actor_kind == "person" and event.data == {"rows": 3}


def test_a_learner_and_a_teacher_of_another_course_get_no_file(
    school, browser, annas_badge, course_rule, web_tool
):
    elsewhere = school.launch(ZANE, **{CLAIM + "context": {"id": "43", "title": "x"}})
    for page, status in ((school.launch(JANIS), 403), (elsewhere, 404)):
        form = {"_launch": hidden(page, "_launch")}
        answer = browser.post(f"/lti/app/rules/{course_rule}/people/csv", data=form)
        assert answer.status_code == status and "Anna" not in answer.text
    with web_tool.store.read() as session:
        assert session.query(Event).filter_by(what="exported").count() == 0
