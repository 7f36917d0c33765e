"""What the tool itself sees of a template that quality frameworks ask about, whatever its author declares.

What is not seen is not in the facts, and a declaration still counts: it may be about what is done elsewhere. The
exceptions are the grade, where all rules that award the template give none, and a published version's overdue review.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from badges.issuer import IssuerProfile
from badges.quality import CATALOGUE, Facts
from badges.quality.evaluation import STATED, failed_rules
from badges.template.model import Template
from lti_tool.conditions import pathway_part
from lti_tool.conditions.tree import always_has_result, leaves, read_tree
from lti_tool.issuing.privacy_policy import read_privacy_policy
from lti_tool.store import Session, events, queries
from lti_tool.store.models import TemplateVersion
from lti_tool.templates.seen_reviews import review_facts

#: The rule that asks for the larger credential by name, and for the way to it.
_ROUTE = "microhe.route"


def seen_facts(row: TemplateVersion, template: Template, issuer: IssuerProfile, today: date) -> Facts:
    """The facts about the version, or about its template once the version is published."""
    session = events.session_of(row)
    reviews, pathways = review_facts(session, row, issuer, today), _pathways(session, row)
    return {
        **_catalogue(session, row, template, issuer),
        **_privacy(session, row.issuer_id),
        **_grade(session, row),
        **_prior_learning(session, row),
        **reviews,
        **pathways,
        # Both may state something: the one does not take the place of the other.
        STATED: (*reviews.get(STATED, ()), *pathways.get(STATED, ())),
    }


def _catalogue(session: Session, row: TemplateVersion, template: Template, issuer: IssuerProfile) -> Facts:
    """That the version is in the catalogue, or will be as soon as it is published."""
    entry = queries.catalogue.entry(session, row.template_id)
    is_listed = entry is not None and entry.issuer_id == row.issuer_id
    return {"in_catalogue": True} if is_listed and not failed_rules(CATALOGUE, template, issuer) else {}


def _privacy(session: Session, issuer_id: str) -> Facts:
    """The tool's own notice, once the issuer says there whom to ask; for how long awards are kept, where it has an end.

    All else of the notice is made of what the tool keeps, and deletes in time.
    """
    policy = read_privacy_policy(queries.issuers.newest_version(session, issuer_id).body)
    address = queries.issuers.current_address(session, issuer_id)
    facts: dict[str, object] = {}
    if policy.contact or policy.notice_url:
        facts["privacy_notice_url"] = f"{address.tool_url}/issuers/{address.slug}/privacy"
    if policy.awards_years is not None:
        facts["retention_months"] = 12 * policy.awards_years
    return facts


def _grade(session: Session, row: TemplateVersion) -> Facts:
    """Whether badges have a grade, by the rules that award the template now; nothing where some do and some do not."""
    trees = queries.rules.trees_awarding(session, row.issuer_id, row.template_id)
    graded = {always_has_result(read_tree(tree)) for tree in trees}
    return {"grade": True if graded == {True} else None} if len(graded) == 1 else {}


def _prior_learning(session: Session, row: TemplateVersion) -> Facts:
    offer = queries.prior_learning.open_offer(session, row.issuer_id, row.template_id)
    return {"prior_learning": True} if offer is not None else {}


def _pathways(session: Session, row: TemplateVersion) -> Facts:
    """That it counts towards a larger badge of its issuer, which names its parts and says how many are needed."""
    trees = queries.pathways.published_trees(session, row.issuer_id)
    if not any(row.template_id in _parts(tree) for tree in trees):
        return {}
    return {"stackability": "integrated", STATED: (_ROUTE,)}


def _parts(tree: str) -> Iterable[str]:
    """The ids of the templates that are parts of the pathway with that rule."""
    return [
        leaf.options.badge
        for leaf in leaves(read_tree(tree))
        if leaf.condition == pathway_part.NAME and leaf.options is not None
    ]
