"""The state of the LMS as one JSON file, from which a stopped demo goes on."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from lti_tool.demo.campus import (
    ApiGrant,
    ApiKey,
    Campus,
    Column,
    Course,
    Example,
    File,
    Grade,
    Link,
    Notification,
    Person,
    Tool,
)
from lti_tool.demo.lti_names import Json
from lti_tool.demo.platform_keys import PlatformKey


def save(campus: Campus, keys: list[PlatformKey], file: Path) -> None:
    """Writes the campus and the keys to the file. The caller makes sure that no two threads do so at once.

    The new content is complete on disk before it takes the place of the old, so a process that is killed meanwhile
    leaves one of the two. Only the owner may read it: it holds the private keys.
    """
    state = {
        "people": [asdict(person) for person in list(campus.people.values())],
        "courses": [asdict(course) for course in list(campus.courses.values())],
        "tools": [asdict(tool) for tool in list(campus.tools.values())],
        "links": [asdict(link) for link in list(campus.links.values())],
        "columns": [asdict(column) for column in list(campus.columns.values())],
        "grades": [
            {**asdict(grade), "changed_at": grade.changed_at.isoformat()}
            for grade in list(campus.grades.values())
        ],
        "notifications": [asdict(each) for each in list(campus.notifications)],
        "has_plugin": campus.has_plugin,
        "api_key": asdict(campus.api_key) if campus.api_key else None,
        "grants": [asdict(grant) for grant in list(campus.grants.values())],
        "events_url": campus.events_url,
        "web_service_token": campus.web_service_token,
        "xapi_endpoint": campus.xapi_endpoint,
        "xapi_credentials": campus.xapi_credentials,
        "lets_upload": campus.lets_upload,
        "example": asdict(campus.example) if campus.example else None,
        "used_tokens": sorted(campus.used_tokens),
        "last_id": campus.last_id,
        "keys": [asdict(key) for key in keys],
    }
    new = file.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(state, stream, ensure_ascii=False)
    new.replace(file)


def load(file: Path) -> tuple[Campus, list[PlatformKey]]:
    """The campus and the keys that `save` wrote."""
    state = json.loads(file.read_text(encoding="utf-8"))
    grades = [
        Grade(**{**row, "changed_at": datetime.fromisoformat(row["changed_at"])}) for row in state["grades"]
    ]
    campus = Campus(
        people={row["id"]: Person(**row) for row in state["people"]},
        courses={row["id"]: Course(**row) for row in state["courses"]},
        tools={row["id"]: Tool(**row) for row in state["tools"]},
        links={row["id"]: Link(**row) for row in state["links"]},
        columns={row["id"]: Column(**row) for row in state["columns"]},
        grades={(grade.column_id, grade.person_id): grade for grade in grades},
        used_tokens=set(state["used_tokens"]),
        notifications=[Notification(**row) for row in state["notifications"]],
        has_plugin=state["has_plugin"],
        api_key=ApiKey(**state["api_key"]) if state["api_key"] else None,
        grants={row["refresh_token"]: ApiGrant(**row) for row in state["grants"]},
        events_url=state["events_url"],
        web_service_token=state.get("web_service_token", ""),
        xapi_endpoint=state.get("xapi_endpoint", ""),
        xapi_credentials=state.get("xapi_credentials", ""),
        lets_upload=state.get("lets_upload", False),
        example=_example(state.get("example")),
        last_id=state["last_id"],
    )
    return campus, [PlatformKey(**row) for row in state["keys"]]


def _example(row: Json | None) -> Example | None:
    if not row:
        return None
    return Example(**{**row, "badge": File(**row["badge"]), "revoked": File(**row["revoked"])})
