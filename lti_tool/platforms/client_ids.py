"""Whether two client ids may be one and the same to the platform that gave one of them.

A client id is all that an assertion for an access token says of the tool, and platforms read it more loosely than the
tool: Moodle asks its database, which may not mind capitals, accents and blanks at the ends; Canvas reads a number, the
long form of which begins with the number of a shard.
"""

from __future__ import annotations

import unicodedata

#: The digits of the number of a Canvas key within its shard.
CANVAS_DIGITS = 13


def is_same_client(one: str, other: str) -> bool:
    """Whether a platform may take the one client id for the other."""
    one, other = _folded(one), _folded(other)
    if one == other:
        return True
    if not (one.isdecimal() and other.isdecimal()):
        return False
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    # Two long ones are of two shards: hosted Canvas gives them to two schools.
    return short == long or (
        len(short) <= CANVAS_DIGITS < len(long) and short == long[-CANVAS_DIGITS:].lstrip("0")
    )


def _folded(client_id: str) -> str:
    plain = unicodedata.normalize("NFKD", client_id).encode("ascii", "ignore").decode().strip().lower()
    return plain or client_id
