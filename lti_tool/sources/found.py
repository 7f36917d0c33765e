"""What sources are asked, and what they find: plain values, people by the user_id of their platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol, TypeVar

from lti_tool.errors import PlatformError
from lti_tool.observations import KnownPerson, Observation, select
from lti_tool.platforms.signed_tokens import FindKey
from lti_tool.values import Access, CourseCopy, Decrypt, Json, Member, Registration

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAsked:
    """A resource link whose rule waits for observations. `reads` are the kinds that the rule's conditions read.

    `resources`: what of the course they read observations about, by their kind; only for kinds that are about one thing
    of several, such as one activity. `columns` are the line items whose grades decide levels of outcomes, by the names
    of their assessments.
    """

    id: str
    reads: frozenset[str]
    line_item_url: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A course to look at. `product` is the platform's, as in its registration.

    `notice_types` are those that the platform can send to whoever asks at `notices_url`, `messages_url` is where it can
    send messages to the source NAME: with the name in place of `{}`. `access` has what the sources that need it were
    given, by their names. `context_id` is the course's id there, `api_id` the one by which the platform's own API names
    it, where that is another, and is known; `platform_id` is the platform's own (`iss`).
    """

    product: str
    memberships_url: str | None
    line_items_url: str | None
    completions_url: str | None = None
    notices_url: str | None = None
    notice_types: frozenset[str] = frozenset()
    messages_url: str = ""
    context_id: str = ""
    api_id: str = ""
    platform_id: str = ""
    access: Mapping[str, Access] = field(default_factory=dict)
    links: Sequence[LinkAsked]

    def links_reading(self, kinds: frozenset[str]) -> tuple[LinkAsked, ...]:
        """The links whose rules read one of the kinds."""
        return tuple(link for link in self.links if link.reads & kinds)

    def resources(self, kind: str) -> frozenset[str]:
        """What of the course the rules of all links read observations of the kind about, by id."""
        return frozenset().union(*(link.resources.get(kind, frozenset()) for link in self.links))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An observation before it is stored; without a person (`user_id`) it is about the course.

    `is_event`: it tells what has happened, not how things are. However often, and in whatever order, events are sent,
    each is new once.
    """

    user_id: str | None
    kind: str
    value: Any
    resource: str = ""
    is_event: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a look of one source came to.

    `found` is only what differs from what was known, in the order in which it may become known: it is stored part by
    part, and decisions come between two parts. What was found of one person in one stretch is stored at once. `members`
    are the people who are new, or described otherwise than before. `counts` are for the row of the look: numbers only.
    Of single links, by id: `trouble`, why one could not be read; `missing`, which the platform no longer has;
    `line_item_urls`, as far as they were found.
    """

    found: Sequence[Found] = ()
    members: Sequence[Member] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    trouble: Mapping[str, PlatformError] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    line_item_urls: Mapping[str, str] = field(default_factory=dict)


#: Somebody of whom nothing is known.
NOBODY = KnownPerson()


class Known(Protocol):
    """What is known of a course and its people, asked for while the platform's list is read, a part at a time."""

    @property
    def course(self) -> Sequence[Observation]:
        """What was observed of the course itself, in the order of `seen_at`."""

    @property
    def api_ids(self) -> Mapping[str, str]:
        """The ids that the platform's own API has of the people of the course, by their user_ids, as far as known."""

    @property
    def usernames(self) -> Mapping[str, str]:
        """By what the people of the course log in to the platform, by their user_ids, as far as known."""

    def people(self, user_ids: Sequence[str], kinds: frozenset[str]) -> Mapping[str, KnownPerson]:
        """Those of these people who are known, by user_id, with their observations of these kinds; AT_ONCE at most."""

    def everybody(self, kind: str | None = None) -> Iterable[str]:
        """The user_ids of all of whom anything, or anything of this kind, was observed in the course."""

    def counts(self, source: str) -> Mapping[str, int]:
        """The counts of the source's last look at the course that was answered; empty where there was none."""


#: How many people are asked about at once.
AT_ONCE = 1000


def in_parts(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """The values in parts of AT_ONCE, each made when it is asked for."""
    rest = iter(values)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def differing(
    found: Iterable[Found], own: Mapping[str | None, Sequence[Observation]], source: str
) -> tuple[Found, ...]:
    """What was found and is new, as `is_new` says of each; an event that is there twice is new once.

    `own` are the observations of each person by user_id, and those of the course itself under None.
    """
    new: list[Found] = []
    for each in found:
        if is_new(each, own.get(each.user_id, ()), source) and not (each.is_event and each in new):
            new.append(each)
    return tuple(new)


def is_new(found: Found, before: Sequence[Observation], source: str) -> bool:
    """Whether the value differs from the source's last one of its kind and resource in `before`.

    An event is new where the source has not told the same before, however long ago.
    """
    if found.is_event:
        own = select(before, found.kind, found.resource)
        return not any(each.source == source and each.value == found.value for each in own)
    return differs(found.value, before, found.kind, found.resource, source)


def differs(value: Any, before: Sequence[Observation], kind: str, resource: str, source: str) -> bool:
    """As `is_new`, of a value: a list of thousands is compared without a Found for each that is as before."""
    for each in reversed(before):
        if each.kind == kind and each.resource == resource and each.source == source:
            return bool(each.value != value)
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that was sent to a source, at `/sources/NAME/REGISTRATION/PATH`, about a registered platform.

    `method` is that of the request, `query` what stands behind its address. `find_key` finds the platform's public
    keys, `find_key_in` those of the key set at an address. `find_course` finds a course by the id that the platform's
    own API has of it, and `find_user` the user_id of a person by theirs, in the course of that context id; None where
    there is nobody, or more than one. `access` is what the source was given for the platform, None where it was given
    nothing; `decrypt` opens its secrets.
    """

    registration: Registration
    path: str
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_at: datetime
    find_key: FindKey = field(repr=False)
    access: Access | None
    decrypt: Decrypt = field(repr=False)
    find_key_in: Callable[[str, str], Json | None] = field(default=lambda _url, _kid: None, repr=False)
    find_course: Callable[[str], Asked | None] = field(default=lambda _api_id: None, repr=False)
    find_user: Callable[[str, str], str | None] = field(default=lambda _context, _api_id: None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A source's answer to a message: what to send back, and what was found, by the context id of the course.

    `changed` are the context ids of courses in which something is new that only a look can tell. `copies` are courses
    that were made of others.
    """

    status: int
    body: bytes = b""
    media_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, Sequence[Found]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    copies: Sequence[CourseCopy] = ()
