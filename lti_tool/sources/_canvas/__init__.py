"""What the sources of Canvas share: who of its own numbers is whom, by LTI's user ids.

Its REST API and its events name people by numbers, launches and lists of members by LTI's ids. A launch tells both, and
so does the list of members where it is asked as for a link, with the id of the course in the link's place: then it has
beside each member the custom parameters of a launch of theirs. That is one list for the whole course, in steps of 50,
and asked for only while there is somebody new; `lti_1_3_id:` in the address of the API would be a call for each person.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from lti_tool.errors import PlatformError
from lti_tool.observations import ROLE, role_now
from lti_tool.platforms.claims import qualified_id
from lti_tool.platforms.services import Connection
from lti_tool.sources.found import Asked, Known, in_parts
from lti_tool.values import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The user_ids of the people of a course by Canvas's numbers; `learnt`: whose number or username is new."""

    user_ids: Mapping[str, str]
    learnt: Sequence[Member] = ()


def people(
    asked: Asked, connection: Connection, known: Known, named: Collection[str] | None = None
) -> People:
    """Who the people of the course are by Canvas's numbers. Raises PlatformError.

    Asked about are those who are in `named`, everybody without it.
    """
    if not asked.api_id:
        raise _no_ids()
    stored = _by_number(asked, known.api_ids)
    if (named is not None and stored.keys() >= set(named)) or not _without_number(known):
        return People(user_ids=stored)
    if asked.memberships_url is None:
        return People(user_ids=stored)
    listed = [
        replace(member, api_id=qualified_id(_root_account(asked), member.api_id))
        for member in connection.members(asked.memberships_url, asked.context_id)
        if member.api_id is not None
    ]
    if not listed and not stored:
        raise _no_ids()
    learnt = [
        each
        for each in listed
        if known.api_ids.get(each.user_id) != each.api_id
        or each.username not in (None, known.usernames.get(each.user_id))
    ]
    told = {each.user_id: each.api_id for each in listed if each.api_id is not None}
    return People(user_ids=_by_number(asked, {**known.api_ids, **told}), learnt=learnt)


def reads_by_api(asked: Asked) -> bool:
    """Whether a look at the course asks the REST API, so that it tells more than an event."""
    access = asked.access.get("canvas_rest")
    return access is not None and "granted_site" in access.settings


def _by_number(asked: Asked, api_ids: Mapping[str, str]) -> dict[str, str]:
    """The user_ids by Canvas's numbers; a number that two people have is nobody's."""
    prefix = qualified_id(_root_account(asked), "")
    found: dict[str, str] = {}
    twice = set()
    for user_id, api_id in api_ids.items():
        if api_id.startswith(prefix):
            number = api_id.removeprefix(prefix)
            if number in found:
                twice.add(number)
            found[number] = user_id
    return {number: user_id for number, user_id in found.items() if number not in twice}


def _without_number(known: Known) -> bool:
    """Whether there is a learner in the course now whose number is not known."""
    unknown = (user_id for user_id in known.everybody(ROLE) if user_id not in known.api_ids)
    return any(
        role_now(person.own) == "learner"
        for part in in_parts(unknown)
        for person in known.people(part, frozenset({ROLE})).values()
    )


def _root_account(asked: Asked) -> str:
    return asked.api_id.rpartition(":")[0]


def _no_ids() -> PlatformError:
    return PlatformError(
        "Canvas does not tell Nozimite who is who. An administrator of Canvas has to add to the LTI key of Nozimite "
        "the custom fields canvas_user_id=$Canvas.user.id, canvas_course_id=$Canvas.course.id and "
        "canvas_root_account_uuid=$vnd.Canvas.root_account.uuid; then open the badge once more",
        permanent=True,
    )
