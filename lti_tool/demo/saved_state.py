"""The LMS on disk: one JSON file, written after each change, for a killed demo to find again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from lti_tool.demo.campus import Campus, Column, Course, Grade, Link, Person, Tool
from lti_tool.demo.platform_keys import PlatformKey


def save(campus: Campus, keys: list[PlatformKey], file: Path) -> None:
    """Writes both, all or nothing. One at a time: the caller sees to it."""
    memory = {
        "people": [asdict(person) for person in list(campus.people.values())],
        "courses": [asdict(course) for course in list(campus.courses.values())],
        "tools": [asdict(tool) for tool in list(campus.tools.values())],
        "links": [asdict(link) for link in list(campus.links.values())],
        "columns": [asdict(column) for column in list(campus.columns.values())],
        "grades": [
            {**asdict(grade), "changed_at": grade.changed_at.isoformat()}
            for grade in list(campus.grades.values())
        ],
        "used_tokens": sorted(campus.used_tokens),
        "last_id": campus.last_id,
        "keys": [asdict(key) for key in keys],
    }
    new = file.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(memory, stream, ensure_ascii=False)
    new.replace(file)


def load(file: Path) -> tuple[Campus, list[PlatformKey]]:
    """What `keep` wrote."""
    memory = json.loads(file.read_text(encoding="utf-8"))
    grades = [
        Grade(**{**row, "changed_at": datetime.fromisoformat(row["changed_at"])}) for row in memory["grades"]
    ]
    campus = Campus(
        people={row["id"]: Person(**row) for row in memory["people"]},
        courses={row["id"]: Course(**row) for row in memory["courses"]},
        tools={row["id"]: Tool(**row) for row in memory["tools"]},
        links={row["id"]: Link(**row) for row in memory["links"]},
        columns={row["id"]: Column(**row) for row in memory["columns"]},
        grades={(grade.column_id, grade.person_id): grade for grade in grades},
        used_tokens=set(memory["used_tokens"]),
        last_id=memory["last_id"],
    )
    return campus, [PlatformKey(**row) for row in memory["keys"]]
