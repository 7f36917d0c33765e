"""A made-up source: a list of who attended, sent as a message and found at each look."""

import json

from lti_tool.sources.found import Answer, Found, Reply

NAME = "attendance_list"
GIVES = frozenset({"attended"})
RANK = 3


def look(asked, connection, known):
    """What is new at the platform: nobody."""
    return Answer(counts={"attended": 0})


def receive(message):
    """The reply to a message that names who attended which link."""
    if message.headers.get("X-Secret") != "open sesame":
        return Reply(status=403)
    told = json.loads(message.body)
    found = [
        Found(user_id=user_id, kind="attended", resource=told["link"], value={"hours": told["hours"]})
        for user_id in told["people"]
    ]
    return Reply(status=202, body=b"noted", found={message.path: found})
