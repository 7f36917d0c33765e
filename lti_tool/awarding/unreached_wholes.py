"""The larger badges of which a badge is a part and that its learner does not have yet: it has to be valid for them."""

from __future__ import annotations

from collections.abc import Sequence

from badges.template.model import stored_template, text_in
from lti_tool.conditions.pathway_part import Options
from lti_tool.conditions.tree import Leaf, leaves, read_tree
from lti_tool.store import Session, queries
from lti_tool.store.models import Award, RuleVersion


def unreached_wholes(session: Session, award: Award, language: str) -> Sequence[str]:
    """Their names, in the order of their pathways.

    Of pathways of the badge's own issuer, and of those in which its learner has claimed it.
    """
    claims = queries.pathway_claims.counted_of_awards(session, [award.id])
    learners = {each.pathway_id: each.person_id for each in claims}
    found = []
    for row, version in queries.pathways.published(session):
        learner = award.person_id if row.issuer_id == award.issuer_id else learners.get(row.id)
        if learner is not None and _has_to_be_valid(version, award.template_id):
            whole = version.template_version
            award_of_it = queries.awards.newest_award(session, whole, learner)
            if award_of_it is None or award_of_it.ended_at is not None:
                found.append(text_in(stored_template(whole.body).name, language))
    return found


def _has_to_be_valid(version: RuleVersion, template_id: str) -> bool:
    """Whether the badge of the template is a part by which the whole is awarded only while it is valid."""
    parts = [each.options for each in leaves(read_tree(version.tree)) if isinstance(each, Leaf)]
    return any(
        isinstance(part, Options) and part.badge == template_id and part.when_expired == "not"
        for part in parts
    )
