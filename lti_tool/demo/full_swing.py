"""A course in full swing: people of the demo use the LMS and the tool until a class has its badges, or nearly.

Everything is done as a visitor would do it, through the pages, so it shows what the tool makes of it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from lti_tool.demo.campus import Campus, Example, File
from lti_tool.demo.html_page import Page, UnexpectedPageError
from lti_tool.demo.robot import Robot

COURSE = "Data Literacy"
BADGE = "Data literacy for decision makers"
#: Of thirty learners so many reach the result; those of them who come last wait for the teacher.
COMPLETE = 20
WAITING = 5
#: Of the teacher's own badge, which ends soon, by language. Only the best learner gets it.
YEARLY = {
    "en": "Working with personal data: yearly refresher",
    "lv": "Darbs ar personas datiem: ikgadējais atgādinājums",
}
DAYS_LEFT = 21
BEST = "Anna"
#: Revoked badges show it to everybody.
REASON = "The grade was entered in the wrong row."
TIMEOUT_SECONDS = 60


def fill(robot: Robot, campus: Campus, registration_url: str, approval_link: Callable[[], str]) -> Example:
    """What the home page leads to, once the course is as a visitor finds it.

    `campus` is only read. `approval_link` gives the link of the newest mail to the approver, "" while there is none.
    Raises UnexpectedPageError where a page is not what its step needs.
    """
    robot.register(registration_url)
    robot.copy_badge(COURSE, YEARLY, {"/validity/last_day": f"{date.today() + timedelta(days=DAYS_LEFT)}"})
    Robot(robot.lms_url).approve(_until("the mail to the approver", approval_link))
    activity = _place(robot, BADGE, {"result_at_least.minimum": "60", "confirmed.each": "yes"})
    yearly = _place(robot, YEARLY["en"], {"result_at_least.minimum": "99", "confirmed.each": "no"})
    for each in (activity, yearly):
        robot.open_activity("Zane", each)
    robot.give_grades(COURSE, complete=COMPLETE)
    robot.type_grades(COURSE, BEST, "100")
    waiting = _confirm_all_but_some(robot, activity)
    badge = _until(f"the badge of {BEST}", lambda: _file_of(robot, BEST, activity))
    _until(f"the second badge of {BEST}", lambda: _file_of(robot, BEST, yearly))
    revoked = _revoke_one(robot, activity)
    return _example(campus, activity, waiting, badge, revoked)


def _place(robot: Robot, badge: str, fields: dict[str, str]) -> str:
    """The address of the badge's activity. Its link is open to all: those not there yet read what is missing."""
    by_result = {"condition": "result_at_least", **fields}
    return robot.place_badge(COURSE, badge, minimum_percent=None, more_fields=by_result)


def _confirm_all_but_some(robot: Robot, activity: str) -> list[str]:
    """The names of those whom the teacher leaves waiting; she has confirmed all others, who get the badge."""

    def checked() -> Page | None:
        course = robot.press(robot.open_activity("Zane", activity), "/check")
        page = robot.press(course, "/people", {"roster_show": "waits"})
        return page if len(_to_confirm(page)) == COMPLETE else None

    page = _until(f"{COMPLETE} learners to confirm", checked)
    best_first = sorted(_to_confirm(page), key=lambda each: not each[0].startswith(BEST))
    chosen = [value for _name, value in best_first[:-WAITING]]
    robot.press(page, "/tick", {"learner": chosen})
    return [name for name, _value in best_first[-WAITING:]]


def _to_confirm(page: Page) -> list[tuple[str, str]]:
    """The learners whom the list of the badge offers to confirm: the name of each, and the value of their form."""
    found = []
    for row in re.findall(r"<tr>.*?</tr>", page.html, re.DOTALL):
        name = re.search(r"<bdi>([^<]*)</bdi>", row)
        value = re.search(r'/tick">.*?name="learner" value="(\d+)"', row, re.DOTALL)
        if name is not None and value is not None:
            found.append((name[1], value[1]))
    return found


def _revoke_one(robot: Robot, activity: str) -> File:
    """The badge that the teacher has revoked: not that of the best learner, whom visitors meet."""
    page = robot.press(robot.open_activity("Zane", activity), "/people", {"roster_show": "have"})
    for form in reversed([each for each in page.forms if each.action.endswith("/revoke")]):
        asked = robot.submit(form, referrer=page.url)
        name = _name_asked_about(asked)
        if not name.startswith(BEST):
            file = _until(f"the badge of {name}", partial(_file_of, robot, name, activity))
            robot.press(asked, "/revoke", {"reason": REASON})
            return file
    raise UnexpectedPageError(f"no badge to revoke at {page.url}: {page.text[:300]}")


def _name_asked_about(asked: Page) -> str:
    found = re.search(r"Revoke the badge of \W*(.+?)\W*\?", asked.text)
    if found is None:
        raise UnexpectedPageError(f"no question about a learner at {asked.url}: {asked.text[:300]}")
    return found[1]


def _file_of(robot: Robot, person: str, activity: str) -> File | None:
    """The badge that the tool shows to this person in the activity; None while there is none."""
    if not robot.may_open(person, activity):
        return None
    page = robot.enter_frame(robot.open(activity))
    for _text, target in page.links:
        if re.fullmatch(r"/badges/[0-9a-f-]+", urlsplit(target).path):
            address = urljoin(page.url, target)
            return File(address=address, text=robot.open(f"{address}.json").html)
    return None


def _example(campus: Campus, activity: str, waiting: list[str], badge: File, revoked: File) -> Example:
    path = urlsplit(activity).path
    course_id = path.split("/")[2]
    people = {person.name: person.id for person in campus.learners(course_id)}
    holder = next(name for name in people if name.startswith(BEST))
    totals = {
        person.id: campus.total_percent(person, course_id) or 0 for person in campus.learners(course_id)
    }
    return Example(
        course_id=course_id,
        activity=path,
        holder_id=people[holder],
        waiting_id=next(number for name, number in people.items() if waiting[0].startswith(name)),
        other_id=min(totals, key=lambda number: totals[number]),
        badge=badge,
        revoked=revoked,
    )


T = TypeVar("T")


def _until(what: str, ask: Callable[[], T | None]) -> T:
    """What `ask` gives at last. Raises UnexpectedPageError where that takes longer than TIMEOUT_SECONDS."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not (found := ask()):
        if time.monotonic() > deadline:
            raise UnexpectedPageError(f"waited {TIMEOUT_SECONDS} s in vain for {what}")
        time.sleep(0.5)
    return found
