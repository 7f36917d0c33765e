"""The lists of a course's members (Names and Role Provisioning 2.0): who is in it, and to whom a link opens.

With `rlid`, the id of a resource link, Moodle lists only those who may open that link, so that its "Restrict access"
shows who has completed.

What it cannot see: a restriction on the section around the link, one that was loosened but still binds somebody, and an
assistant, whom Moodle lists like any learner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from lti_tool.errors import PlatformError
from lti_tool.observations import (
    LINK_ACCESS,
    RESTRICTION,
    ROLE,
    KnownPerson,
    Observation,
    first_seen_as_staff,
    select,
)
from lti_tool.observations.link_history import outside, restriction_of_look, voided
from lti_tool.platforms.service_errors import NotOnPlatformError, ScopeRefusedError
from lti_tool.platforms.service_values import merge_members
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import NOBODY, Answer, Asked, Found, Known, differs, in_parts, is_new
from lti_tool.values import Member

NAME = "member_lists"
GIVES = frozenset({ROLE, LINK_ACCESS})
RANK = 2

T = TypeVar("T")

#: Products whose list with `rlid` does not show a restriction: Canvas lists who can see the link, module or not.
CANNOT_SHOW = frozenset({"canvas"})


def look(asked: Asked, connection: Connection, known: Known) -> Answer:
    """What is new in the lists of the platform. Raises PlatformError where it does not answer.

    The list of the course comes last: whoever joins or leaves between two readings would otherwise look like somebody
    to whom the link is closed.
    """
    links = asked.links_reading(frozenset({LINK_ACCESS}))
    if asked.memberships_url is None:
        return _without_lists([link.id for link in links], known)
    open_to: dict[str, frozenset[str] | None] = {}
    trouble: dict[str, PlatformError] = {}
    missing = set()
    for link in links:
        if asked.product in CANNOT_SHOW:
            open_to[link.id] = None
            continue
        try:
            open_to[link.id] = frozenset(connection.user_ids(asked.memberships_url, link.id))
        except NotOnPlatformError as error:
            missing.add(link.id)
            trouble[link.id] = error
        except PlatformError as error:
            if error.permanent and not error.concluded:
                open_to[link.id] = None
            trouble[link.id] = error
    reading = _Reading({link: people for link, people in open_to.items() if people is not None}, known)
    try:
        for part in in_parts(connection.members(asked.memberships_url)):
            reading.compare(part)
    except ScopeRefusedError:
        # The platform was registered without its lists: it is one that has none.
        return _without_lists([link.id for link in links], known)
    unseen = [link for link, people in open_to.items() if people is None]
    return Answer(
        found=[*_cannot_be_seen(unseen, known), *reading.found()],
        members=reading.described(),
        counts={"members": reading.number(), "links": len(open_to)},
        trouble={link: error for link, error in trouble.items() if link not in open_to},
        missing=frozenset(missing),
    )


def _without_lists(links: Sequence[str], known: Known) -> Answer:
    return Answer(found=_cannot_be_seen(links, known))


def _cannot_be_seen(links: Sequence[str], known: Known) -> Sequence[Found]:
    told = (Found(user_id=None, kind=RESTRICTION, resource=link, value="cannot_be_seen") for link in links)
    return [each for each in told if is_new(each, known.course, NAME)]


# A tuple: one is made of each of thousands of members, and compared with those of all others.
class _Listed(NamedTuple):
    """Somebody whom the list has named, as far as their next entry, on a further page, has to be merged with it.

    `access`: for each link, from which learners can be told whether it is restricted, whether it was open or closed to
    the person at the look before, and is now; None where they are nobody from whom that can be told.
    """

    roles: tuple[str, ...]
    active: bool
    has_name: bool
    has_email: bool
    has_username: bool
    access: tuple[tuple[str | None, str] | None, ...]


class _Reading:
    """The list of a course, compared part by part with what is known: only what differs is kept of it.

    `open_to`: for each link the user_ids of those who may open it.
    """

    def __init__(self, open_to: Mapping[str, frozenset[str]], known: Known) -> None:
        self._open_to = open_to
        self._known = known
        self._restriction = {link: select(known.course, RESTRICTION, link) for link in open_to}
        #: Looks that a teacher's answer has voided count for nothing, not even as the look before this one.
        self._voided = {link: voided(about) for link, about in self._restriction.items()}
        self._listed: dict[str, _Listed] = {}
        #: Nearly all people of a course are alike, and share one value.
        self._shared: dict[_Listed, _Listed] = {}
        self._news: dict[str, Sequence[Found]] = {}
        self._described: dict[str, Member] = {}

    def compare(self, part: Sequence[Member]) -> None:
        """Takes the next part of the list."""
        members = merge_members(part)
        people = self._known.people([member.user_id for member in members], GIVES)
        for member in members:
            person = people.get(member.user_id)
            if member.user_id in self._listed:
                member = self._merged(member, person or NOBODY)
            self._compare(member, person)

    def number(self) -> int:
        """How many people the list has."""
        return len(self._listed)

    def described(self) -> Sequence[Member]:
        """Those who are new, or have another name, address or username than before."""
        return list(self._described.values())

    def found(self) -> Sequence[Found]:
        """All that is new, once the list was read to its end: who is not in it has left.

        That a link is restricted is known last, and anything else that is told of its restriction first: nobody is to
        be let in by the proof of one look and the access of another.
        """
        about_links = [each for link in self._open_to for each in self._about(link)]
        proofs = [each for each in about_links if each.value == "in_force"]
        people = [each for news in self._news.values() for each in news]
        return [*(each for each in about_links if each not in proofs), *people, *self._gone(), *proofs]

    def _compare(self, member: Member, person: KnownPerson | None) -> None:
        before = person or NOBODY
        standing = member.standing
        is_learner = standing == "learner"
        is_telling = is_learner and first_seen_as_staff(before.own) is None
        news = []
        if differs(standing, before.own, ROLE, "", NAME):
            news.append(Found(user_id=member.user_id, kind=ROLE, value=standing))
        access: list[tuple[str | None, str] | None] = []
        for link, open_to in self._open_to.items():
            valid = self._valid(link, before.own)
            value = ("open" if member.user_id in open_to else "closed") if is_learner else "absent"
            if (is_learner or valid) and differs(value, valid, LINK_ACCESS, link, NAME):
                news.append(Found(user_id=member.user_id, kind=LINK_ACCESS, resource=link, value=value))
            access.append((valid[-1].value if valid else None, value) if is_telling else None)
        listed = _Listed(
            roles=member.roles,
            active=member.active,
            has_name=member.name is not None,
            has_email=member.email is not None,
            has_username=member.username is not None,
            access=tuple(access),
        )
        self._listed[member.user_id] = self._shared.setdefault(listed, listed)
        _set_or_drop(self._news, member.user_id, news)
        is_other = (
            person is None
            or member.name not in (None, person.name)
            or member.email not in (None, person.email)
            or member.username not in (None, self._known.usernames.get(member.user_id))
        )
        _set_or_drop(self._described, member.user_id, member if is_other else None)

    def _merged(self, member: Member, person: KnownPerson) -> Member:
        """The member with all that earlier pages have said of them."""
        listed = self._listed[member.user_id]
        # What was not kept as other is as it is known.
        said = self._described.get(member.user_id)
        name, email = (said.name, said.email) if said else (person.name, person.email)
        username = said.username if said else self._known.usernames.get(member.user_id)
        earlier = Member(
            user_id=member.user_id,
            roles=listed.roles,
            active=listed.active,
            name=name if listed.has_name else None,
            email=email if listed.has_email else None,
            username=username if listed.has_username else None,
        )
        return merge_members([earlier, member])[0]

    def _valid(self, link: str, own: Sequence[Observation]) -> Sequence[Observation]:
        access, spans = select(own, LINK_ACCESS, link), self._voided[link]
        return outside(access, spans) if spans else access

    def _about(self, link: str) -> Sequence[Found]:
        """What is new of the restriction of the link."""
        number = list(self._open_to).index(link)
        listed = set(self._listed.values())
        seen = {pair for each in listed if (pair := each.access[number]) is not None}
        told = Found(user_id=None, kind=RESTRICTION, resource=link, value=restriction_of_look(seen))
        restriction = self._restriction[link]
        # After a teacher's answer the lists' own word is said anew.
        last_is_theirs = bool(restriction) and restriction[-1].source == NAME
        return [] if last_is_theirs and not is_new(told, self._known.course, NAME) else [told]

    def _gone(self) -> Iterator[Found]:
        unlisted = (user_id for user_id in self._known.everybody() if user_id not in self._listed)
        for part in in_parts(unlisted):
            for user_id, person in self._known.people(part, GIVES).items():
                told = [(Found(user_id=user_id, kind=ROLE, value="absent"), person.own)]
                for link in self._open_to:
                    valid = self._valid(link, person.own)
                    access = Found(user_id=user_id, kind=LINK_ACCESS, resource=link, value="absent")
                    told += [(access, valid)] if valid else []
                yield from (each for each, own in told if is_new(each, own, NAME))


def _set_or_drop(kept: dict[str, T], user_id: str, value: T | None) -> None:
    if value:
        kept[user_id] = value
    else:
        kept.pop(user_id, None)
