"""Canvas's Live Events: what happens in a course, sent as signed messages to one address for the whole institution."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Thread
from urllib.parse import urlsplit

import requests
from flask import Blueprint, Response, jsonify

from lti_tool.demo import platform_keys
from lti_tool.demo.campus import Course, Person
from lti_tool.demo.canvas_rest import Progress, final_score, progress_of
from lti_tool.demo.lti_names import Json
from lti_tool.demo.products.canvas import ROOT_ACCOUNT
from lti_tool.demo.state import Lms, current_lms

ISSUER = "https://live-events.canvas.instructure.com"
KEYS_PATH = "/live-events/jwks"
#: The shard of a hosted institution: its global ids are this many times 10^13 more than its own.
SHARD = 2107 * 10**13

routes = Blueprint("canvas_events", __name__)


@routes.get(KEYS_PATH)
def keys() -> Response:
    """The keys that sign events, which are others than those of LTI."""
    return jsonify(platform_keys.key_set(signing_keys(current_lms())))


def signing_keys(lms: Lms) -> list[platform_keys.PlatformKey]:
    """The keys of the events, the signing one last."""
    if not lms.event_keys:
        lms.event_keys.append(platform_keys.new_key())
    return lms.event_keys


def standing(lms: Lms, course: Course) -> Mapping[str, tuple[Progress, float]]:
    """How far everybody in the course is, by their id; nothing where no events are sent."""
    if lms.product.name != "canvas" or not lms.campus.events_url:
        return {}
    return {
        person.id: (progress_of(lms.campus, course, person), final_score(lms.campus, course, person))
        for person in lms.campus.learners(course.id)
    }


def send_changes(lms: Lms, course: Course, before: Mapping[str, tuple[Progress, float]]) -> None:
    """Sends what has changed since then; a thread does, one event after the other."""
    events: list[Json] = []
    for person_id, (progress, score) in standing(lms, course).items():
        person = lms.campus.people[person_id]
        was = before.get(person_id)
        if was is None or was[1] != score:
            events.append(score_event(lms, course, person, score))
        if was is None or was[0] != progress:
            events.append(progress_event(lms, course, person, progress))
    if events:
        Thread(target=send, args=(lms, events), daemon=True).start()


def send(lms: Lms, events: Sequence[Json]) -> None:
    """Sends events. Canvas tries some minutes again; here the next look finds what was lost."""
    for event in events:
        with suppress(requests.RequestException):
            lms.http.post(lms.campus.events_url, data=message(lms, event), timeout=15)


def message(lms: Lms, event: Json) -> str:
    """The body of the request: a JWS, which arrives between double quotes."""
    claims = {**event, "iss": ISSUER, "iat": lms.now(), "exp": lms.now() + 3600}
    return f'"{platform_keys.sign(claims, signing_keys(lms)[-1])}"'


def progress_event(lms: Lms, course: Course, person: Person, progress: Progress) -> Json:
    """`course_completed` where Canvas takes the course for completed, else `course_progress`."""
    name = "course_completed" if progress.completed_at else "course_progress"
    return {
        "metadata": _metadata(lms, name, course),
        "body": {
            "course": {
                "account_id": "79",
                "id": course.id,
                "name": course.title,
                "sis_source_id": None,
            },
            "progress": {
                "completed_at": progress.completed_at,
                "next_requirement_url": None,
                "requirement_completed_count": progress.met,
                "requirement_count": progress.asked,
            },
            "user": {"email": person.email, "id": person.id, "name": person.name},
        },
    }


def score_event(lms: Lms, course: Course, person: Person, score: float) -> Json:
    """The total of a course has changed."""
    return {
        "metadata": _metadata(lms, "course_grade_change", course),
        "body": {
            "user_id": person.id,
            "course_id": course.id,
            "workflow_state": "active",
            "final_score": score,
            "unposted_final_score": score,
        },
    }


def _metadata(lms: Lms, name: str, course: Course) -> Json:
    return {
        "event_name": name,
        "event_time": lms.clock().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "context_id": str(SHARD + int(course.id)),
        "context_type": "Course",
        "hostname": urlsplit(lms.url).netloc,
        "producer": "canvas",
        "request_id": secrets.token_hex(16),
        "root_account_id": str(SHARD + 1),
        "root_account_uuid": ROOT_ACCOUNT,
    }
