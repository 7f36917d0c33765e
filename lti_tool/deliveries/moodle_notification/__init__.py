"""A notification in Moodle that the badge is ready, in the learner's language, by our plugin."""

from __future__ import annotations

from datetime import datetime

from lti_tool.platforms.completions import messages_url
from lti_tool.platforms.services import Connection
from lti_tool.values import Place, Receipt

NAME = "moodle_notification"
LABEL = "Notification in Moodle"


def is_open(place: Place) -> bool:
    """Whether the course's Moodle has the plugin."""
    return place.completions_url is not None


def show(name: str, place: Place, connection: Connection, now: datetime) -> Receipt:  # noqa: ARG001  # as all have it
    """Has Moodle tell the learner; its text names the activity of the badge. Raises PlatformError."""
    if place.completions_url is not None:
        connection.tell_learner(messages_url(place.completions_url), place.user_id, place.link_id)
    return Receipt(channel=NAME, reference=place.link_id)
