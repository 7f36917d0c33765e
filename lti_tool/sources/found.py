"""What sources are asked, and what they find: plain values, people by the user_id of their platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lti_tool.errors import PlatformError
from lti_tool.observations import Observation
from lti_tool.values import Member, Registration


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAsked:
    """A resource link whose rule waits for observations. `reads` are the kinds that the rule's conditions read."""

    id: str
    reads: frozenset[str]
    line_item_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A course to look at. `product` is the platform's, as in its registration."""

    product: str
    memberships_url: str | None
    line_items_url: str | None
    links: Sequence[LinkAsked]

    def links_reading(self, kinds: frozenset[str]) -> tuple[LinkAsked, ...]:
        """The links whose rules read one of the kinds."""
        return tuple(link for link in self.links if link.reads & kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a platform answered to one source.

    `content` is the source's own. `members` describes people whom it names. `counts` are for the row of the look:
    numbers only. Of single links, by id: `trouble`, why one could not be read; `missing`, which the platform no longer
    has; `line_item_urls`, as far as they were found.
    """

    content: Any
    members: Sequence[Member] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    trouble: Mapping[str, PlatformError] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    line_item_urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An observation before it is stored; without a person (`user_id`) it is about the course."""

    user_id: str | None
    kind: str
    value: Any
    resource: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a course: of its people, by user_id, and of itself; each in the order of `seen_at`."""

    people: Mapping[str, Sequence[Observation]]
    course: Sequence[Observation]

    def own(self, user_id: str | None) -> Sequence[Observation]:
        """The observations of a person, or of the course itself."""
        return self.course if user_id is None else self.people.get(user_id, ())


def differing(found: Iterable[Found], known: Known, source: str) -> tuple[Found, ...]:
    """What was found and differs from the last that the source knew of the same person, kind and resource."""
    return tuple(each for each in found if is_new(each, known.own(each.user_id), source))


def is_new(found: Found, before: Sequence[Observation], source: str) -> bool:
    """Whether the value differs from the source's last one of its kind and resource in `before`."""
    for each in reversed(before):
        if (each.kind, each.resource, each.source) == (found.kind, found.resource, source):
            return bool(each.value != found.value)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that was sent to a source, at `/sources/NAME/REGISTRATION/PATH`, about a registered platform."""

    registration: Registration
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A source's answer to a message: what to send back, and what was found, by the context id of the course."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain"
    found: Mapping[str, Sequence[Found]] = field(default_factory=dict)
