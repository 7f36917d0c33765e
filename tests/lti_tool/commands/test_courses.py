"""`courses list` and `show`: how completions are learned in a course, as an operator types it."""

from __future__ import annotations

import pytest

from lti_tool.awarding import looks
from lti_tool.errors import PlatformError
from lti_tool.store.models import Course
from tests.fixtures import make_rule
from tests.lti_tool.commands.test_commands import environment, run

__all__ = ["environment", "run"]


@pytest.fixture
def course_id(environment, tool, platform, published):
    """A course with a restricted link, looked at once with an answer and once without."""
    make_rule(tool, published, {"condition": "link_opened_to_them"})
    with tool.store.read() as session:
        (course,) = session.query(Course)
    assert looks.look(tool.store, platform, course.id, tool.clock()) is None
    platform.trouble = PlatformError("the platform answered with a web page instead of data")
    assert looks.look(tool.store, platform, course.id, tool.clock.advance(minutes=10)) is not None
    return course.id


def test_courses_are_listed_and_their_sources_shown_with_how_they_answered_last(run, course_id):
    assert run("courses", "list") == (0, f"{course_id}\t1\t42\tData Literacy Fundamentals\n", "")
    code, output, error = run("courses", "show", str(course_id))
    assert (code, error) == (0, "")
    title, *sources = output.strip().split("\n\n")
    assert title == "Data Literacy Fundamentals (42) on platform 1"
    told = {lines[0].partition(":")[0]: lines for lines in (source.splitlines() for source in sources)}
    plugin, lists = told["Nozimite plugin in Moodle"], told["Lists of members"]
    assert plugin[0] == "Nozimite plugin in Moodle: not open"
    assert plugin[-1].startswith("  to open it: Ask your Moodle administrator")
    assert lists[0] == "Lists of members: in use, recommended"
    assert lists[2].startswith("  last answer   2026-") and "members 4" in lists[2]
    assert lists[3].endswith("  the platform answered with a web page instead of data")
    assert [line.startswith("  cannot see: ") for line in lists[4:]] == [True] * 3
    states = {name: lines[0].partition(": ")[2] for name, lines in told.items()}
    assert states["The badge's own grade column"] == "open"
    assert states["Openings"] == states["Your own word"] == "in use"


def test_a_course_that_is_not_there_is_said_in_a_sentence(run, environment):
    code, output, error = run("courses", "show", "7")
    assert (code, output) == (2, "")
    assert "there is no course 7: see `courses list`" in error
