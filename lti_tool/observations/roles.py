"""Who is a learner, who is staff of a course, and who may write its badges: one definition of each.

Only roles in the course count, except that an administrator of the institution or of the platform may write badges.
Platforms send a person's roles in the institution and on the whole site beside them, and a teacher of one course may be
a learner of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

Standing = Literal["staff", "learner", "neither"]

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

#: Principal roles of people who teach, grade or write a course. TeachingAssistant was one of them in LTI 1.
STAFF = frozenset({"instructor", "contentdeveloper", "administrator", "teachingassistant"})
#: Principal roles that neither teach nor learn; who has one of them beside Learner earns nothing.
NO_LEARNERS = frozenset({"manager", "officer"})

#: Principal roles of people who may write, publish and place badges: Canvas sends ContentDeveloper for a designer.
AUTHORS = frozenset({"instructor", "contentdeveloper", "administrator"})
#: Administrators outside the course, whom Canvas lists without any role in it.
ADMINISTRATORS = frozenset(
    f"http://purl.imsglobal.org/vocab/lis/v2/{where}/person#Administrator"
    for where in ("institution", "system")
)
#: Principal roles beside which an administrator is not one: who learns, or follows a learner, writes no badges.
NO_ADMINISTRATORS = frozenset({"learner", "mentor"})

_PRINCIPAL = re.compile(re.escape(MEMBERSHIP) + r"#(\w+)")
_SUB_ROLE = re.compile(re.escape(MEMBERSHIP) + r"/(\w+)#\w+")
_LTI_1_ROLE = re.compile(r"urn:lti:role:ims/lis/(\w+)(?:/(\w+))?", re.IGNORECASE)


def standing(roles: Iterable[str]) -> Standing:
    """What somebody with these role URIs (of `role_uris`) is in the course."""
    return _standing(tuple(roles))


@lru_cache(maxsize=1000)
def _standing(uris: tuple[str, ...]) -> Standing:
    principals = _principals(uris)
    if principals & STAFF:
        return "staff"
    if "learner" in principals and not principals & NO_LEARNERS and TEST_USER not in uris:
        return "learner"
    return "neither"


def may_write(roles: Iterable[str]) -> bool:
    """Whether somebody with these role URIs may write, publish and place the badges of the course.

    A list of who may, so that a role that nobody thought of may not.
    """
    uris = frozenset(roles)
    principals = _principals(uris)
    if TEST_USER in uris:
        return False
    if principals & AUTHORS:
        return True
    return bool(uris & ADMINISTRATORS) and not principals & NO_ADMINISTRATORS


def _principals(uris: Iterable[str]) -> set[str]:
    return {found[1].lower() for uri in uris if (found := _PRINCIPAL.fullmatch(uri))}


def role_uris(value: Any) -> tuple[str, ...]:
    """The roles of a claim or of a member as URIs of LTI 1.3, each once; none for anything that is no role.

    Taken are URIs with http or https, the names of LTI 1 (`urn:lti:role:ims/lis/Instructor/Grader`), short names
    (`Learner`, in any case), and one text with commas between them. The principal role of a sub-role is added.
    """
    named: list[Any] = (
        value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    )
    uris: list[str] = []
    for name in named:
        if isinstance(name, str) and name.strip():
            uris += _forms(name.strip())
    return tuple(dict.fromkeys(uris))


def _forms(name: str) -> Sequence[str]:
    if name.lower().startswith("https://purl.imsglobal.org/vocab/"):
        name = "http" + name[len("https") :]
    older = _LTI_1_ROLE.fullmatch(name)
    if older:
        principal, special = older.groups()
        name = f"{MEMBERSHIP}/{principal}#{special}" if special else f"{MEMBERSHIP}#{principal}"
    elif re.fullmatch(r"\w+", name):
        name = f"{MEMBERSHIP}#{name}"
    sub_role = _SUB_ROLE.fullmatch(name)
    return [name, f"{MEMBERSHIP}#{sub_role[1]}"] if sub_role else [name]


def is_present(status: Any) -> bool:
    """Whether a member of that status takes part now; without a status they do.

    The status is a word (`Active`) or a URI that ends in it.
    """
    if status is None or status in ("", "Active"):
        return True
    return isinstance(status, str) and re.split(r"[/#:]", status.strip())[-1].lower() == "active"
