"""without_absent: a document without the members that say nothing, null and empty lists.

JSON-LD expansion drops them: they make no statement, but that an ordered list is empty. Some issuers write each member
that their class could have; what they leave open is null. This is for reading what was signed, never for checking a
signature: JSON-LD itself does that part.

Source: JSON-LD 1.1 Processing Algorithms and API, "Expansion Algorithm" (null values and empty sets).
"""

from __future__ import annotations

from typing import Any

from signing.json_text import Json


def without_absent(document: Json) -> Json:
    """A copy without members that are null or an empty list, and without items of lists that are null, at any depth.

    A list of nothing but null is as good as an empty one. An empty text and an empty object stay: they are signed. So
    does every `@context`, in which null has a meaning of its own. Recursive: the document is no deeper than what
    `read_object` reads.
    """
    return {
        name: value if name == "@context" else _kept(value)
        for name, value in document.items()
        if name == "@context" or not is_absent(value)
    }


def is_absent(value: Any) -> bool:
    """Whether a member with this value says nothing: null, an empty list, or a list of nothing but null."""
    return value is None or (isinstance(value, list) and all(item is None for item in value))


def _kept(value: Any) -> Any:
    if isinstance(value, dict):
        return without_absent(value)
    if isinstance(value, list):
        return [_kept(item) for item in value if item is not None]
    return value
