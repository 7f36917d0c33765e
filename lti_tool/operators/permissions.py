"""What an operator may do for an issuer: one table of permissions and roles, asked by one function. Pure.

A role that is not known here, such as one that a newer version has given, permits nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from lti_tool.errors import NotAllowedError, NotFoundError

Permission = Literal[
    "see_home",
    "retry_work",
    "see_templates",
    "write_templates",
    "approve_templates",
    "retire_templates",
    "review_templates",
    "manage_catalogue",
    "manage_endorsements",
    "see_pathways",
    "manage_pathways",
    "find_equivalent",
    "see_platforms",
    "manage_platforms",
    "rotate_lti_key",
    "see_people",
    "export_people",
    "erase_people",
    "correct_people",
    "see_events",
    "export_events",
    "see_statistics",
    "make_statistics",
    "export_completions",
    "see_settings",
    "see_issuer",
    "change_look",
    "manage_issuer",
    "manage_keys",
    "manage_operators",
    "see_prior_learning",
    "manage_prior_learning",
    "counsel_prior_learning",
    "assess_prior_learning",
    "identify_prior_learning",
    "certify_prior_learning",
]

#: Those who hold them, in the order in which pages offer them.
ROLES = ("owner", "manager", "approver", "assessor", "counsellor", "support", "auditor")

_ALL = frozenset(ROLES)
MAY: Mapping[str, frozenset[str]] = {
    "see_home": _ALL,
    "retry_work": frozenset({"owner", "manager"}),
    "see_templates": _ALL,
    "write_templates": frozenset({"owner", "manager"}),
    "approve_templates": frozenset({"owner", "approver"}),
    "retire_templates": frozenset({"owner", "manager"}),
    # What is found is kept for agencies, and an overdue review may stop the template.
    "review_templates": frozenset({"owner", "manager", "approver"}),
    "manage_catalogue": frozenset({"owner", "manager"}),
    # Who is asked to speak for a template or the issuer, and whose words are shown and signed with badges.
    "manage_endorsements": frozenset({"owner", "manager", "approver"}),
    "see_pathways": _ALL,
    "manage_pathways": frozenset({"owner", "manager"}),
    # Whether a badge from elsewhere is as good as a part: whoever answers for what the institution awards.
    "find_equivalent": frozenset({"owner", "approver", "assessor"}),
    "see_platforms": frozenset({"owner", "manager", "support", "auditor"}),
    "manage_platforms": frozenset({"owner", "manager"}),
    # It is shown to the platforms of all issuers: an owner of the first one alone.
    "rotate_lti_key": frozenset({"owner"}),
    # Those who are asked about a badge. Auditors see what was done, and not to whom.
    "see_people": frozenset({"owner", "manager", "support", "counsellor"}),
    "export_people": frozenset({"owner"}),
    "erase_people": frozenset({"owner"}),
    "correct_people": frozenset({"owner", "manager"}),
    "see_events": frozenset({"owner", "manager", "auditor"}),
    # A file of events leaves the tool, and its retention with it.
    "export_events": frozenset({"owner", "auditor"}),
    # Nobody can be counted out of them.
    "see_statistics": _ALL,
    "make_statistics": frozenset({"owner", "manager"}),
    # A line for each learner, though none is named.
    "export_completions": frozenset({"owner"}),
    "see_settings": frozenset({"owner", "manager", "auditor"}),
    "see_issuer": _ALL,
    # How it looks and what its mails say, but nothing that is signed.
    "change_look": frozenset({"owner", "manager"}),
    "manage_issuer": frozenset({"owner"}),
    "manage_keys": frozenset({"owner"}),
    "manage_operators": frozenset({"owner"}),
    # Which applications they see of these, and what of each, follows from what they are to do there.
    "see_prior_learning": frozenset({"owner", "manager", "approver", "assessor", "counsellor"}),
    # Which badges are open for it, and who assesses.
    "manage_prior_learning": frozenset({"owner", "manager"}),
    "counsel_prior_learning": frozenset({"counsellor"}),
    # Where they are appointed.
    "assess_prior_learning": frozenset({"assessor"}),
    # Who the candidate is, before the decision: whoever decides, or assesses it.
    "identify_prior_learning": frozenset({"owner", "approver", "assessor"}),
    "certify_prior_learning": frozenset({"owner", "approver"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator as one session has them: `roles` by the key of the issuer for which they hold them."""

    id: int
    name: str
    roles: Mapping[str, Collection[str]]


def may(operator: Operator, issuer_id: str, permission: Permission) -> bool:
    """Whether a role of the operator at that issuer permits it."""
    return not MAY.get(permission, frozenset()).isdisjoint(operator.roles.get(issuer_id, ()))


def check_may(operator: Operator, issuer_id: str, permission: Permission) -> None:
    """Raises NotFoundError where the operator has no role at that issuer, so that it looks like one that is absent.

    Raises NotAllowedError where none of their roles there permits it.
    """
    if _ALL.isdisjoint(operator.roles.get(issuer_id, ())):
        raise NotFoundError("there is no such issuer, or the operator has no role there")
    if not may(operator, issuer_id, permission):
        raise NotAllowedError(f"no role of the operator permits {permission}")
