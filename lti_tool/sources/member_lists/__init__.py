"""The lists of a course's members (Names and Role Provisioning 2.0): who is in it, and to whom a link opens.

With `rlid`, the id of a resource link, Moodle lists only those who may open that link, so that its "Restrict access"
shows who has completed.

What it cannot see: a restriction on the section around the link, one that was loosened but still binds somebody, and an
assistant, whom Moodle lists like any learner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lti_tool.errors import PlatformError
from lti_tool.observations import LINK_ACCESS, RESTRICTION, ROLE, Observation, first_seen_as_staff, select
from lti_tool.observations.link_history import restriction_of_look, without_voided
from lti_tool.platforms.service_errors import NotOnPlatformError, ScopeRefusedError
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import Answer, Asked, Found, Known, differing
from lti_tool.values import Member

NAME = "member_lists"
GIVES = frozenset({ROLE, LINK_ACCESS})

#: Products whose list with `rlid` does not show a restriction: Canvas lists who can see the link, module or not.
CANNOT_SHOW = frozenset({"canvas"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The members of the course, and for each link the user_ids of those who may open it.

    None is what the platform does not tell at all.
    """

    members: Sequence[Member] | None
    open_to: Mapping[str, frozenset[str] | None]


def look(asked: Asked, connection: Connection) -> Answer:
    """The lists of the platform. Raises PlatformError where it does not answer.

    The list of the course comes last: whoever joins or leaves between two readings would otherwise look like somebody
    to whom the link is closed.
    """
    links = asked.links_reading(frozenset({LINK_ACCESS}))
    if asked.memberships_url is None:
        return Answer(content=Lists(members=None, open_to={link.id: None for link in links}))
    open_to: dict[str, frozenset[str] | None] = {}
    trouble: dict[str, PlatformError] = {}
    missing = set()
    for link in links:
        if asked.product in CANNOT_SHOW:
            open_to[link.id] = None
            continue
        try:
            listed = connection.members(asked.memberships_url, link.id)
            open_to[link.id] = frozenset(member.user_id for member in listed)
        except NotOnPlatformError as error:
            missing.add(link.id)
            trouble[link.id] = error
        except PlatformError as error:
            if error.permanent and not error.concluded:
                open_to[link.id] = None
            trouble[link.id] = error
    try:
        members = connection.members(asked.memberships_url)
    except ScopeRefusedError:
        # The platform was registered without its lists: it is one that has none.
        return Answer(content=Lists(members=None, open_to={link.id: None for link in links}))
    return Answer(
        content=Lists(members=members, open_to=open_to),
        members=members,
        counts={"members": len(members), "links": len(open_to)},
        trouble={link: error for link, error in trouble.items() if link not in open_to},
        missing=frozenset(missing),
    )


def observe(answer: Answer, known: Known) -> Sequence[Found]:
    """What is new: who is what in the course, to whom each link is open or closed, and whether it has a witness."""
    lists: Lists = answer.content
    found = list(differing(_roles(lists, known), known, NAME))
    for link, open_to in lists.open_to.items():
        if open_to is None:
            shown = Found(user_id=None, kind=RESTRICTION, resource=link, value="cannot_be_seen")
            found += differing([shown], known, NAME)
        else:
            found += _link(link, open_to, lists.members or (), known)
    return found


def _roles(lists: Lists, known: Known) -> Iterator[Found]:
    if lists.members is None:
        return
    listed = {member.user_id for member in lists.members}
    for member in lists.members:
        yield Found(user_id=member.user_id, kind=ROLE, value=member.standing)
    for user_id in known.people:
        if user_id not in listed:
            yield Found(user_id=user_id, kind=ROLE, value="absent")


def _link(link: str, open_to: frozenset[str], members: Sequence[Member], known: Known) -> Sequence[Found]:
    restriction = select(known.course, RESTRICTION, link)
    # Looks that a teacher's answer has voided count for nothing, not even as the look before this one.
    before = {
        user_id: without_voided(select(own, LINK_ACCESS, link), restriction)
        for user_id, own in known.people.items()
    }
    learners = [member.user_id for member in members if member.is_learner]
    now = {user_id: "open" if user_id in open_to else "closed" for user_id in learners}
    gone = {user_id: "absent" for user_id, own in before.items() if own and user_id not in now}
    bound = {user_id: access for user_id, access in now.items() if not _is_staff(known.own(user_id))}
    shown = restriction_of_look(
        {user_id: own[-1].value for user_id, own in before.items() if own},
        bound,
    )
    access = (
        Found(user_id=user_id, kind=LINK_ACCESS, resource=link, value=value)
        for user_id, value in {**now, **gone}.items()
    )
    valid = Known(people=before, course=())
    new = differing(access, valid, NAME)
    told = Found(user_id=None, kind=RESTRICTION, resource=link, value=shown)
    # After a teacher's answer the lists' own word is said anew.
    last_is_theirs = bool(restriction) and restriction[-1].source == NAME
    return (*new, *(differing([told], known, NAME) if last_is_theirs else [told]))


def _is_staff(own: Sequence[Observation]) -> bool:
    return first_seen_as_staff(own) is not None
