"""`courses list`, `show` and `import`: how completions are learned in a course, as an operator types it."""

from __future__ import annotations

import pytest

from lti_tool.awarding import looks
from lti_tool.errors import PlatformError
from lti_tool.observations import COURSE_COMPLETED
from lti_tool.store.models import Course, ObservationRow
from tests.fixtures import ANNA, ZANE, make_rule, rows, run_due_jobs, run_job
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


@pytest.fixture
def list_file(tmp_path, tool, platform, course_id, clock):
    """A list of Anna, of nobody, and of Zane, whom the platform's list has as a teacher."""
    platform.trouble = None
    assert looks.look(tool.store, platform, course_id, clock.advance(minutes=10)) is None
    file = tmp_path / "list.csv"
    file.write_text(
        f"email;date\n{ANNA.email};2026-11-01\nnobody@example.org;2026-11-01\n{ZANE.email};2026-11-01\n",
        encoding="utf-8",
    )
    return str(file)


def completions(tool):
    return [row for row in rows(tool, ObservationRow) if row.kind == COURSE_COMPLETED]


def test_a_list_is_shown_row_by_row_and_taken_when_that_is_asked_for(run, tool, course_id, list_file):
    code, output, error = run("courses", "import", str(course_id), list_file)
    assert code == 1
    assert output.splitlines() == [
        "line 3\tNobody whom your learning platform has shown to Nozimite has this address, username or id.",
        "line 4\tThe person teaches, or has taught, in this course.",
        "1 can be taken, 0 were listed before, 2 cannot be taken",
    ]
    assert "Nothing has happened yet." in error
    run_due_jobs(tool)
    assert completions(tool) == []
    assert run("courses", "import", str(course_id), list_file, "--take")[0] == 1
    # The command has the time of the machine, and its job is due then.
    run_job(tool, f"import-{course_id}")
    (row,) = completions(tool)
    assert (row.source, row.actor_id) == ("csv", None)
    assert "0 can be taken, 1 were listed before" in run("courses", "import", str(course_id), list_file)[1]


def test_a_file_that_is_no_list_is_said_in_a_sentence(run, course_id, tmp_path):
    file = tmp_path / "no.csv"
    code, output, error = run("courses", "import", str(course_id), str(file))
    assert (code, output) == (2, "") and "cannot be read" in error
    file.write_text("name\nAnna\n", encoding="utf-8")
    code, output, error = run("courses", "import", str(course_id), str(file))
    assert (code, output) == (2, "") and "has to name the columns" in error
    assert run("courses", "import", "99", str(file))[0] == 2
