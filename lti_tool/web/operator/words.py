"""How pages of operators call what the database has codes for."""

from __future__ import annotations

from collections.abc import Mapping

from lti_tool.web.translation import Sentence
from lti_tool.web.translation import lazy_gettext as _l

ROLE_NAMES: Mapping[str, Sentence] = {
    "owner": _l("Owner"),
    "manager": _l("Manager"),
    "approver": _l("Approver"),
    "assessor": _l("Assessor"),
    "counsellor": _l("Counsellor"),
    "support": _l("Support"),
    "auditor": _l("Auditor"),
}

#: What each may do, for whoever gives it.
ROLE_WORDS: Mapping[str, Sentence] = {
    "owner": _l("does everything, and decides who else may"),
    "manager": _l(
        "writes and retires templates, looks after platforms, changes logo, colour and mails, finds people and "
        "corrects their badges, tries failed work again, records reviews, makes yearly statistics, reads events and "
        "settings"
    ),
    "approver": _l(
        "approves and declines the badges that teachers write, records reviews, and decides whether prior learning is "
        "recognised"
    ),
    "assessor": _l(
        "reads the overview and the templates, and assesses the prior learning that is given to them"
    ),
    "counsellor": _l(
        "reads the overview and the templates, finds people, and helps those who apply for recognition of prior "
        "learning"
    ),
    "support": _l("reads the overview, the templates and the platforms, and finds people"),
    "auditor": _l("reads platforms, events and settings, and downloads events"),
}


def role_name(role: str) -> str:
    """The role in words; a role that this version does not know by its code."""
    return str(ROLE_NAMES.get(role, role))
