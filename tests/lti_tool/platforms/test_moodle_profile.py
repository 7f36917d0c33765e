"""The plugin for Moodle on a profile: whoever is a learner finds their own badges there, and nobody else's.

The plugin's code runs in PHP, its queries in a database with Moodle's tables.
`moodle_profile.php` stands for Moodle itself.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lti_tool.platforms.moodle_plugin_archive import FOLDER

MOODLE = Path(__file__).with_name("moodle_profile.php")
ANNA, TEACHER = 7, 8
COURSE, OTHER_COURSE = 20, 21
NOZIMITE, SECOND, FOREIGN = 1, 2, 3
ASKS = "context_history=$Context.id.history\ncompletions=$Nozimite.completions.url"
PROFILE = "/user/profile.php"

#: The columns that are read, with the types of Moodle's db/install.xml.
TABLES = """
create table course (id integer, visible integer);
create table context (id integer, contextlevel integer, instanceid integer);
create table enrol (id integer, courseid integer);
create table user_enrolments (enrolid integer, userid integer, status integer);
create table lti (id integer, course integer, typeid integer);
create table course_modules (id integer, course integer, instance integer, visible integer);
create table lti_types (id integer, name text, baseurl text);
create table lti_types_config (typeid integer, name text, value text);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a visit gave, and how many queries it took."""

    answer: Any
    queries: int


class Moodle:
    """A site with two courses and three tools, of which the first two are Nozimite's."""

    def __init__(self, folder: Path, php: str) -> None:
        self._php = php
        self._folder = folder
        (folder / "mod" / "lti").mkdir(parents=True)
        (folder / "mod" / "lti" / "locallib.php").write_text("<?php\n")
        self._database = sqlite3.connect(":memory:")
        self._database.executescript(TABLES)
        for course in (COURSE, OTHER_COURSE):
            self.add("course", course, 1)
            self.add("context", 100 + course, 50, course)
            # Two ways to be enrolled, as Moodle has them in most courses.
            self.add("enrol", course * 10, course)
            self.add("enrol", course * 10 + 1, course)
        # A context of another level may have the number of a course.
        self.add("context", 99, 70, COURSE)
        self.add("lti_types", NOZIMITE, "Nozimite badge", "https://badges.example.org/lti/launch")
        self.add("lti_types", SECOND, "Second <b>&</b>", "https://other.example.org/badges/lti/launch")
        self.add("lti_types", FOREIGN, "Foreign", "https://foreign.example.org/lti/launch")
        self.add("lti_types_config", NOZIMITE, "customparameters", ASKS)
        self.add("lti_types_config", SECOND, "ltiservice_nozimite", "1")
        self.add("lti_types_config", FOREIGN, "customparameters", "a=$Nozimite_completions.url")
        self.add("lti_types_config", FOREIGN, "ltiservice_nozimite", "")

    def add(self, table: str, *values: object) -> None:
        self._database.execute(f"insert into {table} values ({','.join('?' * len(values))})", values)

    def change(self, statement: str, *values: object) -> None:
        self._database.execute(statement, values)

    def enrol(self, person: int, course: int = COURSE, status: int = 0) -> None:
        for way in (0, 1):
            self.add("user_enrolments", course * 10 + way, person, status)

    def place(self, activity: int, tool: int, course: int = COURSE, visible: int = 1) -> None:
        """Adds an activity, with the number 500 higher in the course."""
        self.add("lti", activity, course, tool)
        self.add("course_modules", 500 + activity, course, activity, visible)

    def visit(self, **visit: object) -> Seen:
        """What the plugin does for a visit by Anna, unless it says whose it is."""
        given = json.dumps({"me": ANNA, "dirroot": str(self._folder)} | visit)
        command = [self._php, "-n", "-d", "display_errors=stderr", str(MOODLE), str(FOLDER), given]
        queries = 0
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as php:
            assert php.stdin is not None
            assert php.stdout is not None
            assert php.stderr is not None
            for line in php.stdout:
                sent = json.loads(line)
                if "answer" in sent:
                    assert php.stderr.read() == ""
                    return Seen(answer=sent["answer"], queries=queries)
                queries += 1
                php.stdin.write(json.dumps(self._rows(sent["sql"], sent["params"])) + "\n")
                php.stdin.flush()
            raise AssertionError(php.stderr.read())

    def _rows(self, sql: str, params: dict[str, object]) -> list[dict[str, object]]:
        found = self._database.execute(sql, params)
        return [dict(zip([column[0] for column in found.description], row, strict=True)) for row in found]


