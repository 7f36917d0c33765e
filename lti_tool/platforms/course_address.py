"""The address of a course's own page at its platform, for links in mails: no claim of LTI names it."""

from __future__ import annotations

import re
from urllib.parse import quote

#: Where the return address of a launch leads in Canvas: below the course.
_CANVAS = re.compile(r"(https?://[^/]+/courses/\d+)(?:/|$)")
#: Moodle may be in a folder of its site.
_MOODLE = re.compile(r"(https?://.+)/mod/lti/return\.php(?:\?|$)")


def course_address(product: str, return_url: str | None, context_id: str) -> str | None:
    """The address, from the return address of a launch; None where the product is not known to tell it."""
    if product == "moodle" and (found := _MOODLE.match(return_url or "")):
        return f"{found[1]}/course/view.php?id={quote(context_id, safe='')}"
    if product == "canvas" and (found := _CANVAS.match(return_url or "")):
        return found[1]
    return None
