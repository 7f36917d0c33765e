"""Who is a learner and who is staff of a course: one definition, for launches and member lists alike.

Only roles in the course count. Platforms send a person's roles in the institution and on the whole site beside them,
and a teacher of one course may be a learner of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

Standing = Literal["staff", "learner", "neither"]

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

#: Principal roles of people who teach, grade or write a course. TeachingAssistant was one of them in LTI 1.
STAFF = frozenset({"instructor", "contentdeveloper", "administrator", "teachingassistant"})
#: Principal roles that neither teach nor learn; who has one of them beside Learner earns nothing.
NO_LEARNERS = frozenset({"manager", "officer"})

_PRINCIPAL = re.compile(re.escape(MEMBERSHIP) + r"#(\w+)")
_SUB_ROLE = re.compile(re.escape(MEMBERSHIP) + r"/(\w+)#\w+")
_LTI_1_ROLE = re.compile(r"urn:lti:role:ims/lis/(\w+)(?:/(\w+))?", re.IGNORECASE)


def standing(roles: Iterable[str]) -> Standing:
    """What somebody with these role URIs (of `role_uris`) is in the course."""
    uris = tuple(roles)
    principals = {found[1].lower() for uri in uris if (found := _PRINCIPAL.fullmatch(uri))}
    if principals & STAFF:
        return "staff"
    if "learner" in principals and not principals & NO_LEARNERS and TEST_USER not in uris:
        return "learner"
    return "neither"


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
    if status is None or status == "":
        return True
    return isinstance(status, str) and re.split(r"[/#:]", status.strip())[-1].lower() == "active"
