"""The badge in the gradebook of its course: the full score in a column that a teacher has chosen for it."""

from __future__ import annotations

from datetime import datetime

from lti_tool.platforms.services import Connection
from lti_tool.values import Place, Receipt

NAME = "gradebook"
LABEL = "Gradebook"


def is_open(place: Place) -> bool:
    """Whether a teacher has switched it on for the badge."""
    return place.column_url is not None


def show(name: str, place: Place, connection: Connection, now: datetime) -> Receipt:
    """Writes the score. Raises PlatformError."""
    if place.column_url is not None:
        connection.write_score(place.column_url, place.user_id, now, comment=name)
    return Receipt(channel=NAME, reference=place.column_url or "")


def take_back(place: Place, connection: Connection, now: datetime) -> None:
    """Clears the score, unless a teacher has typed one over it. Raises PlatformError."""
    if place.column_url is not None:
        connection.clear_score(place.column_url, place.user_id, now)
