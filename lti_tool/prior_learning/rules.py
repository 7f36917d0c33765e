"""The rules by which issuers award what they recognise: one for each version of a template that was applied for."""

from __future__ import annotations

from datetime import datetime

from lti_tool.awarding import issuer_rules
from lti_tool.conditions.prior_learning_recognised import NAME as RECOGNISED
from lti_tool.conditions.tree import tree_of, written
from lti_tool.store import Session, events, queries
from lti_tool.store.models import AwardRule, TemplateVersion


def rule_of(session: Session, version: TemplateVersion, now: datetime) -> AwardRule:
    """The issuer's rule for those whose prior learning is recognised as this version of the template.

    It is made when the first of them begins: where the version is retired later, they are still awarded it, as in a
    course. Raises NotAllowedError where it was not made by then.
    """
    tree = tree_of({"condition": RECOGNISED, "template": version.template_id})
    found = queries.prior_learning.rule_of(session, version.id, written(tree))
    return found or issuer_rules.make_rule(session, version, tree, now, events.TOOL)
