"""Moodle's plugin logstore_xapi, where an administrator has set it up: completed courses are sent as statements."""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from uuid import uuid4

import requests

from lti_tool.demo.campus import Course, Person
from lti_tool.demo.lti_names import Json
from lti_tool.demo.state import Lms

VERSION = "1.0.3"


def send_completions(lms: Lms, course_id: str, known: frozenset[str]) -> None:
    """Sends who has completed the course and is not among the `known`; a thread does, in Moodle a task of cron."""
    course = lms.campus.courses[course_id]
    new = [person_id for person_id in list(course.completions) if person_id not in known]
    statements = [statement(lms, course, lms.campus.people[person_id]) for person_id in new]
    if statements and lms.campus.xapi_endpoint:
        Thread(target=_send, args=(lms, statements), daemon=True).start()


def statement(lms: Lms, course: Course, person: Person) -> Json:
    """The statement of the event `course_completed`, as its transformer writes it."""
    return {
        "id": str(uuid4()),
        "actor": {"name": person.name, "account": {"homePage": lms.url, "name": person.id}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"en": "completed"}},
        "object": {
            "id": f"{lms.url}/course/view.php?id={course.id}",
            "definition": {
                "type": "http://id.tincanapi.com/activitytype/lms/course",
                "name": {course.language: course.title},
            },
        },
        "timestamp": course.completions[person.id],
        "context": {
            "platform": "Moodle",
            "language": course.language,
            "extensions": {
                "http://lrs.learninglocker.net/define/extensions/info": {
                    "event_name": "\\core\\event\\course_completed",
                    "event_function": "\\src\\transformer\\events\\core\\course_completed",
                }
            },
        },
    }


def _send(lms: Lms, statements: list[Json]) -> None:
    user, _, password = lms.campus.xapi_credentials.partition(":")
    # What was not taken stays in Moodle's log of failures, from which an administrator sends it again.
    with suppress(requests.RequestException):
        lms.http.post(
            lms.campus.xapi_endpoint.rstrip("/") + "/statements",
            json=statements,
            auth=(user, password),
            headers={"X-Experience-API-Version": VERSION},
            timeout=10,
        )