@pytest.fixture
def moodle(tmp_path: Path) -> Iterator[Moodle]:
    php = shutil.which("php")
    if php is None:
        pytest.skip("PHP is not installed (Debian's php-cli)")
    site = Moodle(tmp_path, php)
    yield site
    site._database.close()


def entry(tool: int, title: str = "My badges") -> list[str]:
    return [title, f"/mod/lti/service/nozimite/mybadges.php?tool={tool}"]


NOTHING = {"categories": [], "entries": []}


def test_a_learner_finds_their_badges_on_their_own_profile(moodle):
    moodle.enrol(ANNA)
    moodle.place(1, NOZIMITE)
    moodle.place(2, NOZIMITE)
    expected = {"categories": ["Micro-credential badges"], "entries": [entry(NOZIMITE)]}
    assert moodle.visit() == Seen(answer=expected, queries=2)
    latvian = moodle.visit(language="lv").answer
    assert latvian["categories"] == ["Mikroapliecinājumu nozīmītes"]
    assert latvian["entries"] == [entry(NOZIMITE, "Manas nozīmītes")]


def test_each_tool_has_an_entry_with_its_name_as_plain_text(moodle):
    moodle.enrol(ANNA)
    moodle.enrol(ANNA, OTHER_COURSE)
    moodle.place(1, NOZIMITE)
    moodle.place(2, SECOND, OTHER_COURSE)
    assert moodle.visit().answer["entries"] == [
        entry(NOZIMITE, "My badges: Nozimite badge"),
        entry(SECOND, "My badges: Second &amp;"),
    ]


@pytest.mark.parametrize(
    "visit",
    [{"owner": TEACHER}, {"me": TEACHER, "owner": ANNA}, {"is_guest": True}, {"is_logged_in_as": True}],
)
def test_nobody_else_sees_it_and_nothing_is_asked(moodle, visit):
    moodle.enrol(ANNA)
    moodle.enrol(TEACHER)
    moodle.place(1, NOZIMITE)
    assert moodle.visit(**visit) == Seen(answer=NOTHING, queries=0)


def test_the_profile_in_a_course_has_no_entry(moodle):
    moodle.enrol(ANNA)
    moodle.place(1, NOZIMITE)
    assert moodle.visit(course=COURSE) == Seen(answer=NOTHING, queries=0)


def _not_enrolled(moodle: Moodle) -> None:
    moodle.enrol(TEACHER)
    moodle.enrol(ANNA, OTHER_COURSE)


def _foreign_tool(moodle: Moodle) -> None:
    moodle.enrol(ANNA)
    moodle.change("update lti set typeid = ?", FOREIGN)


def _removed_tool(moodle: Moodle) -> None:
    moodle.enrol(ANNA)
    moodle.change("delete from lti_types")


@pytest.mark.parametrize("case", [_not_enrolled, _foreign_tool, _removed_tool])
def test_whoever_can_have_no_badge_has_no_entry_and_costs_one_query(moodle, case: Callable[[Moodle], None]):
    moodle.place(1, NOZIMITE)
    case(moodle)
    assert moodle.visit() == Seen(answer=NOTHING, queries=1)


