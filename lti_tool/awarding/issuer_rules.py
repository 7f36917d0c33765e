"""Rules of an issuer, which belong to no course: of what was learned elsewhere, or in several courses.

What they are decided by was observed for this issuer (`Observation.issuer`), and who may see it and what was awarded
are the learner and the operators of the issuer; no teacher.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lti_tool.awarding import decisions
from lti_tool.awarding.placing import required_score
from lti_tool.conditions.tree import Node, asks_less, is_readable, written
from lti_tool.errors import NotAllowedError
from lti_tool.observations import Policy
from lti_tool.store import Session, events, queries
from lti_tool.store.events import Actor
from lti_tool.store.models import Award, AwardRule, RuleVersion, TemplateVersion


def make_rule(session: Session, template: TemplateVersion, tree: Node, now: datetime, by: Actor) -> AwardRule:
    """A new rule of the template's issuer, by which it awards at once. Raises as `change_rule` does."""
    rule = AwardRule(issuer_id=template.issuer_id, created_at=now)
    session.add(rule)
    session.flush()
    change_rule(session, rule, template, tree, now, by)
    return rule


def change_rule(
    session: Session, rule: AwardRule, template: TemplateVersion, tree: Node, now: datetime, by: Actor
) -> RuleVersion:
    """The new version by which the rule awards from now on; what was awarded keeps its own.

    Raises NotAllowedError for a rule of a course, for a template that is not published or of another issuer, for a tree
    that cannot be read, and for one that is content with a lower result than the template.
    """
    is_its_own = (template.issuer_id, template.course_id) == (rule.issuer_id, None)
    if rule.is_of_course or not is_its_own or template.status != "published":
        raise NotAllowedError("a rule of an issuer awards what that issuer has published, in no course")
    if not is_readable(tree) or asks_less(tree, required_score(template)):
        raise NotAllowedError("the rule cannot be read, or asks for less than the badge")
    queries.rules.lock_rule(session, rule)
    active = queries.rules.active_version(session, rule.id)
    if active is not None:
        active.status = "replaced"
        session.flush()
    version = RuleVersion(
        rule=rule,
        version=queries.rules.newest_number(session, rule.id) + 1,
        template_version=template,
        tree=written(tree),
        status="active",
        reason="issuer",
        created_at=now,
        settled_at=now,
    )
    session.add(version)
    session.flush()
    data = {"version": version.version}
    events.record(session, "rule_changed", "rule", rule.id, now, actor=by, why="issuer", data=data)
    return version


def stop_rule(session: Session, rule: AwardRule, now: datetime, by: Actor) -> None:
    """The rule awards nothing more; what it has awarded stays."""
    queries.rules.lock_rule(session, rule)
    if rule.removed_at is None:
        rule.removed_at = now
        events.record(session, "rule_removed", "rule", rule.id, now, actor=by)


def decide(
    session: Session, rule: AwardRule, person_ids: Sequence[int], policy: Policy, now: datetime
) -> Sequence[Award]:
    """The new awards of the rule among these people, by what was observed of them for its issuer."""
    # Two at once are decided one after the other, so the second sees what the first has noted and awarded.
    queries.rules.lock_rule(session, rule)
    return decisions.decide_people(session, rule, person_ids, policy, now)
