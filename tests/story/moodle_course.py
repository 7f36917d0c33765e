"""A course of the demo's Moodle with a badge in it: what its people do there, and what they read in the tool.

It speaks HTTP with the tool, changes the LMS as its administrator would, and knows nothing else of the tool: what is
told of a course is the same whatever the tool is made of. No worker runs, so the tool looks at the platform exactly
when a test says so, and time passes only then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

from lti_tool.commands.demo_server import TEMPLATES, operator_of
from lti_tool.demo.campus import Campus, Column, Course, Link, Person
from lti_tool.demo.html_page import Form, Page
from lti_tool.demo.lms import create_lms
from lti_tool.demo.robot import Robot
from lti_tool.issuing import legal_identity
from lti_tool.platforms import invitations
from lti_tool.templates.starters import publish_starters
from lti_tool.web import create_app, server
from lti_tool.wiring import Tool, build_tool
from tests.fixtures import Clock, settings_for

#: The names of the two badges that can be placed.
BADGE = "Data literacy for decision makers"
OTHER_BADGE = "Safe installation of solar panel systems"
LEARNERS = ("Anna", "Jānis", "Kristīne")


@dataclass(kw_only=True, repr=False)
class MoodleCourse:
    """A course in which Zane teaches, and Anna, Jānis and Kristīne learn. People are called by their given names.

    `activity` is the address of the badge's activity, `page` what the tool has shown last to whoever opened it.
    `numbers` are the values by which pages have offered people to confirm: who has kept such a page can send them.
    """

    robot: Robot
    campus: Campus
    clock: Clock
    course_id: str
    activity: str = ""
    page: Page = field(default_factory=lambda: Page(url="", status=0, html=""))
    numbers: dict[str, str] = field(default_factory=dict)

    # --- what is done in the LMS

    def place(self) -> None:
        """Zane adds the badge, for whom its link opens, and restricts the link to a course total of 60 per cent."""
        self.activity = self._save(self._choose(BADGE, condition="link_opened_to_them"), "60")

    def place_for_grade(self, typed: str) -> str:
        """What the tool asks back when Zane adds the badge, awarded at once from the typed grade on. She means 70 %."""
        fields = {"result_at_least.minimum": typed, "confirmed.each": "no"}
        page = self._choose(BADGE, condition="result_at_least", **fields)
        asked = re.search(r"Did you mean [^?]+\?", page.text)
        if asked:
            page = self.robot.choose(page, "badge", BADGE, {**fields, "result_at_least.meant": _meant(page)})
        self.activity = self._save(page, "")
        return asked[0] if asked else ""

    def place_for_completion(self) -> None:
        """Zane adds the badge for completing the course. The tool asks Moodle's plugin; the link is not restricted."""
        self.activity = self._save(self._choose(BADGE, condition="course_completed"), "")

    def ways_offered(self) -> set[str]:
        """The ways to a badge among which Zane may choose when she adds one."""
        self.robot.become("Zane")
        course = self.robot.open(self.robot.open_course(self._course.title))
        choosing = self.robot.enter_frame(self.robot.open(course.link("select content")))
        (form,) = [form for form in choosing.forms if form.action.endswith("/lti/app/place")]
        return {value for field in form.fields_named("condition") for _, value in field.options}

    def type_minimum(self, text: str) -> None:
        """Zane types a minimum into the custom parameters of the activity."""
        custom = self._link.custom
        custom["rule"] = json.dumps({**json.loads(custom["rule"]), "minimum": text})

    def choose_in_settings(self, badge: str) -> None:
        """Zane chooses another badge in the settings of the activity, which stays the same activity."""
        address = self._save(self._choose(badge, condition="link_opened_to_them"), "60")
        chosen = self.campus.links.pop(address.rpartition("/")[2])
        self._link.title, self._link.custom = chosen.title, chosen.custom

    def remove_restriction(self) -> None:
        self.robot.restrict(self.activity, None)

    def complete(self, *names: str) -> None:
        """Zane gives these learners the highest grades in everything."""
        for name in names:
            self.robot.type_grades(self._course.title, name, "100")

    def grade(self, name: str, percent: str) -> None:
        """Zane types a grade into the badge's own column."""
        self.robot.type_grades(self._course.title, name, percent, column=BADGE)

    def enrol(self, name: str, role: str) -> None:
        """Makes the person a `learner` or an `assistant` of the course, whatever they were before."""
        self._course.roles[self._person(name).id] = role

    def unenrol(self, name: str) -> None:
        del self._course.roles[self._person(name).id]

    def copy(self) -> MoodleCourse:
        """A copy of the course with the same people, in which each activity is a new one with its old settings."""
        course = replace(
            self._course,
            id=self.campus.next_id(),
            title=f"{self._course.title} (copy)",
            roles=dict(self._course.roles),
        )
        self.campus.courses[course.id] = course
        link = replace(
            self._link, id=self.campus.next_id(), course_id=course.id, custom=dict(self._link.custom)
        )
        self.campus.links[link.id] = link
        for column in self.campus.course_columns(self.course_id):
            if column.link_id == self._link.id:
                number = self.campus.next_id()
                self.campus.columns[number] = replace(column, id=number, course_id=course.id, link_id=link.id)
        address = f"{self.robot.lms_url}/courses/{course.id}/activities/{link.id}"
        return replace(self, course_id=course.id, activity=address)

    # --- what is done and read in the tool

    def open(self, name: str = "Zane") -> None:
        """The person opens the activity."""
        self._show(self.robot.open_activity(name, self.activity))

    def look(self) -> None:
        """Ten minutes later Zane opens the activity and presses “Check now”."""
        self.clock.advance(minutes=10)
        self.open()
        self._send("check")

    def headings(self) -> list[str]:
        """The headings of the page: the names of badges, and what it says or asks."""
        return [_text(found) for found in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", self.page.html, re.S)]

    def badges(self) -> dict[str, str]:
        """Who has the badge, and why, as the list of everybody says it, to which the page leads."""
        found = {}
        for name, row in self._listed("have").items():
            _state, why, *_ = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
            found[name] = _text(why)
        return found

    def sources(self) -> dict[str, str]:
        """What the page of sources says of each, by its name; Zane opens it from the page of the course."""
        self.open()
        (form,) = [form for form in self.page.forms if form.action.endswith("/lti/app/course/sources")]
        page = self.robot.submit(form, referrer=self.page.url)
        sections = re.findall(r"<section.*?<h2>([^<]*)(.*?)</section>", page.html, re.S)
        return {_text(name): _text(told) for name, told in sections}

    def offered(self) -> set[str]:
        """Whom the list of those who wait offers to confirm."""
        rows = self._listed("waits").items()
        values = {name: re.search(r'/tick">.*?name="learner" value="(\d+)"', row, re.S) for name, row in rows}
        found = {name: value[1] for name, value in values.items() if value is not None}
        self.numbers |= found
        return set(found)

    def confirm(self, name: str, *, by: str = "Zane") -> None:
        """Somebody opens the activity and confirms a learner whom a page has offered to anybody."""
        self.open(by)
        self._send("tick", learner=self.numbers[name])

    def answer(self, said: str) -> None:
        """Zane answers the question whether all have `completed` or the restriction was `removed`."""
        self._press("/answer", said)

    def confirm_change(self) -> None:
        """Zane confirms what has changed in the activity, or came with a copy."""
        self._press("/change", "confirm")

    def confirm_each_learner(self) -> None:
        """Zane opens the activity and chooses to confirm each learner before the badge is awarded."""
        self.open()
        self._send("conditions", **{"confirmed.each": "yes"})

    # --- how

    def _listed(self, group: str) -> dict[str, str]:
        """The rows of the list of everybody about the page's first badge, limited to a group, by their given names."""
        page = self.robot.press(self.page, "/people", {"roster_show": group})
        rows = re.findall(r"<tr>.*?</tr>", page.html, re.S)
        names = {row: re.search(r"<bdi>(.*?)</bdi>", row) for row in rows}
        return {_text(name[1]).split()[0]: row for row, name in names.items() if name is not None}

    @property
    def _course(self) -> Course:
        return self.campus.courses[self.course_id]

    @property
    def _link(self) -> Link:
        return self.campus.links[self.activity.rpartition("/")[2]]

    def _person(self, name: str) -> Person:
        (person,) = [each for each in self.campus.people.values() if each.given == name]
        return person

    def _choose(self, badge: str, **fields: str) -> Page:
        """The page after “Select content” and the choice of a badge."""
        self.robot.become("Zane")
        course = self.robot.open(self.robot.open_course(self._course.title))
        choosing = self.robot.enter_frame(self.robot.open(course.link("select content")))
        return self.robot.choose(choosing, "badge", badge, fields)

    def _save(self, draft: Page, minimum_percent: str) -> str:
        """The address of the new activity."""
        return self.robot.submit(draft.form("activity"), {"minimum_percent": minimum_percent}).url

    def _show(self, page: Page) -> None:
        self.page = page

    def _press(self, action: str, answer: str) -> None:
        (form,) = [form for form in self.page.forms if form.action.endswith(action)]
        self._show(self.robot.submit(form, {"answer": answer}, referrer=self.page.url))

    def _send(self, action: str, **values: str) -> None:
        """Sends a form of the page for its badge, also one that it does not show at the moment."""
        rule = re.search(r"/lti/app/rules/\d+/", self.page.html)
        assert rule, self.page.text
        token = next(form.data()["_launch"] for form in self.page.forms if "_launch" in form.data())
        address = urljoin(self.page.url, rule[0] + action)
        form = Form(id="", action=address, method="POST", fields=(), is_automatic=False)
        self._show(self.robot.submit(form, {"_launch": token, **values}, referrer=self.page.url))


def _meant(page: Page) -> str:
    """The value of the button “70 %”."""
    found = re.search(r'name="result_at_least.meant" value="([^"]*)">70 %<', page.html)
    assert found, page.text
    return unescape(found[1])


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@dataclass(frozen=True, kw_only=True)
class Moodle:
    """A Moodle in which the tool is registered."""

    url: str
    campus: Campus
    clock: Clock

    def new_course(self) -> MoodleCourse:
        """A course with one work to be graded, in place of those before. The tool has met nobody of it but Zane."""
        campus = self.campus
        people = {person.given: person for person in campus.people.values()}
        for name in (*LEARNERS, "Roberts"):
            del campus.people[people[name].id]
            people[name] = replace(people[name], id=campus.next_id())
            campus.people[people[name].id] = people[name]
        campus.courses.clear()
        course = Course(
            id=campus.next_id(),
            label="DLF-101",
            title="Data Literacy Fundamentals",
            about="",
            language="en",
            roles={people["Zane"].id: "teacher", **{people[name].id: "learner" for name in LEARNERS}},
        )
        work = Column(id=campus.next_id(), course_id=course.id, label="Final project", maximum=100)
        campus.courses[course.id], campus.columns[work.id] = course, work
        return MoodleCourse(robot=Robot(self.url), campus=campus, clock=self.clock, course_id=course.id)


@contextmanager
def running_moodle(folder: Path) -> Iterator[Moodle]:
    """The tool and the Moodle, until the block ends."""
    clock, listeners = Clock(), [server.listen(0), server.listen(0)]
    tool_url, lms_url = (
        f"http://{name}.localhost:{listener.getsockname()[1]}"
        for name, listener in zip(("tool", "lms"), listeners, strict=True)
    )
    tool = build_tool(
        settings_for(
            f"sqlite:///{folder / 'nozimite.sqlite'}",
            folder,
            tool_url=tool_url,
            private_hosts=("lms.localhost",),
        ),
        clock,
    )
    lms = create_lms(url=lms_url, clock=clock, learners=len(LEARNERS), operator=operator_of(tool))
    servers = [
        server.serve(app, listener) for app, listener in zip((create_app(tool), lms), listeners, strict=True)
    ]
    try:
        Robot(lms_url).register(f"{tool_url}/lti/register?code={_prepare(tool)}")
        yield Moodle(url=lms_url, campus=lms.extensions["lms"].campus, clock=clock)
    finally:
        for running in servers:
            running.shutdown()
            running.server_close()
        for listener in listeners:
            listener.close()
        tool.store.close()


def _prepare(tool: Tool) -> str:
    """The code of an invitation, once the issuer is confirmed and its badges are published."""
    with tool.store.begin() as session:
        issuer = tool.issuers.first(session)
        legal_identity.confirm(session, issuer, tool.clock())
        publish_starters(session, issuer, TEMPLATES, tool.clock())
        return invitations.invite(session, tool.clock())