def test_staff_has_no_entry_unless_they_learn_in_another_course(moodle):
    moodle.enrol(ANNA)
    moodle.place(1, NOZIMITE)
    moodle.place(2, NOZIMITE, OTHER_COURSE)
    assert moodle.visit(teaches=[COURSE]) == Seen(answer=NOTHING, queries=1)
    assert moodle.visit(teaches=[COURSE], tool=NOZIMITE).answer == PROFILE
    moodle.enrol(ANNA, OTHER_COURSE)
    assert moodle.visit(teaches=[COURSE]).answer["entries"] == [entry(NOZIMITE)]
    assert moodle.visit(teaches=[COURSE], tool=NOZIMITE).answer == "/mod/lti/view.php?id=502"
    # Not the activity of the course in which they teach: its page is that of a teacher.
    moodle.change("update course_modules set visible = 0 where course = ?", OTHER_COURSE)
    assert moodle.visit(teaches=[COURSE], tool=NOZIMITE).answer == "https://badges.example.org/my?lang=en"


def test_a_no_of_the_administrator_takes_the_entry_away(moodle):
    moodle.enrol(ANNA)
    moodle.place(1, NOZIMITE)
    moodle.add("lti_types_config", NOZIMITE, "ltiservice_nozimite", "0")
    assert moodle.visit().answer == NOTHING
    assert moodle.visit(tool=NOZIMITE).answer == PROFILE


def test_the_entry_opens_the_newest_activity_that_is_open_to_the_learner(moodle):
    moodle.enrol(ANNA)
    moodle.enrol(ANNA, OTHER_COURSE)
    moodle.place(1, NOZIMITE)
    moodle.place(2, NOZIMITE, OTHER_COURSE)
    moodle.place(3, NOZIMITE, visible=0)
    moodle.place(4, SECOND)
    assert moodle.visit(tool=NOZIMITE).answer == "/mod/lti/view.php?id=502"
    moodle.change("update course set visible = 0 where id = ?", OTHER_COURSE)
    assert moodle.visit(tool=NOZIMITE).answer == "/mod/lti/view.php?id=501"


def test_the_launch_that_it_leads_to_asks_for_all_badges_and_no_other_does(moodle):
    moodle.enrol(ANNA)
    moodle.place(1, NOZIMITE)
    moodle.place(2, NOZIMITE)
    launch, placing = "basic-lti-launch-request", "ContentItemSelectionRequest"
    launches = [[launch, "1"], [placing, None], [placing, "2"], [launch, "2"], [launch, "2"]]
    assert moodle.visit(tool=NOZIMITE, launches=launches).answer == [None, None, None, "my_badges", None]
    moodle.change("update course_modules set visible = 0")
    assert moodle.visit(tool=NOZIMITE, launches=launches).answer == [None] * 5


def test_whose_enrolment_is_over_is_led_to_the_tool_itself_in_their_language(moodle):
    moodle.enrol(ANNA, status=1)
    moodle.place(1, NOZIMITE)
    moodle.place(2, SECOND)
    assert len(moodle.visit().answer["entries"]) == 2
    assert moodle.visit(tool=NOZIMITE, language="lv").answer == "https://badges.example.org/my?lang=lv"
    assert moodle.visit(tool=SECOND).answer == "https://other.example.org/badges/my?lang=en"


@pytest.mark.parametrize("tool", [SECOND, FOREIGN, 99, 0, -1])
def test_a_tool_that_is_none_of_theirs_leads_nowhere(moodle, tool):
    moodle.enrol(ANNA)
    moodle.enrol(TEACHER, OTHER_COURSE)
    moodle.place(1, NOZIMITE)
    moodle.place(2, SECOND, OTHER_COURSE)
    moodle.place(3, FOREIGN)
    assert moodle.visit(tool=tool).answer == PROFILE


def test_a_tool_whose_launches_go_elsewhere_has_no_page_to_lead_to(moodle):
    moodle.enrol(ANNA, status=1)
    moodle.place(1, NOZIMITE)
    moodle.change("update lti_types set baseurl = 'https://badges.example.org/elsewhere'")
    assert moodle.visit(tool=NOZIMITE).answer == PROFILE
