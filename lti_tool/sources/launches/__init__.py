"""What a launch tells: the person's role in the course, and that a learner opened a link themselves.

What it cannot see: people who have not opened anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.observations import LINK_OPENED, ROLE
from lti_tool.platforms.claims import MASQUERADING
from lti_tool.sources.found import Found
from lti_tool.values import Launch

NAME = "launches"
GIVES = frozenset({ROLE, LINK_OPENED})
RANK = 4

#: The custom parameters that Canvas leaves unexpanded where a learner opens a module's item.
NEITHER = frozenset({"canvas_assignment_id", MASQUERADING})


def launched(launch: Launch, confirmed_at: datetime | None) -> Sequence[Found]:
    """What the launch tells of its person; nothing of an anonymous one.

    `confirmed_at`: since when a teacher says that the launched link is restricted.
    """
    if launch.user_id is None or launch.acting_for_other or launch.context_id is None:
        return ()
    found = [Found(user_id=launch.user_id, kind=ROLE, value=launch.standing)]
    if launch.is_learner and launch.resource_link_id and launch.message_type == "LtiResourceLinkRequest":
        under = confirmed_at.isoformat() if confirmed_at else None
        value = {"place": place_of(launch), "under": under}
        found.append(
            Found(user_id=launch.user_id, kind=LINK_OPENED, resource=launch.resource_link_id, value=value)
        )
    return found


def place_of(launch: Launch) -> str | None:
    """Where in the course the link was opened, as far as the platform says; None where no restriction covers it.

    Canvas locks a module's item, and the same link can be opened from other places, which it does not lock. It is that
    item only with the ids of both, without an assignment and without a line item. A learner's own address can name any
    item when they open an assignment, so the platform has to have been asked for the assignment, and for somebody who
    acts as the learner, and to know of neither.
    """
    if launch.product != "canvas":
        return ""
    module, item = launch.custom.get("canvas_module_id", ""), launch.custom.get("canvas_module_item_id", "")
    is_item = _is_number(module) and _is_number(item) and NEITHER.issubset(launch.unexpanded)
    return f"module {module}, item {item}" if is_item and launch.line_item_url is None else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
