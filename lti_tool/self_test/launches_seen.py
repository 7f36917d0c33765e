"""How the launches of a platform were bound to the browsers that began them: by a cookie, or otherwise."""

from __future__ import annotations

from collections import Counter

from lti_tool.self_test.results import Step, in_order, not_in_order, untried
from lti_tool.store import Session, queries

#: So many of the newest launches tell how it goes now.
NEWEST = 50
#: How a launch was bound without asking anybody.
UNSEEN = ("cookie", "storage")


def tested_cookies(session: Session, registration_id: int) -> Step:
    """Whether browsers keep what binds a launch to them, by the newest launches of the platform."""
    ways = Counter(queries.platform_launches.ways_of_binding(session, registration_id, NEWEST))
    number = ways.total()
    if not number:
        return untried("cookies", "cookies_no_launch")
    told: dict[str, str | int] = {"launches": number, **{way: ways[way] for way in UNSEEN}}
    others = number - sum(ways[way] for way in UNSEEN)
    if others * 2 > number:
        return not_in_order("cookies", "cookies_not_kept", {"others": others, **told})
    if others:
        return in_order("cookies", "cookies_mostly_kept", {"others": others, **told})
    return in_order("cookies", "cookies_kept", told)
